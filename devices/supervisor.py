"""Keeps one device alive: polls it, rebuilds it, runs work on its thread, and tells its owner what changed.

Knows: one driver of any kind that can be built, polled and closed; threads, deadlines and back-off. Does not know:
what a status means (its owner's `poll` says so), which kinds exist, Qt.

A driver is only ever touched by the worker thread that built it. A call that overstays its deadline cannot be
interrupted in Python, so its worker is abandoned: the watch thread counts the generation up, answers the work with an
error and starts a new worker; whatever the old one still brings home is dropped, and it closes its own driver when it
wakes. A thread that hangs may still hold the device; a driver that can do something about that (kill the program it waits
for, break its line) offers `abort`, and is asked to.
"""

from __future__ import annotations

import collections
import contextlib
import enum
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, runtime_checkable

from devices.errors import DeviceError

log = logging.getLogger(__name__)


class Clock(Protocol):
    """The one hand of a clock that supervision needs."""

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        ...


class Dispatcher(Protocol):
    """Runs callables on the owner's thread, in the order they were posted."""

    def post(self, call: Callable[[], None]) -> None:
        """Queue `call`; safe from any thread; never runs it before returning."""
        ...


class Closeable(Protocol):
    """All that supervision needs of a driver."""

    def close(self) -> None:
        """Release the port; called once, on the thread that built the driver."""
        ...


@runtime_checkable
class Abortable(Protocol):
    """A driver whose stuck call can be broken from outside."""

    def abort(self) -> None:
        """Free the device from the call that hangs, at once; called on another thread than every other method."""
        ...


