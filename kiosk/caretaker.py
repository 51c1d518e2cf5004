"""Looks after the store and the audit log: tells what waits there, takes the terminal out of service and back into it.

Knows: the outbox' counts, which failure is which fault, how long to wait before trying again. Does not know: how the
outbox stores or sends, or what the screen shows. Lives on the session's thread; looks run on the store's.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass

from kiosk.audit import AuditError
from kiosk.events import Fact
from kiosk.faults import fault_of
from kiosk.journeys.context import Context
from kiosk.journeys.vault import Kept
from kiosk.session import events as ev
from kiosk.session.states import Promise, Session, State
from offline_queue import RowState

_LOG = logging.getLogger("kiosk.caretaker")
LOOK_S = 1.0
"""How often the outbox is looked at: the sync agent is another process and cannot call us."""
RECOVERY_S = 30.0
"""How long the terminal stays out of service before it looks whether it can serve again."""


@dataclass(frozen=True, slots=True)
class OutboxView:
    """What the screen may say of the outbox."""

    waiting: int = 0
    parked: int = 0
    last_success: dt.datetime | None = None
    waits_for: str = ""
    room: bool = True
    """Another submission of the largest size would fit."""


class Caretaker:
    """Turned by `tick`, told of each changed session."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._look_at = 0.0
        self._looking = False
        self._fault = ""
        self._fault_at = 0.0
        self._audit_dead = False
        self.outbox = OutboxView()
        context.audit.on_failure = self._audit_failed

    def tick(self) -> None:
        """Look at the outbox, once a second and never twice at the same time."""
        now = self._context.clock.monotonic()
        if now < self._look_at or self._looking:
            return
        self._look_at = now + LOOK_S
        self._looking = True
        kept = self._context.vault.kept
        self._context.store_work.run(lambda: self._look(kept), lambda seen: self._seen(kept, *seen), self._blind)

    def _look(self, kept: Kept | None) -> tuple[OutboxView, bool]:
        outbox = self._context.outbox
        counts, agent = outbox.counts(), outbox.agent_state()
        row = None if kept is None else outbox.row(kept.code)
        received = row is not None and row.state is RowState.RECEIVED
        return OutboxView(counts.waiting, counts.parked, agent.last_success, agent.reason, outbox.has_room()), received

    def _seen(self, kept: Kept | None, view: OutboxView, received: bool) -> None:
        context = self._context
        self._looking = False
        if view != self.outbox:
            self.outbox = view
            context.bus.publish(Fact.OUTBOX)
        session = context.session()
        if received and kept is not None and kept is context.vault.kept and session.promise is Promise.KEPT:
            context.audit.record("submission.received", code=kept.code)
            context.handle(ev.CityReceived(session.number))
        self._try_again()

    def _blind(self, error: Exception) -> None:
        self._looking = False
        self._raise(error)

    # --- faults ----

    def on_session(self, session: Session) -> None:
        """Write down each fault that the session took over."""
        before, self._fault = self._fault, session.fault
        if session.fault and session.fault != before:
            self._fault_at = self._context.clock.monotonic()
            self._context.audit.record("fault.raised", "failure", code=session.fault)

    def _audit_failed(self, error: AuditError) -> None:
        self._audit_dead = True
        self._raise(error)

    def _raise(self, error: Exception) -> None:
        fault = fault_of(error)
        if self._context.session().fault != fault.code:  # once, not once a second
            _LOG.error("fault %s", fault.code, exc_info=error)
            self._context.handle(ev.FaultRaised(fault.code))

    def _try_again(self) -> None:
        """The store answers: if the audit log can be written, too, a terminal out of service serves again."""
        context = self._context
        session, now = context.session(), context.clock.monotonic()
        if session.state is not State.OUT_OF_SERVICE or not session.fault or session.stopping:
            return
        if now < self._fault_at + RECOVERY_S:
            return
        self._fault_at = now
        self._audit_dead = False
        context.audit.record("fault.cleared", code=session.fault)
        if not self._audit_dead:
            context.handle(ev.FaultCleared())
