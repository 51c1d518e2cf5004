"""Answers of several parts: one part changes at a time, and whatever comes, it is an answer or a problem."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kiosk.catalogue import forms
from kiosk.catalogue.loader import Catalogue
from kiosk.catalogue.models import FormField
from kiosk.catalogue.rules import FieldType
from kiosk.journeys import form_parts

CATALOGUE = Catalogue.load()
TODAY = dt.date(2026, 11, 23)
SHARES = CATALOGUE.item("realestate_transfer_used")
OFFICERS = CATALOGUE.item("company_establish_35in1").field("supervisor_finance")
SPOUSE = CATALOGUE.item("realestate_first_commodity").field("spouse")
FATHER = CATALOGUE.item("fertility_registration").field("husband")
AGENT = CATALOGUE.item("elderly_allowance").field("agent")
PERIOD = CATALOGUE.item("no_criminal_record").field("period")
JIA, YI = ("测试甲", "990000199001010017"), ("测试乙", "990000195801010025")
HOSTILE: tuple[Any, ...] = (None, "x", 5, [], [None, "x"], [{"name": []}], {}, {"name": {}}, [{}] * 60, {"x": "1"}, True)


def fill(field: FormField, value: Any, *entries: tuple[str, Any]) -> Any:
    for path, raw in entries:
        value = forms.normalise(field, form_parts.with_part(field, value, path, raw))
    return value


def test_a_person_is_entered_part_by_part() -> None:
    """Each part asks for its own kind of typing, and the whole is the answer that the catalogue knows."""
    assert [(part.path, part.keyboard) for part in form_parts.parts(FATHER, None, [])] == [("name", "name"), ("id_no", "id")]
    assert [part.path for part in form_parts.parts(AGENT, None, [])] == ["name", "id_no", "mobile"]
    value = fill(FATHER, None, ("name", JIA[0]), ("id_no", f" {JIA[1]} "), ("no_such_part", "x"))
    assert value == {"name": JIA[0], "id_no": JIA[1]}


def test_a_table_has_the_rows_that_were_begun() -> None:
    """A table that is asked for begins with a row, one that is not with none; rows come and go."""
    shares = SHARES.field("co_share")
    assert (form_parts.rows(shares, None), form_parts.rows(SPOUSE, None), form_parts.rows(FATHER, None)) == (1, 0, 0)
    value = fill(shares, None, ("1.name", JIA[0]), ("1.id_no", JIA[1]), ("1.percent", "60"), ("2.name", "beyond"))
    value = form_parts.with_row(shares, value)
    value = fill(shares, value, ("2.name", YI[0]), ("2.id_no", YI[1]), ("2.percent", "30"))
    [problem] = [each for each in forms.problems(SHARES, {"co_share": value}, TODAY) if each.field == "co_share"]
    assert (problem.message_id, problem.part) == ("form.problem.sum", "")
    value = fill(shares, value, ("2.percent", "40"))
    assert not [each for each in forms.problems(SHARES, {"co_share": value}, TODAY) if each.field == "co_share"]
    assert form_parts.without_row(value, 1) == [{"name": YI[0], "id_no": YI[1], "percent": "40"}]
    for _ in range(60):
        value = form_parts.with_row(shares, value)
    assert len(value) == 50


def test_a_problem_stands_at_its_part() -> None:
    """The one of the second row's share is not that of the first."""
    shares = SHARES.field("co_share")
    value = [{"name": JIA[0], "id_no": JIA[1], "percent": "60"}, {"name": YI[0], "id_no": "1", "percent": "x"}]
    found = [each for each in forms.problems(SHARES, {"co_share": value}, TODAY) if each.field == "co_share"]
    wrong = {part.path: part.problem.message_id for part in form_parts.parts(shares, value, found) if part.problem}
    assert wrong == {"2.id_no": "form.problem.gb11643.length", "2.percent": "form.problem.number"}


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("field", [SHARES.field("co_share"), SPOUSE, FATHER, PERIOD], ids=lambda field: field.key)
def test_nothing_that_stands_in_an_answer_breaks_its_parts(field: FormField, value: Any) -> None:
    """It is drawn, changed and shortened all the same."""
    form_parts.parts(field, value, [])
    for path in ("name", "1.name", "0.name", "-1.name", "²..", "9" * 400 + ".name", "1.x", "", "from"):
        form_parts.parts(field, form_parts.with_part(field, value, path, "x"), [])
    if field.type is FieldType.TABLE:
        form_parts.with_row(field, form_parts.without_row(value, 1))


def test_who_reads_the_review_sees_no_whole_number() -> None:
    """Rows one after the other, options by their words, persons masked."""
    rows = [
        {"role": "supervisor", "name": JIA[0], "id_no": JIA[1], "mobile": "13800000001"},
        {"role": "finance", "name": YI[0]},
    ]
    assert form_parts.display(OFFICERS, rows, "zh_CN") == "监事 测*甲 9900**********0017 138****0001；财务负责人 测*乙"
    assert form_parts.display(OFFICERS, rows, "en").startswith("Supervisor 测*甲 9900**********0017 138****0001; Finance")
    held = {"name": JIA[0], "id_no": JIA[1], "mobile": "13800000001"}
    assert form_parts.display(AGENT, held, "en") == "测*甲 9900**********0017 138****0001"
    assert form_parts.display(PERIOD, {"from": "2026-01-01", "to": "2026-02-01"}, "en") == "2026-01-01 – 2026-02-01"
