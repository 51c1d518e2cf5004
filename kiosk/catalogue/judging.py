"""How each typed rule is judged.

Knows: every rule of the closed union, and which message it leads to. Does not know: shapes of answers (checked before),
pages, or registers, whose word `CheckedByRegister` leaves to the city.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from kiosk.catalogue import answers as shapes
from kiosk.catalogue.answers import Report, as_date, as_month
from kiosk.catalogue.models import FormField, ServiceItem
from kiosk.catalogue.rules import (
    CheckedByRegister,
    Choices,
    DiffersFrom,
    DivisionLevel,
    FieldType,
    Length,
    Maximum,
    MinAge,
    Minimum,
    MonthsBefore,
    NotBefore,
    NotFuture,
    Numbering,
    Pattern,
    Rule,
    SumEquals,
    WithinYears,
)
from kiosk.identity import numbers


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule is judged in: normalised answers, the civil date, and where to report."""

    item: ServiceItem
    field: FormField
    answers: Mapping[str, Any]
    today: dt.date
    report: Report


@functools.singledispatch
def judge(rule: Rule, value: Any, case: Case) -> None:
    """Report what `rule` says against `value`, whose shape was checked for its field's type.

    Each kind of rule registers its own; a kind that has none is a bug of ours, and a test goes through them all.
    """
    raise NotImplementedError(type(rule).__name__)


@judge.register
def _(rule: Pattern, value: Any, case: Case) -> None:
    if not rule.compiled.fullmatch(value):
        case.report("pattern", example=rule.example)


@judge.register
def _(rule: Numbering, value: Any, case: Case) -> None:
    if problem := shapes.number_problem(rule.kind, value, case.today):
        case.report(problem)


@judge.register
def _(rule: Length, value: Any, case: Case) -> None:
    if len(value) < rule.minimum:
        case.report("too_short", minimum=str(rule.minimum))
    elif len(value) > rule.maximum:
        case.report("too_long", maximum=str(rule.maximum))


@judge.register
def _(rule: Minimum, value: Any, case: Case) -> None:
    amount = Decimal(value)
    if rule.exclusive and amount <= rule.value:
        case.report("more_than", minimum=str(rule.value))
    elif amount < rule.value:
        case.report("minimum", minimum=str(rule.value))


@judge.register
def _(rule: Maximum, value: Any, case: Case) -> None:
    if Decimal(value) > rule.value:
        case.report("maximum", maximum=str(rule.value))


@judge.register
def _(rule: MinAge, value: Any, case: Case) -> None:
    holder = numbers.resident_id(value, today=case.today)
    if isinstance(holder, numbers.ResidentNumber) and months_later(holder.birth, 12 * rule.years) > case.today:
        case.report("min_age", years=str(rule.years))


@judge.register
def _(rule: DivisionLevel, value: Any, case: Case) -> None:
    part = "division" if case.field.type is FieldType.ADDRESS else ""
    code = value["division"] if part else value
    if problem := shapes.division_problem(code, rule.level, rule.scope):
        case.report(problem, part=part)


@judge.register
def _(rule: MonthsBefore, value: Any, case: Case) -> None:
    day = as_date(value)
    if day is not None and months_later(day, rule.months) > case.today:
        case.report("months_before", months=str(rule.months))


@judge.register
def _(rule: WithinYears, value: Any, case: Case) -> None:
    day = as_date(value)
    if day is not None and not case.today <= day <= months_later(case.today, 12 * rule.years):
        case.report("within_years", years=str(rule.years))


@judge.register
def _(_rule: NotFuture, value: Any, case: Case) -> None:
    if case.field.type is FieldType.DATE_RANGE:
        _judge_not_future(as_date(value["to"]), case, part="to")
    elif case.field.type is FieldType.INT:
        if value > case.today.year:
            case.report("future")
    else:
        _judge_not_future(as_date(value) or as_month(value), case)


def _judge_not_future(day: dt.date | None, case: Case, part: str = "") -> None:
    if day is not None and day > case.today:
        case.report("future", part=part)


@judge.register
def _(rule: NotBefore, value: Any, case: Case) -> None:
    other = case.answers.get(rule.field)
    first, last = as_date(other) or as_month(other), as_date(value) or as_month(value)
    if first is not None and last is not None and last < first:
        case.report("not_before", other=case.item.field(rule.field).label)


@judge.register
def _(rule: DiffersFrom, value: Any, case: Case) -> None:
    number = _number_of(value)
    if number is not None and number == _number_of(case.answers.get(rule.field)):
        case.report("differs_from", other=case.item.field(rule.field).label)


def _number_of(value: Any) -> Any:
    return value.get("id_no") if isinstance(value, Mapping) else value


@judge.register
def _(rule: SumEquals, value: Any, case: Case) -> None:
    target = _amount(rule.value if rule.field is None else case.answers.get(rule.field))
    total = sum((_amount(row.get(rule.column)) or Decimal(0) for row in value), Decimal(0))
    if target is not None and total != target:
        case.report("sum", total=_plain(total), expected=_plain(target))


@judge.register
def _(rule: Choices, value: Any, case: Case) -> None:
    if len(value) < rule.minimum:
        case.report("choices_minimum", minimum=str(rule.minimum))
    for option in case.field.options:
        if option.value in rule.always and option.value not in value:
            case.report("choices_always", option=option.label)


@judge.register
def _(_rule: CheckedByRegister, _value: Any, _case: Case) -> None:
    """Leave it to the register, which answers with the case."""


def _amount(value: Any) -> Decimal | None:
    try:
        return Decimal(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
    except InvalidOperation:
        return None


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def months_later(day: dt.date, months: int) -> dt.date:
    """Return the same day `months` later, or the month's last day if it has no such day (Civil Code art. 202)."""
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    if not dt.MINYEAR <= year < dt.MAXYEAR:
        return dt.date.max if year > 1 else dt.date.min
    first_of_next = dt.date(year + month // 11, (month + 1) % 12 + 1, 1)
    last = (first_of_next - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(day.day, last))
