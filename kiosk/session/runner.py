"""Drives the pure machine: hands it events, runs its effects, keeps its timers.

Knows: the clock, the timeouts table, one effects runner. Does not know: what effects do, or Qt. Lives on one thread.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable

from kiosk.clock import Clock
from kiosk.session import events as ev
from kiosk.session.effects import Effect
from kiosk.session.machine import step
from kiosk.session.states import Session, State
from kiosk.session.timeouts import ABSOLUTE_S, COUNTDOWN_S, Timer, idle_s, state_s

_LOG = logging.getLogger("kiosk.session")


class SessionRunner:
    """The one owner of the session. `tick` is called a few times a second by the main thread."""

    def __init__(
        self, *, clock: Clock, run_effect: Callable[[Effect], None], on_change: Callable[[Session], None]
    ) -> None:
        self._clock = clock
        self._run_effect = run_effect
        self._on_change = on_change
        self._session = Session()
        self._pending: deque[ev.Event] = deque()
        self._turning = False
        now = clock.monotonic()
        self._last_touch = now
        self._entered = now
        self._warned_at = now
        self._absolute_at = now + ABSOLUTE_S

    @property
    def session(self) -> Session:
        """The session as it stands."""
        return self._session

    @property
    def seconds_left(self) -> int | None:
        """Return the seconds until the session ends by itself while the count-down runs, else None."""
        if not self._session.warned:
            return None
        return max(0, round(self._warned_at + COUNTDOWN_S - self._clock.monotonic()))

    def handle(self, event: ev.Event) -> None:
        """Give the machine one event; events that effects raise meanwhile follow in order."""
        self._pending.append(event)
        if self._turning:
            return
        self._turning = True
        try:
            while self._pending:
                self._one(self._pending.popleft())
        finally:
            self._turning = False

    def tick(self) -> None:
        """Raise what ran out since the last tick."""
        now = self._clock.monotonic()
        session = self._session
        if session.warned:
            if now >= self._warned_at + COUNTDOWN_S:
                self._time_out(Timer.COUNTDOWN)
            return
        limit = state_s(session)
        if limit is not None and now >= self._entered + limit:
            self._entered = now
            self._time_out(Timer.STATE)
            return
        idle = idle_s(session)
        if idle is None:
            return
        if now >= self._last_touch + idle:
            self._time_out(Timer.IDLE)
        elif session.personal and now >= self._absolute_at:
            self._time_out(Timer.ABSOLUTE)

    def _time_out(self, timer: Timer) -> None:
        self.handle(ev.TimedOut(self._session.number, self._session.state, timer))

    def _one(self, event: ev.Event) -> None:
        before = self._session
        result = step(before, event)
        self._session = result.session
        self._keep_time(before, event)
        if result.session != before:
            self._on_change(result.session)
        elif not isinstance(event, ev.Touched | ev.TimedOut):
            _LOG.debug("ignored %s in %s", type(event).__name__, before.state)
        for effect in result.effects:
            self._run_effect(effect)

    def _keep_time(self, before: Session, event: ev.Event) -> None:
        now = self._clock.monotonic()
        if not isinstance(event, ev.TimedOut | ev.LineChanged | ev.DeviceLost | ev.DeviceBack):
            self._last_touch = now
        if self._session.state is not before.state:
            self._entered = now
            if before.state is State.ATTRACT:
                self._absolute_at = now + ABSOLUTE_S
        if self._session.warned and not before.warned:
            self._warned_at = now
        elif before.warned and not self._session.warned and now >= self._absolute_at:
            self._absolute_at = now + ABSOLUTE_S / 4
