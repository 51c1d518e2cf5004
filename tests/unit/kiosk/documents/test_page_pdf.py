"""One PDF per material."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import io

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from kiosk.documents.bitonal import g4
from kiosk.documents.page_wire import packed_page, unpacked_page
from kiosk.documents.pages import CapturedPage, TextLine
from kiosk.documents.pdf import NAMESPACE, Stamp, pages_to_pdf

STAMP = Stamp("仅供办理“居住证申领”使用", "0001", dt.datetime(2026, 11, 25, 12, 30, tzinfo=dt.UTC), "C")


def _page(width_px: int, height_px: int, dpi: int, shade: int) -> CapturedPage:
    picture = io.BytesIO()
    Image.fromarray(np.full((height_px, width_px, 3), shade, np.uint8)).save(picture, "JPEG")
    return CapturedPage(picture.getvalue(), width_px, height_px, dpi, "0" * 64, 0.4, "document", "a4")


def test_pages_keep_their_order_and_true_size() -> None:
    """A4 at 200 dpi should be A4 on paper, a photo at 227 dpi 35 by 45 mm."""
    pdf = pypdfium2.PdfDocument(pages_to_pdf([_page(1654, 2339, 200, 90), _page(313, 402, 227, 200)], STAMP))
    try:
        assert len(pdf) == 2
        millimetres = [tuple(points / 72 * 25.4 for points in page.get_size()) for page in pdf]
        assert millimetres[0] == pytest.approx((210, 297), abs=0.2)
        assert millimetres[1] == pytest.approx((35, 45), abs=0.2)
        shades = [float(np.asarray(page.render(scale=0.1).to_pil()).mean()) for page in pdf]
        assert shades == pytest.approx([90, 200], abs=6)  # the purpose stands across them
    finally:
        pdf.close()


def test_the_jpeg_is_kept_byte_for_byte() -> None:
    """What was photographed should be in the file as it was, for its hash to mean something."""
    page = _page(400, 500, 100, 128)
    assert page.jpeg in pages_to_pdf([page], STAMP)


def test_the_file_says_where_when_how_sure_and_nothing_of_people() -> None:
    """Terminal, time, grade and hashes stand in the XMP; the same pages and stamp give the same bytes."""
    pages = [dataclasses.replace(_page(400, 500, 100, 128), evidence_sha256="e" * 64)]
    assert pages_to_pdf(pages, STAMP) == pages_to_pdf(pages, STAMP)
    with pikepdf.open(io.BytesIO(pages_to_pdf(pages, STAMP))) as pdf:
        assert set(pdf.docinfo.keys()) == {"/Producer", "/CreationDate"}
        with pdf.open_metadata() as meta:
            said = {name: meta[f"{{{NAMESPACE}}}{name}"] for name in ("kiosk", "trustGrade", "pageSha256", "evidenceSha256")}
            assert meta["xmp:CreateDate"] == "2026-11-25T12:30:00Z"
    assert said == {"kiosk": "0001", "trustGrade": "C", "pageSha256": ["0" * 64], "evidenceSha256": ["e" * 64]}


def test_the_purpose_stands_across_every_page_and_hides_nothing() -> None:
    """Some of the white page is tinted, a little, on every page, whatever its format."""
    pages = [_page(1654, 2339, 200, 255), _page(2022, 1275, 600, 255)]
    for rendered in _rendered(pages_to_pdf(pages, STAMP), 1.0):
        tinted = (rendered < 250).mean()
        assert 0.005 < tinted < 0.2
        assert rendered.min() > 170


def test_what_was_read_is_found_where_it_is_printed() -> None:
    """Text is drawn nowhere and found by search, over its own print, in Chinese as in digits."""
    line = TextLine("公民身份号码990000199001010017", (200.0, 300.0, 900.0, 50.0), 0.99)
    page = dataclasses.replace(_page(1654, 2339, 200, 255), lines=(line,))
    pdf = pypdfium2.PdfDocument(pages_to_pdf([page], STAMP))
    try:
        text = pdf[0].get_textpage()
        assert text.get_text_range() == line.text
        left, bottom, right, top = (value / 72 * 200 for value in text.get_charbox(0))
        assert 195 < left < right < 300
        assert 2339 - 360 < bottom < top < 2339 - 290
        end = text.get_charbox(len(line.text) - 1)[2] / 72 * 200
        assert end == pytest.approx(1100, abs=40)
    finally:
        pdf.close()
    plain = _rendered(pages_to_pdf([dataclasses.replace(page, lines=())], STAMP), 0.25)[0]
    assert np.array_equal(_rendered(pages_to_pdf([page], STAMP), 0.25)[0], plain)


def test_a_turned_page_is_shown_turned_and_keeps_its_bytes() -> None:
    """A quarter clockwise changes how the page stands, not what was photographed."""
    page = dataclasses.replace(_page(400, 500, 100, 128), turned=90)
    data = pages_to_pdf([page], STAMP)
    assert page.jpeg in data
    pdf = pypdfium2.PdfDocument(data)
    try:
        assert pdf[0].get_size() == pytest.approx((500 * 0.72, 400 * 0.72))
    finally:
        pdf.close()


def test_a_form_is_kept_in_black_and_white() -> None:
    """The Group 4 picture goes into the file as it is; grain and a shadow leave no soot, print stays."""
    sheet = np.full((1200, 900, 3), 230.0)
    sheet[300:340, 200:700] = 60
    sheet *= np.linspace(1.0, 0.65, 900)[None, :, None]
    sheet += np.random.default_rng(20261125).normal(0, 5, sheet.shape)
    tiff = g4(np.clip(sheet, 0, 255).astype(np.uint8), 150)
    ink = ~np.asarray(Image.open(io.BytesIO(tiff)))
    assert ink[305:335, 210:690].mean() > 0.98
    assert np.delete(ink, slice(295, 345), axis=0).mean() < 0.001
    page = dataclasses.replace(_page(900, 1200, 150, 200), bitonal=tiff)
    with pikepdf.open(io.BytesIO(pages_to_pdf([page], STAMP))) as pdf:
        pictures = dict(pdf.pages[0].Resources.XObject.items())
        (picture,) = [each for name, each in pictures.items() if name != "/CivicMark"]
        assert "CCITTFaxDecode" in str(picture.Filter)
        assert picture.BitsPerComponent == 1


def test_a_page_crosses_between_processes_whole() -> None:
    """Every picture, every line; lengths that lie are refused."""
    page = dataclasses.replace(
        _page(40, 50, 100, 9), evidence=b"as it lay", evidence_sha256=hashlib.sha256(b"as it lay").hexdigest(),
        bitonal=b"II*", turned=180, lines=(TextLine("甲", (1.0, 2.0, 3.0, 4.0), 0.5),),
    )  # fmt: skip
    said, blob = packed_page(page)
    assert unpacked_page(said, blob) == page
    with pytest.raises(ValueError):
        unpacked_page(said, blob[:-1])


def _rendered(data: bytes, scale: float) -> list[np.ndarray]:
    pdf = pypdfium2.PdfDocument(data)
    try:
        return [np.asarray(page.render(scale=scale).to_pil().convert("L")) for page in pdf]
    finally:
        pdf.close()


def test_no_pages_no_file() -> None:
    """An empty material is a caller's mistake."""
    with pytest.raises(ValueError):
        pages_to_pdf([], STAMP)
