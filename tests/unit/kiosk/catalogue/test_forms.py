"""Forms: pages, defaults, and every rule with answers that keep it and answers that do not."""

from __future__ import annotations

import ast
import datetime as dt
import inspect
import string
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.catalogue import answers as answers_module
from kiosk.catalogue import forms, judging
from kiosk.catalogue.answers import PARTS
from kiosk.catalogue.forms import Problem, defaults, normalise, normalised, pages, prefill, problems, visible_fields
from kiosk.catalogue.loader import Catalogue
from kiosk.catalogue.materials import REGISTER_NOT_CONNECTED, Alternatives, asked_materials, by_answer
from kiosk.catalogue.models import Condition, FormField, Material, Provide, ServiceItem
from kiosk.catalogue.rules import FieldType, Rule
from kiosk.identity.numbers import Sex, mod_11_2
from kiosk.identity.persons import RESIDENT_ID, Person
from kiosk.words import Words

TODAY = dt.date(2026, 11, 23)
CATALOGUE = Catalogue.load()
WORDS = Words.load()
PERMIT = CATALOGUE.item("residence_permit_apply")
CERTIFICATE = CATALOGUE.item("social_participation_cert")
PERSON = Person(
    name="测试甲",
    document_type=RESIDENT_ID,
    number="990000199001010017",
    sex=Sex.MALE,
    nation_code="01",
    birth=dt.date(1990, 1, 1),
    address="测试地址",
    issuer="测试机关",
    valid_from=dt.date(2020, 1, 1),
    valid_to=None,
)
PERMIT_ANSWERS: dict[str, Any] = {
    "name": "测试甲",
    "id_no": "990000199001010017",
    "reg_since": "2026-01-05",
    "reason": "work",
    "address": {"division": "410202001000", "detail": "测试路1号"},
    "reach": "own",
    "phone": "13800000001",
    "delivery": "window",
}


def found(item: ServiceItem, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(problem.field, problem.message_id.removeprefix("form.problem.")) for problem in problems(item, answers, TODAY)]


# --- the two open items ----------------------------------------------------------------------------------------------


def test_a_complete_permit_has_no_problem() -> None:
    """A form as a careful person fills it should be clean."""
    assert problems(PERMIT, PERMIT_ANSWERS, TODAY) == []


def test_an_empty_permit_asks_for_everything_in_order() -> None:
    """Every required field should be asked for, in the form's order, and none that only another answer brings."""
    assert found(PERMIT, {}) == [(field.key, "required") for field in PERMIT.fields if field.visible_when is None]


def test_permit_pages_are_short() -> None:
    """The permit should ask few things a page, and never what the card says."""
    shown = [[field.key for field in page.fields] for page in pages(PERMIT, defaults(PERMIT, TODAY))]
    assert shown == [["reg_since", "reason"], ["address"], ["reach", "phone", "delivery"]]


def test_the_certificate_is_ready_to_go() -> None:
    """Defaults and the card together should make the certificate's form complete: the last twelve months."""
    answers = defaults(CERTIFICATE, TODAY) | prefill(CERTIFICATE, PERSON)
    assert (answers["from_month"], answers["to_month"]) == ("2025-12", "2026-11")
    assert problems(CERTIFICATE, answers, TODAY) == []
    assert defaults(CERTIFICATE, dt.date(2026, 1, 31))["from_month"] == "2025-02"


def test_prefill_of_persons() -> None:
    """A field that holds a person should get name and number from the card."""
    filled = prefill(CATALOGUE.item("fertility_registration"), PERSON)
    assert filled == {"wife": {"name": "测试甲", "id_no": "990000199001010017"}}


def test_answers_of_other_forms_are_refused() -> None:
    """A key that the form does not have should be a problem, and should not go into a case."""
    assert found(PERMIT, {**PERMIT_ANSWERS, "x" * 1000: "1"}) == [("x" * 64, "unknown_field")]
    assert "x" not in normalised(PERMIT, {**PERMIT_ANSWERS, "x": "1"})


