"""The typed rules that a field's answer must keep.

Knows: the closed union of rules and which types of field each one fits. Does not know: how a rule is judged (`forms`),
or what a person is told (message ids in `kiosk/words`).
"""

from __future__ import annotations

import enum
import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class FieldType(enum.StrEnum):
    """What an answer is. The comments give its JSON shape in a form's answers."""

    TEXT = "text"  # str
    INT = "int"  # int
    DECIMAL = "decimal"  # str, plain decimal
    MONEY = "money"  # str, yuan with at most two places
    BOOL = "bool"  # bool
    DATE = "date"  # str, YYYY-MM-DD
    MONTH = "month"  # str, YYYY-MM
    DATE_RANGE = "date_range"  # {"from": date, "to": date}
    ENUM = "enum"  # str, the value of an option
    MULTI_ENUM = "multi_enum"  # [str], values of options, no repeats
    MOBILE = "mobile"  # str
    ID_NO = "id_no"  # str
    USCC = "uscc"  # str
    PLATE = "plate"  # str
    BANK_CARD = "bank_card"  # str
    CASE_NO = "case_no"  # str: a case code of a terminal or a department's case number
    DIVISION = "division"  # str, 12 digits
    ADDRESS = "address"  # {"division": 12 digits, "detail": str}
    PERSON = "person"  # {"name": str, "id_no": str}
    AGENT = "agent"  # {"name": str, "id_no": str, "mobile": str}
    CONTACT = "contact"  # {"name": str, "mobile": str}
    COMMITMENT = "commitment"  # bool: the statement in the field's help was read and promised
    TABLE = "table"  # [{column key: answer}]
    EVIDENCE = "evidence"  # nothing: a register, a reader or a camera supplies it


class Rule(BaseModel):
    """A rule of a field. `fits` names the types of field that may carry it; the loader holds rules to it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Pattern(Rule):
    """The whole text matches `pattern` (ASCII classes); `example` shows a right one."""

    kind: Literal["pattern"]
    pattern: str
    example: str

    @model_validator(mode="after")
    def _example_fits(self) -> Pattern:
        try:
            fits_itself = self.compiled.fullmatch(self.example) is not None
        except re.error as error:
            raise ValueError("pattern") from error
        if not fits_itself:
            raise ValueError("example does not match")
        return self

    @property
    def compiled(self) -> re.Pattern[str]:
        """Return the pattern, compiled (and kept by `re`)."""
        return re.compile(self.pattern, re.ASCII)


class Numbering(Rule):
    """The text is a number of `kiosk.identity.numbers`, by layout and check character."""

    kind: Literal[
        "gb11643",
        "gb32100",
        "luhn",
        "mobile",
        "plate",
        "case_no",
        "disabled_card",
        "hk_macao_permit",
        "real_estate_unit",
        "real_estate_title",
    ]


class Length(Rule):
    """The text has `minimum` to `maximum` characters."""

    kind: Literal["length"]
    minimum: int = Field(ge=0)
    maximum: int = Field(ge=1, le=2000)


class Minimum(Rule):
    """The number is at least `value`, or more than it."""

    kind: Literal["minimum"]
    value: int
    exclusive: bool = False


class Maximum(Rule):
    """The number is at most `value`."""

    kind: Literal["maximum"]
    value: int


class MinAge(Rule):
    """The holder of the resident number is at least `years` old today."""

    kind: Literal["min_age"]
    years: int = Field(ge=1, le=150)


class DivisionLevel(Rule):
    """The division is of `level` in this city, or anywhere (`national`: a city by its table, below it by layout)."""

    kind: Literal["division_level"]
    level: Literal["city", "county", "town"]
    scope: Literal["city", "national"] = "city"


class MonthsBefore(Rule):
    """The date lies at least `months` months before today."""

    kind: Literal["months_before"]
    months: int = Field(ge=1, le=600)


class WithinYears(Rule):
    """The date lies in the future, at most `years` years ahead."""

    kind: Literal["within_years"]
    years: int = Field(ge=1, le=100)


class NotFuture(Rule):
    """The date or month is not after today or this month; a year is not after this year."""

    kind: Literal["not_future"]


class NotBefore(Rule):
    """The date or month is not before that of `field`."""

    kind: Literal["not_before"]
    field: str


class DiffersFrom(Rule):
    """The person is another one than that of `field`, by number."""

    kind: Literal["differs_from"]
    field: str


class SumEquals(Rule):
    """The amounts in `column` of the table sum to `value`, or to the answer of `field`."""

    kind: Literal["sum_equals"]
    column: str
    field: str | None = None
    value: int | None = None

    @model_validator(mode="after")
    def _one_target(self) -> SumEquals:
        if (self.field is None) == (self.value is None):
            raise ValueError("exactly one of field and value")
        return self


class Choices(Rule):
    """At least `minimum` options are chosen, and every option of `always` is among them."""

    kind: Literal["choices"]
    minimum: int = Field(ge=1)
    always: tuple[str, ...] = ()


class CheckedByRegister(Rule):
    """A register of the city has the last word (a free company name, an account's holder); nothing is judged here."""

    kind: Literal["checked_by_register"]
    register_id: str = Field(min_length=1)


AnyRule = Annotated[
    Pattern
    | Numbering
    | Length
    | Minimum
    | Maximum
    | MinAge
    | DivisionLevel
    | MonthsBefore
    | WithinYears
    | NotFuture
    | NotBefore
    | DiffersFrom
    | SumEquals
    | Choices
    | CheckedByRegister,
    Field(discriminator="kind"),
]

_T = FieldType
_NUMBERS = frozenset({_T.INT, _T.DECIMAL, _T.MONEY})

_NUMBERING_FITS: dict[str, frozenset[FieldType]] = {
    "gb11643": frozenset({_T.ID_NO}),
    "gb32100": frozenset({_T.USCC}),
    "luhn": frozenset({_T.BANK_CARD}),
    "mobile": frozenset({_T.MOBILE}),
    "plate": frozenset({_T.PLATE}),
    "case_no": frozenset({_T.CASE_NO}),
}

_FITS: dict[type[Rule], frozenset[FieldType]] = {
    Pattern: frozenset({_T.TEXT}),
    Length: frozenset({_T.TEXT}),
    Minimum: _NUMBERS,
    Maximum: _NUMBERS,
    MinAge: frozenset({_T.ID_NO}),
    DivisionLevel: frozenset({_T.DIVISION, _T.ADDRESS}),
    MonthsBefore: frozenset({_T.DATE}),
    WithinYears: frozenset({_T.DATE}),
    NotFuture: frozenset({_T.DATE, _T.MONTH, _T.DATE_RANGE, _T.INT}),
    NotBefore: frozenset({_T.DATE, _T.MONTH}),
    DiffersFrom: frozenset({_T.ID_NO, _T.PERSON, _T.AGENT}),
    SumEquals: frozenset({_T.TABLE}),
    Choices: frozenset({_T.MULTI_ENUM}),
    CheckedByRegister: frozenset({_T.TEXT, _T.BANK_CARD, _T.ENUM, _T.MULTI_ENUM}),
}


def fits(rule: Rule, kind: FieldType) -> bool:
    """Say whether a field of this type may carry this rule."""
    if isinstance(rule, Numbering):
        return kind in _NUMBERING_FITS.get(rule.kind, {_T.TEXT})
    return kind in _FITS[type(rule)]
