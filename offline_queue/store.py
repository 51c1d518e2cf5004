"""One connection to the outbox' SQLite file, with the settings that the promise rests on read back, never assumed.

Knows: pragmas, transactions, migrations, SQLite's failures by code. Does not know: what the tables mean.
Through `apsw`, which brings its own SQLite: that of Debian 12 can corrupt a WAL file when two connections write.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import apsw

from offline_queue import migrations
from offline_queue.durable import sync_directory
from offline_queue.errors import QueueError, StoreFull
from offline_queue.locks import locked

APPLICATION_ID = 0x4B464F42
"""`KFOB` in the file's header: this is an outbox."""
PAGE_BYTES = 4096
BUSY_MS = 10_000
_FIXED_SQLITE = 3_051_003
"""The first release without the WAL-reset bug."""
COMMIT_UNKNOWN = "queue.commit_unknown"
"""Whether the transaction is there will be known after the next start: putting the same again is safe, deleting is not."""
_SURELY_NOT = (apsw.FullError, apsw.BusyError, apsw.CorruptError, apsw.NotADBError, apsw.ReadOnlyError, apsw.CantOpenError)
"""With these a statement that commits by itself has certainly left nothing."""
_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"
_OPEN_DEADLINE_S = 15.0
_BEAT_STEPS = 100_000
"""Of SQLite's virtual machine, or pages and cells that it checks: some hundredths of a second."""


def _ours(error: apsw.Error) -> QueueError:
    """Return SQLite's failure as ours."""
    match error:
        case apsw.FullError():
            return StoreFull("queue.full", "sqlite")
        case apsw.CorruptError() | apsw.NotADBError():
            return QueueError("queue.corrupt", str(error))
        case apsw.BusyError() | apsw.LockedError():
            return QueueError("queue.busy", str(error))
        case apsw.ReadOnlyError() | apsw.PermissionsError() | apsw.CantOpenError():
            return QueueError("queue.unwritable", str(error))
        case apsw.IOError() if (
            getattr(error, "extendedresult", 0) == apsw.SQLITE_IOERR_SHMSIZE
        ):  # the log's index cannot grow
            return StoreFull("queue.full", "sqlite")
        case apsw.IOError():
            return QueueError("queue.io", str(error))
        case _:
            return QueueError("queue.sqlite", f"{type(error).__name__}: {error}")


@functools.cache
def _schema() -> list[tuple[Any, ...]]:
    """Return the schema as the steps make it."""
    fresh = apsw.Connection(":memory:")
    try:
        for step in migrations.STEPS:
            fresh.execute(step.sql())
        return list(fresh.execute(_SCHEMA))
    finally:
        fresh.close()


