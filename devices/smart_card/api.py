"""What a smart card reader can do and say: staff cards, passports and permits, social security cards.

Knows: the values. Does not know: PC/SC, APDUs, whom this terminal trusts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from devices.smart_card.lds import FaceImage
from devices.smart_card.mrz import Mrz, MrzKey

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


# --- passports and permits ----


@dataclass(frozen=True, slots=True)
class TravelDocument:
    """What a chip says of its holder. That the chip is genuine is *not* claimed: nothing of it is verified.

    `face` is None where the chip has none or it cannot be read; `face_code` then says why.
    """

    mrz: Mrz
    face: FaceImage | None
    face_code: str = ""


@dataclass(frozen=True, slots=True)
class AccessRefused:
    """The chip does not open to this number, birth and expiry: misread, mistyped, or another document's."""


@dataclass(frozen=True, slots=True)
class NeedsPace:
    """The chip opens by PACE alone, which this terminal does not speak."""


@dataclass(frozen=True, slots=True)
class NotATravelDocument:
    """A card, but no passport and no permit with such a chip."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The card is one of those, and what it answered makes no sense; `code` is "smart_card.<what>" or a status word."""

    code: str


# --- social security cards ----


@dataclass(frozen=True, slots=True)
class SocialCard:
    """What a social security card says; empty where the city's profile names no such field. Its repr names nobody."""

    card_id: str = field(default="", repr=False)
    card_number: str = field(default="", repr=False)
    version: str = ""
    issuer: str = ""
    issued: str = ""
    expires: str = ""
    social_number: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    sex: str = field(default="", repr=False)
    nation: str = field(default="", repr=False)
    birth: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PinNeeded:
    """The card tells this only after its PIN; `tries_left` where it says so."""

    tries_left: int | None


@dataclass(frozen=True, slots=True)
class PinWrong:
    """The card refused the PIN."""

    tries_left: int


@dataclass(frozen=True, slots=True)
class PinSpared:
    """So few tries are left that a terminal does not spend them: the holder goes to a counter with the card."""

    tries_left: int


@dataclass(frozen=True, slots=True)
class PinBlocked:
    """No try is left; only the issuer can mend that."""


@dataclass(frozen=True, slots=True)
class NotASocialCard:
    """A card, but none with the application of the configured profile."""


TravelDocumentResult = TravelDocument | AccessRefused | NeedsPace | NotATravelDocument | Unreadable | CardRemoved
SocialCardResult = SocialCard | PinNeeded | PinWrong | PinSpared | PinBlocked | NotASocialCard | Unreadable | CardRemoved


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

    def read_travel_document(self, key: MrzKey) -> TravelDocumentResult:
        """Read a passport or permit with the key from its printed zone; up to some seconds on a real chip.

        Raises: MrzError for a key that no document can have printed; DeviceError as above.
        """
        ...

    def read_social_card(self, pin: str | None) -> SocialCardResult:
        """Read a social security card; without a PIN it may answer `PinNeeded`.

        Raises: ValueError for a PIN that is not 4 to 12 digits; DeviceError as above.
        """
        ...

    def close(self) -> None:
        """Let go of the service; harmless when called again."""
        ...
