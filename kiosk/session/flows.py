"""What each state makes of its own events: the journeys, step by step.

Knows: which screen follows which. Does not know: what is true in every state (`machine`), or how a move is made (`moves`).
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.identity.acting import Capacity
from kiosk.identity.assurance import Assurance
from kiosk.session import effects as fx
from kiosk.session import events as ev
from kiosk.session.acting import acting
from kiosk.session.moves import Step, enter, from_staff, go, over, with_trouble
from kiosk.session.states import Choice, Holding, Journey, Plan, Promise, Session, State, Taken, Trouble
from kiosk.session.timeouts import Timer

BEST = 5
"""The best of the five grades of service (好差评)."""


def in_state(session: Session, event: ev.Event) -> Step | None:
    """Return what the present state makes of `event`, or None when it means nothing here."""
    match session.state:
        case State.ATTRACT | State.HOME | State.GUIDE | State.FOR_WHOM | State.CONSENT:
            return _choosing(session, event)
        case State.IDENTIFY | State.CODE:
            return _identifying(session, event)
        case State.PRINCIPAL | State.RELATION:
            return acting(session, event)
        case State.FORM | State.MATERIALS | State.CAPTURE | State.SIGN | State.REVIEW:
            return _applying(session, event)
        case State.SUBMIT | State.OUTCOME:
            return _rating(session, event) or _handing_in(session, event)
        case State.AGAIN | State.CASES | State.CASE | State.WITHDRAW:
            return _looking_after(session, event)
        case State.CHOOSE | State.PREPARE | State.PREVIEW | State.PRINT | State.TAKEN:
            return _rating(session, event) or _certifying(session, event)
        case State.GUARD:
            return _guarding(session, event)
        case State.STAFF_PIN | State.STAFF | State.OUT_OF_SERVICE:
            return _out_of_hours(session, event)
        case State.DESK | State.ATTEST | State.CONFIRM:
            return None  # `assisting`


def _choosing(session: Session, event: ev.Event) -> Step | None:
    match session.state, event:
        case State.ATTRACT, ev.Started():
            return go(session, State.HOME)
        case State.HOME, ev.ItemChosen(plan=plan):
            return go(session, State.CONSENT if plan.journey is Journey.CASES else State.GUIDE, plan=plan)
        case State.GUIDE, ev.Confirmed() if session.agrees_by_card:
            return go(session, State.IDENTIFY, capacity=Capacity.SELF)
        case State.GUIDE, ev.Confirmed():
            return go(session, State.CONSENT, capacity=Capacity.SELF)
        case State.GUIDE, ev.ForAnotherAsked() if session.plan is not None and session.plan.agents:
            return go(session, State.FOR_WHOM)
        case State.FOR_WHOM, ev.ForWhomChosen(capacity=capacity):
            return go(session, State.CONSENT, capacity=capacity)
        case State.FOR_WHOM, ev.BackPressed():
            return go(session, State.GUIDE, capacity=Capacity.SELF)
        case State.CONSENT, ev.Confirmed():
            return go(session, State.IDENTIFY)
        case State.HOME, ev.BackPressed():
            return go(session, State.ATTRACT, fx.WipePerson())
        case State.GUIDE, ev.BackPressed():
            return go(session, State.HOME, plan=None)
        case State.CONSENT, ev.BackPressed() if session.plan is not None and session.plan.journey is Journey.CASES:
            return go(session, State.HOME, plan=None)
        case State.CONSENT, ev.BackPressed():
            return go(session, State.GUIDE if session.capacity is Capacity.SELF else State.FOR_WHOM)
        case _:
            return None


def _identifying(session: Session, event: ev.Event) -> Step | None:
    match session.state, event:
        case State.IDENTIFY, ev.CardRead(elder=elder, again=again):
            offered = elder and not session.elder
            return after_card(
                replace(session, assurance=Assurance.CARD, personal=True, elder_offered=offered, again=again)
            )
        case State.IDENTIFY, ev.CardRefused(message_id=message_id):
            return with_trouble(session, message_id)
        case State.IDENTIFY, ev.TroubleAnswered(choice=Choice.RETRY):
            return enter(replace(session, trouble=None))
        case State.IDENTIFY, ev.BackPressed() if session.agrees_by_card:
            return go(session, State.GUIDE)
        case State.IDENTIFY, ev.BackPressed():
            return go(session, State.CONSENT)
        case State.CODE, ev.CodeSent():
            return Step(replace(session, busy=False))
        case State.CODE, ev.CodeNotSent(line=True):
            return after_card(replace(session, line_up=False))
        case State.CODE, ev.CodeNotSent(message_id=message_id, detail=detail):
            return with_trouble(session, message_id, detail=detail)
        case State.CODE, ev.CodeEntered() if not session.busy:
            return Step(replace(session, busy=True, trouble=None), (fx.CheckCode(),))
        case State.CODE, ev.CodeAccepted(assurance=assurance):
            return identified(replace(session, assurance=assurance))
        case State.CODE, ev.CodeRefused(message_id=message_id, final=final, detail=detail):
            choices = (Choice.RETRY, Choice.LEAVE) if final else (Choice.SKIP, Choice.LEAVE)
            return with_trouble(session, message_id, *choices, detail=detail)
        case State.CODE, ev.TroubleAnswered(choice=Choice.RETRY):
            return enter(replace(session, trouble=None))
        case State.CODE, ev.TroubleAnswered(choice=Choice.SKIP):
            return Step(replace(session, trouble=None))
        case State.CODE, ev.BackPressed() if session.came_for is not None:
            return to_case(session)
        case State.CODE, ev.BackPressed():
            return Step(replace(session, leaving=True))
        case _:
            return None


def after_card(session: Session) -> Step:
    """The card is read: go on, ask for the code, or say that the line is needed."""
    plan = session.plan
    if plan is None or session.assurance.reaches(plan.assurance):
        return identified(session)
    if session.line_up:
        return go(session, State.CODE)
    if plan.offline_assurance is not None and session.assurance.reaches(plan.offline_assurance):
        return identified(session, Trouble("session.offline_assurance", (Choice.SKIP, Choice.LEAVE)))
    return with_trouble(session, "session.line_needed", Choice.RETRY, Choice.LEAVE)


def identified(session: Session, notice: Trouble | None = None, effect: fx.Effect | None = None) -> Step:
    """Who it is, is known well enough: the journey's own first step; `effect` is run before its own."""
    first = () if effect is None else (effect,)
    match session.plan:
        case Plan(journey=Journey.CASES):
            return go(session, State.CASES, *first)
        case Plan(journey=Journey.SUPPLEMENT):
            return go(session, State.MATERIALS, *first, fx.BeginSupplement(), trouble=notice)
        case Plan(journey=Journey.CERTIFICATE) if notice is None:  # what is prefilled may be all that there is to choose
            return go(session, State.PREPARE, *first, fx.PrepareForm(), page=0)
        case Plan(journey=Journey.CERTIFICATE):
            return go(session, State.CHOOSE, *first, fx.PrepareForm(), page=0, trouble=notice)
        case Plan() if session.capacity is not Capacity.SELF:
            return go(session, State.PRINCIPAL, *first, again=False, trouble=notice)
        case Plan() if session.again:
            return go(session, State.AGAIN, *first, trouble=notice)
        case _:
            return go(session, State.FORM, *first, fx.PrepareForm(), page=0, trouble=notice)


