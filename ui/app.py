"""The screen: one window over one terminal.

Knows: Qt's event loop, the window, how the program opens, stays closed and ends in stages. Does not know: which screen
follows which, or devices.
"""

from __future__ import annotations

import datetime as dt
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QUICK_BACKEND", "software")  # read when the first window is made; a GPU is opted into

from PySide6.QtCore import QEvent, QMessageLogContext, QObject, Qt, QTimer, QtMsgType, QUrl, Slot, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickWindow

from kiosk.events import Fact
from kiosk.faults import FAULTS, fault_of
from kiosk.session import events as ev
from ui import QML_DIR, fonts
from ui.bridge.build import Bridges, build
from ui.bridge.pictures import PROVIDER
from ui.closed import ClosedLoadError, ClosedScreen, Closure
from ui.dispatcher import QtDispatcher
from ui.keyboard.model import Keyboard, KeyboardModel, open_keyboard
from ui.succession import Heir
from ui.translator import WordsTranslator

if TYPE_CHECKING:
    from kiosk.clock import Clock
    from kiosk.config import Config
    from kiosk.terminal import Terminal

TICK_MS = 250
STOP_S = 5.0
RETRY_MS = 30_000
_LIFE = frozenset({QEvent.Type.TouchBegin, QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress})
_INPUT = _LIFE | {
    QEvent.Type.TouchUpdate, QEvent.Type.TouchEnd, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseButtonDblClick, QEvent.Type.KeyRelease,
}  # fmt: skip
_LOG = logging.getLogger("ui")
_QT_LOG = logging.getLogger("ui.qt")
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class ScreenLoadError(RuntimeError):
    """The screen's own files cannot be loaded; there is nothing to show."""


def main(
    load: Callable[[], Config], *, robot: str | None = None, control: str | None = None, shots: Path | None = None
) -> int:
    """Serve citizens until the terminal is stopped; return the exit status.

    `load` reads the configuration, again before every try to open. `robot` names a journey that the scripted citizen
    takes instead of a person, with the rig's control port at `control` and a picture of each screen in `shots`; a terminal
    that does not open raises then.
    """
    from kiosk.bootstrap import build as build_terminal
    from kiosk.clock import SystemClock

    app = application()
    dispatcher, clock = QtDispatcher(), SystemClock()
    opening = Opening(load, lambda config: build_terminal(config, dispatcher, clock), dispatcher, clock)
    if robot is None:
        heir = Heir.of_environment(opening)
        if heir is None:
            opening.start()
        else:
            heir.start()
        status = app.exec()
    else:
        from ui.robot import Robot

        if control is None or shots is None:
            raise ValueError("the scripted citizen needs the control port and a folder for its pictures")
        terminal, screen = opening.open()
        citizen = Robot(screen.window, terminal, control=control, shots=shots)
        QTimer.singleShot(0, lambda: app.exit(citizen.run(robot)))
        status = app.exec()
    opening.close()
    return status


def application() -> QGuiApplication:
    """Make the Qt application: pinned typefaces, messages into our log, no cycle collector on foreign threads."""
    # The collector destroys QObjects on whichever thread trips it; it runs between visits, on this thread.
    gc.disable()
    qInstallMessageHandler(_log_qt)
    running = QGuiApplication.instance()
    app = running if isinstance(running, QGuiApplication) else QGuiApplication(sys.argv[:1])
    app.setApplicationName("kiosk")
    fonts.pin(app)
    return app


