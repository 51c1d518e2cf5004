"""What a drill found, and the table of it.

Knows: one line for each thing that had to be shown. Does not know: how anything is broken.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line of the table."""

    drill: str
    trials: int
    must: str
    found: str
    holds: bool


def scaled(trials: int, share: float) -> int:
    """Return how many of the whole's trials a run of `share` makes, at least two."""
    return max(2, round(trials * share))


def table(outcomes: Iterable[Outcome]) -> str:
    """Return the outcomes as a table in Markdown."""
    rows = [("drill", "trials", "must", "found", ""), ("---",) * 5]
    rows += [(one.drill, str(one.trials), one.must, one.found, "holds" if one.holds else "FAILED") for one in outcomes]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    padded = ([cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows)
    return "\n".join(f"| {' | '.join(row)} |" for row in padded)
