"""Practice as the screens see it: whether somebody practises, and which faults are to come.

Knows: the script's faults by name. Does not know: what keeps practice from what is real.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtQml import QJSEngine, QmlElement, QmlSingleton

from kiosk.events import Fact
from kiosk.journeys.rehearsal import ScriptedFault
from kiosk.session import events as ev
from ui.bridge.given import given
from ui.typing import Property

if TYPE_CHECKING:
    from kiosk.terminal import Terminal

QML_IMPORT_NAME = "Kiosk.Bridge"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
@QmlSingleton
class Training(QObject):
    """Somebody practises."""

    changed = Signal()

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal
        for fact in (Fact.STAFF, Fact.SESSION):
            terminal.bus.subscribe(fact, self.changed.emit)

    @staticmethod
    def create(_engine: QJSEngine) -> QObject:
        """Return the application's instance."""
        return given(Training)

    @Property(bool, notify=changed)
    def on(self) -> bool:
        """Nothing of what is done now is real."""
        return self._terminal.session.training

    @Property("QStringList", constant=True)
    def faults(self) -> list[str]:
        """What can be made to go wrong; each has a message `staff.training.fault.<name>`."""
        return [fault.value for fault in ScriptedFault]

    @Property("QStringList", notify=changed)
    def scripted(self) -> list[str]:
        """What is to go wrong."""
        return [fault.value for fault in ScriptedFault if fault in self._terminal.training.script]

    @Slot()
    def begin(self) -> None:
        """From now on it is practice."""
        self._terminal.handle(ev.TrainingBegun())

    @Slot()
    def end(self) -> None:
        """It is over."""
        self._terminal.handle(ev.TrainingEnded())

    @Slot()
    def practise(self) -> None:
        """Begin a visit as a resident would."""
        self._terminal.handle(ev.PracticeBegun())

    @Slot(str)
    def toggle(self, fault: str) -> None:
        """Have a fault come, or not."""
        wanted = ScriptedFault(fault)
        self._terminal.script_fault(wanted, on=wanted not in self._terminal.training.script)
