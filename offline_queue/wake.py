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
from pathlib import Path

_NAME = "wake"
_ADDRESS_BYTES = 108
"""What a socket's address holds, its final zero included."""
_LINK, _IPV4_ADDRESS, _IPV4_ROUTE, _IPV6_ADDRESS, _IPV6_ROUTE = 0x1, 0x10, 0x40, 0x100, 0x400
"""Groups of RTNETLINK: an interface, an address or a route came or went."""


class Woken(enum.Enum):
    """Why the agent got up."""

    TIME = enum.auto()
    TAP = enum.auto()
    NETWORK = enum.auto()


class _Directory:
    """The socket's address, by way of the directory's descriptor where that lies too deep for one."""

    def __init__(self, directory: Path) -> None:
        self.address, self._handle = str(directory / _NAME), -1
        if len(os.fsencode(self.address)) >= _ADDRESS_BYTES:
            self._handle = os.open(directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
            self.address = f"/proc/self/fd/{self._handle}/{_NAME}"

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
        self._handle = -1


class Tap:
    """The side of whoever puts: one socket for its life, since a put is measured in tenths of a millisecond."""

    def __init__(self, directory: Path) -> None:
        self._directory = _Directory(directory)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._found = False

    def wake(self) -> None:
        """Wake the agent of this store if there is one. Never fails and never blocks."""
        for _ in range(2):
            if not self._found:
                self._found = self._socket.connect_ex(self._directory.address) == 0
            if not self._found:  # no agent
                return
            try:
                self._socket.send(b"w")
            except BlockingIOError:  # it has taps enough
                return
            except OSError:  # the agent that we found has gone; there may be another
                self._found = False
            else:
                return

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()
        self._directory.close()


class Bed:
    """Where the agent sleeps. Only the holder of the agent's lock may open one."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        (directory / _NAME).unlink(missing_ok=True)
        self._taps = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        place = _Directory(directory)
        try:
            self._taps.bind(place.address)
        finally:
            place.close()
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
