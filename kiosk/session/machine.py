"""The citizen's session as a pure function: `(session, event) -> (session, effects)`.

Knows: which screen follows which, what a stop, a lost device, a pressed *back* and a silent minute mean everywhere.
Does not know: Qt, threads, clocks, devices, personal data. An event that does not fit the state changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from kiosk.identity.assurance import Assurance
from kiosk.session import effects as fx
from kiosk.session import events as ev
from kiosk.session.states import (
    ENDING,
    IDLE,
    NEEDS,
    Choice,
    Device,
    Holding,
    Journey,
    Promise,
    Session,
    State,
    Taken,
    Trouble,
)
from kiosk.session.timeouts import Timer


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from one event."""

    session: Session
    effects: tuple[fx.Effect, ...] = ()


def step(session: Session, event: ev.Event) -> Step:
    """Return the session after `event` and the effects to run, in order."""
    if _is_stale(session, event):
        return Step(session)
    answer = _anywhere(session, event) or _in_state(session, event)
    if answer is None:
        return Step(session)
    if answer.session.state is not session.state:
        record = fx.Record(session.state, answer.session.state, type(event).__name__)
        return Step(answer.session, (record, *answer.effects))
    return answer


def _is_stale(session: Session, event: ev.Event) -> bool:
    number = getattr(event, "session", None)
    return number is not None and number != session.number


# --- what is true in every state ----


def _anywhere(session: Session, event: ev.Event) -> Step | None:
    match event:
        case ev.LineChanged(up=up):
            return Step(replace(session, line_up=up))
        case ev.DeviceLost(device=device):
            return _device_lost(session, device)
        case ev.DeviceBack(device=device):
            return _device_back(session, device)
        case ev.StopRequested():
            return _stop(session)
        case ev.FaultRaised(code=code):
            return _fault(session, code)
        case ev.FaultCleared() if session.state is not State.OUT_OF_SERVICE:
            return Step(replace(session, fault=""))
        case ev.Touched():
            return Step(replace(session, warned=False)) if session.warned else None
        case ev.TimedOut(state=state) if state is not session.state:
            return Step(session)
        case ev.TimedOut(timer=Timer.IDLE | Timer.ABSOLUTE):
            return Step(replace(session, warned=True))
        case ev.TimedOut(timer=Timer.COUNTDOWN):
            return _abandon(session) if session.warned else Step(session)
        case ev.ElderAnswered(wanted=wanted):
            return Step(replace(session, elder=wanted, elder_offered=False))
        case ev.CityReceived() if session.promise is Promise.KEPT:
            return Step(replace(session, promise=Promise.RECEIVED))
        case ev.CancelPressed():
            return _cancel(session)
        case ev.LeaveAnswered(leave=leave) if session.leaving:
            return _abandon(session) if leave else Step(replace(session, leaving=False))
        case ev.StaffCardShown() if session.state in IDLE:
            return _go(session, State.STAFF)
        case ev.TroubleAnswered(choice=Choice.LEAVE) if session.trouble is not None:
            return _abandon(session)
        case _:
            return None


def _device_lost(session: Session, device: Device) -> Step:
    session = replace(session, lost=session.lost | {device})
    printing = session.state is State.PRINT and session.busy  # the job itself says how it ends; never print twice
    if device in NEEDS.get(session.state, ()) and not printing:
        trouble = Trouble(f"session.lost.{device}", (Choice.LEAVE,), device=device)
        return Step(replace(session, trouble=trouble, busy=False))
    return Step(session)


def _device_back(session: Session, device: Device) -> Step:
    session = replace(session, lost=session.lost - {device})
    trouble = session.trouble
    if trouble is None or trouble.device is not device:
        return Step(session)
    return _enter(replace(session, trouble=None))


def _stop(session: Session) -> Step:
    if session.state in ENDING:
        return Step(replace(session, stopping=True))
    stopped = replace(session, stopping=True)
    wipe: tuple[fx.Effect, ...] = () if session.state in IDLE else (fx.WipePerson(),)
    return _go(stopped, State.OUT_OF_SERVICE, *wipe, fx.Quit())


