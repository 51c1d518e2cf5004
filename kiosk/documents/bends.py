"""The sides of one page, followed along their edge and allowed to bow a little.

Knows: paper curls and hands bend it, so a side is a parabola over its chord; corners are where neighbouring sides meet.
Does not know: which quad is the page (`finder`). Offsets are px along the outward normal of the chord, as a polynomial
`bow[0] + bow[1] t + bow[2] t²` of the place t along it, 0 to 1.
"""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.documents.geometry import BEFORE, FOLLOWING, Array
from kiosk.documents.gradients import Gradients
from kiosk.documents.sides import on_rim, places_across, projected, sampled

_REACH_OF_SIDE = 0.07
_REACH_PX = 16
_COARSE, _FINE = 56, 96
_STRIP = 25
_FINE_BAND, _FINE_BAND_OF_SIDE = 0.006, 0.025
"""Half width of the fine strip: as a share of the picture's long side, and at most of the quad's shortest side."""
_SLOPE_COST = 0.25
_FULL = 60.0
_INSET = 0.04
_MIN_BOW = 0.004
"""Height of the arch, as a share of the chord, below which a side counts as straight."""
_SEEN_BOW_PX = 1.0
"""The same at working size, where less is the unevenness of pixels; in the full picture it is followed all the same."""
_BETTER = 0.7
"""A parabola must fit with less than this share of the straight line's cost."""
_ON_PATH_PX = 1.6
_FOLLOWED = 0.8
"""Share of a side along which the parabola must lie on an edge: what is weaker may as well be print."""
_MAX_END = 0.04
_MAX_SHIFT = 0.12
"""Corners may move by this share of the shortest side; beyond it the trace followed something else."""


def traced(field: Gradients, quads: Array) -> Array:
    """Follow the edges beside the sides of n quads at working size; return n x 4 x 3 bows, 0 where a side is straight."""
    side = np.linalg.norm(quads[:, FOLLOWING] - quads, axis=2)
    reach = np.clip(side.min(1) * _REACH_OF_SIDE, 4, _REACH_PX).astype(int)
    offsets = np.arange(-reach.max(), reach.max() + 1)
    points, normals = sampled(quads, _INSET, _COARSE)
    at, inside = places_across(points, normals, offsets, field)
    sideways = projected(normals, field.ux.take(at), field.uy.take(at)) > 0.8
    near = np.abs(offsets) <= reach[:, None, None, None]
    pull = (np.minimum(field.size.take(at), _FULL) / _FULL * sideways * inside * near).reshape(-1, _COARSE, len(offsets))
    path = _best_path(pull)
    strength = np.take_along_axis(pull, path[..., None], 2)[..., 0]
    t = np.linspace(_INSET, 1 - _INSET, _COARSE)
    long = side.ravel()
    bow = _fitted(offsets[path].astype(float), strength, long, t, slack=0.8)
    followed = (strength > 0) & (np.abs(heights(bow, t) - offsets[path]) < _ON_PATH_PX)
    ends = np.maximum(np.abs(bow[:, 0]), np.abs(bow.sum(1)))
    bowed = (np.abs(bow[:, 2]) / 4 > _SEEN_BOW_PX) & (ends < _MAX_END * long)
    bowed &= (followed.mean(1) >= _FOLLOWED) & ~on_rim(quads, field).ravel()
    found: Array = np.where(bowed[:, None], bow, 0.0).reshape(-1, 4, 3)
    return found


def traced_finely(image: Array, quad: Array, bow: Array) -> Array:
    """Measure bowed sides again in a thin strip of the full picture, to a fraction of a pixel; return the new bows."""
    longest = max(image.shape[:2])
    side = np.linalg.norm(quad[FOLLOWING] - quad, axis=1)
    band = max(3.0, min(_FINE_BAND * longest, _FINE_BAND_OF_SIDE * float(side.min())))
    offsets = np.linspace(-band, band, _STRIP)
    t = np.linspace(_INSET, 1 - _INSET, _FINE)
    points, normals = sampled(quad[None], _INSET, _FINE)
    centre = points[0] + normals[0][:, None] * heights(bow, t)[..., None]
    at = (centre[:, :, None] + normals[0][:, None, None] * offsets[:, None]).reshape(-1, _STRIP, 2).astype(np.float32)
    # Two maps: with one map of two channels OpenCV 5.0.0 returns garbage.
    x, y = np.ascontiguousarray(at[..., 0]), np.ascontiguousarray(at[..., 1])
    strip = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).reshape(4, _FINE, _STRIP, 3)
    smooth = np.stack([cv2.GaussianBlur(part, (3, 5), 0) for part in strip]).astype(np.float32)
    pull = np.abs(smooth[:, :, 2:] - smooth[:, :, :-2]).max(3) * np.exp(-((offsets[1:-1] / (band * 0.7)) ** 2))
    peak = pull.argmax(2)
    strength = np.take_along_axis(pull, peak[..., None], 2)[..., 0]
    around = np.clip(peak - 1, 0, _STRIP - 5)[..., None] + np.arange(3)
    weight = np.take_along_axis(pull, around, 2) + 1e-6
    place = (weight * offsets[1:-1][around]).sum(2) / weight.sum(2)
    good = np.where(strength > 6, np.minimum(strength, 80), 0)
    enough = (good > 0).sum(1) >= _FINE // 6
    fine = _fitted(heights(bow, t) + place, good, side, t, slack=0.4)
    found: Array = np.where(enough[:, None], fine, bow)
    return found