class Store:
    """A connection that several threads may share, one at a time."""

    def __init__(self, path: Path) -> None:
        """Open and, where needed, create or migrate the file. Raises `QueueError`."""
        if apsw.SQLITE_VERSION_NUMBER < _FIXED_SQLITE:
            raise QueueError("queue.old_sqlite", apsw.sqlite_lib_version())
        self._lock = threading.Lock()
        with locked(path.with_name("open.lock"), exclusive=True, deadline_s=_OPEN_DEADLINE_S):
            try:
                self._db = apsw.Connection(str(path))
                try:
                    self._prepare()
                    self._migrate()
                except BaseException:
                    self._db.close()
                    raise
            except apsw.Error as error:
                raise _ours(error) from error
            sync_directory(path.parent)

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one reading statement."""
        with self._lock:
            try:
                return list(self._db.execute(sql, values))
            except apsw.Error as error:
                raise _ours(error) from error
            except UnicodeDecodeError as error:
                raise QueueError("queue.corrupt", "text") from error

    def check(self, *, indexes: bool = False, beat: Callable[[], None] = lambda: None) -> str:
        """Return the first thing that is wrong with the file's pages; empty if nothing. Reads all of it.

        `indexes`: compare them with the rows too, which takes several times as long. `beat` is called all the while; what
        it raises breaks off.
        """

        def alive() -> bool:
            beat()
            return False  # go on

        self._db.set_progress_handler(alive, _BEAT_STEPS)
        try:
            found = self.query("PRAGMA integrity_check(1)" if indexes else "PRAGMA quick_check(1)")[0][0]
            if found != "ok":
                return str(found).splitlines()[0]
            if self._db.pragma("user_version") == migrations.CURRENT and self.query(_SCHEMA) != _schema():
                return "schema"
            self._read_texts()
        except QueueError as error:
            if error.code != "queue.corrupt":
                raise
            return error.detail
        finally:
            self._db.set_progress_handler(None)
        return ""

    def _read_texts(self) -> None:
        """Read every text, which SQLite does not check. Raises `QueueError` "queue.corrupt"."""
        with self._lock:
            try:
                for _ in self._db.execute("SELECT code, service, last_reason FROM outbox"):
                    pass
            except UnicodeDecodeError as error:
                raise QueueError("queue.corrupt", "text") from error
            except apsw.Error as error:
                raise _ours(error) from error

    def transaction(self) -> _Transaction:
        """Write in one transaction, on stable storage when the block has ended without an exception.

        Raises `QueueError`; only after "queue.commit_unknown" is it open whether anything was written.
        """
        return _Transaction(self)

    def write(self, sql: str, values: Sequence[Any]) -> bool:
        """Run one writing statement as a transaction of its own; False if a constraint of the table forbids the row.

        Raises as `transaction` does.
        """
        with self._lock:
            try:
                self._db.execute(sql, values)
            except apsw.ConstraintError:
                return False
            except _SURELY_NOT as error:
                raise _ours(error) from error
            except apsw.Error as error:
                raise QueueError(COMMIT_UNKNOWN, str(error)) from error
            return True

    def _begin(self) -> apsw.Connection:
        self._lock.acquire()
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except BaseException as error:
            self._lock.release()
            if isinstance(error, apsw.Error):
                raise _ours(error) from error
            raise
        return self._db

    def _end(self, error: BaseException | None) -> None:
        try:
            if error is None:
                try:
                    self._commit()
                except BaseException:
                    self._roll_back()
                    raise
                return
            self._roll_back()
            if isinstance(error, apsw.Error):
                raise _ours(error) from error
        except apsw.Error as failure:
            raise _ours(failure) from failure
        finally:
            self._lock.release()

    def _roll_back(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def _commit(self) -> None:
        try:
            self._db.execute("COMMIT")
        except (apsw.FullError, apsw.BusyError):
            raise
        except apsw.Error as error:
            # The frames may have reached the disk though their fsync failed: recovery after a crash decides.
            raise QueueError(COMMIT_UNKNOWN, str(error)) from error

    def close(self) -> None:
        """Close; a store that is closed cannot be used again."""
        with self._lock:
            try:
                self._db.close()
            except apsw.Error as error:
                raise _ours(error) from error

    def _prepare(self) -> None:
        self._db.set_busy_timeout(BUSY_MS)
        self._db.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA trusted_schema = OFF")
        for pragma, expected in (("journal_mode", "wal"), ("synchronous", 2), ("page_size", PAGE_BYTES)):
            found = self._db.pragma(pragma)
            if found != expected:
                raise QueueError("queue.not_durable", f"{pragma}={found}")

    def _migrate(self) -> None:
        version, application = self._db.pragma("user_version"), self._db.pragma("application_id")
        if version and application != APPLICATION_ID:
            raise QueueError("queue.foreign_file", hex(application))
        if version // 1000 > migrations.MAJOR:
            raise QueueError("queue.newer_schema", str(version))
        for step in migrations.STEPS:
            if step.version > version:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    self._db.execute(step.sql())
                    self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                    self._db.execute(f"PRAGMA user_version = {step.version}")
                    self._db.execute("COMMIT")
                except BaseException:
                    if self._db.in_transaction:
                        self._db.execute("ROLLBACK")
                    raise


class _Transaction:
    """The block of `Store.transaction`; a class, since a put is measured in tenths of a millisecond."""

    __slots__ = ("_store",)

    def __init__(self, store: Store) -> None:
        self._store = store

    def __enter__(self) -> apsw.Connection:
        return self._store._begin()  # noqa: SLF001 - its other half

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._store._end(error)  # noqa: SLF001
