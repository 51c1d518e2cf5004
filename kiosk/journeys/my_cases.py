"""What the same person handed in before: found by the card, seen, printed again, taken back.

Knows: the tag by which a card finds its own rows, what the city says of the person's cases, and that a withdrawal and what
is brought for a case are messages that wait their turn like any other. Does not know: what stands in a case; nobody on this
machine can read it.
"""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from dataclasses import dataclass, replace
from typing import Literal

from kiosk.catalogue.models import ServiceItem, Text
from kiosk.city.client import PlatformRejected, PlatformUnreachable
from kiosk.city.messages import CallBackSummary, CasesAnswer, CaseState, CaseSummary, Wanted
from kiosk.city.sealed import CALL_BACK, WITHDRAWAL, Withdrawal, supplemented_item
from kiosk.city.wire import PersonKey
from kiosk.events import Fact
from kiosk.fleet.custody import person_tag
from kiosk.identity.persons import Person
from kiosk.journeys import receipts
from kiosk.journeys.context import Context
from kiosk.journeys.submission import supplement_id
from kiosk.journeys.vault import Found
from kiosk.printing import receipt_qr
from kiosk.session import events as ev
from kiosk.session.states import Journey, Session
from offline_queue import Conflict, CustodyError, Put, QueueError, Row, RowState, StoreFull

_NAMESPACE = uuid.UUID("9d6b7c52-5c0e-4d57-a3a4-0f4f1b1c2f6d")
Role = Literal["self", "agent", "principal"]
_OPEN = frozenset({"kept", "received", "accepted", "supplement_required", "reviewing"})
"""States of which a case can still be taken back; the city has the last word."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A material that a case waits for."""

    key: str
    name: Text | None
    """As this terminal's catalogue names it, if it does; `told` is the city's word."""
    told: str
    reason: str
    note: str
    due: dt.date
    here: bool
    """It comes as pages, and this terminal knows how."""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case as the list shows it. `state` names a message `screens.cases.state.<state>`."""

    code: str
    item: str
    handed_in: dt.datetime | None
    state: str
    here: bool
    """It lies in this terminal: the receipt of a case can be printed again."""
    withdrawable: bool
    call_back: bool = False
    """No case but a wish to be called back; `item` is the service that help was needed with, or nothing."""
    answer: str = ""
    """What staff wrote to it."""
    role: Role = "self"
    """What the city says that the person is in it: it is their own, they handed it in for somebody, or somebody did."""
    bring_by: dt.date | None = None
    """By which day what is missing has to be brought, if the city waits for it."""
    missing: tuple[str, ...] = ()
    """What that is; only for who confirmed a code."""
    other: str = ""
    """The other one's name, masked by the city; only for who confirmed a code."""
    wanted: tuple[Wish, ...] = ()
    """What the city waits for, until a day each."""
    brought: Literal["", "kept", "parked"] = ""
    """How far something got that was brought for it here: `kept` waits, `parked` was refused."""
    supplement: bool = False
    """No case of its own: what was brought for one, while it waits here."""


def withdrawal_id(code: str) -> uuid.UUID:
    """Return the one id that a withdrawal of this case can have: asked for twice, it is still one message."""
    return uuid.uuid5(_NAMESPACE, code)


def look(context: Context, person: Person) -> Found:
    """Find what waits here of this person. Asks the tag's key and the store: not for the screen's thread."""
    tag = person_tag(context.tag_key, person.document_type, person.number)
    return Found(tag, context.outbox.held_by(tag))


def waits_already(found: Found, session: Session) -> bool:
    """Say whether the service that the person chose was handed in here before and still waits."""
    plan = session.plan
    if plan is None or plan.journey is not Journey.APPLY:
        return False
    return any(row.service == plan.item_id for row in _standing(found))


def _standing(found: Found) -> tuple[Row, ...]:
    """What waits here and was not taken back."""
    ids = {row.id for row in found.rows}
    cases = (row for row in found.rows if row.service != WITHDRAWAL)
    return tuple(row for row in cases if withdrawal_id(row.code).hex not in ids)


