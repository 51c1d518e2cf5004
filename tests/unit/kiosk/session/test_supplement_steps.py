"""Bringing what a case waits for, step by step: as sure of the person as the case asks, and back to it from everywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.identity.assurance import Assurance
from kiosk.session import effects as fx
from kiosk.session import events as ev
from kiosk.session.machine import step
from kiosk.session.states import Choice, Device, Hand, Journey, Plan, Promise, Session, State
from kiosk.session.timeouts import Timer

COLLECT = Plan("", Journey.CASES, Assurance.CARD, collects=True)
SUPPLEMENT = Plan("residence_permit_apply", Journey.SUPPLEMENT, Assurance.CARD_CODE, Assurance.CARD)
IN_PERSON = replace(SUPPLEMENT, offline_assurance=None)
CERTIFICATE = Plan("business_licence_print", Journey.CERTIFICATE, Assurance.CARD_CODE)
BROUGHT = (State.MATERIALS, State.CAPTURE, State.REVIEW)


def at_case(**changes: object) -> Session:
    session = Session(State.CASE, 7, COLLECT, assurance=Assurance.CARD, personal=True, case="KF0001000001")
    return replace(session, **changes)  # type: ignore[arg-type]


def bringing(state: State, **changes: object) -> Session:
    begun = at_case(state=state, plan=SUPPLEMENT, came_for=COLLECT, assurance=Assurance.CARD_CODE)
    return replace(begun, **changes)  # type: ignore[arg-type]


def run(session: Session, *events: ev.Event) -> tuple[Session, list[fx.Effect]]:
    effects: list[fx.Effect] = []
    for event in events:
        result = step(session, event)
        session = result.session
        effects += [effect for effect in result.effects if not isinstance(effect, fx.Record)]
    return session, effects


def test_from_the_tile_to_the_empty_screen() -> None:
    """Card, case, code, pages, review, outbox, receipt, guard; nothing is filled in and nothing is signed again."""
    session, effects = run(
        Session(State.HOME, 7), ev.ItemChosen(COLLECT), ev.Confirmed(), ev.CardRead(7), ev.CasesFound(7),
        ev.CaseOpened("KF0001000001"), ev.SupplementAsked(SUPPLEMENT),
    )  # fmt: skip
    assert (session.state, session.plan, session.came_for) == (State.CODE, SUPPLEMENT, COLLECT)
    session, effects = run(session, ev.CodeSent(7), ev.CodeEntered(), ev.CodeAccepted(7, Assurance.CARD_CODE))
    assert session.state is State.MATERIALS
    assert effects == [fx.CheckCode(), fx.BeginSupplement()]
    session, _ = run(session, ev.MaterialOpened("address_proof"), ev.MaterialCaptured(7), ev.Confirmed())
    assert (session.state, session.case) == (State.REVIEW, "KF0001000001")
    session, effects = run(session, ev.Confirmed(), ev.Stored(7), ev.CityReceived(7), ev.ReceiptPrinted(7))
    assert effects == [fx.SubmitCase(), fx.PrintReceipt()]
    assert (session.state, session.promise) == (State.OUTCOME, Promise.RECEIVED)
    session, effects = run(session, ev.Rated(5), ev.Confirmed(), ev.HoldingChecked(7, None))
    assert not any(isinstance(effect, fx.FileRating) for effect in effects)  # the case was rated at its hand-in
    assert (session.state, session.plan, session.case) == (State.ATTRACT, None, "")


def test_whoever_confirmed_a_code_already_brings_at_once() -> None:
    """The second time in a visit nothing is asked again; offline only what the case's service allows goes on."""
    assert run(at_case(assurance=Assurance.CARD_CODE), ev.SupplementAsked(SUPPLEMENT))[0].state is State.MATERIALS
    offline, _ = run(at_case(line_up=False), ev.SupplementAsked(SUPPLEMENT))
    assert (offline.state, offline.trouble and offline.trouble.message_id) == (State.MATERIALS, "session.offline_assurance")
    refused, effects = run(at_case(line_up=False), ev.SupplementAsked(IN_PERSON))
    assert (refused.state, refused.plan, refused.came_for, effects) == (State.CASE, COLLECT, None, [])
    assert refused.trouble is not None
    assert (refused.trouble.message_id, Choice.SKIP in refused.trouble.choices) == ("session.line_needed", True)
    assert run(refused, ev.TroubleAnswered(Choice.SKIP))[0] == at_case(line_up=False)
    assert run(at_case(busy=True), ev.SupplementAsked(SUPPLEMENT))[0] == at_case(busy=True)