def _looking_after(session: Session, event: ev.Event) -> Step | None:
    """What was handed in before: asked about at the next hand-in, looked at, printed again, withdrawn."""
    match session.state, event:
        case State.AGAIN | State.CASES, ev.TroubleAnswered(choice=Choice.SKIP | Choice.RETRY):
            return Step(replace(session, trouble=None))
        case State.AGAIN, ev.Confirmed():
            return go(session, State.FORM, fx.PrepareForm(), page=0, again=False)
        case State.AGAIN, ev.BackPressed():
            return go(session, State.CASES)
        case State.CASES, ev.CasesFound():
            return Step(replace(session, busy=False))
        case State.CASES, ev.CaseOpened(code=code):
            return go(session, State.CASE, case=code, receipt_printed=None)
        case State.CASES, ev.Confirmed():
            return go(session, State.GUARD)
        case State.CASES, ev.BackPressed():
            return go(session, State.AGAIN) if session.again else Step(replace(session, leaving=True))
        case State.CASE, ev.BackPressed() | ev.Confirmed() if not session.busy:
            return go(session, State.CASES)
        case State.CASE, ev.WithdrawAsked() if not session.busy:
            return go(session, State.WITHDRAW)
        case State.CASE, ev.SupplementAsked(plan=plan) | ev.ResultAsked(plan=plan) if not session.busy:
            return _turn_to(session, plan)
        case State.CASE, ev.ReprintAsked() if not session.busy:
            return _reprint(session)
        case State.CASE, ev.ReceiptPrinted():
            return Step(replace(session, busy=False, receipt_printed=True, trouble=None))
        case State.CASE, ev.ReceiptNotPrinted(message_id=message_id):
            return with_trouble(replace(session, receipt_printed=False), message_id, Choice.RETRY, Choice.SKIP)
        case State.CASE, ev.TroubleAnswered(choice=Choice.RETRY) if session.receipt_printed is False:
            return _reprint(session)
        case State.CASE, ev.TroubleAnswered(choice=Choice.SKIP | Choice.RETRY):
            return Step(replace(session, trouble=None))
        case State.WITHDRAW, ev.Confirmed() if not session.busy:
            return Step(replace(session, busy=True), (fx.WithdrawCase(),))
        case State.WITHDRAW, ev.BackPressed() if not session.busy:
            return go(session, State.CASE)
        case State.WITHDRAW, ev.Withdrawn():
            return go(session, State.CASES)
        case State.WITHDRAW, ev.NotWithdrawn(message_id=message_id):
            return with_trouble(go(session, State.CASE).session, message_id, Choice.SKIP, Choice.LEAVE)
        case _:
            return None


