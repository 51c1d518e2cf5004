"""A code reader in memory, for tests of whatever uses one.

Knows: the contract of `api`. Does not know: bytes on a line, pictures, threads of its own.
"""

from __future__ import annotations

import threading
from collections import deque

from devices.code_reader.api import (
    Code,
    CodeReaderStatus,
    Disconnected,
    Faulted,
    NoCode,
    Ready,
    Symbology,
    Unreadable,
)
from devices.code_reader.text import decoded
from devices.errors import DeviceError


class FakeCodeReader:
    """A `CodeReader` moved by hand; `fault` is a code or None."""

    def __init__(self) -> None:
        self.fault: str | None = None
        self.closed = False
        self._lock = threading.Lock()
        self._plugged = True
        self._waiting: deque[Code | Unreadable] = deque(maxlen=8)

    def show(self, raw: bytes, symbology: Symbology = Symbology.QR) -> None:
        """Hold a code before it."""
        with self._lock:
            self._waiting.append(decoded(raw, symbology))

    def unplug(self) -> None:
        """Pull the cable: every call fails from now on."""
        with self._lock:
            self._plugged = False

    def status(self) -> CodeReaderStatus:
        """Say how it stands."""
        with self._lock:
            if not self._plugged or self.closed:
                return Disconnected()
            return Ready() if self.fault is None else Faulted(self.fault)

    def begin(self) -> None:
        """Forget what was shown."""
        with self._lock:
            self._works()
            self._waiting.clear()

    def next_code(self) -> Code | Unreadable | NoCode:
        """Return the oldest."""
        with self._lock:
            self._works()
            return self._waiting.popleft() if self._waiting else NoCode()

    def close(self) -> None:
        """Be closed."""
        self.closed = True

    def _works(self) -> None:
        if not self._plugged or self.closed:
            raise DeviceError("code_reader.disconnected")
        if self.fault is not None:
            raise DeviceError(self.fault)
