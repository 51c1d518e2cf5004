"""A pseudo-terminal under a name that outlives it, for emulators of serial devices.

Knows: the terminal and its name. Does not know: who speaks on it.
"""

from __future__ import annotations

import os
import tty
from pathlib import Path


def open_named(path: Path) -> tuple[int, int]:
    """Return (master, slave) of a new raw terminal that the symlink `path` names, whatever it named before.

    The slave stays open for as long as the device is there: a master without one reads only errors. Raises: OSError.
    """
    master, slave = os.openpty()
    tty.setraw(slave)
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(os.ttyname(slave))
    fresh.replace(path)
    return master, slave
