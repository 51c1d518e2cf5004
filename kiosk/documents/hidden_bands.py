"""Whether a page may go on, unseen, beyond the picture: a printed band of the mat's own colour looks like mat.

Knows: sizes of paper, the picture's border, the camera's scale. Does not know: pixels. The band itself cannot be seen; what
can is that the rest has one measure of a known format and falls short in the other, and that the whole format would not lie
within the picture. Such a page is to be moved away from the border: if it is whole, nothing is lost by that. (A page of no
known format, or a band narrower than a twenty-fifth of the page, is not told from a whole one.)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kiosk.documents.geometry import LETTER, Array, Paper, ordered, sides

_SAME = 0.03
"""Share by which a side may differ from a format's: paper is not flat, and the camera hangs a little askew."""
_LETTER_SAME = 0.014
"""The same for US Letter: half of what lies between its width and that of A4, or A4 less a band would pass for it."""
_SHORT, _SHORTEST = 0.96, 0.75
"""Shares of a format's side between which it is missed: the latter leaves room to lay every such page well."""
_BEYOND_MM = 2.0


def may_go_on(quad: Array, papers: Sequence[Paper], px_per_mm: float, size: tuple[int, int]) -> bool:
    """Say whether one of `papers` would leave the picture if part of it were hidden beside the quad.

    `quad`: 4 x 2 corners in px. `size`: width and height of the picture in px. A sheet of US Letter is as wide as A4 and
    shorter, and known for what it is.
    """
    quad = ordered(quad)
    across, along = (side / px_per_mm for side in sides(quad))
    known = [(*sheet, _SAME) for sheet in _both_ways(papers)] + [(*sheet, _LETTER_SAME) for sheet in _both_ways((LETTER,))]
    if any(_alike(across, width, within) and _alike(along, height, within) for width, height, within in known):
        return False
    sideways = np.roll(quad, -1, axis=0)
    return any(
        (_alike(across, width) and _missed(along, height) and _leaves(quad, height / along, size, px_per_mm))
        or (_alike(along, height) and _missed(across, width) and _leaves(sideways, width / across, size, px_per_mm))
        for width, height in _both_ways(papers)
    )


def _both_ways(papers: Sequence[Paper]) -> list[tuple[float, float]]:
    upright = [(paper.width_mm, paper.height_mm) for paper in papers]
    return upright + [(height, width) for width, height in upright]


def _missed(one: float, other: float) -> bool:
    return _SHORTEST <= one / other <= _SHORT


def _alike(one: float, other: float, within: float = _SAME) -> bool:
    return abs(one / other - 1) < within


def _leaves(quad: Array, longer: float, size: tuple[int, int], px_per_mm: float) -> bool:
    """Say whether the quad leaves the picture when its second and fourth side are drawn out, to either end."""
    top_left, top_right, bottom_right, bottom_left = quad
    left, right = (bottom_left - top_left) * (longer - 1), (bottom_right - top_right) * (longer - 1)
    ends = np.array([top_left - left, top_right - right, bottom_left + left, bottom_right + right])
    beyond = max(-ends.min(), (ends - np.array(size) + 1).max())
    return bool(beyond > _BEYOND_MM * px_per_mm)
