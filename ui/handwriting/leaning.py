"""人 and 入, which the model takes for one another: which of the two falling strokes leans on the other decides.

Knows: two strokes, one falling to the left and one to the right. Does not know: zinnia, or any other character.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

_Point = tuple[float, float]

_TOUCHES = 0.12  # of the character's size, between a stroke's head and the stroke that it leans on
_OVERHANGS = 0.05  # of the height, by which the right stroke of 入 begins above the left one
_FOOT = 0.65  # of the height: both strokes end below
_STRAIGHT = 0.25  # of its length, by which a stroke leaves the line from its head to its foot: 又 and 几 go round corners


def met(strokes: Sequence[Sequence[_Point]]) -> list[str]:
    """人 or 入, if the strokes are one of the two; mostly nothing."""
    if len(strokes) != 2:
        return []
    left_edge, right_edge, top, foot = _edges(strokes)
    width, height = right_edge - left_edge, foot - top
    size = max(width, height)
    left, right = strokes
    if min(left[-1][1], right[-1][1]) < top + _FOOT * height:
        return []
    falls_left = left[-1][0] < left_edge + 0.3 * width and left[0][0] > left[-1][0] + 0.2 * width
    falls_right = right[-1][0] > left_edge + 0.7 * width and right[0][0] < right[-1][0] - 0.2 * width
    if not (falls_left and falls_right) or max(_bends(left), _bends(right)) > _STRAIGHT:
        return []
    if right[0][1] < left[0][1] - _OVERHANGS * height:
        return ["入"] if _distance(left[0], right) < _TOUCHES * size else []
    return ["人"] if _distance(right[0], left) < _TOUCHES * size else []


def _edges(strokes: Sequence[Sequence[_Point]]) -> tuple[float, float, float, float]:
    across = [x for stroke in strokes for x, _ in stroke]
    down = [y for stroke in strokes for _, y in stroke]
    return min(across), max(across), min(down), max(down)


def _bends(stroke: Sequence[_Point]) -> float:
    """How far the stroke leaves the line from its head to its foot, in lengths of that line."""
    line = (stroke[0], stroke[-1])
    return max(_distance(point, line) for point in stroke) / (math.dist(*line) or 1.0)


def _distance(point: _Point, stroke: Sequence[_Point]) -> float:
    """From a point to the nearest one of a stroke."""
    nearest = math.inf
    for (x0, y0), (x1, y1) in pairwise([*stroke, stroke[-1]]):
        leg = (x1 - x0) ** 2 + (y1 - y0) ** 2
        share = ((point[0] - x0) * (x1 - x0) + (point[1] - y0) * (y1 - y0)) / leg if leg else 0.0
        at = min(1.0, max(0.0, share))
        nearest = min(nearest, math.dist(point, (x0 + (x1 - x0) * at, y0 + (y1 - y0) * at)))
    return nearest
