"""The person's cases: what waits here, what the city says of it, and the one that is looked at.

Knows: the desk's lines and how to say them. Does not know: how a card finds its cases, or what may be withdrawn.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtQml import QJSEngine, QmlElement, QmlSingleton

from kiosk.catalogue.availability import Available, Unavailable
from kiosk.city.messages import WANTED_REASONS
from kiosk.events import Fact
from kiosk.identity import case_code
from kiosk.printing import receipt
from kiosk.session import events as ev
from kiosk.session.states import State
from kiosk.words import dates
from ui.bridge.given import given
from ui.bridge.settings import Settings
from ui.bridge.words import say
from ui.typing import Property

if TYPE_CHECKING:
    import datetime as dt

    from kiosk.journeys.my_cases import CaseLine
    from kiosk.terminal import Terminal

QML_IMPORT_NAME = "Kiosk.Bridge"
QML_IMPORT_MAJOR_VERSION = 1

_SHOWN = frozenset({State.AGAIN, State.CASES, State.CASE, State.WITHDRAW})
_REACHED = {"kept": 0, "received": 1, "accepted": 2, "supplement_required": 1, "reviewing": 2, "closed": 2}
"""How many of the three honest words are true of a state; of the others none should be shown."""


@QmlElement
@QmlSingleton
class Cases(QObject):
    """What the same person handed in before."""

    changed = Signal()
    linesChanged = Signal()
    reasonChanged = Signal()

    def __init__(self, terminal: Terminal, settings: Settings) -> None:
        super().__init__()
        self._terminal = terminal
        self._settings = settings
        self._found: tuple[CaseLine, ...] = ()
        self._lines: list[dict[str, Any]] = []
        self._open: dict[str, Any] = {}
        for fact in (Fact.CASES, Fact.SESSION, Fact.DEVICES, Fact.OUTBOX):  # what can be brought hangs on them, too
            terminal.bus.subscribe(fact, self._follow)
        for fact in (Fact.DEVICES, Fact.SESSION):
            terminal.bus.subscribe(fact, self.reasonChanged.emit)
        settings.languageChanged.connect(self._follow)

    @staticmethod
    def create(_engine: QJSEngine) -> QObject:
        """Return the application's instance."""
        return given(Cases)

    @Slot()
    def _follow(self) -> None:
        """Tell only what differs: a list that is made anew under a finger would swallow its press."""
        session, desk = self._terminal.session, self._terminal.my_cases
        self._found = desk.lines() if session.state in _SHOWN else ()
        lines = [self._said(line) for line in self._found]
        self._open = next((line for line in lines if line["code"] == session.case), {})
        if lines != self._lines:
            self._lines = lines
            self.linesChanged.emit()
        self.changed.emit()

    def _said(self, line: CaseLine) -> dict[str, Any]:
        item = self._terminal.my_cases.item(line.item)
        return {
            "code": line.code,
            "number": case_code.group(line.code),
            "name": say(item.name, self._settings) if item else "",
            "handedIn": self._moment(line.handed_in),
            "state": line.state,
            "reached": _REACHED.get(line.state, -1),
            "here": line.here,
            "withdrawable": line.withdrawable,
            "callBack": line.call_back,
            "answer": line.answer,
            "role": line.role,
            "other": line.other,
            "bringBy": "" if line.bring_by is None else dates.day_of_week(line.bring_by, self._words()),
            "missing": [{"name": name} for name in line.missing],
            "brought": line.brought,
            "supplement": line.supplement,
            **self._waits(line),
            **self._result(line),
        }

    def _waits(self, line: CaseLine) -> dict[str, Any]:
        """What the case waits for, and whether it can be brought here; `bringReason`: why not (message id)."""
        offered = self._terminal.supplement_availability(line) if line.wanted and not line.brought else None
        return {
            "wanted": [
                {
                    "name": wish.told if wish.name is None else say(wish.name, self._settings),
                    "reason": wish.reason if wish.reason in WANTED_REASONS else "other",
                    "said": wish.note,
                    "due": dates.day_of_week(wish.due, self._words()),
                }
                for wish in line.wanted
            ],
            "bring": isinstance(offered, Available),
            "bringReason": offered.reason_id if isinstance(offered, Unavailable) else "",
            "bringNext": offered.next_step_id if isinstance(offered, Unavailable) else "",
        }

    def _result(self, line: CaseLine) -> dict[str, Any]:
        """What a completed case has led to, where and when it is fetched, and whether it is printed here."""
        item = self._terminal.my_cases.item(line.item) if line.state == "closed" else None
        if item is None:
            return {"result": "", "collected": "", "office": "", "hours": "", "printable": False}
        office = self._terminal.catalogue.department(item.department)
        hours = [f"{start:%H:%M}–{end:%H:%M}" for start, end in office.opening_hours]
        return {
            "result": say(item.result.name, self._settings),
            "collected": say(item.result.collected, self._settings),
            "office": say(office.name, self._settings),
            "hours": " ".join(hours),
            "printable": self._terminal.result_plan(line) is not None,
        }

    def _moment(self, when: dt.datetime | None) -> str:
        return "" if when is None else receipt.spoken_moment(when, self._words())

    def _words(self) -> Callable[..., str]:
        return functools.partial(self._terminal.words.text, self._settings.language)

    # --- the list ---

    @Property("QVariantList", notify=linesChanged)
    def lines(self) -> list[dict[str, Any]]:
        """The person's cases: what waits here first, the newest before the older."""
        return self._lines

    @Property(bool, notify=changed)
    def asking(self) -> bool:
        """The city's answer is still awaited."""
        return self._terminal.my_cases.asking

    @Property(str, notify=changed)
    def asOf(self) -> str:
        """When the city said what it said; nothing when it said nothing."""
        return self._moment(self._terminal.my_cases.as_of)

    @Property(str, notify=changed)
    def againAt(self) -> str:
        """When the chosen service was handed in here last and still waits, or nothing."""
        return self._moment(self._terminal.my_cases.again_at)

    # --- one case ---

    @Property("QVariantMap", notify=changed)
    def open(self) -> dict[str, Any]:
        """The case that is looked at, as in `lines`, or an empty map."""
        return self._open

    # --- intents ---

    @Property(str, notify=reasonChanged)
    def reason(self) -> str:
        """Message id of why cases cannot be looked for now, or nothing."""
        return getattr(self._terminal.cases_availability(), "reason_id", "")

    @Property(str, notify=reasonChanged)
    def collectReason(self) -> str:
        """Message id of why nothing can be collected or brought now, or nothing."""
        return getattr(self._terminal.collect_availability(), "reason_id", "")

    @Property(bool, notify=changed)
    def collects(self) -> bool:
        """The person came to collect or to bring, not to look at all of their cases."""
        plan = self._terminal.session.plan
        return plan is not None and plan.collects

    @Slot()
    def chooseCollect(self) -> None:
        """*Collect or supplement* was chosen."""
        if not self.collectReason:
            self._terminal.handle(ev.ItemChosen(self._terminal.collect_plan()))

    @Slot()
    def choose(self) -> None:
        """*My cases* was chosen."""
        if not self.reason:
            self._terminal.handle(ev.ItemChosen(self._terminal.cases_plan()))

    @Slot(str)
    def look(self, code: str) -> None:
        """A case of the list was pressed."""
        self._terminal.handle(ev.CaseOpened(code))

    @Slot()
    def reprint(self) -> None:
        """The receipt is wanted once more."""
        self._terminal.handle(ev.ReprintAsked())

    def _open_line(self) -> CaseLine | None:
        code = self._terminal.session.case
        return next((line for line in self._found if line.code == code), None)

    @Slot()
    def bring(self) -> None:
        """What the open case waits for is to be brought now."""
        line = self._open_line()
        if line is not None and self._open.get("bring"):
            self._terminal.handle(ev.SupplementAsked(self._terminal.supplement_plan(line)))

    @Slot()
    def printResult(self) -> None:
        """The result of the open case is to be printed here."""
        line = self._open_line()
        plan = None if line is None else self._terminal.result_plan(line)
        if plan is not None:
            self._terminal.handle(ev.ResultAsked(plan))

    @Slot()
    def askWithdraw(self) -> None:
        """The case is to be taken back; a question comes first."""
        self._terminal.handle(ev.WithdrawAsked())
