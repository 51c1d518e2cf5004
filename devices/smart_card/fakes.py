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
    AccessRefused,
    CardPresent,
    CardRemoved,
    Disconnected,
    Faulted,
    NeedsPace,
    NoCard,
    NotASocialCard,
    NotAStaffCard,
    NotATravelDocument,
    PinBlocked,
    PinNeeded,
    PinSpared,
    PinWrong,
    SmartCardReaderStatus,
    SocialCard,
    SocialCardResult,
    StaffCard,
    TravelDocument,
    TravelDocumentResult,
)
from devices.smart_card.lds import FaceImage
from devices.smart_card.mrz import MrzKey, parse
from devices.smart_card.samples import SamplePassport, SampleSocialCard, SampleStaffCard
from devices.smart_card.social_card import check_pin

STRANGE_ATR = bytes.fromhex("3b00")
PIN = "123456"
_TRIES, _SPARED = 3, 1

Card = SampleStaffCard | SamplePassport | SampleSocialCard


class FakeSmartCardReader:
    """A `SmartCardReader` moved by hand; `fault` is a code or None; `pull_during_read` removes the card in a read.

    `pace_only` makes passports want PACE. `tries_left` is the retry counter of the social security card in the slot.
    """

    def __init__(self) -> None:
        self.fault: str | None = None
        self.pull_during_read = False
        self.pace_only = False
        self.tries_left = _TRIES
        self.closed = False
        self._lock = threading.Lock()
        self._card: Card | None = None
        self._strange = False
        self._served = True

    def insert(self, card: Card | None) -> None:
        """Put a card in, or, with None, one of somebody else's making."""
        with self._lock:
            self._card, self._strange, self.tries_left = card, card is None, _TRIES

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
            card = self._taken()
            if isinstance(card, CardRemoved):
                return card
            if not isinstance(card, SampleStaffCard):
                return NotAStaffCard()
            signature = card.private_key.sign(challenge, ec.ECDSA(hashes.SHA256()))
            return StaffCard(card.staff_id, card.name, card.role, card.public_key, signature)

    def read_travel_document(self, key: MrzKey) -> TravelDocumentResult:
        """Open and read."""
        text = key.text()
        with self._lock:
            card = self._taken()
            if isinstance(card, CardRemoved):
                return card
            if not isinstance(card, SamplePassport):
                return NotATravelDocument()
            if self.pace_only:
                return NeedsPace()
            if card.key.text() != text:
                return AccessRefused()
            return TravelDocument(parse(card.zone), FaceImage("image/jpeg", 240, 320, card.face()))

    def read_social_card(self, pin: str | None) -> SocialCardResult:
        """Verify and read."""
        if pin is not None:
            check_pin(pin)
        with self._lock:
            card = self._taken()
            if isinstance(card, CardRemoved):
                return card
            if not isinstance(card, SampleSocialCard):
                return NotASocialCard()
            refused = self._pin_refused(pin)
            return self._told(card) if refused is None else refused

    def _pin_refused(self, pin: str | None) -> PinNeeded | PinWrong | PinSpared | PinBlocked | None:
        if self.tries_left == 0:
            return PinBlocked()
        if pin is None:
            return PinNeeded(self.tries_left)
        if self.tries_left <= _SPARED:
            return PinSpared(self.tries_left)
        if pin != PIN:
            self.tries_left -= 1
            return PinWrong(self.tries_left)
        self.tries_left = _TRIES
        return None

    @staticmethod
    def _told(card: SampleSocialCard) -> SocialCard:
        return SocialCard(
            card_id="99000000000000000000000000000001",
            card_number=card.card_number,
            version="3.00",
            issuer="00" * 12,
            issued="20200101",
            expires="20300101",
            social_number=card.number,
            name=card.name,
            sex="1" if int(card.number[16]) % 2 else "2",
            nation="01",
            birth=card.number[6:14],
        )

    def _taken(self) -> Card | CardRemoved | None:
        """Return the card that a read finds, None for a strange one; with the lock held. Raises: DeviceError."""
        if self.closed or not self._served:
            raise DeviceError("smart_card.service")
        if self.fault is not None:
            raise DeviceError(self.fault)
        if self._strange:
            return None
        if self._card is None or self.pull_during_read:
            self._card, self.pull_during_read = None, False
            return CardRemoved()
        return self._card

    def close(self) -> None:
        """Be closed."""
        self.closed = True
