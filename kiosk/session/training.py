"""Practising with the real screens: begun and ended from the staff pages, and over as soon as the staff card is pulled.

Knows: that whoever practises comes back to the staff pages, and that practice never outlives the card, a fault or silence.
Does not know: what keeps practice from the outbox and the city (`kiosk.journeys.training` does what `fx.Train` asks).
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.session import effects as fx
from kiosk.session import events as ev
from kiosk.session.moves import Step, go
from kiosk.session.states import Session, State


def of_training(session: Session, event: ev.Event) -> Step | None:
    """Return what practising makes of `event`, or None when it is no business of it."""
    match session.state, event:
        case State.STAFF, ev.TrainingBegun() if not session.fault and not session.training:
            return Step(replace(session, training=True))
        case State.STAFF, ev.TrainingEnded() if session.training:
            return Step(replace(session, training=False))
        case State.STAFF, ev.PracticeBegun() if session.training:
            return go(replace(session, number=session.number + 1), State.HOME, fx.WipePerson())
        case _:
            return None


def switched(before: Session, step: Step) -> Step:
    """Have practice switched on or off last of all: what the same step does still belongs to what was."""
    if step.session.training is before.training:
        return step
    return Step(step.session, (*step.effects, fx.Train(on=step.session.training)))
