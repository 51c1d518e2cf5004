"""From ESC/POS bytes back to what lies on the paper: text lines, a picture, the QR codes in it.

Knows: how an 80 mm printer at 203 dpi lays out what `commands` cuts apart. Does not know: sockets, statuses, our encoder.
A command it does not know is kept in `Receipt.unknown`: whoever decodes for a test wants that empty.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

from PIL import Image, ImageDraw, ImageFont

from devices.receipt_printer.commands import Command, next_command, raster_size

_CELL_WIDTH, _CELL_HEIGHT, _LINE_SPACING = 12, 24, 30
_KNIFE_MARGIN_DOTS = 60
_FONTS = {
    False: "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    True: "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
}
_MONO_SC_FACE = 7
"""Noto Sans Mono CJK SC inside the collection: half-width cells of exactly half an em."""


@dataclass(frozen=True, slots=True)
class Style:
    """How the printer's own font is set: bold, times wide, times high, 0 left 1 centre 2 right."""

    bold: bool = False
    wide: int = 1
    high: int = 1
    align: int = 0


@dataclass(frozen=True, slots=True)
class TextRun:
    """Characters of the printer's own font, in one style."""

    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class LineEnd:
    """LF: the line so far is printed."""


@dataclass(frozen=True, slots=True)
class FeedDots:
    """Blank paper."""

    dots: int


@dataclass(frozen=True, slots=True)
class Bitmap:
    """GS v 0; 1 = black. Fewer bytes than the size says when the paper ended inside it."""

    width_bytes: int
    rows: int
    bits: bytes
    align: int


@dataclass(frozen=True, slots=True)
class PaperCut:
    """The knife."""


Operation = TextRun | LineEnd | FeedDots | Bitmap | PaperCut


@dataclass(slots=True)
class Receipt:
    """What came out. `truncated`: the bytes end inside a command; `unknown`: commands that no receipt should hold."""

    width_dots: int
    operations: list[Operation] = field(default_factory=list)
    unknown: list[bytes] = field(default_factory=list)
    truncated: bool = False

    @property
    def lines(self) -> list[str]:
        """The lines in the printer's own font, without what is only in pictures."""
        lines, line = [], ""
        for operation in self.operations:
            match operation:
                case TextRun(text=text):
                    line += text
                case LineEnd():
                    lines.append(line)
                    line = ""
                case _:
                    pass
        return [*lines, line] if line else lines

    @property
    def cuts(self) -> int:
        """How often the paper was cut."""
        return sum(isinstance(operation, PaperCut) for operation in self.operations)

    @property
    def complete(self) -> bool:
        """Whole, understood and cut off."""
        return not self.truncated and not self.unknown and self.cuts > 0

    def image(self) -> Image.Image:
        """Draw the paper, 8 bit grey, `width_dots` wide, 203 dpi."""
        return _Painter(self.width_dots).paint(self.operations)


def decode(data: bytes, width_dots: int = 576) -> Receipt:
    """Read the bytes of one or more receipts. Never raises on bad bytes: see `Receipt.unknown` and `truncated`."""
    reader = _Reader(Receipt(width_dots))
    position = 0
    while position < len(data):
        command = next_command(data, position)
        if command is None:
            reader.cut_short(data[position:])
            break
        reader.read(command)
        position += len(command.data)
    return reader.receipt


def decode_qr(image: Image.Image) -> list[str]:
    """Return the texts of the QR codes in a picture of a receipt, top to bottom."""
    import zxingcpp

    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return [code.text for code in sorted(found, key=lambda code: code.position.top_left.y)]


class _Reader:
    def __init__(self, receipt: Receipt) -> None:
        self.receipt = receipt
        self._style = Style()
        self._encoding = "gb18030"  # a Chinese printer wakes up in Chinese mode; ASCII is the same in both

    def read(self, command: Command) -> None:
        """Take one command in."""
        add = self.receipt.operations.append
        match command.name:
            case "text":
                add(TextRun(command.data.decode(self._encoding, "replace"), self._style))
            case "line_feed":
                add(LineEnd())
            case "feed_lines":
                add(FeedDots(command.argument * _LINE_SPACING))
            case "feed_dots":
                add(FeedDots(command.argument))
            case "raster":
                add(Bitmap(*raster_size(command.data), command.data[8:], self._style.align))
            case "cut":
                add(PaperCut())
            case "chinese_on" | "chinese_off":
                self._encoding = "gb18030" if command.name == "chinese_on" else "cp437"
            case "unknown":
                self.receipt.unknown.append(command.data)
            case _:
                self._style = _restyle(self._style, command)

    def cut_short(self, rest: bytes) -> None:
        """The bytes ended inside a command; of a picture, the rows that arrived are on paper."""
        self.receipt.truncated = True
        if rest[:2] == b"\x1dv" and len(rest) > 8:
            self.receipt.operations.append(Bitmap(*raster_size(rest), rest[8:], self._style.align))


