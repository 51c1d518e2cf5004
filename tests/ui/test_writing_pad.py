"""The writing pad on the glass: strokes of a finger become characters in the field, and stay nowhere else."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from ui.gallery import LAYOUTS
from ui.handwriting.ink import Ink
from ui.handwriting.recogniser import Recogniser
from ui.keyboard.model import KeyboardModel

if TYPE_CHECKING:
    from conftest import Bench


def items_of(item: QQuickItem) -> Iterator[QQuickItem]:
    yield item
    for child in item.childItems():
        yield from items_of(child)


FRAME = """
    ScreenFrame { id: frame; objectName: "frame"; anchors.fill: parent; title: "填写"; mainText: "下一步"
        keyboardModel: %s
        PageScroller { anchors.fill: parent
            Field { objectName: "name"; width: parent.width; label: "姓名" }
            Field { objectName: "place"; width: parent.width; label: "地址" }
            Field { objectName: "number"; width: parent.width; label: "号码"; keyboard: "id" }
        }
    }
"""
WANG = [[(0.2, 0.2), (0.8, 0.19)], [(0.24, 0.5), (0.76, 0.5)], [(0.5, 0.2), (0.5, 0.86)], [(0.1, 0.88), (0.9, 0.87)]]
ZHONG = [
    [(0.2, 0.3), (0.22, 0.62)],
    [(0.2, 0.3), (0.8, 0.28), (0.77, 0.6)],
    [(0.22, 0.6), (0.78, 0.59)],
    [(0.5, 0.06), (0.5, 0.94)],
]
Strokes = Sequence[Sequence[tuple[float, float]]]


@functools.cache
def finger() -> object:
    return QTest.createTouchDevice()


def move(bench: Bench, point: QPoint) -> None:
    """Move the finger, and let a frame pass: moves within one frame reach the pad as one."""
    drawn: list[bool] = []
    seen = bench.window.frameSwapped.connect(lambda: drawn.append(True))
    QTest.touchEvent(bench.window, finger()).move(0, point, bench.window).commit()
    bench.window.update()
    bench.wait(lambda: bool(drawn))
    bench.window.frameSwapped.disconnect(seen)


def begin(bench: Bench, field: str) -> None:
    bench.item(field).begin()
    bench.settle()


def open_pad(bench: Bench) -> None:
    bench.load(FRAME % "Keyboard.model")
    begin(bench, "name")
    bench.tap("key_handwriting")


def write(bench: Bench, strokes: Strokes, right: float = 0.2) -> None:
    """Write on the pad with one finger; x and y in heights of the pad, the sheet `right` from its left edge."""
    pad = bench.item("writing_pad")
    for stroke in strokes:
        points = [pad.mapToScene(QPointF(x + right, y) * pad.height()).toPoint() for x, y in stroke]
        QTest.touchEvent(bench.window, finger()).press(0, points[0], bench.window).commit()
        for point in points[1:]:
            move(bench, point)
        QTest.touchEvent(bench.window, finger()).release(0, points[-1], bench.window).commit()
        bench.settle()


def ink_seen(bench: Bench) -> int:
    """How many points of a grid over the pad show ink."""
    pad, seen = bench.item("writing_pad"), bench.window.grabWindow()
    corner = pad.mapToScene(QPointF(0, 0)).toPoint()
    ink = QColor(bench.theme.property("ink"))
    points = (QPoint(x, y) for x in range(8, int(pad.width()) - 8, 3) for y in range(8, int(pad.height()) - 8, 3))
    return sum(seen.pixelColor(corner + point) == ink for point in points)


@pytest.mark.parametrize(("character", "strokes"), [("王", WANG), ("中", ZHONG)])
@pytest.mark.parametrize("right", [0.0, 0.9])
def test_a_written_character_arrives(bench: Bench, character: str, strokes: Strokes, right: float) -> None:
    """Writing anywhere on the pad and touching the first candidate should write the character, and empty the pad."""
    open_pad(bench)
    write(bench, strokes, right)
    assert bench.keyboard.candidates[0] == character
    assert ink_seen(bench) > 50
    bench.tap("candidate_0")
    assert bench.item("name").property("text") == character
    assert (bench.keyboard.ink, bench.keyboard.candidates, ink_seen(bench)) == ([], [], 0)


def test_candidates_follow_every_stroke(bench: Bench) -> None:
    """After each stroke the candidates should be those of what stands there."""
    open_pad(bench)
    first = []
    for stroke in WANG:
        write(bench, [stroke])
        first.append(bench.keyboard.candidates[0])
    assert (first[0], first[1], first[3]) == ("一", "二", "王")


def test_a_stroke_is_seen_while_it_is_written(bench: Bench) -> None:
    """Ink should follow the finger before it is lifted."""
    open_pad(bench)
    pad, device = bench.item("writing_pad"), finger()
    points = [pad.mapToScene(QPointF(x, 0.5) * pad.height()).toPoint() for x in (0.3, 0.5, 0.7)]
    QTest.touchEvent(bench.window, device).press(0, points[0], bench.window).commit()
    for point in points[1:]:
        move(bench, point)
    assert ink_seen(bench) > 20
    assert bench.keyboard.ink == []
    QTest.touchEvent(bench.window, device).release(0, points[-1], bench.window).commit()
    bench.settle()
    assert len(bench.keyboard.ink) == 1


def test_taking_back(bench: Bench) -> None:
    """One key should take back the last stroke, one all of them; erase takes ink first, then text."""
    open_pad(bench)
    write(bench, WANG)
    bench.tap("key_undo_stroke")
    assert len(bench.keyboard.ink) == 3
    bench.tap("key_clear_ink")
    assert (bench.keyboard.ink, ink_seen(bench)) == ([], 0)
    write(bench, WANG)
    bench.tap("key_space")
    write(bench, ZHONG)
    bench.tap("key_erase")
    assert (bench.keyboard.ink, bench.item("name").property("text")) == ([], "王")
    bench.tap("key_space")
    bench.tap("key_erase")
    bench.tap("key_erase")
    assert bench.item("name").property("text") == ""


def test_digits_stand_beside_the_pad(bench: Bench) -> None:
    """A digit after strokes should write the likeliest character first, then the digit."""
    open_pad(bench)
    write(bench, ZHONG)
    bench.tap("key_7")
    assert bench.item("name").property("text") == "中7"


def test_done_takes_the_character_first(bench: Bench) -> None:
    """The key that closes the keyboard should not throw strokes away, nor close before they are seen as a character."""
    open_pad(bench)
    write(bench, WANG)
    bench.tap("key_done")
    assert (bench.item("name").property("text"), bench.item("frame").property("typing")) == ("王", True)
    bench.tap("key_done")
    assert bench.item("frame").property("typing") is False


def test_the_pad_comes_first_for_elders(bench: Bench) -> None:
    """In elder mode words are written by hand at once, digits not; who chooses pinyin keeps it until they go."""
    bench.theme.setProperty("elder", True)
    bench.load(FRAME % "Keyboard.model")
    begin(bench, "name")
    assert bench.keyboard.mode == "handwriting"
    begin(bench, "number")
    assert bench.keyboard.mode == "id"
    begin(bench, "place")
    bench.tap("key_pinyin")
    begin(bench, "name")
    assert bench.keyboard.mode == "pinyin"
    bench.keyboard.forget()
    begin(bench, "place")
    assert bench.keyboard.mode == "handwriting"


def test_leaving_clears(bench: Bench) -> None:
    """Another field, the end of typing and the end of the session should each empty the pad."""
    open_pad(bench)
    for leave in (
        lambda: begin(bench, "number"),
        lambda: bench.item("frame").closeKeyboard(),
        bench.keyboard.forget,
    ):
        begin(bench, "name")
        bench.keyboard.setMode("handwriting")
        bench.settle()
        write(bench, WANG)
        assert len(bench.keyboard.ink) == 4
        leave()
        bench.settle()
        assert (bench.keyboard.ink, bench.keyboard.candidates, bench.keyboard.composing) == ([], [], False)
        assert bench.item("name").property("text") == ""


@pytest.mark.parametrize("elder", [False, True])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_pad_hides_nothing(bench: Bench, layout: str, elder: bool) -> None:
    """Field and foot should be in view, above and below the pad, and the pad large enough for a finger to write on."""
    width, height, px_per_mm = LAYOUTS[layout]
    for token, value in {"pxPerMm": px_per_mm, "layout": layout, "elder": elder}.items():
        bench.theme.setProperty(token, value)
    bench.load(FRAME % "Keyboard.model", width, height)
    begin(bench, "place")
    bench.keyboard.setMode("handwriting")
    bench.settle()
    field, pad, space = bench.item("place"), bench.item("writing_pad"), bench.item("key_space")
    box = next(item for item in items_of(field) if item.inherits("QQuickTextInput"))
    strip = next(item for item in bench.items() if item.metaObject().className().startswith("CandidateStrip"))
    body = bench.item("frame").property("contentItem")
    # A scroller follows once everything has its height.
    bench.wait(lambda: box.mapToScene(QPointF(0, box.height())).y() < strip.mapToScene(QPointF(0, 0)).y())
    assert body.mapToScene(QPointF(0, 0)).y() <= box.mapToScene(QPointF(0, 0)).y()
    assert bench.item("foot_main").mapToScene(QPointF(0, 0)).y() > space.mapToScene(QPointF(0, space.height())).y()
    assert min(pad.width(), pad.height()) >= 50 * px_per_mm


def test_without_the_recogniser(bench: Bench, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Without its model the pad should say so with the code, take no ink, and leave elders their pinyin."""
    bench.theme.setProperty("elder", True)
    bench.keyboard._ink = Ink(lambda: Recogniser(model=tmp_path / "none.model"))
    bench.load(FRAME % "Keyboard.model")
    begin(bench, "name")
    assert bench.keyboard.mode == "pinyin"
    assert [record.message.split()[0] for record in caplog.records] == ["keyboard.handwriting.model_missing"]
    bench.tap("key_handwriting")
    assert "handwriting.model_missing" in bench.item("no_handwriting").property("text")
    write(bench, WANG)
    assert (bench.keyboard.ink, bench.keyboard.candidates) == ([], [])
    bench.tap("key_pinyin")
    for letter in "wang":
        bench.tap(f"key_{letter}")
    assert "王" in bench.keyboard.candidates
    caplog.clear()


def test_the_keypad_leaves_the_pad_for_pinyin(bench: Bench) -> None:
    """Who cannot touch cannot write: arrows and select should lead from the pad to keys that can be used."""
    bench.theme.setProperty("elder", True)
    bench.load(FRAME % "Keyboard.model")
    begin(bench, "name")
    bench.walk("key_3")
    bench.key(Qt.Key.Key_Return)
    bench.walk("key_pinyin")
    bench.key(Qt.Key.Key_Return)
    assert (bench.keyboard.mode, bench.item("name").property("text")) == ("pinyin", "3")


def test_nothing_of_the_ink_is_kept(bench: Bench) -> None:
    """After a choice neither the model nor the recogniser's wrapper should hold the strokes."""
    open_pad(bench)
    write(bench, WANG)
    bench.tap("candidate_0")
    assert isinstance(bench.keyboard, KeyboardModel)
    assert bench.keyboard._ink.strokes == []
    assert bench.keyboard._found == []
