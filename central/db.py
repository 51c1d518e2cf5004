"""The platform's record: SQLite in the state directory, or PostgreSQL; one writing transaction at a time on both.

Knows: addresses of databases, what makes a commit durable on each, who waits for whom, the tables' creation, columns that an
older record lacks. Does not know: what the tables mean.

Every transaction that writes may rely on what it has read: nobody else writes meanwhile, in this process or in another.
Debian 12's SQLite (3.40.1) can corrupt a WAL that two connections write or checkpoint at once (fixed in 3.51.3), so exactly
one connection writes, in the one process that holds the state directory's lock; every other one is opened to read only.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg.errors import LockNotAvailable
from sqlalchemy import URL, Connection, Engine, QueuePool, StaticPool, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.schema import CreateColumn

from central.keys import StateError
from central.refusals import Refused
from central.tables import metadata

log = logging.getLogger("central")

_WAIT_S = 10
"""How long a transaction waits for its turn."""
_READERS = 8
_WRITER = 4_715_302_611
"""PostgreSQL's advisory lock of the one connection that writes."""
_POSTGRESQL = {
    "lock_timeout": f"{_WAIT_S}s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
    # A platform whose machine is gone must not hold the record for hours.
    "tcp_keepalives_idle": 10,
    "tcp_keepalives_interval": 5,
    "tcp_keepalives_count": 3,
}
_SQLITE = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
_LASTING = ("fsync", "full_page_writes", "synchronous_commit")
"""With one of these off PostgreSQL answers before a commit is on the disk, or loses it with the power."""
_PASSING = (OperationalError, InterfaceError, psycopg.OperationalError)
"""What the way to the database says; as the driver says it where a connection is set up."""


def parse_url(address: str) -> URL:
    """Read where a record is: `postgresql://…` or `sqlite:///…`. Raises `StateError` (`record_url`)."""
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise StateError("record_url", "not the address of a database") from error
    drivers = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}
    backend = url.drivername.partition("+")[0]
    if backend not in drivers or (backend == "sqlite" and not url.database):
        raise StateError("record_url", url.render_as_string(hide_password=True))
    return url.set(drivername=drivers[backend])


class Reader:
    """The record for whoever changes nothing in it: beside a serving process, or without one."""

    def __init__(self, address: str) -> None:
        """Raises `StateError`: `record_url`, `record_unavailable`, `record_older` (made by another version, or not yet)."""
        url = parse_url(address)
        self._readers = _readers(url)
        with _opening(self._readers), self._readers.begin() as connection:
            for table, column in _lacking(connection):
                raise StateError("record_older", f"{table}.{column}")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the record, all that was committed before. Refuses as `transaction`."""
        with _refusing(), self._readers.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self._readers.dispose()


class Database(Reader):
    """The record of the one process that writes it. What a transaction did is durable before it returns."""

    def __init__(self, address: str) -> None:
        """Make what is not there yet. Raises `StateError`: as `Reader`, `record_in_use`, `record_not_durable`/`_utf8`."""
        self._lock = threading.Lock()
        url = parse_url(address)
        self._writers = _sqlite_writer(url) if _is_sqlite(url) else _postgresql_writer(url)
        with _opening(self._writers), self.transaction() as connection:
            metadata.create_all(connection)
            for table, column in list(_lacking(connection)):
                definition = CreateColumn(metadata.tables[table].columns[column]).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {definition}")
        self._readers = _readers(url)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give a connection that alone may write; commit at the end, roll back on an exception.

        Refuses 503 `busy` after a long wait, 503 `record_unavailable` when the database cannot do its work.
        """
        if not self._lock.acquire(timeout=_WAIT_S):
            raise Refused(503, "busy")
        try:
            with _refusing(), self._writers.begin() as connection:
                yield connection
        finally:
            self._lock.release()

    def close(self) -> None:
        """Close every connection; SQLite's log is folded into its file."""
        super().close()
        with self._lock:
            self._writers.dispose()


@contextmanager
def unasked(connection: Connection) -> Iterator[None]:
    """Let statements of whose answers nothing is needed travel together, where there is a way to travel.

    Nothing can be read in here. What is wrong with one of them is said at the end.
    """
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        yield
        return
    try:
        with driver.pipeline():
            yield
    except psycopg.Error as error:
        raise DBAPIError.instance(None, None, error, psycopg.Error, dialect=connection.dialect) from error


