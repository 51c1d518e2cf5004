"""Captured pages as one PDF.

Knows: pages keep their JPEG bytes and their true size. Does not know: OpenCV, people, materials: the file says nothing of
them, neither a name nor a time.
"""

from __future__ import annotations

from collections.abc import Sequence

import img2pdf

from kiosk.documents.pages import CapturedPage

_POINTS_PER_INCH = 72
_PRODUCER = "Civic Kiosk"


def pages_to_pdf(pages: Sequence[CapturedPage]) -> bytes:
    """Return one PDF of the pages in their order. The same pages give the same bytes. Raises: ValueError without pages."""
    if not pages:
        raise ValueError("documents.no_pages")
    sizes = iter([(_points(page.width_px, page.dpi), _points(page.height_px, page.dpi)) for page in pages])

    def layout(_width_px: int, _height_px: int, _dpi: object) -> tuple[float, float, float, float]:
        width, height = next(sizes)
        return width, height, width, height

    pdf: bytes = img2pdf.convert(
        [page.jpeg for page in pages], layout_fun=layout, nodate=True, producer=_PRODUCER, engine=img2pdf.Engine.internal
    )
    return pdf


def _points(pixels: int, dpi: int) -> float:
    return pixels / dpi * _POINTS_PER_INCH
