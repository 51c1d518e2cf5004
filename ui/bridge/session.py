"""The session as the screens see it, and the intents that they may send.

Knows: `kiosk.session` values and how to name them in QML. Does not know: which screen follows which.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtQml import QJSEngine, QmlElement, QmlSingleton

from kiosk.events import Fact
from kiosk.session import events as ev
from kiosk.session.states import Choice, Journey, State
from ui.bridge.given import given
from ui.bridge.settings import Settings
from ui.typing import Property

if TYPE_CHECKING:
    from kiosk.terminal import Terminal

QML_IMPORT_NAME = "Kiosk.Bridge"
QML_IMPORT_MAJOR_VERSION = 1

_APPLY = (
    (
        "identity",
        (
            State.GUIDE, State.FOR_WHOM, State.CONSENT, State.IDENTIFY, State.ATTEST, State.CODE,
            State.PRINCIPAL, State.RELATION,
            State.AGAIN, State.CASES, State.CASE, State.WITHDRAW,
        ),
    ),
    ("form", (State.FORM,)),
    ("materials", (State.MATERIALS, State.CAPTURE)),
    ("sign", (State.SIGN,)),
    ("review", (State.REVIEW, State.CONFIRM, State.SUBMIT)),
    ("receipt", (State.OUTCOME,)),
)
_CASES = (
    ("identity", (State.CONSENT, State.IDENTIFY, State.CODE)),
    ("cases", (State.CASES, State.CASE, State.WITHDRAW)),
)
_SUPPLEMENT = (
    ("identity", (State.ATTEST, State.CODE)),
    ("cases", (State.CASES, State.CASE)),
    ("materials", (State.MATERIALS, State.CAPTURE)),
    ("review", (State.REVIEW, State.CONFIRM, State.SUBMIT)),
    ("receipt", (State.OUTCOME,)),
)
_CERTIFICATE = (
    ("identity", (State.GUIDE, State.CONSENT, State.IDENTIFY, State.CODE)),
    ("choose", (State.CHOOSE, State.PREPARE)),
    ("preview", (State.PREVIEW,)),
    ("print", (State.PRINT,)),
    ("taken", (State.TAKEN,)),
)
OUT_STAYS = dt.timedelta(minutes=1)
_STEPS = {
    Journey.APPLY: _APPLY,
    Journey.CERTIFICATE: _CERTIFICATE,
    Journey.CASES: _CASES,
    Journey.SUPPLEMENT: _SUPPLEMENT,
}


@QmlElement
@QmlSingleton
class Session(QObject):
    """One person's visit."""

    changed = Signal()
    secondsChanged = Signal()

    def __init__(self, terminal: Terminal, settings: Settings) -> None:
        super().__init__()
        self._terminal = terminal
        self._settings = settings
        self._number = terminal.session.number
        self._out_since: dt.datetime | None = None
        self._seconds = -1
        terminal.bus.subscribe(Fact.SESSION, self._follow)

    @staticmethod
    def create(_engine: QJSEngine) -> QObject:
        """Return the application's instance."""
        return given(Session)

    def _follow(self) -> None:
        session = self._terminal.session
        # The person's screen goes before its settings do: nobody sees it jump.
        self.changed.emit()
        if session.number != self._number:
            self._number = session.number
            self._settings.reset()
        out = session.state is State.OUT_OF_SERVICE
        self._out_since = None if not out else self._out_since or self._terminal.now()
        if not out:
            self._settings.follow_elder(session.elder)
        self.follow_clock()

    def follow_clock(self) -> None:
        """Read the count-down again; the application calls this with every tick."""
        # Out of service the visit is over though none has begun since; whoever stands there may read why in their own way.
        if self._out_since is not None and self._terminal.now() - self._out_since >= OUT_STAYS:
            self._out_since = None
            self._settings.reset()
        left = self._terminal.seconds_left
        seconds = -1 if left is None else left
        if seconds != self._seconds:
            self._seconds = seconds
            self.secondsChanged.emit()

    # --- where the session stands ---

    @Property(str, notify=changed)
    def state(self) -> str:
        """The state's name, which is the screen's name."""
        return self._terminal.session.state.value

    @Property(int, notify=changed)
    def number(self) -> int:
        """Counts visits."""
        return self._terminal.session.number

    @Property(str, notify=changed)
    def itemId(self) -> str:
        """The chosen service item, or nothing."""
        plan = self._terminal.session.plan
        return plan.item_id if plan else ""

    @Property(str, notify=changed)
    def journey(self) -> str:
        """`apply`, `certificate`, `cases`, `supplement` or nothing."""
        plan = self._terminal.session.plan
        return plan.journey.value if plan else ""

    @Property(bool, notify=changed)
    def agreesByCard(self) -> bool:
        """Laying the card is the consent."""
        return self._terminal.session.agrees_by_card

    @Property("QStringList", notify=changed)
    def steps(self) -> list[str]:
        """The names of the journey's steps, in order; each has a message `screens.step.<name>`."""
        return [name for name, _ in self._steps()]

    @Property(int, notify=changed)
    def step(self) -> int:
        """Which of `steps` the state belongs to; -1 outside a journey."""
        state = self._terminal.session.state
        return next((i for i, (_, states) in enumerate(self._steps()) if state in states), -1)

    def _steps(self) -> tuple[tuple[str, tuple[State, ...]], ...]:
        plan = self._terminal.session.plan
        if plan is None:
            return ()
        return _STEPS[plan.journey]

    @Property(int, notify=changed)
    def page(self) -> int:
        """Form page, from 0."""
        return self._terminal.session.page

    @Property(bool, notify=changed)
    def editing(self) -> bool:
        """Came from the review for one correction."""
        return self._terminal.session.editing

    @Property(bool, notify=changed)
    def busy(self) -> bool:
        """An answer is awaited that moves the session."""
        return self._terminal.session.busy

    @Property(bool, notify=changed)
    def personal(self) -> bool:
        """Something of the person is on the screen."""
        return self._terminal.session.personal

    @Property(str, notify=changed)
    def material(self) -> str:
        """The material under the camera."""
        return self._terminal.session.material

    @Property(str, notify=changed)
    def assurance(self) -> str:
        """How sure the terminal is of the person."""
        return self._terminal.session.assurance.value

    @Property(str, notify=changed)
    def promise(self) -> str:
        """`none`, `kept`, `received` or `accepted`."""
        return self._terminal.session.promise.value

    @Property(str, notify=changed)
    def notice(self) -> str:
        """Message id of what the person must know of what was kept, or nothing."""
        return self._terminal.session.notice

    @Property(str, notify=changed)
    def receipt(self) -> str:
        """`printing`, `printed` or `failed`."""
        printed = self._terminal.session.receipt_printed
        return "printing" if printed is None else "printed" if printed else "failed"

    @Property(int, notify=changed)
    def rated(self) -> int:
        """The grade that was given, 5 to 1; 0 for none."""
        return self._terminal.session.rated

    @Property(str, notify=changed)
    def rating(self) -> str:
        """What became of the grade: `kept`, `failed`, or nothing as long as nobody knows."""
        kept = self._terminal.session.rating_kept
        return "" if kept is None else "kept" if kept else "failed"

    @Property(str, notify=changed)
    def holding(self) -> str:
        """What the hardware still holds: `card`, `card_unknown` or nothing."""
        holding = self._terminal.session.holding
        return holding.value if holding else ""

    @Property(int, notify=changed)
    def guardStage(self) -> int:
        """How often the person was reminded."""
        return self._terminal.session.guard_stage

    @Property(bool, notify=changed)
    def lineUp(self) -> bool:
        """The line to the city is up."""
        return self._terminal.session.line_up

    @Property(str, notify=changed)
    def fault(self) -> str:
        """Why the terminal is out of service."""
        return self._terminal.session.fault

    @Property(bool, notify=changed)
    def stopping(self) -> bool:
        """The terminal is being stopped."""
        return self._terminal.session.stopping

    # --- what lies over the screen ---

    @Property(str, notify=changed)
    def troubleId(self) -> str:
        """Message id of the trouble, or nothing."""
        trouble = self._terminal.session.trouble
        return trouble.message_id if trouble else ""

    @Property(str, notify=changed)
    def troubleDetail(self) -> str:
        """The figure for the trouble's one placeholder."""
        trouble = self._terminal.session.trouble
        return trouble.detail if trouble else ""

    @Property(str, notify=changed)
    def troubleDevice(self) -> str:
        """The device whose return ends the trouble, or nothing."""
        trouble = self._terminal.session.trouble
        return trouble.device.value if trouble and trouble.device else ""

    @Property("QStringList", notify=changed)
    def troubleChoices(self) -> list[str]:
        """What can be answered: some of `retry`, `skip`, `leave`."""
        trouble = self._terminal.session.trouble
        return [choice.value for choice in trouble.choices] if trouble else []

    @Property(bool, notify=changed)
    def leaving(self) -> bool:
        """The question *leave?* stands."""
        return self._terminal.session.leaving

    @Property(bool, notify=changed)
    def warned(self) -> bool:
        """The count-down runs."""
        return self._terminal.session.warned

    @Property(int, notify=secondsChanged)
    def secondsLeft(self) -> int:
        """Seconds of the count-down; -1 while it does not run."""
        return self._seconds

    @Property(bool, notify=changed)
    def elder(self) -> bool:
        """Elder mode."""
        return self._terminal.session.elder

    @Property(bool, notify=changed)
    def elderOffered(self) -> bool:
        """The offer of elder mode stands."""
        return self._terminal.session.elder_offered

    # --- intents ---

    @Slot()
    def start(self) -> None:
        """Somebody touched the attract screen."""
        self._terminal.handle(ev.Started())

    @Slot()
    def confirm(self) -> None:
        """The main action was pressed."""
        self._terminal.handle(ev.Confirmed())

    @Slot()
    def back(self) -> None:
        """*Back* was pressed."""
        self._terminal.handle(ev.BackPressed())

    @Slot()
    def cancel(self) -> None:
        """*End* was pressed."""
        self._terminal.handle(ev.CancelPressed())

    @Slot(bool)
    def answerLeave(self, leave: bool) -> None:
        """The question *leave?* was answered."""
        self._terminal.handle(ev.LeaveAnswered(leave))

    @Slot(str)
    def answerTrouble(self, choice: str) -> None:
        """A choice of the trouble was pressed."""
        self._terminal.handle(ev.TroubleAnswered(Choice(choice)))

    @Slot()
    def touched(self) -> None:
        """A sign of life."""
        self._terminal.handle(ev.Touched())

    @Slot(bool)
    def setElder(self, wanted: bool) -> None:
        """Elder mode was accepted, declined or switched."""
        self._terminal.handle(ev.ElderAnswered(wanted))

    @Slot(int)
    def rate(self, grade: int) -> None:
        """One of the five grades was touched."""
        self._terminal.handle(ev.Rated(grade))

    @Slot(str)
    def openMaterial(self, material: str) -> None:
        """A material is to be laid under the camera."""
        self._terminal.handle(ev.MaterialOpened(material))
