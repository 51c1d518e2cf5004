"""Is a picture of a page good enough to be read by somebody, and if not, where?

Knows: ink, sharpness, light, glare, lean of the lines, measured on the page alone. Does not know: where the page was,
what is done about it.

Sharpness is edge slope: the steepest gradient at an edge over the height of that edge. Unlike the usual variance of the
Laplacian it does not rise with the amount of ink, the contrast or the noise. Edges are judged by direction: a hand that
shakes blurs only those that it moves across.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.documents.geometry import Array
from kiosk.documents.pages import Advice, Place

MIN_SHARPNESS = 0.275
MIN_SMALL_SHARPNESS = 0.22
"""Of a small picture, such as a portrait, whose own sides are soft."""
MIN_PAPER_LIGHT = 95.0
MIN_INK_SHARE = 1e-4
"""Of the page: 6 mm² of A4, about two small characters. Empty paper has none at all."""
MAX_GLARE_SHARE = 0.003
MAX_SKEW_DEG = 4.0
_MIN_EDGE_STEP = 40
_MIN_EDGES = 60
_MIN_ONE_WAY = 40
_WAYS = 4
_TILES = 3
_INK_PX = 1000
_INK_STEP = 0.1
"""Of the paper's tone. What shows through from the other side, folds and grain stay below it."""
_INK_AROUND_PX = 31
_INK_MARGIN = 0.03
"""Of the longer side, along every side of the page: the outline may run a little beside the paper."""
_SMALL_PX = 450
_SKEW_PX = 500
_SKEW_RANGE_DEG, _SKEW_STEP_DEG = 6.0, 0.5
_CLEAR_PROFILE = 1.15
_GLARE_LIGHTER = 10.0
"""Burnt-out paper is glare only where it is so much lighter than the paper's usual tone."""

WHOLE: Place = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where: left, top, width, height as shares of the page."""

    advice: Advice
    place: Place


@dataclass(frozen=True, slots=True)
class Quality:
    """`sharpness`: 0 to about 0.5 of the worst tile, None where there is nothing to judge by. `light`: of the paper, 0-255.

    `ink_share`: of the page, whatever stands out from the paper around it, lighter or darker or of another colour.
    `glare_share`: of the page, in the largest burnt-out spot. `skew_deg`: lean of the lines of print clockwise, None when
    there are none. The places belong to the worst tile and to the spot.
    """

    sharpness: float | None
    softest: Place
    light: float
    ink_share: float
    glare_share: float
    glare: Place
    skew_deg: float | None = None
    small: bool = False

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Everything that is wrong with the picture, the worst first."""
        found = []
        if self.light < MIN_PAPER_LIGHT:
            found.append(Fault(Advice.TOO_DARK, WHOLE))
        if self.ink_share < MIN_INK_SHARE:
            found.append(Fault(Advice.BLANK, WHOLE))
        if self.sharpness is not None and self.sharpness < (MIN_SMALL_SHARPNESS if self.small else MIN_SHARPNESS):
            found.append(Fault(Advice.BLURRED, self.softest))
        if self.glare_share > MAX_GLARE_SHARE:
            found.append(Fault(Advice.GLARE, self.glare))
        if self.skew_deg is not None and abs(self.skew_deg) > MAX_SKEW_DEG:
            found.append(Fault(Advice.LEANING, WHOLE))
        return tuple(found)

    @property
    def fault(self) -> Advice | None:
        """What is worst, if anything."""
        return self.faults[0].advice if self.faults else None


def measure(page: Array, *, lean: bool = False) -> Quality:
    """Measure a straightened page, BGR. `lean`: look at the lines of print too, for stills."""
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    light = float(np.percentile(grey[::4, ::4], 80))
    softest, where = _softest(grey)
    share, spot = _glare(page, light)
    leaning = skew(grey) if lean else None
    return Quality(softest, where, light, _ink(page, light), share, spot, leaning, min(grey.shape) < _SMALL_PX)


def sharpness(grey: Array) -> float | None:
    """Return the edge slope of the worst of 3 x 3 tiles (of a small picture: the whole) that hold enough edges, or None."""
    return _softest(grey)[0]


