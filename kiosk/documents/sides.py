"""The sides of quadrilaterals: sampled, measured, and pulled onto the edges beside them.

Knows: many quads at once (n x 4 x 2, px), robust line fitting. Does not know: which quad is a page.
"""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.documents.geometry import BEFORE, FOLLOWING, Array
from kiosk.documents.gradients import Gradients

_OFFSETS = np.arange(-5, 6)
"""Working px across a side within which the coarse fit looks for its edge."""
_ALONG = 0.92
"""Cosine between an edge's gradient and a side's normal from which on the edge runs along the side."""
_RIM_PX = 1.5
_RIM_BENEFIT = 0.8
_SEEN_AT_LEAST = 0.35
_LANES = 24
_FITTED_AT = 28
_CAP, _ABOVE_CAP = 2.0, 0.15


def sampled(quads: Array, inset: float, count: int) -> tuple[Array, Array]:
    """Return points on each side (n x 4 x count x 2) and each side's outward normal (n x 4 x 2)."""
    along = np.linspace(inset, 1 - inset, count, dtype=quads.dtype)
    side = quads[:, FOLLOWING] - quads
    points = quads[:, :, None] + side[:, :, None] * along[:, None]
    normals = np.stack([-side[..., 1], side[..., 0]], 2) / np.maximum(np.hypot(side[..., 0], side[..., 1]), 1e-6)[..., None]
    middle = quads + side / 2 - quads.mean(1, keepdims=True)
    outward = np.where((normals * middle).sum(2) < 0, -1.0, 1.0)
    return points, normals * outward[..., None]


def on_rim(quads: Array, field: Gradients) -> Array:
    """Return which sides lie along the picture's border or beyond it, bool n x 4."""
    size = np.array([field.width, field.height])
    low: Array = np.less(quads, _RIM_PX)
    high: Array = np.greater(quads, size - 1 - _RIM_PX)
    rim: Array = np.logical_or(low & low[:, FOLLOWING], high & high[:, FOLLOWING])
    found: Array = np.any(rim, axis=2)
    return found


def within(points: Array, field: Gradients) -> Array:
    """Return which points are inside the picture, bool."""
    x, y = points[..., 0], points[..., 1]
    seen: Array = (x >= 0) & (x <= field.width - 1) & (y >= 0) & (y <= field.height - 1)
    return seen


def lanes_of(field: Gradients) -> Array:
    """Return for each of 24 directions where an edge runs that way within 2 px, uint8 24 x height x width.

    One look then says what else would take five; made for the thousands of quads between crossing lines.
    """
    lanes = np.empty((_LANES, field.height, field.width), np.uint8)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    for lane in range(_LANES):
        angle = np.pi * lane / _LANES
        across = cv2.addWeighted(field.ux, float(np.cos(angle)), field.uy, float(np.sin(angle)), 0)
        lanes[lane] = cv2.dilate((np.logical_and(np.abs(across) > _ALONG, field.felt)).astype(np.uint8), disc)
    return lanes


def support(quads: Array, field: Gradients, lanes: Array, count: int) -> Array:
    """Return for each quad how well its sides lie on edges, 0 to 1: the mean side and the worst one, half and half.

    Of a side that leaves the picture the part that is seen counts; a side along the border has the benefit of the doubt.
    """
    points, normals = sampled(quads, 0.04, count)
    seen = within(points, field)
    lane = np.rint(np.arctan2(normals[..., 1], normals[..., 0]) * (_LANES / np.pi)).astype(np.intp) % _LANES
    at, _ = places(points, field)
    edge = lanes.ravel().take(at + lane[..., None] * (field.height * field.width)) * seen
    share = edge.sum(2) / np.maximum(seen.sum(2), count * _SEEN_AT_LEAST)
    share = np.where(on_rim(quads, field), _RIM_BENEFIT, share)
    found: Array = 0.5 * share.mean(1) + 0.5 * share.min(1)
    return found


