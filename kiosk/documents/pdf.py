"""Pages as one PDF: what was seen, what it is for, where and when it was taken, and what could be read of it.

Knows: pages keep their JPEG or Group 4 bytes and their true size; the purpose stands across them as a pale stencil; read
lines lie over them as invisible text; XMP carries terminal, time, hashes and trust grade. Does not know: OpenCV, people: no
name and no number stands in the file but what the picture shows.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import cos, radians, sin
from typing import Literal

import img2pdf
import numpy as np
import pikepdf
from PIL import Image, ImageDraw

from kiosk.documents.pages import CapturedPage, TextLine
from kiosk.printing.raster import font

_POINTS_PER_INCH = 72
_PRODUCER = "Civic Kiosk"
NAMESPACE = "urn:civic-kiosk:material:1"
_PREFIX = "civic"
_MARK_HEIGHT_PX = 48
_MARK_HEIGHT_SHARE = 0.03
"""Of the page's diagonal; a longer text is set smaller until it fits."""
_MARK_LENGTH_SHARE = 0.85
_MARK_ANGLE = 35.0
_MARK_ALPHA = Decimal("0.3")
_MARK_PLACES = ((0.5, 0.5), (0.32, 0.16), (0.68, 0.84))
_BMP = 0xFFFF


@dataclass(frozen=True, slots=True)
class Stamp:
    """What stands in and on the file. `purpose`: the words across each page. `grade`: see `city.sealed.Material`."""

    purpose: str
    kiosk: str
    at: dt.datetime
    grade: Literal["A", "B", "C", "D"]


def pages_to_pdf(pages: Sequence[CapturedPage], stamp: Stamp) -> bytes:
    """Return one PDF of the pages in their order; the same pages and stamp give the same bytes.

    Raises: ValueError without pages.
    """
    if not pages:
        raise ValueError("documents.no_pages")
    with pikepdf.open(io.BytesIO(_pictures(pages))) as pdf:
        mark, font_object = _Mark(pdf, stamp.purpose), _invisible_font(pdf)
        for page, leaf in zip(pages, pdf.pages, strict=True):
            leaf.Rotate = page.turned
            _lay_over(pdf, leaf, page, mark, font_object)
        _describe(pdf, pages, stamp)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def _pictures(pages: Sequence[CapturedPage]) -> bytes:
    sizes = iter([(_points(page.width_px, page.dpi), _points(page.height_px, page.dpi)) for page in pages])

    def layout(_width_px: int, _height_px: int, _dpi: object) -> tuple[float, float, float, float]:
        width, height = next(sizes)
        return width, height, width, height

    pdf: bytes = img2pdf.convert(
        [page.bitonal or page.jpeg for page in pages],
        layout_fun=layout,
        nodate=True,
        producer=_PRODUCER,
        engine=img2pdf.Engine.internal,
    )
    return pdf


def _points(pixels: int, dpi: int) -> float:
    return pixels / dpi * _POINTS_PER_INCH


def _lay_over(
    pdf: pikepdf.Pdf, leaf: pikepdf.Page, page: CapturedPage, mark: _Mark, text_font: pikepdf.Object
) -> None:
    """Add the purpose and the invisible text; the page's own content stays as it is, between q and Q."""
    width, height = _points(page.width_px, page.dpi), _points(page.height_px, page.dpi)
    content = [*mark.placed(width, height, page.turned)]
    leaf.add_resource(mark.image, pikepdf.Name.XObject, pikepdf.Name("/CivicMark"))
    leaf.add_resource(mark.pale, pikepdf.Name.ExtGState, pikepdf.Name("/CivicPale"))
    if page.lines:
        leaf.add_resource(text_font, pikepdf.Name.Font, pikepdf.Name("/CivicText"))
        content += _invisible(page.lines, height, _POINTS_PER_INCH / page.dpi)
    leaf.contents_add(b"q\n", prepend=True)
    leaf.contents_add(pdf.make_stream("\n".join(["Q", *content]).encode("ascii")))