def brings(session: Session) -> bool:
    """Say whether what a case waits for is being brought."""
    return session.plan is not None and session.plan.journey is Journey.SUPPLEMENT


def to_case(session: Session) -> Step:
    """Back to the case that waits; what was laid for it so far stays."""
    return go(session, State.CASE, plan=session.came_for, came_for=None, receipt_printed=None)


def _turn_to(session: Session, plan: Plan) -> Step:
    """As sure of the person as the service itself asks; where that cannot be, the case stays open."""
    begun = after_card(replace(session, plan=plan, came_for=session.plan))
    if begun.session.state is not State.CASE:
        return begun
    return with_trouble(session, "session.line_needed", Choice.SKIP, Choice.LEAVE)


def _reprint(session: Session) -> Step:
    return Step(replace(session, busy=True, receipt_printed=None, trouble=None), (fx.ReprintReceipt(),))


def _applying(session: Session, event: ev.Event) -> Step | None:
    match session.state, event:
        case _, ev.TroubleAnswered(choice=Choice.SKIP | Choice.RETRY) if session.trouble is not None:
            return enter(replace(session, trouble=None))
        case State.FORM, ev.PageAnswered(next_page=None, materials_complete=complete):
            return _forward(session, State.REVIEW if session.editing and complete else State.MATERIALS)
        case State.FORM, ev.PageAnswered(next_page=int(page)):
            return Step(replace(session, page=page))
        case State.FORM, ev.BackPressed():
            return _back_from_form(session)
        case State.MATERIALS, ev.MaterialOpened(material=material):
            return go(session, State.CAPTURE, material=material)
        case State.MATERIALS, ev.Confirmed():
            # what the case was signed for is not signed again
            return _forward(session, State.REVIEW if session.editing or brings(session) else State.SIGN)
        case State.MATERIALS, ev.BackPressed() if brings(session) and not session.editing:
            return to_case(session)
        case State.MATERIALS, ev.BackPressed():
            return go(session, State.REVIEW if session.editing else State.FORM, editing=False)
        case State.CAPTURE, ev.MaterialCaptured() | ev.Confirmed() | ev.BackPressed():
            return go(session, State.MATERIALS, material="")
        case State.SIGN, ev.Confirmed():
            return _forward(session, State.REVIEW)
        case State.SIGN, ev.BackPressed():
            return go(session, State.REVIEW if session.editing else State.MATERIALS, editing=False)
        case State.REVIEW, ev.FieldReopened(state=state) if brings(session) and state is not State.MATERIALS:
            return None
        case State.REVIEW, ev.FieldReopened(state=State.FORM | State.MATERIALS | State.SIGN as state, page=page):
            return go(session, state, page=page, editing=True)
        case State.REVIEW, ev.FieldReopened(state=State.RELATION) if session.capacity is not Capacity.SELF:
            return go(session, State.RELATION, editing=True)
        case State.REVIEW, ev.Confirmed():
            return go(session, State.SUBMIT)
        case State.REVIEW, ev.BackPressed():
            return go(session, State.MATERIALS if brings(session) else State.SIGN)
        case _:
            return None


