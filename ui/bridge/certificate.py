"""The certificate that was issued, and how far its printing got.

Knows: counts of pages. Does not know: what is on them, or whether it is valid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtQml import QJSEngine, QmlElement, QmlSingleton

from kiosk.events import Fact
from ui.bridge.given import given
from ui.typing import Property

if TYPE_CHECKING:
    from kiosk.terminal import Terminal

QML_IMPORT_NAME = "Kiosk.Bridge"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
@QmlSingleton
class Certificate(QObject):
    """The document that is to be printed."""

    changed = Signal()

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal
        terminal.bus.subscribe(Fact.CERTIFICATE, self.changed.emit)
        terminal.bus.subscribe(Fact.SESSION, self.changed.emit)

    @staticmethod
    def create(_engine: QJSEngine) -> QObject:
        """Return the application's instance."""
        return given(Certificate)

    @Property(int, notify=changed)
    def pages(self) -> int:
        """How many pages it has."""
        return self._terminal.certificate.pages

    @Property(str, notify=changed)
    def withoutRecord(self) -> str:
        """What was asked for and is not on record, or nothing; the paper says so too."""
        return self._terminal.certificate.without_record

    @Property(int, notify=changed)
    def pagesPrinted(self) -> int:
        """How many came out."""
        return self._terminal.certificate.pages_printed
