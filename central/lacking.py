"""What may be handed in later (容缺): judged here by the city's own catalogue, whatever a terminal promised.

Knows: which material may come later and within how many working days. Does not know: envelopes, or how a case goes on.
"""

from __future__ import annotations

import datetime as dt

from central.catalogue import CatalogueDesk
from central.refusals import Refused
from central.settings import CIVIL_TZ
from kiosk.catalogue import workdays
from kiosk.city.sealed import Submission


def check(submission: Submission, catalogue: CatalogueDesk) -> None:
    """Refuse 422 `later_not_allowed` or `later_too_late`, with the material's key."""
    item = catalogue.item(submission.item)
    day = submission.submitted_at.astimezone(CIVIL_TZ).date()
    for material in submission.materials:
        if material.due is None or item is None:
            continue
        days = item.later_days.get(material.key)
        if days is None:
            raise Refused(422, "later_not_allowed", material.key)
        # who hands in after hours is counted from the next working day, which is one more
        if material.due > workdays.due(day, days + 1).date:
            raise Refused(422, "later_too_late", material.key)


def supplement_by(submission: Submission) -> dt.date | None:
    """Return the day by which the first of what is missing has to be there; None when nothing is missing."""
    return min((material.due for material in submission.materials if material.due is not None), default=None)
