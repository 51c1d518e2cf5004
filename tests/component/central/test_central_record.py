"""The record on SQLite and on PostgreSQL: who writes is alone, who reads changes nothing, and what is wrong has a code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from central import db
from central.cli import main
from central.db import Database, Reader, parse_url
from central.keys import StateError
from central.refusals import Refused
from central.settings import Settings
from central.tables import device_keys, kiosks, nonces

if TYPE_CHECKING:
    from tests.resources.postgres import Postgres

NOW = dt.datetime(2026, 11, 21, 3, 12, tzinfo=dt.UTC)
PASSWORD = "only-for-this-test"


@pytest.fixture
def on_postgresql(postgres: Postgres) -> str:
    return postgres.database()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/central.db"
    found: str = request.getfixturevalue("on_postgresql")
    return found


@pytest.fixture
def opened() -> Iterator[Callable[[str], Database]]:
    databases: list[Database] = []

    def one(address: str) -> Database:
        databases.append(Database(address))
        return databases[-1]

    yield one
    for database in databases:
        database.close()


def enter(database: Database, number: str) -> None:
    with database.transaction() as connection:
        connection.execute(kiosks.insert().values(number=number, enrolled_at=NOW, contiguous=0))


def test_what_a_transaction_has_read_nobody_changes(address: str, opened: Callable[[str], Database]) -> None:
    """Counting up from what was read should lose nothing between threads."""
    database = opened(address)
    enter(database, "0001")

    def count() -> None:
        for _ in range(20):
            with database.transaction() as connection:
                found = connection.scalar(select(kiosks.c.contiguous))
                connection.execute(update(kiosks).values(contiguous=found + 1))

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(count) for _ in range(4)]:
            done.result()
    with database.reading() as connection:
        assert connection.scalar(select(kiosks.c.contiguous)) == 80


def test_a_failed_transaction_leaves_nothing_and_a_reader_sees_no_half(
    address: str, opened: Callable[[str], Database]
) -> None:
    """It should show what is committed, at once and to a reader of its own, and nothing before that."""
    database = opened(address)
    reader = Reader(address)

    def seen() -> int:
        with reader.reading() as connection:
            return connection.scalar(select(func.count()).select_from(kiosks)) or 0

    with pytest.raises(Refused), database.transaction() as connection:
        connection.execute(kiosks.insert().values(number="0001", enrolled_at=NOW, contiguous=0))
        assert seen() == 0
        raise Refused(422, "no")
    assert seen() == 0
    enter(database, "0001")
    assert seen() == 1
    reader.close()


def test_a_reader_sees_one_state_and_can_change_nothing(address: str, opened: Callable[[str], Database]) -> None:
    """It should not see within one reading what came meanwhile, nor write."""
    database = opened(address)
    enter(database, "0001")
    with database.reading() as connection:
        before = connection.execute(select(kiosks.c.number)).all()
        enter(database, "0002")
        assert connection.execute(select(kiosks.c.number)).all() == before
    with pytest.raises((Refused, DBAPIError)), database.reading() as connection:
        connection.execute(kiosks.insert().values(number="0003", enrolled_at=NOW, contiguous=0))
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(kiosks)) == 2


def test_a_record_keeps_every_kind_of_value(address: str, opened: Callable[[str], Database]) -> None:
    """Bytes, large numbers and times should come back as they went in, and times be compared as times."""
    database = opened(address)
    with database.transaction() as connection:
        connection.execute(kiosks.insert().values(number="0001", enrolled_at=NOW, contiguous=2**53 - 1))
        connection.execute(device_keys.insert().values(kiosk="0001", public_key=bytes(range(65)), enrolled_at=NOW))
        for at in range(3):
            moment = NOW + dt.timedelta(microseconds=at)
            connection.execute(nonces.insert().values(kiosk="0001", nonce=f"nonce-{at}", at=moment))
    with database.reading() as connection:
        assert connection.execute(select(kiosks)).one() == ("0001", NOW, 2**53 - 1)
        key = connection.execute(select(device_keys)).one()
        assert (key.public_key, key.enrolled_at, key.custody) == (bytes(range(65)), NOW, "software")
        assert connection.scalars(select(nonces.c.nonce).where(nonces.c.at > NOW).order_by(nonces.c.at)).all() == [
            "nonce-1", "nonce-2",
        ]  # fmt: skip


def test_an_older_record_gains_its_columns_and_is_not_read_before(
    address: str, opened: Callable[[str], Database]
) -> None:
    """A reader should say that the record is older; the platform brings it up and keeps what stood in it."""
    before = Database(address)
    with before.transaction() as connection:
        connection.execute(kiosks.insert().values(number="0001", enrolled_at=NOW, contiguous=0))
        connection.execute(device_keys.insert().values(kiosk="0001", public_key=b"k", enrolled_at=NOW, custody="tpm"))
        connection.execute(text("ALTER TABLE device_keys DROP COLUMN custody"))
    before.close()
    with pytest.raises(StateError, match=r"record_older: device_keys\.custody"):
        Reader(address)
    database = opened(address)
    with database.reading() as connection:
        row = connection.execute(select(device_keys)).one()
        assert (row.kiosk, row.public_key, row.custody) == ("0001", b"k", "software")
    Reader(address).close()


def test_a_cut_connection_costs_one_refusal(
    postgres: Postgres, on_postgresql: str, opened: Callable[[str], Database]
) -> None:
    """When PostgreSQL goes away a transaction should be refused as something that passes, and the next one be done."""
    database = opened(on_postgresql)
    enter(database, "0001")
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(kiosks)) == 1
    with pytest.raises(Refused, match="503 record_unavailable"), database.transaction() as connection:
        with postgres.connect(str(parse_url(on_postgresql).database)) as other:
            mine = "datname = current_database() AND pid <> pg_backend_pid()"
            other.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}".encode())
        connection.execute(update(kiosks).values(contiguous=7))
    enter(database, "0002")
    with database.reading() as connection:
        assert connection.execute(select(kiosks.c.number, kiosks.c.contiguous)).all() == [("0001", 0), ("0002", 0)]


def test_who_waits_too_long_for_his_turn_is_told(
    address: str, opened: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A turn that another thread does not give back should be refused as busy, not waited for."""
    monkeypatch.setattr("central.db._WAIT_S", 0.05)
    database = opened(address)
    with ThreadPoolExecutor(1) as pool, database.transaction():
        waiting = pool.submit(enter, database, "0001")
        with pytest.raises(Refused, match="503 busy"):
            waiting.result()
    enter(database, "0001")


