"""The empty mat, remembered: what differs from it lies on it.

Knows: one small picture of the empty mat, light that changes slowly or at once for the whole picture, soft shadows, what
reaches the picture's border. Does not know: where the page is (`finder` says), what is done about it (`guide`, `capture`).

Every way of outlining pages answers with a smaller rectangle when a page is cut off. Against the mat's own picture that
cannot happen: something goes on beyond the outline.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.documents.geometry import Array
from kiosk.documents.pages import Advice

_LONG_PX = 192
_DIFFERENT = 16.0
"""Distance in Lab, tint counting one and a half times, from which on something lies there."""
_TINT = np.array((1.0, 1.5, 1.5), np.float32)
_GAIN = (0.55, 1.6)
"""Change of light that is believed to be light; what is brighter is paper."""
_DEEPEST_SHADE, _SHADE_TINT, _SOFT_STEP = 0.5, 6.0, 2.5
"""A shadow on the mat: least share of the light that is left; most change of tint, and step from pixel to pixel, in Lab."""
_RIM = 0.04
_EMPTY_SHARE = 0.004
_FOLLOW = 0.04
"""Share of every empty frame that goes into the memory: at 12 fps the light of a cloud is followed within two seconds."""
_PLAIN_STD = 9.0
_MAX_LIGHT = 150.0
"""Lab lightness up to which a plain picture may be a mat: paper that covers the whole picture is plain too."""
_SAME_PAPER = 26.0
_MARGIN_PX = _CLOSE_PX = 2
_SOMETHING_SHARE = 0.0015
_COVERED = 0.55


class Laid(enum.Enum):
    """What is wrong with how things lie on the mat."""

    NOTHING = "nothing"
    CUT_OFF = "cut_off"
    SECOND = "second"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class Foreground:
    """`mask`: height x width of the small picture, 1 where something lies. `lab`: the small picture, float32."""

    mask: Array
    lab: Array

    @property
    def share(self) -> float:
        """Share of the picture on which something lies."""
        return float(self.mask.mean())


class Mat:
    """Learns the empty mat, follows its light, tells what lies on it. Pictures are upright BGR of any size, one camera's."""

    def __init__(self) -> None:
        self._lab: Array | None = None

    @property
    def learned(self) -> bool:
        """Say whether the empty mat is known."""
        return self._lab is not None

    def learn(self, picture: Array) -> bool:
        """Take a picture for the empty mat, if it is plain and dark enough to be one; say whether it was taken."""
        lab = _small(picture)
        inner = cv2.GaussianBlur(lab, (0, 0), 3)
        if float(np.percentile(lab[..., 0], 90)) > _MAX_LIGHT or float(inner.std((0, 1)).max()) > _PLAIN_STD:
            return False
        self._lab = lab
        return True

    def follow(self, seen: Foreground) -> None:
        """Let a frame of the empty mat change the memory a little; frames on which something lies change nothing."""
        if self._lab is not None and seen.share <= _EMPTY_SHARE:
            cv2.accumulateWeighted(seen.lab, self._lab, _FOLLOW)

    def foreground(self, picture: Array) -> Foreground | None:
        """Return what differs from the empty mat, None when it is not known or was learned of another shape of picture."""
        lab = _small(picture)
        if self._lab is None or lab.shape != self._lab.shape:
            return None
        expected = self._lab.copy()
        expected[..., 0] *= _gain(lab[..., 0], self._lab[..., 0])
        away = np.linalg.norm((lab - expected) * _TINT, axis=2)
        mask = ((away > _DIFFERENT) & ~_shaded(lab, expected)).astype(np.uint8)
        mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        return Foreground(_closed(mask), lab)