def test_materials_follow_the_reason() -> None:
    """Work should ask for an employment proof, study for a study proof, a home for neither; shares become scans."""

    def asked(reason: str, connected: set[str]) -> dict[str, tuple[Provide | None, bool, str | None]]:
        return {
            a.material.key: (a.way, a.required, a.reason_id) for a in asked_materials(PERMIT, {"reason": reason}, connected)
        }

    home = asked("home", set())
    assert list(home) == ["id_card", "address_proof", "id_photo", "signature"]
    assert home["id_card"] == (Provide.READ, True, None)
    assert home["address_proof"] == (Provide.SCAN, True, REGISTER_NOT_CONNECTED)
    assert asked("work", set())["employment_proof"] == (Provide.SCAN, True, REGISTER_NOT_CONNECTED)
    assert asked("study", {"student_status"})["study_proof"] == (Provide.SHARE, True, None)


def test_materials_of_one_question_are_alternatives_before_it_is_answered() -> None:
    """Work or study, and a home neither: one entry where the first of them stood; the rest by themselves, in order."""

    def key(one: Material | Alternatives) -> str:
        return f"?{one.question.key}" if isinstance(one, Alternatives) else one.key

    told = by_answer(PERMIT, PERMIT.materials)
    assert [key(one) for one in told] == ["id_card", "address_proof", "?reason", "id_photo", "signature"]
    (by_reason,) = (one for one in told if isinstance(one, Alternatives))
    said = [([o.value for o in options], [m.key for m in materials]) for options, materials in by_reason.choices]
    assert said == [(["work"], ["employment_proof"]), (["study"], ["study_proof"])]
    assert [option.value for option in by_reason.rest] == ["home"]


def test_answers_that_call_for_the_same_materials_are_one_choice_and_may_call_for_several() -> None:
    """Two proofs for work and home, one of them for study too: nothing is told twice, and nobody brings too little."""
    employment, study = PERMIT.material("employment_proof"), PERMIT.material("study_proof")
    wide = [
        employment.model_copy(update={"required_when": Condition(field="reason", any_of=("work", "home"))}),
        study.model_copy(update={"required_when": Condition(field="reason", any_of=("work", "home", "study"))}),
    ]
    (told,) = by_answer(PERMIT, wide)
    assert isinstance(told, Alternatives)
    said = [([o.value for o in options], [m.key for m in materials]) for options, materials in told.choices]
    assert said == [(["work", "home"], ["employment_proof", "study_proof"]), (["study"], ["study_proof"])]
    assert told.rest == ()


# --- rules -----------------------------------------------------------------------------------------------------------


def one_field(kind: FieldType, *rules: dict[str, Any], **more: Any) -> ServiceItem:
    """Return an item whose form is one field `f` (and `first`, a field of the same type, before it)."""
    options = [{"value": v, "label": {"zh": v, "en": v}} for v in ("a", "b", "c")]
    base: dict[str, Any] = {"label": {"zh": "一", "en": "one"}, "type": kind, "required": False}
    if kind in {FieldType.ENUM, FieldType.MULTI_ENUM}:
        base["options"] = options
    if kind is FieldType.TABLE:
        base["columns"] = [
            {"key": "name", "label": {"zh": "名", "en": "name"}, "type": "text", "required": False},
            {"key": "part", "label": {"zh": "份", "en": "part"}, "type": "decimal"},
            {"key": "sort", "label": {"zh": "类", "en": "sort"}, "type": "enum", "required": False, "options": options},
        ]
    fields = (
        FormField.model_validate({**base, "key": "first"}),
        FormField.model_validate({**base, "key": "f", "rules": rules, **more}),
        FormField.model_validate({"key": "total", "label": base["label"], "type": "decimal", "required": False}),
    )
    return PERMIT.model_copy(update={"fields": fields})


def resident(body: str) -> str:
    return body + mod_11_2(body)


T = FieldType
SIXTY = resident("41020219661123001")
NOT_SIXTY = resident("41020219661124001")

TOWN = {"kind": "division_level", "level": "town"}
HERE = {"division": "410202001000", "detail": "1号"}

