"""The tap on the shoulder: whoever puts tells the agent, by a datagram in the store's directory.

Knows: one Unix socket. Does not know: what there is to do; a lost tap costs only until the agent's own clock comes round.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
from pathlib import Path

_NAME = "wake"
_ADDRESS_BYTES = 108
"""What a socket's address holds, its final zero included."""


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
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        place = _Directory(directory)
        try:
            self._socket.bind(place.address)
        finally:
            place.close()

    def sleep(self, timeout_s: float) -> bool:
        """Sleep until somebody taps or the time is over; say whether somebody did."""
        woken, _, _ = select.select([self._socket], [], [], max(0.0, timeout_s))
        if woken:
            with contextlib.suppress(BlockingIOError):
                while True:
                    self._socket.recv(64)
        return bool(woken)

    def close(self) -> None:
        """Remove the socket."""
        self._socket.close()
        (self._directory / _NAME).unlink(missing_ok=True)
