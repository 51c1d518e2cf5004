"""The session machine: every state against every event, and both journeys from end to end."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from kiosk.identity.acting import Capacity
from kiosk.identity.assurance import Assurance
from kiosk.session import effects as fx
from kiosk.session import events as ev
from kiosk.session.machine import step
from kiosk.session.states import (
    BEFORE_CARD,
    ENDING,
    IDLE,
    READING,
    Choice,
    Device,
    Hand,
    Helping,
    Holding,
    Journey,
    Plan,
    Promise,
    Session,
    State,
    Taken,
    Trouble,
)
from kiosk.session.timeouts import Timer, idle_s, state_s

APPLY = Plan("residence_permit_apply", Journey.APPLY, Assurance.CARD_CODE, Assurance.CARD, agents=True)
IN_PERSON = Plan("residence_permit_endorse", Journey.APPLY, Assurance.CARD_CODE)
CASES = Plan("", Journey.CASES, Assurance.CARD)
COLLECT = replace(CASES, collects=True)
SUPPLEMENT = Plan("residence_permit_apply", Journey.SUPPLEMENT, Assurance.CARD_CODE, Assurance.CARD)
CERTIFICATE = Plan("social_participation_cert", Journey.CERTIFICATE, Assurance.CARD_CODE)

EVENTS: tuple[ev.Event, ...] = (
    ev.Started(),
    ev.ItemChosen(APPLY),
    ev.ForAnotherAsked(),
    *(ev.ForWhomChosen(capacity) for capacity in Capacity),
    ev.PrincipalKnown(7),
    ev.RelationAnswered(),
    ev.MandateAsked(),
    ev.MandatePrinted(7),
    ev.MandateNotPrinted(7, "acting.mandate.no_paper"),
    ev.Confirmed(),
    ev.BackPressed(),
    ev.CancelPressed(),
    ev.LeaveAnswered(leave=True),
    ev.LeaveAnswered(leave=False),
    *(ev.TroubleAnswered(choice) for choice in Choice),
    ev.Touched(),
    ev.ElderAnswered(wanted=True),
    ev.HelpAsked(),
    ev.HelpClosed(),
    ev.CallBackAsked(),
    ev.NumberEntered(),
    ev.CallBackKept(7, "KF00010000102"),
    ev.CallBackNotKept(7),
    ev.CardRead(7),
    ev.CardRead(7, elder=True),
    ev.CardRead(7, again=True),
    ev.CardRefused(7, "identify.expired"),
    ev.CodeSent(7),
    ev.CodeNotSent(7, "code.person_unknown"),
    ev.CodeNotSent(7, "code.line", line=True),
    ev.CodeEntered(),
    ev.CodeAccepted(7, Assurance.CARD_CODE),
    ev.CodeRefused(7, "code.wrong"),
    ev.CodeRefused(7, "code.late", final=True),
    ev.PageAnswered(1),
    ev.PageAnswered(None),
    ev.PageAnswered(None, materials_complete=True),
    ev.FieldReopened(State.FORM, page=1),
    ev.FieldReopened(State.MATERIALS),
    ev.FieldReopened(State.SIGN),
    ev.FieldReopened(State.RELATION),
    ev.MaterialOpened("address_proof"),
    ev.MaterialCaptured(7),
    ev.Stored(7),
    ev.NotStored(7, "submit.store_full"),
    ev.ReceiptPrinted(7),
    ev.ReceiptNotPrinted(7, "receipt.no_paper"),
    ev.CityReceived(7),
    ev.Stored(7, "submit.earlier_kept"),
    ev.ItemChosen(CASES),
    ev.CasesFound(7),
    ev.CaseOpened("KF0001000001X"),
    ev.ReprintAsked(),
    ev.ItemChosen(COLLECT),
    ev.SupplementAsked(SUPPLEMENT),
    ev.ResultAsked(CERTIFICATE),
    ev.WithdrawAsked(),
    ev.Withdrawn(7),
    ev.NotWithdrawn(7, "cases.withdraw.failed"),
    ev.Rated(5),
    ev.Rated(0),
    ev.RatingKept(7),
    ev.RatingNotKept(7),
    ev.CertificateReady(7),
    ev.CertificateRefused(7, "certificate.refused"),
    ev.PagesPrinted(7),
    ev.PagesNotPrinted(7, "print.no_paper", waiting=True),
    ev.PagesNotPrinted(7, "print.failed"),
    ev.PrinterRefilled(7),
    *(ev.PaperTaken(evidence) for evidence in Taken),
    ev.HoldingChecked(7, None),
    *(ev.HoldingChecked(7, holding) for holding in Holding),
    *(ev.DeviceLost(device) for device in Device),
    *(ev.DeviceBack(device) for device in Device),
    ev.LineChanged(up=False),
    ev.LineChanged(up=True),
    ev.StaffCardShown(),
    ev.StaffCardRefused("session.staff_card.untrusted", "S0002"),
    ev.StaffCardRemoved(),
    ev.PinEntered(),
    ev.PinAccepted(7),
    ev.PinRefused(7, "staff.pin.wrong", "14"),
    ev.AssistingBegun(),
    ev.StaffPagesAsked(),
    *(ev.HandedOver(hand) for hand in Hand),
    ev.Attested(holds=True),
    ev.Attested(holds=False),
    ev.CardShownAgain(7),
    ev.TrainingBegun(),
    ev.TrainingEnded(),
    ev.PracticeBegun(),
    ev.StopRequested(),
    ev.FaultRaised("Q-202"),
    ev.FaultCleared(),
)


def in_state(state: State, plan: Plan | None = APPLY, **changes: object) -> Session:
    unknown = {*BEFORE_CARD, State.IDENTIFY, State.STAFF_PIN, State.STAFF, State.DESK}
    known = state not in IDLE and state not in unknown
    session = Session(
        state=state, number=7, plan=plan, personal=known, assurance=Assurance.CARD if known else Assurance.NONE
    )
    return replace(session, **changes)  # type: ignore[arg-type]


def variants(state: State) -> tuple[Session, ...]:
    plain = in_state(state)
    return (
        plain,
        in_state(state, CERTIFICATE),
        in_state(state, CASES),
        in_state(state, COLLECT),
        in_state(state, SUPPLEMENT, came_for=COLLECT),
        in_state(state, SUPPLEMENT, came_for=CASES, assurance=Assurance.CARD_CODE, busy=True),
        in_state(state, SUPPLEMENT, came_for=APPLY, again=True, editing=True),
        in_state(state, SUPPLEMENT, came_for=CASES, clerk=True, assisted=state is not State.DESK, hand=Hand.CLERK),
        in_state(state, SUPPLEMENT, came_for=CASES, lost=frozenset(Device), line_up=False),
        in_state(state, CERTIFICATE, came_for=COLLECT),
        in_state(state, again=True),
        in_state(state, clerk=True, assisted=state is not State.DESK, hand=Hand.CLERK),
        in_state(state, assisted=True, assented=True),
        in_state(state, training=state not in {State.ATTRACT, State.OUT_OF_SERVICE}),
        in_state(state, IN_PERSON),
        *(in_state(state, capacity=capacity) for capacity in Capacity),
        in_state(state, capacity=Capacity.ASKED, busy=True),
        in_state(state, capacity=Capacity.CHILD, editing=True),
        in_state(state, busy=True),
        in_state(state, leaving=True),
        in_state(state, warned=True),
        in_state(state, trouble=Trouble("session.test", tuple(Choice))),
        in_state(state, editing=True, page=2),
        in_state(state, stopping=True),
        in_state(state, line_up=False),
        in_state(state, lost=frozenset(Device)),
        *(in_state(state, helping=helping, personal=helping is not Helping.OPEN) for helping in Helping if helping),
    )


def run(session: Session, *events: ev.Event) -> tuple[Session, list[fx.Effect]]:
    effects: list[fx.Effect] = []
    for event in events:
        result = step(session, event)
        session = result.session
        effects += result.effects
    return session, effects


@pytest.mark.parametrize("state", State)
def test_every_state_answers_every_event(state: State) -> None:
    """It should always answer with a whole session, record each move once, and never leave a state untidily."""
    timers = [ev.TimedOut(7, state, timer) for timer in Timer]
    for session, event in itertools.product(variants(state), (*EVENTS, *timers)):
        result = step(session, event)
        after = result.session
        moves = [effect for effect in result.effects if isinstance(effect, fx.Record)]
        if after.state is not session.state:
            assert len(moves) == 1
            assert (moves[0].before, moves[0].after) == (session.state, after.state)
            assert not after.leaving
            assert not after.warned
        else:
            assert not moves
        if after.training is not session.training:
            assert result.effects[-1] == fx.Train(on=after.training)
        if after.state in {State.ATTRACT, State.OUT_OF_SERVICE}:
            assert not after.training
        if session.state is State.CAPTURE and after.state is not State.CAPTURE:
            assert fx.CloseCamera() in result.effects
        if session.state in READING and after.state is not session.state:
            assert fx.WatchCard(on=False) in result.effects
        if session.state is State.CONFIRM and after.state is not State.CONFIRM:
            assert fx.WatchAssent(on=False) in result.effects


@pytest.mark.parametrize("state", State)
def test_a_person_never_survives_the_end(state: State) -> None:
    """It should wipe on every way back to the attract screen, the guard or out of service."""
    timers = [ev.TimedOut(7, state, timer) for timer in Timer]
    for session, event in itertools.product(variants(state), (*EVENTS, *timers)):
        after, effects = run(session, event)
        if not session.personal or after.state is session.state:
            continue
        if after.state in {State.ATTRACT, State.DESK, State.GUARD, State.OUT_OF_SERVICE}:
            assert fx.WipePerson() in effects, (session, event)
        if after.state in {State.ATTRACT, State.DESK}:
            assert (after.personal, after.assisted, after.plan, after.came_for) == (False, False, None, None)
            assert after.number == session.number + 1


@pytest.mark.parametrize("state", [s for s in State if s not in IDLE])
def test_stop_from_everywhere(state: State) -> None:
    """It should end at once where nothing is under way for the person, and let a hand-in or a print finish."""
    after, effects = run(in_state(state), ev.StopRequested())
    if state in ENDING:
        assert after.state is state
        assert after.stopping
        assert fx.Quit() not in effects
    else:
        assert after.state is State.OUT_OF_SERVICE
        assert fx.Quit() in effects


@pytest.mark.parametrize("state", [s for s in State if idle_s(in_state(s)) is not None])
def test_idle_warns_then_ends(state: State) -> None:
    """It should warn first, let one touch extend, and end only when the count-down runs out."""
    warned, _ = run(in_state(state), ev.TimedOut(7, state, Timer.IDLE))
    assert warned.warned
    assert not run(warned, ev.Touched())[0].warned
    ended, _ = run(warned, ev.TimedOut(7, state, Timer.COUNTDOWN))
    assert ended.state in {State.ATTRACT, State.GUARD}


@pytest.mark.parametrize("state", State)
def test_late_timers_and_results_change_nothing(state: State) -> None:
    """It should ignore a timer of another state and results of another session."""
    session = in_state(state)
    other = State.FORM if state is not State.FORM else State.HOME
    for event in (
        ev.TimedOut(7, other, Timer.COUNTDOWN),
        ev.TimedOut(6, state, Timer.IDLE),
        ev.Stored(6),
        ev.CardRead(6),
    ):
        assert step(session, event).session == session


@pytest.mark.parametrize(
    ("state", "device"),
    [(State.IDENTIFY, Device.ID_CARD), (State.CAPTURE, Device.DOCUMENT_CAMERA), (State.PRINT, Device.PAGE_PRINTER)],
)
def test_lost_device_and_its_return(state: State, device: Device) -> None:
    """It should say which device is gone, and take the work up again by itself when it is back."""
    lost, _ = run(in_state(state), ev.DeviceLost(device))
    assert lost.state is state
    assert lost.trouble is not None
    assert lost.trouble.device is device
    back, effects = run(lost, ev.DeviceBack(device))
    assert back.trouble is None
    assert effects


def test_apply_from_touch_to_attract() -> None:
    """It should take a citizen through the whole application and forget them."""
    session, effects = run(
        Session(number=7),
        ev.Started(),
        ev.ItemChosen(APPLY),
        ev.Confirmed(),
        ev.Confirmed(),
        ev.CardRead(7),
        ev.CodeSent(7),
        ev.CodeEntered(),
        ev.CodeAccepted(7, Assurance.CARD_CODE),
        ev.PageAnswered(1),
        ev.PageAnswered(None),
        ev.MaterialOpened("address_proof"),
        ev.MaterialCaptured(7),
        ev.Confirmed(),
        ev.Confirmed(),
    )
    assert session.state is State.REVIEW
    session, more = run(session, ev.Confirmed(), ev.Stored(7))
    assert session.state is State.OUTCOME
    assert session.promise is Promise.KEPT
    assert more.index(fx.SubmitCase()) < more.index(fx.PrintReceipt())
    session, _ = run(session, ev.CityReceived(7), ev.Confirmed())
    assert session.state is State.OUTCOME  # the receipt is still printing
    assert session.promise is Promise.RECEIVED
    session, end = run(session, ev.ReceiptPrinted(7), ev.Confirmed(), ev.HoldingChecked(7, None))
    assert session.state is State.ATTRACT
    assert end.count(fx.WipePerson()) == 2
    assert fx.SendCode() in effects


def test_certificate_from_identify_to_guard() -> None:
    """It should print only after the preview was confirmed, and record how the paper was known to be taken."""
    session, effects = run(
        in_state(State.CODE, CERTIFICATE),
        ev.CodeAccepted(7, Assurance.CARD_CODE),
        ev.PageAnswered(None),
        ev.CertificateReady(7),
    )
    assert session.state is State.PREVIEW
    assert fx.PrintCertificate() not in effects
    session, effects = run(session, ev.Confirmed(), ev.PagesPrinted(7), ev.Confirmed())
    assert session.state is State.GUARD
    assert fx.RecordTaken(Taken.SAID) in effects


def test_offline_falls_back_only_where_the_item_allows() -> None:
    """It should take a card alone while the line is down for the permit, and refuse the certificate."""
    permit, _ = run(in_state(State.IDENTIFY, line_up=False), ev.CardRead(7))
    assert permit.state is State.FORM
    assert permit.assurance is Assurance.CARD
    assert permit.trouble is not None
    certificate, _ = run(in_state(State.IDENTIFY, CERTIFICATE, line_up=False), ev.CardRead(7))
    assert certificate.state is State.IDENTIFY
    assert certificate.trouble == Trouble("session.line_needed", (Choice.RETRY, Choice.LEAVE))


def test_a_refused_store_goes_back_to_the_review() -> None:
    """It should lose nothing and promise nothing when the outbox refuses."""
    session, effects = run(in_state(State.SUBMIT), ev.NotStored(7, "submit.store_full"))
    assert session.state is State.REVIEW
    assert session.promise is Promise.NONE
    assert fx.PrintReceipt() not in effects
    assert fx.WipePerson() not in effects


def test_receipt_out_of_paper_is_printed_again_from_the_start() -> None:
    """It should offer to print again, and let the person go on with the code on the screen."""
    session, _ = run(in_state(State.OUTCOME), ev.ReceiptNotPrinted(7, "receipt.no_paper"))
    again, effects = run(session, ev.TroubleAnswered(Choice.RETRY))
    assert effects == [fx.PrintReceipt()]
    assert again.receipt_printed is None
    skipped, _ = run(session, ev.TroubleAnswered(Choice.SKIP), ev.Confirmed())
    assert skipped.state is State.GUARD


def test_a_card_left_behind_is_called_for_and_then_reported() -> None:
    """It should remind at 0, 5 and 10 s, alarm the station at 60 s, and stay until the card is gone."""
    session, _ = run(in_state(State.GUARD), ev.HoldingChecked(7, Holding.CARD))
    waits = []
    effects: list[fx.Effect] = []
    for _ in range(3):
        waits.append(state_s(session))
        session, more = run(session, ev.TimedOut(7, State.GUARD, Timer.STATE))
        effects += more
    assert waits == [5.0, 5.0, 50.0]
    assert effects.count(fx.AlarmStation()) == 1
    assert session.state is State.GUARD
    assert run(session, ev.HoldingChecked(7, None))[0].state is State.ATTRACT


def test_a_correction_returns_to_the_review() -> None:
    """It should go back to the review after one correction, or first to the materials that it now asks for."""
    opened, _ = run(in_state(State.REVIEW), ev.FieldReopened(State.FORM, page=1))
    assert opened.editing
    assert run(opened, ev.PageAnswered(None, materials_complete=True))[0].state is State.REVIEW
    assert run(opened, ev.PageAnswered(None))[0].state is State.MATERIALS
    assert run(opened, ev.BackPressed())[0].state is State.REVIEW


def test_a_failed_print_is_never_sent_again_by_itself() -> None:
    """It should wait for the person's word after a failure, whatever the printer does meanwhile."""
    failed, _ = run(in_state(State.PRINT, CERTIFICATE, busy=True), ev.PagesNotPrinted(7, "print.failed"))
    _, effects = run(failed, ev.DeviceLost(Device.PAGE_PRINTER), ev.DeviceBack(Device.PAGE_PRINTER))
    assert fx.PrintCertificate() not in effects
    unsure, _ = run(in_state(State.PRINT, CERTIFICATE, busy=True), ev.PagesNotPrinted(7, "print.unsure", unsure=True))
    assert unsure.trouble == Trouble("print.unsure", (Choice.LEAVE,))


