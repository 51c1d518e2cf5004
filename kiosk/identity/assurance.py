"""How sure the terminal is of the person before it.

Knows: the levels and their order. Does not know: how a level is reached, or which item asks for which.
"""

from __future__ import annotations

import enum


class Assurance(enum.StrEnum):
    """Weakest first. A card alone proves possession only: a found card must not open everything."""

    NONE = "none"
    CARD = "card"
    CARD_CODE = "card+code"
    CARD_CLERK = "card+clerk"

    def reaches(self, needed: Assurance) -> bool:
        """Say whether this level is at least `needed`."""
        order = list(Assurance)
        return order.index(self) >= order.index(needed)