class SupervisorState(enum.StrEnum):
    """How far the device can be used. What exactly is wrong stands in its status."""

    READY = "ready"
    DEGRADED = "degraded"
    LOST = "lost"
    FAULTED = "faulted"


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """What is known of a device since `since_s` (monotonic seconds).

    `status` is the kind's own status value, None while there is no driver. `code` names the failure behind LOST or
    FAULTED where an exception and not a status brought it.
    """

    kind: str
    state: SupervisorState
    status: object | None
    since_s: float
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds between attempts to rebuild: doubles from `first_s` up to `cap_s`."""

    first_s: float = 0.5
    cap_s: float = 5.0

    def delay_s(self, failures: int) -> float:
        """Return the pause after this many failures in a row."""
        return min(self.cap_s, self.first_s * float(2 ** min(failures - 1, 16))) if failures > 0 else 0.0


D = TypeVar("D", bound=Closeable)
T = TypeVar("T")
R = TypeVar("R")

MAX_HANGING = 4
"""Threads that may hang in a dead driver before no further one is risked; each holds a port and a stack."""


def wait_on(condition: threading.Condition, timeout_s: float | None) -> None:
    """Wait on a held condition in real time; tests hand in a wait that follows their own clock."""
    condition.wait(timeout_s)


class _AbandonedError(BaseException):
    """Unwinds a worker whose generation is over; no `except Exception` may swallow it."""


@dataclass(frozen=True, slots=True)
class _Job(Generic[D]):
    """Work of the owner; `run` returns the delivery of its result, `fail` posts an error instead."""

    run: Callable[[D], Callable[[], None]]
    fail: Callable[[DeviceError], None]
    deadline_s: float


@dataclass(frozen=True, slots=True)
class _Call(Generic[D]):
    """What a worker is inside of, and until when it may be."""

    what: str
    expires_s: float
    job: _Job[D] | None
    driver: object


class _Line(Generic[D]):
    """One generation of worker: its number, its driver, and when it polls or builds next."""

    def __init__(self, generation: int, due_s: float) -> None:
        self.generation = generation
        self.due_s = due_s
        self.driver: D | None = None

    def close(self) -> None:
        """Let go of the driver; a port that is gone already is no news."""
        driver, self.driver = self.driver, None
        if driver is not None:
            with contextlib.suppress(DeviceError, OSError):
                driver.close()


class Supervisor(Generic[D]):
    """Owns one device of `kind`. `factory` builds the driver and `poll` reads it; both run on its worker thread.

    `poll` returns (state, status); LOST makes the driver be closed and rebuilt, FAULTED keeps it and polls on. Reports
    go to `on_change` and results to `done`, both through `dispatcher`, in the order they happened.
    """

    def __init__(
        self,
        kind: str,
        factory: Callable[[], D],
        poll: Callable[[D], tuple[SupervisorState, object]],
        *,
        clock: Clock,
        dispatcher: Dispatcher,
        on_change: Callable[[DeviceReport], None],
        poll_interval_s: float = 1.0,
        call_deadline_s: float = 10.0,
        backoff: Backoff | None = None,
        wait: Callable[[threading.Condition, float | None], None] = wait_on,
    ) -> None:
        self._kind = kind
        self._factory = factory
        self._poll = poll
        self._clock = clock
        self._dispatcher = dispatcher
        self._on_change = on_change
        self._poll_interval_s = poll_interval_s
        self._call_deadline_s = call_deadline_s
        self._backoff = backoff or Backoff()
        self._wait = wait
        self._condition = threading.Condition()
        self._jobs: collections.deque[_Job[D]] = collections.deque()
        self._call: _Call[D] | None = None
        self._generation = 0
        self._failures = 0
        self._poll_asked = False
        self._stopping = False
        self._down_logged = False
        self._published = False
        self._worker: threading.Thread | None = None
        self._watch: threading.Thread | None = None
        self._hanging = 0
        self._report = DeviceReport(kind, SupervisorState.LOST, None, clock.monotonic())

    # -- what the owner uses ----------------------------------------------------------------------------------------

    @property
    def report(self) -> DeviceReport:
        """The last report; LOST before the first poll. Safe from any thread, never blocks on the device."""
        with self._condition:
            return self._report

    def start(self) -> None:
        """Start the worker and the watch thread; the first report follows when the first poll is over."""
        with self._condition:
            if self._watch is not None:
                raise RuntimeError(self._kind)
            self._watch = threading.Thread(target=self._watch_calls, name=f"watch-{self._kind}", daemon=True)
            self._start_worker(delay_s=0.0)
            self._watch.start()

    def submit(
        self, work: Callable[[D], T], done: Callable[[T | DeviceError], None], *, deadline_s: float | None = None
    ) -> None:
        """Run `work(driver)` on the device's thread and bring its result, or a `DeviceError`, home to `done`.

        `done` runs exactly once: "<kind>.lost" while there is no driver, "<kind>.stuck" after `deadline_s`,
        "<kind>.stopped" after `stop`, "<kind>.bug" when `work` raised anything but a DeviceError.
        """

        def run(driver: D) -> Callable[[], None]:
            result = work(driver)
            return lambda: done(result)

        def fail(error: DeviceError) -> None:
            self._dispatcher.post(lambda: done(error))

        job: _Job[D] = _Job(run, fail, self._call_deadline_s if deadline_s is None else deadline_s)
        with self._condition:
            if self._stopping:
                fail(DeviceError(f"{self._kind}.stopped"))
                return
            self._jobs.append(job)
            self._condition.notify_all()

    def poll_now(self) -> None:
        """Poll (or rebuild) at once instead of at the next turn: somebody heard the device come or go."""
        with self._condition:
            self._poll_asked = True
            self._condition.notify_all()

    def stop(self, deadline_s: float = 5.0) -> bool:
        """Refuse new work, answer what waits, close the driver; say whether both threads ended within the deadline."""
        with self._condition:
            self._stopping = True
            threads = [t for t in (self._worker, self._watch) if t is not None]
            while self._jobs:
                self._jobs.popleft().fail(DeviceError(f"{self._kind}.stopped"))
            self._condition.notify_all()
        expires_s = self._clock.monotonic() + deadline_s
        for thread in threads:
            thread.join(max(0.0, expires_s - self._clock.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    # -- the watch thread -----------------------------------------------------------------------------------------

    def _watch_calls(self) -> None:
        """Abandon the worker whenever its call overstays; ends with the worker after `stop`."""
        with self._condition:
            while not (self._stopping and self._call is None):
                if self._call is None:
                    self._wait(self._condition, None)
                    continue
                left_s = self._call.expires_s - self._clock.monotonic()
                if left_s > 0:
                    self._wait(self._condition, left_s)
                    continue
                self._abandon(self._call)

    def _abandon(self, call: _Call[D]) -> None:
        """Give the worker up, with the lock held."""
        self._generation += 1
        self._call = None
        self._worker = None
        self._failures += 1
        self._hanging += 1
        error = DeviceError(f"{self._kind}.stuck", call.what)
        if isinstance(call.driver, Abortable):
            try:
                call.driver.abort()
            except Exception:
                log.exception("device %s: bug in abort", self._kind)  # the watch must outlive a driver's bug
        if call.job is not None:
            call.job.fail(error)
        self._publish(SupervisorState.FAULTED, None, error)
        if self._hanging <= MAX_HANGING:
            self._start_worker(self._backoff.delay_s(self._failures))

    def _start_worker(self, delay_s: float) -> None:
        """Start the worker of the current generation, with the lock held."""
        if self._stopping:
            return
        line: _Line[D] = _Line(self._generation, self._clock.monotonic() + delay_s)
        self._worker = threading.Thread(target=self._work, args=(line,), name=f"device-{self._kind}", daemon=True)
        self._worker.start()

    # -- the worker thread; it alone touches the driver of its line -------------------------------------------------

    def _work(self, line: _Line[D]) -> None:
        """Turn until `stop` or until abandoned; then close the driver."""
        try:
            while self._turn(line):
                pass
            self._guard(line, "close", line.close)
        except _AbandonedError:
            line.close()
            with self._condition:
                self._hanging -= 1
                if self._worker is None:
                    self._start_worker(self._backoff.delay_s(self._failures))

    def _turn(self, line: _Line[D]) -> bool:
        """Wait for work or for the next poll and do it; False after `stop`."""
        going, job = self._next(line)
        if not going:
            return False
        if line.driver is None and (job is None or self._clock.monotonic() >= line.due_s):
            self._build(line)
        if line.driver is None:
            if job is not None:
                job.fail(DeviceError(f"{self._kind}.lost", self.report.code or ""))
            return True
        if job is None or self._do(line, line.driver, job):
            self._read(line, line.driver)
        return True

    def _next(self, line: _Line[D]) -> tuple[bool, _Job[D] | None]:
        with self._condition:
            while not self._stopping:
                if self._jobs and (line.driver is not None or self._published):
                    return True, self._jobs.popleft()
                left_s = line.due_s - self._clock.monotonic()
                if self._poll_asked or left_s <= 0:
                    self._poll_asked = False
                    return True, None
                self._wait(self._condition, left_s)
        return False, None

    def _guard(self, line: _Line[D], what: str, action: Callable[[], R], job: _Job[D] | None = None) -> R:
        """Run one blocking call under the watch; raises `_AbandonedError` if the worker was given up meanwhile."""
        deadline_s = job.deadline_s if job is not None else self._call_deadline_s
        with self._condition:
            self._call = _Call(what, self._clock.monotonic() + deadline_s, job, line.driver)
            self._condition.notify_all()
        try:
            return action()
        finally:
            with self._condition:
                if line.generation != self._generation:
                    raise _AbandonedError
                self._call = None
                self._condition.notify_all()

    def _build(self, line: _Line[D]) -> None:
        def build() -> None:
            line.driver = self._factory()

        try:
            self._guard(line, "create", build)
        except DeviceError as error:
            self._lose(line, SupervisorState.LOST, None, error)
        except Exception as bug:  # noqa: BLE001 - the thread's top: a driver's bug costs the device, not the kiosk
            self._bug(line, "create", bug)

    def _do(self, line: _Line[D], driver: D, job: _Job[D]) -> bool:
        """Run a job and post what became of it; False when the driver did not survive it."""
        try:
            deliver = self._guard(line, "work", lambda: job.run(driver), job)
        except DeviceError as error:
            job.fail(error)
        except Exception as bug:  # noqa: BLE001 - the work is answered all the same
            job.fail(self._bug(line, "work", bug))
            return False
        else:
            self._dispatcher.post(deliver)
        return True

    def _read(self, line: _Line[D], driver: D) -> None:
        """Poll the driver and publish what it says."""
        try:
            state, status = self._guard(line, "poll", lambda: self._poll(driver))
        except DeviceError as error:
            self._lose(line, SupervisorState.LOST, None, error)
        except Exception as bug:  # noqa: BLE001 - as in `_build`
            self._bug(line, "poll", bug)
        else:
            if state is SupervisorState.LOST:
                self._lose(line, state, status, None)
                return
            with self._condition:
                self._failures = 0
                self._publish(state, status, None)
            line.due_s = self._clock.monotonic() + self._poll_interval_s

    def _bug(self, line: _Line[D], what: str, bug: Exception) -> DeviceError:
        error = DeviceError(f"{self._kind}.bug", f"{what}: {type(bug).__name__}")
        error.__cause__ = bug
        log.error("device %s: bug in %s", self._kind, what, exc_info=bug)
        self._lose(line, SupervisorState.FAULTED, None, error)
        return error

    def _lose(
        self, line: _Line[D], state: SupervisorState, status: object | None, error: DeviceError | None
    ) -> None:
        """Publish the loss, set the time of the next attempt, close the driver."""
        with self._condition:
            self._failures += 1
            self._publish(state, status, error)
            line.due_s = self._clock.monotonic() + self._backoff.delay_s(self._failures)
        self._guard(line, "close", line.close)

    def _publish(self, state: SupervisorState, status: object | None, error: DeviceError | None) -> None:
        """Keep and post a report if it says something new, with the lock held; log once per loss and per recovery."""
        code = error.code if error is not None else None
        old = self._report
        if self._published and (old.state, old.status, old.code) == (state, status, code):
            return
        self._published = True
        report = DeviceReport(self._kind, state, status, self._clock.monotonic(), code)
        self._report = report
        down = state in (SupervisorState.LOST, SupervisorState.FAULTED)
        if down and not self._down_logged:
            log.warning("device %s %s: %s", self._kind, state, error if error is not None else status)
        elif self._down_logged and not down:
            log.info("device %s is back: %s", self._kind, state)
        self._down_logged = down
        self._dispatcher.post(lambda: self._on_change(report))
