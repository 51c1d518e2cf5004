"""What has been written on the pad, and what it may be.

Knows: the strokes of the one character that is being written, and how to get the recogniser when it is first needed. Does
not know: Qt, or what a pad looks like. Strokes live until `clear`, and nowhere else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from ui.handwriting.recogniser import MOST_STROKES, HandwritingError, Recogniser

logger = logging.getLogger(__name__)


class Ink:
    """One character in the making."""

    def __init__(self, open_recogniser: Callable[[], Recogniser]) -> None:
        """`open_recogniser` is called once, when somebody first wants to write; it may raise `HandwritingError`."""
        self._open = open_recogniser
        self._recogniser: Recogniser | None = None
        self.fault = ""
        """Why handwriting cannot be had, as a code; empty while nothing is known against it."""
        self.strokes: list[list[tuple[float, float]]] = []

    def ready(self) -> bool:
        """Whether characters can be read. The first call opens the recogniser; a failure is logged once and stays."""
        if self._recogniser is None and not self.fault:
            try:
                self._recogniser = self._open()
            except HandwritingError as error:
                self.fault = error.code
                logger.error("keyboard.%s %s", error.code, error.detail)
        return self._recogniser is not None

    def write(self, stroke: Sequence[tuple[float, float]]) -> None:
        """Take a stroke, its points in one unit to the right and down; more than the recogniser looks at are dropped."""
        if stroke and len(self.strokes) < MOST_STROKES and self.ready():
            self.strokes.append(list(stroke))

    def undo(self) -> None:
        """Take the last stroke back."""
        if self.strokes:
            self.strokes.pop()

    def clear(self) -> None:
        """Take everything back."""
        self.strokes = []

    def characters(self) -> list[str]:
        """What stands on the pad may be, the likeliest first."""
        if self._recogniser is None or not self.strokes:
            return []
        return self._recogniser.characters(self.strokes)
