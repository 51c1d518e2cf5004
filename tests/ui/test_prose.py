"""Words over several lines: what the last line holds, and that there are no more lines for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Bench
    from PySide6.QtQuick import QQuickItem

EM = 40
BOTH = """
    %(kind)s {
        objectName: "words"
        width: %(width)d
        role: "%(role)s"
        font.pixelSize: 40
        font.bold: false
        horizontalAlignment: %(align)s
        text: "%(text)s"
    }
"""


def laid(bench: Bench, kind: str, text: str, width: float, role: str = "body", align: str = "Text.AlignLeft") -> QQuickItem:
    bench.load(BOTH % {"kind": kind, "width": width * EM, "role": role, "text": text, "align": align})
    return bench.item("words")


@pytest.mark.parametrize(
    ("text", "room", "widest"),
    [
        ("这件事您已经交过了", 8.2, 7),  # 了 takes 过 with it
        ("请在上班时间到部门窗口办理。", 13.2, 11),  # what closes stands with the character before it
        ("一项一项来先扫描（第一页）", 12.2, 10),  # nor does a line begin with it
        ("请先看一遍，再按右下角", 8.2, 8),  # nothing is alone: nothing changes
        ("只有这么多", 8.2, 5),
    ],
)
def test_no_character_stands_alone(bench: Bench, text: str, room: float, widest: float) -> None:
    """Should take from the lines above what keeps a character company, and make no more lines of it."""
    plain = laid(bench, "KioskText", text, room).property("lineCount")
    words = laid(bench, "Prose", text, room)
    assert words.property("lineCount") == plain
    assert round(words.property("contentWidth") / EM) == widest


def test_a_heading_of_words_is_even(bench: Bench) -> None:
    """Should make lines of one length, in the middle of the place where the text stands in the middle."""
    text = "City services, day and night"
    plain = laid(bench, "KioskText", text, 12, "title", "Text.AlignHCenter")
    natural = plain.property("contentWidth"), plain.property("lineCount")
    words = laid(bench, "Prose", text, 12, "title", "Text.AlignHCenter")
    assert words.property("lineCount") == natural[1]
    assert words.property("contentWidth") < 0.8 * natural[0]


def test_what_cannot_be_helped_is_left(bench: Bench) -> None:
    """Should leave a word that is wider than its place, and lines that are given."""
    for text, room in (("Wirtschaftsförderungsgesellschaft und mehr", 8), ("一行\\n两行", 8)):
        plain = laid(bench, "KioskText", text, room)
        natural = plain.property("contentWidth"), plain.property("lineCount")
        words = laid(bench, "Prose", text, room)
        assert (words.property("contentWidth"), words.property("lineCount")) == natural
