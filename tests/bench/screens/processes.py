"""What processes hold: memory, threads, handles, and who descends from whom.

Knows: /proc. Does not know: what they do.
"""

from __future__ import annotations

import os
from pathlib import Path


def pss_mb(pid: int | str = "self") -> float:
    """Return the proportional set size, MB: shared pages counted by their share."""
    return _mb(pid, "Pss:")


def own_mb(pid: int | str = "self") -> float:
    """Return what of it is no file's, MB: who else maps the same libraries does not move it."""
    return _mb(pid, "Pss_Anon:")


def _mb(pid: int | str, what: str) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith(what):
            return int(line.split()[1]) / 1024
    raise LookupError(pid)


def threads(pid: int | str = "self") -> int:
    """Return how many threads there are."""
    return len(os.listdir(f"/proc/{pid}/task"))  # noqa: PTH208 - names are enough


def handles(pid: int | str = "self") -> int:
    """Return how many descriptors are open."""
    return len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208


def descendants(pid: int) -> list[int]:
    """Return the process itself and everything that it started."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text(encoding="ascii").split():
            found += descendants(int(child))
    return found


def command_of(pid: int) -> str:
    """Return the command line."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
