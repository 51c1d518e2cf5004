"""How the session moves: leaving a state tidily, entering the next, laying trouble over one.

Knows: what each state begins with and what it must give back. Does not know: which event leads where (`flows`, `machine`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from kiosk.session import effects as fx
from kiosk.session.states import NEEDS, READING, Choice, Helping, Session, State, Trouble

_WITHOUT_HELP = frozenset(
    {State.ATTRACT, State.GUARD, State.STAFF_PIN, State.STAFF, State.DESK, State.OUT_OF_SERVICE}
)
"""States whose beginning closes the help: the person before has left, or must look at something else."""


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from one event."""

    session: Session
    effects: tuple[fx.Effect, ...] = ()


def go(session: Session, state: State, *effects: fx.Effect, **changes: Any) -> Step:
    """Leave the present state tidily, then enter `state`; where a clerk helps, the next person comes to the clerk's desk,
    and whoever practises back to the staff pages.
    """
    if state is State.ATTRACT and (session.clerk or session.training):
        state = State.DESK if session.clerk else State.STAFF
    leaving: tuple[fx.Effect, ...] = ()
    if session.state is State.CAPTURE:
        leaving = (fx.CloseCamera(),)
    elif session.state in READING and state is not session.state:
        leaving = (fx.WatchCard(on=False),)
    elif session.state is State.CONFIRM:
        leaving = (fx.WatchAssent(on=False),)
    cleared: dict[str, Any] = {"trouble": None, "notice": "", "leaving": False, "warned": False, "busy": False}
    if state in {State.STAFF, State.OUT_OF_SERVICE}:
        cleared["clerk"] = False
    if state is State.OUT_OF_SERVICE:
        cleared["training"] = False
    if state in _WITHOUT_HELP:
        cleared["helping"] = Helping.NONE
    entered = enter(replace(session, state=state, **{**cleared, **changes}))
    return Step(entered.session, leaving + effects + entered.effects)


def enter(session: Session) -> Step:
    """Begin (or begin again) the work of the state the session stands in."""
    missing = NEEDS.get(session.state, frozenset()) & session.lost
    if missing:
        device = min(missing)
        return Step(replace(session, trouble=Trouble(f"session.lost.{device}", (Choice.LEAVE,), device=device)))
    busy = replace(session, busy=True)
    match session.state:
        case State.ATTRACT | State.DESK as state:
            fresh = Session(state=state, number=session.number + 1, lost=session.lost, line_up=session.line_up)
            return Step(replace(fresh, clerk=state is State.DESK, training=session.training))
        case State.STAFF if session.training:
            fresh = Session(state=State.STAFF, number=session.number + 1, lost=session.lost, line_up=session.line_up)
            return Step(replace(fresh, training=True))
        case State.CONFIRM:
            return Step(session, (fx.WatchAssent(on=True),))
        case State.IDENTIFY | State.PRINCIPAL:
            anew = session.state is State.IDENTIFY and session.agrees_by_card
            return Step(session, (fx.WatchCard(on=True, anew=anew),))
        case State.CODE:
            return Step(busy, (fx.SendCode(),))
        case State.CAPTURE:
            return Step(session, (fx.OpenCamera(session.material),))
        case State.SUBMIT:
            return Step(busy, (fx.SubmitCase(),))
        case State.OUTCOME:
            return Step(replace(session, receipt_printed=None), (fx.PrintReceipt(),))
        case State.CASES:
            return Step(replace(busy, case=""), (fx.FindCases(),))
        case State.PREPARE:
            return Step(busy, (fx.RequestCertificate(),))
        case State.PRINT:
            return Step(busy, (fx.PrintCertificate(),))
        case State.GUARD:
            return Step(replace(session, guard_stage=0, holding=None), (fx.WipePerson(), fx.CheckHolding()))
        case _:
            return Step(session)


def with_trouble(session: Session, message_id: str, *choices: Choice, detail: str = "") -> Step:
    """Lay trouble over the present state; *try again* and *end* unless other choices are named."""
    shown = choices or (Choice.RETRY, Choice.LEAVE)
    return Step(replace(session, busy=False, trouble=Trouble(message_id, shown, detail=detail)))


def over(session: Session) -> Step:
    """Nothing is held any more: the next person may come, unless the terminal is to stop."""
    if session.fault:
        return go(session, State.OUT_OF_SERVICE, fx.WipePerson())
    if session.stopping:
        return go(session, State.OUT_OF_SERVICE, fx.WipePerson(), fx.Quit())
    return go(session, State.ATTRACT, fx.WipePerson())


def from_staff(session: Session) -> Step:
    """The staff card is gone, or its holder has done: back to where the terminal stands without them."""
    signed_out = replace(session, clerk=False, training=False)
    return go(signed_out, State.OUT_OF_SERVICE if session.fault else State.ATTRACT, fx.WipePerson())
