"""Taking in an export that came by hand: the same checks, the same transaction, the same receipts as over the line.

Knows: one export's items in order, and that one bad item stops none of the others. Does not know: how an export is read
(`offline_queue.export_format`), what is checked (`outbox`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from central.outbox import OutboxDesk
from central.refusals import Refused
from offline_queue.export_format import ReadItem, read_export


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one submission: "accepted", "known" (it was here already), or a code of refusal."""

    code: str
    outcome: str
    detail: str = ""

    @property
    def good(self) -> bool:
        """The platform holds it."""
        return self.outcome in {"accepted", "known"}


def import_export(desk: OutboxDesk, export: Path) -> Iterator[Imported]:
    """Yield what became of each submission, in the export's order. Raises `QueueError`: export.missing/damaged/version."""
    for read in read_export(export):
        yield _one(desk, read)


def _one(desk: OutboxDesk, read: ReadItem) -> Imported:
    item = read.item
    if read.fault:
        return Imported(item.code, read.fault, read.detail)
    try:
        status = desk.take_exported(item.id, read.envelope, read.parts)
    except Refused as refused:
        return Imported(item.code, refused.code, refused.detail)
    return Imported(item.code, "accepted" if status == 201 else "known")
