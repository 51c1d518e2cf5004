"""What ties a row to its envelope, to the row before and to its part files, and how it is called when that is broken.

Knows: what needs no key to be seen. Does not know: walks, signatures, or what is done about a fault.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from offline_queue import envelope as env
from offline_queue.envelope import Envelope, Header, PartInfo
from offline_queue.errors import EnvelopeError
from offline_queue.rows import Row, StoreFault

_STEP = 1024 * 1024
ENVELOPE_DAMAGED = "queue.envelope_damaged"
CHAIN = "queue.chain"
"""The envelope names another one before it than stands there: a row was cut out or replaced. Its own content is sound."""

Find = Callable[[Header, PartInfo], Path | None]
"""find(header, part) -> where it lies in its whole length, or None."""
Digest = Callable[[Path], str | None]
"""digest(path) -> SHA-256 in hex, or None when it cannot be read to its end."""


def opened(row: Row, blob: bytes) -> Envelope | StoreFault:
    """Return the envelope of a row, or why it is none."""
    try:
        return env.parse(blob)
    except EnvelopeError as error:
        return StoreFault(ENVELOPE_DAMAGED, row.seq, error.code)


def of_row(row: Row, envelope: Envelope, before: str | None) -> Iterator[StoreFault]:
    """Yield what the row and its envelope disagree about; `before` is the digest of the row before, None if unknown."""
    header = envelope.header
    if envelope.sha256 != row.sha256:
        yield StoreFault("queue.digest_differs", row.seq, row.sha256)
    if (header.id, header.seq, header.code, header.service) != (row.id, row.seq, row.code, row.service):
        yield StoreFault("queue.row_differs", row.seq, header.code)
    if before is not None and header.prev_hash != before:
        yield StoreFault(CHAIN, row.seq, header.prev_hash)


def of_parts(row: Row, header: Header, find: Find, digest: Digest | None) -> Iterator[StoreFault]:
    """Yield the parts that are gone, cut short or, with `digest`, changed."""
    for part in header.parts:
        path = find(header, part)
        if path is None:
            yield StoreFault("queue.part_missing", row.seq, part.id)
        elif digest is not None and (found := digest(path)) != part.sha256:
            yield StoreFault("queue.part_missing" if found is None else "queue.part_damaged", row.seq, part.id)


def digest_of(path: Path, read: Callable[[int], None]) -> str | None:
    """Return the SHA-256 of a file in hex, or None when it cannot be read to its end. `read(n)`: n bytes more were."""
    digest = hashlib.sha256()
    try:
        with path.open("rb", buffering=0) as file:
            while piece := file.read(_STEP):
                digest.update(piece)
                read(len(piece))
    except OSError:
        return None
    return digest.hexdigest()
