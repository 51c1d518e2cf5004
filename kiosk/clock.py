"""Time, as the application may know it.

Knows: UTC now, a monotonic count, and how far the wall clock may be trusted. Does not know: timers, calendars, time zones
on paper (see `kiosk.catalogue.workdays`).
"""

from __future__ import annotations

import datetime as dt
import enum
import time
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

CIVIL_TZ = ZoneInfo("Asia/Shanghai")
"""The zone of screens and paper. The store keeps UTC."""


class ClockQuality(enum.StrEnum):
    """How far a claimed time can be trusted; travels with `submitted_at`."""

    SYNCHRONISED = "synchronised"
    FREE_RUNNING = "free_running"
    IMPLAUSIBLE = "implausible"


class Clock(Protocol):
    """The clock that everything is given; tests hand in a manual one."""

    def now(self) -> dt.datetime:
        """Return the wall clock as an aware UTC time."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        ...

    def quality(self) -> ClockQuality:
        """Say how far `now` can be trusted."""
        ...


class SystemClock:
    """The machine's clock. Time service state is read from systemd-timesyncd's marker file."""

    _SYNC_MARKER = Path("/run/systemd/timesync/synchronized")
    _EARLIEST = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    _LATEST = dt.datetime(2090, 1, 1, tzinfo=dt.UTC)

    def now(self) -> dt.datetime:
        """Return the wall clock as an aware UTC time."""
        return dt.datetime.now(tz=dt.UTC)

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()

    def quality(self) -> ClockQuality:
        """Say how far `now` can be trusted: a clock before 2026 or after 2090 is certainly wrong."""
        if not self._EARLIEST <= self.now() <= self._LATEST:
            return ClockQuality.IMPLAUSIBLE
        return ClockQuality.SYNCHRONISED if self._SYNC_MARKER.exists() else ClockQuality.FREE_RUNNING
