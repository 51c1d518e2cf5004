"""Putting and reading: what a put leaves on the disk, what it refuses, and what the next start makes of the rest."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import apsw
import pytest

from offline_queue import (
    Attachment,
    Conflict,
    Limits,
    Outbox,
    Put,
    QueueError,
    RowState,
    StoreFault,
    StoreFull,
)
from offline_queue import envelope as env
from offline_queue.locks import locked
from offline_queue.rows import LinkWait
from offline_queue.store import Store

FORM = '{"name": "测试甲", "number": "990000199001010017"}'.encode()
PAGE = Attachment("address_proof", "application/pdf", b"%PDF-1.7 a scanned page of " + "测试甲".encode() * 100)
ID = uuid.UUID("0123456789abcdef0123456789abcdef")


def put(outbox: Outbox, form: Any = FORM, *attachments: Attachment, service: str = "permit", sid: Any = None) -> Put:
    return outbox.put(form, attachments, service=service, submission_id=sid or uuid.uuid4())


def code_of(call: Callable[[], object], kind: type[QueueError] = QueueError) -> str:
    with pytest.raises(kind) as caught:
        call()
    return caught.value.code


def settle(outbox: Outbox) -> None:
    item = outbox.next_waiting()
    assert item is not None
    outbox.release(item, env.parse(item.blob).header, b'{"a receipt": 1}')


def test_what_was_put_opens_for_the_platform(bench: Any, outbox: Outbox) -> None:
    """A submission should lie there sealed, signed, numbered, and open to exactly what was put."""
    kept = put(outbox, FORM, PAGE, sid=ID)
    assert (kept.id, kept.seq, kept.code) == (ID.hex, 1, "KF0001000001")
    item = outbox.next_waiting()
    assert item is not None
    envelope = env.parse(item.blob)
    env.verify(envelope, bench.device_public)
    assert envelope.sha256 == kept.sha256 == item.sha256
    assert (envelope.header.kiosk, envelope.header.code, envelope.header.service) == ("0001", kept.code, "permit")
    assert env.open_form(envelope, bench.opener) == FORM
    path = outbox.part_path(envelope.header, envelope.header.parts[0])
    assert path is not None
    assert b"".join(env.open_part(envelope, "address_proof", [path.read_bytes()], bench.opener)) == PAGE.data


def test_nothing_on_the_disk_can_be_read(bench: Any, outbox: Outbox) -> None:
    """No file of the store should hold a plain byte of form or attachment."""
    put(outbox, FORM, PAGE)
    everything = b"".join(path.read_bytes() for path in bench.directory.rglob("*") if path.is_file())
    assert len(everything) > len(PAGE.data)
    for secret in (b"990000199001010017", "测试甲".encode(), b"scanned page"):
        assert secret not in everything


def test_numbers_and_chain_go_on_over_restarts_and_releases(bench: Any, outbox: Outbox) -> None:
    """Sequence numbers should never repeat, and each envelope should name the one before it."""
    first = put(outbox)
    settle(outbox)
    again = bench.open()
    second = put(again)
    item = again.next_waiting()
    assert item is not None
    assert (first.seq, second.seq) == (1, 2)
    assert env.parse(item.blob).header.prev_hash == first.sha256
    assert put(bench.open(next_seq=500)).seq == 500
    assert put(bench.open(next_seq=3)).seq == 501


def test_the_form_may_be_written_once_its_code_is_known(bench: Any, outbox: Outbox) -> None:
    """A callable form should be given the code that the same put returns."""
    kept = put(outbox, lambda code: f"my code is {code}".encode())
    item = outbox.next_waiting()
    assert item is not None
    assert env.open_form(env.parse(item.blob), bench.opener) == f"my code is {kept.code}".encode()


def test_the_same_again_is_the_same_put(outbox: Outbox, part_files: Callable[[], list[str]]) -> None:
    """The same id with the same content should answer the same and store nothing more."""
    first = put(outbox, FORM, PAGE, sid=ID)
    assert put(outbox, lambda _code: FORM, PAGE, sid=str(ID)) == first
    assert outbox.counts().waiting == len(part_files()) == 1


@pytest.mark.parametrize(
    ("form", "page", "service"),
    [
        (b"other", PAGE, "permit"),
        (FORM, replace(PAGE, data=PAGE.data[:-1] + b"!"), "permit"),
        (FORM, replace(PAGE, name="other"), "permit"),
        (FORM, PAGE, "other"),
    ],
)
def test_the_same_id_with_other_content_is_refused(outbox: Outbox, form: bytes, page: Attachment, service: str) -> None:
    """An id that comes again with anything changed should be refused with its own code."""
    put(outbox, FORM, PAGE, sid=ID)
    assert code_of(lambda: put(outbox, form, page, sid=ID, service=service), Conflict) == "queue.conflict"
    assert outbox.counts().waiting == 1


def test_after_a_restart_content_is_compared_by_its_shape(bench: Any, outbox: Outbox) -> None:
    """A restarted process cannot read what it sealed, so sizes and kinds must do; after the receipt the id alone."""
    first = put(outbox, FORM, PAGE, sid=ID)
    again = bench.open()
    assert put(again, FORM, PAGE, sid=ID) == first
    assert code_of(lambda: put(bench.open(), FORM + b"x", PAGE, sid=ID), Conflict) == "queue.conflict"
    assert code_of(lambda: put(bench.open(), FORM, sid=ID), Conflict) == "queue.conflict"
    settle(again)
    assert put(bench.open(), FORM, PAGE, sid=ID) == first


def test_many_threads_put_without_loss_or_double(outbox: Outbox, part_files: Callable[[], list[str]]) -> None:
    """Concurrent puts should get distinct numbers, and a shared id should be stored once."""
    found: list[Put] = []

    def work() -> None:
        found.extend([put(outbox, FORM, PAGE, sid=ID), put(outbox, FORM, PAGE)])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == 16
    assert (
        len({one.seq for one in found})
        == len({one.id for one in found})
        == outbox.counts().waiting
        == len(part_files())
        == 9
    )


def test_two_processes_worth_of_connections_share_one_store(bench: Any, outbox: Outbox) -> None:
    """What one opener puts another should read and release."""
    other = Outbox.open(bench.directory)
    kept = put(outbox)
    row = other.row(kept.code)
    assert row is not None
    assert (row.id, row.state, row.sha256) == (kept.id, RowState.WAITING, kept.sha256)
    assert code_of(lambda: put(other)) == "queue.no_sealing"
    settle(other)
    assert outbox.counts().received == 1
    other.close()


# --- refusals ----


def test_new_work_is_refused_before_the_disk_is_full(
    bench: Any, outbox: Outbox, part_files: Callable[[], list[str]]
) -> None:
    """Below the watermark a put should be refused and leave nothing; what is held stays, and the same again is answered."""
    first = put(outbox, FORM, PAGE, sid=ID)
    bench.free = 2 * 8 * 1024 * 1024 - 1
    assert not outbox.has_room()
    assert code_of(lambda: put(outbox, FORM, PAGE), StoreFull) == "queue.full"
    assert put(outbox, FORM, PAGE, sid=ID) == first
    assert len(part_files()) == 1
    bench.free += 1
    assert outbox.has_room()
    put(outbox)


@pytest.mark.parametrize(
    ("attachments", "code"),
    [
        ([Attachment("p", "application/pdf", bytes(9 * 1024 * 1024))], "queue.too_large"),
        ([Attachment("../p", "application/pdf", b"x")], "envelope.part_id"),
        ([Attachment("p", "no type", b"x")], "envelope.parts"),
        ([Attachment("p", "image/png", b"x"), Attachment("p", "image/png", b"y")], "envelope.parts"),
    ],
)
def test_what_cannot_be_sealed_leaves_nothing(
    outbox: Outbox, part_files: Callable[[], list[str]], attachments: list[Attachment], code: str
) -> None:
    """A refused put should leave neither row nor file."""
    assert code_of(lambda: outbox.put(FORM, attachments, service="permit", submission_id=ID)) == code
    assert part_files() == []
    assert outbox.rows() == ()


def test_a_form_that_cannot_be_written_uses_no_number(outbox: Outbox, part_files: Callable[[], list[str]]) -> None:
    """An exception of the caller's own should pass through and cost neither number nor file."""

    def broken(_code: str) -> bytes:
        raise LookupError("bug")

    with pytest.raises(LookupError):
        put(outbox, broken, PAGE)
    assert part_files() == []
    assert put(outbox).seq == 1


