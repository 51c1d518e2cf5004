"""Ratings: how content citizens were with a case or a certificate, counted by grade, terminal and item.

Knows: what share counts as content, and that a low grade names its case so that somebody may ask why. Does not know: who
gave a grade; nobody is named. Not: envelopes, HTTP.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from central.catalogue import CatalogueDesk
from central.db import Database
from central.settings import Settings
from central.tables import ratings
from kiosk.city.sealed import Rating

GRADES = (5, 4, 3, 2, 1)
CONTENT = 3
"""国办发〔2019〕51号: *somewhat content* (基本满意) is the lowest grade that counts as content."""
_MOST_LOW = 200


@dataclass(slots=True)
class Tally:
    """How often each grade was given."""

    counts: dict[int, int] = field(default_factory=lambda: dict.fromkeys(GRADES, 0))

    @property
    def total(self) -> int:
        """All grades together."""
        return sum(self.counts.values())

    @property
    def content_percent(self) -> float | None:
        """The share of those who were content, in percent; None where nobody said anything."""
        if self.total == 0:
            return None
        return 100 * sum(count for grade, count in self.counts.items() if grade >= CONTENT) / self.total


@dataclass(frozen=True, slots=True)
class LowGrade:
    """A grade that asks for a question back (差评回访)."""

    about: str
    rates: str
    item_name: str
    kiosk: str
    grade: int
    submitted_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Ratings:
    """Everything that the staff page shows."""

    overall: Tally
    by_kiosk: dict[str, Tally]
    by_item: dict[str, Tally]
    low: tuple[LowGrade, ...]


def enter(connection: Connection, message: Rating, *, received_at: dt.datetime) -> None:
    """Keep a grade inside the transaction that accepts the message."""
    connection.execute(
        ratings.insert().values(
            submission_id=message.submission_id,
            about=message.about,
            rates=message.rates,
            item=message.item,
            kiosk=message.kiosk,
            grade=message.grade,
            submitted_at=message.submitted_at,
            received_at=received_at,
        )
    )


@dataclass(frozen=True, slots=True)
class RatingDesk:
    """Counts grades."""

    settings: Settings
    db: Database
    catalogue: CatalogueDesk

    def counted(self) -> Ratings:
        """Return every grade counted, and the newest low ones."""
        overall = Tally()
        by_kiosk: defaultdict[str, Tally] = defaultdict(Tally)
        by_item: defaultdict[str, Tally] = defaultdict(Tally)
        columns = (ratings.c.kiosk, ratings.c.item, ratings.c.grade)
        with self.db.reading() as connection:
            rows = connection.execute(select(*columns, func.count()).group_by(*columns).order_by(*columns)).all()
            low = connection.execute(
                select(ratings)
                .where(ratings.c.grade < CONTENT)
                .order_by(ratings.c.received_at.desc())
                .limit(_MOST_LOW)
            ).all()
        for kiosk, item, grade, count in rows:
            for tally in (overall, by_kiosk[kiosk], by_item[self._name(item)]):
                tally.counts[grade] += count
        found = tuple(
            LowGrade(row.about, row.rates, self._name(row.item), row.kiosk, row.grade, row.submitted_at) for row in low
        )
        return Ratings(overall, dict(by_kiosk), dict(by_item), found)

    def _name(self, item_id: str) -> str:
        item = self.catalogue.item(item_id)
        return item.name if item else item_id