RULES: list[tuple[FieldType, dict[str, Any], Any, str | None]] = [
    (T.TEXT, {"kind": "pattern", "pattern": "[0-9]{6}", "example": "123456"}, "123456", None),
    (T.TEXT, {"kind": "pattern", "pattern": "[0-9]{6}", "example": "123456"}, "12345", "pattern"),
    (T.TEXT, {"kind": "pattern", "pattern": r"\d{6}", "example": "123456"}, "１２３４５６", "pattern"),
    (T.TEXT, {"kind": "length", "minimum": 2, "maximum": 3}, "测试", None),
    (T.TEXT, {"kind": "length", "minimum": 2, "maximum": 3}, "测", "too_short"),
    (T.TEXT, {"kind": "length", "minimum": 2, "maximum": 3}, "测试测试", "too_long"),
    (T.ID_NO, {"kind": "gb11643"}, "11010519491231002x", None),
    (T.ID_NO, {"kind": "gb11643"}, "110105194912310021", "gb11643"),
    (T.ID_NO, {"kind": "gb11643"}, "1101051949123100", "gb11643.length"),
    (T.USCC, {"kind": "gb32100"}, "91110000600037341L", None),
    (T.USCC, {"kind": "gb32100"}, "91110000600037341M", "gb32100"),
    (T.BANK_CARD, {"kind": "luhn"}, "4111 1111 1111 1111", None),
    (T.BANK_CARD, {"kind": "luhn"}, "4111111111111112", "luhn"),
    (T.MOBILE, {"kind": "mobile"}, "138-0000-0001", None),
    (T.MOBILE, {"kind": "mobile"}, "23800000001", "mobile"),
    (T.MOBILE, {"kind": "mobile"}, "138", "mobile.length"),
    (T.PLATE, {"kind": "plate"}, "豫b12345", None),
    (T.PLATE, {"kind": "plate"}, "豫B1234I", "plate"),
    (T.CASE_NO, {"kind": "case_no"}, "11440100007483172Q3440106043001202611230001", None),
    (T.CASE_NO, {"kind": "case_no"}, "11440100007483172Q3440106043001202613230001", "case_no"),
    (T.CASE_NO, {"kind": "case_no"}, "KF1", "case_no.length"),
    (T.TEXT, {"kind": "disabled_card"}, "11010519491231002X44", None),
    (T.TEXT, {"kind": "disabled_card"}, "11010519491231002X49", "disabled_card"),
    (T.TEXT, {"kind": "hk_macao_permit"}, "C12345678", None),
    (T.TEXT, {"kind": "hk_macao_permit"}, "X12345678", "hk_macao_permit"),
    (T.TEXT, {"kind": "real_estate_unit"}, "410202001001GB00001F00010001", None),
    (T.TEXT, {"kind": "real_estate_unit"}, "410202001001GB00001A00010001", "real_estate_unit"),
    (T.TEXT, {"kind": "real_estate_title"}, "豫（2026）开封市不动产权第0000001号", None),
    (T.TEXT, {"kind": "real_estate_title"}, "不动产权第1号", "real_estate_title"),
    (T.INT, {"kind": "minimum", "value": 1}, "1", None),
    (T.INT, {"kind": "minimum", "value": 1}, 0, "minimum"),
    (T.MONEY, {"kind": "minimum", "value": 0, "exclusive": True}, "0.01", None),
    (T.MONEY, {"kind": "minimum", "value": 0, "exclusive": True}, "0.00", "more_than"),
    (T.DECIMAL, {"kind": "maximum", "value": 100}, "100", None),
    (T.DECIMAL, {"kind": "maximum", "value": 100}, "100.01", "maximum"),
    (T.ID_NO, {"kind": "min_age", "years": 60}, SIXTY, None),
    (T.ID_NO, {"kind": "min_age", "years": 60}, NOT_SIXTY, "min_age"),
    (T.DIVISION, {"kind": "division_level", "level": "town"}, "410202001000", None),
    (T.DIVISION, {"kind": "division_level", "level": "town"}, "410202000000", "division_level.town"),
    (T.DIVISION, {"kind": "division_level", "level": "town"}, "110101001000", "division"),
    (T.DIVISION, {"kind": "division_level", "level": "city", "scope": "national"}, "410100000000", None),
    (T.DIVISION, {"kind": "division_level", "level": "city", "scope": "national"}, "010100000000", "division"),
    (T.ADDRESS, TOWN, HERE, None),
    (
        T.ADDRESS,
        {"kind": "division_level", "level": "town"},
        {"division": "410202000000", "detail": "1号"},
        "division_level.town",
    ),
    (T.DATE, {"kind": "months_before", "months": 6}, "2026-05-23", None),
    (T.DATE, {"kind": "months_before", "months": 6}, "2026-05-24", "months_before"),
    (T.DATE, {"kind": "months_before", "months": 6}, "9999-12-31", "months_before"),
    (T.DATE, {"kind": "within_years", "years": 5}, "2031-11-23", None),
    (T.DATE, {"kind": "within_years", "years": 5}, "2031-11-24", "within_years"),
    (T.DATE, {"kind": "within_years", "years": 5}, "2026-11-22", "within_years"),
    (T.DATE, {"kind": "not_future"}, "2026年11月23日", None),
    (T.DATE, {"kind": "not_future"}, "2026-11-24", "future"),
    (T.MONTH, {"kind": "not_future"}, "2026-11", None),
    (T.MONTH, {"kind": "not_future"}, "2026-12", "future"),
    (T.INT, {"kind": "not_future"}, 2026, None),
    (T.INT, {"kind": "not_future"}, 2027, "future"),
    (T.DATE_RANGE, {"kind": "not_future"}, {"from": "2026-01-01", "to": "2026-11-23"}, None),
    (T.DATE_RANGE, {"kind": "not_future"}, {"from": "2026-01-01", "to": "2026-11-24"}, "future"),
    (T.MULTI_ENUM, {"kind": "choices", "minimum": 1, "always": ["a"]}, ["a", "b"], None),
    (T.MULTI_ENUM, {"kind": "choices", "minimum": 2}, ["a"], "choices_minimum"),
    (T.MULTI_ENUM, {"kind": "choices", "minimum": 1, "always": ["a"]}, ["b"], "choices_always"),
    (T.TABLE, {"kind": "sum_equals", "column": "part", "value": 100}, [{"part": "60"}, {"part": "40.0"}], None),
    (T.TABLE, {"kind": "sum_equals", "column": "part", "value": 100}, [{"part": "60"}], "sum"),
    (T.TEXT, {"kind": "checked_by_register", "register_id": "market_entity"}, "测试", None),
]


