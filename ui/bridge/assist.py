"""A clerk's help as the screens see it: who enters now, what the clerk says, what the day brought.

Knows: the session's flags and the batch's figures. Does not know: cards, or what was entered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtQml import QJSEngine, QmlElement, QmlSingleton

from kiosk.events import Fact
from kiosk.session import events as ev
from kiosk.session.states import PASSED_OVER, Hand
from ui.bridge.given import given
from ui.typing import Property

if TYPE_CHECKING:
    from kiosk.terminal import Terminal

QML_IMPORT_NAME = "Kiosk.Bridge"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
@QmlSingleton
class Assist(QObject):
    """A clerk helps."""

    changed = Signal()

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal
        for fact in (Fact.STAFF, Fact.SESSION):
            terminal.bus.subscribe(fact, self.changed.emit)

    @staticmethod
    def create(_engine: QJSEngine) -> QObject:
        """Return the application's instance."""
        return given(Assist)

    @Property(bool, notify=changed)
    def helped(self) -> bool:
        """A clerk helps this person."""
        return self._terminal.session.assisted

    @Property(str, notify=changed)
    def hand(self) -> str:
        """Who enters here and now: `clerk` or `resident`; nothing where nobody helps, or nothing is entered."""
        session = self._terminal.session
        return session.hand.value if session.assisted and session.state in PASSED_OVER else ""

    @Property(bool, notify=changed)
    def batchKnown(self) -> bool:
        """The day's figures could be read."""
        return self._terminal.assist.batch.known

    @Property("QVariantMap", notify=changed)
    def batch(self) -> dict[str, int]:
        """What this clerk helped with today: `count`, and how many of it were `received`, `waiting`, `parked`."""
        batch = self._terminal.assist.batch
        return {
            "count": len(batch.codes),
            "received": batch.received,
            "waiting": batch.waiting,
            "parked": batch.parked,
        }

    @Slot()
    def begin(self) -> None:
        """The clerk will help residents."""
        self._terminal.handle(ev.AssistingBegun())

    @Slot()
    def staffPages(self) -> None:
        """From the desk back to the staff pages."""
        self._terminal.handle(ev.StaffPagesAsked())

    @Slot(bool)
    def attest(self, holds: bool) -> None:
        """The clerk compared person and card."""
        self._terminal.handle(ev.Attested(holds))

    @Slot()
    def passOver(self) -> None:
        """The other one enters from now on."""
        session = self._terminal.session
        self._terminal.handle(ev.HandedOver(Hand.CLERK if session.hand is Hand.RESIDENT else Hand.RESIDENT))
