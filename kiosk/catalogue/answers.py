"""Answers of a form: tidying what was typed, and whether its shape can be an answer at all.

Knows: the JSON shape of each type of field and its bounds; every value, however hostile, leads to an answer or a
`Problem`. Does not know: rules between fields (`forms`), or where answers come from.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

from kiosk.catalogue import divisions
from kiosk.catalogue.models import Column, FormField, Option, Text
from kiosk.catalogue.rules import FieldType
from kiosk.identity import case_code, numbers

LONGEST_TEXT = 200
LONGEST_TYPED = 2000
MOST_ROWS = 50
_LARGEST_INT = 10**12

_FULL_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x3000: 0x20}
_WORDS = frozenset({FieldType.TEXT})
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_MONEY = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")

PARTS: dict[FieldType, dict[str, FieldType]] = {
    FieldType.ADDRESS: {"division": FieldType.DIVISION, "detail": FieldType.TEXT},
    FieldType.PERSON: {"name": FieldType.TEXT, "id_no": FieldType.ID_NO},
    FieldType.AGENT: {"name": FieldType.TEXT, "id_no": FieldType.ID_NO, "mobile": FieldType.MOBILE},
    FieldType.CONTACT: {"name": FieldType.TEXT, "mobile": FieldType.MOBILE},
    FieldType.DATE_RANGE: {"from": FieldType.DATE, "to": FieldType.DATE},
}
"""What answers of several parts are made of, in the order in which they are asked."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one answer. `part` is the place inside it (`detail`, or row and column as `2.amount`)."""

    field: str
    message_id: str
    args: Mapping[str, str | Text] = dataclass_field(default_factory=dict)
    part: str = ""

    def args_in(self, language: str) -> dict[str, str]:
        """Return the message's arguments in one language."""
        return {name: value.in_language(language) if isinstance(value, Text) else value for name, value in self.args.items()}


Report = Callable[..., None]
"""report(message id after `form.problem.`, part="", **args)"""


# --- tidying ---------------------------------------------------------------------------------------------------------


def normalise(field: FormField, raw: Any) -> Any:
    """Return what was typed in canonical form: trimmed, half-width where digits are wanted, numbers as numbers.

    What cannot be tidied comes back as it is; `shape_problems` then says what is wrong with it. Never raises.
    """
    if field.type is FieldType.TABLE:
        if not isinstance(raw, list | tuple) or len(raw) > MOST_ROWS:
            return raw
        types = {column.key: column.type for column in field.columns}
        return [_tidy_parts(row, types) for row in raw]
    if field.type in PARTS:
        return _tidy_parts(raw, PARTS[field.type])
    if field.type is FieldType.MULTI_ENUM and isinstance(raw, tuple):
        return list(raw)
    return _tidy(field.type, raw)


def _tidy_parts(raw: Any, types: Mapping[str, FieldType]) -> Any:
    if not isinstance(raw, Mapping) or raw.keys() - types.keys():
        return raw
    return {key: _tidy(types[key], value) for key, value in raw.items()}


def _tidy(kind: FieldType, raw: Any) -> Any:
    if not isinstance(raw, str) or len(raw) > LONGEST_TYPED:
        return raw
    text = raw.strip()
    if kind in _WORDS:
        return unicodedata.normalize("NFC", text) if _characters_fit(text) else text
    text = text.translate(_FULL_WIDTH).strip()
    match kind:
        case FieldType.INT:
            return int(text) if re.fullmatch(r"-?[0-9]{1,12}", text) else text
        case FieldType.DECIMAL | FieldType.MONEY:
            return text.replace(",", "").removesuffix("元").strip()
        case FieldType.DATE | FieldType.MONTH:
            return _tidy_date(text)
        case FieldType.CASE_NO:
            found = case_code.parse(text)
            return found.text if isinstance(found, case_code.CaseCode) else text.upper()
        case _:
            return _tidy_number(kind, text)


