"""Says the city's own texts, and moments, in the person's language.

Knows: texts that know their languages. Does not know: message ids (those are `qsTrId` in QML).
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Protocol

from kiosk.printing import receipt

if TYPE_CHECKING:
    import datetime as dt

    from kiosk.terminal import Terminal
    from ui.bridge.settings import Settings


class Worded(Protocol):
    """A text of the catalogue or the configuration."""

    def in_language(self, language: str) -> str:
        """Return its words in a language."""
        ...


def say(text: Worded | str | None, settings: Settings) -> str:
    """Return the text in the language of the settings; no text is the empty string."""
    if text is None or isinstance(text, str):
        return text or ""
    return text.in_language(settings.language)


def moment(when: dt.datetime, terminal: Terminal, settings: Settings) -> str:
    """Write a day and its hour, as on a receipt."""
    return receipt.spoken_moment(when, functools.partial(terminal.words.text, settings.language))
