"""A second opinion on where a page's corners are: a small network that an operator may supply.

Knows: what the network is shown and what it answers (`network_file`), when its word counts against the finder's, how its
corners are set on the edges they stand beside. Does not know: the mat, cameras, whether a network is configured. Everything
works without it.

A network answers to about a hundredth of the picture; the finder, where it is right, to a pixel. So where both mean the
same page the finder's corners are better. Where they do not, the network's are set on the edges beside them and weighed with
the finder's own evidence: more than the finder's has, and they count. Believing the network for its own score alone would
make pages worse (`docs/documents.md` has figures). It cannot call off a page: some it does not see. Nor can it make one of a
page that is cut off, for it takes most of those for whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from kiosk.documents.bends import corners_of, traced, traced_finely
from kiosk.documents.evidence import measured
from kiosk.documents.finder import Absence, FoundPage, leaving, working
from kiosk.documents.geometry import Array, ordered
from kiosk.documents.gradients import gradients_of
from kiosk.documents.judgement import weights
from kiosk.documents.network_file import CORNERS, SCORE, SIDE_PX, NetworkRefused, checked
from kiosk.documents.sides import fitted

_MEAN = np.array((0.485, 0.456, 0.406), np.float32)
_SPREAD = np.array((0.229, 0.224, 0.225), np.float32)
"""Of red, green and blue, 0 to 1: what LEAN was trained on (ImageNet's)."""
_AGREE = 0.85
"""Shared part of two quads from which on they mean the same page."""
_SURE = 0.99
"""Confidence from which on the finder asks nobody."""
_A_PAGE = 0.5
_SAME = 0.9
"""Shared part of the network's quad before and after it was set on edges, or it was drawn to something else."""


@dataclass(frozen=True, slots=True)
class Vote:
    """`quad`: 4 x 2 corners in px of the picture, clockwise from the top left. `score`: 0 to 1, how surely it is a page."""

    quad: Array
    score: float


class CornerNetwork:
    """One network, for one thread at a time."""

    def __init__(self, model: bytes) -> None:
        """Read the network. `model`: an ONNX file that `network_file` has found good. Raises: NetworkRefused."""
        try:
            self._net = cv2.dnn.readNetFromONNX(np.frombuffer(model, np.uint8))
        except cv2.error as error:
            raise NetworkRefused("corner_network.fails", error.err) from error
        if self.vote(np.full((SIDE_PX, SIDE_PX, 3), 128, np.uint8)) is None:
            raise NetworkRefused("corner_network.fails")

    def vote(self, picture: Array) -> Vote | None:
        """Return where the network sees a page in a BGR picture of any size, None when it answers with no numbers."""
        small = cv2.resize(picture, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
        shown = (small[..., ::-1].astype(np.float32) / 255 - _MEAN) / _SPREAD
        try:
            self._net.setInput(shown[None])
            corners, score = self._net.forward([CORNERS, SCORE])
        except cv2.error:
            return None
        if corners.size != 8 or score.size != 1 or not (np.isfinite(corners).all() and np.isfinite(score).all()):
            return None
        height, width = picture.shape[:2]
        quad = ordered(corners.reshape(4, 2).astype(np.float64) * (width, height) - 0.5)
        return Vote(quad, float(1 / (1 + np.exp(-np.clip(float(score.item()), -40, 40)))))

    def settled(self, picture: Array, found: FoundPage | Absence) -> FoundPage | Absence:
        """Return what the finder and the network come to between them. `found`: what the finder made of this BGR picture."""
        if found is Absence.CUT_OFF or (isinstance(found, FoundPage) and found.confidence > _SURE):
            return found
        vote = self.vote(picture)
        if vote is None or vote.score < _A_PAGE or not _whole(vote.quad, picture):
            return found
        if isinstance(found, FoundPage) and overlap(found.quad, vote.quad) > _AGREE:
            return found
        other = _on_edges(picture, vote.quad)
        least = found.confidence if isinstance(found, FoundPage) else _A_PAGE
        return other if other.confidence > least else found


@cache
def load(path: Path) -> CornerNetwork:
    """Return the network of a file, one for the process. Raises: NetworkRefused."""
    return CornerNetwork(checked(path))


def overlap(one: Array, other: Array) -> float:
    """Return intersection over union of two 4 x 2 quadrilaterals in any unit; 0 when one is not convex."""
    a, b = (np.ascontiguousarray(quad, np.float32).reshape(4, 1, 2) for quad in (one, other))
    if not (np.isfinite(a).all() and cv2.isContourConvex(np.rint(a * 8).astype(np.int32))):
        return 0.0
    shared = float(cv2.intersectConvexConvex(a, b)[0])
    union = cv2.contourArea(a) + cv2.contourArea(b) - shared
    return shared / union if union > 0 else 0.0


def _whole(quad: Array, picture: Array) -> bool:
    """Say whether the quad is one that a page can have, and lies inside the picture."""
    height, width = picture.shape[:2]
    inside = quad.min() >= 1 and bool((quad <= (width - 2, height - 2)).all())
    return inside and overlap(quad, quad) > 1 - _AGREE


def _on_edges(picture: Array, quad: Array) -> FoundPage:
    """Follow the edges beside the network's quad to a fraction of a pixel, and weigh it, as the finder does with its own.

    Where no edges are near the corners are the network's own.
    """
    small, scale = working(picture)
    field = gradients_of(small)
    near = fitted(((quad + 0.5) * scale - 0.5)[None], field)
    bows = traced(field, near)
    evidence, bow = float(weights().score(measured(near, field, bows), leaving(near, field))[0]), bows[0]
    if scale >= 1:
        fine = corners_of(near[0], bow)
    else:
        large, bow = (near[0] + 0.5) / scale - 0.5, bow / scale
        fine = corners_of(large, traced_finely(picture, large, bow))
    kept = ordered(fine) if overlap(fine, quad) > _SAME and _whole(fine, picture) else quad
    return FoundPage(kept, float(1 / (1 + np.exp(-evidence))))
