"""The shapes of the catalogue: service items, their forms and materials, and what they refer to.

Knows: shapes, closed vocabularies and what one record can check of itself. Does not know: other records (`loader`
cross-checks), answers (`forms`), or devices.

Every string of the city that a citizen may see is a `Text`, Chinese and English together. What our own program says
is named by message id instead.
"""

from __future__ import annotations

import datetime as dt
import enum
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from kiosk.catalogue.rules import AnyRule, FieldType
from kiosk.identity.assurance import Assurance
from kiosk.identity.masking import Kind
from kiosk.identity.persons import PersonCard
from kiosk.words import shipped

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
Filled = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(_Record):
    """Words of the city in Chinese and English, both present."""

    zh: Filled
    en: Filled

    def in_language(self, language: str) -> str:
        """Return the words in a language: where a further one has none for this text, the English ones."""
        if language.startswith("zh"):
            return self.zh
        return self.en if language.startswith("en") else shipped().city(language, self.zh) or self.en


# --- what items refer to ---------------------------------------------------------------------------------------------


class Period(_Record):
    """An opening period of a working day, civil time."""

    start: dt.time
    end: dt.time

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        if self.end <= self.start:
            raise ValueError("end before start")
        return self


class Department(_Record):
    """Who decides about an item. `hours` are those of its office on working days, not of the terminal."""

    id: Id
    name: Text
    uscc: Filled
    uscc_is_synthetic: bool
    hours: tuple[Period, ...] = Field(min_length=1)

    @property
    def opening_hours(self) -> tuple[tuple[dt.time, dt.time], ...]:
        """Return the hours as `workdays.next_opening` takes them."""
        return tuple((period.start, period.end) for period in self.hours)


class Theme(_Record):
    """A shelf of the catalogue."""

    id: Id
    name: Text


class LifeEvent(_Record):
    """A moment of life by which people look for items."""

    id: Id
    name: Text


class Register(_Record):
    """A register of the city's data-sharing platform, and whether this terminal's central is connected to it."""

    id: Id
    name: Text
    connected: bool


class CertificateType(_Record):
    """A kind of certificate; `type_code` is GB/T 36904's: defining authority 18 + 3."""

    id: Id
    name: Text
    type_code: Filled
    code_status: Filled


class BundleMember(_Record):
    """One filing of the multi-certificate bundle."""

    seq: int = Field(ge=1)
    name: Text
    authority: Text
    group: Literal["base5", "kaifeng17", "candidate13"]
    source: Filled
    confirmed: bool


class Bundle(_Record):
    """Filings that one registration covers (多证合一)."""

    id: Id
    name: Text
    principle: Text
    members: tuple[BundleMember, ...] = Field(min_length=1)


# --- forms -----------------------------------------------------------------------------------------------------------


class Source(enum.StrEnum):
    """Where an answer comes from."""

    INPUT = "input"
    ID_CARD = "id_card"
    SHARE = "share"
    E_CERTIFICATE = "e_certificate"
    CARD_READER = "card_reader"
    PERMIT_READER = "permit_reader"
    CAMERA = "camera"
    FINGERPRINT = "fingerprint"


class Option(_Record):
    """One choice; `value` goes into the data."""

    value: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$", max_length=64)]
    label: Text


class Condition(_Record):
    """Holds while the answer of `field` is, or contains, one of `any_of`."""

    field: Id
    any_of: tuple[str, ...] = Field(min_length=1)


class FixedDefault(_Record):
    """A default that never changes."""

    kind: Literal["value"]
    value: str | int | bool | tuple[str, ...]


class MonthDefault(_Record):
    """This month, `months` later (earlier if negative)."""

    kind: Literal["month_offset"]
    months: int


class Column(_Record):
    """A column of a table field."""

    key: Id
    label: Text
    type: Literal[FieldType.TEXT, FieldType.ID_NO, FieldType.DECIMAL, FieldType.MONEY, FieldType.ENUM, FieldType.MOBILE]
    required: bool = True
    options: tuple[Option, ...] = ()
    mask: Kind | None = None
    """Of numbers of persons and telephones it is known without being said."""


