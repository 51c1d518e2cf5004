"""What speaks for a quadrilateral being a page.

Knows: measures of many quads at once, each about 0 to 1: edges along the sides, a step of colour across them that is the
same all along, corners at which the sides end, paper inside that is alike all round. Does not know: where the quads come
from, what is done with the winner (`finder`).

Texture is the trap: on granite or cloth an edge lies everywhere. So an edge counts for more when it is as strong as the
quad's others, and a step for more when it keeps its direction along the side.
"""

from __future__ import annotations

import numpy as np

from kiosk.documents.bends import heights
from kiosk.documents.geometry import BEFORE, FOLLOWING, Array, areas
from kiosk.documents.gradients import Gradients
from kiosk.documents.sides import on_rim, places, places_across, projected, sampled, within

NAMES = (
    "mean_support", "min_support", "second_support", "area", "mean_step", "min_step", "apart", "min_apart", "alike",
    "uneven", "steady", "min_steady", "beyond", "beyond_alike", "square", "parallel", "lighter", "rim", "cut", "weakest",
    "faint", "filled", "surround", "bowed", "goes_on", "goes_on_far",
)  # fmt: skip
_SAMPLES = 24
_CHUNKS = 8
_INSIDE_PX, _OUTSIDE_PX = -3.5, 3.5
_TINT = np.array((1.0, 1.6, 1.6), np.float32)
_STEP_FULL = 12.0
"""Lab difference from which on a step counts as certain."""
_SMALL = 0.04
"""Share of the picture below which being small no longer counts against a quad: a passport photo is small."""
_BEYOND = np.array((0.02, 0.035, 0.05, 0.065, 0.085, 0.11, 0.135, 0.16, 0.2, 0.24, 0.28, 0.32))
"""Places past a corner, in shares of the side, where an edge should have ended."""
_ENDED = 0.04
_PARTS = (slice(0, 4), slice(4, 12))
_NEAR = np.arange(-2, 3)
_ALONG = 0.92
"""Cosine between an edge's gradient and a side's normal from which on the edge runs along the side."""
_COMPARABLE = 0.4
"""An edge past a corner goes on as the side when it has at least this share of the side's strength."""
_FAINTLY = 0.15
"""The same, where the coloured band of a letterhead is hardly darker than the desk."""
_CLEAR, _LIGHTER = 0.9, 0.3
"""Of a flawless page: what each of its sides has at the least, and how much lighter than its surroundings it is."""
_FAINT = 20.0
"""Strength of an edge that can just be seen on the desk's own texture."""
_GRID = np.stack(np.meshgrid(np.linspace(0.12, 0.88, 7), np.linspace(0.12, 0.88, 7)), 2).reshape(-1, 2)
_RING = 0.12
"""Distance of the surroundings that are looked at, in shares of the quad."""


