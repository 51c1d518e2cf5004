"""What a technician has printed to see whether a printer prints: a slip, a page.

Knows: what an eye can judge of it. Does not know: drivers' wires, or who looks.
"""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from devices.receipt_printer import Cut, Feed, PrintResult, ReceiptPrinter
from kiosk.printing import raster

_A4_100_DPI = (827, 1169)
_SENTENCE = "测试页 Test page 0123456789"


def slip(printer: ReceiptPrinter) -> PrintResult:
    """Print a black bar and a line in Chinese, and cut. Raises `DeviceError`."""
    width = printer.width_dots
    blocks = [raster.heading(_SENTENCE, width=width), raster.paragraph(_SENTENCE, width=width), raster.rule(width=width)]
    return printer.print([*blocks, Feed(2), Cut()])


def page() -> bytes:
    """Return a page of A4 (PDF) with a frame 10 mm inside its edge."""
    sheet = Image.new("L", _A4_100_DPI, 255)
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((39, 39, _A4_100_DPI[0] - 40, _A4_100_DPI[1] - 40), outline=0, width=3)
    draw.text((80, 80), _SENTENCE, fill=0, font=raster.font(28))
    written = io.BytesIO()
    sheet.save(written, "PDF", resolution=100.0)
    return written.getvalue()
