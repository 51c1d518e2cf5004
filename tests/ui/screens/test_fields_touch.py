"""Fields under a finger: typed, chosen, and always in view with their question while they are answered."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from kiosk.session import events as ev
from kiosk.session.states import Choice, State


def test_a_field_is_typed_with_the_keyboard(stand: Any) -> None:
    """Should open digits where digits are wanted, and hand each one to the desk."""
    stand.terminal.show(State.FORM, page=0)
    stand.settle()
    stand.tap("field_phone", down=0.85)
    for digit in "138":
        stand.tap(f"key_{digit}")
    assert [call for call in stand.terminal.calls if call[0] == "set"][-1] == ("set", "phone", "138")
    stand.tap("foot_main")
    assert stand.said == [ev.PageAnswered(1)]


def test_the_keyboard_comes_back_to_the_field_that_it_left(stand: Any) -> None:
    """Should close when it is done, and open again for the same field, which keeps what was typed."""
    stand.terminal.show(State.FORM, page=0)
    stand.settle()
    for typed, digit in (("1", "1"), ("13", "3"), ("138", "8")):
        stand.tap("field_phone", down=0.85)
        stand.tap(f"key_{digit}")
        assert stand.item("field_phone").property("text") == typed
        stand.tap("key_done")
        assert stand.find("key_done") is None


def test_letters_without_a_character_are_not_thrown_away(stand: Any) -> None:
    """Should write the first candidate, and go on only with the next touch."""
    stand.terminal.show(State.FORM, page=1)
    stand.settle()
    detail = stand.item("field_address")
    stand.tap("field_address", down=0.85)
    for letter in "lu":
        stand.tap(f"key_{letter}")
    assert detail.property("text") == ""
    stand.tap("foot_main")
    assert stand.said == []
    assert len(detail.property("text")) == 1
    stand.tap("foot_main")
    assert stand.said == [ev.PageAnswered(2)]


def test_the_language_changes_in_the_middle_of_a_field(stand: Any) -> None:
    """Should keep what was typed and speak the other language."""
    stand.terminal.show(State.FORM, page=0)
    stand.settle()
    stand.tap("field_phone", down=0.85)
    stand.tap("key_1")
    title = stand.item("screen_form").property("title")
    stand.screen.bridges.settings.setLanguage("en")
    stand.settle()
    assert stand.item("screen_form").property("title") != title
    assert stand.item("field_phone").property("text") == "1"
    assert stand.terminal.language == "en"


def test_choices_and_places_reach_the_desk_as_plain_values(stand: Any) -> None:
    """Should hand over a string, a list and a map: what Python understands, not what JavaScript does."""
    stand.terminal.show(State.FORM, page=2)
    stand.settle()
    stand.tap("choice_work")
    stand.terminal.show(State.CHOOSE)
    stand.settle()
    stand.tap("choice_injury")
    stand.terminal.show(State.FORM, page=1)
    stand.settle()
    stand.tap("place_chosen")
    calls = [call[1:] for call in stand.terminal.calls if call[0] == "set"]
    assert calls[0] == ("reason", "work")
    assert calls[1] == ("kinds", ["pension", "injury"])
    assert calls[2] == ("address", {"division": "990101001000", "detail": ""})


def test_a_finger_that_was_typing_ends_nothing(stand: Any) -> None:
    """The wrong code is told while somebody types on: no digit's touch and no Enter is an answer, and the end is asked."""
    stand.terminal.show(State.CODE)
    stand.terminal.handle(ev.CodeRefused(stand.terminal.session.number, "code.wrong", detail="2"))
    dialog = stand.item("trouble")
    assert dialog.property("lull") >= 700
    dialog.setProperty("lull", 60000)  # no haste here
    stand.settle()
    before = stand.said
    stand.tap("overlay_third")
    QTest.keyClick(stand.screen.window, Qt.Key.Key_Return)
    QTest.keyClick(stand.screen.window, Qt.Key.Key_Space)
    stand.settle()
    assert stand.said == before
    dialog.setProperty("lull", 1)
    stand.answer("overlay_third")
    assert stand.said == [*before, ev.TroubleAnswered(Choice.LEAVE)]
    assert stand.terminal.session.state is State.CODE
    assert stand.find("trouble") is None
    stand.answer("overlay_main")
    assert stand.find("trouble") is not None
    stand.answer("overlay_third")
    stand.answer("overlay_second")
    assert stand.terminal.session.state is State.GUARD