def _fault(session: Session, code: str) -> Step:
    if session.state in ENDING or session.state is State.STAFF:
        return Step(replace(session, fault=code))
    wipe: tuple[fx.Effect, ...] = () if session.state in IDLE else (fx.WipePerson(),)
    return _go(session, State.OUT_OF_SERVICE, *wipe, fault=code)


def _cancel(session: Session) -> Step | None:
    match session.state:
        case State.SUBMIT | State.ATTRACT | State.OUT_OF_SERVICE | State.GUARD:
            return None
        case State.HOME | State.GUIDE | State.CONSENT | State.STAFF:
            return _go(session, State.ATTRACT, fx.WipePerson())
        case State.OUTCOME | State.TAKEN:
            return _abandon(session)
        case _:
            return Step(replace(session, leaving=True))


def _abandon(session: Session) -> Step:
    """End the session from wherever it is; what was committed stays committed."""
    match session.state:
        case State.ATTRACT | State.OUT_OF_SERVICE | State.SUBMIT | State.GUARD:
            return Step(replace(session, leaving=False, warned=False))
        case State.HOME | State.GUIDE | State.CONSENT | State.STAFF:
            return _go(session, State.ATTRACT, fx.WipePerson())
        case State.PRINT | State.PREPARE:
            return _go(session, State.GUARD, fx.CancelPrint())
        case State.TAKEN:
            return _go(session, State.GUARD, fx.RecordTaken(Taken.UNKNOWN), fx.AlarmStation())
        case _:
            return _go(session, State.GUARD)


# --- moving ----


def _go(session: Session, state: State, *effects: fx.Effect, **changes: Any) -> Step:
    """Leave the present state tidily, then enter `state`."""
    leaving: tuple[fx.Effect, ...] = ()
    if session.state is State.CAPTURE:
        leaving = (fx.CloseCamera(),)
    elif session.state is State.IDENTIFY and state is not State.IDENTIFY:
        leaving = (fx.WatchCard(on=False),)
    cleared = {"trouble": None, "leaving": False, "warned": False, "busy": False}
    entered = _enter(replace(session, state=state, **{**cleared, **changes}))
    return Step(entered.session, leaving + effects + entered.effects)


def _enter(session: Session) -> Step:
    """Begin (or begin again) the work of the state the session stands in."""
    missing = NEEDS.get(session.state, frozenset()) & session.lost
    if missing:
        device = min(missing)
        return Step(replace(session, trouble=Trouble(f"session.lost.{device}", (Choice.LEAVE,), device=device)))
    busy = replace(session, busy=True)
    match session.state:
        case State.ATTRACT:
            return Step(Session(number=session.number + 1, lost=session.lost, line_up=session.line_up))
        case State.IDENTIFY:
            return Step(session, (fx.WatchCard(on=True),))
        case State.CODE:
            return Step(busy, (fx.SendCode(),))
        case State.CAPTURE:
            return Step(session, (fx.OpenCamera(session.material),))
        case State.SUBMIT:
            return Step(busy, (fx.SubmitCase(),))
        case State.OUTCOME:
            return Step(replace(session, receipt_printed=None), (fx.PrintReceipt(),))
        case State.PREPARE:
            return Step(busy, (fx.RequestCertificate(),))
        case State.PRINT:
            return Step(busy, (fx.PrintCertificate(),))
        case State.GUARD:
            return Step(replace(session, guard_stage=0, holding=None), (fx.WipePerson(), fx.CheckHolding()))
        case _:
            return Step(session)


def _trouble(session: Session, message_id: str, *choices: Choice, detail: str = "") -> Step:
    shown = choices or (Choice.RETRY, Choice.LEAVE)
    return Step(replace(session, busy=False, trouble=Trouble(message_id, shown, detail=detail)))


# --- what each state makes of its events ----


