"""Group commit: rows of callers that come together share one transaction, and so one fsync.

Knows: numbers, the chain from row to row, who writes for whom. Does not know: what a row means or how it is sealed.
Whoever gets the connection first writes for all who wait by then; each of them gets its own answer.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import apsw

from offline_queue.errors import QueueError
from offline_queue.store import Store

_TOGETHER = 64
"""Rows in one transaction at most, so that the first does not wait for ever."""
_LAST = "SELECT (SELECT 1 FROM outbox WHERE id = ?), max(seq), sha256, nth FROM outbox"
_INSERT = """
    INSERT INTO outbox (seq, id, code, service, submitted_at, parts, sealed_bytes, sha256, envelope, person_tag, nth)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


@dataclass(frozen=True, slots=True)
class Content:
    """What a row holds besides its number and id. `sha256` (raw) is that of `envelope`; times in ms since 1970."""

    code: str
    service: str
    submitted_at: int
    parts: int
    sealed_bytes: int
    sha256: bytes
    envelope: bytes
    person_tag: bytes | None


Make = Callable[[int, bytes | None], Content]
"""make(seq, the raw digest of the row before or None) -> what to write. May run on another caller's thread."""


class _Ticket:
    __slots__ = ("content", "done", "error", "make", "raw_id", "seq")

    def __init__(self, raw_id: bytes, make: Make) -> None:
        self.raw_id = raw_id
        self.make = make
        self.seq = 0
        self.content: Content | None = None
        self.error: Exception | None = None
        self.done = False


class Appender:
    """Appends rows to a store, in the order of their numbers and in as few transactions as the callers allow."""

    def __init__(self, store: Store, next_seq: int, meanwhile: Callable[[], None]) -> None:
        """`next_seq` is the first number that was free at enrolment; `meanwhile` is called when the disk is to work next."""
        self._meanwhile = meanwhile
        self._store = store
        self._next_seq = next_seq
        self._turn = threading.Lock()
        self._tickets: deque[_Ticket] = deque()

    def append(self, raw_id: bytes, make: Make) -> tuple[int, Content] | None:
        """Mint a number, make the row and write it; durable when this returns. None: the id is taken.

        An exception of `make` passes through and costs no number. Raises `QueueError` as `Store.transaction` does.
        """
        ticket = _Ticket(raw_id, make)
        self._tickets.append(ticket)
        with self._turn:
            while not ticket.done:
                self._write_for_all()
        if ticket.error is not None:
            raise ticket.error
        return None if ticket.content is None else (ticket.seq, ticket.content)

    def _write_for_all(self) -> None:
        batch = [self._tickets.popleft() for _ in range(min(len(self._tickets), _TOGETHER))]
        failed: tuple[type[QueueError], str, str] = (QueueError, "queue.busy", "interrupted")
        committed = False
        try:
            with self._store.transaction() as db:
                for ticket in batch:
                    self._write(db, ticket)
                self._meanwhile()
            committed = True
        except QueueError as error:
            failed = type(error), error.code, error.detail
            if len(batch) == 1:
                raise
        finally:
            for ticket in batch:
                ticket.done = True
                if not committed and ticket.error is None:
                    kind, code, detail = failed
                    ticket.error = kind(code, detail)

    def _write(self, db: apsw.Connection, ticket: _Ticket) -> None:
        ((taken, last, before, nth),) = db.execute(_LAST, (ticket.raw_id,))
        if taken:
            return
        seq = self._next_seq if last is None else max(self._next_seq, last + 1)
        try:
            made = ticket.make(seq, before)
        except Exception as error:  # noqa: BLE001 - its owner raises it
            ticket.error = error
            return
        row = (made.code, made.service, made.submitted_at, made.parts, made.sealed_bytes, made.sha256, made.envelope)
        db.execute(_INSERT, (seq, ticket.raw_id, *row, made.person_tag, (nth or 0) + 1))
        ticket.seq, ticket.content = seq, made
