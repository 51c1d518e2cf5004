"""A page scanner in memory.

Knows: the contract. Does not know: SANE, time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from devices.page_scanner.api import (
    Cancelled,
    CoverOpen,
    Disconnected,
    FeederEmpty,
    Jammed,
    NotScanned,
    Page,
    PageScannerStatus,
    Ready,
    Scanned,
    ScanResult,
    ScanSettings,
    Source,
    Stop,
)


class FakePageScanner:
    """Lay grey values on `glass` and in `feeder`: each becomes a page of that one grey. `fail_next` breaks a scan off."""

    def __init__(self) -> None:
        self.glass = 255
        self.feeder: list[int] = []
        self.current: PageScannerStatus = Ready(feeder_loaded=False)
        self._planned: tuple[int, Stop] | None = None
        self._closed = False

    def fail_next(self, stop: Stop, *, after_pages: int = 0) -> None:
        """End the next scan early after so many pages; the scanner stays in that status where it is one."""
        self._planned = (after_pages, stop)

    def status(self) -> PageScannerStatus:
        """Return what the test has set."""
        if self._closed:
            return Disconnected()
        return Ready(feeder_loaded=bool(self.feeder)) if isinstance(self.current, Ready) else self.current

    def scan(self, settings: ScanSettings, on_page: Callable[[Page], None], cancelled: threading.Event) -> ScanResult:
        """Scan at once."""
        now = self.status()
        from_feeder = settings.source is Source.FEEDER
        if not isinstance(now, Ready) and (from_feeder or not isinstance(now, Jammed | CoverOpen)):
            return NotScanned(now, 0)
        if from_feeder and not self.feeder:
            return NotScanned(FeederEmpty(), 0)
        wanted = min(len(self.feeder), settings.most_pages) if from_feeder else 1
        for number in range(wanted):
            stop = self._stop(number, cancelled)
            if stop is not None:
                return NotScanned(stop, number)
            on_page(self._page(self.feeder.pop(0) if from_feeder else self.glass, settings))
        return Scanned(wanted)

    def close(self) -> None:
        """Let go."""
        self._closed = True

    def _stop(self, number: int, cancelled: threading.Event) -> Stop | None:
        if cancelled.is_set():
            return Cancelled()
        if self._planned is None or number < self._planned[0]:
            return None
        stop, self._planned = self._planned[1], None
        if not isinstance(stop, FeederEmpty | Cancelled):
            self.current = stop
        return stop

    def _page(self, grey: int, settings: ScanSettings) -> Page:
        width, height = round(210 / 25.4 * settings.dpi), round(297 / 25.4 * settings.dpi)
        channels = 3 if settings.colour else 1
        return Page(width, height, channels, settings.dpi, bytes([grey]) * (width * height * channels))
