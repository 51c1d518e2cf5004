"""Group commit: rows of callers that come together share one transaction, and so one fsync.

Knows: numbers, the chain from row to row, who writes for whom. Does not know: what a row means or how it is sealed.
Whoever comes alone writes one statement; of several the first to get the connection writes for all who wait by then, and
each of them gets its own answer.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

import apsw

from offline_queue.errors import QueueError
from offline_queue.store import Store

_TOGETHER = 64
"""Rows in one transaction at most, so that the first does not wait for ever."""
_LAST = """
    SELECT (SELECT 1 FROM outbox WHERE id = ?), max(seq), sha256, nth, (SELECT least_seq FROM agent_state) FROM outbox"""
_INSERT = """
    INSERT INTO outbox (seq, id, code, service, submitted_at, parts, sealed_bytes, sha256, envelope, person_tag, nth)
    VALUES (?1, {}, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"""
_INSERT_IN_TURN = _INSERT.format("?2")
_INSERT_BEHIND = _INSERT.format("CASE WHEN (SELECT max(seq) FROM outbox) = ?12 THEN ?2 END")
"""Holds only if the newest row still is the one behind which the new row was made: what is newest is never changed. Without
an id the row is refused; `INSERT … SELECT … WHERE` says the same by way of a temporary table."""


class Content(NamedTuple):
    """What a row holds besides its number and id, in the order of its columns; `nth` follows. Times in ms since 1970."""

    code: str
    service: str
    submitted_at: int
    parts: int
    sealed_bytes: int
    sha256: bytes
    """Raw, of `envelope`."""
    envelope: bytes
    person_tag: bytes | None


Make = Callable[[int, bytes | None], Content]
"""make(seq, raw digest of the row before or None) -> what to write. On any caller's thread; again if another was quicker."""
_Newest = tuple[int, bytes, int]
"""Number, digest and count of the newest row."""


class _Ticket:
    __slots__ = ("content", "done", "error", "make", "nth", "raw_id", "seq")

    def __init__(self, raw_id: bytes, make: Make) -> None:
        self.raw_id = raw_id
        self.make = make
        self.seq = self.nth = 0
        self.content: Content | None = None
        self.error: Exception | None = None
        self.done = False


class Appender:
    """Appends rows to a store, in the order of their numbers and in as few transactions as the callers allow."""

    def __init__(self, store: Store, next_seq: int) -> None:
        """`next_seq` is the first number that was free at enrolment."""
        self._store = store
        self._next_seq = next_seq
        self._turn = threading.Lock()
        self._tickets: deque[_Ticket] = deque()
        self._newest: _Newest | None = None

    def append(self, raw_id: bytes, make: Make) -> tuple[int, Content] | None:
        """Mint a number, make the row and write it; durable when this returns. None: the id is taken.

        An exception of `make` passes through and costs no number. Raises `QueueError` as `Store.transaction` does.
        """
        if (appended := self._append_alone(raw_id, make)) is not None:
            return appended
        ticket = _Ticket(raw_id, make)
        self._tickets.append(ticket)
        with self._turn:
            while not ticket.done:
                self._write_for_all()
        if ticket.error is not None:
            raise ticket.error
        return None if ticket.content is None else (ticket.seq, ticket.content)

    def _append_alone(self, raw_id: bytes, make: Make) -> tuple[int, Content] | None:
        """Write a row that comes alone, without asking first; None: others are at it or were quicker, or the id is taken."""
        if not self._turn.acquire(blocking=False):
            return None
        try:
            newest, self._newest = self._newest, None
            if newest is None or self._tickets:
                return None
            last, before, nth = newest
            seq, nth = max(self._next_seq, last + 1), nth + 1
            content = make(seq, before)
            if not self._store.write(_INSERT_BEHIND, (seq, raw_id, *content, nth, last)):
                return None
            self._newest = seq, content.sha256, nth
            return seq, content
        finally:
            self._turn.release()

    def _write_for_all(self) -> None:
        batch = [self._tickets.popleft() for _ in range(min(len(self._tickets), _TOGETHER))]
        failed: tuple[type[QueueError], str, str] = (QueueError, "queue.busy", "interrupted")
        committed = False
        self._newest = None
        try:
            with self._store.transaction() as db:
                for ticket in batch:
                    self._write(db, ticket)
            committed = True
            self._newest = max(((t.seq, t.content.sha256, t.nth) for t in batch if t.content is not None), default=None)
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
        ((taken, last, before, nth, least),) = db.execute(_LAST, (ticket.raw_id,))
        if taken:
            return
        seq = max(self._next_seq, least, (last or 0) + 1)
        row = self._row(ticket, seq, before, (nth or 0) + 1)
        if row is not None:
            db.execute(_INSERT_IN_TURN, row)

    def _row(self, ticket: _Ticket, seq: int, before: bytes | None, nth: int) -> tuple[Any, ...] | None:
        """Return the row's values in the order of `_INSERT`; None if its owner could not make it."""
        try:
            made = ticket.make(seq, before)
        except Exception as error:  # noqa: BLE001 - its owner raises it
            ticket.error = error
            return None
        ticket.seq, ticket.content, ticket.nth = seq, made, nth
        return (seq, ticket.raw_id, *made, nth)