def test_my_cases_from_touch_to_attract() -> None:
    """It should ask for consent and card, list, open, print again, withdraw after a question, and forget the person."""
    session, effects = run(
        Session(number=7), ev.Started(), ev.ItemChosen(CASES), ev.Confirmed(), ev.CardRead(7), ev.CasesFound(7)
    )
    assert session.state is State.CASES
    assert not session.busy
    assert effects.count(fx.FindCases()) == 1
    assert fx.PrepareForm() not in effects
    session, effects = run(session, ev.CaseOpened("KF1"), ev.ReprintAsked())
    assert (session.state, session.case, session.busy) == (State.CASE, "KF1", True)
    assert fx.ReprintReceipt() in effects
    waiting, _ = run(session, ev.BackPressed(), ev.WithdrawAsked(), ev.ReprintAsked())
    assert waiting == session  # the paper is on its way
    session, effects = run(session, ev.ReceiptPrinted(7), ev.WithdrawAsked())
    assert session.state is State.WITHDRAW
    assert fx.WithdrawCase() not in effects
    session, effects = run(session, ev.Confirmed(), ev.Confirmed())
    assert effects.count(fx.WithdrawCase()) == 1
    session, effects = run(session, ev.Withdrawn(7))
    assert (session.state, session.case) == (State.CASES, "")
    assert fx.FindCases() in effects
    session, effects = run(session, ev.Confirmed(), ev.HoldingChecked(7, None))
    assert session.state is State.ATTRACT
    assert fx.WipePerson() in effects