def _in_state(session: Session, event: ev.Event) -> Step | None:
    match session.state:
        case State.ATTRACT | State.HOME | State.GUIDE | State.CONSENT:
            return _choosing(session, event)
        case State.IDENTIFY | State.CODE:
            return _identifying(session, event)
        case State.FORM | State.MATERIALS | State.CAPTURE | State.SIGN | State.REVIEW:
            return _applying(session, event)
        case State.SUBMIT | State.OUTCOME:
            return _handing_in(session, event)
        case State.CHOOSE | State.PREPARE | State.PREVIEW | State.PRINT | State.TAKEN:
            return _certifying(session, event)
        case State.GUARD:
            return _guarding(session, event)
        case State.STAFF | State.OUT_OF_SERVICE:
            return _out_of_hours(session, event)


def _choosing(session: Session, event: ev.Event) -> Step | None:
    match session.state, event:
        case State.ATTRACT, ev.Started():
            return _go(session, State.HOME)
        case State.HOME, ev.ItemChosen(plan=plan):
            return _go(session, State.GUIDE, plan=plan)
        case State.GUIDE, ev.Confirmed():
            return _go(session, State.CONSENT)
        case State.CONSENT, ev.Confirmed():
            return _go(session, State.IDENTIFY)
        case State.HOME, ev.BackPressed():
            return _go(session, State.ATTRACT, fx.WipePerson())
        case State.GUIDE, ev.BackPressed():
            return _go(session, State.HOME, plan=None)
        case State.CONSENT, ev.BackPressed():
            return _go(session, State.GUIDE)
        case _:
            return None


def _identifying(session: Session, event: ev.Event) -> Step | None:
    match session.state, event:
        case State.IDENTIFY, ev.CardRead(elder=elder):
            known = replace(session, assurance=Assurance.CARD, personal=True, elder_offered=elder and not session.elder)
            return _after_card(known)
        case State.IDENTIFY, ev.CardRefused(message_id=message_id):
            return _trouble(session, message_id)
        case State.IDENTIFY, ev.TroubleAnswered(choice=Choice.RETRY):
            return _enter(replace(session, trouble=None))
        case State.IDENTIFY, ev.BackPressed():
            return _go(session, State.CONSENT)
        case State.CODE, ev.CodeSent():
            return Step(replace(session, busy=False))
        case State.CODE, ev.CodeNotSent(line=True):
            return _after_card(replace(session, line_up=False))
        case State.CODE, ev.CodeNotSent(message_id=message_id, detail=detail):
            return _trouble(session, message_id, detail=detail)
        case State.CODE, ev.CodeEntered() if not session.busy:
            return Step(replace(session, busy=True, trouble=None), (fx.CheckCode(),))
        case State.CODE, ev.CodeAccepted(assurance=assurance):
            return _identified(replace(session, assurance=assurance))
        case State.CODE, ev.CodeRefused(message_id=message_id, final=final, detail=detail):
            choices = (Choice.RETRY, Choice.LEAVE) if final else (Choice.SKIP, Choice.LEAVE)
            return _trouble(session, message_id, *choices, detail=detail)
        case State.CODE, ev.TroubleAnswered(choice=Choice.RETRY):
            return _enter(replace(session, trouble=None))
        case State.CODE, ev.TroubleAnswered(choice=Choice.SKIP):
            return Step(replace(session, trouble=None))
        case State.CODE, ev.BackPressed():
            return Step(replace(session, leaving=True))
        case _:
            return None


def _after_card(session: Session) -> Step:
    """The card is read: go on, ask for the code, or say that the line is needed."""
    plan = session.plan
    if plan is None or session.assurance.reaches(plan.assurance):
        return _identified(session)
    if session.line_up:
        return _go(session, State.CODE)
    if plan.offline_assurance is not None and session.assurance.reaches(plan.offline_assurance):
        return _identified(session, Trouble("session.offline_assurance", (Choice.SKIP, Choice.LEAVE)))
    return _trouble(session, "session.line_needed", Choice.RETRY, Choice.LEAVE)