def _tidy_date(text: str) -> str:
    """Read 2026-1-5, 2026/01/05, 2026.1.5, 2026年1月5日 and 20260105 alike; months likewise without the day.

    A part of zeros was not chosen yet; a date of nothing else is no answer.
    """
    parts = re.findall(r"[0-9]+", text) if re.fullmatch(r"[0-9]{4}[-/.年][0-9]{1,2}([-/.月]([0-9]{1,2}日?)?)?", text) else []
    if not parts and re.fullmatch(r"[0-9]{6}|[0-9]{8}", text):
        parts = [text[:4], text[4:6], text[6:8]][: len(text) // 2 - 1]
    if not parts:
        return text
    return "-".join(part.zfill(2) for part in parts) if any(int(part) for part in parts) else ""


_NUMBER_CHECKS: dict[FieldType, Callable[[str], numbers.Number | numbers.Invalid]] = {
    FieldType.USCC: numbers.credit_code,
    FieldType.MOBILE: numbers.mobile,
    FieldType.BANK_CARD: numbers.bank_card,
    FieldType.PLATE: numbers.plate,
}


def _tidy_number(kind: FieldType, text: str) -> str:
    if kind is FieldType.ID_NO:
        return "".join(text.split()).upper()
    if kind in _NUMBER_CHECKS:
        found = _NUMBER_CHECKS[kind](text)
        return found.text if isinstance(found, numbers.Number) else text
    return text


def _characters_fit(text: str) -> bool:
    """Say whether a text has only characters that can be shown and printed as they are.

    Refused: controls, lone surrogates, marks that change direction or are invisible, private use, non-characters.
    Unassigned code points pass: rare names use characters that are newer than this Python.
    """
    return not any(
        unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} or ord(character) & 0xFFFE == 0xFFFE
        for character in text
    )


# --- shapes ----------------------------------------------------------------------------------------------------------


def is_empty(value: Any) -> bool:
    """Say whether nothing was answered; parts of an address or a person that are all empty are no answer."""
    if isinstance(value, Mapping):
        return all(part is None or part == "" for part in value.values())
    return value is None or (isinstance(value, str | list | tuple) and not value)


def check_shape(field: FormField, value: Any, today: dt.date, report: Report) -> None:
    """Report what makes `value` no answer of its field's type; `value` is normalised and not empty."""
    match field.type:
        case FieldType.TABLE:
            _check_table(field, value, today, report)
        case FieldType.MULTI_ENUM:
            _check_choices(field.options, value, report)
        case kind if kind in PARTS:
            _check_parts(PARTS[kind], value, today, report)
            if kind is FieldType.DATE_RANGE:
                _check_range(value, report)
        case FieldType.COMMITMENT if field.required and value is False:
            report("commitment")
        case _:
            _check_value(field.type, field.options, value, today, report)


def _check_parts(types: Mapping[str, FieldType], value: Any, today: dt.date, report: Report) -> None:
    if not isinstance(value, Mapping) or value.keys() - types.keys():
        report("type")
        return
    for key, kind in types.items():
        part = value.get(key)
        if is_empty(part):
            report("required", part=key)
        else:
            _check_value(kind, (), part, today, report, part=key)


def _check_range(value: Any, report: Report) -> None:
    if isinstance(value, Mapping):
        first, last = as_date(value.get("from")), as_date(value.get("to"))
        if first is not None and last is not None and last < first:
            report("range_order", part="to")


def _check_table(field: FormField, value: Any, today: dt.date, report: Report) -> None:
    if not isinstance(value, list):
        report("type")
        return
    if len(value) > MOST_ROWS:
        report("rows_maximum", maximum=str(MOST_ROWS))
        return
    for number, row in enumerate(value, start=1):
        if not isinstance(row, Mapping) or row.keys() - {column.key for column in field.columns}:
            report("type", part=str(number))
            continue
        for column in field.columns:
            _check_cell(column, row.get(column.key), today, report, f"{number}.{column.key}")


def _check_cell(column: Column, value: Any, today: dt.date, report: Report, part: str) -> None:
    if not is_empty(value):
        _check_value(column.type, column.options, value, today, report, part=part)
    elif column.required:
        report("required", part=part)


def _check_choices(options: tuple[Option, ...], value: Any, report: Report) -> None:
    if not isinstance(value, list):
        report("type")
        return
    known = {option.value for option in options}
    known_only = len(value) <= len(known) and all(isinstance(choice, str) and choice in known for choice in value)
    if not known_only or len(set(value)) != len(value):
        report("choice")


