"""Practice on the real screens: the way in and out, the script, and the mark on every one of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kiosk.journeys.rehearsal import ScriptedFault
from kiosk.session.states import State


def practice_page(stand: Any, **changes: Any) -> None:
    stand.terminal.show(State.STAFF, **changes)
    stand.settle()
    stand.tap("staff_training")


def test_the_way_in_through_a_visit_and_out(stand: Any) -> None:
    """Should begin on the page that says what it is, lead to a visit, come back to that page, and end there."""
    practice_page(stand)
    assert stand.find("training_end") is None
    stand.tap("foot_main")
    assert (stand.terminal.session.state, stand.terminal.session.training) == (State.STAFF, True)
    stand.settle()
    stand.tap("foot_main")
    assert stand.terminal.session.state is State.HOME
    stand.settle()
    stand.tap("foot_back")
    assert (stand.terminal.session.state, stand.terminal.session.training) == (State.STAFF, True)
    stand.settle()
    stand.tap("training_end")
    assert not stand.terminal.session.training
    stand.settle()
    assert stand.find("training_mark") is None


def test_a_fault_is_scripted_by_a_tick(stand: Any) -> None:
    """Should show what is to come, and take it back."""
    practice_page(stand, training=True)
    script = stand.terminal.training.script
    assert stand.item("fault_paper_out").property("on")
    stand.tap("fault_paper_out")
    assert ScriptedFault.PAPER_OUT not in script
    stand.tap("fault_line_down")
    assert ScriptedFault.LINE_DOWN in script


@pytest.mark.parametrize("orientation", ["portrait", "landscape", "counter"])
def test_no_screen_of_practice_is_without_its_mark(stand_at: Callable[..., Any], orientation: str) -> None:
    """Should lie over every state and every question, and let every finger through; a citizen alone sees none of it."""
    stand = stand_at(orientation)
    words = stand.terminal.words.template("zh_CN", "screens.training.strip")
    for state in sorted(set(State) - {State.ATTRACT, State.OUT_OF_SERVICE}):
        stand.terminal.show(state, training=True)
        stand.settle()
        mark = stand.item("training_mark")
        assert (mark.width(), mark.height()) == (stand.screen.window.width(), stand.screen.window.height()), state
        assert not mark.isEnabled()
        assert mark.z() > 100
        assert stand.item(f"screen_{state}").property("note") == words, state
        stand.terminal.show(state)
        stand.settle()
        assert stand.find("training_mark") is None, state
