"""A smart card reader in memory, for tests of whatever uses one.

Knows: the contract of `api`. Does not know: PC/SC, APDUs, sockets.
"""

from __future__ import annotations

import threading

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from devices.errors import DeviceError
from devices.smart_card.api import (
    CHALLENGE_BYTES,
    CardPresent,
    CardRemoved,
    Disconnected,
    Faulted,
    NoCard,
    NotAStaffCard,
    SmartCardReaderStatus,
    StaffCard,
)
from devices.smart_card.samples import SampleStaffCard

STRANGE_ATR = bytes.fromhex("3b00")


class FakeSmartCardReader:
    """A `SmartCardReader` moved by hand; `fault` is a code or None; `pull_during_read` removes the card in a read."""

    def __init__(self) -> None:
        self.fault: str | None = None
        self.pull_during_read = False
        self.closed = False
        self._lock = threading.Lock()
        self._card: SampleStaffCard | None = None
        self._strange = False
        self._served = True

    def insert(self, card: SampleStaffCard | None) -> None:
        """Put a staff card in, or, with None, a card of somebody else's making."""
        with self._lock:
            self._card, self._strange = card, card is None

    def remove(self) -> None:
        """Pull it."""
        with self._lock:
            self._card, self._strange = None, False

    def stop_service(self) -> None:
        """Take the service away."""
        with self._lock:
            self._served = False

    def start_service(self) -> None:
        """Bring it back."""
        with self._lock:
            self._served = True

    def status(self) -> SmartCardReaderStatus:
        """Look into the slot."""
        with self._lock:
            if self.closed or not self._served:
                return Disconnected()
            if self.fault is not None:
                return Faulted(self.fault)
            if self._card is None and not self._strange:
                return NoCard()
            return CardPresent(STRANGE_ATR)

    def read_staff_card(self, challenge: bytes) -> StaffCard | NotAStaffCard | CardRemoved:
        """Read and sign."""
        if len(challenge) != CHALLENGE_BYTES:
            raise ValueError(len(challenge))
        with self._lock:
            if self.closed or not self._served:
                raise DeviceError("smart_card.service")
            if self.fault is not None:
                raise DeviceError(self.fault)
            if self._strange:
                return NotAStaffCard()
            card = self._card
            if card is None or self.pull_during_read:
                self._card, self.pull_during_read = None, False
                return CardRemoved()
            signature = card.private_key.sign(challenge, ec.ECDSA(hashes.SHA256()))
            return StaffCard(card.staff_id, card.name, card.role, card.public_key, signature)

    def close(self) -> None:
        """Be closed."""
        self.closed = True