def test_a_service_that_still_waits_is_asked_about_before_the_form() -> None:
    """It should ask, go on at *again*, and show the cases at *no*; and not ask of a certificate or of the cases."""
    permit = Plan("residence_permit_apply", Journey.APPLY, Assurance.CARD)
    asked, effects = run(in_state(State.IDENTIFY, permit), ev.CardRead(7, again=True))
    assert asked.state is State.AGAIN
    assert fx.PrepareForm() not in effects
    again, effects = run(asked, ev.Confirmed())
    assert again.state is State.FORM
    assert fx.PrepareForm() in effects
    seen, effects = run(asked, ev.BackPressed())
    assert seen.state is State.CASES
    assert run(seen, ev.BackPressed())[0].state is State.AGAIN
    assert run(in_state(State.IDENTIFY, CASES), ev.CardRead(7, again=True))[0].state is State.CASES


def test_the_question_comes_after_the_code_and_keeps_the_notice() -> None:
    """It should ask once the person is identified, and still say that the line's absence lowered the assurance."""
    code, _ = run(in_state(State.IDENTIFY), ev.CardRead(7, again=True))
    assert code.state is State.CODE
    assert run(code, ev.CodeAccepted(7, Assurance.CARD_CODE))[0].state is State.AGAIN
    offline, _ = run(in_state(State.IDENTIFY, line_up=False), ev.CardRead(7, again=True))
    assert offline.state is State.AGAIN
    assert offline.trouble is not None
    assert run(offline, ev.TroubleAnswered(Choice.SKIP), ev.Confirmed())[0].state is State.FORM


