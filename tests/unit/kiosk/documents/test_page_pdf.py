"""One PDF per material."""

from __future__ import annotations

import io

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from kiosk.documents.pages import CapturedPage
from kiosk.documents.pdf import pages_to_pdf


def _page(width_px: int, height_px: int, dpi: int, shade: int) -> CapturedPage:
    picture = io.BytesIO()
    Image.fromarray(np.full((height_px, width_px, 3), shade, np.uint8)).save(picture, "JPEG")
    return CapturedPage(picture.getvalue(), width_px, height_px, dpi, "0" * 64, 0.4, "document", "a4")


def test_pages_keep_their_order_and_true_size() -> None:
    """A4 at 200 dpi should be A4 on paper, a photo at 227 dpi 35 by 45 mm."""
    pdf = pypdfium2.PdfDocument(pages_to_pdf([_page(1654, 2339, 200, 90), _page(313, 402, 227, 200)]))
    try:
        assert len(pdf) == 2
        millimetres = [tuple(points / 72 * 25.4 for points in page.get_size()) for page in pdf]
        assert millimetres[0] == pytest.approx((210, 297), abs=0.2)
        assert millimetres[1] == pytest.approx((35, 45), abs=0.2)
        shades = [float(np.asarray(page.render(scale=0.1).to_pil()).mean()) for page in pdf]
        assert shades == pytest.approx([90, 200], abs=3)
    finally:
        pdf.close()


def test_the_jpeg_is_kept_byte_for_byte() -> None:
    """What was photographed should be in the file as it was, for its hash to mean something."""
    page = _page(400, 500, 100, 128)
    assert page.jpeg in pages_to_pdf([page])


def test_the_file_says_nothing_of_people_or_times() -> None:
    """The same pages should give the same bytes, with no information but who made the file."""
    pages = [_page(400, 500, 100, 128)]
    assert pages_to_pdf(pages) == pages_to_pdf(pages)
    with pikepdf.open(io.BytesIO(pages_to_pdf(pages))) as pdf:
        assert set(pdf.docinfo.keys()) <= {"/Producer"}


def test_no_pages_no_file() -> None:
    """An empty material is a caller's mistake."""
    with pytest.raises(ValueError):
        pages_to_pdf([])
