"""The small things that make bytes durable.

Knows: fsync of a directory, whole writes, what a failed one is called. Does not know: what is written.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from offline_queue.errors import QueueError, StoreFull

_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}


def failure(error: OSError, what: str) -> QueueError:
    """Return what the kernel said of a file as ours."""
    name = errno.errorcode.get(error.errno or 0, "?")
    if error.errno in _FULL:
        return StoreFull("queue.full", what)
    return QueueError("queue.unwritable" if error.errno in _FORBIDDEN else "queue.io", f"{name} at {what}")


def sync_directory(directory: Path) -> None:
    """Make the names in `directory` durable: a file's own fsync does not."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def start_writing(handle: int, at: int, size: int) -> None:
    """Ask the kernel to begin writing these bytes to the disk now: a later fsync then has less to do."""
    os.posix_fadvise(handle, at, size, os.POSIX_FADV_DONTNEED)


def write_all(handle: int, data: bytes | bytearray | memoryview) -> None:
    """Write all of `data`. A write may be short on a filling disk; its count is the only sign of it."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
