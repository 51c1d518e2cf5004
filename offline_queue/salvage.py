"""A store whose pages no longer read is set aside, and what of it opens goes into a fresh one.

Knows: how rows are got out of a broken SQLite file, row by row and, where the tree is broken, by their envelopes in the raw
pages; the order of steps, each of which may be cut off and is done again at the next start. Does not know: what to do next.
The broken file is never changed and never deleted: whoever has better tools may still look at it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import mmap
import os
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import apsw

from offline_queue import envelope as env
from offline_queue.durable import sync_directory, write_all
from offline_queue.envelope import Envelope
from offline_queue.errors import EnvelopeError, QueueError
from offline_queue.locks import locked
from offline_queue.store import Store

PLAN = "salvage.json"
"""What is under way; there from the first step to the last."""
NOTICE = "salvaged.json"
"""What was done; there until a person has seen it."""
_DATABASE = "outbox.db"
_LOCK = "salvage.lock"
_LOCK_DEADLINE_S = 15.0
_FRESH = "outbox.fresh"
_GAP = 1000
"""Numbers that are skipped behind the highest one that was seen: rows that are lost may have had some of them."""
_BEYOND = 2000
"""Numbers without a readable row after which none is looked for any more."""
_COLUMNS = (
    "seq, id, code, service, state, attempts, submitted_at, settled_at, parts, sealed_bytes, sha256, last_reason, receipt,"
    " envelope, person_tag"
)
_INSERT = f"INSERT OR IGNORE INTO outbox ({_COLUMNS}) VALUES ({', '.join('?' * 15)})"  # noqa: S608 - constants only
_COUNT_ROWS = """
    UPDATE outbox SET nth = counted.n
    FROM (SELECT seq AS s, row_number() OVER (ORDER BY seq) AS n FROM outbox) AS counted WHERE counted.s = seq"""
_COUNT_STATES = """
    UPDATE agent_state SET least_seq = ?, received = (SELECT count(*) FROM outbox WHERE state = 1),
                           parked = (SELECT count(*) FROM outbox WHERE state = 2)"""

_Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What came of it. `aside` is the folder with the broken file, `carved` were found by their envelope alone."""

    aside: str
    reason: str
    rows: int
    carved: int
    parts_aside: int
    """Part files that no row names any more; they lie beside the broken file."""


def is_due(directory: Path) -> bool:
    """Say whether a salvage was planned or was cut off."""
    return os.access(f"{directory}/{PLAN}", os.F_OK)  # asked before every put


def file_of(directory: Path) -> int | None:
    """Return which file the database is now; None without one. A store that was set aside keeps its own elsewhere."""
    try:
        return (directory / _DATABASE).stat().st_ino
    except FileNotFoundError:
        return None


def plan(directory: Path, reason: str, *, found_in: int | None) -> None:
    """Write down that the store is to be set aside by whoever opens it next and is alone.

    `found_in`: the `file_of` before the damage was found. Another process may have found it too, and be through already.
    """
    with _writing(directory):
        if not is_due(directory) and file_of(directory) == found_in:
            aside = f"aside-{dt.datetime.now(tz=dt.UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
            _keep(directory / PLAN, {"aside": aside, "reason": reason})


