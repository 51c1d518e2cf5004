"""Codes drawn for emulators and tests.

Knows: how a code is made and laid into a picture. Does not know: readers.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image

from devices.code_reader.api import Symbology

_VIEW = (1280, 720)
_BACKGROUND = 200


def picture_of(raw: bytes, symbology: Symbology) -> bytes:
    """Return a PNG of a camera's view with a code in its middle."""
    import zxingcpp

    formats: dict[Symbology, Any] = {
        Symbology.QR: zxingcpp.BarcodeFormat.QRCode,
        Symbology.PDF417: zxingcpp.BarcodeFormat.PDF417,
        Symbology.CODE128: zxingcpp.BarcodeFormat.Code128,
    }
    content = raw.decode("ascii") if symbology is Symbology.CODE128 else raw
    drawn = Image.fromarray(np.array(zxingcpp.create_barcode(content, formats[symbology]).to_image(scale=3)))
    view = Image.new("L", _VIEW, _BACKGROUND)
    paper = Image.new("L", (drawn.width + 40, drawn.height + 40), 255)
    paper.paste(drawn, (20, 20))
    view.paste(paper, ((_VIEW[0] - paper.width) // 2, (_VIEW[1] - paper.height) // 2))
    return _png(view)


def empty_view() -> bytes:
    """Return a PNG of a view with nothing in it."""
    return _png(Image.new("L", _VIEW, _BACKGROUND))


def _png(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "PNG", compress_level=1)
    return written.getvalue()
