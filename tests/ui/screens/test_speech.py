"""What is heard of each screen, when it is cut, and that nobody is disturbed by a terminal without a voice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from accessible import controls
from fake_terminal import TROUBLE
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from shots import scenes

from kiosk.events import Fact
from kiosk.session import events as ev
from kiosk.session.states import State
from kiosk.speech import SpeechState

TEXTS = (QAccessible.Text.Name, QAccessible.Text.Description)
PERSONAL = ("测试甲", "测*", "990000", "138", "样例路", "Jia")
"""What the fake person's data has in it."""


def words(stand: Any, ident: str) -> str:
    text: str = stand.terminal.words.template(stand.terminal.language, ident)
    return text


def listen(stand: Any) -> list[tuple[str, ...]]:
    """Turn speech on by its button, and forget what was heard of that."""
    stand.terminal.show(State.HOME)
    stand.settle()
    stand.tap("tool_sound")
    stand.settle()
    heard: list[tuple[str, ...]] = stand.terminal.speaker.said
    return heard


def test_the_button_turns_speech_on_and_off(stand: Any) -> None:
    """Should say the screen at once, say so on the button, and be silent again at the next touch."""
    heard = listen(stand)
    title, instruction, main = heard[-1]
    assert title == words(stand, "screens.home.title")
    assert instruction == words(stand, "screens.home.instruction")
    assert main == words(stand, "screens.home.search_short")
    assert stand.item("tool_sound").property("on")
    cuts = stand.terminal.speaker.cuts
    stand.tap("tool_sound")
    assert stand.terminal.speaker.cuts == cuts + 1
    heard.clear()
    stand.terminal.show(State.CONSENT)
    stand.settle()
    assert heard == []


def test_a_new_screen_and_a_changed_sentence_are_said(stand: Any) -> None:
    """Should say a screen when it comes, and afterwards only what has become new on it."""
    heard = listen(stand)
    heard.clear()
    stand.terminal.show(State.OUTCOME, receipt_printed=None)
    stand.settle()
    assert heard[-1][:2] == (words(stand, "screens.outcome.title"), words(stand, "screens.outcome.printing"))
    heard.clear()
    stand.terminal.handle(ev.ReceiptPrinted(stand.terminal.session.number))
    stand.settle()
    (said,) = heard
    assert (said[0], said[-1]) == (words(stand, "screens.outcome.instruction"), words(stand, "screens.outcome.done"))
    assert words(stand, "screens.outcome.title") not in said


def test_what_is_missing_is_said_once_it_is_asked_for(stand: Any) -> None:
    """Should name the purposes, and those that are not ticked when the grey button is touched."""
    heard = listen(stand)
    stand.terminal.show(State.CONSENT)
    stand.settle()
    purposes = [words(stand, f"screens.consent.{name}") for name in ("identify", "handle", "phone")]
    assert set(purposes) <= set(heard[-1])
    assert words(stand, "screens.consent.agree") not in heard[-1]
    stand.tap("consent_handle")
    heard.clear()
    stand.tap("foot_main")
    stand.settle()
    (said,) = heard
    missing = words(stand, "screens.consent.missing_one").removeprefix("{name}")
    assert said == (purposes[0] + missing, purposes[2] + missing)


def test_the_receipt_is_said(stand: Any) -> None:
    """Should say the code that finds the case, and what was promised by when."""
    heard = listen(stand)
    stand.terminal.show(State.OUTCOME)
    stand.settle()
    receipt = "".join(heard[-1])
    assert "KF零零四二零零零三G七" in receipt
    assert "十二月四日" in receipt
    assert "受理之后七个工作日内" in receipt


def test_trouble_is_said_over_the_screen_and_the_screen_after_it(stand: Any) -> None:
    """Should say the trouble and its choices, and then where the person is again."""
    heard = listen(stand)
    stand.terminal.show(State.CAPTURE)
    stand.settle()
    heard.clear()
    stand.terminal.show(State.CAPTURE, trouble=TROUBLE)
    stand.settle()
    assert heard[-1] == tuple(
        words(stand, ident)
        for ident in (
            "screens.trouble.title", "session.lost.document_camera",
            "screens.trouble.retry", "screens.trouble.skip", "screens.trouble.leave",
        )
    )  # fmt: skip
    heard.clear()
    stand.terminal.show(State.CAPTURE)
    stand.settle()
    assert words(stand, "screens.capture.instruction") in heard[-1]


def test_what_is_wrong_in_a_form_is_said(stand: Any) -> None:
    """Should say the question and what is wrong with its answer, again with every try."""
    heard = listen(stand)
    page = stand.terminal.form.pages[0]
    page[0] = replace(page[0], problem_id="form.problem.required")
    stand.terminal.form.answer_page = lambda: stand.terminal.publish(Fact.FORM)
    stand.terminal.show(State.FORM, page=0)
    stand.settle()
    for _ in range(2):
        heard.clear()
        stand.tap("foot_main")
        stand.settle()
        assert heard == [(page[0].label.zh, words(stand, "form.problem.required"))]


