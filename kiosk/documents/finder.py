"""Finds the page in a picture.

Knows: which proposed quadrilateral is a page: how much of each side lies on an edge that runs along it, whether the picture
differs across that edge (a printed frame has paper on both sides), whether the page goes on beyond the picture. Does not
know: cameras, quality, what a page is for. Says None rather than guess: an empty mat and a cut-off page have no page.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from kiosk.documents import candidates
from kiosk.documents.bends import corners_of, traced, traced_finely
from kiosk.documents.evidence import flawless, measured
from kiosk.documents.geometry import FOLLOWING, Array, areas, ordered
from kiosk.documents.gradients import Gradients, exposed, gradients_of
from kiosk.documents.judgement import weights
from kiosk.documents.neighbours import neighbours
from kiosk.documents.pages import Outline
from kiosk.documents.sides import fitted, lanes_of, on_rim, support

_WORK_PX = 320
_MIN_SCORE = -1.0
"""Log odds from which on there is a page; a little below even, since what was missed costs a citizen more."""
_ENOUGH = 5.0
"""A closed shape with this score is the page: no need to search among lines."""
_SURE = 4.0
"""A whole page with this score is one, though a page that is cut off lies beside it, or the other half of a book."""
_LIKELY, _APART = 0.5, 0.1
"""The score of a page that wins over one that is cut off beside it, and the share of it that may lie within that one."""
_BENDING = 5
"""How many of the best quads are looked at again with bowed sides."""
_MOVES = 2
"""How many times sides are moved to other edges."""
_SETTLED = 7.5
"""With a score from here on nothing was ever found by moving a side."""
_HOPELESS = -6.0
"""With a score below this a quad is not worth moving sides of."""
_NO_BETTER = 0.25
_BOWED_BETTER = 1.4
"""By how much a quad with bowed sides must be better than another one."""
_EDGE_PX = 0.8
_TOUCH_PX = 1.5
_BEYOND_PX = 0.5
"""Working px by which a corner of a page that is whole may be inferred to lie beyond the picture, where it is rounded."""
_NEARBY, _MIN_CLOSER = 0.3, 0.25
_SMALL_SHARE = 0.35
_MIN_BY_HAND = 0.002
_TOP, _TOP_LEAVING = 12, 8
_MAX_RIM = 2
"""Sides that may lie along the picture's border: with three of them everything beside a page would be a page cut off."""
_PAPER_CONTRAST = 70.0
"""Lightness (of 255) by which paper stands out from the mat where no page could be outlined."""


@dataclass(frozen=True, slots=True)
class FoundPage:
    """`quad`: 4 x 2 float corners in px of the picture, clockwise from the top left. `confidence`: 0 to 1."""

    quad: Array
    confidence: float


@dataclass(frozen=True, slots=True)
class _Winner:
    quad: Array
    score: float
    leaves: bool
    bow: Array


@dataclass(frozen=True, slots=True)
class _Weighed:
    """Quads n x 4 x 2 and what is known of each. `sure`: certainly a whole page, all of it in the picture."""

    quads: Array
    scores: Array
    outside: Array
    sure: Array

    @classmethod
    def none(cls) -> _Weighed:
        return cls(np.zeros((0, 4, 2)), np.zeros(0), np.zeros(0, bool), np.zeros(0, bool))

    def and_also(self, quads: Array, field: Gradients) -> _Weighed:
        """Weigh more quads."""
        outside, measures = leaving(quads, field), measured(quads, field)
        scores = weights().score(measures, outside)
        certain = np.logical_or(flawless(measures), scores >= _SURE)
        return _Weighed(
            np.concatenate([self.quads, quads]),
            np.concatenate([self.scores, scores]),
            np.concatenate([self.outside, outside]),
            np.concatenate([self.sure, certain & ~outside & ~on_rim(quads, field).any(1)]),
        )


class Absence(enum.Enum):
    """Why there is no page."""

    NOTHING = "nothing"
    CUT_OFF = "cut_off"


class Voter(Protocol):
    """A second opinion, such as a `corner_network`."""

    def settled(self, picture: Array, found: FoundPage | Absence) -> FoundPage | Absence:
        """Return what the finder and it come to between them. Asked where no empty mat is to be guarded, or one is known."""
        ...