def test_back_leads_to_the_case_and_to_what_the_person_came_for() -> None:
    """From the code, the pages and the review, and from a correction to the review it came from."""
    for before in (bringing(State.CODE), bringing(State.MATERIALS)):
        back, _ = run(before, ev.BackPressed())
        assert (back.state, back.plan, back.came_for, back.case) == (State.CASE, COLLECT, None, "KF0001000001")
    assert run(bringing(State.REVIEW), ev.BackPressed())[0].state is State.MATERIALS
    editing, _ = run(bringing(State.REVIEW), ev.FieldReopened(State.MATERIALS, material="address_proof"))
    assert (editing.state, editing.editing) == (State.MATERIALS, True)
    assert run(editing, ev.BackPressed())[0].state is State.REVIEW
    assert run(editing, ev.Confirmed())[0].state is State.REVIEW
    for elsewhere in (State.FORM, State.SIGN, State.RELATION):
        assert run(bringing(State.REVIEW), ev.FieldReopened(elsewhere))[0].state is State.REVIEW
    apply = Plan("residence_permit_apply", Journey.APPLY, Assurance.CARD_CODE)
    waits = bringing(State.MATERIALS, came_for=apply, again=True)
    again, _ = run(waits, ev.BackPressed(), ev.BackPressed(), ev.BackPressed())
    assert (again.state, again.plan) == (State.AGAIN, apply)


@pytest.mark.parametrize("state", BROUGHT)
def test_the_end_is_asked_about_while_pages_would_be_lost(state: State) -> None:
    """Ending, silence, a stop and a fault leave tidily and forget the person."""
    asked, _ = run(bringing(state), ev.CancelPressed())
    assert asked.leaving
    assert run(asked, ev.LeaveAnswered(leave=False))[0].state is state
    for after, effects in (
        run(asked, ev.LeaveAnswered(leave=True)),
        run(bringing(state), ev.TimedOut(7, state, Timer.IDLE), ev.TimedOut(7, state, Timer.COUNTDOWN)),
        run(bringing(state), ev.StopRequested()),
        run(bringing(state), ev.FaultRaised("Q-202")),
    ):
        assert after.state in {State.GUARD, State.OUT_OF_SERVICE}
        assert fx.WipePerson() in effects
        assert (fx.CloseCamera() in effects) == (state is State.CAPTURE)


def test_a_refused_store_and_a_lost_camera_lose_nothing() -> None:
    """Back to the review with the reason; the camera's return takes the page up again."""
    refused, _ = run(bringing(State.REVIEW), ev.Confirmed(), ev.NotStored(7, "submit.supplement_earlier"))
    assert (refused.state, refused.case) == (State.REVIEW, "KF0001000001")
    slow, _ = run(bringing(State.SUBMIT), ev.TimedOut(7, State.SUBMIT, Timer.STATE))
    assert (slow.state, slow.trouble and slow.trouble.message_id) == (State.REVIEW, "session.store_slow")
    lost, _ = run(bringing(State.CAPTURE, material="address_proof"), ev.DeviceLost(Device.DOCUMENT_CAMERA))
    back, effects = run(lost, ev.DeviceBack(Device.DOCUMENT_CAMERA))
    assert (back.state, back.trouble, effects) == (State.CAPTURE, None, [fx.OpenCamera("address_proof")])


def test_where_a_clerk_helps_the_clerk_says_who_it_is_and_the_resident_confirms() -> None:
    """The clerk's word stands for the code; not sure, the code decides; back is the case."""
    helped = at_case(clerk=True, assisted=True, hand=Hand.CLERK)
    attest, _ = run(helped, ev.SupplementAsked(SUPPLEMENT))
    assert (attest.state, attest.plan) == (State.ATTEST, SUPPLEMENT)
    assert run(attest, ev.BackPressed())[0].state is State.CASE
    sure, effects = run(attest, ev.Attested(holds=True))
    assert (sure.state, sure.assurance) == (State.MATERIALS, Assurance.CARD_CLERK)
    assert fx.BeginSupplement() in effects
    assert run(attest, ev.Attested(holds=False))[0].state is State.CODE
    review = replace(sure, state=State.REVIEW)
    confirm, _ = run(review, ev.Confirmed())
    assert (confirm.state, confirm.hand) == (State.CONFIRM, Hand.RESIDENT)
    assert run(confirm, ev.Confirmed())[0].state is State.SUBMIT


def test_a_result_that_is_printed_here_leads_to_the_certificate_and_back() -> None:
    """The same code, choice and print as for any certificate; back from its first page is the case."""
    code, _ = run(at_case(), ev.ResultAsked(CERTIFICATE))
    assert (code.state, code.came_for) == (State.CODE, COLLECT)
    assert run(code, ev.BackPressed())[0].state is State.CASE
    choose, effects = run(code, ev.CodeAccepted(7, Assurance.CARD_CODE))
    assert (choose.state, effects) == (State.CHOOSE, [fx.PrepareForm()])
    back, _ = run(choose, ev.BackPressed())
    assert (back.state, back.plan) == (State.CASE, COLLECT)
    assert run(choose, ev.PageAnswered(None))[0].state is State.PREPARE
