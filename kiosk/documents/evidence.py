"""What speaks for a quadrilateral being a page.

Knows: measures of many quads at once, each about 0 to 1: edges along the sides, a step of colour across them, corners at
which the sides end, paper inside that is alike all round. Does not know: where the quads come from, what is done with the
winner (`finder`).
"""

from __future__ import annotations

import numpy as np

from kiosk.documents.geometry import Array
from kiosk.documents.gradients import Gradients
from kiosk.documents.sides import on_rim, places, sampled, supported, within

NAMES = (
    "mean_support", "min_support", "second_support", "area", "mean_step", "min_step", "apart", "alike", "beyond", "square",
    "parallel", "lighter", "rim", "cut",
)  # fmt: skip
_SAMPLES = 40
_CHUNKS = 8
_INSIDE_PX, _OUTSIDE_PX = -3.5, 3.5
_TINT = np.array((1.0, 1.6, 1.6), np.float32)
_STEP_FULL = 12.0
"""Lab difference from which on a step counts as certain."""
_SMALL = 0.04
"""Share of the picture below which being small no longer counts against a quad: a passport photo is small."""
_BEYOND = (0.04, 0.16)
"""Stretch past a corner, in shares of the side, where an edge should have ended."""


def measured(quads: Array, field: Gradients) -> Array:
    """Return n x len(NAMES) measures of n x 4 x 2 quads in px of the working picture."""
    points, normals = sampled(quads, 0.04, _SAMPLES)
    seen = within(points, field).sum(2)
    share = supported(points, normals, field).sum(2) / np.maximum(seen, _SAMPLES * 0.35)
    rim = on_rim(quads, field)
    inner, outer = (_colours(points + normals[:, :, None] * off, field) for off in (_INSIDE_PX, _OUTSIDE_PX))
    chunked = [c.reshape(len(quads), 4, _CHUNKS, -1, 3).mean(3) for c in (inner, outer)]
    step = np.linalg.norm(np.median(chunked[0] - chunked[1], axis=2), axis=2)
    paper, around = (_median_of(c, ~rim) for c in chunked)
    on_paper = _nearer(chunked[0], paper, around).mean(2)
    share = np.where(rim, on_paper, share)
    step = np.where(rim, _typical(step, rim)[:, None], step)
    by_side = np.sort(share, axis=1)
    certain = np.minimum(1.0, step / _STEP_FULL)
    typical = np.maximum(_typical(step, rim), 2.0)[:, None]
    spread = np.linalg.norm(np.median(chunked[0], axis=2) - paper[:, None], axis=2) / typical
    to_paper = np.linalg.norm(chunked[1] - paper[:, None, None], axis=3)
    to_around = np.linalg.norm(chunked[1] - around[:, None, None], axis=3)
    apart = ((to_paper > np.minimum(to_around, 0.5 * typical[:, :, None])) | rim[:, :, None]).mean((1, 2))
    ends, turns = _shape(quads)
    return np.stack(
        [
            share.mean(1),
            by_side[:, 0],
            by_side[:, 1],
            np.log(np.maximum(ends / (field.width * field.height), _SMALL)) / 3,
            certain.mean(1),
            certain.min(1),
            apart,
            np.minimum(1.0, spread).max(1),
            _beyond(quads, field),
            turns[0],
            turns[1],
            np.clip((paper[:, 0] - around[:, 0]) / 40, -1, 1),
            rim.mean(1),
            1 - np.minimum(1.0, seen / (_SAMPLES * 0.9)).min(1),
        ],
        1,
    )


def _colours(points: Array, field: Gradients) -> Array:
    at, _ = places(points, field)
    found: Array = field.lab.reshape(-1, 3)[at].astype(np.float32) * _TINT
    return found


def _median_of(chunked: Array, sides: Array) -> Array:
    """Return the median colour of the chunks of the chosen sides, n x 3; of all sides where none is chosen."""
    chosen: Array = np.logical_or(sides, ~sides.any(1, keepdims=True))
    flat = np.where(chosen[:, :, None, None], chunked, np.nan).reshape(len(chunked), -1, 3)
    found: Array = np.nanmedian(flat, axis=1)
    return found


def _typical(step: Array, rim: Array) -> Array:
    """Return the median step of the sides that are not along the border."""
    chosen: Array = np.logical_or(~rim, rim.all(1, keepdims=True))
    found: Array = np.nanmedian(np.where(chosen, step, np.nan), axis=1)
    return found


def _nearer(colours: Array, one: Array, other: Array) -> Array:
    """Say which of n x 4 x chunks colours are nearer to `one` than to `other`, n x 3 each."""
    to_one = np.linalg.norm(colours - one[:, None, None], axis=3)
    to_other = np.linalg.norm(colours - other[:, None, None], axis=3)
    found: Array = to_one < 0.7 * to_other
    return found


def _beyond(quads: Array, field: Gradients) -> Array:
    """Return how much of the sides goes on as an edge past the corners, where a page's side ends."""
    along = np.concatenate([np.linspace(-_BEYOND[1], -_BEYOND[0], 6), np.linspace(1 + _BEYOND[0], 1 + _BEYOND[1], 6)])
    side = np.roll(quads, -1, 1) - quads
    points = quads[:, :, None] + side[:, :, None] * along[:, None]
    normals = np.stack([-side[..., 1], side[..., 0]], 2) / np.maximum(np.hypot(side[..., 0], side[..., 1]), 1e-6)[..., None]
    found: Array = supported(points, normals, field, (-1.0, 0.0, 1.0)).mean((1, 2))
    return found


def _shape(quads: Array) -> tuple[Array, tuple[Array, Array]]:
    """Return areas in px², and how square the corners and how parallel the sides are, 1 for a rectangle."""
    x, y = quads[..., 0], quads[..., 1]
    area = np.abs((x * np.roll(y, -1, 1) - np.roll(x, -1, 1) * y).sum(1)) / 2
    side = np.roll(quads, -1, 1) - quads
    unit = side / np.maximum(np.hypot(side[..., 0], side[..., 1]), 1e-6)[..., None]
    following = np.roll(unit, -1, 1)
    square = np.abs(unit[..., 0] * following[..., 1] - unit[..., 1] * following[..., 0]).min(1)
    facing = np.roll(unit, -2, 1)
    parallel = np.abs((unit * facing).sum(2)).min(1)
    return area, (square, parallel)