def test_a_withdrawal_that_was_not_kept_changes_nothing() -> None:
    """It should go back to the case and say so; a receipt that failed should be offered again."""
    session, _ = run(in_state(State.WITHDRAW, CASES, case="KF1", busy=True), ev.NotWithdrawn(7, "cases.withdraw.failed"))
    assert (session.state, session.case) == (State.CASE, "KF1")
    assert session.trouble == Trouble("cases.withdraw.failed", (Choice.SKIP, Choice.LEAVE))
    failed, _ = run(in_state(State.CASE, CASES, busy=True), ev.ReceiptNotPrinted(7, "receipt.no_paper"))
    again, effects = run(failed, ev.TroubleAnswered(Choice.RETRY))
    assert (effects, again.busy) == ([fx.ReprintReceipt()], True)
    assert run(failed, ev.TroubleAnswered(Choice.SKIP))[0].trouble is None


def test_what_the_person_must_know_of_it_stands_beside_the_receipt() -> None:
    """It should keep the notice while the receipt prints, and drop it with the screen."""
    session, _ = run(in_state(State.SUBMIT), ev.Stored(7, "submit.earlier_kept"), ev.ReceiptPrinted(7))
    assert session.notice == "submit.earlier_kept"
    assert run(session, ev.Confirmed())[0].notice == ""


