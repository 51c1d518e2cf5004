"""Help over the present step, and the number at which somebody may call back.

Knows: the session's stage of it and the desk's number. Does not know: what the step is, or how a wish is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtQml import QJSEngine, QmlElement, QmlSingleton

from kiosk.events import Fact
from kiosk.identity import case_code
from kiosk.identity.assurance import Assurance
from kiosk.session import events as ev
from kiosk.session.states import CALLABLE
from ui.bridge.given import given
from ui.typing import Property

if TYPE_CHECKING:
    from kiosk.terminal import Terminal

QML_IMPORT_NAME = "Kiosk.Bridge"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
@QmlSingleton
class Help(QObject):
    """What of the help stands over the step."""

    changed = Signal()

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal
        for fact in (Fact.HELP, Fact.SESSION):
            terminal.bus.subscribe(fact, self.changed.emit)

    @staticmethod
    def create(_engine: QJSEngine) -> QObject:
        """Return the application's instance."""
        return given(Help)

    @Property(str, notify=changed)
    def stage(self) -> str:
        """`open`, `phone`, `filing`, `filed`, `refused`, or nothing."""
        return self._terminal.session.helping.value

    @Property(bool, notify=changed)
    def callable(self) -> bool:
        """A call back can be asked for at this step."""
        return self._terminal.session.state in CALLABLE

    @Property(bool, notify=changed)
    def named(self) -> bool:
        """A card was read: the answer will stand among its cases."""
        return self._terminal.session.assurance is not Assurance.NONE

    @Property(str, notify=changed)
    def number(self) -> str:
        """What was typed so far, in the groups in which people say it."""
        return _grouped(self._terminal.help.number)

    @Property(str, notify=changed)
    def called(self) -> str:
        """The number that will be called, in the same groups."""
        return _grouped(self._terminal.help.called)

    @Property(str, notify=changed)
    def problem(self) -> str:
        """Why the number cannot be called yet, as message id, or nothing."""
        return self._terminal.help.problem[0]

    @Property(int, notify=changed)
    def missing(self) -> int:
        """How many digits the number lacks at least."""
        return self._terminal.help.problem[1]

    @Property(bool, notify=changed)
    def complete(self) -> bool:
        """The number can be called."""
        return self._terminal.help.complete

    @Property(str, notify=changed)
    def code(self) -> str:
        """The code of the wish that was kept, in groups, or nothing."""
        code = self._terminal.session.call_back
        return case_code.group(code) if code else ""

    @Slot()
    def ask(self) -> None:
        """*Help* was pressed."""
        self._terminal.handle(ev.HelpAsked())

    @Slot()
    def close(self) -> None:
        """Back to the step, or from the number to the help."""
        self._terminal.handle(ev.HelpClosed())

    @Slot()
    def callBack(self) -> None:
        """Somebody is to call back."""
        self._terminal.handle(ev.CallBackAsked())

    @Slot(str)
    def typeDigit(self, digit: str) -> None:
        """A digit of the number."""
        self._terminal.help.type_digit(digit)

    @Slot()
    def erase(self) -> None:
        """The last digit was wrong."""
        self._terminal.help.erase_digit()

    @Slot()
    def file(self) -> None:
        """The number is complete."""
        self._terminal.help.enter()


def _grouped(number: str) -> str:
    return " ".join(part for part in (number[:3], number[3:7], number[7:]) if part)
