"""The page scanner: sheets on the glass or in the feeder, pages out.

Knows: what can be asked of a scanner and what can be wrong with it. Does not know: documents, drivers.
"""

from __future__ import annotations

from devices.page_scanner.api import (
    Busy,
    Cancelled,
    CoverOpen,
    Disconnected,
    Faulted,
    FeederEmpty,
    Jammed,
    NotScanned,
    Page,
    PageScanner,
    PageScannerStatus,
    Ready,
    Scanned,
    ScanResult,
    ScanSettings,
    Source,
    Stop,
)

__all__ = [
    "Busy",
    "Cancelled",
    "CoverOpen",
    "Disconnected",
    "Faulted",
    "FeederEmpty",
    "Jammed",
    "NotScanned",
    "Page",
    "PageScanner",
    "PageScannerStatus",
    "Ready",
    "ScanResult",
    "ScanSettings",
    "Scanned",
    "Source",
    "Stop",
]