def fitted(quads: Array, field: Gradients) -> Array:
    """Pull every side onto the edge beside it, at working size. A quad that cannot be fitted comes back as it was."""
    points, normals = sampled(quads, 0.08, _FITTED_AT)
    at, inside = places_across(points, normals, _OFFSETS, field)
    pull = projected(normals, field.gx.take(at), field.gy.take(at))
    # Strength counts for little beyond a limit, or bold print beside a faint border would pull the side off it.
    pull = (np.minimum(pull, _CAP * field.least.take(at)) + _ABOVE_CAP * pull) * inside * np.exp(-((_OFFSETS / 4) ** 2))
    peak = pull.argmax(3)
    strength = np.take_along_axis(pull, peak[..., None], 3)[..., 0]
    strength[on_rim(quads, field)] = 0  # the border of the picture stays where it is
    on_edge = points + normals[:, :, None] * _OFFSETS[peak][..., None]
    met = _met(on_edge, np.where(strength > 8, np.minimum(strength, 60), 0), points, normals)
    usable = np.isfinite(met).all((1, 2)) & (np.abs(met - quads).max((1, 2)) < 20)
    found: Array = np.where(usable[:, None, None], met, quads)
    return found


def places(points: Array, field: Gradients) -> tuple[Array, Array]:
    """Return flat indices of the pixels nearest to `points`, and which of them are inside the picture."""
    at = np.rint(points).astype(np.intp)
    x, y = at[..., 0], at[..., 1]
    inside = (x >= 0) & (x < field.width) & (y >= 0) & (y < field.height)
    return y.clip(0, field.height - 1) * field.width + x.clip(0, field.width - 1), inside


def places_across(points: Array, normals: Array, offsets: Array, field: Gradients) -> tuple[Array, Array]:
    """Return the same for places at `offsets` from points on sides (n x 4 x count x 2), n x 4 x count x offsets each."""
    # Single precision, and x apart from y, is twice as quick; half a pixel needs no more.
    start, step, offsets = (each.astype(np.float32) for each in (points, normals, offsets))
    x, y = (np.rint(start[..., at, None] + step[:, :, None, at, None] * offsets) for at in (0, 1))
    inside = (x >= 0) & (x < field.width) & (y >= 0) & (y < field.height)
    return (y.clip(0, field.height - 1) * field.width + x.clip(0, field.width - 1)).astype(np.intp), inside


def projected(normals: Array, x: Array, y: Array) -> Array:
    """Return how far vectors at places across sides (n x 4 x count x offsets) reach along those sides' normals, unsigned."""
    nx, ny = (normals[:, :, None, None, at].astype(np.float32) for at in (0, 1))
    found: Array = np.abs(x * nx + y * ny)
    return found


def _met(on_edge: Array, weight: Array, points: Array, normals: Array) -> Array:
    """Fit a line to each side (Cauchy weights) and return where neighbours meet, n x 4 x 2; NaN when nearly parallel.

    `weight` 0 marks points without an edge; a side with too few others keeps its place.
    """
    good = weight > 0
    enough = good.sum(2) >= max(8, good.shape[2] // 6)
    place = np.where(enough[..., None, None], on_edge, points)
    weight = np.where(enough[..., None], weight, 1.0)
    good |= ~enough[..., None]
    middle = (good.sum(2) // 2)[..., None]
    normal, offset = normals, np.zeros(normals.shape[:2])
    for _ in range(4):
        centre = (place * weight[..., None]).sum(2) / weight.sum(2)[..., None]
        spread = place - centre[:, :, None]
        xx = (weight * spread[..., 0] ** 2).sum(2)
        yy = (weight * spread[..., 1] ** 2).sum(2)
        xy = (weight * spread[..., 0] * spread[..., 1]).sum(2)
        angle = 0.5 * np.arctan2(2 * xy, xx - yy)
        normal = np.stack([-np.sin(angle), np.cos(angle)], 2)
        offset = (normal * centre).sum(2)
        away = np.abs((spread * normal[:, :, None]).sum(3))
        typical = np.take_along_axis(np.sort(np.where(good, away, np.inf), axis=2), middle, 2)
        weight = good / (1 + (away / np.maximum(0.4, 1.5 * typical)) ** 2)
    before, before_offset = normal[:, BEFORE], offset[:, BEFORE]
    turn = before[..., 0] * normal[..., 1] - before[..., 1] * normal[..., 0]
    turn = np.where(np.abs(turn) < 0.2, np.nan, turn)
    x = (before_offset * normal[..., 1] - offset * before[..., 1]) / turn
    y = (before[..., 0] * offset - normal[..., 0] * before_offset) / turn
    return np.stack([x, y], 2)
