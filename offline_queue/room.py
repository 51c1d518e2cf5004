"""Room on the disk: when new work is refused, and the ballast that lets waiting work drain from a full disk.

Knows: free bytes, a watermark, one file of dead weight. Does not know: rows or parts.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from offline_queue.durable import failure

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be put, and what is kept back."""

    max_submission_bytes: int = 64 * MIB
    """Form and attachments together, before sealing."""
    ballast_bytes: int = 16 * MIB
    """At least twice SQLite's automatic checkpoint (4 MiB of log); 0 for none."""

    @property
    def watermark_bytes(self) -> int:
        """New work is refused when less is free."""
        return 2 * self.max_submission_bytes


def free_bytes(directory: Path) -> int:
    """Return what an unprivileged writer still has on the disk of `directory`."""
    found = os.statvfs(directory)
    return found.f_bavail * found.f_frsize


class Room:
    """Free space of one outbox."""

    def __init__(self, directory: Path, limits: Limits, free: Callable[[Path], int] = free_bytes) -> None:
        self._directory = directory
        self.limits = limits
        self._free = free
        self._ballast = directory / "ballast"

    def free(self) -> int:
        """Return the free bytes. Raises `QueueError` when not even that can be asked."""
        try:
            return self._free(self._directory)
        except OSError as error:
            raise failure(error, "the store's disk") from error

    def has_ballast(self) -> bool:
        """Say whether the reserve lies ready."""
        return self._ballast.exists()

    def for_new_work(self) -> bool:
        """Say whether another submission of the largest size would certainly fit."""
        return self.free() >= self.limits.watermark_bytes

    def lay_ballast(self) -> None:
        """Put the ballast back if it is gone and there is room in plenty. Never fails: it is a reserve, not a promise."""
        size = self.limits.ballast_bytes
        if not size or (self._ballast.exists() and self._ballast.stat().st_size == size):
            return
        if self._free(self._directory) < self.limits.watermark_bytes + size:
            return
        try:
            handle = os.open(self._ballast, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.posix_fallocate(handle, 0, size)
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError:
            self.drop_ballast()

    def drop_ballast(self) -> bool:
        """Free the ballast; say whether there was any."""
        try:
            self._ballast.unlink()
        except OSError:
            return False
        return True
