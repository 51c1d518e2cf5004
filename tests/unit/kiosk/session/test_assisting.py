"""A clerk helps residents one after the other: who enters, the resident's own yes, and how a clerk is signed out."""

from __future__ import annotations

import pytest

from kiosk.identity.assurance import Assurance
from kiosk.session import effects as fx
from kiosk.session import events as ev
from kiosk.session.machine import step
from kiosk.session.states import ENDING, PASSED_OVER, Assent, Choice, Hand, Holding, Journey, Plan, Session, State
from kiosk.session.timeouts import DESK_IDLE_S, PERSONAL_IDLE_S, Timer, idle_s

APPLY = Plan("residence_permit_apply", Journey.APPLY, Assurance.CARD_CODE)
BY_CLERK = Plan("passport_apply", Journey.APPLY, Assurance.CARD_CLERK)
CERTIFICATE = Plan("social_participation_cert", Journey.CERTIFICATE, Assurance.CARD_CODE)
HELPED = frozenset(State) - {State.ATTRACT, State.STAFF_PIN, State.STAFF, State.DESK, State.OUT_OF_SERVICE}


def run(session: Session, *events: ev.Event) -> tuple[Session, list[fx.Effect]]:
    effects: list[fx.Effect] = []
    for event in events:
        result = step(session, event)
        session = result.session
        effects += result.effects
    return session, [effect for effect in effects if not isinstance(effect, fx.Record)]


def at_desk() -> Session:
    desk, _ = run(Session(State.STAFF, number=6), ev.AssistingBegun())
    assert (desk.state, desk.clerk, desk.number) == (State.DESK, True, 7)
    return desk


def helped(state: State, plan: Plan = APPLY) -> Session:
    return Session(state, 7, plan, assurance=Assurance.CARD, personal=True, clerk=True, assisted=True, hand=Hand.CLERK)


def test_from_the_sign_in_to_the_next_resident() -> None:
    """One sign-in; the clerk's word instead of a code; the resident's own yes before the hand-in; then the next one."""
    desk = at_desk()
    home, effects = run(desk, ev.Confirmed())
    assert (home.state, home.assisted, home.hand, effects) == (State.HOME, True, Hand.CLERK, [fx.BeginAssisted()])
    asked, effects = run(home, ev.ItemChosen(BY_CLERK), ev.Confirmed(), ev.HandedOver(Hand.RESIDENT), ev.Confirmed())
    assert (asked.state, effects) == (State.IDENTIFY, [fx.RecordConsent(Hand.RESIDENT), fx.WatchCard(on=True)])
    seen, _ = run(asked, ev.CardRead(7))
    assert (seen.state, seen.assurance) == (State.ATTEST, Assurance.CARD)
    form, effects = run(seen, ev.Attested(holds=True))
    assert (form.state, form.assurance) == (State.FORM, Assurance.CARD_CLERK)
    assert effects == [fx.RecordAttested(holds=True), fx.PrepareForm()]
    review, _ = run(form, ev.PageAnswered(None), ev.Confirmed(), ev.Confirmed())
    confirm, effects = run(review, ev.Confirmed())
    assert (confirm.state, confirm.hand, effects) == (State.CONFIRM, Hand.RESIDENT, [fx.WatchAssent(on=True)])
    submit, effects = run(confirm, ev.CardShownAgain(7))
    assert submit.state is State.SUBMIT
    assert effects == [fx.WatchAssent(on=False), fx.RecordAssent(Assent.CARD), fx.SubmitCase()]
    guard, _ = run(submit, ev.Stored(7), ev.ReceiptPrinted(7), ev.Confirmed())
    after, _ = run(guard, ev.HoldingChecked(7, None))
    assert after == Session(State.DESK, number=8, clerk=True)


def test_a_citizen_alone_meets_nothing_of_it() -> None:
    """Nobody attests, nobody confirms twice, and the end is the attract screen."""
    alone = Session(State.IDENTIFY, 7, APPLY)
    assert run(alone, ev.CardRead(7))[0].state is State.CODE
    assert run(Session(State.REVIEW, 7, APPLY, personal=True), ev.Confirmed())[0].state is State.SUBMIT
    assert run(alone, ev.HandedOver(Hand.CLERK)) == (alone, [])


def test_who_is_not_sure_leaves_the_code_to_decide() -> None:
    """Without the clerk's word the item asks as it asks everybody; an item that wants the word cannot be done."""
    unsure, effects = run(helped(State.ATTEST), ev.Attested(holds=False))
    assert (unsure.state, unsure.assurance) == (State.CODE, Assurance.CARD)
    assert effects[0] == fx.RecordAttested(holds=False)
    refused, effects = run(helped(State.ATTEST, BY_CLERK), ev.Attested(holds=False))
    assert (refused.state, refused.trouble and refused.trouble.message_id) == (State.ATTEST, "session.clerk_needed")
    assert effects == [fx.RecordAttested(holds=False)]
    assert run(refused, ev.TroubleAnswered(Choice.RETRY), ev.Attested(holds=True))[0].state is State.FORM


