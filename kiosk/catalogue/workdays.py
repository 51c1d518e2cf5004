"""Working days: when an office opens, and by which day a promise is due.

Knows: the State Council's yearly notices with their swapped days (data/workdays.toml), and what to assume without one.
Does not know: items, cases or clocks. Standard library only, because the central platform computes with the same code.

The day of acceptance is not counted (Civil Code art. 201); limits count working days (Administrative Licence Law
art. 82). A result that leans on a year without a notice is `provisional`.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

CIVIL_TZ = ZoneInfo("Asia/Shanghai")
_DATA = Path(__file__).parent / "data" / "workdays.toml"
_ONE_DAY = dt.timedelta(days=1)
_HORIZON_DAYS = 3660

Hours = Sequence[tuple[dt.time, dt.time]]
"""Opening periods of every working day, civil time, in order."""


class Due(NamedTuple):
    """The last day of a limit (its end is that day's end)."""

    date: dt.date
    provisional: bool


class Opening(NamedTuple):
    """When an office is next open, in civil time."""

    at: dt.datetime
    provisional: bool


@dataclass(frozen=True)
class WorkCalendar:
    """One version of the calendar table. Use `current()` for the one that ships."""

    version: str
    notices: Mapping[int, str]
    closed: frozenset[dt.date]
    worked: frozenset[dt.date]
    statutory: frozenset[dt.date]
    fixed: frozenset[tuple[int, int]]
    reach: tuple[int, int]

    @classmethod
    def load(cls, path: Path = _DATA) -> WorkCalendar:
        """Read a calendar table; KeyError, ValueError or OSError if the file is not one (it ships with the program)."""
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        closed: set[dt.date] = set()
        worked: set[dt.date] = set()
        notices: dict[int, str] = {}
        for entry in data["year"]:
            year = int(entry["year"])
            notices[year] = entry["notice"]
            for span in entry["holidays"]:
                first, last = (_day(year, part) for part in span.split("/"))
                closed.update(_days(first, last))
            worked.update(_day(year, part) for part in entry["workdays"])
        rules = data["statutory"]
        return cls(
            version=data["version"],
            notices=notices,
            closed=frozenset(closed),
            worked=frozenset(worked),
            statutory=frozenset(day for entry in rules["lunar"] for day in _lunar_days(entry)),
            fixed=frozenset(_month_day(part) for part in rules["fixed"]),
            reach=_month_day(data["notice_reaches_back_to"]),
        )

    def is_settled(self, day: dt.date) -> bool:
        """Say whether every notice that can touch `day` is in the table."""
        if day.year not in self.notices:
            return False
        return (day.month, day.day) < self.reach or day.year + 1 in self.notices

    def is_workday(self, day: dt.date) -> bool:
        """Say whether offices work on `day`; from weekends and statutory days alone in a year without a notice."""
        if day in self.worked:
            return True
        if day.weekday() >= 5 or day in self.closed:
            return False
        if day.year in self.notices:
            return True
        return day not in self.statutory and (day.month, day.day) not in self.fixed

    def due(self, accepted: dt.date, working_days: int) -> Due:
        """Return the `working_days`-th working day after `accepted`; zero days is the same day."""
        _check(accepted, working_days)
        provisional = False
        left = working_days
        day = accepted
        for day in _from(accepted + _ONE_DAY):
            if not left:
                break
            provisional = provisional or not self.is_settled(day)
            left -= self.is_workday(day)
        return Due(day - _ONE_DAY, provisional)

    def due_calendar_days(self, accepted: dt.date, days: int) -> Due:
        """Return the `days`-th day after `accepted`; if it is free, the next working day (Civil Code art. 203)."""
        _check(accepted, days)
        first = accepted + dt.timedelta(days=days)
        provisional = False
        for day in _from(first):
            provisional = provisional or not self.is_settled(day)
            if days == 0 or self.is_workday(day):
                return Due(day, provisional and days > 0)
        raise ValueError("no working day")

    def next_opening(self, moment: dt.datetime, hours: Hours) -> Opening:
        """Return `moment` itself (civil time) while the office is open, else its next opening.

        `moment` is aware; `hours` are the periods of a working day. ValueError for a naive moment or no hours.
        """
        if moment.tzinfo is None or not hours:
            raise ValueError("moment or hours")
        local = moment.astimezone(CIVIL_TZ)
        provisional = False
        for day in _from(local.date()):
            provisional = provisional or not self.is_settled(day)
            if not self.is_workday(day):
                continue
            for start, end in hours:
                opens = dt.datetime.combine(day, start, CIVIL_TZ)
                if local < dt.datetime.combine(day, end, CIVIL_TZ):
                    return Opening(max(local, opens), provisional)
        raise ValueError("no working day")


@functools.cache
def current() -> WorkCalendar:
    """Return the calendar table that ships with the program."""
    return WorkCalendar.load()


def is_workday(day: dt.date) -> bool:
    """Say whether offices work on `day`, by the shipped table."""
    return current().is_workday(day)


def due(accepted: dt.date, working_days: int) -> Due:
    """Return the last day of a limit of `working_days` after `accepted`, by the shipped table."""
    return current().due(accepted, working_days)


def due_calendar_days(accepted: dt.date, days: int) -> Due:
    """Return the last day of a limit of calendar `days` after `accepted`, by the shipped table."""
    return current().due_calendar_days(accepted, days)


def next_opening(moment: dt.datetime, hours: Hours) -> Opening:
    """Return when an office with these `hours` is open at or after `moment`, by the shipped table."""
    return current().next_opening(moment, hours)


def _check(accepted: dt.date, days: int) -> None:
    # A datetime is a date to the type checker, but its day depends on a zone that is not known here.
    if isinstance(accepted, dt.datetime) or not 0 <= days <= _HORIZON_DAYS // 3:
        raise ValueError("accepted or days")


def _from(day: dt.date) -> Iterator[dt.date]:
    return (day + dt.timedelta(days=offset) for offset in itertools.takewhile(_HORIZON_DAYS.__gt__, itertools.count()))


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    if last < first:
        raise ValueError("span")
    return (first + dt.timedelta(days=offset) for offset in range((last - first).days + 1))


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)


def _day(year: int, text: str) -> dt.date:
    return dt.date(year, *_month_day(text))


def _lunar_days(entry: Mapping[str, Any]) -> Iterator[dt.date]:
    """Give the statutory days of one year's lunar feasts: the eve and three days of spring, and one each."""
    year = int(entry["year"])
    spring = _day(year, entry["spring"])
    yield from _days(spring - _ONE_DAY, spring + 2 * _ONE_DAY)
    for feast in ("qingming", "dragon_boat", "mid_autumn"):
        yield _day(year, entry[feast])
