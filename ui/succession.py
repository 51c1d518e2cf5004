"""The screen's end of the succession: loads, opens when it is told to, hands over when a person's data was shown.

Knows: the words of `kiosk.succession`, and what the terminal has to be at to hand over. Does not know: the other screen.
"""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Slot
from PySide6.QtGui import QGuiApplication

from kiosk.events import Fact
from kiosk.session import events as ev
from kiosk.session.states import State
from kiosk.succession import SOCKET
from ui.link import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtQuick import QQuickWindow

    from kiosk.terminal import Terminal
    from ui.app import Opening, Screen


class Heir(QObject):
    """One screen among those that follow each other."""

    def __init__(self, link: socket.socket, opening: Opening) -> None:
        super().__init__()
        self._link = link
        self._opening = opening
        self._rest = b""
        self._wanted = False
        self._awaited = False
        self._spent_at = -1
        self._undo: Callable[[], None] = lambda: None
        opening.on_shown = self._shown
        self._notifier = QSocketNotifier(link.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._hear)

    @classmethod
    def of_environment(cls, opening: Opening) -> Heir | None:
        """Return this process' end, if somebody started it as one of a succession."""
        number = os.environ.pop(SOCKET, "")
        return cls(socket.socket(fileno=int(number)), opening) if number else None

    def start(self) -> None:
        """Say that everything is loaded that can be loaded without touching a device."""
        say(self._link, "warm")

    @Slot()
    def _hear(self) -> None:
        try:
            data = self._link.recv(4096)
        except OSError:
            data = b""
        if not data:
            self._notifier.setEnabled(False)
            QGuiApplication.quit()
            return
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._told(line.decode("ascii", "replace"))

    def _told(self, word: str) -> None:
        match word:
            case "open":
                self._opening.start()
            case "yield":
                self._wanted = True
                self._yield_when_free()
            case "stay":  # there is nobody to hand over to; the next rest asks for somebody again
                self._wanted = False
                self._spent_at = -1
            case "leave":
                screen = self._opening.screen
                if screen is not None and screen.touched:
                    say(self._link, "touched")
                QGuiApplication.quit()
            case "touch":
                self._begin()

    def _shown(self, window: QQuickWindow, opened: tuple[Terminal, Screen] | None) -> None:
        """Follow the new terminal, and tell when its window is drawn."""
        self._undo()
        if opened is not None:
            terminal = opened[0]
            self._undo = terminal.bus.subscribe(Fact.SESSION, self._follow)
            if self._awaited:
                self._begin()
        self._awaited = False  # nobody waits before a closed screen until it opens
        told = [False]

        def drawn() -> None:
            if not told[0]:
                told[0] = True
                say(self._link, "shown")

        window.frameSwapped.connect(drawn)
        window.requestUpdate()

    def _follow(self) -> None:
        terminal = self._terminal
        if terminal is None or not self._at_rest:
            return
        if terminal.spent and self._spent_at != terminal.session.number:
            self._spent_at = terminal.session.number
            say(self._link, "spent")
        self._yield_when_free()

    @property
    def _terminal(self) -> Terminal | None:
        return self._opening.terminal

    @property
    def _at_rest(self) -> bool:
        terminal = self._terminal
        return terminal is not None and terminal.session.state is State.ATTRACT and not terminal.session.stopping

    def _yield_when_free(self) -> None:
        """Let go of devices and stores once nobody stands there; the window stays until the next one is drawn."""
        if self._wanted and self._at_rest:
            self._wanted = False
            self._undo()
            QTimer.singleShot(0, self._let_go)

    @Slot()
    def _let_go(self) -> None:
        self._opening.let_go()
        say(self._link, "yielded")

    def _begin(self) -> None:
        """Somebody touched the window that stood here before: their session begins, now or when the terminal is open."""
        terminal = self._terminal
        self._awaited = terminal is None and self._opening.closed is None
        if terminal is not None and terminal.session.state is State.ATTRACT:
            terminal.handle(ev.Started())
