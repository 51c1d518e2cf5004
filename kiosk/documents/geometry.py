"""Four corners and sheets of known size.

Knows: corner order, side lengths, paper formats (ISO 216 A4 and A5, ISO/IEC 7810 ID-1, ANSI A "Letter", the 35 mm x 45 mm
portrait), dpi. Does not know: pixels' contents, OpenCV.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

FOLLOWING, BEFORE = np.array((1, 2, 3, 0)), np.array((3, 0, 1, 2))
"""For each of four corners or sides, the next and the previous one."""
_ASPECT_TOLERANCE = 0.09
_SIZE_TOLERANCE = 0.12
_CLEARLY_BETTER = 0.02


@dataclass(frozen=True, slots=True)
class Paper:
    """A format, upright."""

    name: str
    width_mm: float
    height_mm: float


A4 = Paper("a4", 210.0, 297.0)
A5 = Paper("a5", 148.0, 210.0)
ID_1 = Paper("id_1", 53.98, 85.60)
LETTER = Paper("letter", 215.9, 279.4)
PHOTO = Paper("photo", 35.0, 45.0)


def ordered(quad: Array) -> Array:
    """Return 4 x 2 corners clockwise as seen, starting with the one nearest the picture's top left."""
    centre = quad.mean(0)
    turned = quad[np.argsort(np.arctan2(quad[:, 1] - centre[1], quad[:, 0] - centre[0]))]
    return np.roll(turned, -int(np.argmin(turned.sum(1))), axis=0)


def areas(quads: Array) -> Array:
    """Return the areas of n x 4 x 2 corners in px²."""
    x, y = quads[..., 0], quads[..., 1]
    found: Array = np.abs((x * y[:, FOLLOWING] - x[:, FOLLOWING] * y).sum(1)) / 2
    return found


def area(quad: Array) -> float:
    """Return the area of a polygon in px²."""
    x, y = quad[:, 0], quad[:, 1]
    return float(abs((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) / 2)


def sides(quad: Array) -> tuple[float, float]:
    """Return mean width and mean height of ordered corners, px."""
    lengths = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    return float(lengths[0] + lengths[2]) / 2, float(lengths[1] + lengths[3]) / 2


def is_sideways(quad: Array) -> bool:
    """Say whether the page is wider than high."""
    width, height = sides(quad)
    return width > height


def snap(quad: Array, papers: Sequence[Paper], px_per_mm: float | None = None) -> Paper | None:
    """Return the format that fits the corners by aspect, and by size when the picture's scale is known.

    Without a scale A4 and A5 look alike: the first of `papers` wins. None when nothing fits.
    """
    short, long = sorted(sides(quad))
    if short <= 0:
        return None
    best: tuple[float, Paper] | None = None
    for paper in papers:
        off = abs(math.log((long / short) / (paper.height_mm / paper.width_mm)))
        if px_per_mm is not None:
            size_off = abs(math.log(math.sqrt(short * long / (paper.width_mm * paper.height_mm)) / px_per_mm))
            if size_off > _SIZE_TOLERANCE:
                continue
            off += size_off
        if off <= _ASPECT_TOLERANCE + (_SIZE_TOLERANCE if px_per_mm else 0) and (
            best is None or off < best[0] - _CLEARLY_BETTER
        ):
            best = (off, paper)
    return None if best is None else best[1]


def dpi_of(quad: Array, paper: Paper) -> float:
    """Return the resolution at which the picture shows the paper, in dots per inch, by its worse direction."""
    short, long = sorted(sides(quad))
    return min(short / paper.width_mm, long / paper.height_mm) * 25.4
