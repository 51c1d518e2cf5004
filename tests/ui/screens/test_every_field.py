"""Every field of every item has a control that shows it, names it, and takes its answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from accessible import controls, name
from geometry import complaints
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest
from whole_form import WholeForm

from kiosk.catalogue import forms
from kiosk.catalogue.models import ServiceItem, Source
from kiosk.catalogue.rules import FieldType
from kiosk.session import events as ev


@pytest.fixture(autouse=True)
def _listening() -> None:
    QAccessible.setActive(True)


def situations(item: ServiceItem) -> Iterator[dict[str, Any]]:
    """Answers that between them bring every conditional field of the item."""
    yield {}
    for field in item.fields:
        if (condition := field.visible_when) is None:
            continue
        many = item.field(condition.field).type is FieldType.MULTI_ENUM
        for choice in condition.any_of[:1]:
            yield {condition.field: [choice] if many else choice}


def inside(item: QQuickItem) -> Iterator[QQuickItem]:
    yield item
    for child in item.childItems():
        yield from inside(child)


def kinds(row: QQuickItem) -> set[str]:
    """The controls of our own that a row is made of."""
    return {each.metaObject().className().split("_QML")[0] for each in inside(row) if each.isVisible()}


CONTROL = {
    "date": {"DatePicker"}, "month": {"MonthPicker"}, "enum": {"ChoiceList"}, "multi_enum": {"ChoiceList"},
    "bool": {"ChoiceList"}, "division": {"PlaceField"}, "address": {"PlaceField"}, "person": {"PartsField", "Field"},
    "agent": {"PartsField", "Field"}, "contact": {"PartsField", "Field"}, "commitment": {"Choice"},
    "date_range": {"PartsField", "DatePicker"}, "table": {"TableField"},
}  # fmt: skip


@pytest.mark.parametrize(("orientation", "language"), [("portrait", "zh_CN"), ("counter", "en")])
def test_every_field_of_every_item_is_drawn(stand_at: Callable[..., Any], orientation: str, language: str) -> None:
    """Should show each with the control of its type, whole and large enough, under a name that nothing else there has."""
    stand = stand_at(orientation, language)
    whole = WholeForm(stand.terminal)
    drawn: set[tuple[str, str]] = set()
    wrong: list[str] = []
    for item in stand.terminal.catalogue.items:
        for answers in situations(item):
            whole.vault.wipe()
            whole.vault.answers |= {**forms.defaults(item, stand.terminal.now().date()), **answers}
            for table in (field.key for field in item.fields if field.type is FieldType.TABLE):
                whole.vault.answers[table] = [{}, {}]
            for number, page in enumerate(forms.pages(item, whole.vault.answers)):
                if {(item.id, field.key) for field in page.fields} <= drawn:
                    continue
                whole.open(item, number)
                stand.settle()
                where = f"{item.id} {number}"
                for field in page.fields:
                    row = stand.item(f"row_{field.key}")
                    missing = CONTROL.get(str(field.type), {"Field"}) - kinds(row)
                    wrong += [f"{where} {field.key}: no {each}" for each in missing]
                    drawn.add((item.id, field.key))
                names = Counter(name(node) for node in controls(stand.screen.window))
                wrong += [f"{where}: {called!r} x {count}" for called, count in names.items() if count > 1 or not called]
                pixels = stand.terminal.config.terminal.screen.px_per_mm
                measured = complaints(stand.screen.window, px_per_mm=pixels, target_mm=20, key_mm=16)
                wrong += [f"{where}: {complaint}" for complaint in measured]
    asked = {
        (item.id, field.key)
        for item in stand.terminal.catalogue.items
        for field in item.fields
        if field.source is Source.INPUT and field.type is not FieldType.EVIDENCE
    }
    assert wrong == []
    assert drawn == asked


@pytest.fixture
def table(stand: Any) -> Any:
    whole = WholeForm(stand.terminal)
    item = stand.terminal.catalogue.item("realestate_transfer_used")
    whole.open(item, 1)
    stand.settle()
    return whole


def type_into(stand: Any, field: str, text: str) -> None:
    stand.item(field).begin()
    stand.settle()
    for character in text:
        stand.tap(f"key_{character}")
    stand.tap("key_done")


def test_a_table_is_filled_row_by_row_with_a_finger(stand: Any, table: Any) -> None:
    """Typing into a cell keeps the cell; what is wrong stands beside it; another row comes, and goes."""
    type_into(stand, "field_co_share_1.id_no", "12")
    assert stand.item("field_co_share_1.id_no").property("error") != ""
    assert stand.item("field_co_share_1.name").property("error") == ""
    type_into(stand, "field_co_share_1.percent", "60.5")
    assert table.vault.answers["co_share"] == [{"id_no": "12", "percent": "60.5"}]
    assert stand.find("row_remove_1") is None
    stand.item("row_add_co_share").click()
    stand.settle()
    assert stand.item("field_co_share_2.percent").property("text") == ""
    stand.item("row_remove_1").click()
    stand.settle()
    assert table.vault.answers["co_share"] == [{}]
    assert stand.item("field_co_share_1.percent").property("text") == ""


def test_a_row_is_added_and_filled_by_keys(stand: Any, table: Any) -> None:
    """The keypad reaches a cell, its keyboard, and the button for another row."""
    window = stand.screen.window

    def reach(wanted: str) -> None:
        for _ in range(40):
            at = window.activeFocusItem()
            while at is not None and at.objectName() != wanted:
                at = at.parentItem()
            if at is not None:
                return
            QTest.keyClick(window, Qt.Key.Key_Tab)
            stand.settle()
        raise AssertionError(wanted)

    reach("field_co_share_1.percent")
    for digit in "60":
        QTest.keyClick(window, digit)
    reach("row_add_co_share")
    QTest.keyClick(window, Qt.Key.Key_Select)
    stand.settle()
    assert table.vault.answers["co_share"] == [{"percent": "60"}, {}]
    reach("field_co_share_2.name")


def test_no_telephone_is_an_answer_by_keys(stand: Any) -> None:
    """The other ways come and go under the same page, and the keypad stays where it chose."""
    whole = WholeForm(stand.terminal)
    item = stand.terminal.catalogue.item("residence_permit_apply")
    whole.vault.answers |= forms.defaults(item, stand.terminal.now().date())
    whole.open(item, 2)
    stand.settle()
    window = stand.screen.window

    def choose(option: str) -> None:
        stand.item(f"choice_{option}").forceActiveFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(window, Qt.Key.Key_Select)
        stand.settle()
        assert window.activeFocusItem() is stand.item(f"choice_{option}")

    assert stand.find("field_phone") is not None
    choose("contact")
    assert (stand.find("field_phone"), stand.find("field_contact_name") is None) == (None, False)
    type_into(stand, "field_contact_mobile", "138")
    assert stand.item("field_contact_mobile").property("error") != ""
    choose("here")
    assert (stand.find("field_phone"), stand.find("field_contact_name")) == (None, None)
    stand.tap("foot_main")
    assert stand.said == [ev.PageAnswered(None, materials_complete=False)]


def test_a_promise_is_ticked_and_taken_back(stand: Any) -> None:
    """Below its statement, and going on without it says what is missing."""
    whole = WholeForm(stand.terminal)
    whole.vault.answers |= {"kind": "long_stay", "dest": "110000000000"}
    whole.open(stand.terminal.catalogue.item("medical_remote_filing"), 1)
    stand.settle()
    stand.tap("promise_long_stay_promise")
    assert whole.vault.answers["long_stay_promise"] is True
    stand.tap("promise_long_stay_promise")
    assert whole.vault.answers["long_stay_promise"] is False
    problems = [part for part in whole.desk.fields(1) if part.key == "long_stay_promise"]
    assert problems[0].problem_id == "form.problem.commitment"


def test_what_is_wrong_in_a_row_is_brought_into_view_and_said(stand_at: Callable[..., Any]) -> None:
    """Going on leads to the very cell, named by its question and its row."""
    stand = stand_at("counter")
    whole = WholeForm(stand.terminal)
    good = {"name": "测试甲", "id_no": "990000199001010017", "percent": "60"}
    whole.vault.answers["co_share"] = [good, {**good, "percent": "x"}]
    whole.open(stand.terminal.catalogue.item("realestate_transfer_used"), 1)
    stand.settle()
    stand.tap("foot_main")
    screen, scroller = stand.item("screen_form"), stand.item("form_page")
    stand.wait(lambda: screen.property("firstWrong") != [])
    assert screen.property("firstWrong") == ["共有方式及份额 第 2 行 份额（%）", "请填数字。"]
    cell = stand.item("field_co_share_2.percent")
    stand.wait(lambda: 0 <= cell.mapToItem(scroller, QPointF(0, cell.height())).y() <= scroller.height() + 1)


def test_a_city_of_another_province_can_be_chosen(stand: Any) -> None:
    """From the province to the city, which is the whole answer; nobody there is asked for a district."""
    whole = WholeForm(stand.terminal)
    item = stand.terminal.catalogue.item("medical_remote_filing")
    whole.open(item, 1)
    stand.settle()
    stand.item("place_320000000000").click()
    stand.settle()
    stand.item("place_320500000000").click()
    stand.settle()
    assert stand.item("place_chosen").property("text") == "江苏省 苏州市"
    assert whole.vault.answers["dest"] == "320500000000"
    problems = forms.problems(item, whole.vault.answers, stand.terminal.now().date())
    assert "dest" not in {problem.field for problem in problems}
