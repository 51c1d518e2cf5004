"""Every control in every layout: large enough, apart, whole, named, and within reach of a keypad."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtQuick import QQuickItem

from ui import QML_DIR
from ui.gallery import LAYOUTS, PAGES

if TYPE_CHECKING:
    from conftest import Bench

LOOKS = [(layout, 0, False, "zh_CN") for layout in LAYOUTS]
LOOKS += [("portrait", 3, False, "en"), ("landscape", 2, False, "en"), ("counter", 1, True, "zh_CN")]


def show(bench: Bench, page: str, layout: str, step: int, elder: bool, language: str) -> None:
    width, height, px_per_mm = LAYOUTS[layout]
    looks = {"pxPerMm": px_per_mm, "layout": layout, "textStep": step, "elder": elder, "reducedMotion": True}
    for token, value in looks.items():
        bench.theme.setProperty(token, value)
    bench.translator.speak(language, bench.engine)
    properties = {"page": page, "language": language, "width": width, "height": height}
    bench.load_file(QML_DIR / "Gallery.qml", properties)
    bench.settle()


def scene_rect(item: QQuickItem) -> QRectF:
    return QRectF(item.mapToScene(QPointF(0, 0)), item.mapToScene(QPointF(item.width(), item.height())))


def targets(bench: Bench) -> list[QQuickItem]:
    """What can be pressed: every button by its template, every field by its box."""
    return [
        i for i in bench.items() if i.isVisible() and (i.inherits("QQuickAbstractButton") or i.inherits("QQuickTextInput"))
    ]


def visible_rect(item: QQuickItem) -> QRectF:
    """The part of the item that no ancestor clips away."""
    rect = scene_rect(item)
    at = item.parentItem()
    while at is not None:
        if at.clip():
            rect = rect.intersected(scene_rect(at))
        at = at.parentItem()
    return rect


def is_key(item: QQuickItem) -> bool:
    return item.property("kind") in {"letter", "tool"}


def over(item: QQuickItem) -> bool:
    """Inside a dialog, which lies over everything on purpose."""
    at: QQuickItem | None = item
    while at is not None:
        if at.z() >= 100:
            return True
        at = at.parentItem()
    return False


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("page", PAGES)
def test_geometry(bench: Bench, page: str, look: tuple[str, int, bool, str]) -> None:
    """Targets should have their size and distance; words should stand whole, inside the window."""
    layout, step, elder, language = look
    show(bench, page, layout, step, elder, language)
    least, least_key = bench.theme.property("target"), bench.theme.property("key")
    gap, key_gap = bench.theme.property("gap"), bench.theme.property("keyGap")
    found = [(item, visible_rect(item)) for item in targets(bench)]
    found = [(item, rect) for item, rect in found if not rect.isEmpty()]
    assert found
    wrong: list[str] = []
    for item, _ in found:
        wanted = least_key if is_key(item) else least
        if min(item.width() if not item.inherits("QQuickTextInput") else wanted, item.height()) < wanted - 0.5:
            wrong.append(f"{name(item)} measures {item.width():.0f} x {item.height():.0f}")
    for (one, a), (other, b) in combinations(found, 2):
        if over(one) != over(other) or one.parentItem() is other.parentItem().parentItem() or inside(one, other):
            continue
        apart = key_gap if is_key(one) and is_key(other) else gap
        across, along = (
            max(a.left(), b.left()) - min(a.right(), b.right()),
            max(a.top(), b.top()) - min(a.bottom(), b.bottom()),
        )
        if max(across, along) < apart - 1.5:
            wrong.append(f"{name(one)} and {name(other)} are {max(across, along):.0f} px apart")
    window = QRectF(0, 0, bench.window.width(), bench.window.height())
    for item in bench.items():
        if item.inherits("QQuickText") and item.isVisible() and item.property("text"):
            if item.property("truncated"):
                wrong.append(f"{item.property('text')!r} is cut")
            rect = visible_rect(item)
            if not rect.isEmpty() and item.rotation() == 0 and not window.adjusted(-1, -1, 1, 1).contains(rect):
                wrong.append(f"{item.property('text')!r} leaves the window")
    assert wrong == []


def name(item: QQuickItem) -> str:
    return str(item.objectName() or item.property("text") or item.property("iconName") or item)


def inside(one: QQuickItem, other: QQuickItem) -> bool:
    """Whether they share a field's box: the value and its button to show it."""
    return {one.inherits("QQuickTextInput"), other.inherits("QQuickTextInput")} == {True, False} and scene_rect(
        one.parentItem()
    ).intersects(scene_rect(other))


def finish_typing(bench: Bench) -> None:
    """Press done, as one does before going on from a field."""
    frame = bench.item("gallery_frame")
    if frame.property("typing"):
        frame.closeKeyboard()
        bench.settle()


@pytest.mark.parametrize("page", [page for page in PAGES if page not in {"dialog", "typing", "rare", "digits"}])
def test_the_keypad_reaches_everything(bench: Bench, page: str) -> None:
    """From anywhere, four arrows should lead to every target that can be used."""
    show(bench, page, "portrait", 0, False, "zh_CN")
    window = bench.window
    bench.key(Qt.Key.Key_Down)
    first = window.activeFocusItem()
    reached: dict[int, QQuickItem] = {id(first): first}
    queue = [first]
    while queue:
        at = queue.pop()
        for way in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Left):
            at.forceActiveFocus(Qt.FocusReason.TabFocusReason)
            finish_typing(bench)
            bench.key(way)
            to = window.activeFocusItem()
            if to is not None and all(to is not seen for seen in reached.values()):
                reached[id(to)] = to
                queue.append(to)
    finish_typing(bench)
    usable = [item for item in targets(bench) if item.isEnabled() and item.activeFocusOnTab()]
    missed = [name(item) for item in usable if all(item is not seen for seen in reached.values())]
    assert missed == []


@pytest.mark.parametrize("page", PAGES)
def test_targets_have_names(bench: Bench, page: str) -> None:
    """Everything that can be pressed should be called something."""
    show(bench, page, "portrait", 0, False, "zh_CN")
    from PySide6.QtGui import QAccessible

    QAccessible.setActive(True)
    unnamed = []
    for item in targets(bench):
        interface = QAccessible.queryAccessibleInterface(item)
        said = (QAccessible.Text.Name, QAccessible.Text.Description)
        if interface is None or not any(interface.text(kind).strip() for kind in said):
            unnamed.append(name(item))
    assert unnamed == []
