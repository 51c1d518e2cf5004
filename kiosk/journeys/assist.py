"""A clerk who helps residents: whose help it is, what was said of person and card, the resident's own yes, the day's batch.

Knows: that the clerk's number comes from the card that signed in, that a yes by card wants the card lifted first, and that
the batch is read off the audit log, so that a restart forgets none of it. Does not know: cards' wires, or who may help
(the machine says when).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devices.errors import DeviceError
from devices.id_card import CardPresent, IdCard, NoCard, ReadFailed
from devices.supervisor import DeviceReport
from kiosk.clock import CIVIL_TZ
from kiosk.events import Fact
from kiosk.journeys.context import Context
from kiosk.journeys.staff import StaffDesk
from kiosk.session import effects as fx
from kiosk.session import events as ev
from kiosk.session.states import Assent, Device, Session, State
from offline_queue import QueueError, RowState

OTHER_CARD, UNREADABLE, READER_FAILED = "identify.other_card", "identify.unreadable", "identify.reader_failed"


@dataclass(frozen=True, slots=True)
class Batch:
    """What a clerk helped with today, by case code, and how many of it the city has, waits, or was set aside."""

    codes: frozenset[str] = frozenset()
    received: int = 0
    waiting: int = 0
    parked: int = 0
    known: bool = True
    """False when the log or the store could not be read: nothing is shown then, rather than a nought."""


class AssistDesk:
    """Does what the machine asks where a clerk helps."""

    def __init__(self, context: Context, staff: StaffDesk) -> None:
        self._context = context
        self._staff = staff
        self._before = State.ATTRACT
        self._watching = False
        self._lifted = False
        """The card was off the reader since the yes was asked for."""
        self._reading = False
        self.batch = Batch()

    def run(
        self, effect: fx.BeginAssisted | fx.RecordConsent | fx.RecordAttested | fx.WatchAssent | fx.RecordAssent
    ) -> None:
        """Do what the machine asks."""
        match effect:
            case fx.BeginAssisted():
                self._begin()
            case fx.RecordConsent(by=by):
                self._context.vault.consented_by = str(by)
            case fx.RecordAttested(holds=holds):
                self._record("assist.attested", holds=str(holds).lower())
            case fx.WatchAssent(on=on):
                self._watch(on=on)
            case fx.RecordAssent(how=how):
                self._record_assent(how)

    # --- whose help it is ----

    def _begin(self) -> None:
        """The clerk takes the next resident."""
        self._context.vault.clerk = self._staff.staff_id
        self._record("assist.begun")

    def _record_assent(self, how: Assent) -> None:
        """The resident has confirmed."""
        vault = self._context.vault
        vault.assent, vault.assented_at = str(how), self._context.clock.now()
        self._record("assist.confirmed", how=str(how))

    def _record(self, event: str, **facts: str) -> None:
        context = self._context
        about: dict[str, Any] = {"session": context.session().number, "by": context.vault.clerk, **facts}
        context.audit.record(event, **about)

    def on_session(self, session: Session) -> None:
        """Count the batch anew when the clerk comes back to the desk, or to the staff pages."""
        before, self._before = self._before, session.state
        if session.state is not before and session.state in {State.DESK, State.STAFF}:
            self.look()
        elif session.state in {State.ATTRACT, State.OUT_OF_SERVICE}:
            self.batch = Batch()

    # --- the resident's own card as a yes ----

    def _watch(self, *, on: bool) -> None:
        """Begin or stop waiting for the card to be lifted and laid down again."""
        self._watching, self._lifted = on, False
        reader = self._context.devices.get(Device.ID_CARD)
        if on and reader is not None:
            self.on_report(reader.report)
            reader.poll_now()

    def on_report(self, report: DeviceReport) -> None:
        """Take a new status of the reader. One that cannot see a lifted card is answered by a touch alone."""
        if not self._watching:
            return
        if isinstance(report.status, NoCard):
            self._lifted = True
        elif isinstance(report.status, CardPresent) and self._lifted and not self._reading:
            self._reading = True
            number = self._context.session().number
            self._context.devices[Device.ID_CARD].submit(
                lambda reader: reader.read(), lambda result: self._on_read(number, result)
            )

    def _on_read(self, number: int, result: IdCard | NoCard | ReadFailed | DeviceError) -> None:
        self._reading = False
        person = self._context.vault.person
        if not self._watching or person is None or number != self._context.session().number:
            return
        match result:
            case IdCard(number=shown) if shown == person.number:
                self._context.handle(ev.CardShownAgain(number))
            case IdCard():
                self._refuse(number, OTHER_CARD, "other_card")
            case NoCard():
                pass  # lifted in the middle: it is waited for
            case ReadFailed(code=code):
                self._refuse(number, UNREADABLE, code)
            case DeviceError(code=code):
                self._refuse(number, READER_FAILED, code)

    def _refuse(self, number: int, message_id: str, reason: str) -> None:
        self._lifted = False
        self._context.audit.record("identity.card_refused", "failure", session=number, reason=reason)
        self._context.handle(ev.CardRefused(number, message_id))

    # --- the day's batch ----

    def look(self) -> None:
        """Count what this clerk helped with today, on the store's thread."""
        context, by = self._context, self._staff.staff_id
        if not by:
            return
        if context.session().training:
            self._show(Batch())  # practice has no day
            return
        log, outbox = context.config.state_dir / "audit.jsonl", context.outbox
        today = context.today()

        def work() -> Batch:
            codes = frozenset(codes_of(log, by, today))
            rows = [row for code in sorted(codes) if (row := outbox.row(code)) is not None]
            states = [row.state for row in rows]
            gone = len(codes) - len(rows)  # what the store has let go of, the city has
            return Batch(
                codes, states.count(RowState.RECEIVED) + gone, states.count(RowState.WAITING), states.count(RowState.PARKED)
            )

        def done(batch: Batch) -> None:
            if self._staff.staff_id == by:
                self._show(batch)

        def failed(error: Exception) -> None:
            self._show(Batch(known=False))
            if not isinstance(error, OSError | QueueError):
                raise error

        context.store_work.run(work, done, failed)

    def _show(self, batch: Batch) -> None:
        self.batch = batch
        self._context.bus.publish(Fact.STAFF)


def codes_of(log: Path, staff_id: str, day: dt.date) -> Iterator[str]:
    """Yield the case codes that an audit log names as handed in with this clerk's help on a civil day. Raises `OSError`."""
    with log.open("rb") as lines:
        for line in lines:
            if b'"submission.stored"' not in line:
                continue
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # whoever verifies the chain says so; a count is no place for it
            if entry.get("by") == staff_id and dt.datetime.fromisoformat(entry["at"]).astimezone(CIVIL_TZ).date() == day:
                yield str(entry["code"])
