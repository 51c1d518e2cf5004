"""Looking over a whole store: is everything that it holds still what was put into it.

Knows: what must be true of pages, rows, envelopes, parts and receipts, with public keys alone. Does not know: how to mend.
Nothing is changed, so it may run while the terminal serves and the agent sends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from offline_queue import envelope as env
from offline_queue import inspection, receipts
from offline_queue.errors import EnvelopeError
from offline_queue.outbox import Outbox
from offline_queue.rows import Row, RowState, StoreFault
from offline_queue.signatures import PublicKey

Progress = Callable[[int, int], None]
"""progress(bytes done, bytes in all)."""


class Check:
    """One walk over a store. `rows` counts what was looked at; a fault of row 0 is one of the database itself."""

    def __init__(self, outbox: Outbox, kiosk: str, device_key: PublicKey, platform_key: bytes, progress: Progress) -> None:
        """`device_key` and `platform_key` (raw Ed25519) are those of the enrolment."""
        self._outbox = outbox
        self._kiosk = kiosk
        self._device_key = device_key
        self._platform_key = platform_key
        self._progress = progress
        self._done = 0
        self._in_all = 0
        self.rows = 0

    def faults(self) -> Iterator[StoreFault]:
        """Yield what is wrong, the pages first, then row by row, oldest first."""
        for words in self._outbox.page_faults():
            yield StoreFault("queue.corrupt", 0, words)
        self._in_all = self._outbox.held_bytes()
        before = env.GENESIS
        for row in self._outbox.every_row():
            self.rows += 1
            if row.state is RowState.RECEIVED:
                yield from self._receipt(row)
            else:
                yield from self._held(row, before)
            before = row.sha256
        self._progress(self._in_all, self._in_all)

    def _receipt(self, row: Row) -> Iterator[StoreFault]:
        try:
            receipts.verify_receipt(
                row.receipt or b"", self._platform_key,
                kiosk=self._kiosk, seq=row.seq, submission_id=row.id, sha256=row.sha256,
            )  # fmt: skip
        except EnvelopeError as error:
            yield StoreFault(error.code, row.seq, error.detail)

    def _held(self, row: Row, before: str) -> Iterator[StoreFault]:
        blob = self._outbox.envelope(row.seq)
        if blob is None:  # received meanwhile
            return
        self._tell(len(blob))
        try:
            envelope = env.parse(blob)
            env.verify(envelope, self._device_key.raw, algorithm=self._device_key.algorithm)
        except EnvelopeError as error:
            yield StoreFault(error.code, row.seq, error.detail)
            return
        yield from inspection.of_row(row, envelope, before)
        for fault in inspection.of_parts(row, envelope.header, self._outbox.part_path, self._digest):
            if self._outbox.envelope(row.seq) is not None:  # else received meanwhile
                yield fault

    def _digest(self, path: Path) -> str | None:
        return inspection.digest_of(path, self._tell)

    def _tell(self, more: int) -> None:
        self._done = min(self._done + more, self._in_all)
        self._progress(self._done, self._in_all)