def _restyle(style: Style, command: Command) -> Style:
    value = command.argument
    match command.name:
        case "initialise":
            return Style()
        case "bold":
            return Style(bool(value & 1), style.wide, style.high, style.align)
        case "size":
            return Style(style.bold, (value >> 4 & 7) + 1, (value & 7) + 1, style.align)
        case "mode":
            return Style(bool(value & 8), 1 + (value >> 5 & 1), 1 + (value >> 4 & 1), style.align)
        case "align":
            return Style(style.bold, style.wide, style.high, value % 48 % 3)
    return style  # spacing, charset, codepage, status queries: nothing that shows


class _Painter:
    """Draws downwards on paper that grows as needed."""

    def __init__(self, width_dots: int) -> None:
        self._width = width_dots
        self._strips: list[tuple[int, int, Image.Image]] = []
        self._y = 0
        self._line: list[Image.Image] = []
        self._align = 0

    def paint(self, operations: list[Operation]) -> Image.Image:
        """Draw everything and return the sheet."""
        for operation in operations:
            self._paint_one(operation)
        self._end_line()
        sheet = Image.new("L", (self._width, max(self._y, 1)), 255)
        for x, y, strip in self._strips:
            sheet.paste(strip, (x, y))
        sheet.info["dpi"] = (203, 203)
        return sheet

    def _paint_one(self, operation: Operation) -> None:
        match operation:
            case TextRun(text=text, style=style):
                for character in text:
                    self._add_cell(_cell(character, style.bold, style.wide, style.high), style.align)
            case LineEnd():
                if not self._line:
                    self._y += _LINE_SPACING
                self._end_line()
            case FeedDots(dots=dots):
                self._end_line()
                self._y += dots
            case Bitmap():
                self._end_line()
                self._bitmap(operation)
            case PaperCut():
                self._end_line()
                self._y += _KNIFE_MARGIN_DOTS

    def _add_cell(self, cell: Image.Image, align: int) -> None:
        if sum(done.width for done in self._line) + cell.width > self._width:
            self._end_line()
        self._line.append(cell)
        self._align = align

    def _end_line(self) -> None:
        if not self._line:
            return
        height = max(cell.height for cell in self._line)
        x = self._left(sum(cell.width for cell in self._line), self._align)
        for cell in self._line:
            self._strips.append((x, self._y + height - cell.height, cell))
            x += cell.width
        self._y += height + _LINE_SPACING - _CELL_HEIGHT
        self._line = []

    def _bitmap(self, bitmap: Bitmap) -> None:
        rows = min(bitmap.rows, len(bitmap.bits) // bitmap.width_bytes) if bitmap.width_bytes else 0
        if not rows:
            return
        size = (bitmap.width_bytes * 8, rows)
        inverted = bytes(byte ^ 0xFF for byte in bitmap.bits[: bitmap.width_bytes * rows])
        picture = Image.frombytes("1", size, inverted).convert("L")
        self._strips.append((self._left(size[0], bitmap.align), self._y, picture))
        self._y += rows

    def _left(self, width: int, align: int) -> int:
        return (0, (self._width - width) // 2, self._width - width)[align]


@functools.cache
def _font(bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONTS[bold], _CELL_HEIGHT, index=_MONO_SC_FACE)


@functools.lru_cache(maxsize=2048)
def _cell(character: str, bold: bool, wide: int, high: int) -> Image.Image:
    """One character in its cell, black and white as a thermal head prints it."""
    font = _font(bold)
    width = _CELL_WIDTH * max(1, round(font.getlength(character) / _CELL_WIDTH))
    cell = Image.new("1", (width, _CELL_HEIGHT), 1)
    ImageDraw.Draw(cell).text((0, _CELL_HEIGHT - 4), character, 0, font=font, anchor="ls")
    return cell.resize((width * wide, _CELL_HEIGHT * high), Image.Resampling.NEAREST).convert("L")
