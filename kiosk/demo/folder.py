"""A folder that belongs to the demo: emptied when the demo begins, and nobody else's files with it.

Knows: the marker file, which is the lock of the running demo too, and how much room a terminal wants before it takes
anything in. Does not know: what the demo keeps there.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path
from typing import Self

from offline_queue import Limits

MARKER = ".civic-kiosk-demo"


class FolderError(Exception):
    """The folder cannot be the demo's. `detail` says why and what to do."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def too_full(path: Path) -> str | None:
    """Say that the disk of `path` has less free than a terminal wants before it takes anything in; None while it has."""
    free, wanted = shutil.disk_usage(path).free, Limits().watermark_bytes
    if free >= wanted:
        return None
    return (
        f"the disk of {path} has {free // 1_000_000} MB free, and a terminal takes nothing in below"
        f" {wanted // 1_000_000} MB: make room, or name a folder on another disk with --work"
    )


class DemoFolder:
    """Holds a folder for as long as it is open."""

    def __init__(self, path: Path, handle: int) -> None:
        self.path = path
        self._handle = handle

    @classmethod
    def take(cls, path: Path) -> Self:
        """Make or take over `path`, with what an earlier demo left. Raises `FolderError`: in use, somebody else's."""
        marker = path / MARKER
        try:
            path.mkdir(parents=True, exist_ok=True)
            if any(path.iterdir()) and not marker.is_file():
                raise FolderError(f"{path} holds files that are not the demo's: name another folder, or remove it yourself")
            handle = os.open(marker, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise FolderError(f"{path}: {error.strerror}") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(handle)
            raise FolderError(
                f"another demo is running in {path}: end it first, or name other folders with"
                " --work and --output (.venv/bin/python -m kiosk demo --help)"
            ) from error
        return cls(path, handle)

    @property
    def handle(self) -> int:
        """The lock's descriptor: a process that inherits it holds the folder too."""
        return self._handle

    def close(self) -> None:
        """Let the next demo have it, unless a process that inherited the lock still lives."""
        os.close(self._handle)

    def empty(self) -> None:
        """Remove what an earlier demo left."""
        for entry in self.path.iterdir():
            if entry.name == MARKER:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
