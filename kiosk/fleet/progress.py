"""A bar on the terminal's error stream for what takes long; silent where nobody looks.

Knows: how wide a bar is and how often it is worth drawing. Does not know: what is done.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Self, TextIO

_WIDTH = 30
_EVERY_S = 0.1


class Bar:
    """progress(done, total) drawn in place. Written only to a stream that is a terminal."""

    def __init__(self, what: str, out: TextIO, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._what = what
        self._out = out
        self._monotonic = monotonic
        self._shown = out.isatty()
        self._drawn_at = 0.0
        self._open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the bar as it stands, so that whatever is written next begins on a line of its own."""
        if self._open:
            self._out.write("\n")
            self._out.flush()

    def __call__(self, done: int, total: int) -> None:
        """Draw `done` of `total` bytes."""
        now = self._monotonic()
        if not self._shown or (self._open and done < total and now - self._drawn_at < _EVERY_S):
            return
        share = done / total if total else 1.0
        filled = int(share * _WIDTH)
        bar = "#" * filled + "." * (_WIDTH - filled)
        self._out.write(f"\r{self._what} [{bar}] {share:4.0%}  {done / 1e6:.1f} of {total / 1e6:.1f} MB")
        self._out.flush()
        self._drawn_at, self._open = now, True
