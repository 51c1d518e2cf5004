"""How a language writes a day: `2026年12月3日` here, `2026-12-03` there, the same on the screen and on paper.

Knows: the patterns `format.*` of a catalogue. Does not know: which language is spoken, or the clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

__all__ = ["Say", "day", "day_of_week", "month", "weekday"]

Say = Callable[..., str]
"""`say(message_id, **values)` in the language of the moment."""


def day(when: dt.date, say: Say) -> str:
    """Write a day."""
    return say("format.day", **_figures(when, say))


def month(when: dt.date, say: Say) -> str:
    """Write the month of a day."""
    return say("format.month", **_figures(when, say))


def day_of_week(when: dt.date, say: Say) -> str:
    """Write a day with its weekday."""
    return say("format.day_of_week", **_figures(when, say))


def weekday(when: dt.date, say: Say) -> str:
    """Write a day's weekday, short."""
    return say("format.weekdays").split()[when.weekday()]


def _figures(when: dt.date, say: Say) -> dict[str, str]:
    digits = int(say("format.digits"))
    return {
        "year": str(when.year),
        "month": str(when.month).zfill(digits),
        "day": str(when.day).zfill(digits),
        "weekday": weekday(when, say),
    }
