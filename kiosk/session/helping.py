"""Help over any step: what to do here, whom to call, and the wish to be called back.

Knows: that the step waits behind it untouched, and that a typed number is personal. Does not know: the number, or how a
wish is kept. Nothing here ends the step or moves it.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.session import effects as fx
from kiosk.session import events as ev
from kiosk.session.moves import Step
from kiosk.session.states import CALLABLE, Helping, Session, State

_BEFORE = {Helping.PHONE: Helping.OPEN, Helping.REFUSED: Helping.PHONE, Helping.FILING: Helping.FILING}
"""Where *back* leads; from the others it leads to the step."""


def of_help(session: Session, event: ev.Event) -> Step | None:
    """Return what the help makes of `event`, or None when it is no business of the help."""
    match session.helping, event:
        case Helping.NONE, ev.HelpAsked() if session.state is not State.ATTRACT:
            return Step(replace(session, helping=Helping.OPEN))
        case helping, ev.HelpClosed():
            return Step(replace(session, helping=_BEFORE.get(helping, Helping.NONE)))
        case Helping.OPEN, ev.CallBackAsked() if session.state in CALLABLE:
            return Step(replace(session, helping=Helping.PHONE, personal=True))
        case Helping.PHONE | Helping.REFUSED, ev.NumberEntered():
            return Step(replace(session, helping=Helping.FILING), (fx.FileCallBack(),))
        case Helping.FILING, ev.CallBackKept(code=code):
            return Step(replace(session, helping=Helping.FILED, call_back=code))
        case Helping.FILING, ev.CallBackNotKept():
            return Step(replace(session, helping=Helping.REFUSED))
        case _:
            return None
