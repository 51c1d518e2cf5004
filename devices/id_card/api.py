"""What a reader of resident identity cards can do and say.

Knows: the values. Does not know: wires, whose card it is, whether the card is still in force.
"""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field
from typing import Protocol


class CardKind(enum.StrEnum):
    """Which of the cards of GA/T 2000.156 was read; the other layouts are refused by code until they are known."""

    RESIDENT = "resident"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdCard:
    """What the chip says, untouched by any judgement.

    `sex` is GB/T 2261.1 ("1" male, "2" female), `nation_code` GB/T 3304 ("01" … "56", "97", "98"), `number` 18 characters,
    `valid_to` None for 长期, `photo_wlt` the 1024 bytes that only a vendor's library can draw. Its repr names nobody.
    """

    kind: CardKind
    name: str = field(repr=False)
    sex: str = field(repr=False)
    nation_code: str = field(repr=False)
    birth: dt.date = field(repr=False)
    address: str = field(repr=False)
    number: str = field(repr=False)
    issuer: str = field(repr=False)
    valid_from: dt.date = field(repr=False)
    valid_to: dt.date | None = field(repr=False)
    photo_wlt: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NoCard:
    """The field is empty."""


@dataclass(frozen=True, slots=True)
class CardPresent:
    """A card that can be read lies on the reader."""


@dataclass(frozen=True, slots=True)
class PresenceUnknown:
    """This reader does not see a card again once it has read it: it may lie there, it may be gone.

    `CardPresent` after this always means that a card was laid down anew.
    """


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The port is gone."""


@dataclass(frozen=True, slots=True)
class Faulted:
    """The port is there, the reader does not work: "id_card.no_answer", "id_card.checksum", "id_card.sam_…"."""

    code: str


IdCardReaderStatus = NoCard | CardPresent | PresenceUnknown | Disconnected | Faulted


@dataclass(frozen=True, slots=True)
class ReadFailed:
    """A card was there and could not be read.

    `code`: "id_card.select_failed", "id_card.read_failed" (lifted too early, or worn), "id_card.kind_unsupported",
    "id_card.garbled", "id_card.checksum", "id_card.no_answer", "id_card.disconnected", "id_card.sam_…".
    """

    code: str


class IdCardReader(Protocol):
    """One reader; every call comes from one thread and ends within the driver's deadlines."""

    def status(self) -> IdCardReaderStatus:
        """Look for a card. Never raises."""
        ...

    def read(self) -> IdCard | NoCard | ReadFailed:
        """Read text and photo of the card on the reader. Never raises."""
        ...

    def close(self) -> None:
        """Release the port; harmless when called again."""
        ...
