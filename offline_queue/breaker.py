"""One breaker for the line, not one per submission: while the line is down nothing else is tried on it.

Knows: how long to wait after the n-th failure in a row. Does not know: clocks, rows, the network.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waits:
    """How the waits grow: full jitter over `base_s` * 2^n up to `cap_s`."""

    base_s: float = 1.0
    cap_s: float = 300.0
    least_s: float = 0.2
    """Also between the beginnings of two sendings that each brought bytes further."""
    longest_asked_s: float = 3600.0
    """The longest wait that the platform may ask for."""


class Breaker:
    """Counts failures in a row. Closed (`failures` 0) while the line is good."""

    def __init__(self, waits: Waits, random: Callable[[], float], failures: int = 0) -> None:
        """`random()` gives 0 <= x < 1."""
        self._waits = waits
        self._random = random
        self.failures = failures

    def fail(self, asked_s: float | None = None) -> float:
        """Count a failure; return how many seconds to wait. `asked_s` is the platform's own wish (`Retry-After`)."""
        most = min(self._waits.cap_s, self._waits.base_s * 2.0 ** min(self.failures, 30))
        self.failures += 1
        wait = max(self._waits.least_s, self._random() * most)
        return max(wait, min(asked_s, self._waits.longest_asked_s)) if asked_s is not None else wait

    def stumble(self, lasted_s: float) -> float:
        """The line broke off after `lasted_s` and had carried something: count anew; return the rest of the least wait."""
        self.failures = 1
        return max(0.0, self._waits.least_s - lasted_s)

    def succeed(self) -> None:
        """The line carried something."""
        self.failures = 0