def measured(quads: Array, field: Gradients, bows: Array | None = None) -> Array:
    """Return n x len(NAMES) measures of n x 4 x 2 quads in px of the working picture, `bows`: n x 4 x 3 of their sides."""
    bows = np.zeros((len(quads), 4, 3)) if bows is None else bows
    points, normals = _along(quads, bows, np.linspace(0.04, 0.96, _SAMPLES))
    seen = within(points, field).sum(2)
    strength = _strengths(points, normals, field)
    share = (strength > 0).sum(2) / np.maximum(seen, _SAMPLES * 0.35)
    rim = on_rim(quads, field)
    inner, outer = (_colours(points + normals[:, :, None] * off, field) for off in (_INSIDE_PX, _OUTSIDE_PX))
    chunked = [c.reshape(len(quads), 4, _CHUNKS, -1, 3).mean(3) for c in (inner, outer)]
    across = chunked[0] - chunked[1]
    step = _length(_median(across))
    steady = step / np.maximum(_length(across).mean(2), 2.0)
    paper, around = (_median_of(c, ~rim) for c in chunked)
    on_paper = _nearer(chunked[0], paper, around).mean(2)
    share = np.where(rim, on_paper, share)
    typical = np.maximum(_typical(step, rim), 2.0)[:, None]
    step = np.where(rim, typical, step)
    steady = np.where(rim, 1.0, np.minimum(1.0, steady))
    by_side = np.sort(share, axis=1)
    certain = np.minimum(1.0, step / _STEP_FULL)
    middle = _median(chunked[0])
    spread = _length(middle - paper[:, None]) / typical
    uneven = np.minimum(1.0, _length(chunked[0] - middle[:, :, None]).mean(2) / typical)
    to_paper = _length(chunked[1] - paper[:, None, None])
    to_around = _length(chunked[1] - around[:, None, None])
    apart = ((to_paper > np.minimum(to_around, 0.5 * typical[:, :, None])) | rim[:, :, None]).mean(2)
    strong = _median(strength)
    strong = np.where(rim, _typical(strong, rim)[:, None], strong)
    beyond, alike, on = _beyond(quads, bows, strong, field)
    filled, surround = _filled(quads, paper, around, field)
    ends, turns = _shape(quads)
    lengths = np.linalg.norm(quads[:, FOLLOWING] - quads, axis=2)
    return np.stack(
        [
            share.mean(1),
            by_side[:, 0],
            by_side[:, 1],
            np.log(np.maximum(ends / (field.width * field.height), _SMALL)) / 3,
            certain.mean(1),
            certain.min(1),
            apart.mean(1),
            apart.min(1),
            np.minimum(1.0, spread).max(1),
            uneven.mean(1),
            steady.mean(1),
            steady.min(1),
            beyond,
            alike,
            turns[0],
            turns[1],
            np.clip((paper[:, 0] - around[:, 0]) / 40, -1, 1),
            rim.mean(1),
            1 - np.minimum(1.0, seen / (_SAMPLES * 0.9)).min(1),
            np.minimum(1.0, strong.min(1) / np.maximum(np.median(strong, axis=1), 1.0)),
            np.log2(np.maximum(strong.min(1), _FAINT / 2) / _FAINT) / 4,
            filled,
            surround,
            np.minimum(1.0, np.abs(bows[..., 2]) * 5 / np.maximum(lengths, 1)).max(1),
            on[0],
            on[1],
        ],
        1,
    )


def flawless(measures: Array) -> Array:
    """Say of which quads every side is a clear step from end to end, paper inside, and nothing goes on past a corner."""
    of = dict(zip(NAMES, measures.T, strict=True))
    clear = np.minimum.reduce([of["min_support"], of["min_step"], of["min_apart"], of["min_steady"]]) > _CLEAR
    found: Array = (
        clear & (of["lighter"] > _LIGHTER) & (of["beyond_alike"] < 0.1) & (of["goes_on"] < 0.3) & (of["alike"] < 0.5)
    )
    return found


def _along(quads: Array, bows: Array, t: Array) -> tuple[Array, Array]:
    """Return points at the places `t` of bowed sides (n x 4 x count x 2), and the outward normals of their chords."""
    _, normals = sampled(quads, 0.0, 1)
    side = quads[:, FOLLOWING] - quads
    return (
        quads[:, :, None] + side[:, :, None] * t[:, None] + normals[:, :, None] * heights(bows, t)[..., None],
        normals,
    )


def _strengths(points: Array, normals: Array, field: Gradients) -> Array:
    """Return how strong an edge runs along the side at points on it (n x 4 x count), 0 where none does."""
    at, inside = places_across(points, normals, _NEAR, field)
    pull = projected(normals, field.gx.take(at), field.gy.take(at))
    size = field.size.take(at)
    pull[(pull < _ALONG * size) | (size < field.least.take(at)) | ~inside] = 0
    found: Array = pull.max(3)
    return found


def _length(colours: Array) -> Array:
    found: Array = np.sqrt(np.einsum("...c,...c->...", colours, colours))
    return found


def _colours(points: Array, field: Gradients) -> Array:
    at, _ = places(points, field)
    found: Array = field.lab.reshape(-1, 3)[at].astype(np.float32) * _TINT
    return found


def _median_of(chunked: Array, sides: Array) -> Array:
    """Return the median colour of the chunks of the chosen sides, n x 3; of all sides where none is chosen."""
    chosen: Array = np.logical_or(sides, ~sides.any(1, keepdims=True))
    count = chosen.sum(1) * chunked.shape[2]
    flat = np.where(chosen[:, :, None, None], chunked, np.inf).reshape(len(chunked), -1, 3)
    return _middle(np.sort(flat, axis=1), count)


