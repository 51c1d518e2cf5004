"""A pseudo-terminal under a name that outlives it, and the cable to it, for emulators of serial devices.

Knows: the terminal and its name. Does not know: who speaks on it.
"""

from __future__ import annotations

import os
import threading
import tty
from pathlib import Path

from devices.started import Started


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


class NamedPort(Started):
    """A port whose name is the symlink `path`; it keeps its name over unplug and replug."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._plug = threading.RLock()
        self._ends: tuple[int, int] | None = None

    def start(self) -> None:
        """Open the port; it can be used when this returns."""
        self.replug()

    def stop(self) -> None:
        """Close the port."""
        self.unplug()

    @property
    def plugged(self) -> bool:
        """Whether the port exists."""
        with self._plug:
            return self._ends is not None

    def unplug(self) -> None:
        """Pull the cable: the port's users get errors, its name goes."""
        with self._plug:
            ends, self._ends = self._ends, None
            if ends is None:
                return
            self.path.unlink(missing_ok=True)
            self.leaves()
            for end in ends:
                os.close(end)

    def replug(self) -> None:
        """Put the cable back: the same name, a new terminal."""
        with self._plug:
            if self._ends is None:
                self._ends = open_named(self.path)
                self.serves(self._ends[0])

    def serves(self, master: int) -> None:
        """The cable is in: begin on this end of it."""

    def leaves(self) -> None:
        """The cable is out: let go of that end, which is closed when this returns."""
