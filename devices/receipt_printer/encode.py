"""Receipt blocks as ESC/POS bytes.

Knows: the commands that a receipt needs, and what becomes of a cut. Does not know: sockets, statuses.
Source: Epson ESC/POS command reference (ESC @, ESC R, ESC E, GS !, ESC d, GS v 0, GS V, DLE EOT, DLE DC4); the presenter's
GS e as kiosk printers of several makers document it (Custom, Pyramid Reliance).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from devices.receipt_printer.api import Block, Cut, Feed, Raster, Text

# ESC R 0: the American set. A Chinese default set prints 0x24 as a yuan sign.
START = b"\x1b@\x1bR\x00"
CUT = b"\x1dVB\x00"

STATUS_QUERY = b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04"
"""DLE EOT 1, 2, 3, 4 (printer, offline cause, error cause, paper): one byte each, at once, even when offline."""

PROCESSED_QUERY = b"\x1dr\x01"
"""GS r 1: queued behind the data, so its answer says that everything before it has been worked through."""

CLEAR_BUFFERS = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
"""DLE DC4 8: forget what is queued, or the rest of a torn receipt comes out in front of the next one."""

PRESENT = b"\x1de\x03\x0c"
"""GS e 3: cut and hold the receipt out by 12 steps of 7 mm."""
RETRACT = b"\x1de\x02"
"""GS e 2: take what is in the mouth back into the bin."""
MOUTH_QUERY = b"\x1de\x06"
"""GS e 6: one byte, in which bit 3 says that a receipt is in the mouth."""

_TEAR_BAR_LINES = 5

FRAGMENT_ROWS = 240
"""Rows per GS v 0 (17 kB at 576 dots): a status is read between two. Below 256 the height needs one byte only."""

_REALTIME = (b"\x10\x04", b"\x10\x05", b"\x10\x14")


@dataclass(frozen=True, slots=True)
class PaperPath:
    """What the printer has behind the head."""

    cutter: bool = True
    presenter: bool = False

    @property
    def cut(self) -> bytes:
        """The bytes that end a receipt here."""
        if not self.cutter:
            return b"\x1bd" + bytes([_TEAR_BAR_LINES])
        return CUT + PRESENT if self.presenter else CUT


WITH_KNIFE = PaperPath()


def encode_blocks(blocks: Sequence[Block], paper: PaperPath = WITH_KNIFE) -> Iterator[bytes]:
    """Yield the bytes of a receipt in pieces; between two pieces the printer may be asked for its status."""
    head = START
    for block in blocks:
        match block:
            case Raster():
                for fragment in _fragments(block):
                    yield head + fragment
                    head = b""
            case Text():
                head += _text(block)
            case Feed():
                head += b"\x1bd" + bytes([block.lines])
            case Cut():
                head += paper.cut
    yield head


def _text(block: Text) -> bytes:
    bold, double = b"\x1bE" + bytes([block.bold]), b"\x1d!" + (b"\x11" if block.double else b"\x00")
    return bold + double + block.text.encode("ascii") + b"\n"


def _fragments(block: Raster) -> Iterator[bytes]:
    for top in range(0, block.height_dots, FRAGMENT_ROWS):
        rows = min(FRAGMENT_ROWS, block.height_dots - top)
        bits = block.bits[top * block.row_bytes : (top + rows) * block.row_bytes]
        size = block.row_bytes.to_bytes(2, "little") + rows.to_bytes(2, "little")
        yield b"\x1dv0\x00" + size + without_realtime_commands(bits)


def without_realtime_commands(bits: bytes) -> bytes:
    """Break up dots that look like a real-time command.

    A printer obeys DLE sequences even inside picture data (Epson's note on DLE EOT) and would answer in the middle of it.
    One more black dot, 0x10 -> 0x18, an eighth of a millimetre, is the smaller evil.
    """
    for sequence in _REALTIME:
        bits = bits.replace(sequence, b"\x18" + sequence[1:])
    return bits
