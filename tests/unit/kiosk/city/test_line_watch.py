"""The line's watch: every change once, a suspicion at once, and no probe that can freeze the answer."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator

import pytest

from kiosk.city import line
from kiosk.city.line import LineWatch
from kiosk.dispatch import QueueDispatcher

PATIENCE_S = 60.0


class Probe:
    """Answers what stands in `answers`, one for each call, and waits there until the test says what comes next."""

    def __init__(self) -> None:
        self.answers: queue.SimpleQueue[Callable[[], str | None]] = queue.SimpleQueue()
        self.asked = threading.Semaphore(0)

    def __call__(self) -> str | None:
        self.asked.release()
        return self.answers.get(timeout=PATIENCE_S)()

    def say(self, reason: str | None) -> None:
        self.answers.put(lambda: reason)


class Watched:
    def __init__(self) -> None:
        self.home = QueueDispatcher()
        self.probe = Probe()
        self.changes: list[tuple[bool, str]] = []
        self.watch = LineWatch(
            self.probe, dispatcher=self.home, on_change=lambda up, reason: self.changes.append((up, reason))
        )

    def turn(self) -> None:
        assert self.home.run_one(PATIENCE_S)

    def asked(self) -> None:
        assert self.probe.asked.acquire(timeout=PATIENCE_S)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    # Only a suspicion or the stop ends a pause, so that no test depends on how long one takes.
    monkeypatch.setattr(line, "UP_INTERVAL_S", 3600.0)
    monkeypatch.setattr(line, "DOWN_INTERVAL_S", 3600.0)
    watched = Watched()
    yield watched
    watched.probe.say(None)
    watched.watch.stop(PATIENCE_S)
    assert not any(thread.name == "line" for thread in threading.enumerate())


def test_the_first_answer_is_told(watched: Watched) -> None:
    """Before the first probe nobody knows; afterwards the owner does, on its own thread."""
    watched.watch.start()
    watched.asked()
    assert watched.changes == []
    watched.probe.say(None)
    watched.turn()
    assert watched.changes == [(True, "")]


def test_a_change_is_told_once_with_its_reason(watched: Watched) -> None:
    """Down, still down for another reason, up again: two changes."""
    watched.watch.start()
    for reason in ("connect", "timeout", None):
        watched.asked()
        watched.probe.say(reason)
        watched.watch._wake.set()  # the pause is over
    watched.turn()
    watched.turn()
    watched.asked()
    assert watched.changes == [(False, "connect"), (True, "")]
    assert watched.home.run_pending() == 0


def test_a_suspicion_probes_at_once(watched: Watched) -> None:
    """Somebody's call failed: the watch does not wait for its next turn."""
    watched.watch.start()
    watched.asked()
    watched.probe.say(None)
    watched.turn()
    watched.watch.suspect()
    watched.asked()
    watched.probe.say("connect")
    watched.turn()
    assert watched.changes[-1] == (False, "connect")


def test_a_suspicion_is_answered_even_if_nothing_changed(watched: Watched) -> None:
    """Whoever took the line for down after one failed call hears that it is up after all."""
    watched.watch.start()
    for _ in range(2):
        watched.asked()
        watched.probe.say(None)
        watched.turn()
        watched.watch.suspect()
    watched.asked()
    assert watched.changes == [(True, ""), (True, "")]


def test_a_bug_in_the_probe_counts_as_down(watched: Watched, caplog: pytest.LogCaptureFixture) -> None:
    """The watch lives on: it says that the line is down, and sees it come up again."""

    def bug() -> str | None:
        raise ZeroDivisionError

    watched.watch.start()
    watched.asked()
    watched.probe.answers.put(bug)
    watched.turn()
    watched.watch.suspect()
    watched.asked()
    watched.probe.say(None)
    watched.turn()
    assert watched.changes == [(False, "probe_failed"), (True, "")]
    assert [record.levelno for record in caplog.records if record.levelno > logging.INFO] == [logging.ERROR]
    caplog.clear()


def test_nothing_is_told_after_the_stop(watched: Watched) -> None:
    """A probe that ends while the terminal stops changes nothing any more."""
    watched.watch.start()
    watched.asked()
    watched.watch.stop(0.0)
    watched.probe.say("connect")
    watched.watch.stop(PATIENCE_S)
    assert watched.home.run_pending() == 0


def test_stopping_what_never_started_is_harmless() -> None:
    """A terminal that failed on its way up is stopped like any other."""
    watched = Watched()
    watched.watch.stop(PATIENCE_S)
    assert watched.changes == []
