"""How fast bytes may leave: a township's line is shared with people who work on it by day.

Knows: a rate that may change at any moment. Does not know: hours, configuration, sockets.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from offline_queue.answers import Beat

Rate = Callable[[], float | None]
"""Bytes in a second that may leave now; None: as many as the line takes."""

_SLICE_S = 0.25


class Throttle:
    """Spreads what leaves over time."""

    def __init__(
        self, rate: Rate, monotonic: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._rate = rate
        self._monotonic = monotonic
        self._sleep = sleep
        self._free_at = 0.0

    def block(self, wanted: int) -> int:
        """Return how many bytes to send at once: a quarter of a second's worth, so that no wait is long."""
        rate = self._rate()
        return wanted if rate is None else max(512, min(wanted, int(rate * _SLICE_S)))

    def wait(self, count: int, beat: Beat) -> None:
        """Wait until `count` more bytes may leave."""
        rate, now = self._rate(), self._monotonic()
        if rate is None:
            self._free_at = now
            return
        while (left := self._free_at - now) > 0:
            beat()
            self._sleep(min(left, _SLICE_S))
            now = self._monotonic()
        self._free_at = now + count / rate
