"""What wakes the agent: whoever puts taps it, by a datagram in the store's directory; the kernel says when the line moves.

Knows: one Unix socket, the kernel's route messages (rtnetlink(7)). Does not know: what there is to do; a lost tap or
message costs only until the agent's own clock comes round.
"""

from __future__ import annotations

import contextlib
import enum
import os
import select
import socket
from collections.abc import Iterator
from pathlib import Path

_NAME = "wake"
_LINK, _IPV4_ADDRESS, _IPV4_ROUTE, _IPV6_ADDRESS, _IPV6_ROUTE = 0x1, 0x10, 0x40, 0x100, 0x400
"""Groups of RTNETLINK: an interface, an address or a route came or went."""


class Woken(enum.Enum):
    """Why the agent got up."""

    TIME = enum.auto()
    TAP = enum.auto()
    NETWORK = enum.auto()


@contextlib.contextmanager
def _address(directory: Path) -> Iterator[str]:
    # A socket's address may have 108 bytes; through the descriptor it is short, however deep the directory lies.
    handle = os.open(directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{handle}/{_NAME}"
    finally:
        os.close(handle)


def tap(directory: Path) -> None:
    """Wake the agent of this store if there is one. Never fails and never blocks."""
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as sender,
        _address(directory) as address,
    ):
        sender.sendto(b"w", address)


class Bed:
    """Where the agent sleeps. Only the holder of the agent's lock may open one."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        (directory / _NAME).unlink(missing_ok=True)
        self._taps = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        with _address(directory) as address:
            self._taps.bind(address)
        self._network = _network()

    def sleep(self, timeout_s: float) -> Woken:
        """Sleep until somebody taps, the network moves or the time is over; say which. The network's word goes first."""
        sockets = [self._taps] if self._network is None else [self._network, self._taps]
        ready, _, _ = select.select(sockets, [], [], max(0.0, timeout_s))
        for each in ready:
            _drain(each)
        if not ready:
            return Woken.TIME
        return Woken.NETWORK if self._network in ready else Woken.TAP

    def close(self) -> None:
        """Remove the sockets."""
        self._taps.close()
        if self._network is not None:
            self._network.close()
        (self._directory / _NAME).unlink(missing_ok=True)


def _drain(ready: socket.socket) -> None:
    # ENOBUFS says that the kernel had more to tell than it could keep: that something moved is all we want to know.
    with contextlib.suppress(BlockingIOError, OSError):
        while True:
            ready.recv(65536)


def _network() -> socket.socket | None:
    """Listen to the kernel's route messages; None where a sandbox forbids it, which costs only the quick return."""
    try:
        listener = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE)
    except OSError:
        return None
    try:
        listener.bind((0, _LINK | _IPV4_ADDRESS | _IPV4_ROUTE | _IPV6_ADDRESS | _IPV6_ROUTE))
    except OSError:
        listener.close()
        return None
    return listener
