"""Pictures of the person's papers, from memory and never from a disk.

Knows: how to fetch and paint a captured page, the certificate's preview and the receipt. Does not know: what they say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QTransform
from PySide6.QtQml import QmlElement
from PySide6.QtQuick import QQuickItem, QQuickPaintedItem

from kiosk.events import Fact
from ui.bridge.given import given
from ui.typing import Property

if TYPE_CHECKING:
    from kiosk.terminal import Terminal

QML_IMPORT_NAME = "Kiosk.Bridge"
QML_IMPORT_MAJOR_VERSION = 1


class Pictures(QObject):
    """Finds the picture that a name means.

    `receipt`, `certificate`, `page/<material>/<number from 0>`, `doubled`, `refused`, `qr/<text>`.
    """

    changed = Signal()

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal
        for fact in (Fact.CASE, Fact.CERTIFICATE, Fact.MATERIALS):
            terminal.bus.subscribe(fact, self.changed.emit)

    def find(self, name: str) -> QImage:
        """Return the picture, or a null image while there is none."""
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


@QmlElement
class Picture(QQuickPaintedItem):
    """Paints one picture, whole and in the middle, or filling the width from the top."""

    nameChanged = Signal()
    pictureChanged = Signal()

    def __init__(self, parent: QQuickItem | None = None) -> None:
        super().__init__(parent)
        self._pictures = given(Pictures)
        self._name = ""
        self._image = QImage()
        self._drawn = QImage()
        self._pictures.changed.connect(self._fetch)

    @Property(str, notify=nameChanged)
    def name(self) -> str:
        """Which picture."""
        return self._name

    @name.setter  # type: ignore[no-redef]
    def name(self, name: str) -> None:
        if name != self._name:
            self._name = name
            self.nameChanged.emit()
            self._fetch()

    @Property(bool, notify=pictureChanged)
    def present(self) -> bool:
        """There is a picture."""
        return not self._image.isNull()

    @Property(float, notify=pictureChanged)
    def ratio(self) -> float:
        """Height over width; that of an A4 page while there is none."""
        return self._image.height() / self._image.width() if not self._image.isNull() else 1.4142

    @Slot()
    def _fetch(self) -> None:
        self._image = self._pictures.find(self._name)
        self._drawn = QImage()
        self.pictureChanged.emit()
        self.update()

    def paint(self, painter: QPainter) -> None:
        """Draw the picture as large as it fits, scaled once for each size."""
        if self._image.isNull() or self.width() < 1 or self.height() < 1:
            return
        size = self._image.size().scaled(int(self.width()), int(self.height()), Qt.AspectRatioMode.KeepAspectRatio)
        if self._drawn.size() != size:
            smooth = Qt.TransformationMode.SmoothTransformation
            self._drawn = self._image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
        where = QRectF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2, size.width(), size.height())
        painter.drawImage(where, self._drawn)
