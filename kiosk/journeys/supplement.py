"""Bringing what a case waits for (补正, 容缺补齐): pages, outbox and receipt as for a hand-in, for a case that is there.

Knows: that each notice of a case is answered from one terminal by one message. Does not know: what staff made of the case.
"""

from __future__ import annotations

import copy
import datetime as dt
import functools

from kiosk.catalogue.models import ServiceItem
from kiosk.city import sealed
from kiosk.identity import case_code, masking
from kiosk.identity.persons import Person
from kiosk.journeys.asked_papers import amount
from kiosk.journeys.hand_in import CaseDesk, Making, ReviewLine
from kiosk.journeys.submission import compose_supplement, supplement_id
from kiosk.journeys.vault import Supplementing
from kiosk.session import events as ev
from kiosk.session.states import State


class SupplementDesk(CaseDesk):
    """What is brought in the present session for the case that is open."""

    conflict_id = "submit.supplement_earlier"

    def begin(self) -> None:
        """Note what the open case waits for; pages that were laid for another are forgotten."""
        vault, session = self._context.vault, self._context.session()
        told = next((case for case in vault.city_cases if case.code == session.case), None)
        if told is not None:
            today = self._context.today()  # what is too late by now the city would not take
            keys = tuple(each.key for each in told.wanted if each.due >= today)
            vault.turn_to(Supplementing(told.code, told.notices, keys))

    def review(self) -> tuple[ReviewLine, ...]:
        """Return whose it is, for which case, and each material; pressing one leads back to the list."""
        context, vault = self._context, self._context.vault
        say, language = context.say, context.language
        if vault.supplementing is None or vault.person is None:
            return ()
        name = masking.on_screen(masking.Kind.NAME, vault.person.name)
        code = case_code.group(vault.supplementing.case)
        lines = [
            ReviewLine("review.supplement", say("review.holder"), name, None),
            ReviewLine("review.supplement", say("review.case"), code, None),
        ]
        for view in self._materials.views():
            target = ev.FieldReopened(State.MATERIALS, material=view.key)
            by = vault.brought_by.get(view.key, "")
            pages = say("review.scanned", amount=amount(view, say))
            lines.append(ReviewLine("review.materials", view.name.in_language(language), pages, target, by))
        return tuple(lines)

    @property
    def ready(self) -> bool:
        """Say whether all that is waited for, and can be brought here, is here."""
        return self._context.vault.supplementing is not None and self._materials.complete and bool(self._materials.views())

    def _making(self, person: Person, submitted_at: dt.datetime) -> Making:
        context = self._context
        vault, session = context.vault, context.session()
        waits = vault.supplementing
        if waits is None:
            raise LookupError("no case that waits")
        make = functools.partial(
            compose_supplement,
            vault=copy.copy(vault),  # as for a hand-in
            person=person,
            item=self._item(),
            case=waits.case,
            submission_id=supplement_id(waits.case, waits.notice).hex,
            asked=self._materials.asked(),
            assurance=session.assurance,
            kiosk=context.enrolment.kiosk,
            submitted_at=submitted_at,
            clock=context.clock.quality(),
            language=context.language,
            purpose=self._purpose(),
        )
        return Making(make, {"supplements": waits.case})

    def _service(self, item: ServiceItem) -> str:
        return sealed.supplement_service(item.id)

    def _supplements(self) -> str:
        waits = self._context.vault.supplementing
        return "" if waits is None else waits.case