def _identified(session: Session, notice: Trouble | None = None) -> Step:
    certificate = session.plan is not None and session.plan.journey is Journey.CERTIFICATE
    state = State.CHOOSE if certificate else State.FORM
    return _go(session, state, fx.PrepareForm(), page=0, trouble=notice)


def _applying(session: Session, event: ev.Event) -> Step | None:
    match session.state, event:
        case _, ev.TroubleAnswered(choice=Choice.SKIP | Choice.RETRY) if session.trouble is not None:
            return _enter(replace(session, trouble=None))
        case State.FORM, ev.PageAnswered(next_page=None, materials_complete=complete):
            return _forward(session, State.REVIEW if session.editing and complete else State.MATERIALS)
        case State.FORM, ev.PageAnswered(next_page=int(page)):
            return Step(replace(session, page=page))
        case State.FORM, ev.BackPressed():
            return _back_from_form(session)
        case State.MATERIALS, ev.MaterialOpened(material=material):
            return _go(session, State.CAPTURE, material=material)
        case State.MATERIALS, ev.Confirmed():
            return _forward(session, State.REVIEW if session.editing else State.SIGN)
        case State.MATERIALS, ev.BackPressed():
            return _go(session, State.REVIEW if session.editing else State.FORM, editing=False)
        case State.CAPTURE, ev.MaterialCaptured() | ev.Confirmed() | ev.BackPressed():
            return _go(session, State.MATERIALS, material="")
        case State.SIGN, ev.Confirmed():
            return _forward(session, State.REVIEW)
        case State.SIGN, ev.BackPressed():
            return _go(session, State.REVIEW if session.editing else State.MATERIALS, editing=False)
        case State.REVIEW, ev.FieldReopened(state=State.FORM | State.MATERIALS | State.SIGN as state, page=page):
            return _go(session, state, page=page, editing=True)
        case State.REVIEW, ev.Confirmed():
            return _go(session, State.SUBMIT)
        case State.REVIEW, ev.BackPressed():
            return _go(session, State.SIGN)
        case _:
            return None


def _forward(session: Session, state: State) -> Step:
    return _go(session, state, editing=session.editing and state is not State.REVIEW)


def _back_from_form(session: Session) -> Step:
    if session.editing:
        return _go(session, State.REVIEW, editing=False)
    if session.page > 0:
        return Step(replace(session, page=session.page - 1))
    return Step(replace(session, leaving=True))


def _handing_in(session: Session, event: ev.Event) -> Step | None:
    match session.state, event:
        case State.SUBMIT, ev.Stored():
            return _go(session, State.OUTCOME, promise=Promise.KEPT)
        case State.SUBMIT, ev.NotStored(message_id=message_id):
            return _trouble(_go(session, State.REVIEW).session, message_id)
        case State.SUBMIT, ev.TimedOut(timer=Timer.STATE):
            return _trouble(_go(session, State.REVIEW).session, "session.store_slow")
        case State.OUTCOME, ev.ReceiptPrinted():
            return Step(replace(session, receipt_printed=True, trouble=None))
        case State.OUTCOME, ev.ReceiptNotPrinted(message_id=message_id):
            failed = replace(session, receipt_printed=False)
            return _trouble(failed, message_id, Choice.RETRY, Choice.SKIP)
        case State.OUTCOME, ev.TroubleAnswered(choice=Choice.RETRY):
            return _enter(replace(session, trouble=None))
        case State.OUTCOME, ev.TroubleAnswered(choice=Choice.SKIP):
            return Step(replace(session, trouble=None))
        case State.OUTCOME, ev.Confirmed() if session.receipt_printed is not None:
            return _go(session, State.GUARD)
        case _:
            return None


