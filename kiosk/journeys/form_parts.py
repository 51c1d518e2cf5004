"""Answers of several parts: a person, somebody who acts for one, a period, the rows of a table.

Knows: which parts a field asks for, what each one's control needs, how one part changes the answer. Does not know: pages,
what has been touched, or how a part is judged (`kiosk.catalogue.answers`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kiosk.catalogue.answers import MOST_ROWS, PARTS, Problem
from kiosk.catalogue.models import FormField, Option, Text
from kiosk.catalogue.rules import FieldType
from kiosk.identity import masking

COMPOSITE = frozenset({FieldType.PERSON, FieldType.AGENT, FieldType.CONTACT, FieldType.DATE_RANGE, FieldType.TABLE})
_KEYBOARDS = {
    FieldType.TEXT: "pinyin",
    FieldType.ADDRESS: "place",
    FieldType.INT: "digits",
    FieldType.DECIMAL: "amount",
    FieldType.MONEY: "amount",
    FieldType.MOBILE: "digits",
    FieldType.BANK_CARD: "digits",
    FieldType.ID_NO: "id",
    FieldType.USCC: "letters",
    FieldType.PLATE: "pinyin",
    FieldType.CASE_NO: "letters",
}


def keyboard(kind: FieldType, mask: masking.Kind | None) -> str:
    """Return what the keyboard is to offer: a layout, or words that lean to names or to places."""
    if kind is FieldType.TEXT and mask is masking.Kind.NAME:
        return "name"
    return _KEYBOARDS.get(kind, "none")


@dataclass(frozen=True, slots=True)
class PartView:
    """One part as the screen needs it. `path` is that of a `Problem`: `name`, or row and column as `2.amount`."""

    path: str
    row: int
    """From 1 in a table, 0 elsewhere."""
    label: Text | str
    """Words of the city, or a message id of our own."""
    type: str
    value: Any = field(repr=False)
    options: tuple[Option, ...]
    required: bool
    keyboard: str
    problem: Problem | None


def rows(asked: FormField, value: Any) -> int:
    """Return how many rows a table shows: one that is asked for has a first one to begin with."""
    if asked.type is not FieldType.TABLE:
        return 0
    return max(len(value) if isinstance(value, list) else 0, 1 if asked.required else 0)


def parts(asked: FormField, value: Any, problems: Iterable[Problem]) -> tuple[PartView, ...]:
    """Return the parts of a composite field in order, row by row; none for a field of one part."""
    wrong = {problem.part: problem for problem in reversed(list(problems)) if problem.part}
    if asked.type in COMPOSITE - {FieldType.TABLE}:
        held = value if isinstance(value, Mapping) else {}
        return tuple(
            PartView(
                key, 0, f"form.part.{key}", str(kind), held.get(key), (), True,
                keyboard(kind, masking.Kind.NAME if key == "name" else None), wrong.get(key),
            )
            for key, kind in PARTS[asked.type].items()
        )  # fmt: skip
    found = []
    for row in range(1, rows(asked, value) + 1):
        held = _row(value, row)
        for column in asked.columns:
            path = f"{row}.{column.key}"
            found.append(
                PartView(
                    path, row, column.label, str(column.type), held.get(column.key), column.options, column.required,
                    keyboard(column.type, column.mask), wrong.get(path),
                )
            )  # fmt: skip
    return tuple(found)


def _row(value: Any, row: int) -> Mapping[str, Any]:
    held = value[row - 1] if isinstance(value, list) and row <= len(value) else {}
    return held if isinstance(held, Mapping) else {}


def with_part(asked: FormField, value: Any, path: str, raw: Any) -> Any:
    """Return the answer with one part replaced; a path that the field does not have changes nothing."""
    if asked.type is not FieldType.TABLE:
        held = dict(value) if isinstance(value, Mapping) else {}
        return {**held, path: raw} if path in PARTS.get(asked.type, {}) else value
    number, _, key = path.partition(".")
    row = int(number) if number.isascii() and number.isdigit() and len(number) <= len(str(MOST_ROWS)) else 0
    if not 1 <= row <= rows(asked, value) or key not in {column.key for column in asked.columns}:
        return value
    table = [dict(_row(value, at)) for at in range(1, rows(asked, value) + 1)]
    table[row - 1][key] = raw
    return table


def with_row(asked: FormField, value: Any) -> Any:
    """Return the table with one more row, up to as many as an answer may have."""
    count = rows(asked, value)
    return [dict(_row(value, at)) for at in range(1, count + 1)] + [{}] * (count < MOST_ROWS)


def without_row(value: Any, row: int) -> Any:
    """Return the table without one row."""
    return [each for at, each in enumerate(value, start=1) if at != row] if isinstance(value, list) else value


def display(asked: FormField, value: Any, language: str) -> str:
    """Write a composite answer for a reader: its parts in order, persons masked, a row after the other."""
    if asked.type is FieldType.TABLE:
        kinds: _Kinds = {column.key: (column.type, column.mask, column.options) for column in asked.columns}
        written = [_written(kinds, row, language) for row in value if isinstance(row, Mapping)]
        return ("；" if language.startswith("zh") else "; ").join(written)
    if asked.type is FieldType.DATE_RANGE:
        return f"{value.get('from', '')} – {value.get('to', '')}"
    named = {"name": masking.Kind.NAME}
    return _written({key: (kind, named.get(key), ()) for key, kind in PARTS[asked.type].items()}, value, language)


_Kinds = Mapping[str, tuple[FieldType, masking.Kind | None, tuple[Option, ...]]]
"""Part to its type, its mask and its options."""


def _written(kinds: _Kinds, held: Mapping[str, Any], language: str) -> str:
    return " ".join(
        said for key, (kind, mask, options) in kinds.items() if (said := _said(kind, mask, options, held.get(key), language))
    )


_MASKED = {FieldType.ID_NO: masking.Kind.ID_NUMBER, FieldType.MOBILE: masking.Kind.MOBILE}


def _said(kind: FieldType, mask: masking.Kind | None, options: tuple[Option, ...], value: Any, language: str) -> str:
    if value in (None, ""):
        return ""
    if kind is FieldType.ENUM:
        return next((option.label.in_language(language) for option in options if option.value == value), "")
    hidden = mask or _MASKED.get(kind)
    return str(value) if hidden is None else masking.on_screen(hidden, str(value))