# --- ending from trouble ----


@pytest.mark.parametrize("state", [State.CODE, State.FORM, State.CAPTURE, State.REVIEW, State.PRINT])
def test_the_end_from_trouble_is_asked_while_something_would_be_lost(state: State) -> None:
    """It should ask, go back to the trouble when it was not meant, and end when it was."""
    session = in_state(state, trouble=Trouble("session.line_needed"))
    asked, effects = run(session, ev.TroubleAnswered(Choice.LEAVE))
    assert (asked.state, asked.leaving, effects) == (state, True, [])
    assert run(asked, ev.LeaveAnswered(leave=False))[0] == session
    assert run(asked, ev.LeaveAnswered(leave=True))[0].state is State.GUARD


@pytest.mark.parametrize("state", [State.IDENTIFY, State.OUTCOME, State.TAKEN])
def test_the_end_from_trouble_is_not_asked_while_nothing_is(state: State) -> None:
    """It should end at once before a card was read, and after everything was kept or printed."""
    session = in_state(state, trouble=Trouble("session.line_needed"))
    assert run(session, ev.TroubleAnswered(Choice.LEAVE))[0].state is State.GUARD


# --- help ----


def test_help_stands_over_the_step_and_gives_it_back_as_it_was() -> None:
    """Help, a number, the wish kept: and the form is where it was, with its page."""
    session = in_state(State.FORM, page=2, editing=True)
    asked, _ = run(session, ev.HelpAsked(), ev.CallBackAsked())
    assert asked.helping is Helping.PHONE
    filed, effects = run(asked, ev.NumberEntered(), ev.CallBackKept(7, "KF00010000102"))
    assert effects == [fx.FileCallBack()]
    assert (filed.helping, filed.call_back) == (Helping.FILED, "KF00010000102")
    back, _ = run(filed, ev.HelpClosed())
    assert replace(back, call_back="") == session


