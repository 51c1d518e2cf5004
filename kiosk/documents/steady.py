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
REOPENED_S = 2.5
"""The same of a camera that was opened anew, which has to find its light first."""


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
        self._patience_s = ABSENT_S

    def update(self, now_s: float, quad: Array | None, look: Array | None, long_side_px: float) -> Phase:
        """Take in one frame: ordered corners in px and the page's small grey look, or None for both."""
        if quad is None or look is None:
            self._anchor = None
            if self._absent_since_s is None:
                self._absent_since_s = now_s
            if now_s - self._absent_since_s >= self._patience_s:
                self._taken, self._patience_s = None, ABSENT_S
            return Phase.ABSENT
        self._absent_since_s, self._patience_s = None, ABSENT_S
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

    def go_on(self, look: Array, key: str) -> None:
        """Take up what another knew: this page was taken, and may lie there still."""
        self.taken(look, key)
        self._patience_s = REOPENED_S

    @property
    def lying(self) -> tuple[Array, str] | None:
        """The look and the name of the page that was taken and has not been taken away."""
        return None if self._taken is None else (self._taken, self._taken_key)

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
        self._patience_s = ABSENT_S

    def _is_taken(self, look: Array) -> bool:
        return self._taken is not None and likeness(self._taken, look) >= ALIKE