def find_page(
    image: Array,
    *,
    min_share: float = 0.03,
    thorough: bool = False,
    on_mat: bool = False,
    voter: Voter | None = None,
) -> Array | None:
    """Return the 4 x 2 corners of the one page in a BGR picture, None when there is none or it is cut off.

    Arguments and errors as for `examine`, which also says how sure it is, or why there is none. `voter`: asked too, but not
    `on_mat`.
    """
    found = examine(image, min_share=min_share, thorough=thorough, on_mat=on_mat, lenient=not on_mat)
    if voter is not None and not on_mat:
        found = voter.settled(image, found)
    return found.quad if isinstance(found, FoundPage) else None


def examine(
    image: Array, *, min_share: float = 0.03, thorough: bool = False, on_mat: bool = False, lenient: bool = False
) -> FoundPage | Absence:
    """Find the one page in a BGR picture, or say why there is none.

    `min_share`: smallest share of the picture that counts as a page. `thorough`: always search among lines too, for stills.
    `on_mat`: paper lies on the kiosk's plain dark mat, so paper that reaches the picture's border is a page cut off.
    `lenient`: of a photograph from anywhere: a dark one is lifted, a page that is sure wins over one cut off beside it, and
    one that nearly touches the border may be whole. What the terminal's camera sees is never judged so.
    Raises: ValueError unless the picture is height x width x 3 of uint8.
    """
    if getattr(image, "dtype", None) != np.uint8 or image.shape[2:] != (3,) or not image.size:
        raise ValueError(f"not a BGR picture, height x width x 3 of uint8: {_told(image)}")
    small, scale = working(image)
    # The terminal's camera minds its own exposure: lifted, its dark mat is grain, and a small paper on it all white.
    field = gradients_of(exposed(small, min_share) if lenient else small)
    best = _best(field, min_share * field.width * field.height, thorough=thorough, lenient=lenient)
    if on_mat and _goes_on(field, None if best is None or best.leaves else best.quad):
        return Absence.CUT_OFF
    if best is None or best.score < _MIN_SCORE:
        return Absence.NOTHING
    if best.leaves and not (lenient and _touches(best.quad, field)):
        return Absence.CUT_OFF
    quad = ordered(_refined(image, best, scale))
    found = FoundPage(quad, _confidence(best.score))
    height, width = image.shape[:2]
    if np.ptp(quad, axis=0).max() < _SMALL_SHARE * max(height, width):
        found = _closer(image, found, lenient=lenient)
    last = np.array([width, height]) - 1
    beyond = _BEYOND_PX / scale if lenient else -1.0
    if found.quad.min() < -beyond or (found.quad > last + beyond).any():
        return Absence.CUT_OFF
    return FoundPage(found.quad.clip(0, last), found.confidence)


def _told(image: object) -> str:
    return f"{image.shape} of {image.dtype}" if isinstance(image, np.ndarray) else type(image).__name__


def by_hand(outline: Outline, width: int, height: int) -> FoundPage | Absence:
    """Return the page within corners set by hand, shares of the picture in any order; nothing where they enclose none."""
    quad = ordered(np.array(outline, float) * (width, height) - 0.5)
    if not np.isfinite(quad).all() or quad.min() < -0.5 or (quad > (width, height)).any():
        return Absence.CUT_OFF
    if not len(_plausible(quad[None], _MIN_BY_HAND * width * height)):
        return Absence.NOTHING
    return FoundPage(quad, 1.0)


def _refined(image: Array, best: _Winner, scale: float) -> Array:
    """Follow the sides in the full picture."""
    quad, bow = best.quad, best.bow
    # Pixel centres: half a working pixel is several pixels of the picture.
    large, bow = (quad + 0.5) / scale - 0.5, bow / scale
    return corners_of(large, traced_finely(image, large, bow))


