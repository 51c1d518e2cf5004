"""What else a quadrilateral might have been: the same one with a side moved to another edge.

Knows: edges that run along a side, further in or further out between the same two neighbours. Does not know: which one is
the page's (`finder` weighs them).

A card's printed frame is a stronger rectangle than its faint border, a dark stripe ends what is light long before the card
ends, and a fit takes the stronger of two edges that lie close together. The page's own side is then one of a few edges that
run beside the wrong one.
"""

from __future__ import annotations

import numpy as np

from kiosk.documents.geometry import Array
from kiosk.documents.gradients import Gradients
from kiosk.documents.sides import places

_IN, _OUT = 0.15, 0.5
"""How far a side is moved, in shares of the neighbouring sides; the dark stripe of a card leaves a third of it outside."""
_STEP_PX = 1.2
_POINTS = 20
_LEAST = 0.5
"""Share of a moved side that must lie on an edge."""
_APART_PX = 2.5
"""What lies nearer to the side is its own edge, or is found by fitting."""
_EACH_WAY = 2


def neighbours(quad: Array, field: Gradients) -> Array:
    """Return quads like this one (4 x 2 px) with one side moved, or all of them, n x 4 x 2."""
    moves = [_moves(quad, side, field) for side in range(4)]
    found = [_moved(quad, {side: share}) for side, shares in enumerate(moves) for share in shares]
    # The frame printed on a page has to give way on all sides at once.
    outward = [[share for share in shares if share > 0] for shares in moves]
    for pick in (min, max):
        together = {side: pick(shares) for side, shares in enumerate(outward) if shares}
        if len(together) > 1:
            found.append(_moved(quad, together))
    return np.array(found).reshape(-1, 4, 2)


def _moves(quad: Array, side: int, field: Gradients) -> list[float]:
    """Return where edges run beside a side, in shares of its neighbours; outward is positive. The best ones of each way."""
    a, b = quad[side], quad[(side + 1) % 4]
    at_a, at_b = a - quad[side - 1], b - quad[(side + 2) % 4]
    depth = min(float(np.hypot(*at_a)), float(np.hypot(*at_b)))
    step = _STEP_PX / max(depth, 1.0)
    shares = np.arange(-_IN, _OUT, step)
    ends = np.stack([a + shares[:, None] * at_a, b + shares[:, None] * at_b], 1)
    along = ends[:, 1] - ends[:, 0]
    normal = np.stack([-along[:, 1], along[:, 0]], 1) / np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
    t = np.linspace(0.06, 0.94, _POINTS)
    at, inside = places(ends[:, :1] + along[:, None] * t[:, None], field)
    pull = np.abs(field.gx.take(at) * normal[:, None, 0] + field.gy.take(at) * normal[:, None, 1]) * inside
    pull[pull < 0.8 * field.size.take(at)] = 0
    worth = np.minimum(pull / field.least.take(at), 1.0).mean(1)
    # Neighbouring places see the same edge.
    worth = np.convolve(worth, (0.25, 0.5, 0.25), "same")
    peak = (worth >= np.roll(worth, 1)) & (worth > np.roll(worth, -1)) & (np.abs(shares) * depth > _APART_PX)
    peak &= worth > _LEAST * 0.7
    found: list[float] = []
    for way in (shares < 0, shares > 0):
        good = np.flatnonzero(peak & way)
        found += shares[good[np.argsort(-worth[good])[:_EACH_WAY]]].tolist()
    return found


def _moved(quad: Array, shares: dict[int, float]) -> Array:
    """Move sides along their neighbours."""
    found: Array = quad.astype(np.float64)
    for side, share in shares.items():
        after = (side + 1) % 4
        found[side] += share * (quad[side] - quad[side - 1])
        found[after] += share * (quad[after] - quad[(side + 2) % 4])
    return found
