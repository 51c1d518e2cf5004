"""Practice begins and ends at the staff pages, comes back to them, and never outlives the card."""

from __future__ import annotations

import pytest

from kiosk.identity.assurance import Assurance
from kiosk.session import effects as fx
from kiosk.session import events as ev
from kiosk.session.machine import step
from kiosk.session.states import Journey, Plan, Session, State
from kiosk.session.timeouts import Timer, idle_s

APPLY = Plan("residence_permit_apply", Journey.APPLY, Assurance.CARD)
PRACTISED = sorted(set(State) - {State.ATTRACT, State.OUT_OF_SERVICE})


def run(session: Session, *events: ev.Event) -> tuple[Session, list[fx.Effect]]:
    effects: list[fx.Effect] = []
    for event in events:
        result = step(session, event)
        session = result.session
        effects += result.effects
    return session, [effect for effect in effects if not isinstance(effect, fx.Record)]


def practising(state: State) -> Session:
    return Session(state, 7, None if state is State.STAFF else APPLY, training=True, clerk=state is State.DESK)


def test_a_visit_of_practice_comes_back_to_the_staff_pages() -> None:
    """Begun there, done as a resident would, back there with nothing of it left; ended there."""
    begun, effects = run(Session(State.STAFF, number=6), ev.TrainingBegun())
    assert (begun.state, begun.training, effects) == (State.STAFF, True, [fx.Train(on=True)])
    home, _ = run(begun, ev.PracticeBegun())
    assert (home.state, home.training, home.number) == (State.HOME, True, 7)
    back, effects = run(home, ev.ItemChosen(APPLY), ev.CancelPressed())
    assert back == Session(State.STAFF, number=8, training=True)
    assert fx.WipePerson() in effects
    ended, effects = run(back, ev.TrainingEnded())
    assert (ended.state, ended.training, effects) == (State.STAFF, False, [fx.Train(on=False)])


def test_a_clerk_practises_too() -> None:
    """One resident after the other, and back to the pages."""
    desk, _ = run(practising(State.STAFF), ev.AssistingBegun())
    assert (desk.state, desk.training, desk.clerk) == (State.DESK, True, True)
    after, _ = run(desk, ev.Confirmed(), ev.BackPressed())
    assert (after.state, after.training) == (State.DESK, True)
    pages, _ = run(after, ev.StaffPagesAsked())
    assert (pages.state, pages.training, pages.clerk) == (State.STAFF, True, False)


@pytest.mark.parametrize("state", PRACTISED)
def test_the_pulled_card_ends_practice_at_once(state: State) -> None:
    """Wherever it was: not even a receipt of it comes out as a real one."""
    after, effects = run(practising(state), ev.StaffCardRemoved())
    assert not after.training
    assert after.state in {State.ATTRACT, State.GUARD}
    assert effects[-1] == fx.Train(on=False)
    assert run(after, ev.HoldingChecked(after.number, None))[0].state is State.ATTRACT


@pytest.mark.parametrize("state", [s for s in PRACTISED if idle_s(practising(s)) is not None])
def test_silence_ends_practice(state: State) -> None:
    """Nobody is there to know that it is none of it real."""
    after, _ = run(practising(state), ev.TimedOut(7, state, Timer.IDLE), ev.TimedOut(7, state, Timer.COUNTDOWN))
    assert not after.training


def test_nobody_begins_it_elsewhere() -> None:
    """Neither a citizen nor a terminal that is out of order."""
    for state in set(State) - {State.STAFF}:
        assert run(Session(state, 7), ev.TrainingBegun(), ev.PracticeBegun())[0].training is False
    ailing = Session(State.STAFF, 7, fault="Q-200")
    assert run(ailing, ev.TrainingBegun()) == (ailing, [])
    assert run(Session(State.STAFF, 7), ev.PracticeBegun())[0].state is State.STAFF


def test_a_fault_ends_practice() -> None:
    """A terminal that is out of service says so without a mark of practice."""
    out, effects = run(practising(State.FORM), ev.FaultRaised("Q-200"))
    assert (out.state, out.training) == (State.OUT_OF_SERVICE, False)
    assert effects[-1] == fx.Train(on=False)
