"""Every timeout of the session, in one table.

Sources: idle 60 s and count-down 30 s by WCAG 2.2 2.2.1 (at least 20 s to extend, as often as wanted) and the usual
figures of public terminals; 45 s once personal data is on the screen; three times as long in elder mode.
"""

from __future__ import annotations

import enum

from kiosk.session.states import Session, State


class Timer(enum.StrEnum):
    """What ran out."""

    IDLE = "idle"
    COUNTDOWN = "countdown"
    ABSOLUTE = "absolute"
    STATE = "state"
    """The limit of one state, from its beginning, whatever the person does."""


PAGE_IDLE_S = 60.0
PERSONAL_IDLE_S = 45.0
COUNTDOWN_S = 30.0
ABSOLUTE_S = 20 * 60.0
ELDER_FACTOR = 3.0
DESK_IDLE_S = 5 * 60.0
"""Between two residents a clerk may wait this long; then the card signs nobody in any more."""

STATE_S: dict[State, float] = {
    State.SUBMIT: 30.0,     # a put takes milliseconds; a dying disk must not hold a person
    State.PREPARE: 45.0,    # the client's own deadlines are shorter
    State.GUARD: 5.0,       # the step between two stages of the reminder
    State.STAFF: 15 * 60.0,
}
GUARD_ALARM_S = 60.0
"""A card that nobody takes is reported to the station after this long."""

NO_IDLE: frozenset[State] = frozenset(
    {State.ATTRACT, State.SUBMIT, State.PREPARE, State.PRINT, State.GUARD, State.STAFF, State.OUT_OF_SERVICE}
)
"""States that never close on an idle person: nothing is waiting for them, or they must still take something."""


def idle_s(session: Session) -> float | None:
    """Return the idle time of this state in seconds, or None where idling ends nothing."""
    printing = session.state is State.OUTCOME and session.receipt_printed is None
    if session.state in NO_IDLE or printing:
        return None
    if session.state is State.DESK:
        return DESK_IDLE_S
    base = PERSONAL_IDLE_S if session.personal else PAGE_IDLE_S
    # two people talk over every page
    return base * (ELDER_FACTOR if session.elder or session.assisted else 1.0)


def state_s(session: Session) -> float | None:
    """Return the state's own limit in seconds, if it has one."""
    limit = STATE_S.get(session.state)
    if limit is not None and session.state is State.GUARD and session.guard_stage >= 2:
        return GUARD_ALARM_S - 2 * limit
    return limit