def _log_qt(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    _QT_LOG.log(_LEVELS.get(kind, logging.WARNING), "%s (%s:%s)", message, context.file or "", context.line)


class Screen(QObject):
    """The window with its bridges: follows the session, the clock and the language."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal
        self._engine = QQmlApplicationEngine()
        self._engine.addImportPath(str(QML_DIR))
        self.bridges: Bridges = build(terminal)
        self._engine.addImageProvider(PROVIDER, self.bridges.papers)
        self._keyboard = Keyboard(open_keyboard())
        self._translator = WordsTranslator(terminal.words, self.bridges.settings.language)
        self._translator.install()
        self.bridges.settings.languageChanged.connect(self._speak)
        self._window: QQuickWindow | None = None
        self._number = terminal.session.number
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        self._undo: Callable[[], None] = lambda: None
        self._served = True
        self.touched = False
        terminal.on_quit(lambda: QTimer.singleShot(0, QGuiApplication.quit))

    @property
    def window(self) -> QQuickWindow:
        """The one window. Raises `ScreenLoadError` before `open`."""
        if self._window is None:
            raise ScreenLoadError("Main.qml")
        return self._window

    @property
    def keyboard(self) -> KeyboardModel:
        """The one keyboard."""
        return self._keyboard.model

    @property
    def engine(self) -> QQmlApplicationEngine:
        """The engine, for its warnings."""
        return self._engine

    def open(self, *, full_screen: bool) -> None:
        """Load and show the window. Raises `ScreenLoadError`."""
        self._undo = self._terminal.bus.subscribe(Fact.SESSION, self._on_session)
        self._engine.setInitialProperties({"fitted": not full_screen and QGuiApplication.platformName() != "offscreen"})
        self._engine.load(QUrl.fromLocalFile(str(QML_DIR / "Main.qml")))
        roots = self._engine.rootObjects()
        if not roots or not isinstance(roots[0], QQuickWindow):
            raise ScreenLoadError("Main.qml")
        # Kept: items are only reached as long as Python knows the window that they belong to.
        self._window = window = roots[0]
        window.installEventFilter(self)
        window.showFullScreen() if full_screen else window.show()
        self._tick.start()

    def hold(self) -> None:
        """Show what is shown and serve nobody any more: the terminal below is about to stop. A touch is remembered."""
        self._tick.stop()
        self._served = False

    def close(self) -> None:
        """Take the window down before the engine and the bridges go."""
        self._tick.stop()
        self._undo()
        if self._window is not None:
            self._window.removeEventFilter(self)
            self._window.close()
            self._window = None
        self._engine.deleteLater()
        self._translator.remove()

    def guard(self, dispatcher: QtDispatcher) -> None:
        """Turn signals and bugs into events of the session."""

        def stop(_number: int, _frame: FrameType | None) -> None:
            dispatcher.post(lambda: self._terminal.handle(ev.StopRequested()))

        # Python looks for signals between two of its own steps; the tick gives it one every quarter of a second.
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)

        def bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
            _LOG.critical("bug %s", kind.__name__, exc_info=(kind, error, trace))
            if not issubclass(kind, KeyboardInterrupt):
                dispatcher.post(lambda: self._terminal.handle(ev.FaultRaised(fault_of(error).code)))

        sys.excepthook = bug

    @Slot()
    def _on_tick(self) -> None:
        self._terminal.tick()
        self.bridges.follow_clock()

    @Slot()
    def _speak(self) -> None:
        self._translator.speak(self.bridges.settings.language, self._engine)

    def _on_session(self) -> None:
        session = self._terminal.session
        if session.number != self._number:
            self._number = session.number
            self.keyboard.forget()
            gc.collect()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Every touch and key is a sign of life."""
        if not self._served:
            self.touched = self.touched or event.type() in _LIFE
            return event.type() in _INPUT
        if event.type() in _LIFE:
            self._terminal.handle(ev.Touched())
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._speech_key(event)
        return False

    def _speech_key(self, event: QKeyEvent) -> bool:
        """Act on the keys of an audio keypad: its socket, and the star, which says the screen (again)."""
        speech = self.bridges.speech
        match event.key():
            case Qt.Key.Key_F15 | Qt.Key.Key_F16:
                speech.plug(event.key() == Qt.Key.Key_F15)
                return True
            case Qt.Key.Key_Asterisk if not self._writing:
                speech.repeat()
                return True
        return False

    @property
    def _writing(self) -> bool:
        return self.window.activeFocusItem().inherits("QQuickTextInput")


class Opening(QObject):
    """Opens the terminal for service, or says why it is closed and tries again."""

    def __init__(
        self,
        load: Callable[[], Config],
        build_terminal: Callable[[Config], Terminal],
        dispatcher: QtDispatcher,
        clock: Clock,
        *,
        retry_ms: int = RETRY_MS,
    ) -> None:
        super().__init__()
        self._load = load
        self._build = build_terminal
        self._dispatcher = dispatcher
        self._clock = clock
        self._config: Config | None = None
        self._since: dt.datetime | None = None
        self._opened: tuple[Terminal, Screen] | None = None
        self.closed: ClosedScreen | None = None
        self.on_shown: Callable[[QQuickWindow, tuple[Terminal, Screen] | None], None] = lambda _window, _opened: None
        self._stopped = False
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.setInterval(retry_ms)
        self._retry.timeout.connect(self._attempt)
        self._alive = QTimer(self)
        self._alive.setInterval(TICK_MS)
        self._alive.timeout.connect(lambda: None)  # a step of Python's, between which it looks for signals

    @property
    def screen(self) -> Screen | None:
        """The screen, once the terminal is open."""
        return self._opened[1] if self._opened else None

    @property
    def terminal(self) -> Terminal | None:
        """The terminal, while it is open and not yet let go of."""
        return self._opened[0] if self._opened and not self._stopped else None

    def let_go(self) -> None:
        """Stop the terminal and keep its screen on the glass, for another process that is about to take over."""
        if self._opened is not None and not self._stopped:
            terminal, screen = self._opened
            self._stopped = True
            screen.hold()
            terminal.stop(STOP_S)

    def start(self) -> None:
        """Try to open as soon as the event loop turns, and until it works."""
        self._watch()
        QTimer.singleShot(0, self._attempt)

    def open(self) -> tuple[Terminal, Screen]:
        """Read the configuration, build and start everything. Raises what stood in the way, with nothing left running."""
        self._config = None
        self._config = self._load()
        terminal = self._build(self._config)
        screen: Screen | None = None
        try:
            screen = Screen(terminal)
            screen.guard(self._dispatcher)
            terminal.start()
            shown = self._config.terminal.screen.full_screen and QGuiApplication.platformName() != "offscreen"
            screen.open(full_screen=shown)
        except BaseException:
            self._watch()
            if screen is not None:
                screen.close()
            terminal.stop(STOP_S)
            raise
        self._opened = terminal, screen
        self.on_shown(screen.window, self._opened)
        gc.collect()
        gc.freeze()
        return self._opened

    def close(self) -> None:
        """Take down what there is: the closed screen, or the open one and then the terminal."""
        self._retry.stop()
        self._reopen()
        if self._opened is not None:
            terminal, screen = self._opened
            self._opened = None
            screen.close()
            if not self._stopped:
                terminal.stop(STOP_S)

    def _reopen(self) -> None:
        self._alive.stop()
        self._since = None
        if self.closed is not None:
            self.closed.close()
            self.closed = None

    @Slot()
    def _attempt(self) -> None:
        """Open, or stay closed. A bug goes to `sys.excepthook`, as it does from every slot."""
        try:
            self.open()
        except tuple(FAULTS) as error:
            self._shut(error)
        except Exception as bug:  # noqa: BLE001 - the oldest Qt's binding lets it out of the event loop instead
            sys.excepthook(type(bug), bug, bug.__traceback__)
        else:
            self._reopen()

    def _watch(self) -> None:
        """Take signals and bugs for as long as there is no terminal to take them."""
        signal.signal(signal.SIGTERM, lambda _number, _frame: QGuiApplication.quit())
        signal.signal(signal.SIGINT, lambda _number, _frame: QGuiApplication.quit())
        sys.excepthook = self._bug
        self._alive.start()

    def _bug(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        _LOG.critical("bug %s", kind.__name__, exc_info=(kind, error, trace))
        if not issubclass(kind, KeyboardInterrupt):
            self._shut(error)

    def _shut(self, error: BaseException) -> None:
        """Say why, since when, and try again later."""
        if self._since is None:
            self._since = self._clock.now()
        fault = fault_of(error)
        cause = str(getattr(error, "code", type(error).__name__))
        _LOG.error("closed %s: %s", fault.code, error)
        self._retry.start()
        self.closed = self.closed or ClosedScreen()
        try:
            self.closed.show(Closure(fault, cause, self._since, self._config))
            if self.closed.window is not None:
                self.on_shown(self.closed.window, None)
        except ClosedLoadError:
            _LOG.critical("the closed screen cannot be shown")
            QGuiApplication.exit(1)
        gc.collect()