def _forward(session: Session, state: State) -> Step:
    return go(session, state, editing=session.editing and state is not State.REVIEW)


def _back_from_form(session: Session) -> Step:
    if session.editing:
        return go(session, State.REVIEW, editing=False)
    if session.page > 0:
        return Step(replace(session, page=session.page - 1))
    if session.came_for is not None:
        return to_case(session)
    if session.capacity is not Capacity.SELF:
        return go(session, State.RELATION)
    return Step(replace(session, leaving=True))


def _handing_in(session: Session, event: ev.Event) -> Step | None:
    match session.state, event:
        case State.SUBMIT, ev.Stored(notice=notice):
            return go(session, State.OUTCOME, promise=Promise.KEPT, notice=notice)
        case State.SUBMIT, ev.NotStored(message_id=message_id):
            return with_trouble(go(session, State.REVIEW).session, message_id)
        case State.SUBMIT, ev.TimedOut(timer=Timer.STATE):
            return with_trouble(go(session, State.REVIEW).session, "session.store_slow")
        case State.OUTCOME, ev.ReceiptPrinted():
            return Step(replace(session, receipt_printed=True, trouble=None))
        case State.OUTCOME, ev.ReceiptNotPrinted(message_id=message_id):
            failed = replace(session, receipt_printed=False)
            return with_trouble(failed, message_id, Choice.RETRY, Choice.SKIP)
        case State.OUTCOME, ev.TroubleAnswered(choice=Choice.RETRY):
            return enter(replace(session, trouble=None))
        case State.OUTCOME, ev.TroubleAnswered(choice=Choice.SKIP):
            return Step(replace(session, trouble=None))
        case State.OUTCOME, ev.Confirmed() if session.receipt_printed is not None:
            return go(session, State.GUARD)
        case _:
            return None


def _rating(session: Session, event: ev.Event) -> Step | None:
    """One touch once the thing is done; it holds nobody up, and a second touch changes nothing."""
    if session.state not in {State.OUTCOME, State.TAKEN} or brings(session):
        return None  # the case was rated when it was handed in
    match event:
        case ev.Rated(grade=grade) if session.rated == 0 and 1 <= grade <= BEST:
            return Step(replace(session, rated=grade, rating_kept=None), (fx.FileRating(grade),))
        case ev.RatingKept():
            return Step(replace(session, rating_kept=True))
        case ev.RatingNotKept():
            return Step(replace(session, rating_kept=False))
        case _:
            return None