def test_one_record_has_one_platform(
    on_postgresql: str, opened: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second one, perhaps on another machine, should not come up while the first one lives, and then it should."""
    monkeypatch.setitem(db._POSTGRESQL, "lock_timeout", "50ms")
    first = opened(on_postgresql)
    with pytest.raises(StateError, match="record_in_use"):
        Database(on_postgresql)
    first.close()
    enter(opened(on_postgresql), "0001")


def test_a_database_that_forgets_is_not_used(postgres: Postgres, on_postgresql: str) -> None:
    """It should refuse to keep a record where a commit is answered before it is on the disk."""
    database = parse_url(on_postgresql).database
    with postgres.connect() as other:
        other.execute(f"ALTER DATABASE {database} SET synchronous_commit = off".encode())
    with pytest.raises(StateError, match="record_not_durable: synchronous_commit is off"):
        Database(on_postgresql)


def test_the_record_is_where_init_was_told(
    on_postgresql: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every command should find it by the state directory alone; a database that cannot be had leaves nothing behind."""
    state = str(tmp_path / "state")
    for wrong, words in (("mysql://x/y", "postgresql://"), (f"postgresql:///nothing?host={tmp_path}", "cannot be opened")):
        assert main(["init", "--state", state, "--database", wrong]) == 3
        assert words in capsys.readouterr().err
        assert not Settings(tmp_path / "state").keys_dir.exists()
    assert main(["init", "--state", state, "--database", on_postgresql]) == 0
    capsys.readouterr()
    assert main(["cases", "--state", state]) == 0
    assert capsys.readouterr().out == "0 cases\n"
    assert main(["init", "--state", state, "--database", on_postgresql]) == 3
    assert not Settings(tmp_path / "state").database.exists()
    assert Settings(tmp_path / "state").record_file.stat().st_mode & 0o077 == 0


def test_a_password_is_not_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is wrong with an address should be told without the password in it."""
    url = f"postgresql://city:{PASSWORD}@/city?host={tmp_path}"
    assert main(["init", "--state", str(tmp_path / "state"), "--database", url]) == 3
    said = capsys.readouterr()
    assert PASSWORD not in said.out + said.err
