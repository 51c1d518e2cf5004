"""The supervisor against scripted drivers: every failure comes home as a report or an answer, and nothing hangs it."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from devices.errors import DeviceError
from devices.supervisor import MAX_HANGING, Backoff, DeviceReport, Supervisor, SupervisorState

PATIENCE_S = 60.0


class ManualTime:
    """A clock that only moves when told; its `wait` looks at it again every few real milliseconds."""

    def __init__(self) -> None:
        self._now_s = 1000.0

    def monotonic(self) -> float:
        return self._now_s

    def wait(self, condition: threading.Condition, timeout_s: float | None) -> None:
        condition.wait(0.002)

    def advance(self, seconds: float) -> None:
        self._now_s += seconds


class Home:
    """The owner's thread: collects what is posted and runs it when asked."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def post(self, call: Callable[[], None]) -> None:
        self._calls.put(call)

    def run_one(self) -> None:
        self._calls.get(timeout=PATIENCE_S)()

    def until(self, met: Callable[[], bool]) -> None:
        while not met():
            self.run_one()


class Driver:
    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.thread = threading.current_thread()
        self.closed = threading.Event()

    def close(self) -> None:
        self.closed.set()


class Bench:
    """A supervisor over scripted drivers: `create` and `poll` are replaced by the tests."""

    def __init__(self) -> None:
        self.time = ManualTime()
        self.home = Home()
        self.reports: list[DeviceReport] = []
        self.drivers: list[Driver] = []
        self.built = threading.Semaphore(0)
        self.create: Callable[[], None] = lambda: None
        self.poll: Callable[[Driver], tuple[SupervisorState, object]] = lambda _: (SupervisorState.READY, "ok")
        self.supervisor: Supervisor[Driver] = Supervisor(
            "test",
            self._factory,
            self._poll,
            clock=self.time,
            dispatcher=self.home,
            on_change=self.reports.append,
            poll_interval_s=1.0,
            call_deadline_s=5.0,
            backoff=Backoff(first_s=2.0, cap_s=8.0),
            wait=self.time.wait,
        )

    def _factory(self) -> Driver:
        self.built.release()
        self.create()
        driver = Driver(self)
        self.drivers.append(driver)
        return driver

    def _poll(self, driver: Driver) -> tuple[SupervisorState, object]:
        return self.poll(driver)

    def start(self) -> None:
        self.supervisor.start()

    def report(self) -> DeviceReport:
        """Wait for the next report."""
        count = len(self.reports)
        self.home.until(lambda: len(self.reports) > count)
        return self.reports[-1]

    def await_build(self) -> None:
        assert self.built.acquire(timeout=PATIENCE_S)

    def advance_until_build(self) -> None:
        """Let time run in seconds until the next attempt to build."""
        for _ in range(int(PATIENCE_S / 0.01)):
            if self.built.acquire(timeout=0.01):
                return
            self.time.advance(1.0)
        pytest.fail("no attempt to build")

    def submit(self, work: Callable[[Driver], Any], **options: float) -> list[Any]:
        answers: list[Any] = []
        self.supervisor.submit(work, answers.append, **options)
        return answers


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    assert bench.supervisor.stop(PATIENCE_S)


def fail(code: str) -> Any:
    raise DeviceError(code)


def test_first_poll_is_published(bench: Bench) -> None:
    """Before the first poll the device counts as lost; afterwards the owner hears what the poll said, once."""
    assert bench.supervisor.report.state is SupervisorState.LOST
    bench.start()
    assert bench.report() == DeviceReport("test", SupervisorState.READY, "ok", 1000.0)
    assert bench.supervisor.report == bench.reports[-1]


def test_only_changes_are_published(bench: Bench) -> None:
    """A poll that says the same as before posts nothing; the next different one is the next report."""
    polled = threading.Semaphore(0)
    said: list[object] = ["ok"]

    def poll(_: Driver) -> tuple[SupervisorState, object]:
        polled.release()
        return SupervisorState.READY, said[0]

    bench.poll = poll
    bench.start()
    bench.report()
    assert polled.acquire(timeout=PATIENCE_S)
    for _ in range(3):
        bench.time.advance(1.0)
        assert polled.acquire(timeout=PATIENCE_S)
    said[0] = "low"
    bench.time.advance(1.0)
    assert bench.report().status == "low"
    assert [r.status for r in bench.reports] == ["ok", "low"]


