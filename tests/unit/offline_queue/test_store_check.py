"""Looking over a store: a whole one has no fault, and every kind of damage is named with its row."""

from __future__ import annotations

import datetime as dt
import sqlite3
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from offline_queue import Attachment, Outbox, RowState, receipts
from offline_queue import envelope as env
from offline_queue.checking import Check
from offline_queue.signatures import Algorithm, PublicKey

if TYPE_CHECKING:
    from conftest import Bench

NOW = dt.datetime(2026, 11, 23, 3, 12, tzinfo=dt.UTC)
OTHER = Attachment("id_photo", "image/jpeg", b"\xff\xd8" + b"y" * 70_000)
PAPER = Attachment("address_proof", "image/jpeg", b"\xff\xd8" + b"x" * 70_000)


def put(outbox: Outbox, *attachments: Attachment) -> Any:
    return outbox.put(b'{"form": 1}', attachments, service="residence_permit_apply", submission_id=uuid.uuid4())


def receive(bench: Bench, outbox: Outbox) -> None:
    """Release the next row with a receipt that the platform signed."""
    item = outbox.next_waiting()
    assert item is not None
    receipt = receipts.Receipt("0001", item.seq, item.id, item.sha256, NOW, item.seq)
    outbox.release(item, env.parse(item.blob).header, receipts.sign_receipt(receipt, bench.platform.sign))


def faults(bench: Bench, outbox: Outbox, progress: Any = lambda _done, _total: None) -> list[tuple[str, int]]:
    key = PublicKey(Algorithm.ED25519, bench.device_public)
    check = Check(outbox, "0001", key, bench.platform_public, progress)
    found = [(fault.code, fault.seq) for fault in check.faults()]
    assert check.rows == len(list(outbox.every_row()))
    return found


def change(bench: Bench, sql: str, *values: object) -> None:
    database = sqlite3.connect(bench.directory / "outbox.db")
    try:
        assert database.execute(sql, values).rowcount == 1
        database.commit()
    finally:
        database.close()


def test_a_whole_store_has_no_fault(bench: Bench, outbox: Outbox) -> None:
    """Waiting, parked and received rows, with and without parts; the progress ends at the whole."""
    told: list[tuple[int, int]] = []
    for attachments in ((PAPER,), (), (PAPER, OTHER), ()):
        put(outbox, *attachments)
    receive(bench, outbox)
    assert outbox.park_by_staff(2, "staff.test")
    assert faults(bench, outbox, lambda done, total: told.append((done, total))) == []
    assert told == sorted(told)
    assert told[-1] == (outbox.held_bytes(), outbox.held_bytes())
    assert told[-1][0] > 140_000


def test_an_empty_store_has_no_fault(bench: Bench, outbox: Outbox) -> None:
    """Nothing to look over is nothing wrong."""
    assert faults(bench, outbox) == []


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("UPDATE outbox SET code = 'KF0001000009' WHERE seq = 2", "queue.row_differs"),
        ("UPDATE outbox SET service = 'other' WHERE seq = 2", "queue.row_differs"),
        ("UPDATE outbox SET envelope = substr(envelope, 1, 40) WHERE seq = 2", "envelope.truncated"),
        ("UPDATE outbox SET envelope = (SELECT envelope FROM outbox WHERE seq = 1) WHERE seq = 2", "queue.row_differs"),
    ],
)
def test_a_changed_row_is_named(bench: Bench, outbox: Outbox, sql: str, code: str) -> None:
    """Whatever somebody writes into the file, the signed envelope says otherwise."""
    for _ in range(3):
        put(outbox)
    change(bench, sql)
    assert (code, 2) in faults(bench, outbox)
    assert {seq for _, seq in faults(bench, outbox)} == {2}


def test_a_flipped_bit_is_a_broken_signature(bench: Bench, outbox: Outbox) -> None:
    """One bit of the sealed form."""
    put(outbox)
    blob = outbox.envelope(1)
    assert blob is not None
    flipped = bytearray(blob)
    flipped[-70] ^= 1
    change(bench, "UPDATE outbox SET envelope = ? WHERE seq = 1", bytes(flipped))
    assert faults(bench, outbox) == [("envelope.signature", 1)]


def test_a_row_that_was_cut_out_breaks_the_chain(bench: Bench, outbox: Outbox) -> None:
    """The next row names the digest of the one before it."""
    for _ in range(3):
        put(outbox)
    change(bench, "DELETE FROM outbox WHERE seq = 2")
    assert faults(bench, outbox) == [("queue.chain", 3)]


def test_a_damaged_or_missing_part_is_named(bench: Bench, outbox: Outbox) -> None:
    """One bit of a part file, then the file itself."""
    put(outbox, PAPER)
    (path,) = (bench.directory / "parts").iterdir()
    data = bytearray(path.read_bytes())
    data[1000] ^= 1
    path.write_bytes(data)
    assert faults(bench, outbox) == [("queue.part_damaged", 1)]
    path.unlink()
    assert faults(bench, outbox) == [("queue.part_missing", 1)]


@pytest.mark.parametrize(
    ("change_to", "code"),
    [({"seq": 7}, "receipt.other"), ({"sha256": "0" * 64}, "receipt.other"), ({}, "receipt.signature")],
)
def test_a_receipt_of_something_else_is_named(bench: Bench, outbox: Outbox, change_to: dict[str, Any], code: str) -> None:
    """A receipt that the platform signed for another submission, or that somebody else signed."""
    put(outbox)
    row = outbox.row_at(1)
    assert row is not None
    receive(bench, outbox)
    fields = {"kiosk": "0001", "seq": 1, "id": row.id, "sha256": row.sha256, "received_at": NOW, "contiguous": 1}
    sign = bench.platform.sign if change_to else bench.device.sign
    told = receipts.sign_receipt(receipts.Receipt(**(fields | change_to)), sign)
    change(bench, "UPDATE outbox SET receipt = ? WHERE seq = 1", told)
    assert faults(bench, outbox) == [(code, 1)]


def test_what_was_received_while_it_was_looked_at_is_no_fault(bench: Bench, outbox: Outbox) -> None:
    """The agent empties the store beside the check."""
    put(outbox, PAPER)
    assert outbox.row_at(1) is not None
    told: list[int] = []

    def meanwhile(_done: int, _total: int) -> None:
        told.append(1)
        if len(told) == 1:
            receive(bench, outbox)

    assert faults(bench, outbox, meanwhile) == []
    row = outbox.row_at(1)
    assert row is not None
    assert row.state is RowState.RECEIVED
    assert row.settled_at == NOW
