"""Staff at the terminal: signing in with card and PIN, the outbox, devices tried.

Knows: how many digits were typed, never which; rows by their codes. Does not know: cards, how tries are counted, or what
stands in a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtQml import QJSEngine, QmlElement, QmlSingleton

from kiosk.city.sealed import SUPPLEMENT, supplemented_item
from kiosk.events import Fact
from kiosk.identity import case_code
from kiosk.session.states import Device, State
from ui.bridge.given import given
from ui.bridge.settings import Settings
from ui.bridge.words import moment, say
from ui.typing import Property

if TYPE_CHECKING:
    from kiosk.terminal import Terminal
    from offline_queue import Row

QML_IMPORT_NAME = "Kiosk.Bridge"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
@QmlSingleton
class Staff(QObject):
    """Whose card is in the reader, and what they may do."""

    changed = Signal()
    rowsChanged = Signal()

    def __init__(self, terminal: Terminal, settings: Settings) -> None:
        super().__init__()
        self._terminal = terminal
        self._settings = settings
        self._page = ""
        self._rows: list[dict[str, Any]] = []
        for fact in (Fact.STAFF, Fact.SESSION):
            terminal.bus.subscribe(fact, self._follow)
        settings.languageChanged.connect(self._follow)

    @Slot()
    def _follow(self) -> None:
        """Tell only what differs: a list that is made anew under a finger would swallow its press."""
        session = self._terminal.session
        if session.state is not State.STAFF:
            # whoever practises comes back to where they began
            self._page = "training" if session.training else ""
        rows = [self._said(row) for row in self._terminal.upkeep.rows]
        if rows != self._rows:
            self._rows = rows
            self.rowsChanged.emit()
        self.changed.emit()

    def _said(self, row: Row) -> dict[str, Any]:
        item = self._terminal.upkeep.item(row.service)
        return {
            "seq": row.seq,
            "number": case_code.group(row.code),
            "service": say(item.name, self._settings) if item else "",
            "kind": SUPPLEMENT if supplemented_item(row.service) else row.service,
            "state": row.state.value,
            "handedIn": moment(row.submitted_at, self._terminal, self._settings),
            # the platform's words are not ours: its code alone
            "reason": row.last_reason.partition(":")[0],
            "attempts": row.attempts,
            "batch": row.code in self._terminal.assist.batch.codes,
        }

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

    # --- the pages ---

    @Property(str, notify=changed)
    def page(self) -> str:
        """`outbox`, `training`, or nothing: the devices."""
        return self._page

    @Slot(str)
    def look(self, page: str) -> None:
        """Open a page; the empty name goes back to the devices."""
        self._page = page
        if page == "outbox":
            self._terminal.upkeep.look()
        self._follow()

    # --- the outbox ---

    @Property("QVariantList", notify=rowsChanged)
    def rows(self) -> list[dict[str, Any]]:
        """What the city has not received, oldest first."""
        return self._rows

    @Property("QVariantMap", notify=changed)
    def counts(self) -> dict[str, int]:
        """How many rows wait, are parked, were received."""
        counts = self._terminal.upkeep.counts
        return {"waiting": counts.waiting, "parked": counts.parked, "received": counts.received}

    @Property(str, notify=changed)
    def failed(self) -> str:
        """The code of what kept the outbox from being read or moved, or nothing."""
        return self._terminal.upkeep.failed

    @Slot(int)
    def retry(self, seq: int) -> None:
        """Let a parked submission wait again."""
        self._terminal.upkeep.retry(seq)

    @Slot(int, str)
    def park(self, seq: int, reason: str) -> None:
        """Set a waiting submission aside."""
        self._terminal.upkeep.park(seq, reason)

    @Property(bool, notify=changed)
    def stick(self) -> bool:
        """One stick is there to be written to."""
        return self._terminal.upkeep.stick

    @Property("QVariantMap", notify=changed)
    def export(self) -> dict[str, str | int]:
        """What came of carrying the outbox away: `state`, `items`, `detail`."""
        export = self._terminal.upkeep.export
        return {"state": export.state.value, "items": export.items, "detail": export.detail}

    @Slot()
    def carryAway(self) -> None:
        """Write what is held to the stick."""
        self._terminal.upkeep.carry_away()

    # --- the devices ---

    @Property("QVariantMap", notify=changed)
    def trials(self) -> dict[str, dict[str, str]]:
        """By kind of device: `state` and `detail` of its last trial."""
        found = self._terminal.upkeep.trials
        return {kind.value: {"state": trial.state.value, "detail": trial.detail} for kind, trial in found.items()}

    @Property("QStringList", notify=changed)
    def testable(self) -> list[str]:
        """The kinds of device that can be tried from here."""
        return [kind.value for kind in Device if self._terminal.upkeep.can_try(kind)]

    @Slot(str)
    def tryDevice(self, kind: str) -> None:
        """Try a device."""
        self._terminal.upkeep.try_device(Device(kind))

    # --- the readiness report ---

    @Property(str, notify=changed)
    def report(self) -> str:
        """`running`, `printed`, `kept`, `failed`, or nothing."""
        return self._terminal.upkeep.report.value

    @Slot()
    def makeReport(self) -> None:
        """Look at everything and print what was found."""
        self._terminal.upkeep.make_report()
