"""The citizen's session as a pure function: `(session, event) -> (session, effects)`.

Knows: what is true in every state: a stop, a lost device, *end*, a silent minute. What each state makes of its own
events stands in `flows`. Does not know: Qt, threads, clocks, devices, personal data. An event that does not fit the state
changes nothing.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.session import effects as fx
from kiosk.session import events as ev
from kiosk.session.assisting import of_assisting
from kiosk.session.flows import in_state
from kiosk.session.helping import of_help
from kiosk.session.moves import Step, enter, from_staff, go, with_trouble
from kiosk.session.states import (
    BEFORE_CARD,
    ENDING,
    IDLE,
    NEEDS,
    STAFFED,
    Choice,
    Device,
    Promise,
    Session,
    State,
    Taken,
    Trouble,
)
from kiosk.session.timeouts import Timer
from kiosk.session.training import of_training, switched

__all__ = ["Step", "step"]


def step(session: Session, event: ev.Event) -> Step:
    """Return the session after `event` and the effects to run, in order."""
    if _is_stale(session, event):
        return Step(session)
    answer = (
        _anywhere(session, event)
        or of_training(session, event)
        or of_help(session, event)
        or of_assisting(session, event)
        or in_state(session, event)
    )
    if answer is None:
        return Step(session)
    answer = switched(session, answer)
    if answer.session.state is not session.state:
        record = fx.Record(session.state, answer.session.state, type(event).__name__)
        return Step(answer.session, (record, *answer.effects))
    return answer


def _is_stale(session: Session, event: ev.Event) -> bool:
    number = getattr(event, "session", None)
    return number is not None and number != session.number


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
            # a clerk who fell silent together with the person has gone too
            return _abandon(replace(session, clerk=False, training=False)) if session.warned else Step(session)
        case ev.StaffCardRemoved() if session.training:
            return _practice_over(replace(session, clerk=False, training=False))
        case ev.StaffCardRemoved() if session.clerk:
            return _clerk_gone(replace(session, clerk=False))
        case ev.ElderAnswered(wanted=wanted):
            return Step(replace(session, elder=wanted, elder_offered=False))
        case ev.CityReceived() if session.promise is Promise.KEPT:
            return Step(replace(session, promise=Promise.RECEIVED))
        case ev.CancelPressed():
            return _cancel(session)
        case ev.LeaveAnswered(leave=leave) if session.leaving:
            return _abandon(session) if leave else Step(replace(session, leaving=False))
        case ev.StaffCardShown() if session.state in IDLE:
            return go(session, State.STAFF_PIN, *_wiped(session), personal=False)
        case ev.StaffCardRefused(message_id=message_id, detail=detail) if session.state in IDLE:
            return with_trouble(session, message_id, Choice.SKIP, detail=detail)
        case ev.StaffCardRemoved() | ev.TroubleAnswered(choice=Choice.SKIP) if session.state in IDLE:
            # nothing else troubles a state in which no person's work is under way
            return Step(replace(session, trouble=None))
        case ev.TroubleAnswered(choice=Choice.LEAVE) if session.trouble is not None:
            return _leave(session)
        case _:
            return None


def _practice_over(session: Session) -> Step:
    """The card is pulled: nothing of the practice goes on, whatever it was at."""
    if session.state is State.SUBMIT:
        return go(session, State.GUARD)
    return _abandon(session)


def _clerk_gone(session: Session) -> Step:
    """The card is pulled: nobody helps any more. What is kept or printed already ends in good order."""
    if session.state is State.DESK:
        return from_staff(session)
    return Step(session) if session.state in ENDING else _abandon(session)


def _device_lost(session: Session, device: Device) -> Step:
    session = replace(session, lost=session.lost | {device})
    # a job that is under way, or that failed, says itself how it ends: nothing is ever printed twice by a device's return
    printing = session.state is State.PRINT and (session.busy or session.trouble is not None)
    if device in NEEDS.get(session.state, ()) and not printing:
        trouble = Trouble(f"session.lost.{device}", (Choice.LEAVE,), device=device)
        return Step(replace(session, trouble=trouble, busy=False))
    return Step(session)


def _device_back(session: Session, device: Device) -> Step:
    session = replace(session, lost=session.lost - {device})
    trouble = session.trouble
    if trouble is None or trouble.device is not device:
        return Step(session)
    return enter(replace(session, trouble=None))


def _stop(session: Session) -> Step:
    if session.state in ENDING:
        return Step(replace(session, stopping=True))
    stopped = replace(session, stopping=True)
    return go(stopped, State.OUT_OF_SERVICE, *_wiped(session), fx.Quit())


def _fault(session: Session, code: str) -> Step:
    if session.state in ENDING or session.state in STAFFED:
        return Step(replace(session, fault=code))
    return go(session, State.OUT_OF_SERVICE, *_wiped(session), fault=code)


def _wiped(session: Session) -> tuple[fx.Effect, ...]:
    """Forget the person, if there is one: also on the home screen somebody may have typed a number to be called at."""
    nobody = session.state in IDLE and not session.personal and not session.assisted
    return () if nobody else (fx.WipePerson(),)


def _cancel(session: Session) -> Step | None:
    match session.state:
        case State.SUBMIT | State.ATTRACT | State.OUT_OF_SERVICE | State.GUARD:
            return None
        case state if state in BEFORE_CARD:
            return go(session, State.ATTRACT, fx.WipePerson())
        case State.STAFF_PIN | State.STAFF | State.DESK:
            return from_staff(session)
        case State.OUTCOME | State.TAKEN:
            return _abandon(session)
        case _:
            return Step(replace(session, leaving=True))


def _leave(session: Session) -> Step:
    """End from trouble: at once while nothing of the person is here or all of it is kept, else asked once more."""
    if session.personal and session.state not in {State.OUTCOME, State.TAKEN, State.GUARD}:
        return Step(replace(session, leaving=True))
    return _abandon(session)


def _abandon(session: Session) -> Step:
    """End the session from wherever it is; what was committed stays committed."""
    match session.state:
        case State.ATTRACT | State.OUT_OF_SERVICE | State.SUBMIT | State.GUARD:
            return Step(replace(session, leaving=False, warned=False))
        case state if state in BEFORE_CARD:
            return go(session, State.ATTRACT, fx.WipePerson())
        case State.STAFF_PIN | State.STAFF | State.DESK:
            return from_staff(session)
        case State.PRINT | State.PREPARE:
            return go(session, State.GUARD, fx.CancelPrint())
        case State.TAKEN:
            return go(session, State.GUARD, fx.RecordTaken(Taken.UNKNOWN), fx.AlarmStation())
        case _:
            return go(session, State.GUARD)
