"""A finger on the glass: finds what is visible, brings it into view, touches it, draws.

Knows: object names, the scroller's buttons, Qt's touch events. Does not know: what a screen is for, or which comes next.
"""

from __future__ import annotations

from PySide6.QtCore import QEventLoop, QPoint, QPointF, QRectF, QTimer
from PySide6.QtQuick import QQuickItem, QQuickWindow
from PySide6.QtTest import QTest

FRAME_MS = 17


class Hand:
    """A finger on the glass: finds what is visible, brings it into view, touches it."""

    def __init__(self, window: QQuickWindow) -> None:
        self._window = window
        self._device = QTest.createTouchDevice()
        self.touches = 0

    def find(self, name: str) -> QQuickItem | None:
        """Return the visible item with this object name; `a*` begins with a, `a/b` is the b inside a."""
        above: QQuickItem | None = self._window.contentItem()
        for part in name.split("/"):
            above = self._inside(above, part) if above is not None else None
        return above

    @staticmethod
    def _inside(above: QQuickItem, name: str) -> QQuickItem | None:
        begins = name.endswith("*")
        wanted = name.rstrip("*")
        waiting = [above]
        while waiting:
            item = waiting.pop(0)
            if not item.isVisible():
                continue
            called = item.objectName()
            if called == wanted or (begins and called.startswith(wanted)):
                return item
            waiting.extend(item.childItems())
        return None

    def ready(self, name: str) -> bool:
        """Say whether the item is there, enabled, drawn, and takes a touch."""
        item = self.find(name)
        if item is None or not item.isEnabled() or item.property("blocked"):
            return False
        return item.width() > 1 and item.height() > 1

    def touch(self, item: QQuickItem) -> None:
        """Press and lift in the middle of the item; of a field, in its box, which stands below its label."""
        self.touches += 1
        point = self._point(item, 0.5, 0.8 if item.objectName().startswith("field_") else 0.5)
        QTest.touchEvent(self._window, self._device).press(0, point, self._window).commit()
        QTest.touchEvent(self._window, self._device).release(0, point, self._window).commit()

    def draw(self, item: QQuickItem, points: list[tuple[float, float]]) -> None:
        """Draw one stroke through points in 0..1 of the item."""
        first, *others = [self._point(item, x, y) for x, y in points]
        QTest.touchEvent(self._window, self._device).press(0, first, self._window).commit()
        last = first
        for last in others:
            QTest.touchEvent(self._window, self._device).move(0, last, self._window).commit()
            # Moves within one frame are drawn as one.
            frame = QEventLoop()
            QTimer.singleShot(FRAME_MS, frame.quit)
            frame.exec()
        QTest.touchEvent(self._window, self._device).release(0, last, self._window).commit()

    def hidden_behind(self, item: QQuickItem) -> tuple[QQuickItem, str] | None:
        """Return the scroller that hides the item and the way to turn it (`up` or `down`), or None if it is in view."""
        above = _scroller_of(item)
        if above is None:
            return None
        frame = above.mapRectToScene(QRectF(0, 0, above.width(), above.height()))
        middle = item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).y()
        if middle < frame.top():
            return above, "up"
        return (above, "down") if middle > frame.bottom() else None

    def turner(self, scroller: QQuickItem, way: str) -> QQuickItem | None:
        """Return the scroller's button for this way."""
        waiting = list(scroller.childItems())
        while waiting:
            item = waiting.pop(0)
            if item.isVisible() and item.property("iconName") == way and item.isEnabled():
                return item
            waiting.extend(item.childItems())
        return None

    def _point(self, item: QQuickItem, x: float, y: float) -> QPoint:
        return item.mapToScene(QPointF(item.width() * x, item.height() * y)).toPoint()


def _scroller_of(item: QQuickItem) -> QQuickItem | None:
    """Return what the item scrolls in: known by its `reveal`, since a part of a screen may bear another type's name."""
    above: QQuickItem | None = item
    while above is not None:
        if above.metaObject().indexOfMethod("reveal(QQuickItem*)") >= 0:
            return above
        above = above.parentItem()  # None at the root, which the stubs do not say
    return None


def smooth(points: list[tuple[float, float]], between: int = 3) -> list[tuple[float, float]]:
    """Return the points of a Catmull-Rom curve through `points`: a hand does not draw corners."""
    padded = [points[0], *points, points[-1]]
    curve: list[tuple[float, float]] = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(between):
            t = step / between
            curve.append((_between(a[0], b[0], c[0], d[0], t), _between(a[1], b[1], c[1], d[1], t)))
    return [*curve, points[-1]]


def _between(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
