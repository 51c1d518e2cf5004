"""One TCP line to a receipt printer, carried by python-escpos.

Knows: python-escpos, its profiles and its bad manners at import. Does not know: commands, statuses.
"""

from __future__ import annotations

import logging
import select
import shutil
import socket
import time
from typing import Any

from devices.errors import DeviceError


def _vendor() -> Any:
    """Import python-escpos without what it does to the process: a handler on the root logger, an empty folder in /tmp."""
    root = logging.getLogger()
    before = list(root.handlers)
    import escpos.capabilities
    import escpos.printer.network

    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
    shutil.rmtree(escpos.capabilities.pickle_dir, ignore_errors=True)
    return escpos


_ESCPOS = _vendor()


def profile_width_dots(profile: str) -> int | None:
    """Return the printable width that a python-escpos profile knows, None when it says "Unknown".

    Raises: DeviceError `receipt_printer.options`.
    """
    profiles: dict[str, Any] = _ESCPOS.capabilities.CAPABILITIES["profiles"]
    if profile not in profiles:
        raise DeviceError("receipt_printer.options", "profile")
    pixels = profiles[profile]["media"]["width"]["pixels"]
    return pixels if isinstance(pixels, int) else None


class Link:
    """An open connection. Every call ends within `timeout_s`; a closed peer is an OSError."""

    def __init__(self, host: str, port: int, *, profile: str, timeout_s: float) -> None:
        """Connect.

        Raises: OSError.
        """
        self._network: Any = _ESCPOS.printer.network.Network(host, port, timeout=timeout_s, profile=profile)
        # Not Network.open(): it knows IPv4 only and leaks the socket of a refused connection.
        self._socket = socket.create_connection((host, port), timeout=timeout_s)
        # Else the twelve bytes of a query wait for the acknowledgement of the picture before them.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._network.device = self._socket
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)

    def send(self, data: bytes) -> None:
        """Send all.

        Raises: TimeoutError when the printer stops taking bytes; OSError.
        """
        self._socket.sendall(data)

    def receive_until(self, deadline_s: float) -> bytes:
        """Return the next bytes, or b"" at the deadline (monotonic seconds).

        Raises: OSError.
        """
        if not self._poll.poll(max(deadline_s - time.monotonic(), 0) * 1000):
            return b""
        data = self._socket.recv(64)
        if not data:
            raise ConnectionResetError
        return data

    def discard_input(self) -> None:
        """Throw away answers that came too late for their question.

        Raises: OSError.
        """
        while self.receive_until(0):
            pass

    def close(self) -> None:
        """Close; harmless twice."""
        self._network.close()
