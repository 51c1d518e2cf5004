"""Files that survive a power cut, and private ones.

Knows: temp → fsync → rename → fsync(directory), modes. Does not know: what is in them.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def make_private_dir(path: Path) -> None:
    """Create a directory that only its owner may enter."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def sync_dir(path: Path) -> None:
    """Make renames in `path` durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Put `data` at `path`, whole or not at all; when this returns it is on stable storage."""
    temporary = path.with_name(f".{path.name[:80]}.{secrets.token_hex(6)}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_dir(path.parent)
