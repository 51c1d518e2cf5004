"""What becomes of a row that is held: released by a receipt, set aside, or left waiting for a line that is down.

Knows: the states and how each change becomes durable, on a full disk too. Does not know: how a row came in, or who asks.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

from offline_queue import salvage
from offline_queue.envelope import Header, PartInfo
from offline_queue.errors import QueueError, StoreFull
from offline_queue.part_files import PartFiles
from offline_queue.reading import Reading, to_ms
from offline_queue.room import Room
from offline_queue.rows import LinkWait, Waiting
from offline_queue.store import Store

_LOG = logging.getLogger("offline_queue.outbox")
_REASON_CHARS = 500

# Staff may have parked what was under way: the platform has it all the same.
_RELEASE = """
    UPDATE outbox SET state = 1, receipt = ?, envelope = NULL, person_tag = NULL, settled_at = ?, last_reason = ''
    WHERE seq = ? AND state <> 1"""
_PARK = """
    UPDATE outbox SET state = 2, attempts = attempts + 1, last_reason = ?, settled_at = ?
    WHERE seq = ? AND state = 0"""
_BLAME = "UPDATE outbox SET attempts = attempts + 1, last_reason = ? WHERE seq = ? AND state = 0"
_NEWEST = "SELECT (SELECT max(seq) FROM outbox), least_seq FROM agent_state"
_SKIP = "UPDATE agent_state SET least_seq = max(least_seq, ?)"
_LINE_CARRIES = "UPDATE agent_state SET reason = '', since = 0, retry_at = 0, not_before = 0, failures = 0"
_LINE_GOOD = f"{_LINE_CARRIES}, last_success_at = ?"
_LINE_DOWN = """
    UPDATE agent_state SET since = CASE WHEN reason = ?1 THEN since ELSE ?2 END, reason = ?1, retry_at = ?3,
                           not_before = ?4, boot = ?5, failures = ?6"""


Change = tuple[str, tuple[Any, ...]]
"""A statement and its values."""


class Settling(Reading):
    """Changes of rows that are there already. The writing connection is apart from the reader's."""

    def __init__(
        self, directory: Path, reader: Store, writer: Store, *, files: PartFiles, room: Room, now: Callable[[], dt.datetime]
    ) -> None:
        super().__init__(reader)
        self.directory = directory
        self._writer = writer
        self._files = files
        self._room = room
        self._now = now

    def next_waiting(self) -> Waiting | None:
        """Return what is to be sent next: fewest attempts, then oldest.

        Raises `QueueError` "queue.corrupt" once somebody has found the store damaged: it can be set aside when all let go.
        """
        if salvage.is_due(self.directory):
            raise QueueError("queue.corrupt", "to be set aside")
        return super().next_waiting()

    def part_path(self, header: Header, part: PartInfo) -> Path | None:
        """Return where a sealed part lies, or None if it is not there in its whole length."""
        return self._files.path(header.id, part.sha256) if self._files.is_whole(header.id, part) else None

    def release(self, item: Waiting, header: Header, receipt: bytes) -> None:
        """Take the platform's verified receipt: row received, line good, durably; then the sealed files go."""
        now = to_ms(self._now())
        changes: list[Change] = [(_RELEASE, (receipt, now, item.seq)), (_LINE_GOOD, (now,))]
        if ahead := self._unknown_here(receipt):
            _LOG.error("store fault queue.rolled_back: the platform has our number %d", ahead)
            salvage.tell(self.directory, f"queue.rolled_back: {ahead}", rows=sum(astuple(self.counts())))
            changes.append((_SKIP, (ahead + 1,)))
        self._drain(*changes)
        self._files.delete(header.id, header.parts)
        self._room.lay_ballast()

    def park(self, item: Waiting, reason: str, *, line_good: bool = False) -> None:
        """Set a submission aside with the platform's words (or our code). It is never dropped.

        `line_good`: the platform itself refused, so the line carries.
        """
        _LOG.warning("row %d parked: %s", item.seq, reason)
        self._drain(self._parked(item.seq, reason), *([(_LINE_CARRIES, ())] if line_good else []))

    def link_down(self, wait: LinkWait, blamed: Waiting | None) -> None:
        """Write why and how long the agent waits; `blamed` is the item whose sending broke off, if any."""
        times = to_ms(self._now()), to_ms(wait.retry_at), int(wait.not_before_s * 1000)
        changes: list[Change] = [(_LINE_DOWN, (wait.reason, *times, wait.boot, wait.failures))]
        if blamed is not None:
            changes.append((_BLAME, (wait.reason[:_REASON_CHARS], blamed.seq)))
        self._drain(*changes)

    # --- inside ----

    def _parked(self, seq: int, reason: str) -> Change:
        """Return what sets a waiting row aside."""
        return _PARK, (reason[:_REASON_CHARS], to_ms(self._now()), seq)

    def _unknown_here(self, receipt: bytes) -> int:
        """Return the highest number that the platform has of us and this store never gave out, 0 if there is none.

        Then an older store was put in this one's place: what it puts next would bear numbers that are taken.
        """
        try:
            known = int(json.loads(receipt)["contiguous"])
        except (ValueError, KeyError, TypeError):
            return 0
        ((newest, least),) = self._reader.query(_NEWEST)
        return known if known > max(newest or 0, least - 1) else 0

    def _drain(self, *changes: Change) -> bool:
        """Write for work that is held already: on a full disk the ballast goes first, because draining makes room.

        Say whether the first change found its row.
        """
        try:
            return self._write(changes)
        except StoreFull:
            if not self._room.drop_ballast():
                raise
            _LOG.error("disk full: ballast dropped")
            return self._write(changes)

    def _write(self, changes: Sequence[Change]) -> bool:
        with self._writer.transaction() as db:
            found = 0
            for number, (sql, values) in enumerate(changes):
                db.execute(sql, values)
                found = found if number else db.changes()
        return bool(found)
