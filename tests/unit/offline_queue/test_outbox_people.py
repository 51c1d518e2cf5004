"""What staff and the person who handed in may do with what is held: find, let wait again, set aside."""

from __future__ import annotations

import logging
import uuid
from typing import Any

import pytest

from offline_queue import Attachment, Outbox, Put, QueueError, RowState
from offline_queue import envelope as env

MINE, THEIRS = b"m" * 32, b"t" * 32
PAGE = Attachment("page", "image/png", b"a page" * 100)


@pytest.fixture(autouse=True)
def _parking_is_loud(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="offline_queue.outbox")


def put(outbox: Outbox, tag: bytes | None = None, *pages: Attachment) -> Put:
    return outbox.put(b"form", pages, service="permit", submission_id=uuid.uuid4(), person_tag=tag)


def settle(outbox: Outbox, receipt: bytes = b"{}") -> int:
    item = outbox.next_waiting()
    assert item is not None
    outbox.release(item, env.parse(item.blob).header, receipt)
    return item.seq


def test_a_person_finds_what_the_city_has_not_yet(bench: Any, outbox: Outbox) -> None:
    """One's own waiting and parked rows should be found by the tag, over a restart, and by nobody else's."""
    mine = [put(outbox, MINE), put(outbox, MINE)]
    put(outbox, THEIRS)
    put(outbox)
    item = outbox.next_waiting()
    assert item is not None
    outbox.park(item, "form_invalid")
    found = bench.open().held_by(MINE)
    assert [(row.id, row.code, row.state) for row in found] == [
        (mine[0].id, mine[0].code, RowState.PARKED),
        (mine[1].id, mine[1].code, RowState.WAITING),
    ]
    assert outbox.held_by(b"x" * 32) == ()


def test_the_tag_is_gone_once_the_city_has_it(bench: Any, outbox: Outbox) -> None:
    """No byte of the tag should be found in a live page of the store after the receipt."""
    put(outbox, MINE)
    settle(outbox)
    assert outbox.held_by(MINE) == ()
    assert outbox._writer.query("SELECT count(*) FROM outbox WHERE person_tag IS NOT NULL") == [(0,)]


@pytest.mark.parametrize("tag", [b"", b"short", b"x" * 65])
def test_a_tag_has_the_size_of_a_tag(outbox: Outbox, tag: bytes) -> None:
    """What is no keyed hash should be refused before anything is kept."""
    with pytest.raises(QueueError) as caught:
        put(outbox, tag, PAGE)
    assert caught.value.code == "queue.bad_tag"
    assert outbox.rows() == ()


def test_staff_let_a_parked_row_wait_again(outbox: Outbox) -> None:
    """It should be sent again, behind what has not been tried, and keep the reason for whoever looks."""
    first = put(outbox, MINE)
    item = outbox.next_waiting()
    assert item is not None
    outbox.park(item, "form_invalid: name")
    put(outbox)
    assert outbox.retry(first.seq)
    row = outbox.row_at(first.seq)
    assert row is not None
    assert (row.state, row.settled_at, row.last_reason) == (RowState.WAITING, None, "form_invalid: name")
    assert [row.seq for row in outbox.held_by(MINE)] == [1]
    assert (settle(outbox), settle(outbox)) == (2, 1)


def test_only_a_parked_row_is_let_go_and_only_a_waiting_one_set_aside(outbox: Outbox) -> None:
    """Any other state, and a number that is not there, should be left alone and said."""
    kept = put(outbox)
    assert not outbox.retry(kept.seq)
    assert not outbox.retry(99)
    assert outbox.park_by_staff(kept.seq, "staff: double")
    assert not outbox.park_by_staff(kept.seq, "staff: double")
    assert outbox.next_waiting() is None
    assert outbox.retry(kept.seq)
    settle(outbox)
    assert not outbox.retry(kept.seq)
    assert not outbox.park_by_staff(kept.seq, "staff: double")


def test_a_receipt_settles_what_staff_parked_meanwhile(outbox: Outbox) -> None:
    """A submission that was under way while it was parked is the city's all the same."""
    put(outbox, MINE, PAGE)
    item = outbox.next_waiting()
    assert item is not None
    assert outbox.park_by_staff(item.seq, "staff: wait")
    outbox.release(item, env.parse(item.blob).header, b'{"receipt": 1}')
    row = outbox.row_at(item.seq)
    assert row is not None
    assert (row.state, row.receipt) == (RowState.RECEIVED, b'{"receipt": 1}')


def test_every_row_is_walked_over_in_order(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """All rows, or all of one state, should come once each, however few are read together."""
    monkeypatch.setattr("offline_queue.reading._AT_ONCE", 2)
    for _ in range(5):
        put(outbox)
    settle(outbox)
    outbox.park_by_staff(3, "staff")
    assert [row.seq for row in outbox.every_row()] == [1, 2, 3, 4, 5]
    assert [row.seq for row in outbox.every_row(state=RowState.WAITING)] == [2, 4, 5]


def test_stats_say_what_lies_here(bench: Any, outbox: Outbox) -> None:
    """Counts, bytes, services, reasons and room at a glance."""
    for _ in range(3):
        put(outbox, None, PAGE)
    settle(outbox)
    outbox.park_by_staff(2, "staff: double")
    stats = outbox.stats()
    assert (stats.counts.waiting, stats.counts.received, stats.counts.parked) == (1, 1, 1)
    assert stats.held_bytes == sum(row.sealed_bytes for row in outbox.rows() if row.state is not RowState.RECEIVED)
    assert (stats.services, stats.reasons, stats.most_attempts) == ((("permit", 2),), (("staff", 1),), 0)
    assert stats.store_bytes > stats.held_bytes
    assert (stats.free_bytes, stats.watermark_bytes, stats.ballast) == (10**12, 16 * 1024 * 1024, True)
