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
        """Make or take over `path`, empty. Raises `FolderError`: in use, somebody else's, or it cannot be made."""
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
            raise FolderError(f"another demo is running in {path}: end it first, or name another folder") from error
        folder = cls(path, handle)
        folder._empty()
        return folder

    def close(self) -> None:
        """Let the next demo have it."""
        os.close(self._handle)

    def _empty(self) -> None:
        for entry in self.path.iterdir():
            if entry.name == MARKER:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