def _softest(grey: Array) -> tuple[float | None, Place]:
    smooth = cv2.GaussianBlur(grey, (3, 3), 0.6)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    slope = cv2.magnitude(across, down)
    around = np.ones((9, 9), np.uint8)
    step = cv2.subtract(cv2.dilate(smooth, around), cv2.erode(smooth, around))
    crest = (slope >= cv2.dilate(slope, np.ones((3, 3), np.uint8))) & (step >= _MIN_EDGE_STEP)
    share = slope / np.maximum(step, 1)
    # A plateau inside a wide blur also has crests; real edges are those that climb a fair part of their step.
    rows, columns = np.nonzero(crest & (share > 0.04))
    share = share[rows, columns]
    way = np.rint(np.arctan2(down[rows, columns], across[rows, columns]) * (_WAYS / np.pi)).astype(np.intp) % _WAYS
    count = _TILES if min(grey.shape) >= _SMALL_PX else 1
    tile = rows * count // grey.shape[0] * count + columns * count // grey.shape[1]
    worst: tuple[float | None, Place] = (None, WHOLE)
    for at in range(count * count):
        here = tile == at
        value = _of_tile(share[here], way[here], by_way=count > 1)
        if value is not None and (worst[0] is None or value < worst[0]):
            worst = (value, (at % count / count, at // count / count, 1 / count, 1 / count))
    return worst


def _of_tile(share: Array, way: Array, *, by_way: bool) -> float | None:
    """Return the edge slope, of print that of the direction that is blurred most; a portrait has soft sides of its own."""
    if len(share) < _MIN_EDGES:
        return None
    each = [share[way == one] for one in range(_WAYS)] if by_way else []
    return min(float(np.percentile(one, 75)) for one in (share, *(e for e in each if len(e) >= _MIN_ONE_WAY)))


def _ink(page: Array, light: float) -> float:
    """Return the share of the page that stands out from what is around it, in any colour; slow shades do not."""
    scale = min(1.0, _INK_PX / max(page.shape))
    small = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    step = cv2.absdiff(cv2.GaussianBlur(small, (3, 3), 0.7), cv2.blur(small, (_INK_AROUND_PX, _INK_AROUND_PX)))
    edge = round(_INK_MARGIN * max(step.shape))
    blue, green, red = cv2.split(step[edge:-edge, edge:-edge])
    stands_out = cv2.max(cv2.max(blue, green), red) > _INK_STEP * light
    return float(np.count_nonzero(stands_out) / stands_out.size)


def _glare(page: Array, light: float) -> tuple[float, Place]:
    """Return the share of the largest spot that is burnt out and much lighter than the paper, and where it is."""
    if light > 255 - _GLARE_LIGHTER - 3:
        return 0.0, WHOLE
    small = cv2.resize(page, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    burnt = (small.min(2) >= 250).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(burnt, connectivity=8)
    if count < 2:
        return 0.0, WHOLE
    left, top, width, height, area = stats[1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())]
    rows, columns = burnt.shape
    return float(area / burnt.size), (left / columns, top / rows, width / columns, height / rows)


def skew(grey: Array) -> float | None:
    """Return by how many degrees lines of print lean clockwise, None where the picture has no clear lines."""
    scale = _SKEW_PX / max(grey.shape)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    ink = cv2.subtract(cv2.GaussianBlur(small, (0, 0), 8), small)
    ink = (ink > 18).astype(np.float32)
    if ink.mean() < 0.005:
        return None
    turns = np.arange(-_SKEW_RANGE_DEG, _SKEW_RANGE_DEG + 0.01, _SKEW_STEP_DEG)
    profiles = np.array([_profile(ink, turn) for turn in turns])
    best = int(profiles.argmax())
    if profiles[best] < _CLEAR_PROFILE * np.median(profiles):
        return None
    return float(turns[best])


def _profile(ink: Array, turn_deg: float) -> float:
    """Return how sharply rows of ink begin and end when the picture is turned back by `turn_deg`."""
    height, width = ink.shape
    back = cv2.getRotationMatrix2D((width / 2, height / 2), turn_deg, 1.0)
    rows = cv2.warpAffine(ink, back, (width, height)).sum(1)
    return float((np.diff(rows) ** 2).sum())