class MyCasesDesk:
    """The cases of the person whose card was read."""

    def __init__(self, context: Context) -> None:
        self._context = context

    # --- finding ----

    def find(self) -> None:
        """Look into the store again, then ask the city. `CasesFound` comes with the first; the second may never come."""
        context = self._context
        vault, number = context.vault, context.session().number
        person = vault.person
        if person is None:
            return

        def found(result: Found) -> None:
            if vault.person is not person:
                return
            vault.found = result
            context.audit.record("cases.shown", session=number, waiting=len(result.rows))
            context.bus.publish(Fact.CASES)
            context.handle(ev.CasesFound(number))
            self._ask_city(person)

        def failed(error: Exception) -> None:
            context.handle(ev.CasesFound(number))
            raise error

        context.store_work.run(lambda: look(context, person), found, failed)

    def _ask_city(self, person: Person) -> None:
        context = self._context
        vault = context.vault
        vault.city_asked = context.session().line_up
        if not vault.city_asked:
            return
        key = PersonKey(name=person.name, document_type=person.document_type, number=person.number)
        token = vault.token

        def answered(answer: CasesAnswer) -> None:
            if vault.person is person:
                vault.city_asked = False
                vault.city_cases, vault.city_as_of = answer.cases, answer.as_of
                vault.city_calls = answer.call_backs
                context.bus.publish(Fact.CASES)

        def silent(error: Exception) -> None:
            vault.city_asked = False
            context.bus.publish(Fact.CASES)
            if isinstance(error, PlatformUnreachable):
                context.suspect_line()
            elif not isinstance(error, PlatformRejected):
                raise error

        context.city_work.run(lambda: context.city.cases(key, token), answered, silent)

    # --- what the screen sees ----

    @property
    def asking(self) -> bool:
        """Say whether the city's answer is still awaited."""
        return self._context.vault.city_asked

    @property
    def as_of(self) -> dt.datetime | None:
        """Return when the city said what it said, or None when it said nothing: then only this terminal speaks."""
        return self._context.vault.city_as_of

    @property
    def again_at(self) -> dt.datetime | None:
        """Return when the chosen service was handed in here last, while it still waits."""
        plan = self._context.session().plan
        times = [row.submitted_at for row in _standing(self._context.vault.found) if plan and row.service == plan.item_id]
        return max(times, default=None)

    def lines(self) -> tuple[CaseLine, ...]:
        """Return what waits here, newest first, then what only the city knows: calls to be made before cases."""
        vault = self._context.vault
        known = {case.code: case for case in vault.city_cases}
        calls = {call.code for call in vault.city_calls}
        here = [row for row in reversed(vault.found.rows) if row.service != WITHDRAWAL and row.code not in calls]
        local = [self._local(row, known.get(row.code)) for row in here]
        codes = {line.code for line in local}
        told = (self._remote(case) for case in vault.city_cases if case.code not in codes)
        lines = (*local, *map(_call, vault.city_calls), *told)
        plan = self._context.session().plan
        return tuple(filter(_collectable, lines)) if plan is not None and plan.collects else lines

    def line(self, code: str) -> CaseLine | None:
        """Return the case with this code, if it is this person's."""
        return next((line for line in self.lines() if line.code == code), None)

    def item(self, item_id: str) -> ServiceItem | None:
        """Return the service, or None for one that this terminal's catalogue does not hold any more."""
        try:
            return self._context.catalogue.item(item_id)
        except KeyError:
            return None

    def printed_result(self, line: CaseLine) -> ServiceItem | None:
        """Return the service that prints what this completed case has led to, if the catalogue holds one."""
        item = self.item(line.item)
        kind = None if item is None or line.state != CaseState.CLOSED else item.result.certificate_type
        printing = (each for each in self._context.catalogue.items if each.prints and each.result.certificate_type == kind)
        return None if kind is None else next(printing, None)

    def _local(self, row: Row, known: CaseSummary | None) -> CaseLine:
        state = "parked" if row.state is RowState.PARKED else "kept"
        if row.service == CALL_BACK:
            return CaseLine(row.code, "", row.submitted_at, state, here=True, withdrawable=False, call_back=True)
        if item := supplemented_item(row.service):
            said = f"supplement_{state}"
            return CaseLine(row.code, item, row.submitted_at, said, here=True, withdrawable=False, supplement=True)
        state = self._taken_back(row.code) or (state if known is None else str(known.state))
        line = CaseLine(row.code, row.service, row.submitted_at, state, here=True, withdrawable=state in _OPEN)
        # what only lies here is sealed: for whom it was handed in, and what lacks, the city alone can say
        return line if known is None else self._told(line, known)

    def _remote(self, case: CaseSummary) -> CaseLine:
        over = case.state is CaseState.WITHDRAWN
        state = str(case.state) if over else self._taken_back(case.code) or str(case.state)
        handed_in = case.details.submitted_at if case.details else None
        line = CaseLine(case.code, case.item, handed_in, state, here=False, withdrawable=state in _OPEN)
        return self._told(line, case)

    def _told(self, line: CaseLine, case: CaseSummary) -> CaseLine:
        """Add what the city says of a case: who is what in it, and what lacks."""
        said = replace(
            line,
            role=case.role,
            bring_by=case.supplement_by,
            wanted=tuple(self._wish(case.item, each) for each in case.wanted),
            brought=self._brought(case),
        )
        return said if case.details is None else replace(said, other=case.details.other, missing=case.details.missing)

    def _wish(self, item_id: str, wanted: Wanted) -> Wish:
        item = self.item(item_id)
        known = next((each for each in item.materials if each.key == wanted.key), None) if item else None
        return Wish(
            wanted.key, None if known is None else known.name, wanted.name, wanted.reason, wanted.note, wanted.due,
            here=known is not None and known.profile is not None,
        )  # fmt: skip

    def _brought(self, case: CaseSummary) -> Literal["", "kept", "parked"]:
        """Say how far an answer to a notice of this case got that lies here; what was refused counts for its own notice."""
        states = {row.id: row.state for row in self._context.vault.found.rows}
        answers = [states.get(supplement_id(case.code, notice).hex) for notice in range(case.notices + 1)]
        if any(state not in {None, RowState.PARKED} for state in answers):
            return "kept"
        return "parked" if answers[-1] is RowState.PARKED else ""

    def _taken_back(self, code: str) -> str:
        """Say how far a withdrawal of this case got that lies here: `withdrawing`, `withdraw_refused`, or nothing."""
        wanted = withdrawal_id(code).hex
        for row in self._context.vault.found.rows:
            if row.id == wanted:
                return "withdraw_refused" if row.state is RowState.PARKED else "withdrawing"
        return ""

    # --- the receipt once more ----

    def reprint(self) -> None:
        """Print the receipt of the open case again, from what the store may know of it."""
        context = self._context
        session = context.session()
        row = next((row for row in context.vault.found.rows if row.code == session.case), None)
        brought = "" if row is None else supplemented_item(row.service)
        item = None if row is None else self.item(brought or row.service)
        if row is None or item is None:
            context.handle(ev.ReceiptNotPrinted(session.number, "receipt.failed"))
            return
        claim = receipt_qr.ReceiptClaim(row.code, row.service, row.submitted_at, row.sha256)
        what = receipts.facts(
            context, item, claim, materials=(), assurance="", received_by_city=False, again=True,
            supplements=self._case_of(row) if brought else "",
        )  # fmt: skip
        receipts.print_out(context, what)

    def _case_of(self, row: Row) -> str:
        """Return the code of the case for which this was brought, as far as the city has told it; `-` else."""
        told = self._context.vault.city_cases
        pairs = ((case.code, notice) for case in told for notice in range(case.notices + 1))
        return next((code for code, notice in pairs if supplement_id(code, notice).hex == row.id), "-")

    # --- taking it back ----

    def withdraw(self) -> None:
        """Seal and commit the withdrawal of the open case. The answer is `Withdrawn` or `NotWithdrawn`."""
        context = self._context
        vault, session = context.vault, context.session()
        number, code, person = session.number, session.case, vault.person
        line = self.line(code)
        if person is None or line is None or not line.withdrawable:
            context.handle(ev.NotWithdrawn(number, "cases.withdraw.failed"))
            return
        tag, submission_id = vault.found.tag, withdrawal_id(code)
        make = functools.partial(
            Withdrawal,
            submission_id=submission_id.hex,
            kiosk=context.enrolment.kiosk,
            withdraws=code,
            applicant=PersonKey(name=person.name, document_type=person.document_type, number=person.number),
            assurance=session.assurance.value,
            assurance_token=vault.token,
            submitted_at=context.clock.now(),
            clock_quality=context.clock.quality().value,
            language=context.language,
        )

        def work() -> Put | None:
            try:
                return context.outbox.put(
                    lambda own: make(code=own).to_bytes(), (), service=WITHDRAWAL, submission_id=submission_id,
                    person_tag=tag or None,
                )  # fmt: skip
            except Conflict:
                return None  # it was asked for before, at another minute: one withdrawal is enough

        def kept(put: Put | None) -> None:
            if put is not None:
                context.audit.record("case.withdrawal_stored", session=number, code=put.code, withdraws=code)
            context.bus.publish(Fact.OUTBOX)
            context.handle(ev.Withdrawn(number))

        def failed(error: Exception) -> None:
            message = "cases.withdraw.full" if isinstance(error, StoreFull) else "cases.withdraw.failed"
            context.handle(ev.NotWithdrawn(number, message))
            if not isinstance(error, QueueError) or isinstance(error, CustodyError):
                raise error

        context.store_work.run(work, kept, failed)


def _collectable(line: CaseLine) -> bool:
    """Say whether this is for somebody who comes to collect, or to bring what is missing."""
    return line.supplement or line.state in {CaseState.SUPPLEMENT_REQUIRED, CaseState.CLOSED}


def _call(call: CallBackSummary) -> CaseLine:
    state = "call_waiting" if call.answered_at is None else "call_answered"
    return CaseLine(
        call.code, call.item, call.submitted_at, state, here=False, withdrawable=False, call_back=True, answer=call.answer
    )
