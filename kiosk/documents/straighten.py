"""Makes a photographed page lie straight.

Knows: perspective, output resolution. Does not know: where the page is (`finder`), which way up its print stands: the edge
nearest the top of the frame becomes the top.
"""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.documents.geometry import Array, Paper, dpi_of, is_sideways
from kiosk.documents.look_recipe import COARSE_PX, FINE_PX, INSET, LOOK_PX


def output_dpi(quad: Array, paper: Paper, max_dpi: int) -> int:
    """Return the resolution worth keeping: what the picture has, never more than wanted."""
    return min(max_dpi, max(1, int(dpi_of(quad, paper))))


def straighten(image: Array, quad: Array, paper: Paper, dpi: int | None = None) -> Array:
    """Return the page upright in its true proportions, BGR, at `dpi` (default: what the picture has).

    `quad`: 4 x 2 corners in px, clockwise from the top left; a page that lies sideways is turned counter-clockwise.
    """
    if dpi is None:
        dpi = max(1, int(dpi_of(quad, paper)))
    upright = np.roll(quad, -1, axis=0) if is_sideways(quad) else quad
    width, height = round(paper.width_mm / 25.4 * dpi), round(paper.height_mm / 25.4 * dpi)
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - np.float32(0.5)
    matrix = cv2.getPerspectiveTransform(upright.astype(np.float32), target)
    return cv2.warpPerspective(image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def look_of(image: Array, quad: Array) -> Array:
    """Return the look of the page within these corners of a preview frame (see `looks`), float32.

    Cheap: fine print falls between the pixels, much the same way from frame to frame.
    """
    inner = quad + (quad.mean(0) - quad) * 2 * INSET
    width, height = LOOK_PX
    target = np.array([[0, 0], [2 * width, 0], [2 * width, 2 * height], [0, 2 * height]], np.float32)
    matrix = cv2.getPerspectiveTransform(inner.astype(np.float32), target)
    large = cv2.warpPerspective(image, matrix, (2 * width, 2 * height), flags=cv2.INTER_LINEAR)
    return _look(large)


def look_of_page(page: Array) -> Array:
    """Return the look of a straightened page, float32: every pixel counts, so that it is also that of the page as a file."""
    height, width = page.shape[:2]
    down, right = round(height * INSET), round(width * INSET)
    return _look(page[down : height - down, right : width - right])


def _look(inner: Array) -> Array:
    grey = cv2.cvtColor(cv2.resize(inner, LOOK_PX, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    fine = grey.astype(np.float32)
    look: Array = cv2.GaussianBlur(fine, (0, 0), FINE_PX) - cv2.GaussianBlur(fine, (0, 0), COARSE_PX)
    return look
