"""Staff at the terminal: signing in with card and PIN.

Knows: how many digits were typed, never which. Does not know: cards, or how tries are counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
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
class Staff(QObject):
    """Whose card is in the reader, and what they may do."""

    changed = Signal()

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal
        for fact in (Fact.STAFF, Fact.SESSION):
            terminal.bus.subscribe(fact, self.changed.emit)

    @staticmethod
    def create(_engine: QJSEngine) -> QObject:
        """Return the application's instance."""
        return given(Staff)

    @Property(str, notify=changed)
    def name(self) -> str:
        """What the card says of its holder."""
        return self._terminal.staff.name

    @Property(int, notify=changed)
    def pinDigits(self) -> int:
        """How many digits of the PIN were typed."""
        return self._terminal.staff.pin_digits

    @Property(bool, notify=changed)
    def pinComplete(self) -> bool:
        """That many can be a PIN."""
        return self._terminal.staff.pin_complete

    @Slot(str)
    def typePin(self, digit: str) -> None:
        """A digit of the PIN."""
        self._terminal.staff.type_digit(digit)

    @Slot()
    def erasePin(self) -> None:
        """The last digit was wrong."""
        self._terminal.staff.erase_digit()

    @Slot()
    def enterPin(self) -> None:
        """The PIN is typed."""
        self._terminal.staff.enter_pin()
