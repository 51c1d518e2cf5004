"""Pictures of the person's papers, from memory and never from a disk.

Knows: how to fetch, turn and shrink a captured page, the certificate's preview and the receipt, and how to paint what the
camera sees. Does not know: what they say. QML shows them through an image provider: an item that Python defines outlives
its screen, since PySide never lets go of what QML made of it, and would keep the paper that it shows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import unquote

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPolygonF, QTransform
from PySide6.QtQml import QJSEngine, QmlElement, QmlSingleton
from PySide6.QtQuick import QQuickImageProvider

from kiosk.documents.errands import Imported
from kiosk.events import Fact
from ui.bridge.given import given
from ui.typing import Property

if TYPE_CHECKING:
    from kiosk.documents.pages import Outline, PreviewFrame
    from kiosk.terminal import Terminal

QML_IMPORT_NAME = "Kiosk.Bridge"
QML_IMPORT_MAJOR_VERSION = 1

PROVIDER = "papers"
"""Under this name QML asks for them."""


@QmlElement
@QmlSingleton
class Pictures(QObject):
    """Finds the picture that a name means.

    `receipt`, `certificate`, `page/<material>/<number from 0>`, `doubled`, `refused`, `stick/<number from 0>`,
    `qr/<text>`.
    """

    changed = Signal()

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal
        self._turn = 0
        self._decoded: tuple[str, QImage] | None = None
        for fact in (Fact.CASE, Fact.CERTIFICATE, Fact.MATERIALS, Fact.PERSON):
            terminal.bus.subscribe(fact, self._renew)

    @staticmethod
    def create(_engine: QJSEngine) -> QObject:
        """Return the application's instance."""
        return given(Pictures)

    def _renew(self) -> None:
        self._decoded = None
        self._turn += 1
        self.changed.emit()

    @Property(int, notify=changed)
    def turn(self) -> int:
        """Counts changes, so that a picture of the same name is asked for again."""
        return self._turn

    @Slot(str, int, result=float)
    def ratio(self, name: str, _turn: int) -> float:
        """Return height over width, or 0 while there is no such picture."""
        picture = self.find(name)
        return 0.0 if picture.isNull() else picture.height() / picture.width()

    def find(self, name: str) -> QImage:
        """Return the picture, or a null image while there is none."""
        # The last one is kept until something changes: its ratio, its picture and its other size are asked for in a row.
        if self._decoded is None or self._decoded[0] != name:
            self._decoded = (name, self._decode(name))
        return self._decoded[1]

    def _decode(self, name: str) -> QImage:
        if name.startswith("qr/"):
            return qr(name.removeprefix("qr/"))
        data = self._bytes(name)
        picture = QImage.fromData(data) if data else QImage()
        turned = self._turned(name)
        return picture.transformed(QTransform().rotate(turned)) if turned else picture

    def _turned(self, name: str) -> int:
        """Return by how many degrees clockwise the picture is to be shown turned: its own bytes stay as they are."""
        if not name.startswith("page/"):
            return 0
        _, material, number = name.split("/")
        desk = self._terminal.materials
        return desk.page_turned(material, int(number)) if int(number) < desk.page_count(material) else 0

    def _bytes(self, name: str) -> bytes | None:
        if name == "receipt":
            return self._terminal.case.receipt_png
        if name == "certificate":
            return self._terminal.certificate.preview_png
        if name == "doubled":
            doubled = self._terminal.materials.doubled
            return None if doubled is None else doubled.page.jpeg
        if name == "refused":
            refused = self._terminal.materials.refused
            return None if refused is None else refused.picture
        if name.startswith("stick/"):
            at, files = int(name.removeprefix("stick/")), self._terminal.stick.files
            answer = files[at].answer if at < len(files) else None
            return answer.pages[0].jpeg if isinstance(answer, Imported) else None
        if name.startswith("page/"):
            _, material, number = name.split("/")
            desk = self._terminal.materials
            return desk.page_image(material, int(number)) if int(number) < desk.page_count(material) else None
        return None


def qr(text: str) -> QImage:
    """Return the QR code of a text, with a quiet zone, 8 pixels to a module."""
    import zxingcpp

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    pixels = np.array(code.to_image(scale=8), dtype=np.uint8)
    height, width = pixels.shape
    return QImage(pixels.tobytes(), width, height, width, QImage.Format.Format_Grayscale8).copy()


class PaperProvider(QQuickImageProvider):
    """Gives QML what its `Picture` and `CameraView` show: `still/<turn>/<name>` and `live/<turn>/<outline's colour>`.

    Called on the screen's thread: neither asks for it asynchronously.
    """

    def __init__(self, pictures: Pictures, frame: Callable[[], PreviewFrame | None]) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)
        self._pictures = pictures
        self._frame = frame

    def requestImage(self, ident: str, size: QSize, wanted: QSize) -> QImage:
        """Return the picture, as large as it fits into `wanted`; one clear pixel if it is gone meanwhile."""
        what, _turn, name = ident.split("/", 2)
        image = self._live(name, wanted) if what == "live" else self._still(unquote(name), wanted)
        if image.isNull():
            image = QImage(1, 1, QImage.Format.Format_ARGB32_Premultiplied)
            image.fill(0)
        size.setWidth(image.width())
        size.setHeight(image.height())
        return image

    def _still(self, name: str, wanted: QSize) -> QImage:
        image = self._pictures.find(name)
        if image.isNull() or wanted.isEmpty():
            return image
        return image.scaled(wanted, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)

    def _live(self, colour: str, wanted: QSize) -> QImage:
        frame = self._frame()
        if frame is None or wanted.isEmpty():
            return QImage()
        raw = QImage(frame.rgb, frame.width, frame.height, frame.width * 3, QImage.Format.Format_RGB888)
        shown = raw.size().scaled(wanted, Qt.AspectRatioMode.KeepAspectRatio)
        image = QImage(shown, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        painter.drawImage(QRectF(0, 0, shown.width(), shown.height()), raw)
        if frame.outline is not None and colour:
            _draw_outline(painter, shown, frame.outline, QColor("#" + colour))
        painter.end()
        return image


def _draw_outline(painter: QPainter, shown: QSize, outline: Outline, colour: QColor) -> None:
    """Draw the page's outline, and a dot at each corner."""
    corners = [QPointF(float(x) * shown.width(), float(y) * shown.height()) for x, y in outline]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    fill = QColor(colour)
    fill.setAlpha(40)
    painter.setBrush(QBrush(fill))
    painter.setPen(QPen(colour, 6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.drawPolygon(QPolygonF(corners))
    painter.setBrush(QBrush(QColor("white")))
    painter.setPen(QPen(colour, 5))
    for corner in corners:
        painter.drawEllipse(corner, 11, 11)
