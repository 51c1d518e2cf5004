"""The screen's end of the succession: when it hands over, and that an order taken back is forgotten."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtQuick import QQuickWindow

from kiosk.dispatch import QueueDispatcher
from kiosk.events import Bus, Fact
from kiosk.session.states import Session, State
from ui.succession import Heir


class Glass:
    """One screen with its other end: what it says, and a terminal whose session is set by hand."""

    def __init__(self) -> None:
        self.ours, theirs = socket.socketpair()
        self.ours.setblocking(False)
        self._queue = QueueDispatcher()
        self.terminal = SimpleNamespace(bus=Bus(self._queue), session=Session(), spent=False)
        self.opening = SimpleNamespace(terminal=self.terminal, screen=None, on_shown=None, let_go=self._let_go)
        self.heir = Heir(theirs, cast("Any", self.opening))
        self.window = QQuickWindow()
        self.opening.on_shown(self.window, (self.terminal, None))
        self._theirs = theirs

    def _let_go(self) -> None:
        self.opening.terminal = None

    def at(self, state: State, *, spent: bool = False) -> None:
        self.terminal.session, self.terminal.spent = Session(state=state), spent
        self.terminal.bus.publish(Fact.SESSION)
        self._queue.run_pending()
        QCoreApplication.processEvents()

    def tell(self, word: str) -> None:
        self.ours.sendall(f"{word}\n".encode())
        QCoreApplication.processEvents()
        QCoreApplication.processEvents()

    def said(self) -> list[str]:
        try:
            return self.ours.recv(4096).decode().split()
        except BlockingIOError:
            return []


@pytest.fixture
def glass(qapp: Any) -> Iterator[Glass]:
    made = Glass()
    yield made
    made.window.deleteLater()
    made.heir.deleteLater()
    QCoreApplication.processEvents()
    made.ours.close()
    made._theirs.close()


def test_it_yields_when_nobody_stands_there(glass: Glass) -> None:
    """Should go on serving whoever came meanwhile, and let go at the next rest."""
    glass.at(State.ATTRACT, spent=True)
    assert glass.said() == ["spent"]
    glass.at(State.HOME, spent=True)
    glass.tell("yield")
    assert glass.said() == []
    glass.at(State.ATTRACT, spent=True)
    assert glass.said()[-1:] == ["yielded"]
    assert glass.opening.terminal is None


def test_it_stays_when_the_order_is_taken_back(glass: Glass) -> None:
    """Should not let go at the next rest, since nobody would follow, but ask for a successor again."""
    glass.at(State.ATTRACT, spent=True)
    glass.at(State.HOME, spent=True)
    glass.tell("yield")
    glass.tell("stay")
    assert glass.said() == ["spent"]
    glass.at(State.ATTRACT, spent=True)
    assert glass.said() == ["spent"]
    assert glass.opening.terminal is not None