# --- errors ----------------------------------------------------------------------------------------------------------


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn what the database, the disk or the way there cannot do now into a refusal: the terminal comes again."""
    try:
        yield
    except PoolTimeoutError as error:
        raise Refused(503, "busy") from error
    except _PASSING as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(cause, LockNotAvailable):
            raise Refused(503, "busy") from error
        log.error("the record failed: %s", type(cause).__name__)  # by its kind alone: no values into the log
        raise Refused(503, "record_unavailable") from error


@contextmanager
def _opening(engine: Engine) -> Iterator[None]:
    """Say in words for the operator what is wrong, and leave no connection behind."""
    try:
        yield
    except (*_PASSING, Refused) as error:
        engine.dispose()
        code = "record_in_use" if isinstance(error, Refused) and error.code == "busy" else "record_unavailable"
        raise StateError(code, engine.url.render_as_string(hide_password=True)) from error
    except BaseException:
        engine.dispose()
        raise


def _lacking(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield (table, column) of what this version knows and the record has not."""
    found = inspect(connection)
    present = set(found.get_table_names())
    for table in metadata.sorted_tables:
        columns = {column["name"] for column in found.get_columns(table.name)} if table.name in present else set()
        yield from ((table.name, column.name) for column in table.columns if column.name not in columns)


def _readers(url: URL) -> Engine:
    return _sqlite_readers(url) if _is_sqlite(url) else _postgresql_readers(url)


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


# --- SQLite ----------------------------------------------------------------------------------------------------------


def _sqlite_writer(url: URL) -> Engine:
    waiting = {"check_same_thread": False, "timeout": 5.0}
    engine = create_engine(url, poolclass=StaticPool, connect_args=waiting, hide_parameters=True)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _sqlite_readers(url: URL) -> Engine:
    place = url.set(database=f"file:{quote(str(url.database))}", query={"mode": "ro", "uri": "true"})
    waiting = {"check_same_thread": False, "timeout": 5.0}
    engine = create_engine(
        place, poolclass=QueuePool, pool_size=_READERS, max_overflow=0, pool_timeout=_WAIT_S,
        connect_args=waiting, hide_parameters=True,
    )  # fmt: skip
    event.listen(engine, "connect", _own_transactions)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _own_transactions(connection: Any, _entry: object) -> None:
    connection.isolation_level = None  # the driver's own transactions begin too late


def _set_up_sqlite(connection: Any, _entry: object) -> None:
    _own_transactions(connection, _entry)
    for name, value in _SQLITE.items():
        connection.execute(f"PRAGMA {name}={value}")
        found = connection.execute(f"PRAGMA {name}").fetchone()[0]
        if found != value:
            raise StateError("record_not_durable", f"pragma {name} is {found}")


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


def _postgresql_writer(url: URL) -> Engine:
    # One connection, as on SQLite: whoever has it writes.
    engine = _postgresql(url, pool_size=1, max_overflow=0, pool_timeout=_WAIT_S)
    event.listen(engine, "connect", _set_up(_take_record))
    return engine


def _postgresql_readers(url: URL) -> Engine:
    engine = _postgresql(url, pool_size=_READERS, max_overflow=0, pool_timeout=_WAIT_S, pool_pre_ping=True)
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _postgresql(url: URL, **pool: Any) -> Engine:
    options = " ".join(f"-c {name}={value}" for name, value in _POSTGRESQL.items())
    to_us = {"options": options, "connect_timeout": 5, "tcp_user_timeout": 15_000, "application_name": "kiosk-central"}
    engine = create_engine(url, connect_args=to_us, hide_parameters=True, **pool)
    event.listen(engine, "connect", _set_up(_check_postgresql))
    return engine


def _set_up(step: Callable[[psycopg.Connection[Any]], None]) -> Callable[[psycopg.Connection[Any], object], None]:
    def on_connect(connection: psycopg.Connection[Any], _entry: object) -> None:
        try:
            step(connection)
        except BaseException:
            connection.close()  # the pool forgets it
            raise

    return on_connect


def _check_postgresql(connection: psycopg.Connection[Any]) -> None:
    names = ("server_encoding", *_LASTING)
    query = "SELECT " + ", ".join(f"current_setting('{name}')" for name in names)
    encoding, *lasting = connection.execute(query.encode()).fetchone() or ("",)
    connection.rollback()
    for name, value in zip(_LASTING, lasting, strict=True):
        if value == "off":
            raise StateError("record_not_durable", f"{name} is off")
    if encoding != "UTF8":
        raise StateError("record_not_utf8", encoding)


def _take_record(connection: psycopg.Connection[Any]) -> None:
    """Make this connection the only one that writes, for as long as it lives. LockNotAvailable: another one lives."""
    connection.execute("SELECT pg_advisory_lock(%s)", (_WRITER,))
    connection.commit()
