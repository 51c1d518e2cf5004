"""Sealed parts as files, there whole and durable or not at all.

Knows: temporary file, fsync, rename, fsync of the directory; names `<submission>.<sha256 of the sealed bytes>`. Does not
know: rows. Whoever puts holds `putting()` from the first file to the commit, so that nobody sweeps what is not named yet.
"""

from __future__ import annotations

import os
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path

from offline_queue.durable import failure, start_writing, sync_directory, write_all
from offline_queue.envelope import CHUNK_BYTES, TAG_BYTES, ContentKey, PartInfo, PartSealer
from offline_queue.errors import QueueError
from offline_queue.locks import locked

_DRAFT = ".draft-"
_PUT_DEADLINE_S = 30.0
_ROOMS = 3
"""Sealed chunks in memory: one being sealed, two waiting for their digest."""


class PartFiles:
    """The directory of sealed parts."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = directory.with_name("put.lock")
        directory.mkdir(mode=0o700, exist_ok=True)

    def putting(self) -> AbstractContextManager[None]:
        """Keep sweepers away until the row that names the new files is committed."""
        return locked(self._lock, exclusive=False, deadline_s=_PUT_DEADLINE_S)

    def path(self, submission_id: str, sha256: str) -> Path:
        """Return where a sealed part lies."""
        return self._directory / f"{submission_id}.{sha256}"

    def is_whole(self, submission_id: str, part: PartInfo) -> bool:
        """Say whether a part lies there in its whole length."""
        try:
            return self.path(submission_id, part.sha256).stat().st_size == part.size
        except OSError:
            return False

    def write(self, key: ContentKey, submission_id: str, parts: Iterable[tuple[str, str, bytes]]) -> tuple[PartInfo, ...]:
        """Seal and keep parts (id, media type, bytes) durably; all of them or, with an exception, none."""
        infos: list[PartInfo] = []
        try:
            with _disk_failures():
                for part_id, media_type, data in parts:
                    infos.append(self._write_one(key, submission_id, part_id, media_type, data))
                if infos:
                    sync_directory(self._directory)
        except BaseException:
            self.delete(submission_id, infos)
            raise
        return tuple(infos)

    def delete(self, submission_id: str, parts: Iterable[PartInfo]) -> None:
        """Remove files. What the disk does not let go of is rubbish by now: the next start sweeps it."""
        for part in parts:
            with suppress(OSError):
                self.path(submission_id, part.sha256).unlink()

    def sweep(self, named: Callable[[str], frozenset[str] | None]) -> int:
        """Remove what no row names; `named(submission)` gives the digests that are (None: keep all). Return how many went.

        Does nothing while somebody puts: the next start will do it.
        """
        removed = 0
        try:
            with locked(self._lock, exclusive=True, deadline_s=0):
                for entry in list(os.scandir(self._directory)):
                    submission_id, _, digest = entry.name.partition(".")
                    if not entry.name.startswith(_DRAFT):
                        kept = named(submission_id)
                        if kept is None or digest in kept:
                            continue
                    Path(entry.path).unlink(missing_ok=True)
                    removed += 1
        except QueueError as error:
            if error.code != "queue.locked":
                raise
        return removed

    def _write_one(self, key: ContentKey, submission_id: str, part_id: str, media_type: str, data: bytes) -> PartInfo:
        draft = self._directory / f"{_DRAFT}{secrets.token_hex(8)}"
        sealer = PartSealer(key, submission_id, part_id)
        try:
            with draft.open("xb", buffering=0) as file:
                _write_sealed(file.fileno(), sealer, memoryview(data))
                os.fsync(file.fileno())
            info = sealer.info(media_type)
            draft.rename(self.path(submission_id, info.sha256))
        except BaseException:
            with suppress(OSError):
                draft.unlink()
            raise
        return info


def _write_sealed(handle: int, sealer: PartSealer, data: memoryview) -> None:
    """Seal and write chunk by chunk; digests are made beside it, and the disk begins before the last chunk is there."""
    starts = range(0, len(data) or 1, CHUNK_BYTES)
    rooms = [bytearray(CHUNK_BYTES + TAG_BYTES) for _ in starts[:_ROOMS]]
    with ThreadPoolExecutor(1, "part-digest") if len(starts) > 1 else nullcontext() as pool:
        taken: deque[Future[None]] = deque()
        for number, at in enumerate(starts):
            if len(taken) == _ROOMS:
                taken.popleft().result()
            chunk = data[at : at + CHUNK_BYTES]
            sealed = sealer.seal_chunk(chunk, rooms[number % _ROOMS], last=at == starts[-1])
            if pool is None:
                sealer.take(sealed)
            else:
                taken.append(pool.submit(sealer.take, sealed))
            write_all(handle, sealed)
            start_writing(handle, at + number * TAG_BYTES, len(sealed))
        for one in taken:
            one.result()


@contextmanager
def _disk_failures() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise failure(error, "a part") from error