def laid(seen: Foreground, outline: Array | None) -> Laid | None:
    """Say what is wrong with how things lie; None when all is well: one page, whole, and nothing else.

    `outline`: 4 x 2 corners of the page as shares of the picture, None when no page could be outlined.
    """
    height, width = seen.mask.shape
    if outline is None:
        if seen.share < _SOMETHING_SHARE:
            return Laid.NOTHING
        return Laid.CUT_OFF if _touches(seen.mask) else None
    page = _inside(seen, outline)
    if float(seen.mask[page > 0].mean()) < _COVERED:
        return Laid.NOTHING
    around = cv2.dilate(page, np.ones((2 * _MARGIN_PX + 1,) * 2, np.uint8))
    if _touches(seen.mask * around):
        return Laid.CUT_OFF
    rest = cv2.morphologyEx(seen.mask * (1 - around), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(rest, connectivity=8)
    paper = np.median(seen.lab[page > 0], axis=0)
    near = cv2.dilate(around, np.ones((3, 3), np.uint8))
    found = [
        _kind(labels == at, near, seen.lab, paper)
        for at in range(1, count)
        if stats[at, cv2.CC_STAT_AREA] > _SOMETHING_SHARE * width * height
    ]
    return min(found, key=list(Laid).index, default=None)


def fit(seen: Foreground, outline: Array) -> float:
    """Return how well an outline holds what lies on the mat: intersection over union, 0 to 1. `outline`: as for `laid`."""
    page = _inside(seen, outline)
    return float((seen.mask & page).sum() / max(1, (seen.mask | page).sum()))


ADVICE: Mapping[Laid, Advice] = {
    Laid.NOTHING: Advice.LAY_PAGE,
    Laid.CUT_OFF: Advice.MOVE_INTO_FRAME,
    Laid.SECOND: Advice.ONE_PAGE,
    Laid.HAND: Advice.HAND,
}
"""What to tell the citizen about it."""


def _inside(seen: Foreground, outline: Array) -> Array:
    height, width = seen.mask.shape
    page = np.zeros((height, width), np.uint8)
    cv2.fillConvexPoly(page, np.rint(outline * (width, height) - 0.5).astype(np.int32), 1)
    return page


def _shaded(lab: Array, expected: Array) -> Array:
    """Say where the mat lies in a person's shadow: darker, of its own tint, and so soft that it is no thing's edge."""
    darker = (lab[..., 0] < expected[..., 0]) & (lab[..., 0] > _DEEPEST_SHADE * expected[..., 0])
    tinted = np.linalg.norm(lab[..., 1:] - expected[..., 1:], axis=2)
    across, down = (cv2.Sobel(lab[..., 0], cv2.CV_32F, *way, ksize=3, scale=0.125) for way in ((1, 0), (0, 1)))
    # Of a dark thing the rim is left, and with it what it is: it reaches the border, or lies apart.
    edge = cv2.dilate(cv2.magnitude(across, down), np.ones((5, 5), np.uint8)) > _SOFT_STEP
    found: Array = darker & (tinted < _SHADE_TINT) & ~edge
    return found


def _closed(mask: Array) -> Array:
    """Fill gaps of up to four pixels, but none beside the picture's border: that one says that a page is whole."""
    gap = 2 * _CLOSE_PX
    further = cv2.copyMakeBorder(mask, gap, gap, gap, gap, cv2.BORDER_REPLICATE)
    around = np.ones((2 * _CLOSE_PX + 1,) * 2, np.uint8)
    return cv2.morphologyEx(further, cv2.MORPH_CLOSE, around)[gap:-gap, gap:-gap]


def _kind(part: Array, page: Array, lab: Array, paper: Array) -> Laid:
    """Tell paper that goes on from a hand, and both from a second item."""
    touching, leaving = bool(page[part].any()), _touches(part)
    alike = float(np.linalg.norm((np.median(lab[part], axis=0) - paper) * _TINT)) < _SAME_PAPER
    if touching and alike:
        return Laid.CUT_OFF
    return Laid.HAND if leaving else Laid.SECOND


def _touches(mask: Array) -> bool:
    """Say whether a mask reaches the border of the picture by more than a speck."""
    return int(max(mask[edge].sum() for edge in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]))) > 3


def _gain(now: Array, known: Array) -> float:
    """Return by how much the light changed for the whole picture, judged along its border, where paper seldom lies."""
    rim = max(2, round(_RIM * max(now.shape)))
    ring = np.ones(now.shape, bool)
    ring[rim:-rim, rim:-rim] = False
    change = float(np.median(now[ring] / np.maximum(known[ring], 1)))
    return change if _GAIN[0] < change < _GAIN[1] else 1.0


def _small(picture: Array) -> Array:
    scale = _LONG_PX / max(picture.shape[:2])
    size = (max(8, round(picture.shape[1] * scale)), max(8, round(picture.shape[0] * scale)))
    step = max(1, max(picture.shape[:2]) // (4 * _LONG_PX))
    thin = np.ascontiguousarray(picture[::step, ::step])
    small = cv2.cvtColor(cv2.resize(thin, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2Lab)
    found: Array = cv2.GaussianBlur(small, (3, 3), 0).astype(np.float32)
    return found
