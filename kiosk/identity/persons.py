"""A person as a document names them.

Knows: what a resident card says, and ages. Does not know: where the document was read, or what the person wants.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from kiosk.identity.numbers import Sex

RESIDENT_ID = "111"
"""Document type of a resident identity card (GA/T 2000.156)."""


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """Someone named by a document. `nation_code` is GB/T 3304 ("01" Han), `valid_to` is None for a long-term card."""

    name: str
    document_type: str
    number: str
    sex: Sex
    nation_code: str
    birth: dt.date
    address: str
    issuer: str
    valid_from: dt.date
    valid_to: dt.date | None

    def __repr__(self) -> str:
        # A repr ends in logs and failure reports; it must not name anybody.
        return f"Person(document_type={self.document_type!r}, …)"

    def age_on(self, day: dt.date) -> int:
        """Return full years on `day`; who was born on 29 February is a year older on the 28th (Civil Code art. 202)."""
        years = day.year - self.birth.year
        birthday = min(self.birth.day, calendar.monthrange(day.year, self.birth.month)[1])
        return years - ((day.month, day.day) < (self.birth.month, birthday))

    def document_valid_on(self, day: dt.date) -> bool:
        """Say whether the document itself is in force on `day`, both ends included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
