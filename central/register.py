"""The registers that a city keeps, as a sandbox: who somebody is, their telephone, their social insurance.

Knows: invented people from `register.yaml`. Does not know: who may ask. A real platform asks the data-sharing platform.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from kiosk.city.messages import InsuranceKind
from kiosk.city.signing import subject_hash
from kiosk.city.wire import PersonKey

_FILE = Path(__file__).parent / "register.yaml"


class Month(NamedTuple):
    """A calendar month; compares in order."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read `2026-11`. ValueError if it is none."""
        year, _, month = text.partition("-")
        if len(year) != 4 or len(month) != 2 or not 1 <= int(month) <= 12 or not 1900 <= int(year) <= 2199:
            raise ValueError("month")
        return cls(int(year), int(month))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    def later(self, months: int) -> Month:
        """Return the month `months` later, earlier if negative."""
        year, month = divmod(self.ordinal + months, 12)
        return Month(year, month + 1)

    @property
    def ordinal(self) -> int:
        """Months since year 0, for counting."""
        return self.year * 12 + self.month - 1


@dataclass(frozen=True, slots=True)
class InsuranceSpan:
    """One employment (or residence) under one kind of insurance. `until` is None while it goes on."""

    kind: InsuranceKind
    employer: str
    since: Month
    until: Month | None
    bases: tuple[tuple[Month, int], ...]
    gaps: tuple[tuple[Month, Month], ...]

    def paid(self, month: Month) -> bool:
        """Say whether a contribution is on record for `month`."""
        if month < self.since or (self.until is not None and month > self.until):
            return False
        return not any(first <= month <= last for first, last in self.gaps)

    def base(self, month: Month) -> int:
        """Return the contribution base of `month` in yuan."""
        return max((start, amount) for start, amount in self.bases if start <= month)[1]


@dataclass(frozen=True, slots=True, repr=False)
class Resident:
    """What the registers hold of one person."""

    name: str
    document_type: str
    number: str
    phone: str
    insurance: tuple[InsuranceSpan, ...]

    @property
    def subject_hash(self) -> str:
        """Name the person as certificates do."""
        return subject_hash(self.name, self.number)


class Register:
    """Look-ups by name and number together: a number alone finds nobody."""

    def __init__(self, path: Path = _FILE) -> None:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        self._people = {person.subject_hash: person for person in map(_resident, data["people"])}

    def find(self, person: PersonKey) -> Resident | None:
        """Return who is named so, or None."""
        found = self._people.get(subject_hash(person.name, person.number))
        return found if found is not None and found.document_type == person.document_type else None


def _resident(entry: dict[str, Any]) -> Resident:
    gaps = tuple((Month.parse(first), Month.parse(last)) for first, last in entry["gaps"])
    spans = tuple(
        InsuranceSpan(
            kind=InsuranceKind(span["kind"]),
            employer=span["employer"],
            since=Month.parse(span["from"]),
            until=Month.parse(span["to"]) if "to" in span else None,
            bases=tuple((Month.parse(start), int(amount)) for start, amount in span["base"]),
            gaps=gaps,
        )
        for span in entry["social_insurance"]
    )
    return Resident(entry["name"], entry["document_type"], entry["number"], entry["phone"], spans)