def test_a_place_is_named_in_the_language_that_is_switched_to(stand: Any) -> None:
    """Should say the chosen divisions, and those still to choose, anew on the page that stands open."""
    stand.terminal.show(State.FORM, page=1)
    stand.settle()
    assert stand.item("place_chosen").property("text").endswith("龙亭样例区 北书店街道 第一社区")
    stand.screen.bridges.settings.setLanguage("en")
    stand.settle()
    assert stand.item("place_chosen").property("text").endswith("Beishudian Subdistrict First Community")
    stand.tap("place_chosen")
    assert stand.item("place_990101001001").property("text") == "First Community"


def test_a_place_is_asked_for_by_its_level(stand: Any) -> None:
    """Should ask for what its buttons name, from the community that was chosen back up to the province."""
    stand.terminal.show(State.FORM, page=1)
    stand.settle()
    asked = []
    for _ in range(5):
        stand.tap("place_chosen")
        asked.append(stand.item("place_wanted").property("text"))
    assert asked == ["再选社区或村", "再选街道或乡镇", "再选区县", "再选城市", "先选省份"]


def test_a_date_is_chosen_part_by_part_from_the_days_that_can_be(stand: Any) -> None:
    """Should say from the start which days can be chosen, and begin with the latest of them and not in the future."""
    stand.terminal.show(State.FORM, page=1)
    stand.settle()
    assert stand.item("date_reg_since").property("help") == "满半年才能申领\n可选：2026年5月28日及以前。"
    for button in ("year_more", "month_more", "day_less"):
        stand.tap(button)
    dates = [value for call, key, value in filter(lambda call: call[0] == "set", stand.terminal.calls) if key == "reg_since"]
    assert dates == ["2026-00-00", "2026-05-00", "2026-05-28"]
    assert [call for call in stand.terminal.calls if call[0] == "leave_field"] == [("leave_field", "reg_since")]


@pytest.mark.parametrize("orientation", ["portrait", "landscape", "counter"])
def test_a_page_that_grows_under_the_focus_is_no_loop(stand_at: Any, orientation: str) -> None:
    """Tab leaves the field for a button of the page, which goes with the keyboard; the field calls it back."""
    stand = stand_at(orientation)
    stand.screen.bridges.settings.setLowReach(orientation == "portrait")
    stand.terminal.show(State.FORM, page=0 if orientation == "counter" else 1)
    stand.settle()
    field = "field_phone" if orientation == "counter" else "field_address"
    for _ in range(2):
        stand.item(field).begin()
        stand.settle()
        assert stand.item("screen_form").property("typing")
        QTest.keyClick(stand.screen.window, Qt.Key.Key_Tab)
        stand.settle()
        assert not stand.item("screen_form").property("typing")


    # `stand` fails the test for any warning of the engine.


def test_the_keyboard_goes_with_its_field(stand: Any) -> None:
    """Another place is chosen while the street is typed: nobody types into a field that is not there."""
    stand.terminal.show(State.FORM, page=1)
    stand.settle()
    stand.item("field_address").begin()
    stand.settle()
    assert stand.item("screen_form").property("typing")
    stand.tap("place_chosen")
    assert stand.find("field_address") is None
    assert not stand.item("screen_form").property("typing")


def test_on_a_counter_every_date_is_in_view_and_whole(stand_at: Any) -> None:
    """What happens by when needs no turning of the page, no date is broken, and neither is the terminal's name."""
    stand = stand_at("counter")
    for changes in ({"line_up": False}, {"receipt_printed": False}):
        stand.terminal.show(State.OUTCOME, **changes)
        stand.settle()
        page = stand.item("outcome_page")
        for date in (stand.item(f"promise_{at}") for at in range(3)):
            assert date.property("lineCount") == 1
            assert page.contains(date.mapToItem(page, date.boundingRect().bottomLeft()))
    stand.terminal.show(State.OUTCOME, elder=True)
    stand.settle()
    assert stand.item("terminal_name").property("lineCount") == 1


@pytest.mark.parametrize(("page", "field"), [(0, "field_phone"), (1, "field_address")])
def test_on_an_elder_counter_a_question_is_whole_while_it_is_answered(stand_at: Any, page: int, field: str) -> None:
    """Above the keyboard there is room for the box alone; the question stands beside it, both whole, and goes back after."""
    stand = stand_at("counter")
    stand.terminal.show(State.FORM, page=page, elder=True)
    stand.settle()
    stand.item(field).begin()
    stand.settle()
    box, scroller = stand.item(field), stand.item("form_page")
    top, bottom = (box.mapToItem(scroller, QPointF(0, y)).y() for y in (0, box.height()))
    assert 0 <= top < bottom <= scroller.height()
    question = stand.item("rail_question")
    assert question.property("text") == box.property("label")
    assert not question.property("truncated")
    assert question.property("contentHeight") <= question.height() + 1
    assert box.property("bare")
    stand.tap("key_done")
    assert stand.find("rail_question") is None
    assert not stand.item(field).property("bare")
