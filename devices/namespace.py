"""A private place for the emulators' daemons: `python -m devices.namespace -- command …`.

Knows: how a command gets a mount and a network namespace of its own, with an empty /run and a loopback. Does not know: which
daemons start there.

pcscd, D-Bus and avahi have fixed paths below /run; a second set on a machine that already runs them is only safe where
/run is another one. An ordinary user gets there through a user namespace, in which he looks like root to himself and stays
who he is to everybody else. Everything stays visible that a screen needs: /run/user (Wayland, sound), the X socket in /tmp.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import socket
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

MARKER = "CIVIC_KIOSK_NAMESPACE"
"""Environment variable that names the namespaces a command was given, so that calls inside do not nest."""

_BARE = "bare"
_CLONE_NEWNS, _CLONE_NEWUSER, _CLONE_NEWNET = 0x00020000, 0x10000000, 0x40000000
_MS_NOSUID, _MS_NODEV, _MS_BIND, _MS_REC, _MS_PRIVATE = 0x2, 0x4, 0x1000, 0x4000, 0x40000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1
_RUN = Path("/run")
_KEPT = ("user", "systemd/timesync", "systemd/resolve")
"""What stays of the old /run: the session's sockets, and whether the clock is synchronised."""
_HIDDEN = Path("/dev/bus/usb")
"""A pcscd in here must not take readers that belong to the machine's own."""
_HOST_SOCKETS = (Path("/run/pcscd/pcscd.comm"), Path("/run/dbus/system_bus_socket"))
_HOST_ADDRESSES = ("DBUS_SYSTEM_BUS_ADDRESS", "PCSCLITE_CSOCK_NAME")
_RESERVED_PORTS = "35963-35964"
"""vpcd's fixed ports lie where the kernel takes free ones from; in here nobody else is given them."""
_EX_UNAVAILABLE = 69
_EX_USAGE = 64

_libc = ctypes.CDLL(None, use_errno=True)


def inside() -> bool:
    """Say whether this process runs in a place that `python -m devices.namespace` made."""
    marker = os.environ.get(MARKER)
    return marker is not None and marker in (_BARE, _names())


def command(argv: Sequence[str]) -> list[str]:
    """Return the command line that runs `argv` in a private place; `argv` itself when we are in one."""
    return list(argv) if inside() else [sys.executable, "-m", "devices.namespace", "--", *argv]


def reenter() -> None:
    """Start this very program again in a private place, unless it runs in one. Call before any thread starts."""
    if not inside():
        enter_and_exec([sys.executable, *sys.orig_argv[1:]])


def enter_and_exec(argv: Sequence[str]) -> NoReturn:
    """Become `argv` in a private place; exits with 69 and says why where that is impossible. One thread only."""
    environment = dict(os.environ)
    if not inside():
        refusal = _tried_in_child()
        if refusal is None:
            _enter()
            environment[MARKER] = _names()
            for name in _HOST_ADDRESSES:
                environment.pop(name, None)
        else:
            taken = [str(path) for path in _HOST_SOCKETS if path.exists()]
            if taken or os.geteuid() != 0:
                _say(f"no namespaces here ({refusal}), and without them {taken or 'root'} would be needed")
                raise SystemExit(_EX_UNAVAILABLE)
            _say(f"no namespaces here ({refusal}); nothing of the machine's own is in the way, so going on without")
            environment[MARKER] = _BARE
    try:
        os.execvpe(argv[0], list(argv), environment)  # noqa: S606 - becoming the command is the point
    except OSError as error:
        _say(f"{argv[0]}: {os.strerror(error.errno or 0)}")
        raise SystemExit(127) from error


def _tried_in_child() -> str | None:
    """Enter in a child that ends at once: half a namespace is worse than none. Return the refusal, or None."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        reason = b""
        try:
            _enter()
        except OSError as error:
            reason = f"{error.filename}: {error.strerror}".encode()
        finally:
            os.write(writer, reason)
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        reason = pipe.read()
    os.waitpid(child, 0)
    return reason.decode() or None


def _enter() -> None:
    """Unshare and furnish. Raises: OSError with the step as its file name."""
    uid, gid = os.geteuid(), os.getegid()
    flags = _CLONE_NEWNS | _CLONE_NEWNET
    if uid != 0:
        flags |= _CLONE_NEWUSER
    _done(_libc.unshare(flags), "unshare")
    if uid != 0:
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"0 {uid} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"0 {gid} 1", encoding="ascii")
    _loopback_up()
    with contextlib.suppress(OSError):  # a container may hold /proc/sys read-only; then a clash is only unlikely
        Path("/proc/sys/net/ipv4/ip_local_reserved_ports").write_text(_RESERVED_PORTS, encoding="ascii")
    _mount("none", "/", None, _MS_REC | _MS_PRIVATE)
    if _HIDDEN.is_dir():
        _mount("none", str(_HIDDEN), "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=755,size=64k")
    _private_run()


def _private_run() -> None:
    kept = [(name, os.open(_RUN / name, os.O_PATH)) for name in _KEPT if (_RUN / name).is_dir()]
    _mount("none", str(_RUN), "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=755,size=64m")
    for name, descriptor in kept:
        (_RUN / name).mkdir(parents=True)
        # The descriptor still leads to the directory that now lies under the new /run.
        _mount(f"/proc/self/fd/{descriptor}", str(_RUN / name), None, _MS_BIND | _MS_REC)
        os.close(descriptor)
    lock = _RUN / "lock"
    lock.mkdir()
    lock.chmod(0o1777)


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh22x", b"lo", 0)
        flags = struct.unpack("16sh22x", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", flags | _IFF_UP))


def _mount(source: str, target: str, kind: str | None, flags: int, data: str = "") -> None:
    result = _libc.mount(
        source.encode(), target.encode(), kind.encode() if kind else None, ctypes.c_ulong(flags), data.encode() or None
    )
    _done(result, f"mount {target}")


def _done(result: int, step: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), step)


def _names() -> str:
    return ",".join(str(Path(f"/proc/self/ns/{kind}").readlink()) for kind in ("mnt", "net"))


def _say(text: str) -> None:
    sys.stderr.write(f"devices.namespace: {text}\n")
    sys.stderr.flush()


def main(argv: Sequence[str]) -> NoReturn:
    """Run the command behind "--"."""
    if len(argv) < 2 or argv[0] != "--":
        _say("usage: python -m devices.namespace -- command …")
        raise SystemExit(_EX_USAGE)
    enter_and_exec(argv[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
