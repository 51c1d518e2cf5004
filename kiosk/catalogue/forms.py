"""Forms: which fields are asked on which page, and what is wrong with the answers.

Knows: conditions, defaults, what a card fills in, and how each typed rule is judged. Does not know: screens, drafts, or
registers, whose word some rules leave to the city.

Answers are a mapping from field key to JSON-able values, in the shapes of `rules.FieldType`. Nothing here raises for
what a person, or an attacker, put into them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kiosk.catalogue import answers as shapes
from kiosk.catalogue.answers import Problem, is_empty, normalise
from kiosk.catalogue.judging import Case, judge, months_later
from kiosk.catalogue.models import Condition, FixedDefault, FormField, MonthDefault, ServiceItem, Source, Text
from kiosk.catalogue.rules import FieldType
from kiosk.identity.persons import Person

__all__ = [
    "Answers",
    "Page",
    "Problem",
    "defaults",
    "holds",
    "normalise",
    "normalised",
    "pages",
    "prefill",
    "problems",
    "visible_fields",
]

Answers = Mapping[str, Any]
_JUDGED = frozenset({Source.INPUT, Source.ID_CARD})


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a form and the fields that are asked on it; pages without a visible field are left out."""

    number: int
    fields: tuple[FormField, ...]


def holds(condition: Condition | None, answers: Answers) -> bool:
    """Say whether a condition holds; the absence of one always does."""
    if condition is None:
        return True
    value = answers.get(condition.field)
    if isinstance(value, list | tuple):
        return any(isinstance(choice, str) and choice in condition.any_of for choice in value)
    return isinstance(value, str) and value in condition.any_of


def visible_fields(item: ServiceItem, answers: Answers) -> tuple[FormField, ...]:
    """Return the fields that belong to the form as it is answered so far, in order."""
    return tuple(field for field in item.fields if holds(field.visible_when, answers))


def pages(item: ServiceItem, answers: Answers) -> tuple[Page, ...]:
    """Return the pages with what a person is asked: visible fields whose answer is typed."""
    by_number: dict[int, list[FormField]] = {}
    for field in visible_fields(item, answers):
        if field.source is Source.INPUT and field.type is not FieldType.EVIDENCE:
            by_number.setdefault(field.page, []).append(field)
    return tuple(Page(number, tuple(fields)) for number, fields in sorted(by_number.items()))


def defaults(item: ServiceItem, today: dt.date) -> dict[str, Any]:
    """Return the answers that stand before anybody answered: what the item says, and what leaves no choice."""
    found: dict[str, Any] = {}
    for field in item.fields:
        match field.default:
            case FixedDefault(value=value):
                found[field.key] = list(value) if isinstance(value, tuple) else value
            case MonthDefault(months=months):
                found[field.key] = f"{months_later(today.replace(day=1), months):%Y-%m}"
            case None if field.required and len(field.options) == 1:
                only = field.options[0].value
                found[field.key] = [only] if field.type is FieldType.MULTI_ENUM else only
            case None:
                pass
    return found


def prefill(item: ServiceItem, person: Person) -> dict[str, Any]:
    """Return the answers that a person's card gives."""
    found: dict[str, Any] = {}
    for field in item.fields:
        if field.source is not Source.ID_CARD:
            continue
        match field.type:
            case FieldType.ID_NO:
                found[field.key] = person.number
            case FieldType.PERSON:
                found[field.key] = {"name": person.name, "id_no": person.number}
            case FieldType.TEXT:
                found[field.key] = person.name
            case _:
                pass
    return found


def normalised(item: ServiceItem, answers: Answers) -> dict[str, Any]:
    """Return the answers as they go into a case: tidy, only of visible fields, without empty ones."""
    fields = visible_fields(item, answers)
    tidy = {field.key: normalise(field, answers[field.key]) for field in fields if field.key in answers}
    return {key: value for key, value in tidy.items() if not is_empty(value)}


def problems(item: ServiceItem, answers: Answers, today: dt.date) -> list[Problem]:
    """Return everything that keeps the answers from being handed in, in the order of the form.

    `today` is the civil date. Fields that a register, a reader or a camera supplies are not judged here.
    """
    found: list[Problem] = []
    known = {field.key for field in item.fields}
    for key in answers:
        if key not in known:
            found.append(Problem(key[:64], "form.problem.unknown_field"))
    tidy = normalised(item, answers)
    for field in visible_fields(item, answers):
        if field.source not in _JUDGED or field.type is FieldType.EVIDENCE:
            continue
        found.extend(_field_problems(item, field, tidy, today))
    return found


def _field_problems(item: ServiceItem, field: FormField, tidy: Answers, today: dt.date) -> list[Problem]:
    found: list[Problem] = []

    def report(message: str, part: str = "", **args: str | Text) -> None:
        found.append(Problem(field.key, f"form.problem.{message}", args, part))

    if field.key not in tidy:
        if field.required:
            report("commitment" if field.type is FieldType.COMMITMENT else "required")
        return found
    shapes.check_shape(field, tidy[field.key], today, report)
    if not found:
        for rule in field.rules:
            judge(rule, tidy[field.key], Case(item, field, tidy, today, report))
    return found
