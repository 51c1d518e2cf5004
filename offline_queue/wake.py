"""The tap on the shoulder: whoever puts tells the agent, by a datagram in the store's directory.

Knows: one Unix socket. Does not know: what there is to do; a lost tap costs only until the agent's own clock comes round.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
from collections.abc import Iterator
from pathlib import Path

_NAME = "wake"


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
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        with _address(directory) as address:
            self._socket.bind(address)

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
