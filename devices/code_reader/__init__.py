"""The code reader: QR codes on phones and receipts, PDF417 and Code 128 on papers.

Knows: what a code says and how the reader stands. Does not know: drivers (they come by entry point).
"""

from __future__ import annotations

from devices.code_reader.api import (
    Code,
    CodeReader,
    CodeReaderStatus,
    Disconnected,
    Faulted,
    NoCode,
    Ready,
    Symbology,
    Unreadable,
)

__all__ = [
    "Code",
    "CodeReader",
    "CodeReaderStatus",
    "Disconnected",
    "Faulted",
    "NoCode",
    "Ready",
    "Symbology",
    "Unreadable",
]
