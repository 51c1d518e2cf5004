"""Background work: in order, answered on the owner's thread, finished before the end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest

from kiosk.background import Background
from kiosk.dispatch import QueueDispatcher

PATIENCE_S = 60.0


@pytest.fixture
def home() -> QueueDispatcher:
    return QueueDispatcher()


@pytest.fixture
def worker(home: QueueDispatcher) -> Iterator[Background]:
    worker = Background("test-work", home)
    yield worker
    assert worker.stop(PATIENCE_S)


def fail(_: object) -> None:
    pytest.fail("the wrong answer came")


def test_work_runs_elsewhere_and_is_answered_at_home(home: QueueDispatcher, worker: Background) -> None:
    """The work sees a named thread of its own; the answer waits until the owner turns the dispatcher."""
    threads: list[threading.Thread] = []
    answers: list[tuple[int, threading.Thread]] = []

    def work() -> int:
        threads.append(threading.current_thread())
        return 7

    worker.run(work, lambda answer: answers.append((answer, threading.current_thread())), fail)
    assert home.run_one(PATIENCE_S)
    assert answers == [(7, threading.current_thread())]
    assert threads[0].name == "test-work"


def test_a_failure_comes_home_as_itself(home: QueueDispatcher, worker: Background) -> None:
    """The owner decides what an error means, so it gets the very exception; the next work runs all the same."""
    error = ValueError("x")
    caught: list[Exception] = []

    def work() -> int:
        raise error

    worker.run(work, fail, caught.append)
    assert home.run_one(PATIENCE_S)
    assert caught == [error]
    answers: list[int] = []
    worker.run(lambda: 1, answers.append, fail)
    assert home.run_one(PATIENCE_S)
    assert answers == [1]


def test_work_keeps_its_order(home: QueueDispatcher, worker: Background) -> None:
    """Two puts of one submission may never overtake each other."""
    answers: list[int] = []
    for number in range(50):
        worker.run(lambda number=number: number, answers.append, fail)  # type: ignore[misc]
    while len(answers) < 50:
        assert home.run_one(PATIENCE_S)
    assert answers == list(range(50))


def test_stop_finishes_what_is_queued(home: QueueDispatcher) -> None:
    """A submission that was handed over before the stop is still stored."""
    worker = Background("test-stop", home)
    gate = threading.Event()
    done: list[str] = []
    worker.run(lambda: gate.wait(PATIENCE_S), lambda _: done.append("first"), fail)
    worker.run(lambda: None, lambda _: done.append("second"), fail)
    gate.set()
    assert worker.stop(PATIENCE_S)
    home.run_pending()
    assert done == ["first", "second"]


def test_a_thread_that_hangs_is_told_of(home: QueueDispatcher, caplog: pytest.LogCaptureFixture) -> None:
    """Stopping never waits for ever: it says that the thread is still there."""
    worker = Background("test-hang", home)
    gate = threading.Event()
    worker.run(gate.wait, lambda _: None, fail)
    assert not worker.stop(0.01)
    assert [(record.levelno, record.name) for record in caplog.records] == [(logging.ERROR, "kiosk.background")]
    caplog.clear()
    gate.set()
    assert worker.stop(PATIENCE_S)
