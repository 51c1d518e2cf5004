"""The person, masked, and the one-time code's count of digits.

Knows: what may be shown. Does not know: the person; the vault is asked for a plain value only while a finger presses.
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
class Person(QObject):
    """Who stands there, as far as the screen may say."""

    changed = Signal()
    waitChanged = Signal()

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal
        self._wait = 0
        terminal.bus.subscribe(Fact.PERSON, self.changed.emit)
        terminal.bus.subscribe(Fact.SESSION, self.changed.emit)

    @staticmethod
    def create(_engine: QJSEngine) -> QObject:
        """Return the application's instance."""
        return given(Person)

    def follow_clock(self) -> None:
        """Read the waiting time again; the application calls this with every tick."""
        if self._terminal.session.state.value != "code":
            return
        wait = self._terminal.person.resend_in_s
        if wait != self._wait:
            self._wait = wait
            self.waitChanged.emit()

    @Property(str, notify=changed)
    def maskedName(self) -> str:
        """The name, masked."""
        return self._terminal.person.masked_name

    @Property(str, notify=changed)
    def maskedNumber(self) -> str:
        """The document number, masked."""
        return self._terminal.person.masked_number

    @Property(str, notify=changed)
    def maskedPhone(self) -> str:
        """The telephone that the code went to, masked."""
        return self._terminal.person.masked_phone

    @Property(int, notify=changed)
    def codeDigits(self) -> int:
        """How many digits of the code are typed."""
        return self._terminal.person.code_digits

    @Property(int, notify=waitChanged)
    def resendIn(self) -> int:
        """Seconds until another code may be asked for."""
        return self._wait

    @Slot(str, result=str)
    def plain(self, field: str) -> str:
        """Return the plain `name` or `number`, for as long as a finger presses."""
        return self._terminal.person.plain(field)

    @Slot(str)
    def typeCode(self, digit: str) -> None:
        """One digit was pressed."""
        self._terminal.person.type_code(digit)

    @Slot()
    def eraseCode(self) -> None:
        """The last digit is to go."""
        self._terminal.person.erase_code()

    @Slot()
    def submitCode(self) -> None:
        """The code is complete."""
        self._terminal.person.submit_code()

    @Slot()
    def resendCode(self) -> None:
        """Another code is wanted."""
        self._terminal.person.resend_code()
