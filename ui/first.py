"""The first window: the attract screen to the eye, before anything of the terminal is loaded.

Knows: a glance at the configuration, a few sentences, the clock, the words of `kiosk.succession`. Does not know: the
session, the terminal, or what opens behind it. To the succession it is a screen: it takes a touch, says so, and leaves when
it is told to.
"""

from __future__ import annotations

import datetime as dt
import gc
import os
import signal
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QUICK_BACKEND", "software")  # as in `ui.app`

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier, QTimer, QTranslator, QUrl, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickWindow

from kiosk.clock import CIVIL_TZ
from kiosk.glance import WEEKDAYS, words
from ui import QML_DIR, fonts
from ui.link import say
from ui.qm import compiled

if TYPE_CHECKING:
    from kiosk.glance import Glance

FILE = QML_DIR / "First.qml"
TICK_MS = 250
OPENING = "screens.attract.opening"
IDS = (
    *(f"screens.attract.{name}" for name in ("title", "instruction", "line1", "line2", "line3")),
    *(f"screens.attract.line{number}_note" for number in (1, 2, 3)),
    *(f"screens.weekday.{day}" for day in WEEKDAYS),
    "screens.head.number", "screens.head.sample", "controls.connected", "format.today", "format.digits",
)  # fmt: skip
"""Every sentence on it: no more are read."""


class FirstLoadError(RuntimeError):
    """The window's own file cannot be loaded."""


def main(seen: Glance, link: socket.socket) -> int:
    """Show the first window until somebody says to leave; return the exit status."""
    gc.disable()  # as in `ui.app`; and there is nothing to collect in so short a life
    fonts.narrow()
    app = QGuiApplication(["kiosk"])
    app.setApplicationName("kiosk")
    fonts.use(app)
    signal.signal(signal.SIGTERM, lambda _number, _frame: QGuiApplication.quit())
    signal.signal(signal.SIGINT, lambda _number, _frame: QGuiApplication.quit())
    window = FirstWindow(seen, link)
    window.open()
    status = app.exec()
    window.close()
    return status


class FirstWindow(QObject):
    """The window and its end of the succession."""

    def __init__(self, seen: Glance, link: socket.socket) -> None:
        super().__init__()
        self._seen = seen
        self._link = link
        # Qt reads from these bytes as long as the translator lives.
        self._sentences = compiled(words(seen.language, IDS))
        self._translator = QTranslator(self)
        self._translator.load(self._sentences)
        self._engine = QQmlApplicationEngine()
        self._engine.addImportPath(str(QML_DIR))
        self._window: QQuickWindow | None = None
        self._minute = ""
        self._shown = False
        self._notifier = QSocketNotifier(link.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._hear)
        self._tick = QTimer(self)  # and a step of Python's, between which it looks for signals
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._follow_clock)

    @property
    def window(self) -> QQuickWindow:
        """The one window. Raises `FirstLoadError` before `open`."""
        if self._window is None:
            raise FirstLoadError(FILE.name)
        return self._window

    @property
    def engine(self) -> QQmlApplicationEngine:
        """The engine, for its warnings."""
        return self._engine

    def open(self) -> None:
        """Load and show the window. Raises `FirstLoadError`."""
        QCoreApplication.installTranslator(self._translator)
        offscreen = QGuiApplication.platformName() == "offscreen"
        full = self._seen.full_screen and not offscreen
        self._engine.setInitialProperties(
            {"station": self._station(), "now": self._now(), "fitted": not full and not offscreen,
             "opening": [words(language, [OPENING]).get(OPENING, "") for language in ("zh_CN", "en")]}
        )  # fmt: skip
        self._engine.load(QUrl.fromLocalFile(str(FILE)))
        roots = self._engine.rootObjects()
        if not roots or not isinstance(roots[0], QQuickWindow):
            raise FirstLoadError(FILE.name)
        self._window = window = roots[0]
        window.frameSwapped.connect(self._drawn)
        window.takenChanged.connect(self._taken)  # type: ignore[attr-defined] # a signal of First.qml
        window.showFullScreen() if full else window.show()
        self._tick.start()

    def close(self) -> None:
        """Take the window down."""
        self._tick.stop()
        self._notifier.setEnabled(False)
        if self._window is not None:
            self._window.close()
            self._window = None
        self._engine.deleteLater()
        QCoreApplication.removeTranslator(self._translator)

    def _station(self) -> dict[str, object]:
        seen = self._seen
        return {
            "name": seen.name, "site": seen.site, "number": seen.number, "orientation": seen.orientation,
            "pxPerMm": seen.px_per_mm, "reducedMotion": seen.reduced_motion,
        }  # fmt: skip

    @staticmethod
    def _now() -> dict[str, object]:
        now = dt.datetime.now(CIVIL_TZ)
        return {"time": f"{now:%H:%M}", "month": now.month, "day": now.day, "weekday": WEEKDAYS[now.weekday()]}

    @Slot()
    def _follow_clock(self) -> None:
        now = self._now()
        if now["time"] != self._minute:
            self._minute = str(now["time"])
            self.window.setProperty("now", now)

    @Slot()
    def _drawn(self) -> None:
        if not self._shown:
            self._shown = True
            say(self._link, "shown")

    @Slot()
    def _taken(self) -> None:
        say(self._link, "touched")

    @Slot()
    def _hear(self) -> None:
        """It is told one thing alone, to leave; a socket that closed says the same."""
        with suppress(OSError):
            self._link.recv(4096)
        self._notifier.setEnabled(False)
        QGuiApplication.quit()