class FormField(_Record):
    """One question of a form. `register_id` is the register that would know the answer, were it connected."""

    key: Id
    label: Text
    help: Text | None = None
    type: FieldType
    source: Source = Source.INPUT
    required: bool
    options: tuple[Option, ...] = ()
    columns: tuple[Column, ...] = ()
    rules: tuple[AnyRule, ...] = ()
    mask: Kind | None = None
    visible_when: Condition | None = None
    default: Annotated[FixedDefault | MonthDefault, Field(discriminator="kind")] | None = None
    register_id: Id | None = None
    page: int = Field(default=1, ge=1, le=20)


class Provide(enum.StrEnum):
    """How a material can come, best first in a material's list."""

    READ = "read"
    SHARE = "share"
    E_CERTIFICATE = "e_certificate"
    SCAN = "scan"
    FORM = "form"
    COMMIT = "commit"
    SIGN = "sign"


class Profile(enum.StrEnum):
    """What the document camera is to expect."""

    DOCUMENT = "document"
    FORM = "form"
    """Print alone, kept in black and white."""
    PHOTO = "photo"


class Material(_Record):
    """Something that must be handed in. A `scan` has pages and a camera profile; a `share` names its register."""

    key: Id
    name: Text
    provide: tuple[Provide, ...] = Field(min_length=1)
    required: bool
    required_when: Condition | None = None
    note: Text | None = None
    register_id: Id | None = None
    certificate_type: Id | None = None
    pages_min: int = Field(default=1, ge=1)
    pages_max: int = Field(default=1, ge=1, le=50)
    profile: Profile | None = None
    later_days: int | None = Field(default=None, ge=1, le=60)
    """Working days within which it may be brought after the hand-in (容缺); None where nothing begins without it."""

    @model_validator(mode="after")
    def _scan_is_described(self) -> Material:
        if (Provide.SCAN in self.provide) != (self.profile is not None):
            raise ValueError("a scan and only a scan has a profile")
        if (Provide.SHARE in self.provide) != (self.register_id is not None):
            raise ValueError("a share and only a share names its register")
        if self.pages_min > self.pages_max:
            raise ValueError("pages")
        if self.required and self.required_when is not None:
            raise ValueError("required or required_when, not both")
        if self.later_days is not None and Provide.SCAN not in self.provide:
            raise ValueError("only a scan can be brought later")
        return self


# --- items -----------------------------------------------------------------------------------------------------------


class Mode(enum.StrEnum):
    """What the terminal does for an item."""

    QUERY_PRINT = "query_print"
    APPLY_FULL = "apply_full"
    APPLY_PREFILL = "apply_prefill"
    PAY = "pay"
    GUIDE_ONLY = "guide_only"


class Need(enum.StrEnum):
    """What an item cannot do without."""

    ID_CARD = "id_card"
    DOCUMENT_CAMERA = "document_camera"
    RECEIPT_PRINTER = "receipt_printer"
    PAGE_PRINTER = "page_printer"
    CODE_READER = "code_reader"
    PAGE_SCANNER = "page_scanner"
    LINE = "line"


class Unit(enum.StrEnum):
    """How a limit counts."""

    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"


class Limit(_Record):
    """A time limit; zero is on the spot."""

    value: int = Field(ge=0, le=366)
    unit: Unit


class FeeItem(_Record):
    """A charge in yuan per `unit`; no amount when the decision itself names it."""

    name: Text
    amount: Decimal | None = Field(ge=0)
    unit: Text
    note: Text | None = None


class Fee(_Record):
    """What an item costs, on what basis, and who need not pay."""

    charged: bool
    items: tuple[FeeItem, ...] = ()
    payer: Text | None = None
    basis: Text | None = None
    reductions: tuple[Text, ...] = ()
    note: Text | None = None

    @model_validator(mode="after")
    def _charges_have_items(self) -> Fee:
        if self.charged != bool(self.items):
            raise ValueError("charged and items disagree")
        return self


