"""The platform's record against what a terminal promised, when both have come to rest.

Knows: cases, attachments' digests, rows, receipts. Does not know: what happened in between.
"""

from __future__ import annotations

from dataclasses import dataclass

from central.report import case_list
from offline_queue import Outbox, RowState, receipts
from offline_queue.errors import EnvelopeError
from tests.drills.outbox import city


@dataclass(frozen=True, slots=True)
class Balance:
    """What became of the promises."""

    cases: int
    lost: int
    doubled: int
    held: int
    unsigned: int

    @property
    def clean(self) -> bool:
        """Say whether each promise became one case, whole and with a receipt that verifies."""
        return not (self.lost or self.doubled or self.held or self.unsigned)

    def text(self) -> str:
        """Return it for people."""
        return f"{self.cases} cases: {self.lost} lost, {self.doubled} doubled, {self.held} held, {self.unsigned} unsigned"


def balance(outbox: Outbox, platform: city.City, terminal: city.Terminal, promised: dict[str, list[str]]) -> Balance:
    """Compare; `promised` is the digests of each case's files by its code. The platform's process must not run."""
    cases: dict[str, list[str]] = {}
    doubled = 0
    for case in case_list(platform.settings):  # reads every attachment and hashes it anew
        doubled += case["code"] in cases
        cases[case["code"]] = [file["sha256"] for file in case["attachments"]]
    rows = list(outbox.every_row())
    return Balance(
        cases=len(cases),
        lost=sum(cases.get(code) != digests for code, digests in promised.items()) + max(0, len(promised) - len(rows)),
        doubled=doubled + len(cases.keys() - promised.keys()) + max(0, len(rows) - len(promised)),
        held=sum(row.state is not RowState.RECEIVED for row in rows),
        unsigned=sum(not _verifies(row.receipt, row.seq, row.id, row.sha256, terminal.platform_key) for row in rows),
    )


def _verifies(receipt: bytes | None, seq: int, submission_id: str, sha256: str, key: bytes) -> bool:
    try:
        receipts.verify_receipt(receipt or b"", key, kiosk=city.NUMBER, seq=seq, submission_id=submission_id, sha256=sha256)
    except EnvelopeError:
        return False
    return True
