"""A sealed attachment of 20 MB against the same bytes unsealed: draft, fsync, rename, fsync of the directory."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from offline_queue.durable import start_writing, sync_directory, write_all
from offline_queue.envelope import CHUNK_BYTES, ContentKey, PartInfo
from offline_queue.part_files import PartFiles
from tests.bench.figures import Figure

_BYTES = 20_000_000
_ROUNDS = 15


def measure(directory: Path) -> Iterator[Figure]:
    """Yield the sealed file's share of the plain file's rate, and what a plain file gains by our early writing."""
    plain = directory / "plain"
    plain.mkdir(parents=True)
    files = PartFiles(directory / "parts")
    data = os.urandom(_BYTES)
    times: list[tuple[float, float, float]] = []
    for number in range(_ROUNDS):
        infos: tuple[PartInfo, ...] = ()

        def seal(name: str = f"{number:032x}") -> None:
            nonlocal infos
            infos = files.write(ContentKey.fresh(), name, [("page", "image/png", data)])

        times.append((_timed(lambda: _write(plain, data)), _timed(lambda: _write(plain, data, early=True)), _timed(seal)))
        files.delete(f"{number:032x}", infos)
        for path in plain.iterdir():
            path.unlink()
    rate = _BYTES / median(sealed for *_, sealed in times) / 1e6
    ratio = median(usual / sealed for usual, _, sealed in times)
    yield Figure("sealed attachment of 20 MB", ratio, "x plain file", 0.70, note=f"{rate:.0f} MB/s")
    ratio = median(usual / early for usual, early, _ in times)
    yield Figure("plain file of 20 MB, its writing begun early as ours", ratio, "x plain file")


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _write(directory: Path, data: bytes, *, early: bool = False) -> None:
    """Write by the protocol of the store, chunk by chunk, without seal and digest."""
    draft = directory / ".draft"
    with draft.open("xb", buffering=0) as file:
        for at in range(0, len(data), CHUNK_BYTES):
            chunk = memoryview(data)[at : at + CHUNK_BYTES]
            write_all(file.fileno(), chunk)
            if early:
                start_writing(file.fileno(), at, len(chunk))
        os.fsync(file.fileno())
    draft.rename(directory / ("early" if early else "usual"))
    sync_directory(directory)
