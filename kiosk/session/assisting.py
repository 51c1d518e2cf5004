"""A clerk helps residents, one after the other: signs in once, stands behind every step, and is gone with the card.

Knows: who enters, what the clerk says of the person and the card, and that a resident's own yes comes before the hand-in.
Does not know: who the clerk is, or what was entered. The journey itself is the citizen's (`flows`).
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.identity.assurance import Assurance
from kiosk.session import effects as fx
from kiosk.session import events as ev
from kiosk.session.flows import after_card, brings, identified, in_state, to_case
from kiosk.session.moves import Step, from_staff, go, with_trouble
from kiosk.session.states import PASSED_OVER, Assent, Hand, Journey, Session, State


def of_assisting(session: Session, event: ev.Event) -> Step | None:
    """Return what the clerk's help makes of `event`, or None when it is the citizen's journey alone."""
    match session.state, event:
        case State.STAFF, ev.AssistingBegun() if not session.fault:
            return go(session, State.DESK, fx.WipePerson())
        case State.DESK, ev.Confirmed():
            return go(session, State.HOME, fx.BeginAssisted(), assisted=True, hand=Hand.CLERK)
        case State.DESK, ev.StaffPagesAsked():
            return go(session, State.STAFF)
        case State.DESK, ev.BackPressed():
            return from_staff(session)
        case State.ATTEST, _:
            return _attesting(session, event)
        case State.CONFIRM, _:
            return _confirming(session, event)
        case _ if not session.assisted:
            return None
        case state, ev.HandedOver(to=hand) if state in PASSED_OVER:
            return Step(replace(session, hand=hand))
        case State.CONSENT, ev.Confirmed():
            return go(session, State.IDENTIFY, fx.RecordConsent(session.hand))
        case State.IDENTIFY, ev.CardRead(elder=elder, again=again) if _attests(session):
            offered = elder and not session.elder
            return go(
                session, State.ATTEST,
                assurance=Assurance.CARD, personal=True, elder_offered=offered, again=again,
            )  # fmt: skip
        case State.CASE, ev.SupplementAsked(plan=plan) if not session.busy and not session.assurance.reaches(plan.assurance):
            return go(session, State.ATTEST, plan=plan, came_for=session.plan)
        case State.REVIEW, ev.Confirmed() if not session.assented:
            return go(session, State.CONFIRM, hand=Hand.RESIDENT)
        case State.REVIEW, ev.FieldReopened():
            return in_state(replace(session, assented=False), event)  # what is changed must be confirmed anew
        case _:
            return None


def _attests(session: Session) -> bool:
    """A clerk's word counts for papers; a certificate's issuer wants the city's own."""
    return session.plan is not None and session.plan.journey is Journey.APPLY


def _attesting(session: Session, event: ev.Event) -> Step | None:
    match event:
        case ev.Attested(holds=True):
            return identified(replace(session, assurance=Assurance.CARD_CLERK), effect=fx.RecordAttested(holds=True))
        case ev.Attested(holds=False):
            wanted = session.plan is not None and session.plan.assurance is Assurance.CARD_CLERK
            # no code stands for a clerk's word where the item asks for that
            step = with_trouble(session, "session.clerk_needed") if wanted else after_card(session)
            return Step(step.session, (fx.RecordAttested(holds=False), *step.effects))
        case ev.TroubleAnswered() if session.trouble is not None:
            return Step(replace(session, trouble=None))
        case ev.BackPressed() if brings(session):
            return to_case(session)
        case ev.BackPressed():
            return Step(replace(session, leaving=True))
        case _:
            return None


def _confirming(session: Session, event: ev.Event) -> Step | None:
    match event:
        case ev.Confirmed():
            return go(session, State.SUBMIT, fx.RecordAssent(Assent.TOUCH), assented=True)
        case ev.CardShownAgain():
            return go(session, State.SUBMIT, fx.RecordAssent(Assent.CARD), assented=True)
        case ev.CardRefused(message_id=message_id):
            return with_trouble(session, message_id)
        case ev.TroubleAnswered() if session.trouble is not None:
            return Step(replace(session, trouble=None), (fx.WatchAssent(on=True),))
        case ev.BackPressed():
            return go(session, State.REVIEW, hand=Hand.CLERK if session.clerk else Hand.RESIDENT)
        case _:
            return None
