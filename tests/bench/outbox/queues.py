"""One face over our outbox, the plain reference queue and its peers, so that one bench can judge them all.

Knows: how each is opened at its strongest, put to, taken from and acknowledged. Does not know: clocks.
Peers come from `packaging/requirements-bench.lock`; whoever measures ourselves alone needs none of them.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import apsw
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from offline_queue import Limits, Outbox, Recipient, Sealing
from offline_queue import envelope as env
from offline_queue.appending import Content

PAYLOAD_BYTES = 2048
PLATFORM = X25519PrivateKey.from_private_bytes(b"p" * 32)
DEVICE = Ed25519PrivateKey.from_private_bytes(b"d" * 32)
RECEIPT = b"r" * 400
"""About as long as the platform's."""
NO_PARTS = env.Header("0" * 32, "0001", 1, "C", "s", (), bytes(12), (), env.GENESIS)


class Queue(Protocol):
    """What is measured."""

    def put(self, payload: bytes) -> None:
        """Keep `payload`; durable when this returns."""

    def take_and_ack(self) -> bool:
        """Take the next item and settle it durably; say whether there was one."""

    def close(self) -> None:
        """Close it."""


class Bare:
    """Rows with an id and nothing else: the least that SQLite can do. It finds no due work but by walking."""

    schema = (
        "CREATE TABLE IF NOT EXISTS queue (seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE,"
        " state INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, body BLOB NOT NULL)"
    )

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.db = apsw.Connection(str(directory / "queue.db"))
        self.db.execute("PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        self.db.execute(self.schema)

    def put(self, payload: bytes) -> None:
        self.db.execute("INSERT INTO queue (id, body) VALUES (?, ?)", (os.urandom(16), payload))

    def take_and_ack(self) -> bool:
        found = list(self.db.execute("SELECT seq, id, body FROM queue WHERE state = 0 ORDER BY seq LIMIT 1"))
        if found:
            self.db.execute("DELETE FROM queue WHERE seq = ?", (found[0][0],))
        return bool(found)

    def close(self) -> None:
        self.db.close()


class Reference(Bare):
    """The plain queue of one table that a careful person writes on apsw in an hour: the measure of the others."""

    schema = (
        "CREATE TABLE IF NOT EXISTS queue (seq INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE,"
        " state INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, body BLOB NOT NULL);"
        "CREATE INDEX IF NOT EXISTS queue_ready ON queue (seq) WHERE state = 0"
    )


def sealing() -> Sealing:
    """Return how a terminal seals and signs."""
    recipient = Recipient("platform-1", PLATFORM.public_key().public_bytes_raw())
    return Sealing("0001", (recipient,), DEVICE.sign, lambda seq: f"KF0001{seq:06d}X")


class Sealed:
    """Our outbox as it is used: each put sealed to the platform and signed."""

    def __init__(self, directory: Path) -> None:
        self.outbox = Outbox.open(directory, sealing=sealing(), limits=Limits(max_submission_bytes=2**20))

    def put(self, payload: bytes) -> None:
        self.outbox.put(payload, (), service="residence_permit", submission_id=uuid.uuid4(), person_tag=b"t" * 32)

    def take_and_ack(self) -> bool:
        item = self.outbox.next_waiting()
        if item is not None:
            self.outbox.release(item, NO_PARTS, RECEIPT)
        return item is not None

    def close(self) -> None:
        self.outbox.close()


class Unsealed(Sealed):
    """The same store and the same row, without the cryptography: what the envelope would be is the payload."""

    def put(self, payload: bytes) -> None:
        def make(seq: int, _before: bytes | None) -> Content:
            digest = hashlib.sha256(payload).digest()
            return Content(f"KF0001{seq:06d}X", "residence_permit", 0, 0, len(payload), digest, payload, b"t" * 32)

        self.outbox._appender.append(os.urandom(16), make)
        self.outbox._tap.wake()


class PersistQueue:
    """persist-queue's SQLiteAckQueue: synchronous=FULL by itself."""

    def __init__(self, directory: Path) -> None:
        import persistqueue

        self._empty = persistqueue.exceptions.Empty
        self._queue = persistqueue.SQLiteAckQueue(str(directory), auto_commit=True, multithreading=True)

    def put(self, payload: bytes) -> None:
        self._queue.put(payload)

    def take_and_ack(self) -> bool:
        try:
            found = self._queue.get(block=False, raw=True)
        except self._empty:
            return False
        self._queue.ack(id=found["pqid"])
        return True

    def close(self) -> None:
        self._queue.close()


class LiteQueue:
    """litequeue, told to be durable (its own setting is NORMAL)."""

    def __init__(self, directory: Path) -> None:
        import litequeue

        directory.mkdir(parents=True, exist_ok=True)
        self._queue = litequeue.LiteQueue(str(directory / "queue.db"))
        self._queue.conn.execute("PRAGMA synchronous = FULL")

    def put(self, payload: bytes) -> None:
        self._queue.put(payload.hex()[: len(payload)])

    def take_and_ack(self) -> bool:
        found = self._queue.pop()
        if found is not None:
            self._queue.done(found.message_id)
        return found is not None

    def close(self) -> None:
        self._queue.conn.close()


class Huey:
    """huey's SqliteStorage; it has no acknowledgement: what is taken and not done when the process dies is lost."""

    def __init__(self, directory: Path) -> None:
        from huey.storage import SqliteStorage

        directory.mkdir(parents=True, exist_ok=True)
        self._queue = SqliteStorage(filename=str(directory / "queue.db"), fsync=True)

    def put(self, payload: bytes) -> None:
        self._queue.enqueue(payload)

    def take_and_ack(self) -> bool:
        return self._queue.dequeue() is not None

    def close(self) -> None:
        self._queue.close()


class DiskCache:
    """diskcache's Deque, told to be durable; no acknowledgement either."""

    def __init__(self, directory: Path) -> None:
        from diskcache import Cache, Deque

        self._cache = Cache(str(directory), eviction_policy="none", sqlite_synchronous=2)
        self._queue = Deque.fromcache(self._cache)

    def put(self, payload: bytes) -> None:
        self._queue.append(payload)

    def take_and_ack(self) -> bool:
        try:
            self._queue.popleft()
        except IndexError:
            return False
        return True

    def close(self) -> None:
        self._cache.close()


OURS: dict[str, Callable[[Path], Queue]] = {"ref": Reference, "bare": Bare, "unsealed": Unsealed, "sealed": Sealed}
PEERS: dict[str, Callable[[Path], Queue]] = {
    "persist-queue": PersistQueue, "litequeue": LiteQueue, "huey": Huey, "diskcache": DiskCache,
}  # fmt: skip


def payloads() -> Iterator[bytes]:
    """Yield payloads without end, each another."""
    base = os.urandom(PAYLOAD_BYTES - 8)
    return (base + number.to_bytes(8, "big") for number in itertools.count())