def test_a_wish_that_was_not_kept_is_not_promised() -> None:
    """It says so, and the number can be entered again."""
    refused, _ = run(in_state(State.FORM, helping=Helping.FILING), ev.CallBackNotKept(7))
    assert refused.helping is Helping.REFUSED
    assert run(refused, ev.NumberEntered())[1] == [fx.FileCallBack()]
    assert run(refused, ev.HelpClosed(), ev.HelpClosed(), ev.HelpClosed())[0].helping is Helping.NONE


@pytest.mark.parametrize("state", [State.HOME, State.GUIDE])
def test_a_number_typed_before_any_card_is_forgotten_too(state: State) -> None:
    """Whoever typed a number and left, or met a fault or a technician, is wiped like anybody."""
    typed, _ = run(in_state(state), ev.HelpAsked(), ev.CallBackAsked())
    assert typed.personal
    for ends in (ev.CancelPressed(), ev.FaultRaised("Q-202"), ev.StopRequested(), ev.StaffCardShown()):
        after, effects = run(typed, ends)
        if after.state is state:
            continue
        assert fx.WipePerson() in effects, ends
        assert after.helping is Helping.NONE


@pytest.mark.parametrize("state", [State.SUBMIT, State.GUARD, State.STAFF_PIN, State.STAFF, State.OUT_OF_SERVICE])
def test_nobody_is_promised_a_call_where_it_may_not_be_kept(state: State) -> None:
    """Help itself is there; the call is not offered."""
    asked, effects = run(in_state(state), ev.HelpAsked(), ev.CallBackAsked())
    assert asked.helping is Helping.OPEN
    assert effects == []


@pytest.mark.parametrize("state", [State.OUTCOME, State.TAKEN])
def test_a_grade_is_one_touch_and_holds_nobody_up(state: State) -> None:
    """The first touch counts, a second changes nothing; with or without an answer of the store the person may go."""
    session = in_state(state, receipt_printed=True)
    rated, effects = run(session, ev.Rated(4), ev.Rated(1))
    assert effects == [fx.FileRating(4)]
    assert (rated.state, rated.rated, rated.rating_kept) == (state, 4, None)
    for before in (session, rated, run(rated, ev.RatingKept(7))[0], run(rated, ev.RatingNotKept(7))[0]):
        assert run(before, ev.Confirmed())[0].state is State.GUARD
    assert run(session, ev.Rated(6))[0].rated == 0


def test_nothing_is_graded_before_it_is_done() -> None:
    """A grade anywhere else means nothing."""
    for state in set(State) - {State.OUTCOME, State.TAKEN}:
        assert run(in_state(state), ev.Rated(5)) == (in_state(state), [])