@pytest.mark.parametrize(("kind", "rule", "value", "message"), RULES)
def test_each_rule(kind: FieldType, rule: dict[str, Any], value: Any, message: str | None) -> None:
    """A rule should pass what keeps it and name what does not."""
    expected = [] if message is None else [("f", message)]
    assert found(one_field(kind, rule), {"f": value}) == expected


def test_every_kind_of_rule_is_tried() -> None:
    """The examples above should cover every rule, with a failing one wherever the rule can fail."""
    judged = {cls.__name__ for cls in Rule.__subclasses__()}
    tried = {type(one_field(kind, rule).field("f").rules[0]).__name__ for kind, rule, _, _ in RULES if rule}
    failing = {
        type(one_field(kind, rule).field("f").rules[0]).__name__ for kind, rule, _, message in RULES if rule and message
    }
    assert tried | {"NotBefore", "DiffersFrom"} == judged
    assert failing | {"NotBefore", "DiffersFrom", "CheckedByRegister"} == judged


def test_order_of_two_fields() -> None:
    """An end before its beginning should be said with the other field's label; a missing beginning should not matter."""
    item = one_field(T.MONTH, {"kind": "not_before", "field": "first"})
    assert found(item, {"first": "2026-02", "f": "2026-02"}) == []
    assert found(item, {"f": "2026-01"}) == []
    (problem,) = problems(item, {"first": "2026-02", "f": "2026-01"}, TODAY)
    assert problem.message_id == "form.problem.not_before"
    assert problem.args_in("en") == {"other": "one"}
    assert problem.args_in("zh_CN") == {"other": "一"}


@pytest.mark.parametrize("kind", [T.ID_NO, T.PERSON, T.AGENT])
def test_somebody_else(kind: FieldType) -> None:
    """Another person should be another number, however the two write their names; nobody yet is nobody's double."""

    def answer(number: str) -> Any:
        held = {"name": "测试", "id_no": number, "mobile": "13800000001"}
        return number if kind is T.ID_NO else {key: held[key] for key in PARTS[kind]}

    item = one_field(kind, {"kind": "differs_from", "field": "first"})
    jia, yi = "990000199001010017", "990000195801010025"
    assert found(item, {"f": answer(jia)}) == found(item, {"first": answer(yi), "f": answer(jia)}) == []
    (problem,) = problems(item, {"first": answer(jia), "f": answer(jia.lower())}, TODAY)
    assert (problem.message_id, problem.args_in("en")) == ("form.problem.differs_from", {"other": "one"})


