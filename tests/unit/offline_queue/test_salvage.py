"""A store whose pages are broken is set aside, what opens is saved, and putting waits until somebody has looked."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from offline_queue import Attachment, Outbox, QueueError, RowState, StoreSalvaged, salvage
from offline_queue import envelope as env
from offline_queue import outbox as outbox_module

PAGE = Attachment("page", "image/png", b"a page" * 100)
PAGE_BYTES = 4096


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="offline_queue.outbox")


def fill(bench: Any, rows: int, pages: list[Attachment] | None = None) -> list[str]:
    """Put rows, the first of them received and the second parked; return all ids."""
    outbox = bench.open()
    ids = []
    for number in range(rows):
        attached = ([PAGE] if pages is None else pages) * (number % 2)
        kept = outbox.put(b"form" * 200, attached, service="permit", submission_id=uuid.uuid4())
        ids.append(kept.id)
        if number < 2:
            item = outbox.next_waiting()
            assert item is not None
            if number:
                outbox.park(item, "why")
            else:
                outbox.release(item, env.parse(item.blob).header, b"{}")
    outbox.close()
    return ids


def damage(directory: Path, marks: Callable[[bytes], bool], noise: bytes = b"\xa5" * PAGE_BYTES) -> int:
    """Overwrite every page of the database that `marks` picks; return how many."""
    path = directory / "outbox.db"
    pages = [path.read_bytes()[at : at + PAGE_BYTES] for at in range(0, path.stat().st_size, PAGE_BYTES)]
    chosen = [number for number, page in enumerate(pages) if number and marks(page)]
    for number in chosen:
        pages[number] = noise[: len(pages[number])]
    path.write_bytes(b"".join(pages))
    return len(chosen)


def salvaged(bench: Any) -> Outbox:
    """Open the damaged store as the screen does, and then as the agent does."""
    with pytest.raises(StoreSalvaged) as caught:
        bench.open()
    assert caught.value.code == "queue.salvaged"
    with pytest.raises(StoreSalvaged):
        bench.open()
    return Outbox.open(bench.directory)


def test_a_broken_page_costs_its_own_rows_alone(bench: Any, part_files: Callable[[], list[str]]) -> None:
    """All rows but those of one page should be saved with their states and parts; the lost one's parts lie aside."""
    ids = fill(bench, 40)
    lost = bytes.fromhex(ids[21])
    assert damage(bench.directory, lambda page: page[0] == 13 and lost in page) == 1
    outbox = salvaged(bench)
    rows = list(outbox.every_row())
    gone = [one for one in ids if one not in {row.id for row in rows}]
    assert ids[21] in gone
    assert len(gone) <= 3
    assert [row.state for row in rows[:3]] == [RowState.RECEIVED, RowState.PARKED, RowState.WAITING]
    assert (rows[0].receipt, rows[1].last_reason) == (b"{}", "why")
    counts = outbox.counts()
    assert (counts.waiting, counts.received, counts.parked) == (len(rows) - 2, 1, 1)
    assert outbox.faults() == ()
    found = salvage.notice(bench.directory)
    assert found is not None
    aside = bench.directory / found.aside
    parts_aside = sorted(path.name[:32] for path in (aside / "parts").iterdir())
    assert parts_aside == sorted(one for one in gone if ids.index(one) % 2)
    assert (aside / "outbox.db").read_bytes().count(b"\xa5" * PAGE_BYTES) == 1
    outbox.close()


def test_no_number_is_minted_twice_and_putting_waits_for_a_person(bench: Any) -> None:
    """After a salvage a terminal should take nothing in until somebody has looked, and then leave a gap in its numbers."""
    ids = fill(bench, 30)
    last = bytes.fromhex(ids[-1])
    damage(bench.directory, lambda page: page[0] == 13 and last in page)
    outbox = salvaged(bench)
    assert outbox.accept_salvage()
    assert not outbox.accept_salvage()
    outbox.close()
    again = bench.open()
    kept = again.put(b"form", [], service="permit", submission_id=uuid.uuid4())
    assert kept.seq > 1000
    assert again.put(b"form", [], service="permit", submission_id=uuid.uuid4()).seq == kept.seq + 1
    assert again.faults() == ()


