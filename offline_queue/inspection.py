"""Looking through a store for what cannot be: rows that are not what they were, parts that are gone, a chain with a cut.

Knows: what ties a row to its envelope, to its parts and to the row before. Does not know: what is done about a fault.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from offline_queue import envelope as env
from offline_queue.errors import EnvelopeError
from offline_queue.part_files import PartFiles
from offline_queue.rows import StoreFault
from offline_queue.store import Store

ENVELOPE_DAMAGED = "queue.envelope_damaged"
ROW_SWAPPED = "queue.row_swapped"
PART_MISSING = "queue.part_missing"
PART_DAMAGED = "queue.part_damaged"
CHAIN_BROKEN = "queue.chain_broken"
"""The envelope names another one before it than stands there: a row was replaced, or an old store put in its place."""
_ROWS = """
    SELECT seq, id, code, service, sha256, envelope, lag(seq) OVER (ORDER BY seq), lag(sha256) OVER (ORDER BY seq)
    FROM (SELECT * FROM outbox WHERE seq >= ? ORDER BY seq LIMIT 200)"""


class Inspection:
    """One walk over everything that is held."""

    def __init__(self, store: Store, files: PartFiles) -> None:
        self._store = store
        self._files = files

    def faults(self, *, deep: bool) -> Iterator[StoreFault]:
        """Yield what is wrong, oldest row first, one fault for each row or part; `deep` reads the part files too."""
        first = 0
        while len(rows := self._store.query(_ROWS, (first,))) > (1 if first else 0):
            for seq, raw_id, code, service, digest, blob, before_seq, before in rows[1 if first else 0 :]:
                if blob is not None:
                    # Rows that were lost in a salvage leave a gap in the numbers; across it nothing can be said.
                    link = before.hex() if before_seq == seq - 1 else None
                    yield from self._row(seq, (raw_id.hex(), code, service), digest, blob, link, deep=deep)
            first = rows[-1][0]

    def _row(
        self, seq: int, named: tuple[str, str, str], digest: bytes, blob: bytes, link: str | None, *, deep: bool
    ) -> Iterator[StoreFault]:
        try:
            header = env.parse(blob).header
        except EnvelopeError as error:
            yield StoreFault(ENVELOPE_DAMAGED, seq, error.code)
            return
        if (header.seq, header.id, header.code, header.service) != (seq, *named):
            yield StoreFault(ROW_SWAPPED, seq, f"envelope of row {header.seq}")
            return
        if hashlib.sha256(blob).digest() != digest:
            yield StoreFault(ENVELOPE_DAMAGED, seq, "sha256")
            return
        if link is not None and header.prev_hash != link:
            yield StoreFault(CHAIN_BROKEN, seq, f"after row {seq - 1}")
        for part in header.parts:
            fault = "" if self._files.is_whole(header.id, part) else PART_MISSING
            if not fault and deep and not self._files.is_unchanged(header.id, part):
                fault = PART_DAMAGED
            if fault and self._is_held(seq):  # not one that was received while we looked
                yield StoreFault(fault, seq, part.id)

    def _is_held(self, seq: int) -> bool:
        return bool(self._store.query("SELECT 1 FROM outbox WHERE seq = ? AND state <> 1", (seq,)))
