"""Reading the outbox: rows, counts, the agent's state, and what is to be sent next.

Knows: the queries. Does not know: how anything comes to be in the store or leaves it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

from offline_queue.rows import STATES, AgentState, Counts, LinkWait, Row, RowState, Waiting
from offline_queue.store import Store

_COLUMNS = (
    "seq, id, code, service, state, attempts, submitted_at, settled_at, parts, sealed_bytes, sha256, last_reason, receipt"
)

_COUNTS = """
    SELECT coalesce((SELECT nth FROM outbox ORDER BY seq DESC LIMIT 1), 0) AS put, received, parked FROM agent_state"""
# The index leads from one number of attempts to the next, so this costs a few steps however much waits.
_OLDEST = """
    WITH RECURSIVE tried (attempts) AS (
        SELECT min(attempts) FROM outbox WHERE state <> 1 AND state = 0
        UNION ALL
        SELECT (SELECT min(attempts) FROM outbox WHERE state <> 1 AND state = 0 AND attempts > tried.attempts)
        FROM tried WHERE tried.attempts IS NOT NULL
    )
    SELECT submitted_at FROM outbox WHERE seq = (
        SELECT min((SELECT min(seq) FROM outbox WHERE state <> 1 AND state = 0 AND attempts = tried.attempts)) FROM tried
    )"""
_AT_ONCE = 200
"""Rows that are in memory together when all are walked over."""


class Reading:
    """What anybody may ask of a store. Its connection is apart from the writer's, so that no reader waits for a disk."""

    def __init__(self, store: Store) -> None:
        self._reader = store

    def rows(self, *, state: RowState | None = None, limit: int = 1000) -> tuple[Row, ...]:
        """Return rows, newest first."""
        wanted = "" if state is None else f"WHERE state = {STATES.index(state)}"
        sql = f"SELECT {_COLUMNS} FROM outbox {wanted} ORDER BY seq DESC LIMIT ?"  # noqa: S608 - constants only
        return tuple(_row(values) for values in self._reader.query(sql, (limit,)))

    def row(self, code: str) -> Row | None:
        """Return the row with this case code, in its canonical form."""
        # From the newest: who asks has just handed in.
        sql = f"SELECT {_COLUMNS} FROM outbox WHERE code = ? ORDER BY seq DESC LIMIT 1"  # noqa: S608
        found = self._reader.query(sql, (code,))
        return _row(found[0]) if found else None

    def row_of(self, submission_id: uuid.UUID) -> Row | None:
        """Return the row with this submission id."""
        found = self._reader.query(f"SELECT {_COLUMNS} FROM outbox WHERE id = ?", (submission_id.bytes,))  # noqa: S608
        return _row(found[0]) if found else None

    def row_at(self, seq: int) -> Row | None:
        """Return the row with this number."""
        found = self._reader.query(f"SELECT {_COLUMNS} FROM outbox WHERE seq = ?", (seq,))  # noqa: S608
        return _row(found[0]) if found else None

    def every_row(self, *, state: RowState | None = None) -> Iterator[Row]:
        """Yield all rows, oldest first, however many there are; rows that change meanwhile come as they are when met."""
        wanted = "" if state is None else f"AND state = {STATES.index(state)}"
        sql = f"SELECT {_COLUMNS} FROM outbox WHERE seq > ? {wanted} ORDER BY seq LIMIT {_AT_ONCE}"  # noqa: S608
        seq = -1
        while found := self._reader.query(sql, (seq,)):
            yield from map(_row, found)
            seq = found[-1][0]

    def held_by(self, person_tag: bytes) -> tuple[Row, ...]:
        """Return what one person has handed in and the city has not yet received, oldest first."""
        held = "SELECT seq FROM outbox INDEXED BY outbox_open WHERE state <> 1 AND person_tag = ?"
        sql = f"SELECT {_COLUMNS} FROM outbox WHERE seq IN ({held}) ORDER BY seq"  # noqa: S608
        return tuple(_row(values) for values in self._reader.query(sql, (person_tag,)))

    def envelope(self, seq: int) -> bytes | None:
        """Return the sealed envelope of a row, or None once the city has it."""
        found = self._reader.query("SELECT envelope FROM outbox WHERE seq = ?", (seq,))
        return found[0][0] if found else None

    def held_bytes(self) -> int:
        """Return the size of all that is held, sealed: envelopes and parts."""
        return int(self._reader.query("SELECT coalesce(sum(sealed_bytes), 0) FROM outbox WHERE state <> 1")[0][0])

    def page_faults(self) -> tuple[str, ...]:
        """Look over every page, index and text, and the schema; return the complaints, of which there should be none."""
        wrong = self._reader.check(indexes=True)
        return (wrong,) if wrong else ()

    def counts(self) -> Counts:
        """Return how many rows are in each state, without walking over any."""
        put, received, parked = self._reader.query(_COUNTS)[0]
        return Counts(put - received - parked, received, parked)

    def agent_state(self) -> AgentState:
        """Return how the sending goes; what can be counted is counted from the rows, so it cannot be stale."""
        reason, since, retry_at, failures, success, put, received, parked, oldest = self._reader.query(
            f"SELECT reason, since, retry_at, failures, last_success_at, counts.*, ({_OLDEST})"  # noqa: S608
            f" FROM agent_state, ({_COUNTS}) AS counts"
        )[0]
        return AgentState(
            waiting=put - received - parked,
            oldest=from_ms(oldest),
            last_success=from_ms(success),
            reason=reason,
            since=from_ms(since) if reason else None,
            retry_at=from_ms(retry_at) if reason else None,
            failures=failures,
        )

    def next_waiting(self) -> Waiting | None:
        """Return what is to be sent next: fewest attempts, then oldest."""
        found = self._reader.query(
            "SELECT seq, id, code, attempts, sha256, envelope FROM outbox"
            " WHERE state <> 1 AND state = 0 ORDER BY attempts, seq LIMIT 1"
        )
        if not found:
            return None
        seq, raw_id, code, attempts, digest, blob = found[0]
        return Waiting(seq, raw_id.hex(), code, attempts, digest.hex(), blob)

    def link_wait(self) -> LinkWait | None:
        """Return the wait that an earlier agent left, if any."""
        reason, failures, not_before, boot, retry_at = self._reader.query(
            "SELECT reason, failures, not_before, boot, retry_at FROM agent_state"
        )[0]
        if not reason:
            return None
        return LinkWait(reason, failures, not_before / 1000, boot, dt.datetime.fromtimestamp(retry_at / 1000, tz=dt.UTC))


def to_ms(when: dt.datetime) -> int:
    """Return an aware time as the store keeps it: milliseconds since 1970, UTC."""
    return round(when.timestamp() * 1000)


def from_ms(value: int | None) -> dt.datetime | None:
    """Return the UTC time of `value`; 0 and None stand for never."""
    return dt.datetime.fromtimestamp(value / 1000, tz=dt.UTC) if value else None


def _row(values: tuple[Any, ...]) -> Row:
    seq, raw_id, code, service, state, attempts, submitted, settled, parts, size, digest, reason, receipt = values
    return Row(
        seq=seq,
        id=raw_id.hex(),
        code=code,
        service=service,
        state=STATES[state],
        attempts=attempts,
        submitted_at=dt.datetime.fromtimestamp(submitted / 1000, tz=dt.UTC),
        settled_at=from_ms(settled),
        parts=parts,
        sealed_bytes=size,
        sha256=digest.hex(),
        last_reason=reason,
        receipt=receipt,
    )