def _certifying(session: Session, event: ev.Event) -> Step | None:
    match session.state, event:
        case State.CHOOSE, ev.PageAnswered(next_page=None):
            return go(session, State.PREPARE)
        case State.CHOOSE, ev.PageAnswered(next_page=int(page)):
            return Step(replace(session, page=page))
        case State.CHOOSE, ev.BackPressed():
            return _back_from_form(session)
        case State.CHOOSE, ev.TroubleAnswered() if session.trouble is not None:
            return Step(replace(session, trouble=None))
        case State.PREPARE, ev.ChoiceNeeded():
            return go(session, State.CHOOSE)
        case State.PREPARE, ev.CertificateReady():
            return go(session, State.PREVIEW)
        case State.PREPARE, ev.CertificateRefused(message_id=message_id, page=int(page)):
            return with_trouble(go(session, State.CHOOSE, page=page).session, message_id, Choice.CHANGE, Choice.LEAVE)
        case State.PREPARE, ev.CertificateRefused(message_id=message_id):
            return with_trouble(go(session, State.CHOOSE).session, message_id)
        case State.PREPARE, ev.TimedOut(timer=Timer.STATE):
            return with_trouble(go(session, State.CHOOSE).session, "session.city_silent")
        case State.PREVIEW, ev.Confirmed():
            return go(session, State.PRINT)
        case State.PREVIEW, ev.BackPressed():
            return go(session, State.CHOOSE, page=0)
        case State.PRINT, ev.PagesPrinted():
            return go(session, State.TAKEN, certificate_printed=True)
        case State.PRINT, ev.PagesNotPrinted(message_id=message_id, waiting=True):
            return Step(replace(session, trouble=Trouble(message_id, (Choice.LEAVE,)), busy=True))
        case State.PRINT, ev.PagesNotPrinted(message_id=message_id, unsure=True):
            return with_trouble(session, message_id, Choice.LEAVE)
        case State.PRINT, ev.PagesNotPrinted(message_id=message_id):
            return with_trouble(session, message_id)
        case State.PRINT, ev.PrinterRefilled():
            return Step(replace(session, trouble=None, busy=True))
        case State.PRINT, ev.TroubleAnswered(choice=Choice.RETRY) if session.trouble is not None:
            return enter(replace(session, trouble=None))
        case State.PRINT, ev.BackPressed():
            return Step(replace(session, leaving=True))
        case State.TAKEN, ev.PaperTaken(evidence=evidence):
            return go(session, State.GUARD, fx.RecordTaken(evidence))
        case State.TAKEN, ev.Confirmed():
            return go(session, State.GUARD, fx.RecordTaken(Taken.SAID))
        case _:
            return None


def _guarding(session: Session, event: ev.Event) -> Step | None:
    match event:
        case ev.HoldingChecked(holding=None):
            return over(session)
        case ev.HoldingChecked(holding=holding):
            return Step(replace(session, holding=holding))
        case ev.Confirmed() if session.holding is Holding.CARD_UNKNOWN:
            return over(session)
        case ev.Confirmed():
            return Step(session, (fx.CheckHolding(),))
        case ev.TimedOut(timer=Timer.STATE) if session.guard_stage < 2:
            return Step(replace(session, guard_stage=session.guard_stage + 1), (fx.CheckHolding(),))
        case ev.TimedOut(timer=Timer.STATE) if session.holding is Holding.CARD_UNKNOWN:
            return over(session)
        case ev.TimedOut(timer=Timer.STATE) if session.guard_stage == 2:
            return Step(replace(session, guard_stage=3), (fx.AlarmStation(), fx.CheckHolding()))
        case _:
            return None


def _out_of_hours(session: Session, event: ev.Event) -> Step | None:
    match session.state, event:
        case State.STAFF_PIN | State.STAFF, ev.StaffCardRemoved() | ev.BackPressed() | ev.TimedOut(timer=Timer.STATE):
            return from_staff(session)
        case State.STAFF_PIN, ev.PinEntered() if not session.busy:
            return Step(replace(session, busy=True, trouble=None), (fx.CheckPin(),))
        case State.STAFF_PIN, ev.PinAccepted():
            return go(session, State.STAFF)
        case State.STAFF_PIN, ev.PinRefused(message_id=message_id, detail=detail):
            return with_trouble(session, message_id, Choice.SKIP, Choice.LEAVE, detail=detail)
        case State.STAFF_PIN, ev.TroubleAnswered():
            return Step(replace(session, trouble=None))
        case State.OUT_OF_SERVICE, ev.FaultCleared() if not session.stopping:
            return go(session, State.ATTRACT, fx.WipePerson(), fault="")
        case _:
            return None
