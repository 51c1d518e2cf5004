"""A page's look: a small grey picture without its slow shades, by which the same sheet is known again.

Knows: how alike two looks are, part by part. Does not know: how looks are made (`straighten` and `importing` make them),
what follows from likeness.

A printed form is the same on every sheet but for what was filled in, so looks are compared part by part and the part that
agrees least decides. Each part may lie a little beside its like: paper does not lie flat. Measured at 5 mm of shift and bend
together with blur and uneven light, the least part of one sheet agrees by 0.86 and more, of two sheets of one filled-in form
by 0.63 at most. Two letters that differ in one word are alike to it.
"""

from __future__ import annotations

import numpy as np

from kiosk.documents.geometry import Array
from kiosk.documents.look_recipe import LOOK_PX

ALIKE = 0.75
"""Likeness from which on two looks are of the same sheet."""
_PARTS = 6
_SHIFT_PX = 2
_INKED = 3.0
"""Spread of grey from which on a part says anything."""


def packed(look: Array) -> bytes:
    """Return a look as one signed byte a pixel."""
    return np.clip(np.rint(look), -127, 127).astype(np.int8).tobytes()


def unpacked(data: bytes) -> Array:
    """Return a look again. Raises: ValueError."""
    look: Array = np.frombuffer(data, np.int8).reshape(LOOK_PX[1], LOOK_PX[0]).astype(np.float32)
    return look


def alike(one: bytes, other: bytes) -> bool:
    """Say whether two packed looks are of the same sheet, laid whichever way up; without a look nothing is like it."""
    if not one or not other:
        return False
    first, second = unpacked(one), unpacked(other)
    return max(likeness(first, second), likeness(first, second[::-1, ::-1])) >= ALIKE


def likeness(one: Array, other: Array) -> float:
    """Return the correlation of those parts of two looks that agree least, -1 to 1; of two blank sheets 1."""
    parts = _parts(one)
    spread = np.sqrt((parts**2).sum(1))
    around = np.pad(other, _SHIFT_PX, mode="edge")
    height, width = other.shape
    best, there = np.full(len(parts), -1.0), np.zeros(len(parts))
    for down in range(2 * _SHIFT_PX + 1):
        for right in range(2 * _SHIFT_PX + 1):
            beside = _parts(around[down : down + height, right : right + width])
            their = np.sqrt((beside**2).sum(1))
            best = np.maximum(best, (parts * beside).sum(1) / np.maximum(spread * their, 1e-6))
            if down == right == _SHIFT_PX:
                there = their
    inked = np.maximum(spread, there) / np.sqrt(parts.shape[1]) >= _INKED
    return float(best[inked].min()) if inked.any() else 1.0


def _parts(look: Array) -> Array:
    """Return the look's parts, one a row, each around its own mean."""
    height, width = look.shape
    rows = look.reshape(_PARTS, height // _PARTS, _PARTS, width // _PARTS).transpose(0, 2, 1, 3)
    flat = rows.reshape(_PARTS * _PARTS, -1)
    parts: Array = flat - flat.mean(1, keepdims=True)
    return parts
