"""Other ways to find a page, the usual recipes of tutorials, to compare with in the same run.

Knows: closed edges and the largest four-cornered contour; the brightest region; GrabCut from the border. Does not know: the
terminal's finder. They are written from the idea, not from anybody's code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from surfaces import Array

_LONG_PX = 720


def canny_contour(picture: Array) -> Array | None:
    """Close the edges and take the largest contour that has four corners."""
    small, scale = _small(picture)
    edges = cv2.Canny(cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (5, 5), 0), 75, 200)
    closed = cv2.dilate(edges, np.ones((5, 5), np.uint8))
    contours = cv2.findContours(closed, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0]
    for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:10]:
        corners = cv2.approxPolyDP(contour, 0.02 * cv2.arcLength(contour, True), True)
        if len(corners) == 4 and cv2.contourArea(corners) > 0.05 * small.shape[0] * small.shape[1]:
            return corners[:, 0].astype(np.float64) / scale
    return None


def brightest_region(picture: Array) -> Array | None:
    """Split light from dark and take the largest light region."""
    small, scale = _small(picture)
    _, light = cv2.threshold(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), 0, 255, cv2.THRESH_OTSU)
    return _four_of(light, scale)


def grab_cut(picture: Array) -> Array | None:
    """Take the border for background and let GrabCut find what is not."""
    small, scale = _small(picture, 360)
    height, width = small.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    inset = (int(width * 0.03), int(height * 0.03), int(width * 0.94), int(height * 0.94))
    cv2.grabCut(small, mask, inset, np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_RECT)
    return _four_of(np.where((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD), 255, 0).astype(np.uint8), scale)


def _four_of(mask: Array, scale: float) -> Array | None:
    contours = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
    if not contours:
        return None
    hull = cv2.convexHull(max(contours, key=cv2.contourArea))
    for tolerance in (0.01, 0.02, 0.04, 0.08, 0.12):
        corners = cv2.approxPolyDP(hull, tolerance * cv2.arcLength(hull, True), True)
        if len(corners) == 4:
            return corners[:, 0].astype(np.float64) / scale
    return None


def _small(picture: Array, long_px: int = _LONG_PX) -> tuple[Array, float]:
    scale = min(1.0, long_px / max(picture.shape[:2]))
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), scale


PEERS: Mapping[str, Callable[[Array], Array | None]] = {
    "canny contour": canny_contour,
    "brightest region": brightest_region,
    "grabcut": grab_cut,
}
