"""Finds the page in a picture.

Knows: which proposed quadrilateral is a page: how much of each side lies on an edge that runs along it, whether the picture
differs across that edge (a printed frame has paper on both sides), whether the page goes on beyond the picture. Does not
know: cameras, quality, what a page is for. Says None rather than guess: an empty mat and a cut-off page have no page.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.documents import candidates
from kiosk.documents.geometry import Array, ordered
from kiosk.documents.gradients import Gradients, gradients_of
from kiosk.documents.sides import fitted, fitted_finely, steps, support

_WORK_PX = 320
_MIN_SCORE = 0.62
_ENOUGH = 0.85
"""Score at which contours alone are convincing and the search among lines is spared."""
_SMALL_SHARE = 0.35
_TOP = 12
_PAPER_CONTRAST = 70.0
"""Lightness (of 255) by which paper stands out from the mat where no page could be outlined."""
_STEP_FULL = 10.0
"""Lab difference across a side from which on it counts as a border of paper for certain."""


@dataclass(frozen=True, slots=True)
class FoundPage:
    """`quad`: 4 x 2 float corners in px of the picture, clockwise from the top left. `confidence`: 0 to 1."""

    quad: Array
    confidence: float


class Absence(enum.Enum):
    """Why there is no page."""

    NOTHING = "nothing"
    CUT_OFF = "cut_off"


def find_page(image: Array, *, min_share: float = 0.03, thorough: bool = False, on_mat: bool = False) -> FoundPage | None:
    """Find the one page in a BGR picture, None when there is none or it is cut off. Arguments as for `examine`."""
    found = examine(image, min_share=min_share, thorough=thorough, on_mat=on_mat)
    return found if isinstance(found, FoundPage) else None


def examine(image: Array, *, min_share: float = 0.03, thorough: bool = False, on_mat: bool = False) -> FoundPage | Absence:
    """Find the one page in a BGR picture, or say why there is none.

    `min_share`: smallest share of the picture that counts as a page. `thorough`: always search among lines too, for stills.
    `on_mat`: paper lies on the kiosk's plain dark mat, so paper that reaches the picture's border is a page cut off.
    """
    scale = min(1.0, _WORK_PX / max(image.shape[:2]))
    small = _shrunk(image, scale)
    field = gradients_of(small)
    best = _best(field, min_share * field.width * field.height, thorough=thorough)
    if on_mat and _goes_on(field, None if best is None else best.quad):
        return Absence.CUT_OFF
    if best is None:
        return Absence.NOTHING
    # Pixel centres: half a working pixel is several pixels of the picture.
    quad = (best.quad + 0.5) / scale - 0.5
    if scale < 1:
        quad = fitted_finely(image, quad)
    quad = ordered(quad)
    height, width = image.shape[:2]
    if np.ptp(quad, axis=0).max() < _SMALL_SHARE * max(height, width):
        quad = _closer(image, quad)
    if quad.min() < 1 or (quad[:, 0] > width - 2).any() or (quad[:, 1] > height - 2).any():
        return Absence.CUT_OFF
    return FoundPage(quad, min(1.0, best.confidence))


def _closer(image: Array, quad: Array) -> Array:
    """Look again at a small page alone: at working size of the whole picture its margin is thinner than a pixel."""
    height, width = image.shape[:2]
    margin = np.ptp(quad, axis=0).max() * 0.25
    left, top = np.maximum(quad.min(0) - margin, 0).astype(int)
    right, bottom = np.minimum(quad.max(0) + margin, (width, height)).astype(int)
    again = find_page(image[top:bottom, left:right], min_share=0.25)
    if again is None:
        return quad
    closer: Array = again.quad + np.array([left, top])
    return closer if np.abs(closer - quad).max() < margin else quad


def _shrunk(image: Array, scale: float) -> Array:
    if scale >= 1:
        return image
    step = int(0.5 / scale)
    if step > 1 and max(image.shape[:2]) > 3000:
        # Every pixel of a still need not be averaged: a box of two is plenty at a twelfth of the size.
        image = cv2.resize(image, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_LINEAR)
        scale *= 4
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _best(field: Gradients, min_area: float, *, thorough: bool) -> FoundPage | None:
    quads = np.array(
        candidates.from_contours(field, min_area) + candidates.from_regions(field, min_area), np.float32
    ).reshape(-1, 4, 2)
    quads = _plausible(quads, min_area)
    if thorough or not len(quads) or support(quads, field, 24).max() < _ENOUGH:
        quads = np.concatenate([quads, _plausible(candidates.from_lines(field), min_area)])
    if not len(quads):
        return None
    picture_area = field.width * field.height
    rough = support(quads, field, 24) * (_areas(quads) / picture_area) ** 0.12
    finalists = fitted(quads[np.argsort(-rough)[:_TOP]].astype(np.float64), field)
    confidence = support(finalists, field, 60)
    certainty = np.minimum(1.0, steps(finalists, field) / _STEP_FULL)
    rank = confidence * (_areas(finalists) / picture_area) ** 0.12 * (0.75 + 0.25 * certainty)
    best = int(rank.argmax())
    return FoundPage(finalists[best], float(confidence[best])) if confidence[best] >= _MIN_SCORE else None


def _areas(quads: Array) -> Array:
    x, y = quads[..., 0], quads[..., 1]
    found: Array = np.abs((x * np.roll(y, -1, 1) - np.roll(x, -1, 1) * y).sum(1)) / 2
    return found


def _plausible(quads: Array, min_area: float) -> Array:
    """Keep convex quadrilaterals of sane size and angles."""
    if not len(quads):
        return quads
    edge = np.roll(quads, -1, 1) - quads
    after = np.roll(edge, -1, 1)
    length = np.hypot(edge[..., 0], edge[..., 1])
    cross = edge[..., 0] * after[..., 1] - edge[..., 1] * after[..., 0]
    sine = cross / np.maximum(length * np.roll(length, -1, 1), 1e-6)
    convex = (np.sign(cross) == np.sign(cross[:, :1])).all(1)
    shortest = np.sqrt(min_area) * 0.4
    sane = (np.abs(sine).min(1) > np.sin(np.radians(45))) & (length.min(1) > shortest)
    kept: Array = quads[convex & (_areas(quads) >= min_area) & sane]
    return kept


def _goes_on(field: Gradients, quad: Array | None) -> bool:
    """Say whether the paper inside the quad (or any paper, without a quad) goes on to the picture's border.

    Asked on a dark mat only: elsewhere pale surroundings would be taken for paper as often as not.
    """
    light = field.lab[..., 0]
    dark = float(np.percentile(light, 3))
    mask = np.ones((field.height, field.width), np.uint8)
    if quad is not None:
        cv2.fillConvexPoly(mask, np.rint(quad).astype(np.int32), 2)
        mask -= 1
    paper = float(np.median(light[mask > 0])) if quad is not None else float(np.percentile(light, 98))
    if quad is None and paper - dark < _PAPER_CONTRAST:
        return False
    bright = (light > (paper + dark) / 2).astype(np.uint8)
    _, labels = cv2.connectedComponents(bright, connectivity=4)
    ours = np.bincount(labels[(mask > 0) & (bright > 0)], minlength=1).argmax()
    rim = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    return float((rim == ours).mean()) > 0.01