class ResultKind(enum.StrEnum):
    """What a person ends up with."""

    CERTIFICATE = "certificate"
    NOTICE = "notice"
    RECEIPT = "receipt"
    PHYSICAL = "physical"
    DOCUMENT = "document"


class Result(_Record):
    """What comes out, and how it is collected."""

    kind: ResultKind
    name: Text
    formats: tuple[Literal["pdf", "ofd", "card", "thermal"], ...] = Field(min_length=1)
    sealed: bool
    verify_qr: bool
    collected: Text
    certificate_type: Id | None = None
    valid_days: int | None = Field(default=None, ge=1)
    print_limit_per_day: int | None = Field(default=None, ge=1)
    statement: Text | None = None


class ServiceItem(_Record):
    """One thing a citizen can have done. Codes follow GB/T 39046 and ZWFW C 0109.1; `sample` data is no directory."""

    id: Id
    name: Text
    summary: Text
    initials: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+$")]
    department: Id
    co_departments: tuple[Id, ...] = ()
    theme: Id
    life_events: tuple[Id, ...] = ()
    mode: Mode
    catalog_code: Filled
    task_code: Filled
    task_handle_item: Filled | None = None
    task_type: Literal["00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "20"]
    use_level: Literal["1", "2", "3", "4", "5", "6", "7"]
    project_type: Literal["1", "2", "9"]
    service_objects: tuple[Literal["1", "2", "3", "4", "5", "6"], ...] = Field(min_length=1)
    assurance: Assurance
    offline_assurance: Assurance | None = None
    needs: tuple[Need, ...]
    cards: tuple[PersonCard, ...] = Field((PersonCard.RESIDENT,), min_length=1)
    """Identity cards that it can be done with; their numbers go where the form and the registers expect a number."""
    around_the_clock: bool
    legal_limit: Limit | None = None
    promised_limit: Limit
    limit_note: Text | None = None
    visits: int = Field(ge=0)
    agent_allowed: bool
    eligibility: Text
    fields: tuple[FormField, ...]
    materials: tuple[Material, ...]
    flow: tuple[Text, ...] = Field(min_length=1)
    special_procedures: tuple[Text, ...] = ()
    commitment: bool
    registers: tuple[Id, ...] = ()
    result: Result
    fee: Fee
    rated: bool
    legal_basis: tuple[Text, ...] = Field(min_length=1)
    confidence: Literal["high", "medium", "low"]
    evidence: Literal["looked_up", "own_knowledge"]
    staff_note: Text | None = None
    sample: bool
    available: bool
    unavailable_reason: str | None = None
    unavailable_next_step: str | None = None

    @model_validator(mode="after")
    def _availability_has_its_reason(self) -> ServiceItem:
        if self.available != (self.unavailable_reason is None) or self.available != (self.unavailable_next_step is None):
            raise ValueError("an unavailable item, and only that, has a reason and a next step")
        return self

    @model_validator(mode="after")
    def _card_numbers_fit_the_form(self) -> ServiceItem:
        from_card = [field.type for field in self.fields if field.source is Source.ID_CARD]
        if PersonCard.FOREIGN_2017 in self.cards and {FieldType.ID_NO, FieldType.PERSON} & set(from_card):
            raise ValueError("a number of 15 characters (foreign_2017) does not fit a field for numbers of 18")
        return self

    @property
    def prints(self) -> bool:
        """Say whether it ends with a printed certificate; everything else hands something in."""
        return self.mode is Mode.QUERY_PRINT and self.result.kind is ResultKind.CERTIFICATE

    def field(self, key: str) -> FormField:
        """Return the field with this key; KeyError if there is none."""
        for field in self.fields:
            if field.key == key:
                return field
        raise KeyError(key)

    def material(self, key: str) -> Material:
        """Return the material with this key; KeyError if there is none."""
        for material in self.materials:
            if material.key == key:
                return material
        raise KeyError(key)
