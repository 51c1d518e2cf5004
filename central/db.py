"""The platform's database: one SQLite connection, one transaction at a time.

Knows: pragmas, the lock, the tables' creation, columns that an older record lacks. Does not know: what the tables mean.

Debian 12's SQLite (3.40.1) can corrupt a WAL that two connections write and checkpoint at once (fixed in 3.51.3), so there
is exactly one connection, in one process that holds the state directory's lock. In earnest this is PostgreSQL.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, event, inspect
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool
from sqlalchemy.schema import CreateColumn

from central.refusals import Refused
from central.tables import metadata

_WAIT_S = 10.0


class Database:
    """The record. Made durable before a transaction returns (`synchronous=FULL`, read back)."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._engine = create_engine(
            f"sqlite+pysqlite:///{path}",
            poolclass=StaticPool,
            connect_args={"check_same_thread": False, "timeout": 5.0},
            hide_parameters=True,
        )
        event.listen(self._engine, "connect", _on_connect)
        event.listen(self._engine, "begin", _on_begin)
        with self._engine.begin() as connection:
            metadata.create_all(connection)
            _add_columns(connection)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give the connection inside `BEGIN IMMEDIATE`; commit at the end, roll back on an exception."""
        if not self._lock.acquire(timeout=_WAIT_S):
            raise Refused(503, "busy")
        try:
            with self._engine.begin() as connection:
                yield connection
        finally:
            self._lock.release()

    def close(self) -> None:
        """Close the connection; the WAL is folded into the file."""
        with self._lock:
            self._engine.dispose()


def _on_connect(connection: object, _entry: ConnectionPoolEntry) -> None:
    # Untyped by nature: the driver's own connection.
    connection.isolation_level = None  # type: ignore[attr-defined]
    cursor = connection.cursor()  # type: ignore[attr-defined]
    try:
        for name, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1)):
            cursor.execute(f"PRAGMA {name}={value}")
            found = cursor.execute(f"PRAGMA {name}").fetchone()[0]
            if found != value:
                raise RuntimeError(f"pragma {name} is {found}")
    finally:
        cursor.close()


def _add_columns(connection: Connection) -> None:
    """Bring a record that an earlier version made up to this one's columns; each new one has a default of its own."""
    found = inspect(connection)
    for table in metadata.sorted_tables:
        present = {column["name"] for column in found.get_columns(table.name)}
        for column in table.columns:
            if column.name not in present:
                definition = CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {definition}")


def _on_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