@pytest.mark.parametrize(("answer", "message"), [(None, "commitment"), (False, "commitment"), ("yes", "type"), (True, None)])
def test_a_promise_is_made_or_not(answer: Any, message: str | None) -> None:
    """What is asked for should be ticked; what is not asked for may stay unticked."""
    expected = [] if message is None else [("f", message)]
    assert found(one_field(T.COMMITMENT, required=True), {"f": answer}) == expected
    assert found(one_field(T.COMMITMENT), {"f": False}) == []


def test_nobody_needs_a_telephone() -> None:
    """Wherever a telephone is asked for, somebody trusted may be reached instead, or nobody; each is a whole answer."""
    asking = [item for item in CATALOGUE.items if any(field.type is T.MOBILE for field in item.fields)]
    assert asking
    for item in asking:
        keys = {"reach", "phone", "contact"}
        for answers, asked in (
            ({"reach": "own"}, {"reach", "phone"}),
            ({"reach": "contact"}, {"reach", "contact"}),
            ({"reach": "here"}, {"reach"}),
        ):
            assert {field.key for field in visible_fields(item, answers)} & keys == asked, item.id
        for answers, wrong in (
            ({"reach": "own", "phone": "13800000001"}, []),
            ({"reach": "own"}, ["phone"]),
            ({"reach": "contact", "contact": {"name": "测试乙", "mobile": "13800000002"}}, []),
            ({"reach": "contact", "phone": "13800000001"}, ["contact"]),
            ({"reach": "here", "phone": "not handed in"}, []),
            ({}, ["reach"]),
        ):
            assert [each.field for each in problems(item, answers, TODAY) if each.field in keys] == wrong, item.id
        assert "phone" not in normalised(item, {"reach": "here", "phone": "13800000001"})


def test_sum_against_another_field() -> None:
    """Parts should sum to the other field's amount, and wait while that is missing."""
    item = one_field(T.TABLE, {"kind": "sum_equals", "column": "part", "field": "total"})
    assert found(item, {"total": "1.50", "f": [{"part": "1"}, {"part": "0.5"}]}) == []
    assert found(item, {"f": [{"part": "1"}]}) == []
    (problem,) = problems(item, {"total": "100", "f": [{"part": "1"}]}, TODAY)
    assert problem.args == {"total": "1", "expected": "100"}


def test_conditions_hide_fields() -> None:
    """A hidden field should neither be asked, nor judged, nor handed in."""
    item = one_field(T.ENUM)
    shown = item.fields[1].model_copy(update={"visible_when": Condition(field="first", any_of=("a",)), "required": True})
    item = item.model_copy(update={"fields": (item.fields[0], shown)})
    assert [field.key for field in visible_fields(item, {"first": "b"})] == ["first"]
    assert found(item, {"first": "b", "f": "z"}) == []
    assert normalised(item, {"first": "b", "f": "a"}) == {"first": "b"}
    assert found(item, {"first": "a"}) == [("f", "required")]


# --- shapes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "raw", "tidy"),
    [
        (T.TEXT, "  测试　", "测试"),
        (T.INT, "１２", 12),
        (T.MONEY, "1,200.50 元", "1200.50"),
        (T.DATE, "2026/1/5", "2026-01-05"),
        (T.DATE, "20260105", "2026-01-05"),
        (T.DATE, "2026年1月5日", "2026-01-05"),
        (T.MONTH, "2026年1月", "2026-01"),
        (T.MONTH, "202601", "2026-01"),
        (T.DATE, "2026-05-00", "2026-05-00"),
        (T.DATE, "0000-00-00", ""),
        (T.MONTH, "0000-00", ""),
        (T.MOBILE, "１３８ 0000 0001", "13800000001"),
        (T.ID_NO, " 11010519491231002x", "11010519491231002X"),
        (T.MULTI_ENUM, ("a",), ["a"]),
        (T.CASE_NO, "kf-0001 00000", "KF-0001 00000"),
        (T.INT, None, None),
    ],
)
def test_typing_is_tidied(kind: FieldType, raw: Any, tidy: Any) -> None:
    """What people type should come out in one form, and what cannot be tidied as it went in."""
    assert normalise(one_field(kind).field("f"), raw) == tidy


