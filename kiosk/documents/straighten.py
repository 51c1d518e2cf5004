"""Makes a photographed page lie straight.

Knows: perspective, output resolution. Does not know: where the page is (`finder`), which way up its print stands: the edge
nearest the top of the frame becomes the top.
"""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.documents.geometry import Array, Paper, dpi_of, is_sideways


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