def _typical(step: Array, rim: Array) -> Array:
    """Return the median step of the sides that are not along the border."""
    chosen: Array = np.logical_or(~rim, rim.all(1, keepdims=True))
    return _middle(np.sort(np.where(chosen, step, np.inf), axis=1)[..., None], chosen.sum(1))[:, 0]


def _middle(ascending: Array, count: Array) -> Array:
    """Return the median of the first `count` (n) of n x many x channels values."""
    low, high = ((count - 1) // 2)[:, None, None], (count // 2)[:, None, None]
    both = np.take_along_axis(ascending, low, 1) + np.take_along_axis(ascending, high, 1)
    found: Array = both[:, 0] / 2
    return found


def _median(values: Array) -> Array:
    """Return the median along the third axis, of an even number of values; numpy's own costs more than all of this."""
    half = values.shape[2] // 2
    ascending = np.sort(values, axis=2)
    found: Array = (ascending[:, :, half - 1] + ascending[:, :, half]) / 2
    return found


def _nearer(colours: Array, one: Array, other: Array) -> Array:
    """Say which of n x 4 x chunks colours are nearer to `one` than to `other`, n x 3 each."""
    return np.less(_length(colours - one[:, None, None]), 0.7 * _length(colours - other[:, None, None]))


def _beyond(quads: Array, bows: Array, strong: Array, field: Gradients) -> tuple[Array, Array, tuple[Array, Array]]:
    """Return how much of the sides goes on as an edge past the corners, where a page's side ends: any edge, one as strong.

    And, near and further out, for the side past which both of its neighbours go on: a printed band ends there, not the page.
    """
    t = np.concatenate([-_BEYOND[::-1], 1 + _BEYOND])
    strength = _strengths(*_along(quads, bows, t), field)
    alike = strength > np.maximum(_COMPARABLE * strong[..., None], 1.0)
    inner = np.concatenate([-_BEYOND[::-1] <= -_ENDED, _BEYOND >= _ENDED]) & (np.abs(t - 0.5) < 0.67)
    count = len(_BEYOND)
    faint = strength > np.maximum(_FAINTLY * strong[..., None], 1.0)
    before, after = faint[..., :count][..., ::-1], faint[..., count:]
    # Past side s: the side before it goes on after its end, the side behind it before its start.
    past = np.minimum(
        np.stack([after[:, BEFORE, part].mean(2) for part in _PARTS], 2),
        np.stack([before[:, FOLLOWING, part].mean(2) for part in _PARTS], 2),
    ).max(1)
    return (strength > 0)[..., inner].mean((1, 2)), alike[..., inner].mean((1, 2)), (past[:, 0], past[:, 1])


def _filled(quads: Array, paper: Array, around: Array, field: Gradients) -> tuple[Array, Array]:
    """Return which share of the inside is nearer to the paper's colour, and which of what lies further out is not."""
    u, v = _GRID.T
    corner = np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], 1)
    inside = np.einsum("gc,ncd->ngd", corner, quads)[:, None]
    larger = quads + (quads - quads.mean(1, keepdims=True)) * 2 * _RING
    outside, _ = sampled(larger, 0.1, 10)
    seen = within(outside, field)
    filled = _nearer(_colours(inside, field), paper, around).mean((1, 2))
    other = _nearer(_colours(outside, field), around, paper) & seen
    found: Array = other.sum((1, 2)) / np.maximum(seen.sum((1, 2)), 8)
    return filled, found


def _shape(quads: Array) -> tuple[Array, tuple[Array, Array]]:
    """Return areas in px², and how square the corners and how parallel the sides are, 1 for a rectangle."""
    side = quads[:, FOLLOWING] - quads
    unit = side / np.maximum(np.hypot(side[..., 0], side[..., 1]), 1e-6)[..., None]
    following = unit[:, FOLLOWING]
    square = np.abs(unit[..., 0] * following[..., 1] - unit[..., 1] * following[..., 0]).min(1)
    facing = unit[:, (2, 3, 0, 1)]
    parallel = np.abs((unit * facing).sum(2)).min(1)
    return areas(quads), (square, parallel)
