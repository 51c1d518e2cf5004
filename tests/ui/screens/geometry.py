"""What can be measured of a screen: words that are cut, targets that are small or close, things that lie on one another.

Knows: scene rectangles, clips, the tokens of the theme. Does not know: any one screen. Pixels of the window throughout.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from weakref import WeakKeyDictionary

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtQml import QQmlExpression, qmlContext
from PySide6.QtQuick import QQuickItem, QQuickWindow

SLACK = 1.5
"""Half pixels of layouts and outlines."""
TARGET_GAP_MM, KEY_GAP_MM = 3.0, 2.0
OUTLINE_MM = 1.2
"""Between a word and the edge of its target: the thickest outline, and air."""
WORD = re.compile(r"(?:(?![\u2e80-\u9fff\uf900-\uffef_])[\w'’])+")
"""What is broken nowhere: letters of any alphabet, not ideographs."""


_KINDS: dict[str, frozenset[str]] = {}
"""What a class is, itself and all that it derives from, by the name that Qt gave it: asked often."""
_NAMES: WeakKeyDictionary[QQuickItem, str] = WeakKeyDictionary()
"""What Qt calls an item's class."""


@dataclass(frozen=True)
class Seen:
    """An item that is drawn: where it lies, and the part of it that no clip hides."""

    item: QQuickItem
    rect: QRectF
    clip: QRectF
    scrolled: bool
    """Inside something that scrolls: what is hidden there can be brought into view."""

    @property
    def shown(self) -> QRectF:
        return self.rect.intersected(self.clip)

    @property
    def whole(self) -> bool:
        grown = self.clip.adjusted(-SLACK, -SLACK, SLACK, SLACK)
        return grown.contains(self.rect)

    def __str__(self) -> str:
        text = str(self.item.property("text") or "")[:40]
        box = self.rect.toRect()
        return f"{kind(self.item)} {self.item.objectName()!r} {text!r} at {box.x()},{box.y()} {box.width()}x{box.height()}"


def kind(item: QQuickItem) -> str:
    return re.sub(r"_QML.*", "", _class_name(item))


def is_a(item: QQuickItem, name: str) -> bool:
    own = _class_name(item)
    if own not in _KINDS:
        kinds, meta = set(), item.metaObject()
        while meta is not None:
            kinds.add(re.sub(r"_QML.*", "", meta.className()))
            meta = meta.superClass()
        _KINDS[own] = frozenset(kinds)
    return name in _KINDS[own]


def _class_name(item: QQuickItem) -> str:
    if item not in _NAMES:
        _NAMES[item] = _asked_for(item)
    return _NAMES[item]


def _asked_for(item: QQuickItem) -> str:
    context = qmlContext(item)
    if context is None:  # made by Qt itself: its class stays
        return item.metaObject().className()
    # Not from `metaObject`, but for the first of a kind: an item's Python object keeps what that returned for longer than
    # the item lives, and whatever comes to lie at its address is then taken for it.
    value, _undefined = QQmlExpression(context, item, "toString()").evaluate()
    return str(value).partition("(")[0]


def seen(window: QQuickWindow) -> list[Seen]:
    """Return everything that is drawn; below an open overlay, what lies in the overlay alone."""
    root = window.contentItem()
    everything = list(_walk(root, QRectF(0, 0, window.width(), window.height()), scrolled=False))
    overlays = [one.item for one in everything if is_a(one.item, "Overlay")]
    if not overlays:
        return everything
    return [one for one in everything if overlays[-1].isAncestorOf(one.item)]


def _walk(item: QQuickItem, clip: QRectF, *, scrolled: bool) -> Iterator[Seen]:
    if not item.isVisible() or item.opacity() == 0:
        return
    rect = item.mapRectToScene(QRectF(0, 0, item.width(), item.height()))
    yield Seen(item, rect, clip, scrolled)
    scrolled = scrolled or item.inherits("QQuickFlickable")
    inner = clip.intersected(rect) if item.clip() else clip
    for child in sorted(item.childItems(), key=QQuickItem.z):  # in the order in which they are painted
        yield from _walk(child, inner, scrolled=scrolled)


