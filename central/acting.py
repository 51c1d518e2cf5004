"""Whether who handed in may act for whose case it is: judged again here, by what the platform itself knows.

Knows: the city's own catalogue, ages by the numbers of documents, the paper that each capacity shows. Does not know:
envelopes, or what becomes of a case. Nothing of it is taken from the terminal's word but the two people.
"""

from __future__ import annotations

import datetime as dt

from central.catalogue import CatalogueDesk
from central.refusals import Refused
from central.settings import CIVIL_TZ
from kiosk.city.sealed import Applicant, Submission
from kiosk.identity.acting import (
    GUARDIAN_CONSENT,
    PROOF,
    RELATIONS,
    Capacity,
    Relation,
    age_on,
    needs_consent,
    refusal,
)
from kiosk.identity.numbers import ResidentNumber, resident_id


def check(submission: Submission, catalogue: CatalogueDesk) -> None:
    """Refuse 422 what nobody may hand in for this person.

    `agent_not_allowed` `agent_is_principal` `relation_unfit` `age_unknown` `guardian_needed` `agent_under_age`
    `principal_of_age` `guardian_consent_missing` `mandate_missing`.
    """
    day = submission.submitted_at.astimezone(CIVIL_TZ).date()
    age, acting = _age(submission.applicant, day), submission.acting
    if acting is None:
        if age is not None and refusal(Capacity.SELF, agent_age=age, principal_age=age):
            raise Refused(422, "guardian_needed")
        return
    capacity, item = Capacity(acting.capacity), catalogue.item(submission.item)
    # A service that the catalogue does not hold cannot be accepted either; whoever looks at the case decides.
    if item is not None and not item.agent_allowed:
        raise Refused(422, "agent_not_allowed", submission.item)
    if acting.agent.number == submission.applicant.number:
        raise Refused(422, "agent_is_principal")
    if Relation(acting.relation) not in RELATIONS[capacity]:
        raise Refused(422, "relation_unfit", acting.relation)
    agent_age = _age(acting.agent, day)
    if age is None or agent_age is None:
        raise Refused(422, "age_unknown")
    if (code := refusal(capacity, agent_age=agent_age, principal_age=age)) is not None:
        raise Refused(422, code)
    if needs_consent(age) and GUARDIAN_CONSENT not in submission.consents:
        raise Refused(422, "guardian_consent_missing")
    if not any(material.key == PROOF[capacity] and material.parts for material in submission.materials):
        raise Refused(422, "mandate_missing", PROOF[capacity])


def _age(person: Applicant, day: dt.date) -> int | None:
    """Return full years by the number, which has a check digit; only where it tells none, by what the terminal read."""
    found = resident_id(person.number, today=day)
    birth = found.birth if isinstance(found, ResidentNumber) else person.birth
    return None if birth is None else age_on(birth, day)
