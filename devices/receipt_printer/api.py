"""What a receipt printer takes and what it says.

Knows: the blocks of a receipt, the closed union of statuses, the two ends of a print. Does not know: ESC/POS, ports, layout,
or what a receipt says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from devices.errors import DeviceError

CELL_WIDTH_DOTS = 12
CELL_HEIGHT_DOTS = 24
"""One character of font A at 203 dpi; a double one is twice as wide and twice as high."""

MAX_FEED_LINES = 255


@dataclass(frozen=True, slots=True)
class Text:
    """One printed line in the printer's own font. Printable ASCII only: everything else is the caller's raster.

    Raises: DeviceError `receipt_printer.text_not_ascii` (detail: where, never what, since the text may be personal).
    """

    text: str
    bold: bool = False
    double: bool = False

    def __post_init__(self) -> None:
        for position, character in enumerate(self.text):
            if not " " <= character <= "~":
                raise DeviceError("receipt_printer.text_not_ascii", f"position={position}")

    @property
    def width_dots(self) -> int:
        """Dots that the line takes from the left edge."""
        return len(self.text) * CELL_WIDTH_DOTS * (2 if self.double else 1)


@dataclass(frozen=True, slots=True)
class Raster:
    """A bitmap, 1 = black, most significant bit leftmost, each row padded to a whole byte.

    Raises: DeviceError `receipt_printer.raster_shape` when sizes and bytes do not agree.
    """

    width_dots: int
    height_dots: int
    bits: bytes

    def __post_init__(self) -> None:
        if self.width_dots < 1 or self.height_dots < 1 or len(self.bits) != self.row_bytes * self.height_dots:
            raise DeviceError(
                "receipt_printer.raster_shape", f"{self.width_dots}x{self.height_dots} in {len(self.bits)} bytes"
            )

    @property
    def row_bytes(self) -> int:
        """Bytes of one row of dots."""
        return (self.width_dots + 7) // 8


@dataclass(frozen=True, slots=True)
class Feed:
    """Blank lines, 1 to 255.

    Raises: DeviceError `receipt_printer.feed_range`.
    """

    lines: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.lines <= MAX_FEED_LINES:
            raise DeviceError("receipt_printer.feed_range", str(self.lines))


@dataclass(frozen=True, slots=True)
class Cut:
    """Feed to the knife and cut."""


Block = Text | Raster | Feed | Cut


@dataclass(frozen=True, slots=True)
class Ready:
    """Prints."""


@dataclass(frozen=True, slots=True)
class PaperLow:
    """Prints, but the roll is near its end."""


@dataclass(frozen=True, slots=True)
class NoPaper:
    """The roll has ended."""


@dataclass(frozen=True, slots=True)
class CoverOpen:
    """The cover is open."""


@dataclass(frozen=True, slots=True)
class Offline:
    """Answers, but does not print, for a reason it does not name (its button, for example)."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """No connection can be made."""


@dataclass(frozen=True, slots=True)
class Faulted:
    """Broken in a way that paper does not mend. Code: one of `FAULT_CODES`."""

    code: str


ReceiptPrinterStatus = Ready | PaperLow | NoPaper | CoverOpen | Offline | Disconnected | Faulted

FAULT_CODES = frozenset(
    {
        "receipt_printer.no_answer",
        "receipt_printer.bad_answer",
        "receipt_printer.cutter",
        "receipt_printer.unrecoverable",
        "receipt_printer.recoverable",
        "receipt_printer.not_processed",
        "receipt_printer.closed",
    }
)
"""Every code that `Faulted` can carry."""

ERROR_CODES = frozenset(
    {
        "receipt_printer.options",
        "receipt_printer.unreachable",
        "receipt_printer.text_not_ascii",
        "receipt_printer.text_too_wide",
        "receipt_printer.raster_shape",
        "receipt_printer.raster_too_wide",
        "receipt_printer.feed_range",
        "receipt_printer.not_retracted",
    }
)
"""Every code that a `DeviceError` of this kind can carry."""


@dataclass(frozen=True, slots=True)
class Printed:
    """The printer has worked through the last byte and still had paper afterwards."""


@dataclass(frozen=True, slots=True)
class NotPrinted:
    """The receipt is not complete. `started`: some of it may be on paper, so the torn piece must not be handed out."""

    status: ReceiptPrinterStatus
    started: bool


PrintResult = Printed | NotPrinted


def can_print(status: ReceiptPrinterStatus) -> bool:
    """Say whether a receipt may be started in this status."""
    return isinstance(status, Ready | PaperLow)


def check_blocks(blocks: Sequence[Block], width_dots: int) -> None:
    """Refuse what does not fit on the roll, before any of it is printed.

    Raises: DeviceError `receipt_printer.text_too_wide` or `receipt_printer.raster_too_wide` (detail: index and widths).
    """
    for index, block in enumerate(blocks):
        match block:
            case Text() if block.width_dots > width_dots:
                raise DeviceError("receipt_printer.text_too_wide", f"block={index} {block.width_dots}>{width_dots}")
            case Raster() if block.row_bytes * 8 > width_dots:
                raise DeviceError("receipt_printer.raster_too_wide", f"block={index} {block.width_dots}>{width_dots}")
            case _:
                pass


class ReceiptPrinter(Protocol):
    """One printer, used by one thread at a time. All calls end within the driver's deadlines."""

    @property
    def width_dots(self) -> int:
        """Dots across the printable width: 576 on 80 mm paper, 384 on 58 mm."""

    def status(self) -> ReceiptPrinterStatus:
        """Ask the printer. Never raises."""

    def print(self, blocks: Sequence[Block]) -> PrintResult:
        """Print and wait until the printer has worked through all of it.

        Raises: DeviceError for blocks that can never be printed (see `check_blocks`); nothing has been sent then.
        """

    def retract(self) -> bool:
        """Take back a receipt that still hangs in the mouth; False where there is none, or no way to hold one.

        Raises: DeviceError `receipt_printer.not_retracted`.
        """

    def close(self) -> None:
        """Let go of the port; harmless twice."""