def corners_of(quad: Array, bow: Array) -> Array:
    """Return where neighbouring bowed sides meet, 4 x 2; the quad itself where they do not meet nearby."""
    side = quad[FOLLOWING] - quad
    _, normals = sampled(quad[None], 0.0, 2)
    normal = normals[0]
    ta, tb = np.ones(4), np.zeros(4)
    for _ in range(5):
        a, da = _on(quad[BEFORE], side[BEFORE], normal[BEFORE], bow[BEFORE], ta)
        b, db = _on(quad, side, normal, bow, tb)
        turn = da[:, 0] * db[:, 1] - da[:, 1] * db[:, 0]
        if np.abs(turn).min() < 1e-6:
            return quad
        gap = b - a
        ta = ta + (gap[:, 0] * db[:, 1] - gap[:, 1] * db[:, 0]) / turn
        tb = tb + (gap[:, 0] * da[:, 1] - gap[:, 1] * da[:, 0]) / turn
    met, _ = _on(quad, side, normal, bow, tb)
    limit = _MAX_SHIFT * float(np.linalg.norm(side, axis=1).min())
    if not np.isfinite(met).all() or float(np.abs(met - quad).max()) > limit:
        return quad
    return met


def _on(start: Array, side: Array, normal: Array, bow: Array, t: Array) -> tuple[Array, Array]:
    """Return the points at `t` of four bowed sides, and the tangents there."""
    height = bow[:, 0] + bow[:, 1] * t + bow[:, 2] * t * t
    slope = bow[:, 1] + 2 * bow[:, 2] * t
    return start + side * t[:, None] + normal * height[:, None], side + normal * slope[:, None]


def heights(bow: Array, t: Array) -> Array:
    """Return how far bowed sides lie outside their chords at the places `t`: any shape x 3 gives that shape x count, px."""
    found: Array = bow[..., :1] + bow[..., 1:2] * t + bow[..., 2:] * t * t
    return found


def _best_path(pull: Array) -> Array:
    """Return for 4 x places x offsets of edge strength the path of offsets that gathers most without leaping."""
    sides, count, width = pull.shape
    came = np.zeros((count, sides, width), np.intp)
    padded = np.full((sides, width + 2), -np.inf)
    below, total, above = padded[:, :-2], padded[:, 1:-1], padded[:, 2:]
    total[:] = pull[:, 0]
    choice = np.empty((3, sides, width))
    for at, gained in enumerate(np.moveaxis(pull, 1, 0)[1:], start=1):
        np.subtract(below, _SLOPE_COST, choice[0])
        choice[1] = total
        np.subtract(above, _SLOPE_COST, choice[2])
        choice.argmax(0, came[at])
        np.add(choice.max(0), gained, total)
    path = np.zeros((sides, count), np.intp)
    path[:, -1] = total.argmax(1)
    rows = np.arange(sides)
    for at in range(count - 1, 0, -1):
        path[:, at - 1] = path[:, at] + came[at, rows, path[:, at]] - 1
    return path


def _fitted(height: Array, strength: Array, side: Array, t: Array, *, slack: float) -> Array:
    """Fit each side's heights with a line, and with a parabola where that is clearly better; Cauchy weights."""
    line, line_cost = _polynomial(height, strength, t, 1, slack)
    arch, arch_cost = _polynomial(height, strength, t, 2, slack)
    bowed = (np.abs(arch[:, 2]) / 4 > _MIN_BOW * side) & (arch_cost < _BETTER * line_cost)
    found: Array = np.where(bowed[:, None], arch, np.pad(line, ((0, 0), (0, 1))))
    return found


def _polynomial(height: Array, strength: Array, t: Array, degree: int, slack: float) -> tuple[Array, Array]:
    powers = t[:, None] ** np.arange(degree + 1)
    products = (powers[:, :, None] * powers[:, None]).reshape(len(t), -1)
    weight = strength + 1e-9
    found: Array = np.zeros((len(height), degree + 1))
    away = np.abs(height)
    for _ in range(5):
        normal = (weight @ products).reshape(-1, degree + 1, degree + 1) + 1e-9 * np.eye(degree + 1)
        found = np.linalg.solve(normal, ((weight * height) @ powers)[..., None])[..., 0]
        away = np.abs(found @ powers.T - height)
        weight = strength / (1 + (away / slack) ** 2) + 1e-9
    cost = (strength * np.log1p((away / slack) ** 2)).sum(1)
    return found, cost
