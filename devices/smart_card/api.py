"""What a smart card reader can do and say, as far as staff cards go.

Knows: the values. Does not know: PC/SC, APDUs, whom this terminal trusts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

CHALLENGE_BYTES = 32


@dataclass(frozen=True, slots=True)
class NoCard:
    """The slot is empty."""


@dataclass(frozen=True, slots=True)
class CardPresent:
    """A card is in the slot. `atr` is its answer to reset, empty when it gave none (put in the wrong way round)."""

    atr: bytes


@dataclass(frozen=True, slots=True)
class Disconnected:
    """No reader, or no service that would know of one."""


@dataclass(frozen=True, slots=True)
class Faulted:
    """The service is there, the reader does not work: "smart_card.reader" or "smart_card.pcsc_<hex of the result>"."""

    code: str


SmartCardReaderStatus = NoCard | CardPresent | Disconnected | Faulted


@dataclass(frozen=True, slots=True)
class StaffCard:
    """What a staff card says of itself, and its proof that it holds a key.

    `public_key` is a P-256 point (X9.62, uncompressed, 65 bytes), `signature` ECDSA with SHA-256 over the challenge (DER).
    The driver verifies nothing: anybody can write a card, so the key to verify with is the one that the terminal knows.
    """

    staff_id: str
    name: str
    role: str
    public_key: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class NotAStaffCard:
    """A card, but not one of ours: another application, a broken record, the wrong way round."""


@dataclass(frozen=True, slots=True)
class CardRemoved:
    """There was no card, or it was pulled before the answer was complete."""


class SmartCardReader(Protocol):
    """One slot; every call comes from one thread."""

    def status(self) -> SmartCardReaderStatus:
        """Look into the slot. Never raises."""
        ...

    def read_staff_card(self, challenge: bytes) -> StaffCard | NotAStaffCard | CardRemoved:
        """Read the card and have it sign `challenge` (32 fresh random bytes).

        Raises: DeviceError "smart_card.service", "smart_card.busy", "smart_card.pcsc_<hex>".
        """
        ...

    def close(self) -> None:
        """Let go of the service; harmless when called again."""
        ...