class _Mark:
    """The purpose as a stencil: a picture of the words, so that no reader needs their font."""

    def __init__(self, pdf: pikepdf.Pdf, text: str) -> None:
        face = font(_MARK_HEIGHT_PX, bold=True)
        left, top, right, bottom = (round(each) for each in face.getbbox(text or " "))
        drawn = Image.new("L", (max(8, right - left + 8), max(8, bottom - top + 8)), 0)
        ImageDraw.Draw(drawn).text((4 - left, 4 - top), text, 255, face)
        bits = np.packbits(np.asarray(drawn) < 128, axis=1)  # 0 paints
        self.ratio = drawn.width / drawn.height
        self.image = pdf.make_stream(
            bits.tobytes(),
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=drawn.width,
            Height=drawn.height,
            ImageMask=True,
            BitsPerComponent=1,
        )
        self.pale = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.ExtGState, ca=_MARK_ALPHA))

    def placed(self, width: float, height: float, turned: int) -> Iterator[str]:
        """Yield the operators that paint it on a page of this size in points, rising to the right as the page is read."""
        diagonal = (width**2 + height**2) ** 0.5
        tall = min(_MARK_HEIGHT_SHARE * diagonal, _MARK_LENGTH_SHARE * min(width, height) / self.ratio)
        across, angle = tall * self.ratio, radians(_MARK_ANGLE + turned)
        along, up = (across * cos(angle), across * sin(angle)), (-tall * sin(angle), tall * cos(angle))
        for x_share, y_share in _MARK_PLACES:
            x = width * x_share - (along[0] + up[0]) / 2
            y = height * y_share - (along[1] + up[1]) / 2
            matrix = " ".join(f"{each:.3f}" for each in (*along, *up, x, y))
            yield f"q /CivicPale gs 0.35 0.42 0.5 rg {matrix} cm /CivicMark Do Q"


def _invisible(lines: Sequence[TextLine], page_height: float, scale: float) -> Iterator[str]:
    """Yield text in render mode 3 (drawn nowhere, found by search and copied by readers), each line over its own print."""
    yield "BT 3 Tr"
    for line in lines:
        if not line.text:
            continue
        left, top, width, height = (each * scale for each in line.box)
        size = max(1.0, height * 0.8)
        stretch = 100 * width / (size * len(line.text))
        codes = "".join(f"{ord(char) if ord(char) <= _BMP else 0xFFFD:04X}" for char in line.text)
        foot = page_height - top - height * 0.85
        yield f"/CivicText {size:.2f} Tf {stretch:.2f} Tz 1 0 0 1 {left:.2f} {foot:.2f} Tm <{codes}> Tj"
    yield "ET"


def _invisible_font(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """Return a font without pictures whose codes are UTF-16: what is never drawn needs no glyphs, only meanings."""
    ranges = [f"<{high:02X}00> <{high:02X}FF> <{high:02X}00>" for high in range(256)]
    blocks = [ranges[start : start + 100] for start in range(0, 256, 100)]
    meaning = "\n".join(
        [
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Civic-UCS2 def /CMapType 2 def",
            "1 begincodespacerange <0000> <FFFF> endcodespacerange",
            *(f"{len(block)} beginbfrange\n" + "\n".join(block) + "\nendbfrange" for block in blocks),
            "endcmap CMapName currentdict /CMap defineresource pop end end",
        ]
    )
    name = pikepdf.Name("/CivicInvisible")
    descriptor = pikepdf.Dictionary(
        Type=pikepdf.Name.FontDescriptor, FontName=name, Flags=4, FontBBox=[0, -200, 1000, 800], ItalicAngle=0,
        Ascent=800, Descent=-200, CapHeight=800, StemV=80,
    )  # fmt: skip
    below = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.CIDFontType2, BaseFont=name, DW=1000, CIDToGIDMap=pikepdf.Name.Identity,
        CIDSystemInfo=pikepdf.Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
    )  # fmt: skip
    above = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type0, BaseFont=name, Encoding=pikepdf.Name("/Identity-H"),
        DescendantFonts=[pdf.make_indirect(below)], ToUnicode=pdf.make_stream(meaning.encode("ascii")),
    )  # fmt: skip
    return pdf.make_indirect(above)


def _describe(pdf: pikepdf.Pdf, pages: Sequence[CapturedPage], stamp: Stamp) -> None:
    when = stamp.at.astimezone(dt.UTC)
    pdf.docinfo["/Producer"] = _PRODUCER
    pdf.docinfo["/CreationDate"] = f"D:{when:%Y%m%d%H%M%S}Z"
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as meta:
        meta.register_xml_namespace(NAMESPACE, _PREFIX)
        meta["dc:format"] = "application/pdf"
        meta["pdf:Producer"] = _PRODUCER
        meta["xmp:CreateDate"] = f"{when:%Y-%m-%dT%H:%M:%SZ}"
        for name, value in (
            ("kiosk", stamp.kiosk),
            ("trustGrade", stamp.grade),
            ("purpose", stamp.purpose),
            ("pageSha256", [page.sha256 for page in pages]),
            ("evidenceSha256", [page.evidence_sha256 for page in pages]),
            ("pageSource", [page.source for page in pages]),
        ):
            meta[f"{{{NAMESPACE}}}{name}"] = value
