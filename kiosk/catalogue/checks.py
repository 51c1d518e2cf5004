"""What records of the catalogue must say about each other.

Knows: references, codes, languages, and which rules fit which fields. Does not know: files' syntax or single records'
shapes, which were checked before.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn

from pydantic import BaseModel

from kiosk.catalogue.errors import CatalogueError
from kiosk.catalogue.models import (
    Column,
    Condition,
    Department,
    FixedDefault,
    FormField,
    MonthDefault,
    Need,
    Option,
    Provide,
    ServiceItem,
    Source,
    Text,
)
from kiosk.catalogue.rules import CheckedByRegister, Choices, DiffersFrom, FieldType, NotBefore, SumEquals, fits
from kiosk.identity import numbers
from kiosk.identity.assurance import Assurance

if TYPE_CHECKING:
    from kiosk.catalogue.loader import Catalogue

_CHOOSING = frozenset({FieldType.ENUM, FieldType.MULTI_ENUM})
_AMOUNTS = frozenset({FieldType.INT, FieldType.DECIMAL, FieldType.MONEY})
_HAN = re.compile(r"[\u3400-\u9fff]")

Refuse = Callable[[str, str], NoReturn]
"""Raises for a code and a key below the record."""


def check(catalogue: Catalogue, files: Mapping[str, str]) -> None:
    """Raise CatalogueError for the first record that does not fit the others; `files` maps Model.id to its file."""
    for records in (
        catalogue.departments,
        catalogue.themes,
        catalogue.life_events,
        catalogue.registers,
        catalogue.certificate_types,
        catalogue.items,
    ):
        seen: set[str] = set()
        for record in records:
            file = files[f"{type(record).__name__}.{record.id}"]
            if record.id in seen:
                raise CatalogueError("catalogue.duplicate", file, record.id)
            seen.add(record.id)
            _languages(record, file, record.id)
    _languages(catalogue.bundle, "bundle", catalogue.bundle.id)
    _unique([str(member.seq) for member in catalogue.bundle.members], _refuser("bundle", "members"))
    for department in catalogue.departments:
        _check_department(department, _refuser(files[f"Department.{department.id}"], department.id))
    for kind in catalogue.certificate_types:
        right = re.fullmatch(r"[0-9A-Z]{18}[0-9]{3}", kind.type_code) is not None
        if not right or isinstance(numbers.credit_code(kind.type_code[:18]), numbers.Invalid):
            raise CatalogueError("catalogue.code", files[f"CertificateType.{kind.id}"], f"{kind.id}.type_code")
    _unique([item.task_code for item in catalogue.items], _refuser("items", "task_code"))
    for item in catalogue.items:
        _check_item(item, catalogue, _refuser(files[f"ServiceItem.{item.id}"], item.id))


def _check_department(department: Department, refuse: Refuse) -> None:
    if isinstance(numbers.credit_code(department.uscc), numbers.Invalid):
        refuse("catalogue.code", "uscc")
    if any(later[0] < earlier[1] for earlier, later in itertools.pairwise(department.opening_hours)):
        refuse("catalogue.hours", "hours")


def _refuser(file: str, record: str) -> Refuse:
    def refuse(code: str, key: str) -> NoReturn:
        raise CatalogueError(code, file, ".".join(part for part in (record, key) if part))

    return refuse


def _unique(keys: Sequence[str], refuse: Refuse) -> None:
    for key, count in Counter(keys).items():
        if count > 1:
            refuse("catalogue.duplicate", key)


def _languages(record: BaseModel, file: str, key: str) -> None:
    """Refuse English words that hold Chinese characters: a text that was not translated."""
    for where, text in texts(record, key):
        if _HAN.search(text.en):
            raise CatalogueError("catalogue.language", file, f"{where}.en")


def texts(value: object, key: str) -> Iterator[tuple[str, Text]]:
    """Walk through a record; return each of its texts with the key at which it stands."""
    if isinstance(value, Text):
        yield key, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from texts(getattr(value, name), f"{key}.{name}")
    elif isinstance(value, tuple):
        for place, part in enumerate(value):
            yield from texts(part, f"{key}.{place}")


# --- items -----------------------------------------------------------------------------------------------------------


def _check_item(item: ServiceItem, catalogue: Catalogue, refuse: Refuse) -> None:
    _check_references(item, catalogue, refuse)
    _check_codes(item, catalogue, refuse)
    _check_needs(item, refuse)
    registers = {register.id for register in catalogue.registers}
    certificates = {kind.id for kind in catalogue.certificate_types}
    _unique([field.key for field in item.fields], lambda code, key: refuse(code, f"fields.{key}"))
    _unique([material.key for material in item.materials], lambda code, key: refuse(code, f"materials.{key}"))
    earlier: dict[str, FormField] = {}
    for field in item.fields:
        _check_field(field, item, earlier, registers, lambda code, key, f=field: refuse(code, f"fields.{f.key}.{key}"))  # type: ignore[misc]
        earlier[field.key] = field
    pages = sorted({field.page for field in item.fields if field.source is Source.INPUT})
    if pages != list(range(1, len(pages) + 1)):
        refuse("catalogue.pages", "fields")
    for material in item.materials:
        where = f"materials.{material.key}"
        if material.required_when is not None and not _condition_fits(material.required_when, earlier):
            refuse("catalogue.condition", f"{where}.required_when")
        if material.register_id is not None and material.register_id not in registers:
            refuse("catalogue.reference", f"{where}.register_id")
        if material.certificate_type is not None and material.certificate_type not in certificates:
            refuse("catalogue.reference", f"{where}.certificate_type")


def _check_references(item: ServiceItem, catalogue: Catalogue, refuse: Refuse) -> None:
    departments = {department.id for department in catalogue.departments}
    wanted: list[tuple[str, Sequence[str], set[str]]] = [
        ("department", [item.department], departments),
        ("co_departments", item.co_departments, departments),
        ("theme", [item.theme], {theme.id for theme in catalogue.themes}),
        ("life_events", item.life_events, {event.id for event in catalogue.life_events}),
        ("registers", item.registers, {register.id for register in catalogue.registers}),
    ]
    if item.result.certificate_type is not None:
        known = {kind.id for kind in catalogue.certificate_types}
        wanted.append(("result.certificate_type", [item.result.certificate_type], known))
    for key, ids, among in wanted:
        if not among.issuperset(ids):
            refuse("catalogue.reference", key)


def _check_codes(item: ServiceItem, catalogue: Catalogue, refuse: Refuse) -> None:
    if re.fullmatch(r"[0-9]{12}", item.catalog_code) is None or item.catalog_code[2:4] != item.task_type:
        refuse("catalogue.code", "catalog_code")
    expected = catalogue.department(item.department).uscc + item.use_level + item.catalog_code
    if item.task_code != expected or isinstance(numbers.task_code(item.task_code), numbers.Invalid):
        refuse("catalogue.code", "task_code")
    handle = item.task_handle_item
    if handle is not None and (
        not handle.startswith(item.task_code) or isinstance(numbers.task_code(handle), numbers.Invalid)
    ):
        refuse("catalogue.code", "task_handle_item")


def _check_needs(item: ServiceItem, refuse: Refuse) -> None:
    required: set[Need] = set()
    if item.assurance is not Assurance.NONE:
        required.add(Need.ID_CARD)
    if any(Provide.SCAN in material.provide for material in item.materials):
        required.add(Need.DOCUMENT_CAMERA)
    # A code goes out through the city's message gateway, so without a weaker way offline the line is needed.
    if item.assurance is Assurance.CARD_CODE and item.offline_assurance is None:
        required.add(Need.LINE)
    if not required.issubset(item.needs):
        refuse("catalogue.needs", "needs")
    if item.offline_assurance is not None and (Need.LINE in item.needs or item.offline_assurance.reaches(item.assurance)):
        refuse("catalogue.needs", "offline_assurance")


# --- fields ----------------------------------------------------------------------------------------------------------


def _check_field(
    field: FormField, item: ServiceItem, earlier: Mapping[str, FormField], registers: set[str], refuse: Refuse
) -> None:
    if (field.type in _CHOOSING) != bool(field.options):
        refuse("catalogue.options", "options")
    if (field.type is FieldType.TABLE) != bool(field.columns):
        refuse("catalogue.options", "columns")
    if field.type is FieldType.COMMITMENT and field.help is None:
        refuse("catalogue.rule", "help")  # the statement itself
    _unique([option.value for option in field.options], lambda code, key: refuse(code, f"options.{key}"))
    _unique([column.key for column in field.columns], lambda code, key: refuse(code, f"columns.{key}"))
    for column in field.columns:
        if (column.type is FieldType.ENUM) != bool(column.options):
            refuse("catalogue.options", f"columns.{column.key}")
    if field.visible_when is not None and not _condition_fits(field.visible_when, earlier):
        refuse("catalogue.condition", "visible_when")
    if field.register_id is not None and field.register_id not in registers:
        refuse("catalogue.reference", "register_id")
    if not _default_fits(field):
        refuse("catalogue.default", "default")
    fields = {other.key: other for other in item.fields}
    for place, rule in enumerate(field.rules):
        if not fits(rule, field.type):
            refuse("catalogue.rule", f"rules.{place}")
        if isinstance(rule, NotBefore) and not _same_type(field, fields.get(rule.field)):
            refuse("catalogue.rule", f"rules.{place}.field")
        if isinstance(rule, DiffersFrom) and not _other_person(rule, field, fields.get(rule.field)):
            refuse("catalogue.rule", f"rules.{place}.field")
        if isinstance(rule, SumEquals) and not _sum_fits(rule, field, fields):
            refuse("catalogue.rule", f"rules.{place}")
        if isinstance(rule, Choices) and not _choices_fit(rule, field.options):
            refuse("catalogue.rule", f"rules.{place}")
        if isinstance(rule, CheckedByRegister) and rule.register_id not in registers:
            refuse("catalogue.reference", f"rules.{place}.register_id")


def _condition_fits(condition: Condition, fields: Mapping[str, FormField]) -> bool:
    """Say whether the condition names a choosing field among `fields`, and options that it has."""
    field = fields.get(condition.field)
    return field is not None and {option.value for option in field.options}.issuperset(condition.any_of)


def _default_fits(field: FormField) -> bool:
    match field.default:
        case None:
            return True
        case MonthDefault():
            return field.type is FieldType.MONTH
        case FixedDefault(value=value):
            if field.type is FieldType.BOOL:
                return isinstance(value, bool)
            values = value if isinstance(value, tuple) else (value,)
            right_shape = isinstance(value, tuple) is (field.type is FieldType.MULTI_ENUM)
            return right_shape and {option.value for option in field.options}.issuperset(map(str, values))


def _same_type(field: FormField, other: FormField | None) -> bool:
    return other is not None and other.key != field.key and other.type is field.type


def _other_person(rule: DiffersFrom, field: FormField, other: FormField | None) -> bool:
    return other is not None and other.key != field.key and fits(rule, other.type)


def _sum_fits(rule: SumEquals, field: FormField, fields: Mapping[str, FormField]) -> bool:
    column: Column | None = next((column for column in field.columns if column.key == rule.column), None)
    if column is None or column.type not in _AMOUNTS:
        return False
    return rule.field is None or ((target := fields.get(rule.field)) is not None and target.type in _AMOUNTS)


def _choices_fit(rule: Choices, options: Sequence[Option]) -> bool:
    return rule.minimum <= len(options) and {option.value for option in options}.issuperset(rule.always)
