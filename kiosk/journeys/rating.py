"""Rating: one of five grades for what has just been done, kept by the outbox like a submission.

Knows: what it is bound to, and that there is one for each case or certificate. Does not know: who gave it; the message
names nobody.
"""

from __future__ import annotations

import functools
import uuid
from typing import Literal

from kiosk.city.sealed import RATING, Rating
from kiosk.events import Fact
from kiosk.journeys.context import Context
from kiosk.session import events as ev
from kiosk.session.states import State
from offline_queue import Conflict, CustodyError, QueueError

_NAMESPACE = uuid.UUID("2f2c0d2e-6a55-4e2b-9a4d-3d5a86f0c1b7")


class RatingDesk:
    """The grade of the present session."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def file(self, grade: int) -> None:
        """Seal and commit a grade. The answer is `RatingKept` or `RatingNotKept`, and nobody waits for it."""
        context = self._context
        session, bound = context.session(), self._bound_to()
        number = session.number
        if bound is None or session.plan is None:
            context.handle(ev.RatingNotKept(number))
            return
        about, rates = bound
        submission_id = uuid.uuid5(_NAMESPACE, f"{about} {rates}")
        make = functools.partial(
            Rating,
            submission_id=submission_id.hex,
            kiosk=context.enrolment.kiosk,
            about=about,
            rates=rates,
            item=session.plan.item_id,
            grade=grade,
            submitted_at=context.clock.now(),
            clock_quality=context.clock.quality().value,
            language=context.language,
        )

        def work() -> None:
            try:
                context.outbox.put(
                    lambda own: make(code=own).to_bytes(), (), service=RATING, submission_id=submission_id
                )
            except Conflict:
                return  # it was given before: the first grade counts

        def kept(_: None) -> None:
            context.audit.record("rating.stored", session=number, about=about)
            context.bus.publish(Fact.OUTBOX)
            context.handle(ev.RatingKept(number))

        def failed(error: Exception) -> None:
            context.handle(ev.RatingNotKept(number))
            if not isinstance(error, QueueError) or isinstance(error, CustodyError):
                raise error
            context.audit.record("rating.refused", "failure", session=number, reason=error.code)

        context.store_work.run(work, kept, failed)

    def _bound_to(self) -> tuple[Literal["case", "certificate"], str] | None:
        vault = self._context.vault
        if self._context.session().state is State.OUTCOME:
            return None if vault.kept is None else ("case", vault.kept.code)
        return None if vault.certificate is None else ("certificate", vault.certificate.certificate_id)
