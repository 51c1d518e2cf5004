"""A figure of the bench: what was measured, what has to be reached, what was.

Knows: numbers and a table for people. Does not know: how anything is measured.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `least` and `most` bound what is reached; without either it stands there to compare with."""

    name: str
    value: float
    unit: str = "x"
    least: float = -math.inf
    most: float = math.inf
    note: str = ""

    @property
    def holds(self) -> bool:
        """Say whether the figure is within its bounds."""
        return self.least <= self.value <= self.most

    def target(self) -> str:
        """Return the bounds for people."""
        if math.isfinite(self.least):
            return f">= {self.least:g} {self.unit}"
        return f"<= {self.most:g} {self.unit}" if math.isfinite(self.most) else ""

    def verdict(self) -> str:
        """Return whether it is reached, for people."""
        return "" if not self.target() else "reached" if self.holds else "MISSED"


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as a table in Markdown."""
    rows = [("what", "target", "measured", "", "note"), ("---",) * 5]
    rows += [(one.name, one.target(), f"{one.value:.3g} {one.unit}", one.verdict(), one.note) for one in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    padded = ([cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows)
    return "\n".join(f"| {' | '.join(row)} |" for row in padded)
