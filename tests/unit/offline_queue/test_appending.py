"""Group commit: who comes together shares a transaction, and each gets its own answer."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from offline_queue import QueueError
from offline_queue.appending import Appender, Content
from offline_queue.store import Store


def content(seq: int, before: bytes | None) -> Content:
    return Content(f"C{seq}", "permit", 0, 0, 1, bytes([seq]) * 32, (before or b"first")[:5], None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "outbox.db")
    yield store
    store.close()


def rows(store: Store) -> list[tuple[Any, ...]]:
    return store.query("SELECT seq, code, nth, envelope FROM outbox ORDER BY seq")


def test_rows_name_the_row_before_however_they_were_written(store: Store) -> None:
    """Alone or together, behind its own row or another process', a row should get the next number and the right digest."""
    appender, other = Appender(store, 7), Appender(store, 1)
    for one in (appender, appender, other, appender):
        assert one.append(uuid.uuid4().bytes, content) is not None
    assert rows(store) == [
        (7, "C7", 1, b"first"),
        (8, "C8", 2, b"\x07" * 5),
        (9, "C9", 3, b"\x08" * 5),
        (10, "C10", 4, b"\x09" * 5),
    ]


def test_nobody_writes_behind_a_row_that_is_not_the_newest(store: Store) -> None:
    """Where another process' numbers go on from a higher one, the next number is free, and the row still comes behind it."""
    appender, other = Appender(store, 1), Appender(store, 20)
    for one in (appender, appender, other, appender):
        assert one.append(uuid.uuid4().bytes, content) is not None
    assert rows(store)[2:] == [(20, "C20", 3, b"\x02" * 5), (21, "C21", 4, b"\x14" * 5)]


def test_an_id_that_is_taken_writes_nothing(store: Store) -> None:
    """The same id should be told apart from a row that another process has put in between."""
    appender, raw_id = Appender(store, 1), uuid.uuid4().bytes
    assert appender.append(raw_id, content) is not None
    assert appender.append(raw_id, content) is None
    assert appender.append(uuid.uuid4().bytes, content) is not None
    assert len(rows(store)) == 2


def test_callers_who_come_together_share_a_transaction(store: Store) -> None:
    """While one row is under way those behind it should gather, and be written by one commit, each with its answer."""
    appender = Appender(store, 1)
    commits: list[int] = []
    store._db.set_commit_hook(lambda: bool(commits.append(1)))
    entered, go = threading.Event(), threading.Event()

    def slow(seq: int, before: bytes | None) -> Content:
        entered.set()
        assert go.wait(10)
        return content(seq, before)

    def broken(_seq: int, _before: bytes | None) -> Content:
        raise LookupError("bug")

    found: dict[str, object] = {}

    def work(name: str, make: Any) -> None:
        try:
            found[name] = appender.append(uuid.uuid4().bytes, make)
        except LookupError as error:
            found[name] = error

    first = threading.Thread(target=work, args=("slow", slow))
    first.start()
    assert entered.wait(10)
    rest = [threading.Thread(target=work, args=(f"{n}", broken if n == 3 else content)) for n in range(8)]
    for thread in rest:
        thread.start()
    while len(appender._tickets) < 8:
        assert all(thread.is_alive() for thread in rest)
    go.set()
    for thread in (first, *rest):
        thread.join(10)
    assert len(commits) == 2
    assert isinstance(found.pop("3"), LookupError)
    assert [seq for seq, *_ in rows(store)] == list(range(1, 9))
    assert sorted(one[0] for one in found.values() if isinstance(one, tuple)) == list(range(1, 9))


def test_a_commit_that_fails_fails_for_all_of_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody should be told that a row is there when its transaction was not committed."""
    appender = Appender(store, 1)

    def broken() -> None:
        raise QueueError("queue.commit_unknown")

    monkeypatch.setattr(store, "_commit", broken)
    with pytest.raises(QueueError):
        appender.append(uuid.uuid4().bytes, content)
    monkeypatch.undo()
    assert appender.append(uuid.uuid4().bytes, content) == (1, content(1, None))


def test_a_statement_of_its_own_says_when_its_end_is_unknown(store: Store) -> None:
    """A disk that fails while SQLite commits by itself should leave the outcome open, and a full one should not."""
    with pytest.raises(QueueError) as caught:
        store.write("SELECT raise_it()", ())
    assert caught.value.code == "queue.commit_unknown"
    assert store.write("INSERT INTO agent_state (one) VALUES (1)", ()) == 0
    store._db.pragma("max_page_count", store._db.pragma("page_count"))
    with pytest.raises(QueueError) as caught:
        store.write("UPDATE agent_state SET reason = ?", ("x" * 100_000,))
    assert caught.value.code == "queue.full"
