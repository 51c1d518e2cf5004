"""The sides of quadrilaterals: sampled, measured, and pulled onto the edges beside them.

Knows: many quads at once (n x 4 x 2, px), robust line fitting. Does not know: which quad is a page.
"""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.documents.geometry import Array
from kiosk.documents.gradients import Gradients

_OFFSETS = np.arange(-5, 6)
"""Working px across a side within which the coarse fit looks for its edge."""
_STRIP = 25
_FINE_BAND_OF_SIDE = 0.025
_FINE_BAND = 0.006
"""Half width of the strip of the fine fit, as a share of the picture's long side."""


def sampled(quads: Array, inset: float, count: int) -> tuple[Array, Array]:
    """Return points on each side (n x 4 x count x 2) and each side's outward normal (n x 4 x 2)."""
    along = np.linspace(inset, 1 - inset, count)
    side = np.roll(quads, -1, 1) - quads
    points = quads[:, :, None] + side[:, :, None] * along[:, None]
    normals = np.stack([-side[..., 1], side[..., 0]], 2) / np.maximum(np.hypot(side[..., 0], side[..., 1]), 1e-6)[..., None]
    middle = quads + side / 2 - quads.mean(1, keepdims=True)
    outward = np.where((normals * middle).sum(2) < 0, -1.0, 1.0)
    return points, normals * outward[..., None]


def support(quads: Array, field: Gradients, count: int) -> Array:
    """Return for each quad how well its sides lie on edges, 0 to 1: the mean side and the worst one, half and half."""
    points, normals = sampled(quads, 0.04, count)
    supported = np.zeros(points.shape[:3], bool)
    nx, ny = normals[..., None, 0], normals[..., None, 1]
    for offset in (-2.0, -1.0, 0.0, 1.0, 2.0):
        at, inside = _places(points + normals[:, :, None] * offset, field)
        across = np.abs(field.ux.take(at) * nx + field.uy.take(at) * ny) > 0.92
        supported |= inside & across & field.felt.take(at)
    share = supported.mean(2)
    found: Array = 0.5 * share.mean(1) + 0.5 * share.min(1)
    return found


def steps(quads: Array, field: Gradients) -> Array:
    """Return for each quad the Lab difference between the inside and the outside of its weakest side."""
    points, normals = sampled(quads, 0.1, 17)
    lab = field.lab.reshape(-1, 3)
    rings = []
    for offset in (-4.0, 4.0):
        at, _ = _places(points + normals[:, :, None] * offset, field)
        rings.append(np.partition(lab[at].astype(np.float32), 8, axis=2)[:, :, 8])
    found: Array = np.linalg.norm((rings[0] - rings[1]) * np.array((1, 1.5, 1.5)), axis=2).min(1)
    return found


def fitted(quads: Array, field: Gradients) -> Array:
    """Pull every side onto the edge beside it, at working size. A quad that cannot be fitted comes back as it was."""
    points, normals = sampled(quads, 0.08, 48)
    across = points[:, :, :, None] + normals[:, :, None, None] * _OFFSETS[:, None]
    at, inside = _places(across, field)
    nx, ny = normals[:, :, None, None, 0], normals[:, :, None, None, 1]
    pull = np.abs(field.gx.take(at) * nx + field.gy.take(at) * ny) * inside * np.exp(-((_OFFSETS / 4) ** 2))
    peak = pull.argmax(3)
    strength = np.take_along_axis(pull, peak[..., None], 3)[..., 0]
    on_edge = points + normals[:, :, None] * _OFFSETS[peak][..., None]
    met = _met(on_edge, np.where(strength > 8, np.minimum(strength, 60), 0), points, normals)
    usable = np.isfinite(met).all((1, 2)) & (np.abs(met - quads).max((1, 2)) < 20)
    found: Array = np.where(usable[:, None, None], met, quads)
    return found


def fitted_finely(image: Array, quad: Array) -> Array:
    """Measure each side of one quad again in a thin strip of the full picture, to a fraction of a pixel."""
    longest = max(image.shape[:2])
    shortest = float(np.linalg.norm(np.roll(quad, -1, 0) - quad, axis=1).min())
    band = max(3.0, min(_FINE_BAND * longest, _FINE_BAND_OF_SIDE * shortest))
    offsets = np.linspace(-band, band, _STRIP)
    points, normals = sampled(quad[None], 0.06, 96)
    at = (points[0][:, :, None] + normals[0][:, None, None] * offsets[:, None]).reshape(-1, _STRIP, 2).astype(np.float32)
    # Two maps: with one map of two channels OpenCV 5.0.0 returns garbage.
    x, y = np.ascontiguousarray(at[..., 0]), np.ascontiguousarray(at[..., 1])
    strip = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).reshape(4, 96, _STRIP, 3)
    smooth = np.stack([cv2.GaussianBlur(side, (3, 5), 0) for side in strip]).astype(np.float32)
    pull = np.abs(smooth[:, :, 2:] - smooth[:, :, :-2]).max(3) * np.exp(-((offsets[1:-1] / (band * 0.7)) ** 2))
    peak = pull.argmax(2)
    strength = np.take_along_axis(pull, peak[..., None], 2)[..., 0]
    around = np.clip(peak - 1, 0, _STRIP - 5)[..., None] + np.arange(3)
    weight = np.take_along_axis(pull, around, 2) + 1e-6
    place = (weight * offsets[1:-1][around]).sum(2) / weight.sum(2)
    on_edge = points + normals[:, :, None] * place[None, ..., None]
    met: Array = _met(on_edge, np.where(strength > 6, np.minimum(strength, 80), 0)[None], points, normals)[0]
    if not np.isfinite(met).all() or np.abs(met - quad).max() > 0.03 * longest:
        return quad
    return met


def _places(points: Array, field: Gradients) -> tuple[Array, Array]:
    """Return flat indices of the pixels nearest to `points`, and which of them are inside the picture."""
    at = np.rint(points).astype(np.intp)
    x, y = at[..., 0], at[..., 1]
    inside = (x >= 0) & (x < field.width) & (y >= 0) & (y < field.height)
    return y.clip(0, field.height - 1) * field.width + x.clip(0, field.width - 1), inside


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
    before, before_offset = np.roll(normal, 1, 1), np.roll(offset, 1, 1)
    turn = before[..., 0] * normal[..., 1] - before[..., 1] * normal[..., 0]
    turn = np.where(np.abs(turn) < 0.2, np.nan, turn)
    x = (before_offset * normal[..., 1] - offset * before[..., 1]) / turn
    y = (before[..., 0] * offset - normal[..., 0] * before_offset) / turn
    return np.stack([x, y], 2)
