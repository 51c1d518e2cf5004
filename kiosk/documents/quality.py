"""Is a picture of a page good enough to be read by somebody?

Knows: sharpness, light, glare, measured on the page alone. Does not know: where the page was, what is done about it.

Sharpness is edge slope: the steepest gradient at an edge over the height of that edge. Unlike the usual variance of the
Laplacian it does not rise with the amount of ink, the contrast or the noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.documents.geometry import Array
from kiosk.documents.pages import Advice

MIN_SHARPNESS = 0.22
MIN_PAPER_LIGHT = 95.0
MAX_GLARE_SHARE = 0.003
_MIN_EDGE_STEP = 40
_MIN_EDGES = 60
_TILES = 3
_SMALL_PX = 450


@dataclass(frozen=True, slots=True)
class Quality:
    """`sharpness`: 0 to about 0.5, None when there is nothing to judge by. `light`: of the paper, 0 to 255.

    `glare_share`: of the page, in the largest burnt-out spot.
    """

    sharpness: float | None
    light: float
    glare_share: float

    @property
    def fault(self) -> Advice | None:
        """What is wrong with the picture, the worst first."""
        if self.light < MIN_PAPER_LIGHT:
            return Advice.TOO_DARK
        if self.sharpness is not None and self.sharpness < MIN_SHARPNESS:
            return Advice.BLURRED
        if self.glare_share > MAX_GLARE_SHARE:
            return Advice.GLARE
        return None


def measure(page: Array) -> Quality:
    """Measure a straightened page, BGR."""
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    light = float(np.percentile(grey[::4, ::4], 80))
    return Quality(sharpness(grey), light, _glare_share(page, light))


def sharpness(grey: Array) -> float | None:
    """Return the edge slope of the worst of 3 x 3 tiles (of a small picture: the whole) that hold enough edges, or None."""
    smooth = cv2.GaussianBlur(grey, (3, 3), 0.6)
    slope = cv2.magnitude(
        cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3, scale=0.125), cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    )
    around = np.ones((9, 9), np.uint8)
    step = cv2.subtract(cv2.dilate(smooth, around), cv2.erode(smooth, around))
    crest = (slope >= cv2.dilate(slope, np.ones((3, 3), np.uint8))) & (step >= _MIN_EDGE_STEP)
    share = slope / np.maximum(step, 1)
    # A plateau inside a wide blur also has crests; real edges are those that climb a fair part of their step.
    crest &= share > 0.04
    tiles = []
    count = _TILES if min(grey.shape) >= _SMALL_PX else 1
    for rows in np.array_split(np.arange(grey.shape[0]), count):
        for columns in np.array_split(np.arange(grey.shape[1]), count):
            part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
            edges = share[part][crest[part]]
            if len(edges) >= _MIN_EDGES:
                tiles.append(float(np.percentile(edges, 75)))
    return min(tiles) if tiles else None


def _glare_share(page: Array, light: float) -> float:
    """Return the share of the largest spot that is burnt out and much lighter than the paper."""
    small = cv2.resize(page, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    if light > 242:
        return 0.0
    burnt = (small.min(2) >= 250).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(burnt, connectivity=8)
    return float(stats[1:, cv2.CC_STAT_AREA].max() / burnt.size) if count > 1 else 0.0
