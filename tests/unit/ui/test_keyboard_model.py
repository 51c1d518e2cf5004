"""What the keys do, without a window."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from ui.keyboard import build
from ui.keyboard.model import KeyboardModel, open_keyboard
from ui.keyboard.pinyin import Pinyin

ENTRIES = [("ce shi", 900, "测试"), ("ce", 900, "测"), ("shi", 800, "是"), ("jia", 900, "家"), ("jia", 950, "甲")]
ENTRIES += [("yi", 700 + n, chr(0x4E00 + n)) for n in range(200)]


class Text:
    """Collects what the keyboard writes."""

    def __init__(self, keyboard: KeyboardModel) -> None:
        self.value = ""
        self.finished = 0
        keyboard.committed.connect(self._add)
        keyboard.erased.connect(self._erase)
        keyboard.finished.connect(self._finish)

    def _add(self, piece: str) -> None:
        self.value += piece

    def _erase(self) -> None:
        self.value = self.value[:-1]

    def _finish(self) -> None:
        self.finished += 1


@pytest.fixture
def keyboard(tmp_path: Path) -> KeyboardModel:
    build.write(tmp_path / "small.db", ENTRIES, [])
    return KeyboardModel(Pinyin(tmp_path / "small.db"))


def type_(keyboard: KeyboardModel, keys: str) -> None:
    for key in keys:
        keyboard.key(key)


def test_choosing_in_pieces(keyboard: KeyboardModel) -> None:
    """A choice should leave the letters that it does not use."""
    text = Text(keyboard)
    type_(keyboard, "ceshijia")
    keyboard.pick(keyboard.candidates.index("测试"))
    assert (text.value, keyboard.preedit) == ("测试", "jia")
    keyboard.pick(keyboard.candidates.index("甲"))
    assert (text.value, keyboard.preedit, keyboard.candidates) == ("测试甲", "", [])


def test_space_enter_backspace(keyboard: KeyboardModel) -> None:
    """Space should take the first candidate, enter the letters as they are, backspace letters before text."""
    text = Text(keyboard)
    type_(keyboard, "ce")
    keyboard.space()
    keyboard.space()
    assert text.value == "测 "
    type_(keyboard, "ab")
    keyboard.enter()
    assert (text.value, text.finished) == ("测 ab", 0)
    keyboard.enter()
    assert text.finished == 1
    keyboard.key("c")
    keyboard.backspace()
    assert text.value == "测 ab"
    keyboard.backspace()
    assert text.value == "测 a"


def test_pages_hold_every_candidate_once(keyboard: KeyboardModel) -> None:
    """Turning pages should show each candidate once, and no more on a page than fits, opened or not."""
    keyboard.fit(500, 30, 20, 50, 4)
    type_(keyboard, "yi")
    for opened, most in ((False, 10), (True, 40)):
        keyboard.expand(opened)
        seen = list(keyboard.candidates)
        assert len(seen) == most
        while keyboard.hasNext:
            keyboard.nextPage()
            assert len(keyboard.candidates) <= most
            seen += keyboard.candidates
        assert len(seen) == len(set(seen)) == 200
        while keyboard.hasPrevious:
            keyboard.previousPage()
        assert keyboard.candidates == seen[:most]


def test_a_choice_of_a_later_page(keyboard: KeyboardModel) -> None:
    """The index of a choice should count within the page."""
    text = Text(keyboard)
    keyboard.fit(500, 30, 20, 50, 4)
    type_(keyboard, "yi")
    keyboard.nextPage()
    wanted = keyboard.candidates[3]
    keyboard.pick(3)
    assert text.value == wanted
    keyboard.pick(99)
    assert text.value == wanted


def test_modes(keyboard: KeyboardModel) -> None:
    """A field should get its layout; only where words are written may the person change it."""
    keyboard.begin("digits")
    keyboard.setMode("letters")
    assert keyboard.mode == "digits"
    keyboard.begin("pinyin")
    type_(keyboard, "ce")
    text = Text(keyboard)
    keyboard.setMode("letters")
    assert (keyboard.mode, text.value) == ("letters", "测")
    keyboard.toggleShift()
    type_(keyboard, "ab")
    assert text.value == "测Ab"


def test_clear_forgets(keyboard: KeyboardModel) -> None:
    """The end of a session should leave nothing of what was typed."""
    type_(keyboard, "ceshi")
    keyboard.setMode("symbols")
    type_(keyboard, "1")
    keyboard.setMode("pinyin")
    type_(keyboard, "jia")
    keyboard.expand(True)
    keyboard.clear()
    assert (keyboard.preedit, keyboard.candidates, keyboard.expanded, keyboard.mode) == ("", [], False, "pinyin")


def test_without_an_index(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Without the index the keyboard should still write letters and digits, and log the fault by its code."""
    with caplog.at_level(logging.ERROR):
        keyboard = open_keyboard(tmp_path / "none.db")
    assert "keyboard.pinyin.missing" in caplog.text
    caplog.clear()
    text = Text(keyboard)
    keyboard.begin("pinyin")
    type_(keyboard, "ab")
    assert (keyboard.mode, keyboard.speaksPinyin, text.value) == ("letters", False, "ab")
