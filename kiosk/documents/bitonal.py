"""A straightened page in black and white, as CCITT Group 4 (ITU-T T.6) in a TIFF.

Knows: paper that is darker at one side, grain, specks. Does not know: where the page was, or what is printed on it.

The page is divided by its own background first; then a threshold by Sauvola's rule (mean and spread of the neighbourhood)
keeps pale strokes without turning grain and grey cells into soot, and what is smaller than a full stop goes.
"""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from kiosk.documents.geometry import Array

DPI = 300
_WINDOW_MM = 3.4
_SAUVOLA_K = 0.22
_SAUVOLA_R = 128.0
_PAPER = 250
"""Lighter than this after the division is paper, whatever the neighbourhood says."""
_INK = 110
"""Darker than this is ink: the inside of a thick stroke has no lighter neighbours."""
_SPECK_PX = 4


def g4(page: Array, dpi: int) -> bytes:
    """Return a BGR page as a bitonal TIFF at its own resolution."""
    image = Image.fromarray(black_on_white(page, dpi) > 0).convert("1")
    out = io.BytesIO()
    image.save(out, "TIFF", compression="group4", dpi=(dpi, dpi))
    return out.getvalue()


def black_on_white(page: Array, dpi: int) -> Array:
    """Return 0 for ink and 255 for paper."""
    grey = cv2.medianBlur(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), 3)
    flat = cv2.divide(grey, _background(grey), scale=255)
    ink = (((flat <= _limit(flat, dpi)) & (flat < _PAPER)) | (flat < _INK)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    keep = np.zeros(count, np.uint8)
    keep[1:] = stats[1:, cv2.CC_STAT_AREA] >= _SPECK_PX * (dpi / DPI) ** 2
    return np.where(keep[labels] > 0, np.uint8(0), np.uint8(255))


def _limit(flat: Array, dpi: int) -> Array:
    """Return how dark ink must be at the most, by Sauvola's rule: mean * (1 + K * (spread / R - 1))."""
    window = max(9, round(_WINDOW_MM / 25.4 * dpi) | 1)
    mean: Array = cv2.boxFilter(flat, cv2.CV_32F, (window, window))
    limit: Array = cv2.sqrBoxFilter(flat, cv2.CV_32F, (window, window))
    # In place: at 300 dots per inch each picture of these is 35 MB.
    limit -= mean * mean
    np.sqrt(np.maximum(limit, 0.0, out=limit), out=limit)
    limit *= _SAUVOLA_K / _SAUVOLA_R
    limit += 1 - _SAUVOLA_K
    limit *= mean
    return limit


def _background(grey: Array) -> Array:
    """Return the paper's own light: what is left when strokes are closed over."""
    small = cv2.resize(grey, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    closed = cv2.medianBlur(cv2.dilate(small, np.ones((9, 9), np.uint8)), 9)
    large = cv2.resize(closed, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    light: Array = np.maximum(large, 1)
    return light
