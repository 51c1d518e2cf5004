"""The screen speaks the language of the moment, and changes it in the middle of a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication

from kiosk.words import Audience, Words
from ui.translator import WordsTranslator

if TYPE_CHECKING:
    from conftest import Bench

WORDS = Words(
    {"zh_CN": {"t.hello": "你好", "t.case": "办件 {number}"}, "en": {"t.hello": "Hello", "t.case": "Case {number}"}},
    {"t.hello": Audience.PUBLIC, "t.case": Audience.PUBLIC},
)
SCREEN = """
    property string hello: qsTrId("t.hello")
    property string item: Sentence.fill(qsTrId("t.case"), {number: 7})
    property string lost: qsTrId("t.lost")
    Field { objectName: "f"; width: 500; label: qsTrId("t.hello") }
"""


@pytest.fixture
def spoken(bench: Bench) -> Bench:
    bench.translator.remove()
    bench.translator = WordsTranslator(WORDS, "zh_CN")
    bench.translator.install()
    return bench


def test_ids_become_sentences(spoken: Bench) -> None:
    """qsTrId should say the sentence, with its values where they belong; a lost id should be seen."""
    window = spoken.load(SCREEN)
    assert [window.property(name) for name in ("hello", "item", "lost")] == ["你好", "办件 7", "t.lost"]
    spoken.translator.remove()


def test_the_language_changes_live(spoken: Bench) -> None:
    """A switch should change every sentence and keep what was typed."""
    window = spoken.load(SCREEN)
    spoken.item("f").insert("测试甲")
    spoken.translator.speak("en", spoken.engine)
    assert [window.property(name) for name in ("hello", "item")] == ["Hello", "Case 7"]
    assert spoken.item("f").property("label") == "Hello"
    assert spoken.item("f").property("text") == "测试甲"
    spoken.translator.speak("zh_CN", spoken.engine)
    assert window.property("hello") == "你好"
    spoken.translator.remove()


def test_strings_of_qt_stay(spoken: Bench) -> None:
    """A string with a context is Qt's, even when it is spelled like one of our ids."""
    assert QCoreApplication.translate("QIODevice", "t.hello") == "t.hello"
    spoken.translator.remove()


def test_an_unknown_language_changes_nothing(spoken: Bench) -> None:
    """A language without a catalogue should leave the screen as it is."""
    spoken.translator.speak("fr", spoken.engine)
    assert spoken.translator.language == "zh_CN"
    spoken.translator.remove()
