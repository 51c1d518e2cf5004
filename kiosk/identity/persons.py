"""A person as a document names them.

Knows: what an identity card says, which of four it is, and ages. Does not know: where the
document was read, or what the person wants.
"""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass

from kiosk.identity import acting
from kiosk.identity.numbers import Sex

RESIDENT_ID = "111"
"""Document type of a resident identity card (GA/T 2000.156)."""


class PersonCard(enum.StrEnum):
    """Which identity card names a person. Items say which of them they take."""

    RESIDENT = "resident"
    HK_MO_TW = "hk_mo_tw"
    FOREIGN_2017 = "foreign_2017"
    FOREIGN = "foreign"


DOCUMENT_TYPES: dict[PersonCard, str] = {
    PersonCard.RESIDENT: RESIDENT_ID,
    PersonCard.HK_MO_TW: "154",
    PersonCard.FOREIGN_2017: "553",
    PersonCard.FOREIGN: "553",
}
"""GA/T 2000.156 by card. Only 111 was seen in use; the others are from memory and the city must confirm them."""


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """Someone named by a document.

    `name` is in Chinese characters, in Latin letters where a foreigner's card has no others. `nation_code` is GB/T 3304
    ("01" Han), `country` three letters; a card has one or the other, or neither. `valid_to` is None for a long-term card,
    `valid_from` where no document was seen and somebody gave name and number.
    """

    name: str
    document_type: str
    number: str
    sex: Sex
    nation_code: str
    birth: dt.date
    address: str
    issuer: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    latin_name: str = ""
    country: str = ""

    def __repr__(self) -> str:
        # A repr ends in logs and failure reports; it must not name anybody.
        return f"Person(document_type={self.document_type!r}, …)"

    @property
    def document_seen(self) -> bool:
        """Say whether the document lay here, or somebody only gave name and number."""
        return self.valid_from is not None

    def age_on(self, day: dt.date) -> int:
        """Return full years on `day`; who was born on 29 February is a year older on the 28th (Civil Code art. 202)."""
        return acting.age_on(self.birth, day)

    def document_valid_on(self, day: dt.date) -> bool:
        """Say whether the document itself is in force on `day`, both ends included."""
        return self.valid_from is not None and self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
