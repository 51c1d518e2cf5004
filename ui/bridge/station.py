"""The terminal itself: its name, its clock, its line to the city.

Knows: the configuration's names and what the head of every screen shows. Does not know: the person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtQml import QJSEngine, QmlElement, QmlSingleton

from kiosk.events import Fact
from kiosk.faults import by_code
from kiosk.glance import WEEKDAYS
from ui.bridge.given import given
from ui.bridge.settings import Settings
from ui.bridge.words import moment, say
from ui.typing import Property

if TYPE_CHECKING:
    import datetime as dt

    from kiosk.terminal import Terminal

QML_IMPORT_NAME = "Kiosk.Bridge"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
@QmlSingleton
class Station(QObject):
    """What stands in the head of every screen."""

    namesChanged = Signal()
    clockChanged = Signal()
    lineChanged = Signal()

    def __init__(self, terminal: Terminal, settings: Settings) -> None:
        super().__init__()
        self._terminal = terminal
        self._settings = settings
        self._minute = ""
        self._fault_since: dt.datetime | None = None
        settings.languageChanged.connect(self._renamed)
        for fact in (Fact.LINE, Fact.OUTBOX, Fact.SESSION):
            terminal.bus.subscribe(fact, self.lineChanged.emit)
        terminal.bus.subscribe(Fact.SESSION, self._mark_fault)

    @staticmethod
    def create(_engine: QJSEngine) -> QObject:
        """Return the application's instance."""
        return given(Station)

    @Slot()
    def _renamed(self) -> None:
        self.namesChanged.emit()
        self.clockChanged.emit()
        self.lineChanged.emit()

    def _mark_fault(self) -> None:
        out = self._terminal.session.state.value == "out_of_service"
        if not out:
            self._fault_since = None
        elif self._fault_since is None:
            self._fault_since = self._terminal.now()
            self.clockChanged.emit()

    def follow_clock(self) -> None:
        """Read the clock again; the application calls this with every tick."""
        minute = self._terminal.now().strftime("%Y%m%d%H%M")
        if minute != self._minute:
            self._minute = minute
            self.clockChanged.emit()

    @Property(str, notify=namesChanged)
    def name(self) -> str:
        """The terminal's name."""
        return say(self._terminal.config.terminal.name, self._settings)

    @Property(str, notify=namesChanged)
    def site(self) -> str:
        """Where it stands."""
        return say(self._terminal.config.terminal.site, self._settings)

    @Property(str, constant=True)
    def number(self) -> str:
        """The city's number of this terminal."""
        return self._terminal.config.terminal.number

    @Property(str, constant=True)
    def phone(self) -> str:
        """Whom to call."""
        return self._terminal.config.terminal.phone

    @Property(str, constant=True)
    def orientation(self) -> str:
        """`portrait`, `landscape` or `counter`."""
        return self._terminal.config.terminal.screen.orientation

    @Property(float, constant=True)
    def pxPerMm(self) -> float:
        """Pixels in a millimetre of this screen."""
        return self._terminal.config.terminal.screen.px_per_mm

    @Property(str, notify=clockChanged)
    def time(self) -> str:
        """The civil time, hours and minutes."""
        return self._terminal.now().strftime("%H:%M")

    @Property(str, notify=clockChanged)
    def today(self) -> str:
        """The civil date, YYYY-MM-DD."""
        return f"{self._terminal.now():%Y-%m-%d}"

    @Property(int, notify=clockChanged)
    def month(self) -> int:
        """The civil month."""
        return self._terminal.now().month

    @Property(int, notify=clockChanged)
    def day(self) -> int:
        """The civil day of the month."""
        return self._terminal.now().day

    @Property(int, notify=clockChanged)
    def year(self) -> int:
        """The civil year."""
        return self._terminal.now().year

    @Property(str, notify=clockChanged)
    def weekday(self) -> str:
        """`monday` to `sunday`; the words are `screens.weekday.<name>`."""
        return WEEKDAYS[self._terminal.now().weekday()]

    @Property(str, notify=clockChanged)
    def outSince(self) -> str:
        """When the terminal went out of service, as a person reads it, or nothing."""
        return moment(self._fault_since, self._terminal, self._settings) if self._fault_since else ""

    @Property(str, notify=clockChanged)
    def faultSince(self) -> str:
        """When the terminal went out of service, as a technician's machine reads it, or nothing."""
        return self._fault_since.strftime("%Y-%m-%d %H:%M") if self._fault_since else ""

    @Property(bool, notify=lineChanged)
    def lineUp(self) -> bool:
        """The line to the city is up."""
        return self._terminal.session.line_up

    @Property(int, notify=lineChanged)
    def waiting(self) -> int:
        """Submissions kept here that the city has not received yet."""
        return self._terminal.waiting_count

    @Property(str, notify=lineChanged)
    def faultId(self) -> str:
        """Message id of why the terminal is out of service, or nothing."""
        fault = self._terminal.session.fault
        return by_code(fault).message_id if fault else ""

    @Property(str, notify=lineChanged)
    def lastSuccess(self) -> str:
        """When the city last received something from here, or nothing."""
        at = self._terminal.last_success
        return moment(at, self._terminal, self._settings) if at else ""
