"""A clerk helps on the real screens: by touch, by the keypad alone, and every way back."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from shots import HELPED

from kiosk.session import events as ev
from kiosk.session.states import Hand, State


def test_from_the_staff_page_to_the_next_resident(stand: Any) -> None:
    """Should lead from the staff page to the desk and on to the first screen of a resident, and back to the pages."""
    stand.terminal.show(State.STAFF)
    stand.settle()
    stand.tap("staff_assist")
    assert stand.terminal.session.state is State.DESK
    stand.settle()
    stand.tap("foot_other")
    assert stand.terminal.session.state is State.STAFF
    stand.terminal.show(State.DESK, clerk=True)
    stand.settle()
    stand.tap("foot_main")
    session = stand.terminal.session
    assert (session.state, session.assisted, session.hand) == (State.HOME, True, Hand.CLERK)


def test_an_ailing_terminal_helps_nobody(stand: Any) -> None:
    """Should not offer what leads nowhere."""
    stand.terminal.show(State.STAFF, fault="Q-200")
    stand.settle()
    assert stand.find("staff_assist") is None


def test_the_screen_is_passed_over_and_back(stand: Any) -> None:
    """Should say whose turn it is wherever something is entered, and nowhere else."""
    stand.terminal.show(State.FORM, page=0, **HELPED)
    stand.settle()
    words = stand.terminal.words
    assert stand.item("tool_hand").property("text") == words.template("zh_CN", "controls.hand_clerk")
    stand.tap("tool_hand")
    assert stand.terminal.session.hand is Hand.RESIDENT
    assert stand.item("tool_hand").property("text") == words.template("zh_CN", "controls.hand_resident")
    stand.tap("tool_hand")
    assert stand.terminal.session.hand is Hand.CLERK
    for state in (State.CONFIRM, State.ATTEST, State.DESK, State.FORM):
        stand.terminal.show(state)  # the last one by a citizen alone
        stand.settle()
        assert stand.find("tool_hand") is None, state


def test_not_to_be_sure_is_an_answer(stand: Any) -> None:
    """Should send what the clerk saw, either way."""
    stand.terminal.show(State.ATTEST, **HELPED)
    stand.settle()
    stand.tap("foot_other")
    stand.terminal.show(State.ATTEST, **HELPED)
    stand.settle()
    stand.tap("foot_main")
    assert [event for event in stand.said if isinstance(event, ev.Attested)] == [ev.Attested(False), ev.Attested(True)]


def test_the_review_and_the_yes_say_who_entered_what(stand: Any) -> None:
    """Should name the clerk's lines as such in the review, and list them on the resident's own page in large words."""
    stand.terminal.show(State.REVIEW, **HELPED)
    stand.settle()
    by_clerk = stand.terminal.words.template("zh_CN", "screens.review.by_clerk")
    assert by_clerk in stand.item("review_2").property("text")
    assert by_clerk not in stand.item("review_0").property("text")
    stand.tap("foot_main")
    assert stand.terminal.session.state is State.CONFIRM
    stand.settle()
    assert "居住证申领" in stand.item("confirm_what").property("text")
    stand.tap("foot_main")
    assert stand.terminal.session.state is State.SUBMIT


@pytest.mark.parametrize("state", [State.DESK, State.ATTEST, State.CONFIRM])
def test_it_can_be_done_by_the_keypad_alone(stand: Any, state: State) -> None:
    """Should find the main action by Tab and press it with Return."""
    stand.terminal.show(state, **(HELPED if state is not State.DESK else {"clerk": True}))
    stand.settle()
    for _ in range(20):
        item = stand.screen.window.activeFocusItem()
        if item.objectName() == "foot_main":
            break
        QTest.keyClick(stand.screen.window, Qt.Key.Key_Tab)
        stand.settle()
    QTest.keyClick(stand.screen.window, Qt.Key.Key_Return)
    stand.settle()
    assert stand.terminal.session.state is not state


def test_the_stick_is_offered_when_there_is_one(stand: Any) -> None:
    """Should show the button with a stick alone, and what came of it."""
    staff = next(bridge for bridge in stand.screen.bridges.others if type(bridge).__name__ == "Staff")
    stand.terminal.show(State.STAFF)
    staff.look("outbox")
    stand.settle()
    assert stand.find("export") is None
    stand.terminal.upkeep.stick = True
    staff.look("outbox")
    stand.settle()
    stand.tap("export")
    assert "civic-outbox-0042" in stand.item("export_said").property("text")