def _closer(image: Array, found: FoundPage, *, lenient: bool) -> FoundPage:
    """Look again at a small page alone: at working size of the whole picture its margin is thinner than a pixel."""
    quad = found.quad
    height, width = image.shape[:2]
    margin = np.ptp(quad, axis=0).max() * 0.25
    left, top = np.maximum(quad.min(0) - margin, 0).astype(int)
    right, bottom = np.minimum(quad.max(0) + margin, (width, height)).astype(int)
    part = image[top:bottom, left:right]
    small, scale = working(part)
    field = gradients_of(exposed(small, _MIN_CLOSER) if lenient else small)
    # What is looked for is known: lines, which cost most, need not be searched again.
    start = (quad - (left, top) + 0.5) * scale - 0.5
    known = _Weighed.none().and_also(fitted(start[None], field), field)
    shapes = _closed(field, _MIN_CLOSER * field.width * field.height)
    known = known.and_also(shapes, field) if len(shapes) else known
    best = _bowed(known, int(known.scores.argmax()), field)
    if best.leaves or best.score < _MIN_SCORE:
        return found
    closer: Array = ordered(_refined(part, best, scale)) + np.array([left, top])
    # It may set corners right by a little; a texture seen from nearby has shapes of its own.
    if np.abs(closer - quad).max() >= margin * _NEARBY:
        return found
    return FoundPage(closer, max(found.confidence, _confidence(best.score)))


def _confidence(score: float) -> float:
    return float(1 / (1 + np.exp(-score)))


def working(image: Array) -> tuple[Array, float]:
    """Return the picture at working size, and its scale."""
    full = min(1.0, _WORK_PX / max(image.shape[:2]))
    scale = full
    if scale >= 1:
        return image, 1.0
    step = int(0.5 / scale)
    if step > 1 and max(image.shape[:2]) > 3000:
        # Every pixel of a still need not be averaged: a box of two is plenty at a twelfth of the size.
        image = cv2.resize(image, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_LINEAR)
        scale *= 4
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), full


def _best(field: Gradients, min_area: float, *, thorough: bool, lenient: bool) -> _Winner | None:
    """Weigh what is proposed. `lenient`: a quad that is surely a page wins over one that leaves the picture."""
    known = _Weighed.none()
    for finalists in proposed(field, min_area):
        known = known.and_also(finalists, field)
        if not thorough and known.scores.max() >= _ENOUGH:
            break
    if not len(known.quads):
        return None
    if known.scores.max() < _SETTLED:
        known = _grown(known, field)
    # What is hardly better is not another page: the closed shapes come first, their corners are seen and not only inferred.
    best = known.scores.max()
    first = int((known.scores >= best - (_NO_BETTER if best >= _SURE else 0)).argmax())
    if known.outside[first] and lenient:
        rather = known.sure | _beside(known, first)
        first = int(np.where(rather, known.scores, -np.inf).argmax()) if rather.any() else first
    return _bowed(known, first, field)


def _beside(known: _Weighed, leaving: int) -> Array:
    """Say which quads are whole pages beside one that leaves the picture: what is cut off has rectangles of its own."""
    cut = known.quads[leaving].astype(np.float32)
    found: Array = np.logical_and(~known.outside, known.scores >= _LIKELY)
    for at in np.flatnonzero(found):
        shared, _ = cv2.intersectConvexConvex(known.quads[at].astype(np.float32), cut)
        found[at] = shared <= _APART * areas(known.quads[at : at + 1])[0]
    return found


def _grown(known: _Weighed, field: Gradients) -> _Weighed:
    """Move the sides of the best whole quad to the edges beside them, as long as that makes it better.

    The sides of a page that is cut off must not move until it looks whole: what was no page before they moved takes the
    place of what leaves the picture only when it surely is one.
    """
    before, whole = known, known.scores[~known.outside]
    doubted = known.outside[known.scores.argmax()] and not (whole >= _MIN_SCORE).any()
    for _ in range(_MOVES):
        scores = np.where(known.outside, -np.inf, known.scores)
        best = int(scores.argmax())
        if scores[best] < _HOPELESS:
            break
        moved = neighbours(known.quads[best], field)
        if not len(moved):
            break
        known = known.and_also(fitted(moved, field), field)
        if known.scores[len(scores) :].max() <= scores[best]:
            break
    return before if doubted and known.scores.max() < _SURE else known


