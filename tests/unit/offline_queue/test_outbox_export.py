"""Carrying the outbox away by hand: whole, verified, still sealed, and readable by a module that knows no database."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from offline_queue import Attachment, Exported, Outbox, QueueError, StoreFault, StoreFull
from offline_queue import envelope as env
from offline_queue.export_format import MANIFEST, ReadItem, envelope_path, part_path, read_export, read_manifest

PAGES = (Attachment("front", "image/png", b"front" * 1000), Attachment("back", "image/png", b"back" * 1000))


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    path = tmp_path / "stick"
    path.mkdir()
    return path


def fill(outbox: Outbox) -> None:
    """Leave one row received, one parked and two waiting."""
    for number in range(4):
        outbox.put(f"form {number}".encode(), PAGES, service="permit", submission_id=uuid.UUID(int=number + 1))
    item = outbox.next_waiting()
    assert item is not None
    outbox.release(item, env.parse(item.blob).header, b"{}")
    outbox.park_by_staff(3, "staff")


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(QueueError) as caught:
        call()
    return caught.value.code


def test_what_is_held_is_carried_whole_and_sealed(bench: Any, outbox: Outbox, stick: Path) -> None:
    """Everything held should be read from the folder by the platform, and the rows stay as they are."""
    fill(outbox)
    before = outbox.counts()
    told: list[tuple[int, int]] = []
    done = outbox.export(stick, lambda now, of: told.append((now, of)))
    assert outbox.counts() == before
    assert (done.items, done.left_out) == (3, ())
    assert [path.name for path in stick.iterdir()] == [done.directory.name]
    assert done.directory.name.startswith("outbox-0001-20261123T031200Z-")
    assert told == sorted(told)
    assert told[-1] == (2 * done.bytes_total, 2 * done.bytes_total)
    opening = read_manifest(done.directory)
    assert (opening.kiosk, opening.made_at) == ("0001", "2026-11-23T03:12:00Z")
    read = list(read_export(done.directory))
    assert [(one.item.seq, one.item.state, one.fault) for one in read] == [
        (2, "waiting", ""),
        (3, "parked", ""),
        (4, "waiting", ""),
    ]
    for one in read:
        envelope = env.parse(one.envelope)
        env.verify(envelope, bench.device_public)
        assert env.open_form(envelope, bench.opener) == f"form {one.item.seq - 1}".encode()
        for part, page in zip(envelope.header.parts, PAGES, strict=True):
            sealed = one.parts[part.sha256].read_bytes()
            assert b"".join(env.open_part(envelope, part.id, [sealed], bench.opener)) == page.data


def test_an_export_without_the_sealing_knows_its_kiosk(bench: Any, outbox: Outbox, stick: Path) -> None:
    """A command that only reads should export all the same."""
    fill(outbox)
    reader = Outbox.open(bench.directory)
    assert read_manifest(reader.export(stick).directory).kiosk == "0001"
    reader.close()


def test_nothing_held_is_nothing_to_export(outbox: Outbox, stick: Path) -> None:
    """An empty export would look like one that worked."""
    assert code_of(lambda: outbox.export(stick)) == "export.nothing"
    assert list(stick.iterdir()) == []


def test_what_is_damaged_here_is_left_out_and_said(bench: Any, outbox: Outbox, stick: Path) -> None:
    """A missing part, a changed part and an envelope that does not read should cost no other row its place."""
    fill(outbox)
    outbox.put(b"whole", PAGES, service="permit", submission_id=uuid.UUID(int=5))
    rows = {row.seq: row.id for row in outbox.every_row()}
    digests = {seq: [p.sha256 for p in env.parse(blob).header.parts] for seq, blob in
               outbox._reader.query("SELECT seq, envelope FROM outbox WHERE state <> 1")}  # fmt: skip
    (bench.directory / "parts" / f"{rows[2]}.{digests[2][1]}").unlink()
    changed = bench.directory / "parts" / f"{rows[3]}.{digests[3][0]}"
    changed.write_bytes(changed.read_bytes()[:-1] + b"!")
    with outbox._writer.transaction() as db:
        db.execute("UPDATE outbox SET envelope = x'00' WHERE seq = 4")
    done = outbox.export(stick)
    assert done.left_out == (
        StoreFault("queue.part_damaged", 2, digests[2][1]),
        StoreFault("queue.part_damaged", 3, digests[3][0]),
        StoreFault("queue.envelope_damaged", 4, "envelope.magic"),
    )
    assert [one.item.seq for one in read_export(done.directory)] == [5]
    assert len(list((done.directory / "parts").iterdir())) == 2


def test_a_medium_that_is_full_or_lies_leaves_no_export(
    outbox: Outbox, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ENOSPC and bytes that do not come back should each have their code, and no folder that looks whole."""
    fill(outbox)

    def full(_handle: int, _data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("offline_queue.exporting.write_all", full)
    with pytest.raises(StoreFull):
        outbox.export(stick)
    monkeypatch.undo()
    real = read_export

    def lying(directory: Path) -> Any:
        blob = next(directory.glob("envelopes/*"))
        blob.write_bytes(b"!" + blob.read_bytes()[1:])
        return real(directory)

    monkeypatch.setattr("offline_queue.exporting.read_export", lying)
    assert code_of(lambda: outbox.export(stick)) == "export.verify"
    assert list(stick.iterdir()) == []
    assert code_of(lambda: outbox.export(stick / "not mounted")) == "export.io"


def damaged(done: Exported, damage: Callable[[Path, ReadItem], object]) -> list[str]:
    first = next(read_export(done.directory))
    damage(done.directory, first)
    return [one.fault for one in read_export(done.directory)]


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (lambda d, one: envelope_path(d, one.item.id).unlink(), "export.file_missing"),
        (lambda d, one: envelope_path(d, one.item.id).write_bytes(one.envelope[:-1]), "export.envelope_damaged"),
        (lambda d, one: envelope_path(d, one.item.id).write_bytes(one.envelope[:-1] + b"!"), "export.envelope_damaged"),
        (lambda d, one: part_path(d, one.item.id, one.item.parts[1].sha256).unlink(), "export.file_missing"),
        (lambda d, one: part_path(d, one.item.id, one.item.parts[0].sha256).write_bytes(b"x"), "export.part_damaged"),
    ],
)
def test_a_damaged_item_is_said_and_the_rest_goes_on(
    outbox: Outbox, stick: Path, damage: Callable[[Path, ReadItem], object], fault: str
) -> None:
    """Damage on the way should cost the one submission it hit."""
    fill(outbox)
    assert damaged(outbox.export(stick), damage) == [fault, "", ""]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda lines: lines[:-1], "export.damaged"),
        (lambda lines: [lines[0], *lines[2:]], "export.damaged"),
        (lambda lines: [*lines, lines[1]], "export.damaged"),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], "export.damaged"),
        (lambda lines: [lines[0].replace('"v":1', '"v":2'), *lines[1:]], "export.version"),
        (lambda _lines: ["no json"], "export.damaged"),
        (lambda lines: [lines[0], lines[1].replace('"id":"', '"id":"../'), *lines[2:]], "export.damaged"),
        (lambda _lines: [], "export.damaged"),
    ],
)
def test_a_manifest_is_whole_or_refused(
    outbox: Outbox, stick: Path, change: Callable[[list[str]], list[str]], code: str
) -> None:
    """Lines that are missing, added, swapped or changed should be found before the first item is used."""
    fill(outbox)
    path = outbox.export(stick).directory / MANIFEST
    lines = path.read_text().splitlines()
    assert json.loads(lines[-1])["items"] == 3
    path.write_text("".join(f"{line}\n" for line in change(lines)))
    assert code_of(lambda: list(read_export(path.parent))) == code


def test_no_manifest_is_no_export(stick: Path) -> None:
    """A folder of something else should be named so."""
    assert code_of(lambda: list(read_export(stick))) == "export.missing"
