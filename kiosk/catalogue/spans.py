"""From which day to which a date or month can be answered, as far as its rules say so before anybody answered.

Knows: what each rule about time leaves open. Does not know: how an answer is judged (`judging`), which stays the last word.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kiosk.catalogue.answers import as_date, as_month
from kiosk.catalogue.judging import months_later
from kiosk.catalogue.models import FormField
from kiosk.catalogue.rules import FieldType, MonthsBefore, NotBefore, NotFuture, Rule, WithinYears


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last day that can be chosen, of a month its first; None where nothing limits it."""

    earliest: dt.date | None = None
    latest: dt.date | None = None


def span(field: FormField, answers: Mapping[str, Any], today: dt.date) -> Span:
    """Return what all rules of the field leave open; nothing is limited of what is no date, month or period.

    A start that lies after the end leaves nothing to choose from: then the end alone is told.
    """
    if field.type not in {FieldType.DATE, FieldType.MONTH, FieldType.DATE_RANGE}:
        return Span()
    each = [_open(rule, answers, today) for rule in field.rules]
    earliest = max((one.earliest for one in each if one.earliest is not None), default=None)
    latest = min((one.latest for one in each if one.latest is not None), default=None)
    if earliest is not None and latest is not None and earliest > latest:
        earliest = None
    return Span(earliest, latest)


def _open(rule: Rule, answers: Mapping[str, Any], today: dt.date) -> Span:
    match rule:
        case NotFuture():
            return Span(latest=today)
        case MonthsBefore(months=months):
            return Span(latest=_months_ago(today, months))
        case WithinYears(years=years):
            return Span(today, months_later(today, 12 * years))
        case NotBefore(field=other):
            return Span(earliest=as_date(answers.get(other)) or as_month(answers.get(other)))
        case _:
            return Span()


def _months_ago(today: dt.date, months: int) -> dt.date:
    """Return the last day whose same day `months` later has come: on a month's last day, any later day of that month too."""
    day = months_later(today, -months)
    if today.day == calendar.monthrange(today.year, today.month)[1]:
        return day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day
