"""What staff may do with an outbox: let a row wait again, set one aside, look at it as a whole, carry it away.

Knows: rows, counts, what an export carries. Does not know: who asks and whether they may: whoever calls writes the audit.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from offline_queue import envelope as env
from offline_queue import wake
from offline_queue.errors import EnvelopeError, QueueError
from offline_queue.export_format import ExportedItem, ExportedPart, Opening
from offline_queue.exporting import Exported, Load, Progress, write_export
from offline_queue.rows import RowState, Stats, StoreFault
from offline_queue.settling import Settling

_RETRY = "UPDATE outbox SET state = 0, settled_at = NULL WHERE seq = ? AND state = 2"


class Staff(Settling):
    """Moves by hand. They change what waits and what is parked, never what the city has."""

    _tap: wake.Tap
    _own_number: str | None
    """Whose outbox this is, where the process that opened it knows."""

    def retry(self, seq: int) -> bool:
        """Let a parked submission wait again, behind what has not been tried yet; say whether there was one."""
        changed = self._drain((_RETRY, (seq,)))
        if changed:
            self._tap.wake()
        return changed

    def park_by_staff(self, seq: int, reason: str) -> bool:
        """Set a waiting submission aside; say whether there was one. A receipt that is under way still settles it."""
        return self._drain(self._parked(seq, reason))

    def stats(self) -> Stats:
        """Return what there is to know at a glance. Walks over what is held, so it is for people and not for a clock."""
        most = self._reader.query("SELECT max(attempts * (state = 0)) FROM outbox WHERE state <> 1")[0][0]
        services = self._reader.query(
            "SELECT service, count(*) FROM outbox WHERE state <> 1 GROUP BY service ORDER BY count(*) DESC, service"
        )
        reasons = Counter(row.last_reason.partition(":")[0] for row in self.every_row(state=RowState.PARKED))
        files = [*self.directory.glob("outbox.db*"), *(self.directory / "parts").iterdir()]
        return Stats(
            counts=self.counts(),
            agent=self.agent_state(),
            held_bytes=self.held_bytes(),
            most_attempts=most or 0,
            services=tuple((name, count) for name, count in services),
            reasons=tuple(reasons.most_common()),
            store_bytes=sum(_size(path) for path in files),
            free_bytes=self._room.free(),
            watermark_bytes=self._room.limits.watermark_bytes,
            ballast=self._room.has_ballast(),
        )

    def export(self, target: Path, progress: Progress = lambda _done, _total: None) -> Exported:
        """Carry what is held to a new folder below `target`, sealed as it lies, and read it back from there.

        The rows stay as they are. Raises `QueueError`: export.nothing, and as `write_export` does.
        """
        expected = self.held_bytes()
        if not expected:
            raise QueueError("export.nothing")
        kiosk = self._own_number or self._number_by_envelopes()
        opening = Opening(kiosk, self._now().astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        return write_export(target, opening, self._loads(), expected_bytes=expected, progress=progress)

    def _number_by_envelopes(self) -> str:
        """Return whose outbox this is, by the newest envelope that reads."""
        for (blob,) in self._reader.query("SELECT envelope FROM outbox WHERE state <> 1 ORDER BY seq DESC LIMIT 50"):
            try:
                return env.parse(blob).header.kiosk
            except EnvelopeError:
                continue
        return "unknown"

    def _loads(self) -> Iterator[Load | StoreFault]:
        """Yield what is held, one at a time, as an export carries it."""
        for row in self.every_row():
            if row.state is RowState.RECEIVED:
                continue
            blob = self.envelope(row.seq)
            if blob is None:  # received meanwhile
                continue
            try:
                envelope = env.parse(blob)
            except EnvelopeError as error:
                yield StoreFault("queue.envelope_damaged", row.seq, error.code)
                continue
            parts = envelope.header.parts
            yield Load(
                ExportedItem(
                    seq=row.seq,
                    id=row.id,
                    code=row.code,
                    service=row.service,
                    state=row.state.value,
                    sha256=row.sha256,
                    size=len(blob),
                    parts=tuple(ExportedPart(part.sha256, part.size) for part in parts),
                ),
                blob,
                {part.sha256: self._files.path(row.id, part.sha256) for part in parts},
            )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # released meanwhile
        return 0
