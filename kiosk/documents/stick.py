"""The files on a person's stick that may be papers: found, and read whole or not at all.

Knows: how far to look, what is a plain file, and what a file says that it is. Does not know: how a file is judged
(`importing`), who asked. A stick is a stranger's: links, pipes, devices and other file systems on it are passed over.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.documents.kinds import HEAD_BYTES, FileKind, kind_of

MOST_FILES = 24
"""More are not shown: the newest are what somebody has just put there."""
MOST_ENTRIES = 2000
MOST_SYSTEMS = 4
"""Of one stick. What calls itself a stick may say that it has a hundred partitions."""
DEEPEST = 3
MAX_FILE_BYTES = 20 * 1024 * 1024
"""As `importing` takes them; a byte more is read, so that it can say so."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file that may be a paper. `path`, like its name, tells of the person."""

    path: Path = field(repr=False)
    kind: FileKind
    changed: float


class Unreadable(Exception):  # noqa: N818 - an expected answer; the desk turns it into a value
    """The stick or the file is gone, or cannot be read to its end."""


def papers(*roots: Path) -> tuple[tuple[Found, ...], bool]:
    """Return the newest files that may be papers, newest first, and whether there are more. Raises: Unreadable.

    `roots`: where the stick's file systems are mounted; the first few are looked at.
    """
    try:
        files = (each for root in roots[:MOST_SYSTEMS] for each in _files(root, root.stat().st_dev, DEEPEST))
        found = sorted(_kinds(files), key=lambda each: -each.changed)
    except OSError as error:
        raise Unreadable(str(error.errno)) from error
    return tuple(found[:MOST_FILES]), len(found) > MOST_FILES


def read(path: Path) -> bytes:
    """Return a file's bytes, at most one more than may be taken. Raises: Unreadable."""
    try:
        with os.fdopen(_opened(path), "rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise Unreadable(str(error.errno)) from error


def _opened(path: Path) -> int:
    """Open a plain file: nothing that a link leads to, nothing that would wait for a writer."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(0, "not a plain file")
    return handle


def _files(root: Path, device: int, depth: int) -> Iterator[os.DirEntry[str]]:
    """Yield plain files of this file system, some folders deep; hidden ones are no papers."""
    left, waiting = MOST_ENTRIES, [(root, depth)]
    while waiting:
        folder, deep = waiting.pop(0)
        with os.scandir(folder) as entries:
            for entry in entries:
                left -= 1
                if left < 0:
                    return
                if entry.name.startswith((".", "$")) or entry.is_symlink():
                    continue
                if entry.is_file(follow_symlinks=False):
                    yield entry
                elif deep > 1 and entry.is_dir(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_dev == device:
                    waiting.append((Path(entry.path), deep - 1))


def _kinds(entries: Iterator[os.DirEntry[str]]) -> Iterator[Found]:
    for entry in entries:
        try:
            with os.fdopen(_opened(Path(entry.path)), "rb") as file:
                kind = kind_of(file.read(HEAD_BYTES))
            changed = entry.stat(follow_symlinks=False).st_mtime
        except OSError:
            continue  # a damaged file is none; a stick that is gone is found out with the next folder
        if kind is not None:
            yield Found(Path(entry.path), kind, changed)
