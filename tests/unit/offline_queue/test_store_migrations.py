"""Old files become new ones, step by step, with everything that lies in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import apsw
import pytest

from offline_queue import Outbox, QueueError, RowState, migrations

TAG = b"t" * 32


def old_file(directory: Path, version: int) -> apsw.Connection:
    """Make the file that the program of `version` made, with one row in every state."""
    directory.mkdir()
    database = apsw.Connection(str(directory / "outbox.db"))
    database.execute("PRAGMA page_size = 4096")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA application_id = 0x4B464F42")
    for step in migrations.STEPS:
        if step.version <= version:
            database.execute(step.sql())
    database.execute(f"PRAGMA user_version = {version}")
    return database


def count(database: apsw.Connection, version: int) -> None:
    """Keep the counts as the programs do that know them."""
    if version >= 2000:
        database.execute("UPDATE outbox SET nth = seq - 4; UPDATE agent_state SET received = 1, parked = 1")


def fill(database: apsw.Connection, envelopes: dict[int, bytes]) -> None:
    """Put rows 5, 6, 7 (waiting, received, parked) as the first program did."""
    for seq, (state, receipt) in enumerate(((0, None), (1, b"{}"), (2, None)), start=5):
        database.execute(
            "INSERT INTO outbox (seq, id, code, service, state, attempts, submitted_at, settled_at, parts, sealed_bytes,"
            " sha256, last_reason, receipt, envelope) VALUES (?, ?, ?, 'permit', ?, ?, ?, ?, 0, 9, ?, ?, ?, ?)",
            (seq, bytes([seq]) * 16, f"KF{seq}", state, state, seq * 1000, state * 2000 or None, bytes([seq]) * 32,
             "why" * (state == 2), receipt, envelopes.get(seq)),
        )  # fmt: skip


@pytest.fixture
def envelopes(bench: Any, outbox: Outbox) -> dict[int, bytes]:
    """Two envelopes as they are sealed."""
    made = {}
    for seq in (5, 7):
        outbox.put(b"form", [], service="permit", submission_id=f"{seq:032x}")
    for seq, blob in zip((5, 7), outbox._reader.query("SELECT envelope FROM outbox ORDER BY seq"), strict=True):
        made[seq] = blob[0]
    return made


@pytest.mark.parametrize("version", [step.version for step in migrations.STEPS[:-1]])
def test_an_old_file_is_read_and_written_by_the_new_program(
    bench: Any, tmp_path: Path, envelopes: dict[int, bytes], version: int
) -> None:
    """Rows of every state should come through with all they hold, and the file go on to work as a new one does."""
    bench.directory = tmp_path / "old"
    database = old_file(bench.directory, version)
    fill(database, envelopes)
    count(database, version)
    database.close()
    again = bench.open()
    assert again._writer.query("PRAGMA user_version") == [(migrations.CURRENT,)]
    assert again._writer.query("PRAGMA integrity_check") == [("ok",)]
    rows = tuple(again.every_row())
    assert [(row.seq, row.state, row.attempts) for row in rows] == [
        (5, RowState.WAITING, 0),
        (6, RowState.RECEIVED, 1),
        (7, RowState.PARKED, 2),
    ]
    assert (rows[1].receipt, rows[2].last_reason) == (b"{}", "why")
    counts = again.counts()
    assert (counts.waiting, counts.received, counts.parked) == (1, 1, 1)
    kept = again.put(b"new", [], service="permit", submission_id=f"{9:032x}", person_tag=TAG)
    assert kept.seq == 8
    assert [row.seq for row in again.held_by(TAG)] == [8]
    item = again.next_waiting()
    assert item is not None
    assert (item.seq, item.blob) == (5, envelopes[5])


def test_a_step_that_fails_leaves_the_old_file(bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that breaks in its middle should be as if it had never begun."""
    bench.directory = tmp_path / "old"
    database = old_file(bench.directory, 1000)

    def broken(step: migrations.Step) -> str:
        return "CREATE TABLE half (x); SELECT no_such_function()" if step.version == 1001 else ""

    monkeypatch.setattr(migrations.Step, "sql", broken)
    with pytest.raises(QueueError) as caught:
        bench.open()
    assert caught.value.code == "queue.sqlite"
    assert list(database.execute("PRAGMA user_version")) == [(1000,)]
    assert list(database.execute("SELECT name FROM sqlite_schema WHERE name = 'half'")) == []
    database.close()
    monkeypatch.undo()
    assert bench.open().counts().waiting == 0