def test_work_runs_on_the_named_thread_of_the_driver(bench: Bench) -> None:
    """Work sees the driver on the thread that built it; its result comes home through the dispatcher only."""
    bench.start()
    answers = bench.submit(lambda driver: (driver.thread is threading.current_thread(), threading.current_thread().name))
    bench.home.until(lambda: bool(answers))
    assert answers == [(True, "device-test")]


def test_failed_work_answers_with_its_error_and_the_driver_stays(bench: Bench) -> None:
    """A DeviceError of the work is the answer; the poll alone decides whether the device is lost."""
    bench.start()
    bench.report()
    answers = bench.submit(lambda _: fail("test.read"))
    bench.home.until(lambda: bool(answers))
    assert [a.code for a in answers] == ["test.read"]
    again = bench.submit(lambda _: 7)
    bench.home.until(lambda: bool(again))
    assert again == [7]
    assert len(bench.drivers) == 1


def test_lost_device_is_rebuilt_with_growing_capped_pauses(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """Attempts come 2, 4, 8, 8 … seconds apart, and the log has one line for the loss and one for the recovery."""
    caplog.set_level(logging.INFO)
    bench.create = lambda: fail("test.port")
    bench.start()
    bench.await_build()
    assert bench.report().code == "test.port"
    for pause_s in (2.0, 4.0, 8.0, 8.0):
        bench.time.advance(pause_s - 0.01)
        assert not bench.built.acquire(timeout=0.02)
        bench.time.advance(0.01)
        bench.await_build()
    bench.create = lambda: None
    bench.time.advance(8.0)
    assert bench.report().state is SupervisorState.READY
    assert [(r.levelno, r.message) for r in caplog.records] == [
        (logging.WARNING, "device test lost: test.port"),
        (logging.INFO, "device test is back: ready"),
    ]
    caplog.clear()


def test_poll_error_closes_and_rebuilds(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """A poll that fails, or that says LOST, costs the driver; the next one is fresh."""
    bench.start()
    bench.report()
    bench.poll = lambda _: (SupervisorState.LOST, "unplugged")
    bench.time.advance(1.0)
    assert bench.report().status == "unplugged"
    assert bench.drivers[0].closed.wait(PATIENCE_S)
    bench.poll = lambda _: (SupervisorState.READY, "ok")
    bench.time.advance(2.0)
    assert bench.report().state is SupervisorState.READY
    assert len(bench.drivers) == 2
    caplog.clear()


def test_work_for_a_lost_device_is_answered_at_once(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody waits for a device that is not there."""
    bench.create = lambda: fail("test.port")
    bench.start()
    bench.report()
    answers = bench.submit(lambda _: 1)
    bench.home.until(lambda: bool(answers))
    assert [(a.code, a.detail) for a in answers] == [("test.lost", "test.port")]
    caplog.clear()


def test_stuck_work_is_abandoned_and_its_late_result_dropped(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """After the deadline the owner hears FAULTED and an error; a new driver comes; the late result goes nowhere."""
    entered, release = threading.Event(), threading.Event()

    def hang(_: Driver) -> str:
        entered.set()
        assert release.wait(PATIENCE_S)
        return "late"

    bench.start()
    bench.report()
    answers = bench.submit(hang, deadline_s=3.0)
    assert entered.wait(PATIENCE_S)
    bench.time.advance(3.0)
    report = bench.report()
    assert (report.state, report.code) == (SupervisorState.FAULTED, "test.stuck")
    assert [a.code for a in answers] == ["test.stuck"]
    bench.time.advance(2.0)
    assert bench.report().state is SupervisorState.READY
    assert not bench.drivers[0].closed.is_set()
    release.set()
    assert bench.drivers[0].closed.wait(PATIENCE_S)
    again = bench.submit(lambda driver: driver is bench.drivers[1])
    bench.home.until(lambda: bool(again))
    assert again == [True]
    assert len(answers) == 1
    caplog.clear()


def test_a_driver_that_can_break_its_stuck_call_is_asked_to(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """Should free the device at the deadline instead of leaving a thread inside it, whatever the driver does then."""
    entered, broken = threading.Event(), threading.Event()

    def hang(_: Driver) -> None:
        entered.set()
        assert broken.wait(PATIENCE_S)

    def abort() -> None:
        broken.set()
        raise KeyError("a bug")

    bench.start()
    bench.report()
    bench.await_build()
    bench.drivers[0].abort = abort  # type: ignore[attr-defined]
    answers = bench.submit(hang, deadline_s=3.0)
    assert entered.wait(PATIENCE_S)
    bench.time.advance(3.0)
    assert bench.report().code == "test.stuck"
    assert broken.wait(PATIENCE_S)
    assert bench.drivers[0].closed.wait(PATIENCE_S)
    assert [a.code for a in answers] == ["test.stuck"]
    bench.advance_until_build()
    bench.home.until(lambda: bench.reports[-1].state is SupervisorState.READY)
    caplog.clear()


def test_hanging_threads_are_not_heaped_up(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """A driver that hangs at every build costs a handful of threads; the next attempt waits until one comes back."""
    release = threading.Event()

    def hang() -> None:
        assert release.wait(PATIENCE_S)

    bench.create = hang
    bench.start()
    for _ in range(MAX_HANGING + 1):
        bench.advance_until_build()
    for _ in range(20):
        bench.time.advance(10.0)
        assert not bench.built.acquire(timeout=0.005)
    bench.create = lambda: None
    release.set()
    bench.advance_until_build()
    bench.home.until(lambda: bench.reports[-1].state is SupervisorState.READY if bench.reports else False)
    caplog.clear()


def test_bug_in_work_is_answered_and_logged(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """An exception that is no DeviceError is a bug: the work is answered, the log has the traceback, the driver goes."""
    bench.start()
    bench.report()
    answers = bench.submit(lambda _: 1 // 0)
    bench.home.until(lambda: bool(answers))
    assert [a.code for a in answers] == ["test.bug"]
    assert isinstance(answers[0].__cause__, ZeroDivisionError)
    assert bench.drivers[0].closed.wait(PATIENCE_S)
    assert bench.supervisor.report.state is SupervisorState.FAULTED
    assert any(r.exc_info for r in caplog.records)
    caplog.clear()


def test_faulted_poll_keeps_the_driver(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """A device that answers, but says that it is broken, is polled on and not rebuilt."""
    bench.start()
    bench.report()
    bench.poll = lambda _: (SupervisorState.FAULTED, "sam")
    bench.time.advance(1.0)
    assert bench.report().state is SupervisorState.FAULTED
    bench.poll = lambda _: (SupervisorState.DEGRADED, "slow")
    bench.time.advance(1.0)
    assert bench.report().state is SupervisorState.DEGRADED
    assert len(bench.drivers) == 1
    caplog.clear()


def test_poll_now_does_not_wait_for_the_interval(bench: Bench) -> None:
    """Whoever heard the device move can ask for a poll at once."""
    bench.start()
    bench.report()
    bench.poll = lambda _: (SupervisorState.READY, "moved")
    bench.supervisor.poll_now()
    assert bench.report().status == "moved"


def test_stop_answers_what_waits_and_closes_the_driver() -> None:
    """At the end every piece of work has an answer, the driver is closed, and later work is refused."""
    bench = Bench()
    entered, release = threading.Event(), threading.Event()

    def slow(_: Driver) -> str:
        entered.set()
        assert release.wait(PATIENCE_S)
        return "done"

    bench.start()
    bench.report()
    running = bench.submit(slow)
    assert entered.wait(PATIENCE_S)
    waiting = bench.submit(lambda _: "never")
    assert not bench.supervisor.stop(0.0)
    release.set()
    assert bench.supervisor.stop(PATIENCE_S)
    late = bench.submit(lambda _: "never")
    bench.home.until(lambda: bool(running and waiting and late))
    assert running == ["done"]
    assert [a.code for a in (*waiting, *late)] == ["test.stopped", "test.stopped"]
    assert bench.drivers[0].closed.is_set()
