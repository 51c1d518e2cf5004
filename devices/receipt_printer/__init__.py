"""The receipt printer: blocks in, paper out.

Knows: what a receipt is made of and what can be wrong with the roll. Does not know: layout, words, drivers.
"""

from __future__ import annotations

from devices.receipt_printer.api import (
    Block,
    CoverOpen,
    Cut,
    Disconnected,
    Faulted,
    Feed,
    NoPaper,
    NotPrinted,
    Offline,
    PaperLow,
    Printed,
    PrintResult,
    Raster,
    Ready,
    ReceiptPrinter,
    ReceiptPrinterStatus,
    Text,
    can_print,
    check_blocks,
)

__all__ = [
    "Block",
    "CoverOpen",
    "Cut",
    "Disconnected",
    "Faulted",
    "Feed",
    "NoPaper",
    "NotPrinted",
    "Offline",
    "PaperLow",
    "PrintResult",
    "Printed",
    "Raster",
    "Ready",
    "ReceiptPrinter",
    "ReceiptPrinterStatus",
    "Text",
    "can_print",
    "check_blocks",
]
