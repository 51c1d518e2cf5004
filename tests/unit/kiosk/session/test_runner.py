"""The runner: timers against a clock that the test turns."""

from __future__ import annotations

import datetime as dt

from kiosk.clock import ClockQuality
from kiosk.identity.assurance import Assurance
from kiosk.session import effects as fx
from kiosk.session import events as ev
from kiosk.session.runner import SessionRunner
from kiosk.session.states import Journey, Plan, Session, State
from kiosk.session.timeouts import ABSOLUTE_S, COUNTDOWN_S, PAGE_IDLE_S, PERSONAL_IDLE_S


class HandClock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> dt.datetime:
        return dt.datetime(2026, 11, 27, 19, 12, tzinfo=dt.UTC) + dt.timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def quality(self) -> ClockQuality:
        return ClockQuality.FREE_RUNNING


class Bench:
    def __init__(self) -> None:
        self.clock = HandClock()
        self.effects: list[fx.Effect] = []
        self.seen: list[Session] = []
        self.runner = SessionRunner(clock=self.clock, run_effect=self.effects.append, on_change=self.seen.append)

    def wait(self, seconds: float) -> State:
        self.clock.seconds += seconds
        self.runner.tick()
        return self.runner.session.state


def test_an_idle_home_warns_and_ends() -> None:
    """It should warn after the idle time, count down, and go back to the attract screen."""
    bench = Bench()
    bench.runner.handle(ev.Started())
    bench.wait(PAGE_IDLE_S - 1)
    assert bench.runner.seconds_left is None
    bench.wait(1)
    assert bench.runner.seconds_left == COUNTDOWN_S
    bench.wait(10)
    assert bench.runner.seconds_left == COUNTDOWN_S - 10
    assert bench.wait(COUNTDOWN_S) is State.ATTRACT


def test_a_touch_extends_as_often_as_wanted() -> None:
    """It should never end a session that is touched in time."""
    bench = Bench()
    bench.runner.handle(ev.Started())
    for _ in range(12):
        bench.wait(PAGE_IDLE_S)
        assert bench.runner.session.warned
        bench.runner.handle(ev.Touched())
        assert bench.wait(COUNTDOWN_S) is State.HOME


def test_personal_data_shortens_and_elder_mode_lengthens_the_time() -> None:
    """It should take 45 s once personal data is shown, and three times that in elder mode."""
    plan = Plan("x", Journey.APPLY, Assurance.CARD)
    bench = Bench()
    for event in (ev.Started(), ev.ItemChosen(plan), ev.Confirmed(), ev.Confirmed(), ev.CardRead(0)):
        bench.runner.handle(event)
    assert bench.runner.session.state is State.FORM
    bench.wait(PERSONAL_IDLE_S)
    assert bench.runner.session.warned
    bench.runner.handle(ev.Touched())
    bench.runner.handle(ev.ElderAnswered(wanted=True))
    bench.wait(PERSONAL_IDLE_S * 3 - 1)
    assert not bench.runner.session.warned


def test_the_absolute_limit_warns_even_a_busy_person() -> None:
    """It should warn after twenty minutes although the screen is being touched."""
    plan = Plan("x", Journey.APPLY, Assurance.CARD)
    bench = Bench()
    for event in (ev.Started(), ev.ItemChosen(plan), ev.Confirmed(), ev.Confirmed(), ev.CardRead(0)):
        bench.runner.handle(event)
    waited = 0
    while waited < ABSOLUTE_S:
        bench.runner.handle(ev.Touched())
        bench.wait(20)
        waited += 20
    assert bench.runner.session.warned


def test_events_raised_by_effects_follow_in_order() -> None:
    """It should not nest: an event raised while an effect runs is handled after it."""
    clock = HandClock()
    order: list[str] = []

    def effect(asked: fx.Effect) -> None:
        if isinstance(asked, fx.WatchCard) and asked.on:
            runner.handle(ev.BackPressed())
            order.append(f"still {runner.session.state}")

    runner = SessionRunner(clock=clock, run_effect=effect, on_change=lambda s: order.append(str(s.state)))
    plan = Plan("x", Journey.APPLY, Assurance.CARD)
    for event in (ev.Started(), ev.ItemChosen(plan), ev.Confirmed(), ev.Confirmed()):
        runner.handle(event)
    assert order[-3:] == ["identify", "still identify", "consent"]
