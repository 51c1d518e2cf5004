"""A terminal that puts and settles without end and says so: what is killed, cut off and starved in the drills.

Knows: how an outbox is opened in the drills, and the words on the pipe: `S id` before a put, `P id seq sha256` when it has
returned, `D id` before and `A id` after a release, `F code` when a put was refused; each with a monotonic stamp. Does not
know: who listens. Run as `python -m tests.drills.outbox.terminal <directory> [control]`.
"""

from __future__ import annotations

import os
import sys
import time
import uuid
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from offline_queue import Attachment, Limits, Outbox, QueueError, Recipient, Sealing
from offline_queue import envelope as env

PLATFORM = X25519PrivateKey.from_private_bytes(b"p" * 32)
DEVICE = Ed25519PrivateKey.from_private_bytes(b"d" * 32)
LIMITS = Limits(max_submission_bytes=2**18, ballast_bytes=2**16)


def sealing() -> Sealing:
    """Return who this terminal is."""
    recipient = Recipient("platform", PLATFORM.public_key().public_bytes_raw())
    return Sealing("0001", (recipient,), DEVICE.sign, lambda seq: f"KF0001{seq:06d}")


def form(submission_id: str) -> bytes:
    """Return the form that belongs to an id, so that whoever opens it can tell."""
    return submission_id.encode() * 40


def pages(submission_id: str) -> list[Attachment]:
    """Return the attachments that belong to an id: none, one or two."""
    raw = bytes.fromhex(submission_id)
    return [Attachment(f"p{number}", "image/png", raw * 500) for number in range(raw[0] % 3)]


def say(*words: object) -> None:
    """Tell whoever listens, in one write, so that it is out whatever happens next."""
    os.write(1, f"{' '.join(map(str, words))} {time.monotonic_ns()}\n".encode())


def put(outbox: Outbox) -> None:
    """Put one, and say so."""
    submission_id = uuid.uuid4().hex
    say("S", submission_id)
    kept = outbox.put(form(submission_id), pages(submission_id), service="permit", submission_id=submission_id)
    say("P", submission_id, kept.seq, kept.sha256)


def settle(outbox: Outbox) -> None:
    """Release the next, and say so."""
    item = outbox.next_waiting()
    if item is not None:
        say("D", item.id)
        outbox.release(item, env.parse(item.blob).header, b'{"receipt": true}')
        say("A", item.id)


def _age(outbox: Outbox) -> None:
    """Let the log have its full length: while it grows, each of its fsyncs takes along what nobody had synced."""
    database = outbox._writer._db
    database.execute("CREATE TABLE long (page BLOB); INSERT INTO long VALUES (zeroblob(4600000)); DROP TABLE long")
    database.execute("PRAGMA wal_checkpoint(RESTART)")


def main() -> None:
    """Put two, settle one, until somebody ends it or the disk refuses."""
    outbox = Outbox.open(Path(sys.argv[1]), sealing=sealing(), limits=LIMITS, free=lambda _directory: 2**40)
    _age(outbox)
    match sys.argv[2:]:
        case ["unsynced-parts"]:
            os.fsync = lambda _handle: None  # SQLite calls its own
        case [level]:
            outbox._writer._db.execute(f"PRAGMA synchronous = {level}")
    say("UP")
    while True:
        try:
            put(outbox)
            put(outbox)
            settle(outbox)
        except QueueError as error:
            say("F", error.code)


if __name__ == "__main__":
    main()