def painted(one: Seen) -> QRectF:
    """Return where the glyphs of a text lie."""
    item = one.item
    width, height = item.property("contentWidth"), item.property("contentHeight")
    across, down = _enum(item, "horizontalAlignment"), _enum(item, "verticalAlignment")
    x = {int(Qt.AlignmentFlag.AlignHCenter.value): 0.5, int(Qt.AlignmentFlag.AlignRight.value): 1.0}.get(across, 0.0)
    y = {int(Qt.AlignmentFlag.AlignVCenter.value): 0.5, int(Qt.AlignmentFlag.AlignBottom.value): 1.0}.get(down, 0.0)
    corner = item.mapToScene(QPointF(x * (item.width() - width), y * (item.height() - height)))
    return QRectF(corner.x(), corner.y(), width, height)


def inked(one: Seen) -> QRectF:
    """Return where the characters themselves lie: a line of text is taller than they are, by the face's own leading."""
    item, area = one.item, painted(one)
    font = QFont(item.property("font"))
    font.setPixelSize(_enum(item, "fontInfo.pixelSize"))
    metrics = QFontMetricsF(font)
    drawn = metrics.tightBoundingRect(item.property("text"))
    last = (item.property("lineCount") - 1) * metrics.height() * item.property("lineHeight")
    first = area.top() + metrics.ascent()
    return QRectF(QPointF(area.left(), first + drawn.top()), QPointF(area.right(), first + last + drawn.bottom()))


def _enum(item: QQuickItem, name: str) -> int:
    # The enums of Text are not registered, so `property` cannot hand them over; an expression makes them numbers.
    value, undefined = QQmlExpression(qmlContext(item), item, f"{name} + 0").evaluate()
    assert not undefined
    return int(value)


def complaints(window: QQuickWindow, *, px_per_mm: float, target_mm: float, key_mm: float) -> list[str]:
    """Return everything about the window that a person could not read, reach or hit."""
    items = seen(window)
    # the mark of practice is meant to lie across everything
    marked = next((one.item for one in items if one.item.objectName() == "training_mark"), None)
    items = [one for one in items if marked is None or not marked.isAncestorOf(one.item)]
    texts = [one for one in items if one.item.inherits("QQuickText") and one.item.property("text")]
    targets = [one for one in items if _is_target(one, window)]
    found = [*_texts(texts, window), *_unreachable(items)]
    found += _behind_the_keyboard(texts, items)
    found += _targets(targets, px_per_mm, target_mm, key_mm)
    found += _overlaps(texts, targets)
    found += _on_the_outline(texts, targets, px_per_mm)
    return found


def _is_target(one: Seen, window: QQuickWindow) -> bool:
    if not one.item.inherits("QQuickAbstractButton") or one.shown.isEmpty():
        return False
    return one.rect.width() < window.width() or one.rect.height() < window.height()  # "touch anywhere" is all of it


def _texts(texts: list[Seen], window: QQuickWindow) -> Iterator[str]:
    glass = QRectF(-SLACK, -SLACK, window.width() + 2 * SLACK, window.height() + 2 * SLACK)
    for one in texts:
        item = one.item
        if item.property("truncated"):
            yield f"truncated: {one}"
        tall = item.property("contentHeight") - _leading(item)
        if item.property("contentWidth") > item.width() + SLACK or tall > item.height() + SLACK:
            yield f"text larger than its place: {one}"
        if not one.scrolled and not (glass.contains(painted(one)) and one.whole):
            yield f"cut off: {one}"
        if (word := _broken_word(item)) is not None:
            yield f"word broken ({word}): {one}"


