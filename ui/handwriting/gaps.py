"""Common characters that the model does not know as they are taught: their strokes, and how near a hand comes to them.

Knows: the shape of each stroke, by its corners on a sheet of 100 by 100. Does not know: zinnia, or any other character.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

NEAR = 0.13
"""Mean distance, in sizes of the character, up to which it is meant."""

_POINTS = 10  # to which every stroke is drawn out
_Point = tuple[float, float]

_GAPS: tuple[tuple[str, tuple[tuple[_Point, ...], ...]], ...] = (
    ("口", (((22, 24), (26, 80)), ((22, 25), (78, 24), (73, 79)), ((26, 78), (75, 77)))),
    ("口", (((20, 32), (26, 72)), ((20, 33), (80, 31), (72, 68)), ((26, 69), (73, 67)))),
    ("山", (((50, 10), (50, 80)), ((14, 38), (15, 84), (86, 82)), ((86, 38), (86, 88)))),
    ("火", (((22, 32), (32, 54)), ((80, 28), (66, 50)), ((50, 8), (46, 50), (10, 92)), ((50, 48), (66, 74), (92, 92)))),
    (
        "区",
        (
            ((12, 12), (88, 11)),
            ((72, 26), (52, 52), (28, 72)),
            ((34, 32), (56, 52), (78, 74)),
            ((13, 13), (13, 88), (92, 88)),
        ),
    ),
    (
        "出",
        (
            ((50, 6), (50, 88)),
            ((22, 18), (22, 46), (78, 45)),
            ((79, 16), (79, 48)),
            ((12, 56), (12, 90), (88, 89)),
            ((89, 54), (89, 94)),
        ),
    ),
    (
        "出",
        (
            ((22, 18), (22, 46), (78, 45)),
            ((79, 16), (79, 48)),
            ((50, 6), (50, 88)),
            ((12, 56), (12, 90), (88, 89)),
            ((89, 54), (89, 94)),
        ),
    ),
    (
        "比",
        (
            ((16, 42), (44, 38)),
            ((15, 14), (15, 86), (46, 74)),
            ((88, 26), (60, 46)),
            ((58, 10), (58, 84), (92, 86), (93, 68)),
        ),
    ),
    ("化", (((34, 8), (6, 48)), ((24, 34), (24, 92)), ((88, 28), (46, 58)), ((56, 8), (56, 84), (92, 86), (94, 68)))),
    ("匕", (((82, 22), (24, 52)), ((24, 10), (24, 86), (88, 86), (89, 66)))),
    ("凶", (((70, 20), (50, 48), (28, 68)), ((30, 24), (68, 66)), ((12, 26), (12, 88), (88, 87)), ((88, 24), (88, 92)))),
    ("儿", (((32, 10), (30, 50), (8, 90)), ((64, 8), (64, 84), (94, 86), (95, 66)))),
    ("之", (((46, 6), (56, 18)), ((16, 36), (76, 34), (12, 84)), ((12, 82), (30, 76), (60, 88), (94, 92)))),
    (
        "为",
        (
            ((24, 10), (34, 22)),
            ((48, 6), (44, 44), (8, 90)),
            ((12, 38), (86, 36), (80, 88), (66, 84)),
            ((50, 54), (60, 68)),
        ),
    ),
)


def met(strokes: Sequence[Sequence[_Point]]) -> list[str]:
    """The characters of the table that the strokes come near to, the nearest first; almost always none."""
    written = _shape(strokes)
    near = sorted((_distance(written, shape), character) for character, shape in _SHAPES if len(shape) == len(written))
    return list(dict.fromkeys(character for distance, character in near if distance < NEAR))


def _shape(strokes: Sequence[Sequence[_Point]]) -> list[list[_Point]]:
    """The strokes with as many points each, in the middle of a sheet of 1 by 1."""
    across = [x for stroke in strokes for x, _ in stroke]
    down = [y for stroke in strokes for _, y in stroke]
    size = max(max(across) - min(across), max(down) - min(down)) or 1.0
    middle_x, middle_y = (max(across) + min(across)) / 2, (max(down) + min(down)) / 2
    return [_drawn_out([((x - middle_x) / size, (y - middle_y) / size) for x, y in stroke]) for stroke in strokes]


def _drawn_out(stroke: Sequence[_Point]) -> list[_Point]:
    """`_POINTS` points at equal distances along the stroke."""
    legs = [math.dist(a, b) for a, b in pairwise(stroke)]
    whole = sum(legs)
    found, at, begun = [stroke[0]], 0, 0.0
    for number in range(1, _POINTS):
        wanted = whole * number / (_POINTS - 1)
        while at < len(legs) - 1 and begun + legs[at] < wanted:
            begun += legs[at]
            at += 1
        share = (wanted - begun) / legs[at] if legs and legs[at] else 0.0
        (x0, y0), (x1, y1) = (stroke[at], stroke[at + 1]) if legs else (stroke[0], stroke[0])
        found.append((x0 + (x1 - x0) * share, y0 + (y1 - y0) * share))
    return found


def _distance(one: list[list[_Point]], other: list[list[_Point]]) -> float:
    pairs = [pair for a, b in zip(one, other, strict=True) for pair in zip(a, b, strict=True)]
    return sum(math.dist(a, b) for a, b in pairs) / len(pairs)


_SHAPES = [(character, _shape(strokes)) for character, strokes in _GAPS]
