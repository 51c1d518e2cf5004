"""Submissions that come together are entered together, and each has its own answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, select

from central.refusals import Refused
from central.tables import cases, events, submissions
from kiosk.city.wire import PersonKey
from offline_queue.receipts import verify_receipt

if TYPE_CHECKING:
    from conftest import Device, Platform, Sealed

    from central.app import Desks

DATABASES = ("sqlite", "postgresql")
DING = PersonKey(name="测试丁", number="990000200101010041")


@pytest.fixture
def desks(platform: Platform) -> Desks:
    assert platform.desks is not None
    return platform.desks


@contextmanager
def commits(desks: Desks) -> Iterator[list[object]]:
    """Count what is made durable."""
    seen: list[object] = []
    listener = seen.append
    event.listen(desks.db._writers, "commit", listener)
    yield seen
    event.remove(desks.db._writers, "commit", listener)


def together(desks: Desks, all_of_them: list[Sealed]) -> list[Future[tuple[int, bytes]]]:
    """Hand these in while nobody can write, and let them go when all are waiting."""
    with ThreadPoolExecutor(len(all_of_them)) as pool:
        with desks.db.transaction():
            sent = [
                pool.submit(desks.outbox.take_envelope, sealed.id, sealed.blob, lambda _kiosk: None)
                for sealed in all_of_them
            ]
            until = time.monotonic() + 60
            # The first waits for the record, the others behind it.
            while len(desks.outbox.accepting._tickets) < len(all_of_them) - 1:
                assert time.monotonic() < until
                threading.Event().wait(0.005)
        return sent


def test_they_share_a_commit(device: Device, desks: Desks) -> None:
    """Of nine that wait all but the first should be made durable by one commit, each with a receipt of its own."""
    waiting = [device.handed_in({})[1] for _ in range(9)]
    with commits(desks) as seen:
        answers = [each.result() for each in together(desks, waiting)]
    assert len(seen) == 3  # the one that held them up, the first, the others
    assert [status for status, _ in answers] == [201] * 9
    contiguous = [
        verify_receipt(
            receipt, desks.keys.sign_public, kiosk=device.number, seq=seq, submission_id=sealed.id, sha256=sealed.sha256
        ).contiguous
        for seq, (sealed, (_, receipt)) in enumerate(zip(waiting, answers, strict=True), start=1)
    ]
    assert max(contiguous) == 9
    with desks.db.reading() as connection:
        found = connection.execute(select(cases.c.submission_id, cases.c.id).where(cases.c.kiosk == device.number)).all()
        assert {row.submission_id for row in found} == {sealed.id for sealed in waiting}
        notes = connection.scalars(select(events.c.kind).where(events.c.case_id.in_([row.id for row in found])))
        assert sorted(notes) == ["received"] * 9 + ["submitted"] * 9


def test_one_s_fault_is_nobody_else_s(platform: Platform, device: Device, desks: Desks) -> None:
    """What cannot be recorded, and what is another under a known id, should be refused, and the others be accepted."""
    submission, first = device.handed_in({})
    other = device.seal(submission, {}, seq=1)
    _, unfit = device.handed_in({"address": b"pages"}, label="a\0b")
    for part, data in unfit.parts.items():
        device.put_part(unfit.id, part, data)
    good = [device.handed_in({})[1] for _ in range(4)]
    outcomes = [each.exception() for each in together(desks, [good[0], first, unfit, *good[1:]])]
    # PostgreSQL's text holds no zero byte; SQLite's does.
    cannot = bool(platform.settings.database_url)
    assert [str(error) for error in outcomes if error] == ["422 form_invalid: not_recordable"] * cannot
    assert (outcomes[2] is not None) == cannot
    with pytest.raises(Refused, match="body_differs"):
        desks.outbox.take_envelope(other.id, other.blob, lambda _kiosk: None)
    with desks.db.reading() as connection:
        held = set(connection.scalars(select(submissions.c.id).where(submissions.c.kiosk == device.number)))
    assert held == {sealed.id for sealed in [first, *good, *([] if cannot else [unfit])]}


def test_a_second_case_in_the_same_commit_is_flagged(device: Device, desks: Desks) -> None:
    """Two of one person's of the same item should be known as such although neither was here before the other."""
    made = [device.handed_in({}, person=DING) for _ in range(3)]
    for each in together(desks, [sealed for _, sealed in made]):
        assert each.result()[0] == 201
    codes = {submission.code for submission, _ in made}
    with desks.db.reading() as connection:
        rows = connection.execute(select(cases.c.code, cases.c.double_of).where(cases.c.kiosk == device.number)).all()
    assert {row.code for row in rows} == codes
    earlier = [row.double_of for row in rows if row.double_of in codes]
    assert len(earlier) == len(set(earlier)) == 2


def test_the_same_twice_in_one_commit_is_one(device: Device, desks: Desks) -> None:
    """It should be entered once, and both be given the same receipt."""
    _, before = device.handed_in({})
    _, sealed = device.handed_in({})
    answers = [each.result() for each in together(desks, [before, sealed, sealed])]
    assert sorted(status for status, _ in answers) == [200, 201, 201]
    assert answers[1][1] == answers[2][1]


def test_a_gap_filled_behind_many_closes_at_once(device: Device, desks: Desks) -> None:
    """Nothing should move while a number is missing, and everything once it comes, with those beside it."""
    waiting = [device.handed_in({})[1] for _ in range(7)]
    for sealed in (waiting[2], waiting[4]):
        desks.outbox.take_envelope(sealed.id, sealed.blob, lambda _kiosk: None)
    assert [(gap.first, gap.last) for gap in desks.cases.missing() if gap.kiosk == device.number] == [(1, 2), (4, 4)]
    for each in together(desks, [waiting[6], waiting[5], waiting[3], waiting[1], waiting[0]]):
        each.result()
    assert [gap for gap in desks.cases.missing() if gap.kiosk == device.number] == []
    _, sealed = device.handed_in({})
    assert device.put_envelope(sealed).json()["contiguous"] == 8