def _leading(item: QQuickItem) -> float:
    """Return what the last of lines that are set tighter than the face counts for, and no character reaches."""
    font = QFont(item.property("font"))
    font.setPixelSize(_enum(item, "fontInfo.pixelSize"))
    return max(0.0, 1 - item.property("lineHeight")) * QFontMetricsF(font).height()


def _broken_word(item: QQuickItem) -> str | None:
    font = item.property("font")
    if not isinstance(font, QFont) or _enum(item, "fontSizeMode"):
        return None
    metrics = QFontMetricsF(font)
    words = WORD.findall(item.property("text"))
    longest = max(words, key=metrics.horizontalAdvance, default="")
    return longest if metrics.horizontalAdvance(longest) > item.width() + SLACK else None


def _unreachable(items: list[Seen]) -> Iterator[str]:
    if any(is_a(one.item, "KeyboardPanel") for one in items):
        return  # what the keyboard leaves no room for comes back when it closes
    for one in items:
        if not is_a(one.item, "PageScroller") or not one.item.property("overflows"):
            continue
        buttons = [child for child in one.item.childItems() if child.inherits("QQuickGrid") and child.isVisible()]
        if not buttons:
            yield f"scrolls without buttons: {one}"


def _behind_the_keyboard(texts: list[Seen], items: list[Seen]) -> Iterator[str]:
    """What is wrong with the answer that is being typed stands in view, above the keyboard."""
    if not any(is_a(one.item, "KeyboardPanel") for one in items):
        return
    for field in (one.item for one in items if is_a(one.item, "Field") and one.item.property("marked")):
        said = [one for one in texts if one.item.property("text") == field.property("error")]
        if said and not any(one.clip.contains(inked(one)) for one in said):
            yield f"error behind the keyboard: {said[0]}"


def _targets(targets: list[Seen], px_per_mm: float, target_mm: float, key_mm: float) -> Iterator[str]:
    for one in targets:
        least = (key_mm if is_key(one) else target_mm) * px_per_mm - SLACK
        if one.whole and (one.rect.width() < least or one.rect.height() < least):
            yield f"target under {least:.0f}: {one}"
        if not one.whole and not one.scrolled:
            yield f"target cut off: {one}"
    for first, second in combinations(targets, 2):
        if first.item.isAncestorOf(second.item) or second.item.isAncestorOf(first.item):
            continue
        gap = _gap(first.shown, second.shown)
        least = (KEY_GAP_MM if is_key(first) and is_key(second) else TARGET_GAP_MM) * px_per_mm - SLACK
        if gap < least:
            yield f"targets {gap:.0f} apart: {first} | {second}"


def is_key(one: Seen) -> bool:
    return kind(one.item) == "KeyCap" or is_a(one.item, "KeyCap")


def _gap(first: QRectF, second: QRectF) -> float:
    across = max(second.left() - first.right(), first.left() - second.right())
    down = max(second.top() - first.bottom(), first.top() - second.bottom())
    if across < 0 and down < 0:
        return max(across, down)
    return math.hypot(max(across, 0), max(down, 0))


def _overlaps(texts: list[Seen], targets: list[Seen]) -> Iterator[str]:
    shown = [(one, inked(one).intersected(one.clip)) for one in texts]
    for (first, a), (second, b) in combinations(shown, 2):
        both = a.intersected(b)
        if both.width() > 2 and both.height() > 2:
            yield f"words on words: {first} | {second}"
    for one, area in shown:
        for target in targets:
            if target.item.isAncestorOf(one.item):
                continue
            both = area.intersected(target.shown)
            if both.width() > 2 and both.height() > 2:
                yield f"words on a target: {one} | {target}"


def _on_the_outline(texts: list[Seen], targets: list[Seen], px_per_mm: float) -> Iterator[str]:
    least = OUTLINE_MM * px_per_mm - SLACK
    for target in targets:
        inside = target.rect.adjusted(least, least, -least, -least)
        for one in texts:
            if target.item.isAncestorOf(one.item) and not inside.contains(inked(one)):
                yield f"words on an outline: {one} | {target}"
