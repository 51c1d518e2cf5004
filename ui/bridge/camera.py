"""The live picture of the document camera.

Knows: the newest preview frame, its outline and its advice. Does not know: where frames come from, when a page is taken, or
how a frame is painted (`pictures`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtQml import QJSEngine, QmlElement, QmlSingleton

from kiosk.events import Fact
from ui.bridge.given import given
from ui.typing import Property

if TYPE_CHECKING:
    from kiosk.documents.pages import PreviewFrame
    from kiosk.terminal import Terminal

QML_IMPORT_NAME = "Kiosk.Bridge"
QML_IMPORT_MAJOR_VERSION = 1

_MIDDLING = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))


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
        self._turn = 0
        self._ratio = 0.0
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
        self._turn += 1
        self._ratio = frame.height / frame.width if frame is not None else 0.0
        self.frameChanged.emit()

    def frame(self) -> PreviewFrame | None:
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

    @Property(int, notify=frameChanged)
    def turn(self) -> int:
        """Counts frames, so that the newest is asked for."""
        return self._turn

    @Property(float, notify=frameChanged)
    def ratio(self) -> float:
        """Height of the frame over its width; 0 while there is none."""
        return self._ratio

    @Slot(result="QVariantList")
    def corners(self) -> list[float]:
        """Return x and y of the page's four corners as shares of the picture, of a middling page where none is found."""
        frame = self.frame()
        outline = frame.outline if frame is not None else None
        return [float(each) for corner in outline or _MIDDLING for each in corner]
