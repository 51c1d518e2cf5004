"""What a reader of identity cards can do and say.

Knows: the values. Does not know: wires, whose card it is, whether the card is still in force.
"""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field
from typing import Protocol


class CardKind(enum.StrEnum):
    """Which of the four cards was read; the letter is what the chip itself carries."""

    RESIDENT = "resident"
    HK_MO_TW = "hk_mo_tw"
    """'J': residence permit of a resident of Hong Kong, Macao or Taiwan (2018)."""
    FOREIGN_2017 = "foreign_2017"
    """'I': permanent residence of a foreigner, layout of 2017, a number of 15 characters."""
    FOREIGN = "foreign"
    """'Y': the same, layout of 2023, a number of 18 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A drawn photo: rows of 8-bit RGB from the top, without padding."""

    width: int
    height: int
    rgb: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdCard:
    """What the chip says, untouched by any judgement. Its repr names nobody.

    `name` is in Chinese characters, empty on a foreigner's card without one; `sex` GB/T 2261.1 ("1" male, "2" female);
    `number` 18 characters, 15 on a card of 2017; `valid_to` None for 长期; `photo_wlt` the 1024 bytes that only a vendor's
    library can draw, `photo` what it drew where one is installed. Empty where the layout has no such field: `nation_code`
    (GB/T 3304; residents), `address` and `issuer` (residents, HK_MO_TW), `latin_name` and `country` (three letters;
    foreigners), `pass_number` (HK_MO_TW), `issue_count` (HK_MO_TW, FOREIGN), `authority` (a code; FOREIGN_2017).
    """

    kind: CardKind
    name: str = field(repr=False)
    sex: str = field(repr=False)
    birth: dt.date = field(repr=False)
    number: str = field(repr=False)
    valid_from: dt.date = field(repr=False)
    valid_to: dt.date | None = field(repr=False)
    photo_wlt: bytes = field(repr=False)
    nation_code: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    issuer: str = field(default="", repr=False)
    latin_name: str = field(default="", repr=False)
    country: str = field(default="", repr=False)
    pass_number: str = field(default="", repr=False)
    issue_count: str = field(default="", repr=False)
    authority: str = field(default="", repr=False)
    photo: Photo | None = field(default=None, repr=False)


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
    """The port is there, the reader does not work; codes as in `ReadFailed`, save those that need a card."""

    code: str


IdCardReaderStatus = NoCard | CardPresent | PresenceUnknown | Disconnected | Faulted


@dataclass(frozen=True, slots=True)
class ReadFailed:
    """It was asked and did not work.

    Of the card: "id_card.select_failed", "id_card.read_failed" (lifted too early, or worn), "id_card.card_type",
    "id_card.card_rejects_sam", "id_card.sam_rejects_card", "id_card.verification", "id_card.kind_unsupported" (a fifth
    layout), "id_card.garbled". Of the reader: "id_card.sam_self_test", "id_card.sam_not_authorised", "id_card.sam_random",
    "id_card.no_such_item". Of the line: "id_card.checksum", "id_card.no_answer", "id_card.disconnected",
    "id_card.refused_checksum", "id_card.refused_length", "id_card.refused_command", "id_card.refused_privilege".
    Else "id_card.unknown", or "id_card.sw_<hex>" for what no vendor documents.
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

    def sam_id(self) -> str | ReadFailed:
        """Return the security module's number, "05.01-20261123-0000000001-0000000001". Never raises."""
        ...

    def close(self) -> None:
        """Release the port; harmless when called again."""
        ...
