"""Work comes home to the screen's thread, in order, and never before `post` has returned."""

from __future__ import annotations

import threading
import time

from PySide6.QtGui import QGuiApplication

from ui.dispatcher import QtDispatcher


def turn(app: QGuiApplication, done: list[object], wanted: int) -> None:
    deadline = time.monotonic() + 60
    while len(done) < wanted:
        assert time.monotonic() < deadline
        app.processEvents()


def test_calls_come_home(qapp: QGuiApplication) -> None:
    """Calls posted from many threads should all run on the owner's thread, each thread's in its order."""
    dispatcher = QtDispatcher()
    ran: list[object] = []

    def post(worker: int) -> None:
        for n in range(500):
            dispatcher.post(lambda n=n: ran.append((worker, n, threading.get_ident())))

    workers = [threading.Thread(target=post, args=(n,)) for n in range(4)]
    for worker in workers:
        worker.start()
    turn(qapp, ran, 2000)
    for worker in workers:
        worker.join(5)
    assert {thread for _, _, thread in ran} == {threading.get_ident()}
    for worker in range(4):
        assert [n for w, n, _ in ran if w == worker] == list(range(500))


def test_never_at_once(qapp: QGuiApplication) -> None:
    """A call posted on the owner's own thread should wait for the event loop."""
    dispatcher = QtDispatcher()
    ran: list[object] = []
    dispatcher.post(lambda: ran.append(1))
    assert ran == []
    turn(qapp, ran, 1)
