"""What a page scanner takes and what it says.

Knows: settings, pages, the closed union of statuses, the two ends of a scan. Does not know: SANE, eSCL, what is on a page.
"""

from __future__ import annotations

import enum
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from devices.errors import DeviceError


class Source(enum.StrEnum):
    """Where the sheets lie."""

    FLATBED = "flatbed"
    FEEDER = "feeder"


LOWEST_DPI, HIGHEST_DPI = 75, 600
MOST_PAGES = 200


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """One scan of A4: from where, how fine, in colour or grey, and after how many sheets the feeder stops.

    Raises: DeviceError `page_scanner.settings`.
    """

    source: Source = Source.FLATBED
    dpi: int = 200
    colour: bool = True
    most_pages: int = 50

    def __post_init__(self) -> None:
        if not LOWEST_DPI <= self.dpi <= HIGHEST_DPI or not 1 <= self.most_pages <= MOST_PAGES:
            raise DeviceError("page_scanner.settings", f"dpi={self.dpi} most_pages={self.most_pages}")


@dataclass(frozen=True, slots=True)
class Page:
    """One side, as it lay: rows from the top, 8 bits a channel, RGB or grey, without padding."""

    width_px: int
    height_px: int
    channels: int
    dpi: int
    pixels: bytes


@dataclass(frozen=True, slots=True)
class Ready:
    """Scans. `feeder_loaded`: whether sheets lie in the feeder, None where the scanner does not tell."""

    feeder_loaded: bool | None = None


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody else scans, or it warms up."""


@dataclass(frozen=True, slots=True)
class Jammed:
    """A sheet is stuck in the feeder."""


@dataclass(frozen=True, slots=True)
class CoverOpen:
    """The cover of the feeder is open."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """There is no scanner."""


@dataclass(frozen=True, slots=True)
class Faulted:
    """Anything else that keeps it from scanning. Code: one of `FAULT_CODES`."""

    code: str


@dataclass(frozen=True, slots=True)
class FeederEmpty:
    """A scan from the feeder was asked for, and no sheet lies in it."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The scan was called off."""


PageScannerStatus = Ready | Busy | Jammed | CoverOpen | Disconnected | Faulted
Stop = Busy | Jammed | CoverOpen | Disconnected | Faulted | FeederEmpty | Cancelled
"""What can end a scan early."""

FAULT_CODES = frozenset(
    {
        "page_scanner.denied",
        "page_scanner.io",
        "page_scanner.stalled",
        "page_scanner.bad_page",
        "page_scanner.bad_answer",
        "page_scanner.no_answer",
        "page_scanner.refused",
        "page_scanner.stopped",
        "page_scanner.no_program",
        "page_scanner.no_room",
        "page_scanner.closed",
    }
)
"""Every code that `Faulted` can carry."""

ERROR_CODES = frozenset(
    {
        "page_scanner.options",
        "page_scanner.settings",
        "page_scanner.unreachable",
        "page_scanner.escl_malformed",
        "page_scanner.pnm_malformed",
        *FAULT_CODES,
    }
)
"""Every code that a `DeviceError` of this kind can carry."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """The glass was read, or the feeder is empty now; so many pages went to `on_page`."""

    pages: int


@dataclass(frozen=True, slots=True)
class NotScanned:
    """The scan ended early. The pages that went to `on_page` are whole; the one under way is not among them."""

    status: Stop
    pages: int


ScanResult = Scanned | NotScanned


class PageScanner(Protocol):
    """One scanner, used by one thread at a time. All calls end within the driver's deadlines."""

    def status(self) -> PageScannerStatus:
        """Ask the scanner. Never raises."""

    def scan(self, settings: ScanSettings, on_page: Callable[[Page], None], cancelled: threading.Event) -> ScanResult:
        """Scan and hand each page over as it comes, on this thread. Whoever sets `cancelled` calls the scan off.

        Raises: DeviceError `page_scanner.settings` for what this scanner cannot do; nothing has moved then.
        """

    def close(self) -> None:
        """Let go; harmless twice."""