SHAPES: list[tuple[FieldType, Any, str, str]] = [
    (T.TEXT, 5, "type", ""),
    (T.TEXT, "字" * 201, "too_long", ""),
    (T.INT, "x", "number", ""),
    (T.INT, True, "number", ""),
    (T.INT, 1.5, "number", ""),
    (T.INT, 10**13, "number", ""),
    (T.DECIMAL, "NaN", "number", ""),
    (T.DECIMAL, 1.5, "type", ""),
    (T.MONEY, "1.234", "money", ""),
    (T.MONEY, "-1", "money", ""),
    (T.BOOL, "yes", "type", ""),
    (T.DATE, "2026-00-00", "date_part.month", ""),
    (T.DATE, "0000-05-28", "date_part.year", ""),
    (T.DATE, "2026-05-00", "date_part.day", ""),
    (T.MONTH, "2026-00", "date_part.month", ""),
    (T.MONTH, "0000-05", "date_part.year", ""),
    (T.DATE, "2026-02-30", "date", ""),
    (T.MONTH, "2026-13", "month", ""),
    (T.ENUM, "z", "choice", ""),
    (T.MULTI_ENUM, "a", "type", ""),
    (T.MULTI_ENUM, ["a", "a"], "choice", ""),
    (T.MULTI_ENUM, ["z"], "choice", ""),
    (T.MULTI_ENUM, [["a"]], "choice", ""),
    (T.MULTI_ENUM, ["a"] * 1_000_000, "choice", ""),
    (T.DIVISION, "410202", "division", ""),
    (T.ADDRESS, {"division": "410202001000"}, "required", "detail"),
    (T.ADDRESS, {"division": "410202001000", "detail": "1", "x": "1"}, "type", ""),
    (T.ADDRESS, {"division": 5, "detail": "1"}, "type", "division"),
    (T.PERSON, {"name": "测试甲", "id_no": "1"}, "gb11643.length", "id_no"),
    (T.PERSON, "测试甲", "type", ""),
    (T.AGENT, {"name": "测试乙", "id_no": "990000195801010025", "mobile": "1"}, "mobile.length", "mobile"),
    (T.DATE_RANGE, {"from": "2026-02-01", "to": "2026-01-01"}, "range_order", "to"),
    (T.TABLE, {"part": "1"}, "type", ""),
    (T.TABLE, [["part"]], "type", "1"),
    (T.TABLE, [{"part": "1"}, {"part": "x"}], "number", "2.part"),
    (T.TABLE, [{"name": "测试甲"}], "required", "1.part"),
    (T.TABLE, [{"part": "1", "sort": "z"}], "choice", "1.sort"),
    (T.TABLE, [{"part": "1"}] * 51, "rows_maximum", ""),
]


@pytest.mark.parametrize(("kind", "value", "message", "part"), SHAPES)
def test_wrong_shapes_have_their_problem(kind: FieldType, value: Any, message: str, part: str) -> None:
    """Each wrong shape should be named, at its place inside the answer."""
    (problem,) = problems(one_field(kind), {"f": value}, TODAY)
    assert (problem.message_id, problem.part) == (f"form.problem.{message}", part)


HOSTILE = [
    "x" * 10_000_000,
    "测\x00试",
    "a\u202eb",
    "\ud800",
    "a\u200bb",
    "a\nb",
    "\uffff",
    b"bytes",
    object(),
    float("nan"),
    10**5000,
    {"division": "x" * 10_000_000, "detail": "\ud800", "part": object()},
    {1: 2},
    [{"part": "x" * 10_000_000}] * 3,
    [object()] * 100_000,
    [[[[[]]]]],
    "1" * 1999,
    "²",
    "٣",
    "-" * 2000,
]


@pytest.mark.parametrize("kind", list(FieldType))
def test_hostile_values_are_problems_never_exceptions(kind: FieldType) -> None:
    """Ten megabytes, NUL, direction marks, lone surrogates and wrong types should each lead to a problem."""
    item = one_field(kind)
    for value in HOSTILE:
        answers = {"f": value, "first": value}
        fitting = kind is FieldType.EVIDENCE or (kind is FieldType.TEXT and value in ("²", "٣", "-" * 0))
        assert problems(item, answers, TODAY) or fitting, (kind, type(value))
        normalised(item, answers)
        pages(item, answers)


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
ITEMS = st.sampled_from(CATALOGUE.items)


