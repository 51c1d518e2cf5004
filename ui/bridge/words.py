"""Says the city's own texts in the person's language.

Knows: texts with both languages. Does not know: message ids (those are `qsTrId` in QML).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ui.bridge.settings import Settings


class Bilingual(Protocol):
    """A text of the catalogue or the configuration."""

    @property
    def zh(self) -> str:
        """Chinese."""
        ...

    @property
    def en(self) -> str:
        """English."""
        ...


def say(text: Bilingual | str | None, settings: Settings) -> str:
    """Return the text in the language of the settings; no text is the empty string."""
    if text is None or isinstance(text, str):
        return text or ""
    return text.zh if settings.language == "zh_CN" else text.en