def test_an_id_must_be_a_uuid(outbox: Outbox) -> None:
    """Anything else should be refused."""
    assert code_of(lambda: put(outbox, sid="../../etc/passwd")) == "queue.bad_id"


def test_a_full_database_is_said_to_be_full_and_drains_by_its_ballast(bench: Any, outbox: Outbox) -> None:
    """SQLITE_FULL should refuse a put by name, and a release should spend the ballast before it gives up."""
    put(outbox, FORM)
    bench.free = 10**6  # no new ballast
    database = outbox._writer._db
    database.pragma("max_page_count", database.pragma("page_count"))
    assert (bench.directory / "ballast").stat().st_size == 64 * 1024
    bench.free = 10**12
    assert code_of(lambda: put(outbox, bytes(100_000)), StoreFull) == "queue.full"
    assert (bench.directory / "ballast").exists()
    assert outbox.counts().waiting == 1


def test_files_stay_when_nobody_can_say_whether_the_row_is_there(
    bench: Any, outbox: Outbox, part_files: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a commit of unknown outcome the files should wait for the next start to decide."""

    def broken() -> None:
        raise QueueError("queue.commit_unknown")

    monkeypatch.setattr(outbox._writer, "_commit", broken)
    assert code_of(lambda: put(outbox, FORM, PAGE, sid=ID)) == "queue.commit_unknown"
    assert len(part_files()) == 1
    again = bench.open()
    assert part_files() == []
    assert put(again, FORM, PAGE, sid=ID).seq == 1


def test_files_go_only_after_the_receipt_is_durable(
    outbox: Outbox, part_files: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release that cannot be committed should leave the sealed files where they are."""
    put(outbox, FORM, PAGE)

    def broken() -> None:
        raise QueueError("queue.io")

    monkeypatch.setattr(outbox._writer, "_commit", broken)
    assert code_of(lambda: settle(outbox)) == "queue.io"
    assert len(part_files()) == outbox.counts().waiting == 1


# --- the next start ----


def test_files_that_no_row_names_go_at_the_next_start(
    bench: Any, outbox: Outbox, part_files: Callable[[], list[str]]
) -> None:
    """Drafts and orphans should be removed, named files kept, and released ones go."""
    put(outbox, FORM, PAGE)
    kept = part_files()
    parts = bench.directory / "parts"
    for name in (".draft-1234", f"{ID.hex}.{'0' * 64}", f"{kept[0][:32]}.{'0' * 64}", "rubbish"):
        (parts / name).write_bytes(b"x")
    bench.open()
    assert part_files() == kept
    copy = (parts / kept[0]).read_bytes()
    settle(outbox)
    assert part_files() == []
    (parts / kept[0]).write_bytes(copy)  # as after a crash between the commit and the removal
    bench.open()
    assert part_files() == []


def test_nobody_sweeps_while_somebody_puts(bench: Any, outbox: Outbox, part_files: Callable[[], list[str]]) -> None:
    """Files whose row is not committed yet should survive another process' start."""
    (bench.directory / "parts" / f"{ID.hex}.{'0' * 64}").write_bytes(b"x")
    with locked(bench.directory / "put.lock", exclusive=False, deadline_s=1):
        bench.open()
    assert len(part_files()) == 1


def test_a_row_without_its_file_is_said_aloud(
    bench: Any, outbox: Outbox, caplog: pytest.LogCaptureFixture, part_files: Callable[[], list[str]]
) -> None:
    """A missing or short part, or a damaged envelope, should be found and named, and cost no other file."""
    for _ in range(3):
        put(outbox, FORM, PAGE)
    first, second = (row.id for row in outbox.rows()[:0:-1])
    files = {name[:32]: bench.directory / "parts" / name for name in part_files()}
    files[first].unlink()
    files[second].write_bytes(b"short")
    database = apsw.Connection(str(bench.directory / "outbox.db"))
    database.execute("UPDATE outbox SET envelope = x'00' WHERE seq = 3")
    database.close()
    again = bench.open()
    assert again.faults() == (
        StoreFault("queue.part_missing", 1, "address_proof"),
        StoreFault("queue.part_missing", 2, "address_proof"),
        StoreFault("queue.envelope_damaged", 3, "envelope.magic"),
    )
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 3
    caplog.clear()
    assert len(part_files()) == 2


# --- the store ----


def test_every_connection_is_as_durable_as_promised(outbox: Outbox) -> None:
    """Both connections should say so themselves."""
    for store in (outbox._writer, outbox._reader):
        assert store.query("PRAGMA synchronous") == [(2,)]
        assert store.query("PRAGMA journal_mode") == [("wal",)]
        assert store.query("PRAGMA page_size") == [(4096,)]


def test_a_store_that_does_not_keep_the_setting_is_refused(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that will not be as asked should not be used."""
    monkeypatch.setattr("offline_queue.store.PAGE_BYTES", 8192)
    Store(tmp_path / "s.db").close()
    monkeypatch.undo()
    assert code_of(lambda: Store(tmp_path / "s.db")) == "queue.not_durable"


@pytest.mark.parametrize(
    ("pragma", "value", "code"),
    [("user_version", 3000, "queue.newer_schema"), ("application_id", 1, "queue.foreign_file")],
)
def test_a_file_of_another_make_is_refused_untouched(bench: Any, outbox: Outbox, pragma: str, value: int, code: str) -> None:
    """A newer major or a stranger's file should be refused with a code; a newer minor is welcome."""
    outbox._writer._db.pragma(pragma, value)
    assert code_of(bench.open) == code
    assert outbox._writer._db.pragma(pragma) == value
    assert (bench.directory / "ballast").exists()
    outbox._writer._db.pragma("application_id", 0x4B464F42)
    outbox._writer._db.pragma("user_version", 2001)
    put(bench.open())


# --- rows and the agent's state ----


def test_rows_move_from_waiting_to_received_or_parked(outbox: Outbox, caplog: pytest.LogCaptureFixture) -> None:
    """Counts, rows and the agent's state should follow each move."""
    caplog.set_level(logging.CRITICAL, logger="offline_queue.outbox")
    kept = [put(outbox, FORM, PAGE) for _ in range(3)]
    before = outbox.agent_state()
    assert (before.waiting, before.last_success, before.reason) == (3, None, "")
    assert before.oldest is not None
    settle(outbox)
    item = outbox.next_waiting()
    assert item is not None
    outbox.park(item, "form_invalid: name")
    counts = outbox.counts()
    assert (counts.waiting, counts.received, counts.parked) == (1, 1, 1)
    received, parked = outbox.row(kept[0].code), outbox.row(kept[1].code)
    assert received is not None
    assert parked is not None
    assert (received.state, received.receipt, received.parts) == (RowState.RECEIVED, b'{"a receipt": 1}', 1)
    assert (parked.state, parked.last_reason, parked.attempts) == (RowState.PARKED, "form_invalid: name", 1)
    assert [row.seq for row in outbox.rows(state=RowState.WAITING)] == [3]
    assert outbox.agent_state().last_success is not None
    assert outbox.row("KF0000000000") is None


def test_fewest_attempts_go_first_then_the_oldest(bench: Any, outbox: Outbox) -> None:
    """A submission whose sending broke off should let the others go first."""
    for _ in range(3):
        put(outbox)
    first = outbox.next_waiting()
    assert first is not None
    wait = LinkWait("link.server_error", 1, 5.0, "boot", outbox.rows()[0].submitted_at)
    outbox.link_down(wait, first)
    order = []
    while (item := outbox.next_waiting()) is not None:
        order.append(item.seq)
        settle(outbox)
    assert order == [2, 3, 1]


def test_the_line_s_wait_is_kept_until_the_line_is_good(outbox: Outbox) -> None:
    """The reason and its beginning should stand until a receipt comes."""
    put(outbox)
    assert outbox.link_wait() is None
    when = outbox.rows()[0].submitted_at
    wait = LinkWait("link.tls", 4, 12.5, "boot", when)
    outbox.link_down(wait, None)
    state = outbox.agent_state()
    assert (state.reason, state.failures, state.retry_at, state.since) == ("link.tls", 4, when, when)
    assert outbox.link_wait() == wait
    assert outbox.rows()[0].attempts == 0
    settle(outbox)
    assert outbox.link_wait() is None


def test_ballast_is_laid_only_where_there_is_room(bench: Any) -> None:
    """The reserve should come with plenty and stay away when space is short."""
    bench.free = 0
    bench.open()
    assert not (bench.directory / "ballast").exists()
    bench.free = 10**12
    bench.open(limits=Limits(max_submission_bytes=1024, ballast_bytes=4096))
    assert (bench.directory / "ballast").stat().st_size == 4096