@given(ITEMS, st.data())
def test_no_answers_raise(item: ServiceItem, data: st.DataObject) -> None:
    """Whatever JSON stands in a form's answers, problems should come out, in words that exist."""
    answers = {field.key: data.draw(JSONISH) for field in item.fields}
    for problem in problems(item, answers, TODAY):
        assert problem.message_id in WORDS.ids("en") & WORDS.ids("zh_CN")
    asked_materials(item, answers, set())


@given(st.text())
def test_tidying_twice_changes_nothing(text: str) -> None:
    """Tidying should be done after one time, for every type of field."""
    for kind in FieldType:
        field = one_field(kind).field("f")
        once = normalise(field, text)
        assert normalise(field, once) == once


def test_parts_that_are_all_empty_are_no_answer() -> None:
    """An optional person whose parts were left empty should not be asked for its parts."""
    item = one_field(T.AGENT)
    assert found(item, {"f": {"name": " ", "id_no": "", "mobile": None}}) == []
    assert found(one_field(T.AGENT, required=True), {"f": {"name": ""}}) == [("f", "required")]
    assert found(item, {"f": {"name": "测试乙", "id_no": ""}}) == [("f", "required"), ("f", "required")]


def test_rare_names_pass() -> None:
    """Names with a middle dot and with characters newer than this program should be accepted."""
    item = one_field(T.TEXT)
    assert found(item, {"f": "阿依古丽·买买提"}) == []
    assert found(item, {"f": "测\U00031350"}) == []


# --- words -----------------------------------------------------------------------------------------------------------


def emitted() -> dict[str, set[str]]:
    """Return message id → argument names, of every example above that leads to a problem."""
    seen: dict[str, set[str]] = {}
    cases = [(one_field(kind, rule), {"f": value}) for kind, rule, value, _ in RULES]
    cases += [(one_field(kind), {"f": value}) for kind, value, _, _ in SHAPES]
    cases += [(one_field(T.TEXT), {"f": "\x00"}), (PERMIT, {"x": "1"})]
    cases += [(one_field(T.COMMITMENT, required=True), {"f": False})]
    number = "990000199001010017"
    cases += [(one_field(T.ID_NO, {"kind": "differs_from", "field": "first"}), {"first": number, "f": number})]
    cases += [(one_field(T.MONTH, {"kind": "not_before", "field": "first"}), {"first": "2026-02", "f": "2026-01"})]
    for item, answers in cases:
        for problem in problems(item, answers, TODAY):
            seen.setdefault(problem.message_id, set()).update(problem.args)
    return seen


@pytest.mark.parametrize("language", WORDS.languages)
def test_sentences_get_their_values(language: str) -> None:
    """Every problem's sentence should use exactly the values that the problem brings."""
    for ident, names in emitted().items():
        template = WORDS.template(language, ident)
        assert {name for _, name, _, _ in string.Formatter().parse(template) if name} == names, ident


def test_every_problem_in_the_code_has_words() -> None:
    """Every literal that is reported should have a sentence, and every sentence of a problem should be reported."""
    used: set[str] = set()
    for module in (answers_module, judging, forms):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                used.add(f"form.problem.{node.value}")
                used.add(node.value)
    listed = {ident for ident in WORDS.ids("en") if ident.startswith("form.problem.")}
    numbering = {"gb11643", "gb32100", "luhn", "mobile", "plate", "case_no", "disabled_card", "hk_macao_permit"}
    numbering |= {"real_estate_unit", "real_estate_title"}
    derived = {f"form.problem.{kind}{end}" for kind in numbering for end in ("", ".length")}
    derived |= {f"form.problem.division_level.{level}" for level in ("city", "county", "town")}
    assert derived <= listed
    assert listed - derived <= used
    assert set(emitted()) <= listed


def test_a_problem_can_be_said() -> None:
    """A problem should turn into a sentence in the person's language."""
    problem = Problem("f", "form.problem.months_before", {"months": "6"})
    assert WORDS.text("zh_CN", problem.message_id, **problem.args_in("zh_CN")) == "要满 6 个月才能办理。"