def _bowed(known: _Weighed, first: int, field: Gradients) -> _Winner:
    """Weigh the best few again with their sides bowed; of paper that lies flat, or leaves the picture, nothing changes."""
    quads, scores, outside = known.quads, known.scores, known.outside
    straight = _Winner(quads[first], float(scores[first]), bool(outside[first]), np.zeros((4, 3)))
    whole = np.flatnonzero(~outside)
    whole = whole[np.argsort(-scores[whole])[: 1 if scores[first] >= _ENOUGH else _BENDING]]
    whole = whole if outside[first] else np.union1d(whole, [first])
    if (outside[first] and scores[first] >= _ENOUGH) or not len(whole):
        return straight
    # Of paper that curls the chords lie beside the edge: it is not to lose against what happens to be straight. A little is
    # no proof: with sides that may bend, anything fits a little better, be it a card's shadow.
    bows = traced(field, quads[whole])
    again, bent = scores[whole], bows.any((1, 2))
    if bent.any():
        again[bent] = weights().score(measured(quads[whole][bent], field, bows[bent]), outside[whole][bent])
    better = again - scores[first] - np.where(whole == first, _NO_BETTER, _BOWED_BETTER)
    at = int(np.where(better >= 0, again, -np.inf).argmax())
    return _Winner(quads[whole[at]], float(again[at]), False, bows[at]) if better[at] >= 0 else straight


def proposed(field: Gradients, min_area: float) -> Iterator[Array]:
    """Yield the quads worth measuring, n x 4 x 2, pulled onto their edges: the closed shapes, then what lines enclose."""
    closed = _closed(field, min_area)
    if len(closed):
        yield closed
    crossed = _plausible(candidates.from_lines(field), min_area)
    crossed = crossed[on_rim(crossed, field).sum(1) <= _MAX_RIM]
    if len(crossed):
        rough = support(crossed, field, lanes_of(field), 20) * (areas(crossed) / (field.width * field.height)) ** 0.12
        order = np.argsort(-rough)
        out = leaving(crossed, field)[order]
        chosen = np.concatenate([order[~out][:_TOP], order[out][:_TOP_LEAVING]])
        yield fitted(crossed[chosen].astype(np.float64), field)


def _closed(field: Gradients, min_area: float) -> Array:
    """Return the closed shapes among the quads worth measuring."""
    closed = candidates.from_contours(field, min_area) + candidates.from_regions(field, min_area)
    quads = _plausible(np.array(closed, np.float32).reshape(-1, 4, 2), min_area)
    if not len(quads):
        return np.zeros((0, 4, 2))
    # Several ways propose the same shape.
    _, first = np.unique(np.rint(quads / 2).reshape(len(quads), -1), axis=0, return_index=True)
    return fitted(quads[np.sort(first)].astype(np.float64), field)


def leaving(quads: Array, field: Gradients) -> Array:
    """Say which quads reach the border of the picture or lie partly beyond it."""
    low: Array = np.less(quads, _EDGE_PX)
    high: Array = np.greater(quads, np.array([field.width, field.height]) - 1 - _EDGE_PX)
    beyond: Array = np.logical_or(low, high)
    found: Array = np.any(beyond, axis=(1, 2))
    return found


def _touches(quad: Array, field: Gradients) -> bool:
    """Say whether only a corner reaches the border, not beyond it and with no side along it: the paper may end there."""
    inside = quad.min() > -_TOUCH_PX and (quad < np.array([field.width, field.height]) - 1 + _TOUCH_PX).all()
    return bool(inside and not on_rim(quad[None], field).any())


def _plausible(quads: Array, min_area: float) -> Array:
    """Keep convex quadrilaterals of sane size and angles."""
    if not len(quads):
        return quads
    edge = quads[:, FOLLOWING] - quads
    after = edge[:, FOLLOWING]
    length = np.hypot(edge[..., 0], edge[..., 1])
    cross = edge[..., 0] * after[..., 1] - edge[..., 1] * after[..., 0]
    sine = cross / np.maximum(length * length[:, FOLLOWING], 1e-6)
    convex = (np.sign(cross) == np.sign(cross[:, :1])).all(1)
    shortest = np.sqrt(min_area) * 0.4
    sane = (np.abs(sine).min(1) > np.sin(np.radians(45))) & (length.min(1) > shortest)
    kept: Array = quads[convex & (areas(quads) >= min_area) & sane]
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
