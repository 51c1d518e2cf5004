"""Where a picture changes, and which way: the ground that page edges are looked for on.

Knows: Lab colour, gradients, edge maps, all at the small working size. Does not know: pages.

Colour counts twice: white paper on a pale desk differs more in tint than in lightness.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.documents.geometry import Array

_STRONG = 0.93
_STRONG_RANGE = (30.0, 160.0)
_WEAK = (10.0, 24.0)
_FELT, _ABOVE_CALM, _BLOCK = 14.0, 2.5, 8
_BRIGHT, _BRIGHT_SHARE, _MAX_GAIN = 110.0, 0.02, 4.0
"""Level of 255 that the brightest things in a picture should reach, how much of it they are at the most, and how far a dark
one is lifted for them. No further: the grain of wood, too, is lifted until it looks like edges."""


@dataclass(frozen=True, slots=True)
class Gradients:
    """Gradients of a working picture of `height` x `width` px.

    `lab`: smoothed Lab, uint8. `gx`, `gy`: float32, of the channel that changes most at each pixel. `size`: their length,
    float32. `ux`, `uy`: their direction. `strong`, `weak`: edge maps, uint8 0 or 255. `felt`: where an edge may support
    the side of a page, bool. `least`: length of a gradient from which on it is felt there, float32.
    """

    height: int
    width: int
    lab: Array
    gx: Array
    gy: Array
    size: Array
    ux: Array
    uy: Array
    strong: Array
    weak: Array
    felt: Array
    least: Array


def gradients_of(picture: Array) -> Gradients:
    """Measure a small BGR picture (a few hundred pixels across)."""
    lab = cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_BGR2Lab), (7, 7), 1.2)
    gx, gy, size = _strongest(lab)
    inverse = 1 / np.maximum(size, 1e-3)
    across, down = gx.astype(np.int16), gy.astype(np.int16)
    high = float(np.clip(_quantile(size[::2, ::2], _STRONG), *_STRONG_RANGE))
    least = _least(size, high)
    felt = (size > least).astype(np.uint8)
    return Gradients(
        height=picture.shape[0],
        width=picture.shape[1],
        lab=lab,
        gx=gx,
        gy=gy,
        size=size,
        ux=gx * inverse,
        uy=gy * inverse,
        strong=cv2.Canny(across, down, high * 0.4, high, L2gradient=True),
        weak=cv2.Canny(across, down, *_WEAK, L2gradient=True),
        felt=cv2.dilate(felt, np.ones((3, 3), np.uint8)) > 0,
        least=least,
    )


def _least(size: Array, high: float) -> Array:
    """Return how strong an edge must be to be felt: more where all is texture, little where it is calm close by.

    Bold print says nothing about the border of its page: that is as faint as the desk beside it is calm.
    """
    height, width = size.shape
    blocks = cv2.resize(size, (max(1, width // _BLOCK), max(1, height // _BLOCK)), interpolation=cv2.INTER_AREA)
    calm = cv2.resize(cv2.erode(blocks, np.ones((3, 3))), (width, height), interpolation=cv2.INTER_LINEAR)
    found: Array = np.clip(calm * _ABOVE_CALM, _FELT, max(_FELT, high * 0.25))
    return found


def exposed(picture: Array, min_share: float) -> Array:
    """Return a dark picture brighter, as a longer exposure would have shown it, uint8; any other as it is.

    `min_share`: smallest share of the picture that may be a page. Half of that being bright is enough: what is looked for is
    not to be burnt out.
    """
    brightest = _quantile(picture[::4, ::4].max(2), 1 - min(min_share / 2, _BRIGHT_SHARE))
    if brightest >= _BRIGHT:
        return picture
    gain = min(_MAX_GAIN, _BRIGHT / max(brightest, 1.0))
    return cv2.convertScaleAbs(picture, alpha=gain)


def _strongest(lab: Array) -> tuple[Array, Array, Array]:
    """Take each pixel's gradient, and its length, from the channel that changes most there, tint counting double."""
    lightness, *tints = cv2.split(lab)
    best_x, best_y = _slopes(lightness, 1.0)
    best = cv2.magnitude(best_x, best_y)
    for tint in tints:
        x, y = _slopes(tint, 2.0)
        size = cv2.magnitude(x, y)
        better = cv2.compare(size, best, cv2.CMP_GT)
        for found, new in ((best_x, x), (best_y, y), (best, size)):
            cv2.copyTo(new, better, found)
    return best_x, best_y, best


def _slopes(plane: Array, scale: float) -> tuple[Array, Array]:
    return (
        cv2.Sobel(plane, cv2.CV_32F, 1, 0, ksize=3, scale=scale),
        cv2.Sobel(plane, cv2.CV_32F, 0, 1, ksize=3, scale=scale),
    )


def _quantile(values: Array, share: float) -> float:
    """Return the value below which a share of them lies; one of them, which is quicker than between two."""
    at = int(share * (values.size - 1))
    return float(np.partition(values, at, axis=None)[at])