def test_rows_whose_tree_is_gone_are_found_by_their_envelopes(bench: Any) -> None:
    """With every inner page of the trees lost the sealed rows should still be found, and a received one does no harm."""
    ids = fill(bench, 60)
    assert damage(bench.directory, lambda page: page[0] in {2, 5}) >= 1
    outbox = salvaged(bench)
    found = salvage.notice(bench.directory)
    assert found is not None
    assert found.carved > 50
    assert {row.id for row in outbox.every_row(state=RowState.WAITING)} >= set(ids[2:])
    outbox.close()


def test_noise_in_the_stores_place_is_set_aside(bench: Any) -> None:
    """A file that is no database should be kept and an empty store take its place."""
    bench.directory.mkdir()
    (bench.directory / "outbox.db").write_bytes(b"noise" * 1000)
    outbox = salvaged(bench)
    assert outbox.counts().waiting == 0
    found = salvage.notice(bench.directory)
    assert found is not None
    assert (bench.directory / found.aside / "outbox.db").read_bytes().startswith(b"noise")
    outbox.close()


@pytest.mark.parametrize("step", ["rename", "fill", "parts", "notice", "finish"])
def test_a_salvage_that_is_cut_off_goes_on_at_the_next_start(
    bench: Any, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """However far it came, the next start should end with the same rows and the broken file untouched."""
    ids = fill(bench, 20)
    lost = bytes.fromhex(ids[11])
    damage(bench.directory, lambda page: page[0] == 13 and lost in page)
    broken = (bench.directory / "outbox.db").read_bytes()

    def cut(*_: object) -> Any:
        raise QueueError("queue.io", "cut")

    place, name = {
        "rename": (salvage, "_fill"),
        "fill": (salvage, "_carved"),
        "parts": (salvage, "_part_files"),
        "notice": (salvage, "asdict"),
        "finish": (salvage, "_finish"),
    }[step]
    monkeypatch.setattr(place, name, cut)
    with pytest.raises(QueueError) as caught:
        bench.open()
    assert caught.value.code == "queue.io"
    monkeypatch.undo()
    outbox = salvaged(bench)
    assert 16 <= len(outbox.rows()) < 20
    found = salvage.notice(bench.directory)
    assert found is not None
    assert (bench.directory / found.aside / "outbox.db").read_bytes() == broken
    assert not salvage.is_due(bench.directory)
    outbox.close()


def test_an_older_store_in_its_place_is_noticed_by_the_platforms_receipt(bench: Any, tmp_path: Path) -> None:
    """A receipt that knows of later numbers should close the terminal, and no number be minted again."""
    fill(bench, 3)
    old = (bench.directory / "outbox.db").read_bytes()
    fill(bench, 4)
    (bench.directory / "outbox.db").write_bytes(old)
    agent = Outbox.open(bench.directory)
    item = agent.next_waiting()
    assert item is not None
    agent.release(item, env.parse(item.blob).header, b'{"contiguous": 3}')
    assert salvage.notice(bench.directory) is None
    agent.release(item, env.parse(item.blob).header, b'{"contiguous": 7}')
    agent.close()
    with pytest.raises(StoreSalvaged) as caught:
        bench.open()
    assert caught.value.code == "queue.salvaged"
    found = salvage.notice(bench.directory)
    assert found is not None
    assert (found.reason, found.aside) == ("queue.rolled_back: 7", "")
    assert salvage.accept(bench.directory)
    assert bench.open().put(b"form", [], service="permit", submission_id=uuid.uuid4()).seq == 8


def test_nobody_is_left_on_the_broken_file(bench: Any) -> None:
    """While another process has the store open it should not be moved from under it."""
    fill(bench, 5)
    other = Outbox.open(bench.directory)
    salvage.plan(bench.directory, "found by the agent", found_in=salvage.file_of(bench.directory))
    with pytest.raises(QueueError) as caught:
        bench.open()
    assert (caught.value.code, caught.value.detail) == ("queue.corrupt", "in use elsewhere")
    with pytest.raises(QueueError, match="to be set aside"):
        other.next_waiting()
    other.close()
    outbox = salvaged(bench)
    assert len(outbox.rows()) == 5
    outbox.close()


@pytest.mark.parametrize("place", ["plan", "_salvage"])
def test_two_that_find_the_same_damage_set_it_aside_once(
    bench: Any, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Whoever is the slower, before he writes the plan or before he is alone, should find the store mended and go on."""
    fill(bench, 12)
    damage(bench.directory, lambda page: page[0] == 13 and env.MAGIC in page)
    home = {"plan": salvage, "_salvage": outbox_module}[place]
    slower = getattr(home, place)

    def overtaken(*given: Any, **named: Any) -> None:
        monkeypatch.setattr(home, place, slower)
        Outbox.open(bench.directory).close()
        slower(*given, **named)

    monkeypatch.setattr(home, place, overtaken)
    outbox = Outbox.open(bench.directory)
    assert len(list(bench.directory.glob("aside-*"))) == 1
    assert not salvage.is_due(bench.directory)
    found = salvage.notice(bench.directory)
    assert found is not None
    assert len(outbox.rows()) == found.rows
    outbox.close()


def test_many_that_write_the_same_plan_leave_a_whole_one(bench: Any) -> None:
    """Each should find a plan that reads, written by whoever was first."""
    bench.directory.mkdir()
    asides = set()
    for _ in range(20):
        with ThreadPoolExecutor(6) as pool:
            for each in [pool.submit(salvage.plan, bench.directory, "found", found_in=None) for _ in range(6)]:
                each.result()
        asides.add(json.loads((bench.directory / salvage.PLAN).read_bytes())["aside"])
        (bench.directory / salvage.PLAN).unlink()
    assert len(asides) == 20


def test_a_store_that_is_damaged_everywhere_is_parked_in_few_transactions(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred damaged rows should cost no hundred fsyncs; whoever breaks the check off has parked what he saw."""
    fill(bench, 100, [])
    outbox = bench.open()
    with outbox._writer.transaction() as db:
        db.execute("UPDATE outbox SET envelope = CAST(substr(envelope, 1, 600) AS BLOB) WHERE state = 0")
    commits: list[int] = []
    outbox._writer._db.set_commit_hook(lambda: bool(commits.append(1)))
    monkeypatch.setattr("offline_queue.outbox._PARKED_AT_ONCE", 40)
    more = iter(range(4))

    def broken_off() -> None:
        if outbox.counts().parked > 1 and next(more) == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        outbox.verify(broken_off)
    assert (outbox.counts().parked, len(commits)) == (1 + 40 + 3, 2)
    assert len(outbox.verify()) == 98
    assert (outbox.counts().waiting, outbox.counts().parked, len(commits)) == (0, 1 + 98, 2 + 3)
    outbox.close()


def test_the_daily_check_parks_what_is_damaged_and_the_rest_goes_on(bench: Any) -> None:
    """Rows and parts that are not what they were should be parked with a code of their own, the chain's cut named."""
    outbox = bench.open()
    for _ in range(6):
        outbox.put(b"form", [PAGE], service="permit", submission_id=uuid.uuid4())
    with outbox._writer.transaction() as db:
        db.execute("UPDATE outbox SET envelope = CAST(substr(envelope, 1, 600) AS BLOB) WHERE seq = 1")
        db.execute("UPDATE outbox SET envelope = (SELECT envelope FROM outbox WHERE seq = 4) WHERE seq = 2")
        db.execute("UPDATE outbox SET sha256 = zeroblob(32) WHERE seq = 5")
    third = next((bench.directory / "parts").glob(f"{outbox.row_at(3).id}.*"))
    whole = third.read_bytes()
    third.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    found = [(fault.code, fault.seq) for fault in outbox.verify()]
    assert found == [
        ("queue.envelope_damaged", 1),
        ("queue.digest_differs", 2),
        ("queue.row_differs", 2),
        ("queue.chain", 2),
        ("queue.part_damaged", 3),
        ("queue.digest_differs", 5),
        ("queue.chain", 6),
    ]
    parked = {row.seq: row.last_reason.partition(":")[0] for row in outbox.every_row(state=RowState.PARKED)}
    assert parked == {1: found[0][0], 2: found[1][0], 3: found[4][0], 5: found[5][0]}
    assert [row.seq for row in outbox.every_row(state=RowState.WAITING)] == [4, 6]


def test_the_daily_check_plans_the_salvage_of_broken_pages(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Damaged pages found while the store is in use should end this process and be mended at the next start."""
    fill(bench, 20, [])
    monkeypatch.setattr("offline_queue.outbox._CHECKED_AT_OPEN_BYTES", 0)
    damage(bench.directory, lambda page: page[0] == 13 and env.MAGIC in page)
    outbox = bench.open()
    with pytest.raises(QueueError) as caught:
        outbox.verify()
    assert caught.value.code == "queue.corrupt"
    with pytest.raises(QueueError, match="to be set aside"):
        outbox.put(b"form", [], service="permit", submission_id=uuid.uuid4())
    outbox.close()
    salvaged(bench).close()
