"""Where a picture changes, and which way: the ground that page edges are looked for on.

Knows: Lab colour, gradients, edge maps, all at the small working size. Does not know: pages.

Colour counts twice: white paper on a pale desk differs more in tint than in lightness.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.documents.geometry import Array

_STRONG_PERCENTILE = 93
_STRONG_RANGE = (30.0, 160.0)
_WEAK = (10.0, 24.0)


@dataclass(frozen=True, slots=True)
class Gradients:
    """Gradients of a working picture of `height` x `width` px.

    `lab`: smoothed Lab, uint8. `gx`, `gy`: int16, of the channel that changes most at each pixel. `size`: their length,
    float32. `ux`, `uy`: their direction. `strong`, `weak`: edge maps, uint8 0 or 255. `felt`: where an edge may support
    the side of a page, bool.
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


def gradients_of(picture: Array) -> Gradients:
    """Measure a small BGR picture (a few hundred pixels across)."""
    lab = cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_BGR2Lab), (7, 7), 1.2)
    gx, gy = _strongest(cv2.Sobel(lab, cv2.CV_16S, 1, 0, ksize=3), cv2.Sobel(lab, cv2.CV_16S, 0, 1, ksize=3))
    size = cv2.magnitude(gx.astype(np.float32), gy.astype(np.float32))
    inverse = 1 / np.maximum(size, 1e-3)
    high = float(np.clip(np.percentile(size[::2, ::2], _STRONG_PERCENTILE), *_STRONG_RANGE))
    felt = (size > max(14.0, high * 0.25)).astype(np.uint8)
    return Gradients(
        height=picture.shape[0],
        width=picture.shape[1],
        lab=lab,
        gx=gx,
        gy=gy,
        size=size,
        ux=gx * inverse,
        uy=gy * inverse,
        strong=cv2.Canny(gx, gy, high * 0.4, high, L2gradient=True),
        weak=cv2.Canny(gx, gy, *_WEAK, L2gradient=True),
        felt=cv2.dilate(felt, np.ones((3, 3), np.uint8)) > 0,
    )


def _strongest(gx: Array, gy: Array) -> tuple[Array, Array]:
    """Take each pixel's gradient from the channel that changes most there, tint counting double."""
    best_x, best_y = gx[..., 0].copy(), gy[..., 0].copy()
    best = cv2.magnitude(best_x.astype(np.float32), best_y.astype(np.float32))
    for channel in (1, 2):
        x, y = gx[..., channel] * 2, gy[..., channel] * 2
        size = cv2.magnitude(x.astype(np.float32), y.astype(np.float32))
        better = size > best
        best_x[better], best_y[better] = x[better], y[better]
        best = np.maximum(best, size)
    return best_x, best_y
