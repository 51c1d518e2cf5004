"""Who may act for whom (代办): capacities, relations, and the ages on which they hang.

Knows: what the law says of ages, and why somebody may not act. Does not know: who the two people are, items or screens.
The terminal judges by it before the first question, the city's platform again by its own knowledge.
"""

from __future__ import annotations

import calendar
import datetime as dt
import enum

GUARDED_UNDER = 14
"""Below this age nothing is done with a child's data without a guardian's consent (Personal Information Law art. 31)."""
OF_AGE = 18
"""From this age people act for themselves, and for others (Civil Code arts. 17 and 18)."""

MANDATE = "mandate"
"""The key of the material that a person who asked somebody has signed (授权委托书)."""
GUARDIAN_PROOF = "guardian_proof"
"""The key of the material that shows whose guardian somebody is."""
GUARDIAN_CONSENT = "guardian"
"""What stands among a submission's consents when a guardian agreed for a child under `GUARDED_UNDER`."""


class Capacity(enum.StrEnum):
    """In which capacity somebody hands in. The values stand in submissions and in the audit log."""

    SELF = "self"
    CHILD = "child"
    """A guardian (监护人) for a child under age."""
    ASKED = "asked"
    """Somebody who was asked by the person (受托代办)."""


class Relation(enum.StrEnum):
    """What the one who acts is to the other."""

    PARENT = "parent"
    GUARDIAN = "guardian"
    SPOUSE = "spouse"
    CHILD = "child"
    RELATIVE = "relative"
    OTHER = "other"


RELATIONS: dict[Capacity, tuple[Relation, ...]] = {
    Capacity.SELF: (),
    Capacity.CHILD: (Relation.PARENT, Relation.GUARDIAN),
    Capacity.ASKED: (Relation.CHILD, Relation.SPOUSE, Relation.PARENT, Relation.RELATIVE, Relation.OTHER),
}
"""Which relations each capacity knows, the likeliest first."""

PROOF: dict[Capacity, str] = {Capacity.CHILD: GUARDIAN_PROOF, Capacity.ASKED: MANDATE}
"""The material that each capacity has to show."""


def age_on(birth: dt.date, day: dt.date) -> int:
    """Return full years on `day`; who was born on 29 February is a year older on the 28th (Civil Code art. 202)."""
    years = day.year - birth.year
    birthday = min(birth.day, calendar.monthrange(day.year, birth.month)[1])
    return years - ((day.month, day.day) < (birth.month, birthday))


def needs_consent(principal_age: int) -> bool:
    """Say whether a guardian has to agree to the use of this person's data."""
    return principal_age < GUARDED_UNDER


def refusal(capacity: Capacity, *, agent_age: int, principal_age: int) -> str | None:
    """Return why these two may not go on in this capacity, or None. Somebody for themselves is both.

    `guardian_needed`, `agent_under_age`, `principal_of_age`.
    """
    if capacity is not Capacity.CHILD and principal_age < GUARDED_UNDER:
        return "guardian_needed"
    if capacity is Capacity.SELF:
        return None
    if agent_age < OF_AGE:
        return "agent_under_age"
    if capacity is Capacity.CHILD and principal_age >= OF_AGE:
        return "principal_of_age"
    return None
