"""A sealed attachment of 20 MB against the same bytes unsealed: draft, fsync, rename, fsync of the directory."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from offline_queue.durable import start_writing, sync_directory, write_all
from offline_queue.envelope import CHUNK_BYTES, ContentKey
from offline_queue.part_files import PartFiles
from tests.bench.outbox.figures import Figure

_BYTES = 20_000_000
_ROUNDS = 15


def measure(directory: Path) -> Iterator[Figure]:
    """Yield the share of the plain file's rate."""
    (directory / "plain").mkdir(parents=True)
    files = PartFiles(directory / "parts")
    data = os.urandom(_BYTES)
    times: list[tuple[float, float]] = []
    for number in range(_ROUNDS):
        began = time.perf_counter()
        _plain(directory / "plain", data)
        middle = time.perf_counter()
        infos = files.write(ContentKey.fresh(), f"{number:032x}", [("page", "image/png", data)])
        times.append((middle - began, time.perf_counter() - middle))
        files.delete(f"{number:032x}", infos)
        for path in (directory / "plain").iterdir():
            path.unlink()
    ratio = median(plain / sealed for plain, sealed in times)
    rate = _BYTES / median(sealed for _, sealed in times) / 1e6
    yield Figure("sealed attachment of 20 MB", ratio, "x plain file", 0.70, note=f"{rate:.0f} MB/s")


def _plain(directory: Path, data: bytes) -> None:
    """Write as the store writes a part, chunk by chunk and named by its digest, but for the sealing."""
    draft = directory / ".draft"
    with draft.open("xb", buffering=0) as file:
        for at in range(0, len(data), CHUNK_BYTES):
            chunk = memoryview(data)[at : at + CHUNK_BYTES]
            write_all(file.fileno(), chunk)
            start_writing(file.fileno(), at, len(chunk))
        os.fsync(file.fileno())
    draft.rename(directory / hashlib.sha256(b"the name").hexdigest())
    sync_directory(directory)
