"""Carrying an outbox away by hand: what is held, sealed as it lies, written to a folder or a stick and read back from it.

Knows: the order in which an export becomes durable, and that nothing is said to be there before it was read again. Does not
know: rows (it is given them), keys, or who imports. The rows stay as they are: only a receipt settles them.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from offline_queue.durable import sync_directory, write_all
from offline_queue.errors import QueueError, StoreFull
from offline_queue.export_format import (
    ENVELOPES,
    MANIFEST,
    PARTS,
    ExportedItem,
    ManifestWriter,
    Opening,
    envelope_path,
    part_path,
    read_export,
)
from offline_queue.rows import StoreFault

_STEP = 1024 * 1024
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

Progress = Callable[[int, int], None]
"""progress(bytes done, bytes in all): each byte is counted twice, written and read back."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds. `left_out` are the rows that could not be carried along, each with the reason."""

    directory: Path
    items: int
    bytes_total: int
    left_out: tuple[StoreFault, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """One submission to carry: its manifest entry, the envelope, and where its sealed parts lie, by digest."""

    item: ExportedItem
    envelope: bytes
    parts: dict[str, Path]


def write_export(
    target: Path, opening: Opening, loads: Iterable[Load | StoreFault], *, expected_bytes: int, progress: Progress
) -> Exported:
    """Write an export into a new folder below `target` and read all of it back before it gets its name.

    A broken export leaves nothing under a name that ends otherwise than in `.partial`. Raises `StoreFull` "export.full",
    `QueueError` "export.io" and "export.verify" (what was read back differs).
    """
    stamp = opening.made_at.replace("-", "").replace(":", "")
    final = target / f"outbox-{opening.kiosk}-{stamp}-{secrets.token_hex(2)}"
    draft = final.with_name(f"{final.name}.partial")
    writing = _Writing(draft, expected_bytes, progress)
    try:
        with _failures():
            # The target itself is never made: a stick that is not mounted must not become a folder of this disk.
            draft.mkdir(mode=0o700)
            (draft / ENVELOPES).mkdir(mode=0o700)
            (draft / PARTS).mkdir(mode=0o700)
            items, left_out = writing.all(opening, loads)
            for folder in (draft / ENVELOPES, draft / PARTS, draft, target):
                sync_directory(folder)
            total = writing.verify()
            draft.rename(final)
            sync_directory(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return Exported(final, items, total, left_out)


class _Writing:
    def __init__(self, draft: Path, expected_bytes: int, progress: Progress) -> None:
        self._draft = draft
        self._in_all = 2 * expected_bytes
        self._done = 0
        self._progress = progress

    def all(self, opening: Opening, loads: Iterable[Load | StoreFault]) -> tuple[int, tuple[StoreFault, ...]]:
        """Write every file; a manifest is whole once its last line is there."""
        manifest, left_out, items = ManifestWriter(), [], 0
        with _new(self._draft / MANIFEST) as handle:
            write_all(handle, manifest.opening(opening))
            for load in loads:
                fault = load if isinstance(load, StoreFault) else self._one(load)
                if fault is not None:
                    left_out.append(fault)
                elif isinstance(load, Load):
                    write_all(handle, manifest.item(load.item))
                    items += 1
            write_all(handle, manifest.closing())
        return items, tuple(left_out)

    def verify(self) -> int:
        """Read the export as its importer will, from the medium and not from memory; return its size."""
        for path in self._draft.rglob("*"):
            if path.is_file():
                _forget_cached(path)
        total = 0
        for read in read_export(self._draft):
            if read.fault:
                raise QueueError("export.verify", f"{read.fault} {read.item.code}")
            total += read.item.bytes_total
            self._tell(read.item.bytes_total)
        return total

    def _one(self, load: Load) -> StoreFault | None:
        item = load.item
        written: list[Path] = []
        for part in item.parts:
            path = part_path(self._draft, item.id, part.sha256)
            written.append(path)
            if not self._copy(load.parts[part.sha256], path, part.sha256):
                for each in written:
                    each.unlink(missing_ok=True)
                return StoreFault("queue.part_damaged", item.seq, part.sha256)
        with _new(envelope_path(self._draft, item.id)) as handle:
            write_all(handle, load.envelope)
        self._tell(item.size)
        return None

    def _copy(self, source: Path, target: Path, sha256: str) -> bool:
        """Copy a sealed part; say whether it was there and still what it was."""
        digest = hashlib.sha256()
        try:
            file = source.open("rb", buffering=0)
        except FileNotFoundError:
            return False
        with file, _new(target) as handle:
            while piece := file.read(_STEP):
                digest.update(piece)
                write_all(handle, piece)
                self._tell(len(piece))
        return digest.hexdigest() == sha256

    def _tell(self, more: int) -> None:
        self._done += more
        self._progress(min(self._done, self._in_all), self._in_all)


@contextlib.contextmanager
def _new(path: Path) -> Iterator[int]:
    """Give a descriptor of a new file; on stable storage when the block has ended."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        yield handle
        os.fsync(handle)
    finally:
        os.close(handle)


def _forget_cached(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StoreFull("export.full", "target") from error
        raise QueueError("export.io", str(error.strerror)) from error