def _certifying(session: Session, event: ev.Event) -> Step | None:
    match session.state, event:
        case State.CHOOSE, ev.PageAnswered(next_page=None):
            return _go(session, State.PREPARE)
        case State.CHOOSE, ev.PageAnswered(next_page=int(page)):
            return Step(replace(session, page=page))
        case State.CHOOSE, ev.BackPressed():
            return _back_from_form(session)
        case State.CHOOSE, ev.TroubleAnswered() if session.trouble is not None:
            return Step(replace(session, trouble=None))
        case State.PREPARE, ev.CertificateReady():
            return _go(session, State.PREVIEW)
        case State.PREPARE, ev.CertificateRefused(message_id=message_id):
            return _trouble(_go(session, State.CHOOSE).session, message_id)
        case State.PREPARE, ev.TimedOut(timer=Timer.STATE):
            return _trouble(_go(session, State.CHOOSE).session, "session.city_silent")
        case State.PREVIEW, ev.Confirmed():
            return _go(session, State.PRINT)
        case State.PREVIEW, ev.BackPressed():
            return _go(session, State.CHOOSE)
        case State.PRINT, ev.PagesPrinted():
            return _go(session, State.TAKEN, certificate_printed=True)
        case State.PRINT, ev.PagesNotPrinted(message_id=message_id, waiting=True):
            return Step(replace(session, trouble=Trouble(message_id, (Choice.LEAVE,)), busy=True))
        case State.PRINT, ev.PagesNotPrinted(message_id=message_id):
            return _trouble(session, message_id)
        case State.PRINT, ev.PrinterRefilled():
            return Step(replace(session, trouble=None, busy=True))
        case State.PRINT, ev.TroubleAnswered(choice=Choice.RETRY) if session.trouble is not None:
            return _enter(replace(session, trouble=None))
        case State.PRINT, ev.BackPressed():
            return Step(replace(session, leaving=True))
        case State.TAKEN, ev.PaperTaken(evidence=evidence):
            return _go(session, State.GUARD, fx.RecordTaken(evidence))
        case State.TAKEN, ev.Confirmed():
            return _go(session, State.GUARD, fx.RecordTaken(Taken.SAID))
        case _:
            return None


def _guarding(session: Session, event: ev.Event) -> Step | None:
    match event:
        case ev.HoldingChecked(holding=None):
            return _over(session)
        case ev.HoldingChecked(holding=holding):
            return Step(replace(session, holding=holding))
        case ev.Confirmed() if session.holding is Holding.CARD_UNKNOWN:
            return _over(session)
        case ev.Confirmed():
            return Step(session, (fx.CheckHolding(),))
        case ev.TimedOut(timer=Timer.STATE) if session.guard_stage < 2:
            return Step(replace(session, guard_stage=session.guard_stage + 1), (fx.CheckHolding(),))
        case ev.TimedOut(timer=Timer.STATE) if session.holding is Holding.CARD_UNKNOWN:
            return _over(session)
        case ev.TimedOut(timer=Timer.STATE) if session.guard_stage == 2:
            return Step(replace(session, guard_stage=3), (fx.AlarmStation(), fx.CheckHolding()))
        case _:
            return None


def _over(session: Session) -> Step:
    """Nothing is held any more: the next person may come, unless the terminal is to stop."""
    if session.fault:
        return _go(session, State.OUT_OF_SERVICE, fx.WipePerson())
    if session.stopping:
        return _go(session, State.OUT_OF_SERVICE, fx.WipePerson(), fx.Quit())
    return _go(session, State.ATTRACT, fx.WipePerson())


def _out_of_hours(session: Session, event: ev.Event) -> Step | None:
    match session.state, event:
        case State.STAFF, ev.StaffCardRemoved() | ev.BackPressed() | ev.Confirmed():
            return _go(session, State.OUT_OF_SERVICE if session.fault else State.ATTRACT)
        case State.STAFF, ev.TimedOut(timer=Timer.STATE):
            return _go(session, State.OUT_OF_SERVICE if session.fault else State.ATTRACT)
        case State.OUT_OF_SERVICE, ev.FaultCleared() if not session.stopping:
            return _go(session, State.ATTRACT, fx.WipePerson(), fault="")
        case _:
            return None