def test_a_staff_card_alone_opens_nothing() -> None:
    """The PIN comes after the card; a wrong one is said and tried again, the right one opens, the pulled card closes."""
    asked, effects = run(in_state(State.HOME, None), ev.StaffCardShown())
    assert asked.state is State.STAFF_PIN
    checked, effects = run(asked, ev.PinEntered(), ev.PinEntered())
    assert effects == [fx.CheckPin()]
    refused, _ = run(checked, ev.PinRefused(7, "staff.pin.wrong", "14"))
    assert (refused.state, refused.trouble and refused.trouble.detail) == (State.STAFF_PIN, "14")
    again, _ = run(refused, ev.TroubleAnswered(Choice.SKIP), ev.PinEntered())
    assert again.busy
    opened, _ = run(again, ev.PinAccepted(7))
    assert opened.state is State.STAFF
    for inside in (asked, again, opened):
        closed, effects = run(inside, ev.StaffCardRemoved())
        assert closed.state is State.ATTRACT
        assert fx.WipePerson() in effects


@pytest.mark.parametrize("state", sorted(IDLE))
@pytest.mark.parametrize("end", [ev.StaffCardRemoved(), ev.TroubleAnswered(Choice.SKIP)])
def test_a_strange_card_is_answered_where_nobody_works(state: State, end: ev.Event) -> None:
    """Said over what stands there, and gone with the card or with a touch; nothing else moves."""
    session = in_state(state, None)
    told, effects = run(session, ev.StaffCardRefused("session.staff_card.untrusted", "S0002"))
    assert told.trouble == Trouble("session.staff_card.untrusted", (Choice.SKIP,), detail="S0002")
    assert (told.state, effects) == (state, [])
    assert run(told, end) == (session, [])


@pytest.mark.parametrize("state", sorted(set(State) - IDLE))
def test_a_strange_card_disturbs_no_work(state: State) -> None:
    """A neighbour's card in the slot is no business of the person who stands there."""
    assert run(in_state(state), ev.StaffCardRefused("session.staff_card.untrusted", "S0002")) == (in_state(state), [])


def test_staff_leave_an_ailing_terminal_as_it_was() -> None:
    """Whoever ends, goes silent or pulls the card during a fault leads back to it."""
    for state in (State.STAFF_PIN, State.STAFF):
        session = in_state(state, None, fault="Q-200")
        for event in (ev.StaffCardRemoved(), ev.BackPressed(), ev.CancelPressed()):
            assert run(session, event)[0].state is State.OUT_OF_SERVICE
    warned = in_state(State.STAFF_PIN, None, fault="Q-200", warned=True)
    silent, _ = run(warned, ev.TimedOut(7, State.STAFF_PIN, Timer.COUNTDOWN))
    assert silent.state is State.OUT_OF_SERVICE


# --- for whom ----


def test_who_acts_for_themselves_meets_no_further_step() -> None:
    """The guide's main button leads to the consent as ever, and back from there to the guide."""
    session, _ = run(in_state(State.GUIDE), ev.Confirmed())
    assert (session.state, session.capacity) == (State.CONSENT, Capacity.SELF)
    assert run(session, ev.BackPressed())[0].state is State.GUIDE
    identified, _ = run(in_state(State.IDENTIFY, IN_PERSON), ev.CardRead(7), ev.CodeAccepted(7, Assurance.CARD_CODE))
    assert identified.state is State.FORM


def test_an_item_for_the_person_alone_lets_nobody_act() -> None:
    """It should not even open the question."""
    for plan in (IN_PERSON, CERTIFICATE, CASES):
        session = in_state(State.GUIDE, plan)
        assert run(session, ev.ForAnotherAsked()) == (session, [])


@pytest.mark.parametrize("capacity", [Capacity.CHILD, Capacity.ASKED])
def test_acting_from_the_guide_to_the_form(capacity: Capacity) -> None:
    """Consent, own card, own code; then the other's card, how they belong together, and the form is prepared for them."""
    session, effects = run(
        in_state(State.GUIDE),
        ev.ForAnotherAsked(),
        ev.ForWhomChosen(capacity),
        ev.Confirmed(),
        ev.CardRead(7, again=True),
        ev.CodeSent(7),
        ev.CodeEntered(),
        ev.CodeAccepted(7, Assurance.CARD_CODE),
    )
    assert (session.state, session.capacity) == (State.PRINCIPAL, capacity)
    assert effects[-1] == fx.WatchCard(on=True)
    assert fx.PrepareForm() not in effects
    session, effects = run(session, ev.PrincipalKnown(7))
    assert session.state is State.RELATION
    assert fx.WatchCard(on=False) in effects
    form, effects = run(session, ev.RelationAnswered())
    assert form.state is State.FORM
    assert fx.PrepareForm() in effects
    back, _ = run(form, ev.BackPressed(), ev.BackPressed())
    assert (back.state, back.capacity) == (State.PRINCIPAL, capacity)
    assert run(back, ev.BackPressed())[0].leaving


