"""Locks between processes: they live as long as the process, so no crash can leave one behind.

Knows: flock(2) with a deadline. Does not know: what is guarded.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from offline_queue.durable import failure
from offline_queue.errors import QueueError

_POLL_S = 0.005


@contextmanager
def locked(path: Path, *, exclusive: bool, deadline_s: float) -> Iterator[None]:
    """Hold the lock of `path` for the block. Raises `QueueError` "queue.locked" after `deadline_s` (0: at once)."""
    handle = take(path, exclusive=exclusive, deadline_s=deadline_s)
    try:
        yield
    finally:
        os.close(handle)


def take(path: Path, *, exclusive: bool, deadline_s: float) -> int:
    """Take the lock and return the descriptor that holds it until it is closed.

    Raises as `locked` does, and `QueueError` when the disk does not give the file.
    """
    # A descriptor of its own for every holder: flock belongs to the open file, so threads exclude each other too.
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise failure(error, path.name) from error
    mode = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
    end = time.monotonic() + deadline_s
    while True:
        try:
            fcntl.flock(handle, mode | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= end:
                os.close(handle)
                raise QueueError("queue.locked", path.name) from error
            time.sleep(_POLL_S)  # flock(2) waits for ever or not at all
        else:
            return handle
