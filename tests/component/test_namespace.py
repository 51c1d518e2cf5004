"""The private place really is private, and what cannot be private is refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from devices import namespace

WITHOUT_NAMESPACES = ["setpriv", "--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin"]


def run(
    *command: str, before: tuple[str, ...] = (), environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a shell command through the module, as if from a plain shell."""
    plain = {key: value for key, value in os.environ.items() if key != namespace.MARKER}
    return subprocess.run(
        [*before, sys.executable, "-m", "devices.namespace", "--", *command],
        env={**plain, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        cwd=Path(__file__).parents[2],
    )


def test_run_is_another_one_and_the_session_stays() -> None:
    """/run is empty but for what a screen needs, and nothing written there is seen outside."""
    done = run("sh", "-c", "ls /run; touch /run/only-here")
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) <= {"lock", "systemd", "user"}
    assert ("user" in done.stdout.split()) == Path("/run/user").is_dir()
    assert not Path("/run/only-here").exists()


def test_loopback_is_up_and_alone() -> None:
    """A server can be reached on 127.0.0.1, and there is no way out."""
    probe = (
        "import socket\n"
        "server = socket.create_server(('127.0.0.1', 0))\n"
        "socket.create_connection(server.getsockname()).close()\n"
        "print([name for _, name in socket.if_nameindex() if name == 'lo'])\n"
        "try:\n    socket.create_connection(('192.0.2.1', 9), timeout=5)\n"
        "except OSError as error:\n    print(error.errno == 101)\n"
    )
    done = run(sys.executable, "-c", probe)
    assert done.stdout.split("\n")[:2] == ["['lo']", "True"], done.stderr


def test_ports_of_the_virtual_reader_are_kept_free() -> None:
    """The kernel never hands out the two ports that pcscd's virtual reader must have."""
    done = run("cat", "/proc/sys/net/ipv4/ip_local_reserved_ports")
    assert done.stdout.strip() == "35963-35964"


def test_calls_inside_do_not_nest() -> None:
    """A command that asks again for a private place gets the one it is in."""
    inner = "readlink /proc/self/ns/mnt; python3 -m devices.namespace -- readlink /proc/self/ns/mnt"
    done = run("sh", "-c", inner.replace("python3", sys.executable))
    first, second = done.stdout.split()
    assert first == second
    assert first != str(Path("/proc/self/ns/mnt").readlink())


def test_stale_marker_is_not_believed() -> None:
    """A marker that leaked to a process outside names other namespaces than its own."""
    done = run("readlink", "/proc/self/ns/net", environment={namespace.MARKER: "mnt:[1],net:[2]"})
    assert done.stdout.strip() != str(Path("/proc/self/ns/net").readlink())


def test_exit_status_and_arguments_come_through() -> None:
    """The command is the process: its status, its arguments, its output."""
    done = run("sh", "-c", 'printf %s "$1"; exit 7', "sh", "a b")
    assert (done.returncode, done.stdout) == (7, "a b")


def test_addresses_of_the_machines_services_are_forgotten() -> None:
    """A variable that leads to the machine's own bus or pcscd does not survive."""
    addresses = {"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/x", "PCSCLITE_CSOCK_NAME": "/y"}
    done = run("env", environment=addresses)
    assert "DBUS_SYSTEM_BUS_ADDRESS" not in done.stdout
    assert "PCSCLITE_CSOCK_NAME" not in done.stdout


def test_unknown_command_and_bad_usage() -> None:
    """What cannot be run has the shell's status for it; without a command there is nothing to do."""
    assert run("/no/such/program").returncode == 127
    bad = subprocess.run([sys.executable, "-m", "devices.namespace"], capture_output=True, timeout=30, check=False)
    assert bad.returncode == 64


@pytest.mark.parametrize("occupied", [False, True])
def test_bare_container(tmp_path: Path, occupied: bool) -> None:
    """Where namespaces are refused, it goes on only if no pcscd or bus of the machine's own is in the way."""
    assert shutil.which("setpriv")
    # A /run of our own making stands for the container's; only root can be in a bare container.
    script = "mount -t tmpfs none /run && mkdir /run/dbus && "
    script += "touch /run/dbus/system_bus_socket && " if occupied else ""
    script += f'exec {" ".join(WITHOUT_NAMESPACES)} "$@"'
    done = run("printenv", namespace.MARKER, before=("unshare", *_as_root(), "-m", "sh", "-c", script, "sh"))
    assert "no namespaces here" in done.stderr
    if occupied:
        assert (done.returncode, done.stdout) == (69, "")
        assert "/run/dbus/system_bus_socket" in done.stderr
    else:
        assert (done.returncode, done.stdout) == (0, "bare\n")


def _as_root() -> list[str]:
    return [] if os.geteuid() == 0 else ["-U", "--map-root-user"]


def test_ordinary_user() -> None:
    """Somebody without any right of root gets a private place too, by a user namespace."""
    before = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups") if os.geteuid() == 0 else ()
    done = run_readable("touch /run/mine && id -u && ls /run", before)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0] == "0"
    assert "mine" in done.stdout.split()


def run_readable(script: str, before: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Run with the system's Python: another user may not be able to read this one's."""
    plain = {key: value for key, value in os.environ.items() if key != namespace.MARKER}
    source = Path(namespace.__file__).read_text(encoding="utf-8")
    return subprocess.run(
        [*before, "/usr/bin/python3", "-c", source, "--", "sh", "-c", script],
        env=plain,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        cwd="/",
    )
