"""Acting for somebody else, once the one who acts is identified: whose case it is, and how the two belong together.

Knows: which step follows which. Does not know: who either of them is, or who may act for whom (`kiosk.identity.acting`).
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.session import effects as fx
from kiosk.session import events as ev
from kiosk.session.moves import Step, enter, go, with_trouble
from kiosk.session.states import Choice, Session, State


def acting(session: Session, event: ev.Event) -> Step | None:
    """Return what the two steps make of `event`, or None when it means nothing here."""
    match session.state, event:
        case State.PRINCIPAL, ev.PrincipalKnown():
            return go(session, State.RELATION)
        case State.PRINCIPAL, ev.CardRefused(message_id=message_id):
            return with_trouble(session, message_id)
        case State.PRINCIPAL, ev.TroubleAnswered(choice=Choice.RETRY | Choice.SKIP):
            return enter(replace(session, trouble=None))
        case State.PRINCIPAL, ev.BackPressed():
            return Step(replace(session, leaving=True))
        case State.RELATION, ev.RelationAnswered() | ev.BackPressed() if session.editing and not session.busy:
            return go(session, State.REVIEW, editing=False)
        case State.RELATION, ev.RelationAnswered() if not session.busy:
            return go(session, State.FORM, fx.PrepareForm(), page=0)
        case State.RELATION, ev.MandateAsked() if not session.busy:
            return Step(replace(session, busy=True, trouble=None), (fx.PrintMandate(),))
        case State.RELATION, ev.MandatePrinted():
            return Step(replace(session, busy=False))
        case State.RELATION, ev.MandateNotPrinted(message_id=message_id):
            return with_trouble(session, message_id, Choice.RETRY, Choice.SKIP)
        case State.RELATION, ev.TroubleAnswered(choice=Choice.RETRY) if session.trouble is not None:
            return acting(replace(session, trouble=None, busy=False), ev.MandateAsked())
        case State.RELATION, ev.TroubleAnswered(choice=Choice.SKIP):
            return Step(replace(session, trouble=None))
        case State.RELATION, ev.BackPressed() if not session.busy:
            return go(session, State.PRINCIPAL)
        case _:
            return None
