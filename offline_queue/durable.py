"""The small things that make bytes durable.

Knows: fsync of a directory, whole writes. Does not know: what is written.
"""

from __future__ import annotations

import os
from pathlib import Path


def sync_directory(directory: Path) -> None:
    """Make the names in `directory` durable: a file's own fsync does not."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_all(handle: int, data: bytes) -> None:
    """Write all of `data`. A write may be short on a filling disk; its count is the only sign of it."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