def test_laying_the_card_is_the_consent_to_ones_own_certificate() -> None:
    """From its guide to the reader, where the card is laid anew, and back; where a clerk helps the boxes stay."""
    asked, effects = run(in_state(State.GUIDE, CERTIFICATE), ev.Confirmed())
    assert (asked.state, effects[-1]) == (State.IDENTIFY, fx.WatchCard(on=True, anew=True))
    assert run(asked, ev.BackPressed())[0].state is State.GUIDE
    helped, _ = run(in_state(State.GUIDE, CERTIFICATE, assisted=True, clerk=True), ev.Confirmed())
    assert helped.state is State.CONSENT
    identify, effects = run(helped, ev.Confirmed())
    assert effects[-2:] == [fx.RecordConsent(Hand.RESIDENT), fx.WatchCard(on=True)]
    assert run(identify, ev.BackPressed())[0].state is State.CONSENT


def test_whoever_changes_their_mind_is_for_themselves_again() -> None:
    """Back over the question to the guide: from there the main button is one's own."""
    asked, _ = run(in_state(State.GUIDE), ev.ForAnotherAsked(), ev.ForWhomChosen(Capacity.ASKED), ev.BackPressed())
    assert asked.state is State.FOR_WHOM
    mine, _ = run(asked, ev.BackPressed(), ev.Confirmed())
    assert (mine.state, mine.capacity) == (State.CONSENT, Capacity.SELF)


def test_a_lost_reader_stops_nobody_who_can_give_a_number() -> None:
    """The other person can be named without a card: no trouble is laid over it, and the number goes on."""
    session, effects = run(in_state(State.PRINCIPAL, capacity=Capacity.ASKED), ev.DeviceLost(Device.ID_CARD))
    assert (session.trouble, effects) == (None, [])
    assert run(session, ev.PrincipalKnown(7))[0].state is State.RELATION
    refused, _ = run(session, ev.CardRefused(7, "acting.guardian_needed"))
    again, effects = run(refused, ev.TroubleAnswered(Choice.RETRY))
    assert (again.trouble, effects) == (None, [fx.WatchCard(on=True)])


def test_a_mandate_prints_once_at_a_time_and_its_failure_stops_nobody() -> None:
    """It should not go on or back while the paper moves, offer to print again, and let who has one signed go on."""
    session = in_state(State.RELATION, capacity=Capacity.ASKED)
    printing, effects = run(session, ev.MandateAsked(), ev.MandateAsked(), ev.BackPressed(), ev.RelationAnswered())
    assert effects == [fx.PrintMandate()]
    assert (printing.state, printing.busy) == (State.RELATION, True)
    failed, _ = run(printing, ev.MandateNotPrinted(7, "acting.mandate.no_paper"))
    assert failed.trouble == Trouble("acting.mandate.no_paper", (Choice.RETRY, Choice.SKIP))
    assert run(failed, ev.TroubleAnswered(Choice.RETRY))[1] == [fx.PrintMandate()]
    assert run(failed, ev.TroubleAnswered(Choice.SKIP), ev.RelationAnswered())[0].state is State.FORM
    assert run(printing, ev.MandatePrinted(7), ev.RelationAnswered())[0].state is State.FORM


def test_the_relation_can_be_corrected_from_the_review() -> None:
    """It should lead there and straight back, with nothing prepared anew."""
    review = in_state(State.REVIEW, capacity=Capacity.ASKED)
    opened, _ = run(review, ev.FieldReopened(State.RELATION))
    assert (opened.state, opened.editing) == (State.RELATION, True)
    done, effects = run(opened, ev.RelationAnswered())
    assert (done.state, done.editing) == (State.REVIEW, False)
    assert fx.PrepareForm() not in effects
    assert run(opened, ev.BackPressed())[0].state is State.REVIEW
    own = in_state(State.REVIEW)
    assert run(own, ev.FieldReopened(State.RELATION)) == (own, [])
