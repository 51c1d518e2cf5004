"""Acting for somebody else, as the screens see it: whom, how the two belong together, and the paper that says so.

Knows: masked values, what was just typed, the relations to choose from. Does not know: who may act for whom, or the person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtQml import QJSEngine, QmlElement, QmlSingleton

from kiosk.events import Fact
from kiosk.identity.acting import Capacity
from kiosk.session import events as ev
from kiosk.session.states import State
from ui.bridge.given import given
from ui.typing import Property

if TYPE_CHECKING:
    from kiosk.terminal import Terminal

QML_IMPORT_NAME = "Kiosk.Bridge"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
@QmlSingleton
class Acting(QObject):
    """For whom the person acts."""

    changed = Signal()
    relationsChanged = Signal()

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal
        self._relations: list[str] = []
        terminal.bus.subscribe(Fact.PERSON, self.changed.emit)
        terminal.bus.subscribe(Fact.SESSION, self._follow)

    @staticmethod
    def create(_engine: QJSEngine) -> QObject:
        """Return the application's instance."""
        return given(Acting)

    def _follow(self) -> None:
        """Tell only what differs: choices that are made anew under a finger would swallow its press."""
        shown = self._terminal.session.state is State.RELATION
        relations = [str(each) for each in self._terminal.acting.relations()] if shown else []
        if relations != self._relations:
            self._relations = relations
            self.relationsChanged.emit()
        self.changed.emit()

    # --- what is so ---

    @Property(bool, notify=changed)
    def allowed(self) -> bool:
        """The chosen service may be done for somebody else."""
        plan = self._terminal.session.plan
        return plan is not None and plan.agents

    @Property(str, notify=changed)
    def capacity(self) -> str:
        """`self`, `child` or `asked`."""
        return self._terminal.session.capacity.value

    @Property(bool, notify=changed)
    def known(self) -> bool:
        """Whom the person acts for is known."""
        return self._terminal.acting.masked_name != ""

    @Property(bool, notify=changed)
    def byCard(self) -> bool:
        """Their card lay here; else name and number were given."""
        return self._terminal.acting.by_card

    @Property(str, notify=changed)
    def maskedName(self) -> str:
        """Their name, masked."""
        return self._terminal.acting.masked_name

    @Property(str, notify=changed)
    def maskedNumber(self) -> str:
        """Their number, masked."""
        return self._terminal.acting.masked_number

    @Slot(str, result=str)
    def plain(self, field: str) -> str:
        """Return their plain `name` or `number`, for as long as a finger presses."""
        return self._terminal.acting.plain(field)

    @Property(str, notify=changed)
    def name(self) -> str:
        """What was typed of their name."""
        return self._terminal.acting.written[0]

    @Property(str, notify=changed)
    def number(self) -> str:
        """What was typed of their number."""
        return self._terminal.acting.written[1]

    @Property(str, notify=changed)
    def nameProblem(self) -> str:
        """Message id of what is wrong with the name, or nothing."""
        return self._terminal.acting.wrong("name")

    @Property(str, notify=changed)
    def numberProblem(self) -> str:
        """Message id of what is wrong with the number, or nothing."""
        return self._terminal.acting.wrong("number")

    @Property("QStringList", notify=relationsChanged)
    def relations(self) -> list[str]:
        """What the one who acts can be to the other; each has a message `acting.relation.<name>`."""
        return self._relations

    @Property(str, notify=changed)
    def relation(self) -> str:
        """What was chosen, or nothing."""
        return self._terminal.acting.relation

    @Property(bool, notify=changed)
    def needsConsent(self) -> bool:
        """A guardian has to agree."""
        return self._terminal.acting.needs_consent

    @Property(bool, notify=changed)
    def agrees(self) -> bool:
        """The guardian agreed."""
        return self._terminal.acting.agrees

    @Property(bool, notify=changed)
    def complete(self) -> bool:
        """Nothing is missing any more."""
        return self._terminal.acting.complete

    # --- intents ---

    @Slot()
    def forAnother(self) -> None:
        """It is to be done for somebody else."""
        self._terminal.handle(ev.ForAnotherAsked())

    @Slot(str)
    def choose(self, capacity: str) -> None:
        """For whom: `self`, `child` or `asked`."""
        self._terminal.handle(ev.ForWhomChosen(Capacity(capacity)))

    @Slot(str, str)
    def write(self, field: str, text: str) -> None:
        """`name` or `number` was typed."""
        self._terminal.acting.write(field, text)

    @Slot()
    def namePrincipal(self) -> None:
        """Go on with the one who was typed, or who is known already."""
        self._terminal.acting.name_principal()

    @Slot(str)
    def chooseRelation(self, relation: str) -> None:
        """What the one who acts is to the other."""
        self._terminal.acting.choose(relation)

    @Slot(bool)
    def agree(self, on: bool) -> None:
        """The guardian agrees, or takes it back."""
        self._terminal.acting.agree(on=on)

    @Slot()
    def goOn(self) -> None:
        """How the two belong together is said."""
        self._terminal.acting.go_on()

    @Slot()
    def printMandate(self) -> None:
        """The mandate is wanted on paper."""
        self._terminal.handle(ev.MandateAsked())