def test_a_certificate_still_asks_for_the_citys_own_code() -> None:
    """A clerk's word opens no register."""
    seen, _ = run(helped(State.IDENTIFY, CERTIFICATE), ev.CardRead(7))
    assert seen.state is State.CODE


def test_a_change_after_the_yes_asks_for_another_one() -> None:
    """What was confirmed is what is handed in; a refused store alone needs no second yes."""
    submit, _ = run(helped(State.REVIEW), ev.Confirmed(), ev.Confirmed())
    back, _ = run(submit, ev.NotStored(7, "submit.store_full"))
    assert (back.state, back.assented) == (State.REVIEW, True)
    assert run(back, ev.Confirmed())[0].state is State.SUBMIT
    changed, _ = run(back, ev.FieldReopened(State.FORM, page=1), ev.PageAnswered(None, materials_complete=True))
    assert (changed.state, changed.assented) == (State.REVIEW, False)
    assert run(changed, ev.Confirmed())[0].state is State.CONFIRM


def test_a_strangers_card_confirms_nothing() -> None:
    """It is said, and the yes is waited for again; *back* gives the screen to the clerk."""
    asked, _ = run(helped(State.REVIEW), ev.Confirmed())
    other, _ = run(asked, ev.CardRefused(7, "identify.other_card"))
    assert (other.state, other.trouble is not None) == (State.CONFIRM, True)
    back, _ = run(asked, ev.BackPressed())
    assert (back.state, back.hand) == (State.REVIEW, Hand.CLERK)


@pytest.mark.parametrize("state", sorted(HELPED))
def test_the_pulled_card_signs_the_clerk_out(state: State) -> None:
    """What is kept or printed ends in good order; anything else is forgotten; the next one comes alone."""
    after, effects = run(helped(state), ev.StaffCardRemoved())
    assert not after.clerk
    if state in ENDING:
        assert (after.state, after.assisted, effects) == (state, True, [])
    else:
        assert after.state in {State.ATTRACT, State.GUARD}
        assert fx.WipePerson() in effects
    over, _ = run(after, ev.HoldingChecked(after.number, None))
    if after.state is State.GUARD:
        assert over.state is State.ATTRACT


@pytest.mark.parametrize("state", [*sorted(s for s in HELPED if idle_s(helped(s)) is not None), State.DESK])
def test_silence_signs_the_clerk_out_too(state: State) -> None:
    """Nobody answers the count-down: neither resident nor clerk is there."""
    session = at_desk() if state is State.DESK else helped(state)
    after, _ = run(session, ev.TimedOut(7, state, Timer.IDLE), ev.TimedOut(7, state, Timer.COUNTDOWN))
    assert not after.clerk
    assert after.state in {State.ATTRACT, State.GUARD}


def test_two_people_get_more_time() -> None:
    """They talk over every page; between two of them the clerk may wait."""
    assert idle_s(helped(State.FORM)) == 3 * PERSONAL_IDLE_S
    assert idle_s(at_desk()) == DESK_IDLE_S


def test_the_desk_leads_out() -> None:
    """Back signs out; the staff pages are asked for; a pulled card closes; a fault closes the desk with the terminal."""
    desk = at_desk()
    assert run(desk, ev.BackPressed())[0].state is State.ATTRACT
    pages, _ = run(desk, ev.StaffPagesAsked())
    assert (pages.state, pages.clerk) == (State.STAFF, False)
    assert run(desk, ev.StaffCardRemoved())[0].state is State.ATTRACT
    out, _ = run(desk, ev.FaultRaised("Q-200"))
    assert (out.state, out.clerk) == (State.OUT_OF_SERVICE, False)
    ailing = Session(State.STAFF, number=6, fault="Q-200")
    assert run(ailing, ev.AssistingBegun()) == (ailing, [])


@pytest.mark.parametrize("state", sorted(State))
def test_the_screen_is_passed_over_where_something_is_entered(state: State) -> None:
    """And nowhere else: a yes is the resident's, a look at the card the clerk's."""
    after, _ = run(helped(state), ev.HandedOver(Hand.RESIDENT))
    assert after.hand is (Hand.RESIDENT if state in PASSED_OVER else Hand.CLERK)


def test_a_card_left_behind_keeps_the_next_resident_waiting() -> None:
    """The guard stands between two residents as between two citizens."""
    guard, _ = run(helped(State.OUTCOME), ev.CancelPressed(), ev.HoldingChecked(7, Holding.CARD))
    assert guard.state is State.GUARD
    assert run(guard, ev.HoldingChecked(7, None))[0].state is State.DESK