def notice(directory: Path) -> Salvaged | None:
    """Return what was salvaged and nobody has seen yet."""
    try:
        return Salvaged(**json.loads((directory / NOTICE).read_bytes()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise QueueError("queue.salvaged", "notice damaged") from error


def tell(directory: Path, reason: str, *, rows: int) -> None:
    """Leave a notice though nothing was set aside, unless there is one already."""
    with _writing(directory):
        if (directory / NOTICE).exists():
            return
        _keep(directory / NOTICE, asdict(Salvaged("", reason, rows, 0, 0)))


def accept(directory: Path) -> bool:
    """Remove the notice; say whether there was one."""
    try:
        (directory / NOTICE).unlink()
    except FileNotFoundError:
        return False
    sync_directory(directory)
    return True


def salvage(directory: Path) -> Salvaged:
    """Do what is planned. The caller is alone with the store. Raises `QueueError`, `OSError`; then it is due again."""
    planned = json.loads((directory / PLAN).read_bytes())
    aside = directory / planned["aside"]
    aside.mkdir(mode=0o700, exist_ok=True)
    moved = (aside / _DATABASE).exists()
    if not moved:
        for name in (f"{_DATABASE}-wal", f"{_DATABASE}-shm", _DATABASE):  # the database last: its place says how far we are
            with suppress(FileNotFoundError):
                (directory / name).rename(aside / name)
        sync_directory(aside)
        sync_directory(directory)
    elif (directory / _DATABASE).exists():  # all was done but for the last step
        _finish(directory)
        done = notice(directory)
        if done is not None:
            return done
        raise QueueError("queue.salvaged", "no notice")
    for name in ("", "-wal", "-shm"):
        (directory / f"{_FRESH}{name}").unlink(missing_ok=True)
    rows, carved, named = _fill(directory / _FRESH, aside / _DATABASE)
    parts_aside = _part_files(directory / "parts", aside / "parts", named)
    done = Salvaged(aside.name, planned["reason"], rows, carved, parts_aside)
    _keep(directory / NOTICE, asdict(done))
    (directory / _FRESH).rename(directory / _DATABASE)
    sync_directory(directory)
    _finish(directory)
    return done


def _finish(directory: Path) -> None:
    (directory / PLAN).unlink()
    sync_directory(directory)


def _fill(fresh: Path, broken: Path) -> tuple[int, int, frozenset[str]]:
    """Return how many rows the fresh store has, how many of them were carved, and the submissions that are held."""
    store = Store(fresh)
    highest = carved = 0
    with store.transaction() as db:
        for row in _readable(broken):
            highest = max(highest, row[0])
            with suppress(apsw.ConstraintError):  # a field that cannot be: the envelope itself may still be found below
                db.execute(_INSERT, row)
        for row in _carved(broken):
            highest = max(highest, row[0])
            db.execute(_INSERT, row)
            carved += db.changes()
        db.execute(_COUNT_ROWS)
        db.execute(_COUNT_STATES, (highest + _GAP,))
    ((rows,),) = store.query("SELECT count(*) FROM outbox")
    held = frozenset(raw.hex() for (raw,) in store.query("SELECT id FROM outbox WHERE state <> 1"))
    store.close()
    return rows, carved, held


def _readable(broken: Path) -> Iterator[_Row]:
    """Yield the rows that SQLite still finds, one by one, so that a page that is gone costs its own rows alone."""
    try:
        db = apsw.Connection(str(broken), flags=apsw.SQLITE_OPEN_READWRITE)
        db.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    except apsw.Error:
        return
    try:
        seq, end = 0, _highest(db) + _BEYOND
        while seq < end:
            seq += 1
            row = _row_at(db, seq)
            if row is not None:
                end = max(end, seq + _BEYOND)
                yield row
    finally:
        db.close()


def _highest(db: apsw.Connection) -> int:
    for sql in ("SELECT max(seq) FROM outbox", "SELECT max(seq) FROM outbox INDEXED BY outbox_open WHERE state <> 1"):
        with suppress(apsw.Error):
            for (found,) in db.execute(sql):
                return int(found or 0)
    return 0


def _row_at(db: apsw.Connection, seq: int) -> _Row | None:
    try:
        rows = list(db.execute(f"SELECT {_COLUMNS} FROM outbox WHERE seq = ?", (seq,)))  # noqa: S608
    except (apsw.Error, UnicodeDecodeError):
        return None
    if not rows:
        return None
    _, raw_id, code, service, state, attempts, submitted, settled, parts, size, digest, reason, receipt, blob, tag = rows[0]
    if not isinstance(raw_id, bytes) or len(raw_id) != 16 or not isinstance(digest, bytes) or len(digest) != 32:
        return None
    if state == 1 and receipt is not None:
        return tuple(rows[0])
    state = 2 if state == 2 else 0
    if blob is None or hashlib.sha256(blob).digest() != digest:
        state, reason, settled = 2, "queue.envelope_damaged", settled or submitted
        blob = blob or b""
    return (seq, raw_id, code, service, state, attempts, submitted, settled, parts, size, digest, reason, None, blob, tag)


def _carved(broken: Path) -> Iterator[_Row]:
    """Yield the envelopes that lie whole in the raw pages, of rows that the tree does not lead to any more.

    Some may have been received long ago: the platform answers those as it did the first time.
    """
    for path in (broken, broken.with_name(f"{_DATABASE}-wal")):
        if not path.exists() or not path.stat().st_size:
            continue
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
            at = raw.find(env.MAGIC)
            while at >= 0:
                if (found := _envelope_at(raw, at)) is not None:
                    header = found.header
                    blob = found.blob
                    size = len(blob) + sum(part.size for part in header.parts)
                    known = (header.seq, bytes.fromhex(header.id), header.code, header.service, 0, 0, 0, None)
                    yield (*known, len(header.parts), size, hashlib.sha256(blob).digest(), "", None, blob, None)
                at = raw.find(env.MAGIC, at + 1)


def _envelope_at(raw: mmap.mmap, at: int) -> Envelope | None:
    """Return the envelope that begins there, if all of it is there. Longer rows are scattered over pages and are not."""
    end = at + len(env.MAGIC)
    for _ in range(2):  # header and body, each behind its length
        end += 4 + int.from_bytes(raw[end : end + 4], "big")
        if end > at + env.MAX_BLOB_BYTES:
            return None
    try:
        return env.parse(raw[at : end + 64])
    except EnvelopeError:
        return None


def _part_files(parts: Path, aside: Path, held: frozenset[str]) -> int:
    """Move the files of submissions that are lost beside the broken store; return how many."""
    moved = 0
    if not parts.is_dir():
        return 0
    for entry in list(os.scandir(parts)):
        submission_id, dot, digest = entry.name.partition(".")
        if submission_id and dot and len(digest) == 64 and submission_id not in held:
            aside.mkdir(mode=0o700, exist_ok=True)
            Path(entry.path).rename(aside / entry.name)
            moved += 1
    if moved:
        sync_directory(aside)
        sync_directory(parts)
    return moved


def _writing(directory: Path) -> AbstractContextManager[None]:
    """Let one process at a time write down what it found: both would draft in the same place."""
    return locked(directory / _LOCK, exclusive=True, deadline_s=_LOCK_DEADLINE_S)


def _keep(path: Path, fields: dict[str, Any]) -> None:
    draft = path.with_suffix(".draft")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        write_all(handle, json.dumps(fields).encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    draft.rename(path)
    sync_directory(path.parent)
