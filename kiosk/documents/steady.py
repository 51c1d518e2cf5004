"""When to take a picture by itself.

Knows: how corners move over time, and what the last page that was taken looked like. Does not know: pictures' quality,
cameras. Pure: time comes in with every frame.
"""

from __future__ import annotations

import enum

import numpy as np

from kiosk.documents.geometry import Array
from kiosk.documents.looks import ALIKE, likeness

HOLD_S = 0.7
STILL_SHARE = 0.005
"""Corners that move by less than this share of the frame's long side stand still."""
ABSENT_S = 0.5
"""A page that cannot be found for so long has been taken away; shorter gaps are a hand or a flicker."""


class Phase(enum.Enum):
    """Where a page is on its way to being taken."""

    ABSENT = "absent"
    MOVING = "moving"
    HOLDING = "holding"
    STEADY = "steady"
    TAKEN = "taken"
    """The page that lies there has been taken already."""


class Steadiness:
    """Follows one page through the frames."""

    def __init__(self) -> None:
        self._anchor: Array | None = None
        self._since_s = 0.0
        self._absent_since_s: float | None = None
        self._taken: Array | None = None
        self._taken_key = ""

    def update(self, now_s: float, quad: Array | None, look: Array | None, long_side_px: float) -> Phase:
        """Take in one frame: ordered corners in px and the page's small grey look, or None for both."""
        if quad is None or look is None:
            self._anchor = None
            if self._absent_since_s is None:
                self._absent_since_s = now_s
            if now_s - self._absent_since_s >= ABSENT_S:
                self._taken = None
            return Phase.ABSENT
        self._absent_since_s = None
        if self._anchor is None or np.abs(quad - self._anchor).max() > STILL_SHARE * long_side_px:
            first = self._anchor is None
            self._anchor, self._since_s = quad, now_s
            return Phase.TAKEN if first and self._is_taken(look) else Phase.MOVING
        if self._is_taken(look):
            return Phase.TAKEN
        return Phase.STEADY if now_s - self._since_s >= HOLD_S else Phase.HOLDING

    def taken(self, look: Array, key: str) -> None:
        """Remember the page that was just taken, so that it is not taken again while it lies there. `key`: names it."""
        self._taken, self._taken_key = look, key

    def give_back(self, key: str) -> None:
        """The page of this name is not kept after all: it may be taken again though it still lies there."""
        if key == self._taken_key:
            self._taken, self._taken_key = None, ""
            self.restart()

    def restart(self) -> None:
        """Count the time of holding still anew."""
        self._anchor = None

    def forget(self) -> None:
        """Know nothing of any page."""
        self._anchor = self._absent_since_s = self._taken = None

    def _is_taken(self, look: Array) -> bool:
        return self._taken is not None and likeness(self._taken, look) >= ALIKE
