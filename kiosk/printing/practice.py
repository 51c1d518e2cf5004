"""The mark of practice on every paper: in receipts between the lines, on pages across them.

Knows: blocks of a receipt, pages of a PDF. Does not know: when somebody practises, or what the paper says.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import pypdfium2
from PIL import Image, ImageDraw

from devices.receipt_printer import Block, Cut
from kiosk.printing import raster

MARK = "受训 TRAINING · 无效 NOT VALID"
_EVERY = 4
"""Blocks between two marks: no part that somebody tears off is without one."""
_DPI = 110


def mark_blocks(blocks: Sequence[Block], width: int) -> list[Block]:
    """Return the blocks of a receipt with a black bar at the head, at the foot, and all the way between."""
    bar = raster.heading(MARK, width=width)
    marked: list[Block] = [bar]
    since = 0
    for block in blocks:
        if since == _EVERY or isinstance(block, Cut):
            marked.append(bar)
            since = 0
        marked.append(block)
        since += 1
    return marked


def mark_pages(pdf: bytes) -> bytes:
    """Return the pages as pictures with the mark across each; whatever was signed in the file is gone with it."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [_marked(page.render(scale=_DPI / 72).to_pil().convert("RGB")) for page in document]
    finally:
        document.close()
    out = io.BytesIO()
    pages[0].save(out, "PDF", resolution=_DPI, save_all=True, append_images=pages[1:])
    return out.getvalue()


def _marked(page: Image.Image) -> Image.Image:
    face = raster.font(page.width // 18, bold=True)
    length = round(face.getlength(MARK))
    stripe = Image.new("L", (length, 2 * page.width // 18), 0)
    ImageDraw.Draw(stripe).text((0, 0), MARK, fill=255, font=face)
    turned = stripe.rotate(30, expand=True)
    for share in (0.03, 0.34, 0.65):
        at = ((page.width - turned.width) // 2, round(page.height * share))
        page.paste((120, 120, 120), at, turned)
    return page
