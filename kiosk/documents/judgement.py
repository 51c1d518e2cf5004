"""How the evidence for a quadrilateral adds up.

Knows: the weights in `weights.csv`, a line for each measure: what it is worth by itself, and what it gives to each of a few
sums that level off (tanh), so that a measure can count for more when another is there. Does not know: what is measured
(`evidence`), how the weights were found (`tests/bench/documents/weighing.py`).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from kiosk.documents.evidence import NAMES
from kiosk.documents.geometry import Array

ROWS = (*NAMES, "leaving", "start", "worth")
"""Lines of the file: the measures, whether the quad leaves the picture, what every sum starts with and is worth."""
_FILE = Path(__file__).with_name("weights.csv")


class WeightsError(Exception):
    """The weights do not fit the measures. `code` is stable."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Weights:
    """`alone`: of each measure and of leaving. `shared`: measures and leaving x sums. `start`, `worth`: of the sums.

    `even`: score at which "there is a page" and "there is none" are equally likely.
    """

    alone: Array
    shared: Array
    start: Array
    worth: Array
    even: float

    def score(self, measures: Array, leaving: Array) -> Array:
        """Return how likely each quad is a page, in log odds against there being none; `leaving`: n bool."""
        known = np.concatenate([measures, leaving[:, None]], 1)
        found: Array = known @ self.alone + np.tanh(known @ self.shared + self.start) @ self.worth - self.even
        return found


@cache
def weights() -> Weights:
    """Read the weights. Raises: WeightsError, OSError."""
    with _FILE.open(newline="") as lines:
        rows = list(csv.reader(lines))[1:]
    if tuple(row[0] for row in rows) != ROWS:
        raise WeightsError("documents.weights", "lines do not match the measures")
    table = np.array([[float(each) for each in row[1:]] for row in rows])
    return Weights(table[:-2, 0], table[:-2, 1:], table[-2, 1:], table[-1, 1:], -float(table[-2, 0]))


def write(found: Weights) -> None:
    """Write weights to the file."""
    first = np.concatenate([found.alone, [-found.even, 0.0]])
    table = np.concatenate([first[:, None], np.vstack([found.shared, found.start, found.worth])], 1)
    with _FILE.open("w", newline="") as lines:
        out = csv.writer(lines, lineterminator="\n")
        out.writerow(["measure", "alone", *(f"sum_{at}" for at in range(1, table.shape[1]))])
        out.writerows([name, *(f"{each:.3f}" for each in row)] for name, row in zip(ROWS, table, strict=True))