def test_the_count_down_is_said_every_ten_seconds(stand: Any) -> None:
    """Should say how long there is when it begins, and not with every second."""
    heard = listen(stand)
    heard.clear()
    for seconds in (30, 29, 28, 21, 20, 19):
        stand.terminal.seconds_left = seconds
        stand.terminal.show(State.REVIEW, warned=True)
        stand.settle()
    told = [each for said in heard for each in said if "秒后将结束" in each]
    assert [each.split("秒")[0] for each in told] == ["三十", "二十"]


def test_the_keypad_hears_where_it_is(stand: Any) -> None:
    """Should say the name of each control that the focus comes to, and what it is about."""
    heard = listen(stand)
    heard.clear()
    stand.item("tile_apply").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    stand.settle()
    assert heard[-1] == (words(stand, "screens.home.tile.apply"), words(stand, "screens.home.tile.apply_note"))
    stand.terminal.show(State.CONSENT)
    stand.settle()
    tick = stand.item("consent_identify")
    stand.tap("consent_identify")
    tick.forceActiveFocus(Qt.FocusReason.TabFocusReason)
    stand.settle()
    assert words(stand, "speech.chosen") in heard[-1]


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_no_screen_says_what_is_the_persons(stand_at: Callable[..., Any], language: str) -> None:
    """Should say something of every screen and of every control on it, and nothing personal of any."""
    QAccessible.setActive(True)
    stand = stand_at("portrait", language)
    heard = listen(stand)
    silent: list[str] = []
    for name, scene in scenes(stand.terminal, stand.screen).items():
        stand.terminal.show(State.HOME)
        stand.settle()
        heard.clear()
        scene()
        stand.settle()
        if not any(heard):
            silent.append(name)
        for node in controls(stand.screen.window):
            stand.screen.bridges.speech.tell([node.text(text) for text in TEXTS])
        spoken = " ".join(each for said in heard for each in said)
        assert not any(private in spoken for private in PERSONAL), (name, spoken)
        assert not any(digits in spoken for digits in ("一三八", "九九零零", "one three eight", "nine nine zero")), name
    assert {name for name in silent if not name.startswith("staff")} <= {"home"}


def test_a_terminal_without_a_voice_says_so_on_the_button(stand: Any) -> None:
    """Should grey the button, explain at a touch whom to call, and say nothing."""
    stand.terminal.speaker.state = SpeechState.UNAVAILABLE
    stand.terminal.publish(Fact.SPEECH)
    heard = listen(stand)
    tool = stand.item("tool_sound")
    assert (tool.property("blocked"), tool.property("on")) == (True, False)
    assert tool.property("hint") == words(stand, "controls.sound_off")
    assert "0371-12345" in stand.item("silence").property("lines")[0]
    stand.answer("overlay_main")
    stand.terminal.show(State.CONSENT)
    stand.settle()
    assert heard == []


def test_a_voice_that_is_lost_and_found(stand: Any) -> None:
    """Should grey the button while the sound card is gone, and go on speaking when it is back."""
    heard = listen(stand)
    for state, on in ((SpeechState.UNAVAILABLE, False), (SpeechState.READY, True)):
        heard.clear()
        stand.terminal.speaker.state = state
        stand.terminal.publish(Fact.SPEECH)
        stand.settle()
        assert stand.item("tool_sound").property("on") is on
        assert bool(heard) is on


def test_easy_mode_speaks(stand: Any) -> None:
    """Should speak for somebody who took elder mode, until it is told not to."""
    heard = stand.terminal.speaker.said
    stand.terminal.show(State.CODE, elder_offered=True)
    stand.settle()
    assert heard == []
    stand.answer("overlay_main")
    stand.settle()
    assert heard
    stand.tap("tool_sound")
    assert not stand.screen.bridges.settings.speech
    assert stand.screen.bridges.settings.elder


def test_a_headset_and_the_star_key(stand: Any) -> None:
    """Should speak, and say everything, to whoever plugs a headset in; the star says the screen again."""
    heard = stand.terminal.speaker.said
    window = stand.screen.window
    QTest.keyClick(window, Qt.Key.Key_F15)
    stand.settle()
    assert stand.terminal.speech.private
    assert heard
    stand.terminal.show(State.CODE)
    stand.settle()
    assert "一三八零零零一" in "".join(heard[-1])
    said = heard[-1]
    heard.clear()
    QTest.keyClick(window, Qt.Key.Key_Asterisk)
    assert heard == [said]
    QTest.keyClick(window, Qt.Key.Key_F16)
    assert not stand.terminal.speech.private
    assert not stand.screen.bridges.settings.speech
    heard.clear()
    QTest.keyClick(window, Qt.Key.Key_Asterisk)
    assert stand.screen.bridges.settings.speech
    assert len(heard) == 1
    assert words(stand, "speech.on_screen") in "".join(heard[0])


def test_the_next_person_is_not_spoken_to(stand: Any) -> None:
    """Should end with the person: silent, nothing kept of the words, and off."""
    listen(stand)
    stand.terminal.show(State.HOME)
    stand.settle()
    heard = stand.terminal.speaker.said
    heard.clear()
    cuts = stand.terminal.speaker.cuts
    stand.terminal.handle(ev.BackPressed())
    stand.settle()
    assert stand.terminal.session.state is State.ATTRACT
    assert stand.terminal.speaker.cuts > cuts
    assert not stand.screen.bridges.settings.speech
    assert heard == []
