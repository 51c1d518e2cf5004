"""An identity card reader in memory, for tests of whatever uses one.

Knows: the contract of `api`. Does not know: bytes, ports, threads.
"""

from __future__ import annotations

import threading

from devices.id_card.api import (
    CardPresent,
    Disconnected,
    Faulted,
    IdCard,
    IdCardReaderStatus,
    NoCard,
    PresenceUnknown,
    ReadFailed,
)

SAM_ID = "05.01-20261123-0000000001-0000000001"


class FakeIdCardReader:
    """An `IdCardReader` moved by hand; the hands may belong to another thread.

    `fault` makes it a reader that does not work until it is set back to None. Each code in `spoiled` spoils one read.
    """

    def __init__(self, *, presence_after_read: str = "until_read") -> None:
        self.fault: str | None = None
        self.spoiled: list[str] = []
        self.closed = False
        self.until_read = presence_after_read == "until_read"
        self._lock = threading.Lock()
        self._card: IdCard | None = None
        self._was_read = False
        self._plugged = True

    def place(self, card: IdCard) -> None:
        """Lay a card down."""
        with self._lock:
            self._card, self._was_read = card, False

    def lift(self) -> None:
        """Take it away. A reader of the until-read sort does not notice."""
        with self._lock:
            self._card = None

    def unplug(self) -> None:
        """Pull the cable: every call fails from now on."""
        with self._lock:
            self._plugged = False

    def status(self) -> IdCardReaderStatus:
        """Look for a card."""
        with self._lock:
            if not self._plugged or self.closed:
                return Disconnected()
            if self.fault is not None:
                return Faulted(self.fault)
            if self._was_read:
                return PresenceUnknown()
            return NoCard() if self._card is None else CardPresent()

    def read(self) -> IdCard | NoCard | ReadFailed:
        """Read the card."""
        with self._lock:
            if not self._plugged or self.closed:
                return ReadFailed("id_card.disconnected")
            if self.fault is not None:
                return ReadFailed(self.fault)
            if self._card is None or self._was_read:
                return NoCard()
            self._was_read = self.until_read
            if self.spoiled:
                return ReadFailed(self.spoiled.pop(0))
            return self._card

    def sam_id(self) -> str | ReadFailed:
        """Return the module's number."""
        with self._lock:
            if not self._plugged or self.closed:
                return ReadFailed("id_card.disconnected")
            return ReadFailed(self.fault) if self.fault is not None else SAM_ID

    def close(self) -> None:
        """Be closed."""
        self.closed = True
