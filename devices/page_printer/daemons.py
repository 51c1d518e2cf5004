"""Debian's ippeveprinter with the D-Bus and the Avahi that it insists on, without touching the machine's own.

Knows: command lines, readiness, how to end a process group. Does not know: IPP, paper.
Avahi runs in a mount and network namespace of its own (it writes to /run and speaks multicast); the bus is a private socket.
Packages: cups-ipp-utils, avahi-daemon, dbus; `unshare` of util-linux.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

_READY_S = 10.0
_LOOK_EVERY_S = 0.005
_END_S = 3.0

_BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>custom</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <auth>ANONYMOUS</auth>
  <allow_anonymous/>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
_AVAHI_CONFIG = """[server]
host-name=kiosk
use-ipv4=yes
use-ipv6=no
allow-interfaces=lo
enable-dbus=yes
[wide-area]
enable-wide-area=no
[publish]
publish-workstation=no
publish-hinfo=no
"""


class DaemonFailed(RuntimeError):  # noqa: N818  # a state of the test bench, named like one
    """A daemon did not come up; the text is the end of its log."""


class Daemon:
    """One process group with a log file."""

    def __init__(self, name: str, command: Sequence[str], log: Path, environment: dict[str, str]) -> None:
        self.name = name
        self._log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                start_new_session=True,
            )

    def log_text(self) -> str:
        """What it has said so far."""
        return self._log.read_text("utf-8", "replace")

    def wait_ready(self, ready: Callable[[], bool]) -> None:
        """Poll until `ready()`.

        Raises: DaemonFailed when the process ends first or ten seconds pass.
        """
        deadline_s = time.monotonic() + _READY_S
        while not ready():
            if self._process.poll() is not None or time.monotonic() > deadline_s:
                state = "ended" if self._process.poll() is not None else "not ready"
                raise DaemonFailed(f"{self.name} {state}: {self.log_text()[-800:]}")
            time.sleep(_LOOK_EVERY_S)  # none of these daemons says when it is ready

    def send(self, number: signal.Signals) -> None:
        """Signal the whole group."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, number)

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End the group and wait for it."""
        self.send(number)
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self.send(signal.SIGKILL)
            self._process.wait(_END_S)


class PrinterDaemons:
    """The three daemons of one printer. `folder` is theirs and goes with them."""

    def __init__(self) -> None:
        # Short: the path of a socket has 107 bytes at most.
        self.folder = Path(tempfile.mkdtemp(prefix="page-printer-"))
        self._bus_socket = self.folder / "bus"
        self._running: list[Daemon] = []
        self._printer: Daemon | None = None

    def start_bus(self) -> None:
        """Start D-Bus and Avahi.

        Raises: DaemonFailed.
        """
        configuration = self.folder / "bus.conf"
        configuration.write_text(_BUS_CONFIG.format(socket=self._bus_socket), "ascii")
        command = ["dbus-daemon", f"--config-file={configuration}", "--nofork", "--nopidfile", "--nosyslog"]
        bus = self._start("dbus-daemon", command)
        bus.wait_ready(self._bus_socket.exists)
        configuration = self.folder / "avahi.conf"
        configuration.write_text(_AVAHI_CONFIG, "ascii")
        (self.folder / "passwd").write_text("root:x:0:0::/:/bin/sh\navahi:x:0:0::/:/bin/sh\n", "ascii")
        (self.folder / "group").write_text("root:x:0:\navahi:x:0:\n", "ascii")
        avahi = self._start("avahi-daemon", [*_avahi_command(), str(self.folder)])
        avahi.wait_ready(lambda: "Server startup complete" in avahi.log_text())

    def start_printer(
        self, port: int, spool: Path, command: Path, environment: dict[str, str], answers: Callable[[], bool]
    ) -> None:
        """Start ippeveprinter on localhost and wait until `answers()`.

        Raises: DaemonFailed.
        """
        if not _is_free(port):
            raise DaemonFailed(f"ippeveprinter: port {port} is taken")
        arguments = [
            *("-r", "off", "-n", "localhost", "-p", str(port), "-d", str(spool), "-k"),
            *("-f", "application/pdf", "-c", str(command), "-M", "Civic Kiosk", "-m", "Emulated A4", "-s", "20,0"),
            "Kiosk A4",
        ]
        self._printer = self._start("ippeveprinter", ["ippeveprinter", *arguments], environment)
        self._printer.wait_ready(answers)

    def signal_printer(self, number: signal.Signals) -> None:
        """Signal ippeveprinter and what it has started."""
        if self._printer is not None:
            self._printer.send(number)

    def kill_printer(self) -> None:
        """Cut its power."""
        if self._printer is not None:
            self._printer.end(signal.SIGKILL)
            self._running.remove(self._printer)
            self._printer = None

    def stop(self) -> None:
        """End everything, last started first, and remove the folder."""
        self.signal_printer(signal.SIGCONT)
        while self._running:
            self._running.pop().end()
        self._printer = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, name: str, command: Sequence[str], extra: dict[str, str] | None = None) -> Daemon:
        path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/bin:/sbin:/bin"
        environment = {
            "PATH": path,
            "LANG": "C.UTF-8",
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self._bus_socket}",
            **(extra or {}),
        }
        if shutil.which(command[0], path=path) is None:
            raise DaemonFailed(f"{name}: {command[0]} is not installed")
        daemon = Daemon(name, command, self.folder / f"{name}.log", environment)
        self._running.append(daemon)
        return daemon


# Avahi gives its folder to the user "avahi", who does not exist inside an ordinary user's namespace: there he is root.
_AVAHI = 'exec avahi-daemon -f "$1/avahi.conf" --no-drop-root --no-chroot --no-rlimits'
_FURNISH = (
    "mount -t tmpfs tmpfs /run"
    ' && mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/group" /etc/group'
    " && "
)


def _avahi_command() -> list[str]:
    """Return what starts avahi in a mount and network namespace of its own, as root or as a user.

    A bare container refuses namespaces; it has no machine of its own to protect, so there avahi runs as it is.
    """
    private = ["unshare", "--mount", "--net", *(() if os.geteuid() == 0 else ("--map-root-user",))]
    allowed = subprocess.run([*private, "true"], capture_output=True, timeout=_READY_S, check=False).returncode == 0
    return [*private, "sh", "-c", _FURNISH + _AVAHI, "sh"] if allowed else ["sh", "-c", _AVAHI, "sh"]


def free_port() -> int:
    """Return a loopback port that nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _is_free(port: int) -> bool:
    """ippeveprinter shares a port (SO_REUSEPORT) instead of complaining: two printers would answer in turn."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def python_environment() -> dict[str, str]:
    """Return what a child needs to import this package, wherever it is installed."""
    root = str(Path(__file__).resolve().parents[2])
    return {"PYTHONPATH": os.pathsep.join([root, *(entry for entry in sys.path if entry.endswith("site-packages"))])}
