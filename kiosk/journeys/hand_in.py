"""Handing in: the whole of it read once more, sealed into the outbox, and the receipt that may then be printed.

Knows: that nothing is promised before the outbox has committed. Does not know: how the outbox stores, when the city is
reached, or how a receipt is printed (`receipts`).
"""

from __future__ import annotations

import copy
import datetime as dt
import functools
import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kiosk.catalogue.models import ServiceItem
from kiosk.clock import CIVIL_TZ
from kiosk.events import Fact
from kiosk.identity import masking
from kiosk.identity.persons import Person
from kiosk.journeys import receipts, signature
from kiosk.journeys.asked_papers import amount
from kiosk.journeys.context import Context
from kiosk.journeys.form import FormDesk
from kiosk.journeys.materials import MaterialsDesk
from kiosk.journeys.submission import Draft, compose
from kiosk.journeys.vault import Attempt, Kept, Stroke
from kiosk.printing import receipt, receipt_qr
from kiosk.session import events as ev
from kiosk.session.states import Promise, State
from kiosk.words import dates
from offline_queue import Conflict, CustodyError, Put, QueueError, StoreFull
from offline_queue.store import COMMIT_UNKNOWN

EARLIER_KEPT = "submit.earlier_kept"
MIN_SIGNATURE = 0.15
"""Widths of the pad that the ink must cover at least."""


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One line of the review; pressing it leads back to where it was entered."""

    section: str
    label: str
    value: str
    target: ev.FieldReopened | None
    by: str = ""
    """Who entered it, where a clerk helps: `resident`, `clerk`, or nothing for what nobody entered."""


@dataclass(frozen=True, slots=True)
class Making:
    """What is about to be sealed: how it is put together, and what becomes of it in the log."""

    make: Callable[[], Draft]
    noted: dict[str, Any]


class CaseDesk:
    """The submission of the present session."""

    conflict_id = "submit.store_failed"
    """Message id of what is said when the store holds something else under the same id."""

    def __init__(self, context: Context, form: FormDesk, materials: MaterialsDesk) -> None:
        self._context = context
        self._form = form
        self._materials = materials
        self._pad = (1, 1)

    def _item(self) -> ServiceItem:
        plan = self._context.session().plan
        if plan is None:
            raise LookupError("no plan")
        return self._context.catalogue.item(plan.item_id)

    # --- signing and reviewing ----

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """The signature as it was written."""
        return self._context.vault.strokes

    def set_signature(self, strokes: Sequence[Sequence[tuple[float, float, float]]], width: int, height: int) -> None:
        """Take the signature; x and y in 0..1 of a pad of `width` x `height` pixels, seconds since the first touch."""
        vault = self._context.vault
        vault.strokes = tuple(tuple((float(x), float(y), float(t)) for x, y, t in stroke) for stroke in strokes if stroke)
        vault.signature_png = b""
        self._pad = (max(1, width), max(1, height))
        if self.has_signature:
            vault.signature_png = signature.draw(vault.strokes, *self._pad)
        self._context.bus.publish(Fact.CASE)
        self._context.handle(ev.Touched())

    @property
    def has_signature(self) -> bool:
        """Say whether there is enough ink to be a signature."""
        return signature.length(self._context.vault.strokes) >= MIN_SIGNATURE

    def review(self) -> tuple[ReviewLine, ...]:
        """Return everything that will be handed in, line by line."""
        language, vault = self._context.language, self._context.vault
        lines: list[ReviewLine] = []
        lines += [
            ReviewLine("review.person", label, value, ev.FieldReopened(State.RELATION)) for label, value in self._acting()
        ]
        for view in self._form.known():
            lines.append(ReviewLine("review.person", view.label.in_language(language), view.display, None))
        for number in range(self._form.page_count):
            for view in self._form.fields(number):
                page = ev.FieldReopened(State.FORM, page=number)
                by = vault.entered_by.get(view.key, "")
                lines.append(ReviewLine("review.form", view.label.in_language(language), view.display, page, by))
        for material in self._materials.views():
            name, have, say = material.name.in_language(language), material.state == "have", self._context.say
            if material.state == "later" and material.later_by is not None:
                pages = say("review.later", day=dates.day_of_week(material.later_by, say))
            else:
                pages = say("review.have") if have else say("review.scanned", amount=amount(material, say))
            target = None if have else ev.FieldReopened(State.MATERIALS, material=material.key)
            lines.append(ReviewLine("review.materials", name, pages, target, vault.brought_by.get(material.key, "")))
        if lines:  # without a session nothing is signed either
            signed = self._context.say("review.signed") if self.has_signature else ""
            label = self._context.say("review.signature")
            by = "resident" if vault.clerk and signed else ""  # nobody signs for another
            lines.append(ReviewLine("review.materials", label, signed, ev.FieldReopened(State.SIGN), by))
        return tuple(lines)

    def _acting(self) -> tuple[tuple[str, str], ...]:
        """Say who hands in for the person below, and by what that person is known here."""
        vault, say = self._context.vault, self._context.say
        if vault.principal is None or vault.person is None:
            return ()
        agent = masking.on_screen(masking.Kind.NAME, vault.person.name)
        known = say("review.known_by.card" if vault.principal.document_seen else "review.known_by.number")
        return (
            (say("review.agent"), say("review.agent_is", name=agent, relation=say(f"acting.relation.{vault.relation}"))),
            (say("review.known_by"), known),
        )

    @property
    def ready(self) -> bool:
        """Say whether it can be handed in: form valid, papers complete, signed."""
        return self._form.valid and self._materials.complete and self.has_signature

    # --- handing in ----

    def submit(self) -> None:
        """Seal and commit. The answer is `Stored` or `NotStored`; trying again can never make a second case."""
        context = self._context
        vault, session = context.vault, context.session()
        number, person = session.number, vault.person
        if person is None or not self.ready:
            context.handle(ev.NotStored(number, "submit.invalid"))
            return
        if vault.kept is not None:  # an attempt that took too long has been stored after all
            context.handle(ev.Stored(number))
            return
        vault.submitted_at = vault.submitted_at or context.clock.now()
        making = self._making(person, vault.submitted_at)
        clerk: dict[str, Any] = {"by": vault.clerk} if vault.clerk else {}
        tag, unsure, materials = vault.found.tag or None, vault.unsure, self._named_materials()
        later = self._named_later()
        attempts: list[Attempt] = []

        def work() -> tuple[Draft, Put, Attempt, str]:
            draft = making.make()
            hashes = tuple(hashlib.sha256(each.data).hexdigest() for each in draft.attachments)
            attempt = Attempt(hashes, materials, later)
            attempts.append(attempt)
            submission_id = uuid.UUID(draft.submission_id)
            try:
                put = context.outbox.put(
                    draft.form, draft.attachments, service=draft.service, submission_id=submission_id, person_tag=tag
                )
            except Conflict:
                # An attempt that nobody could answer for was kept after all, and something was changed since. What is
                # kept counts: it is the one case of this id, and its receipt is true.
                row = context.outbox.row_of(submission_id)
                if unsure is None or row is None:
                    raise
                return draft, Put(row.id, row.seq, row.code, row.sha256), unsure, EARLIER_KEPT
            return draft, put, attempt, ""

        def stored(result: tuple[Draft, Put, Attempt, str]) -> None:
            draft, put, attempt, notice = result
            parts = len(attempt.attachments)
            context.audit.record(
                "submission.stored", session=number, code=put.code, item=draft.item,
                assurance=str(draft.assurance), parts=parts, **making.noted, **clerk,
            )  # fmt: skip
            context.bus.publish(Fact.OUTBOX)
            if vault.person is not person:
                return  # too late for this person's screen; the submission is safe all the same
            vault.kept = Kept(
                draft.submission_id, put.code, put.sha256, draft.submitted_at,
                attempt.attachments, attempt.materials, attempt.later,
            )  # fmt: skip
            context.bus.publish(Fact.CASE)
            context.handle(ev.Stored(number, notice))

        def failed(error: Exception) -> None:
            if not isinstance(error, QueueError):
                context.handle(ev.NotStored(number, "submit.store_failed"))
                raise error
            context.audit.record("submission.refused", "failure", session=number, reason=error.code)
            if error.code == COMMIT_UNKNOWN and attempts and vault.person is person:
                vault.unsure = attempts[-1]
            message = "submit.store_full" if isinstance(error, StoreFull) else "submit.store_failed"
            context.handle(ev.NotStored(number, self.conflict_id if isinstance(error, Conflict) else message))
            if isinstance(error, CustodyError):
                raise error

        context.store_work.run(work, stored, failed)

    def _making(self, person: Person, submitted_at: dt.datetime) -> Making:
        context = self._context
        vault, session = context.vault, context.session()
        vault.submission_id = vault.submission_id or uuid.uuid4().hex
        make = functools.partial(
            compose,
            vault=copy.copy(vault),  # a wipe replaces what the vault holds; this one keeps it until it is stored
            person=person,
            capacity=session.capacity,
            item=self._item(),
            asked=self._materials.asked(),
            catalogue_version=context.catalogue.version,
            assurance=session.assurance,
            pad=self._pad,
            kiosk=context.enrolment.kiosk,
            submitted_at=submitted_at,
            clock=context.clock.quality(),
            language=context.language,
            purpose=self._purpose(),
            later={view.key: view.later_by for view in self._materials.later() if view.later_by is not None},
        )
        return Making(make, {"capacity": str(session.capacity)})

    def _purpose(self) -> str:
        context = self._context
        at = context.vault.submitted_at or context.clock.now()
        return context.say(
            "documents.purpose",
            item=self._item().name.in_language(context.language),
            kiosk=context.enrolment.kiosk,
            date=f"{at.astimezone(CIVIL_TZ):%Y-%m-%d}",
        )

    def _named_materials(self) -> tuple[tuple[str, str], ...]:
        say, language = self._context.say, self._context.language
        return tuple((view.name.in_language(language), amount(view, say)) for view in self._materials.views() if view.pages)

    def _named_later(self) -> tuple[tuple[str, dt.date], ...]:
        language = self._context.language
        missing = self._materials.later()
        return tuple((view.name.in_language(language), view.later_by) for view in missing if view.later_by is not None)

    # --- the receipt ----

    @property
    def code(self) -> str:
        """The human case code, once the outbox has committed."""
        kept = self._context.vault.kept
        return "" if kept is None else kept.code

    @property
    def attachment_digests(self) -> tuple[str, ...]:
        """SHA-256 (hex) of what was handed in, by which central's copies can be compared."""
        kept = self._context.vault.kept
        return () if kept is None else kept.attachments

    @property
    def receipt_png(self) -> bytes | None:
        """The receipt as it was laid out, for the screen."""
        return self._context.vault.receipt_png or None

    def promised(self) -> receipt.Promised:
        """Work out the dates that may be promised for this submission."""
        kept = self._context.vault.kept
        handed_in = self._context.clock.now() if kept is None else kept.submitted_at
        later = () if kept is None else kept.later
        return receipts.promised(
            self._context, self._item(), handed_in, later, supplement=self._supplements() != ""
        )

    def promise_lines(self) -> tuple[tuple[str, str], ...]:
        """Return (label, value) of each promise of the receipt, for the screen."""
        return receipt.promise_lines(self.promised(), self._context.say, on_screen=True)

    def print_receipt(self) -> None:
        """Print the receipt from its start. Only after the outbox has committed is there anything to print."""
        context = self._context
        kept, session = context.vault.kept, context.session()
        if kept is None:
            return
        item = self._item()
        facts = receipts.facts(
            context,
            item,
            receipt_qr.ReceiptClaim(kept.code, self._service(item), kept.submitted_at, kept.digest),
            materials=kept.materials,
            later=kept.later,
            assurance=str(session.assurance),
            received_by_city=session.promise is not Promise.KEPT,
            supplements=self._supplements(),
        )
        receipts.print_out(context, facts)

    def _service(self, item: ServiceItem) -> str:
        """Return what stands in the envelope's header."""
        return item.id

    def _supplements(self) -> str:
        """Return the code of the case for which this was brought; nothing where it is a case itself."""
        return ""
