"""Chinese (and everything else that a printer's own font cannot show) as dots.

Knows: pinned fonts, line breaking, 1-bit pictures at 203 dpi. Does not know what a receipt says.
"""

from __future__ import annotations

import functools
import unicodedata
from pathlib import Path

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from devices.receipt_printer import Raster

_FONT_DIR = Path("/usr/share/fonts/opentype/noto")
_SC_FACE, _MONO_SC_FACE = 2, 7  # indices of the simplified-Chinese faces inside the collection
_NO_PICTURE = {"Cc", "Cs", "Zl", "Zp"}
_NO_LINE_START = set("，。、；：？！）》」』】%…,.;:?!)]}")


@functools.lru_cache(maxsize=16)
def font(size: int, *, bold: bool = False, mono: bool = False) -> ImageFont.FreeTypeFont:
    """Return the pinned face: Noto Sans CJK SC, never what happens to be installed."""
    name = "NotoSansCJK-Bold.ttc" if bold else "NotoSansCJK-Regular.ttc"
    return ImageFont.truetype(_FONT_DIR / name, size, index=_MONO_SC_FACE if mono else _SC_FACE)


def _drawable(text: str) -> str:
    """Put a blank for what has no picture: the text shaper refuses whole lines that hold a control or a separator."""
    return "".join(" " if char != "\n" and unicodedata.category(char) in _NO_PICTURE else char for char in text)


def _words(text: str) -> list[str]:
    """Split into pieces that must not be broken: Latin words, single wide characters, spaces."""
    pieces: list[str] = []
    for char in text:
        wide = unicodedata.east_asian_width(char) in {"W", "F"}
        joins = pieces and not wide and char != " " and pieces[-1][-1:] not in {" ", ""}
        if (joins and unicodedata.east_asian_width(pieces[-1][-1]) not in {"W", "F"}) or (pieces and char in _NO_LINE_START):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def wrap(text: str, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Break `text` into lines of at most `width` dots, by Chinese rules and by words."""
    lines: list[str] = []
    for paragraph in _drawable(text).split("\n"):
        line = ""
        for piece in _words(paragraph):
            if line and face.getlength(line + piece) > width:
                lines.append(line.rstrip())
                line = piece.lstrip()
            else:
                line += piece
            while face.getlength(line) > width:  # a word longer than the paper: break it rather than lose it
                cut = next(n for n in range(len(line), 0, -1) if n == 1 or face.getlength(line[:n]) <= width)
                lines.append(line[:cut])
                line = line[cut:]
        lines.append(line.rstrip())
    return lines


def to_raster(image: Image.Image) -> Raster:
    """Turn a picture (black on white) into printer dots: one bit per dot, 1 is black, rows padded to whole bytes."""
    black = np.asarray(image.convert("L")) < 128
    bits = np.packbits(black, axis=1)
    return Raster(width_dots=bits.shape[1] * 8, height_dots=bits.shape[0], bits=bits.tobytes())


def paragraph(text: str, *, width: int, size: int = 24, bold: bool = False, align: str = "left") -> Raster:
    """Set `text` in a block of `width` dots."""
    face = font(size, bold=bold)
    lines = wrap(text, face, width)
    leading = round(size * 1.35)
    image = Image.new("L", (width, leading * len(lines) + 4), 255)
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        free = width - face.getlength(line)
        x = {"left": 0.0, "centre": free / 2, "right": free}[align]
        draw.text((x, row * leading), line, fill=0, font=face)
    return to_raster(image)


def heading(text: str, *, width: int, size: int = 30) -> Raster:
    """Set `text` in white on a black bar across the paper."""
    face = font(size, bold=True)
    lines = wrap(text, face, width - size)
    leading = round(size * 1.35)
    image = Image.new("L", (width, leading * (len(lines) - 1) + round(size * 1.7)), 0)
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        draw.text(((width - face.getlength(line)) / 2, size * 0.08 + row * leading), line, fill=255, font=face)
    return to_raster(image)


def rule(*, width: int) -> Raster:
    """Draw a dashed line across the paper."""
    image = Image.new("L", (width, 18), 255)
    draw = ImageDraw.Draw(image)
    for x in range(0, width, 12):
        draw.line((x, 9, x + 6, 9), fill=0, width=2)
    return to_raster(image)


def qr_with_text(payload: str, text: str, *, width: int, size: int = 22) -> Raster:
    """Draw a QR code at the left and `text` beside it. The modules are 4 dots (0.5 mm), which a phone reads easily."""
    code = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    matrix = np.array(code.to_image(scale=1), copy=True)
    scale = max(3, min(6, (width * 11 // 20) // matrix.shape[0]))
    picture = Image.fromarray(matrix).convert("L")
    picture = picture.resize((matrix.shape[1] * scale, matrix.shape[0] * scale), Image.Resampling.NEAREST)
    face = font(size)
    lines = wrap(text, face, width - picture.width - 16)
    leading = round(size * 1.4)
    height = max(picture.height, leading * len(lines))
    image = Image.new("L", (width, height), 255)
    image.paste(picture, (0, (height - picture.height) // 2))
    draw = ImageDraw.Draw(image)
    top = (height - leading * len(lines)) // 2
    for row, line in enumerate(lines):
        draw.text((picture.width + 16, top + row * leading), line, fill=0, font=face)
    return to_raster(image)
