"""The live picture of the document camera.

Knows: the newest preview frame, its outline and its advice. Does not know: where frames come from or when a page is taken.
`VideoOutput` paints nothing with the software renderer, so the frame is painted here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPolygonF
from PySide6.QtQml import QJSEngine, QmlElement, QmlSingleton
from PySide6.QtQuick import QQuickItem, QQuickPaintedItem

from kiosk.events import Fact
from ui.bridge.given import given
from ui.typing import Property

if TYPE_CHECKING:
    from kiosk.terminal import Terminal

QML_IMPORT_NAME = "Kiosk.Bridge"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
@QmlSingleton
class Camera(QObject):
    """What the camera sees now."""

    frameChanged = Signal()
    adviceChanged = Signal()

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal
        self._advice = ""
        self._ready = False
        terminal.bus.subscribe(Fact.FRAME, self._follow)
        terminal.bus.subscribe(Fact.SESSION, self._follow)

    @staticmethod
    def create(_engine: QJSEngine) -> QObject:
        """Return the application's instance."""
        return given(Camera)

    def _follow(self) -> None:
        frame = self.frame()
        advice = str(frame.advice) if frame is not None else ""
        ready = frame is not None
        if advice != self._advice or ready != self._ready:
            self._advice, self._ready = advice, ready
            self.adviceChanged.emit()
        self.frameChanged.emit()

    def frame(self) -> Any:
        """Return the newest frame while a material is open, else None."""
        if self._terminal.session.state.value != "capture":
            return None
        return self._terminal.materials.frame()

    @Property(bool, notify=adviceChanged)
    def ready(self) -> bool:
        """A picture is there."""
        return self._ready

    @Property(str, notify=adviceChanged)
    def advice(self) -> str:
        """Message id of the advice, or nothing."""
        return self._advice


_MIDDLING = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))


@QmlElement
class CameraView(QQuickPaintedItem):
    """Paints the newest frame, whole, with the page's outline and a dot at each corner."""

    colourChanged = Signal()
    shownChanged = Signal()

    def __init__(self, parent: QQuickItem | None = None) -> None:
        super().__init__(parent)
        self._camera = given(Camera)
        self._colour = QColor("#00c389")
        self._outlined = True
        self._where = QRectF()
        self._camera.frameChanged.connect(self._repaint)

    @Slot()
    def _repaint(self) -> None:
        self.update()

    @Property(QColor, notify=colourChanged)
    def outline(self) -> QColor:
        """The outline's colour."""
        return self._colour

    @outline.setter  # type: ignore[no-redef]
    def outline(self, colour: QColor) -> None:
        self._colour = colour
        self.colourChanged.emit()
        self.update()

    @Property(bool, notify=colourChanged)
    def outlined(self) -> bool:
        """Draw the outline that was found; not while corners are set by hand."""
        return self._outlined

    @outlined.setter  # type: ignore[no-redef]
    def outlined(self, on: bool) -> None:
        self._outlined = on
        self.colourChanged.emit()
        self.update()

    @Property(QRectF, notify=shownChanged)
    def shown(self) -> QRectF:
        """Where within this item the picture is painted, px."""
        return self._where

    @Slot(result="QVariantList")
    def corners(self) -> list[float]:
        """Return x and y of the page's four corners as shares of the picture, of a middling page where none is found."""
        frame = self._camera.frame()
        outline = frame.outline if frame is not None else None
        return [float(each) for corner in outline or _MIDDLING for each in corner]

    def paint(self, painter: QPainter) -> None:
        """Draw the frame as large as it fits, in the middle."""
        frame = self._camera.frame()
        if frame is None:
            return
        image = QImage(frame.rgb, frame.width, frame.height, frame.width * 3, QImage.Format.Format_RGB888)
        scale = min(self.width() / frame.width, self.height() / frame.height)
        width, height = frame.width * scale, frame.height * scale
        where = QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)
        if where != self._where:
            self._where = where
            self.shownChanged.emit()
        painter.drawImage(where, image)
        if frame.outline is not None and self._outlined:
            self._draw_outline(painter, where, frame.outline)

    def _draw_outline(self, painter: QPainter, where: QRectF, outline: Any) -> None:
        corners = [QPointF(where.x() + float(x) * where.width(), where.y() + float(y) * where.height()) for x, y in outline]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = QColor(self._colour)
        fill.setAlpha(40)
        painter.setBrush(QBrush(fill))
        painter.setPen(QPen(self._colour, 6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        painter.drawPolygon(QPolygonF(corners))
        painter.setBrush(QBrush(QColor("white")))
        painter.setPen(QPen(self._colour, 5))
        for corner in corners:
            painter.drawEllipse(corner, 11, 11)