def _check_value(
    kind: FieldType, options: tuple[Option, ...], value: Any, today: dt.date, report: Report, *, part: str = ""
) -> None:
    """Report what makes a single value no answer of its type."""
    if kind is FieldType.INT:
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _LARGEST_INT:
            report("number", part=part)
    elif kind in {FieldType.BOOL, FieldType.COMMITMENT}:
        if not isinstance(value, bool):
            report("type", part=part)
    elif not isinstance(value, str):
        report("type", part=part)
    elif len(value) > LONGEST_TYPED or (kind is FieldType.TEXT and len(value) > LONGEST_TEXT):
        report("too_long", part=part, maximum=str(LONGEST_TEXT))
    elif not _characters_fit(value):
        report("characters", part=part)
    elif problem := _text_problem(kind, options, value, today):
        report(problem, part=part)


def _text_problem(kind: FieldType, options: tuple[Option, ...], value: str, today: dt.date) -> str | None:
    match kind:
        case FieldType.DECIMAL:
            return None if _DECIMAL.fullmatch(value) else "number"
        case FieldType.MONEY:
            return None if _MONEY.fullmatch(value) else "money"
        case FieldType.DATE:
            return None if as_date(value) else _unchosen(value) or "date"
        case FieldType.MONTH:
            return None if as_month(value) else _unchosen(value) or "month"
        case FieldType.ENUM:
            return None if any(option.value == value for option in options) else "choice"
        case FieldType.DIVISION:
            return None if re.fullmatch(r"[0-9]{12}", value) else "division"
        case FieldType.TEXT:
            return None
        case FieldType.ID_NO:
            return number_problem("gb11643", value, today)
        case FieldType.USCC:
            return number_problem("gb32100", value, today)
        case FieldType.BANK_CARD:
            return number_problem("luhn", value, today)
        case FieldType.MOBILE | FieldType.PLATE | FieldType.CASE_NO:
            return number_problem(kind.value, value, today)
        case _:
            return "type"


def _unchosen(value: str) -> str | None:
    """Return the message of the first part of a date that nobody has chosen yet (zeros), or None."""
    parts = zip(("date_part.year", "date_part.month", "date_part.day"), value.split("-"), strict=False)
    return next((message for message, part in parts if re.fullmatch(r"0+", part)), None)


def number_problem(kind: str, value: str, today: dt.date) -> str | None:
    """Return the message of what is wrong with a number of a `Numbering` rule's kind, or None."""
    found: object
    match kind:
        case "gb11643":
            found = numbers.resident_id(value, today=today)
        case "disabled_card":
            found = numbers.disabled_card(value, today=today)
        case "case_no":
            found = case_code.parse(value)
            if isinstance(found, case_code.BadCaseCode):
                found = numbers.case_number(value)
        case _:
            found = _BY_RULE[kind](value)
    if isinstance(found, numbers.Invalid):
        return f"{kind}.length" if found.problem is numbers.Problem.LENGTH else kind
    return None


_BY_RULE: dict[str, Callable[[str], numbers.Number | numbers.Invalid]] = {
    "gb32100": numbers.credit_code,
    "luhn": numbers.bank_card,
    "mobile": numbers.mobile,
    "plate": numbers.plate,
    "hk_macao_permit": numbers.hk_macao_permit,
    "real_estate_unit": numbers.real_estate_unit,
    "real_estate_title": numbers.real_estate_title,
}


# --- reading ---------------------------------------------------------------------------------------------------------


def as_date(value: Any) -> dt.date | None:
    """Return the date that an answer names, if it names one."""
    if not isinstance(value, str) or _DATE.fullmatch(value) is None:
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        return None


def as_month(value: Any) -> dt.date | None:
    """Return the first day of the month that an answer names, if it names one."""
    return as_date(f"{value}-01") if isinstance(value, str) and _MONTH.fullmatch(value) else None


def division_problem(code: Any, level: str, scope: str) -> str | None:
    """Return the message of why `code` is no division of `level`, or None."""
    if not isinstance(code, str) or re.fullmatch(r"[0-9]{12}", code) is None:
        return "division"
    if scope == "national" and level == "city":
        city = divisions.national().get(code)
        return "division" if city is None else None if city.level == level else "division_level.city"
    if scope == "national":
        zeros = {"county": 6, "town": 3}[level]
        return None if code[0] in "123456789" and code.endswith("0" * zeros) else "division"
    found = divisions.current().get(code)
    if found is None:
        return "division"
    return None if found.level == level else f"division_level.{level}"
