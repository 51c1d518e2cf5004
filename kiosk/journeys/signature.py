"""The signature on the glass as a picture.

Knows: strokes and how ink looks. Does not know: the pad, or what is signed.
"""

from __future__ import annotations

import io
import itertools

from PIL import Image, ImageDraw

from kiosk.journeys.vault import Stroke

WIDTH_PX = 900
_SCALE = 3
_INK = (24, 32, 72)


def length(strokes: tuple[Stroke, ...]) -> float:
    """Return how much ink there is, in widths of the pad: a dot or a slip is no signature."""
    total = 0.0
    for stroke in strokes:
        for (x0, y0, _), (x1, y1, _) in itertools.pairwise(stroke):
            total += ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    return total


def draw(strokes: tuple[Stroke, ...], width: int, height: int) -> bytes:
    """Draw the strokes of a pad of `width` x `height` pixels as a PNG, `WIDTH_PX` wide, on white."""
    tall = max(1, round(WIDTH_PX * height / width))
    image = Image.new("RGB", (WIDTH_PX * _SCALE, tall * _SCALE), "white")
    pen = ImageDraw.Draw(image)
    for stroke in strokes:
        points = [(x * WIDTH_PX * _SCALE, y * tall * _SCALE) for x, y, _ in stroke]
        if len(points) > 1:
            pen.line(points, fill=_INK, width=5 * _SCALE, joint="curve")
        for x, y in points:
            radius = 2.5 * _SCALE
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_INK)
    out = io.BytesIO()
    image.resize((WIDTH_PX, tall), Image.Resampling.LANCZOS).save(out, "PNG")
    return out.getvalue()
