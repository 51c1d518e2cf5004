"""Numbers, dates, times and codes as they are spoken, put together from words that can be recorded one by one.

Knows: how Chinese and English count, and the written forms that screens and paper use. Does not know: which figure may
be said aloud (`reader`), recordings, or sound.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

Say = Callable[[str], str]
"""`say(message_id)` in the language that is spoken."""

_WEEKDAYS = {
    name: number
    for names in ("Mon Tue Wed Thu Fri Sat Sun", "周一 周二 周三 周四 周五 周六 周日")
    for number, name in enumerate(names.split(), start=1)
}
_DAY = r"(?P<year>\d{4})(?:年|-)(?P<month>\d{1,2})(?:月|-)(?P<day>\d{1,2})日?"
_NAMED = "|".join(_WEEKDAYS)
_TOKEN = re.compile(
    rf"{_DAY}|(?<!\d)(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?!\d)|(?P<weekday>{_NAMED})"
    r"|(?P<month_alone>\d{1,2})(?=月)|(?P<number>(?<![\w*-])(?:0|[1-9]\d{0,3})(?![\w*-]))|(?P<code>[A-Z0-9][A-Z0-9*-]*)"
)
_MOMENT = re.compile(rf"(?:(?:{_NAMED}) )?{_DAY}(?: (?:{_NAMED}))?(?: \d{{1,2}}:\d{{2}})?")
_CASE_CODE = re.compile(r"KF(?: [0-9A-Z]{1,5}){3}")
_COUNTED = "页份个次秒天件项张位步行字"
"""Measure words: before them a two is 两."""


def is_moment(text: str) -> bool:
    """Say whether the text is a day, with or without its weekday and the time, and nothing else."""
    return _MOMENT.fullmatch(text) is not None


def is_case_code(text: str) -> bool:
    """Say whether the text is a case code in the groups in which it is shown."""
    return _CASE_CODE.fullmatch(text) is not None


def spell(text: str, language: str, say: Say, after: str = "") -> tuple[str, ...]:
    """Return the words in which `text` is spoken: its figures word by word, what lies between them as it stands.

    `after` is what the sentence goes on with: it tells 两页 from 二月.
    """
    words: list[str] = []
    at = 0
    for match in _TOKEN.finditer(text):
        words += _between(text[at : match.start()])
        at = match.end()
        words += _token(match, language, say, (text[at:] or after).lstrip())
    return (*words, *_between(text[at:]))


def _between(text: str) -> Iterator[str]:
    if re.search(r"\w", text):
        yield text.strip()


def _token(match: re.Match[str], language: str, say: Say, after: str) -> tuple[str, ...]:
    if match["year"]:
        return _day(int(match["year"]), int(match["month"]), int(match["day"]), language, say)
    if match["hour"]:
        return _time(int(match["hour"]), int(match["minute"]), language, say)
    if match["weekday"]:
        return (say(f"speech.weekday.{_WEEKDAYS[match['weekday']]}"),)
    if match["month_alone"]:
        return _count(int(match["month_alone"]), language, say)
    if match["number"]:
        two_of = match["number"] == "2" and after[:1] in _COUNTED and after != ""
        return (say("speech.number.two_of"),) if two_of else _count(int(match["number"]), language, say)
    return digits(match["code"], say)


def digits(text: str, say: Say) -> tuple[str, ...]:
    """Return a telephone number or a code one character after another; hyphens and blanks are pauses."""
    return tuple(say(f"speech.number.{each}") if each.isdigit() else each for each in text if each.isalnum())


def _day(year: int, month: int, day: int, language: str, say: Say) -> tuple[str, ...]:
    if not 1 <= month <= 12:
        return digits(f"{year}{month}{day}", say)
    named = say(f"speech.month.{month}")
    if language.startswith("zh"):
        return (*digits(str(year), say), say("speech.date.year"), named, *_count(day, language, say), say("speech.date.day"))
    return (*_count(day, language, say), named, *_count(year // 100, language, say), *_count(year % 100, language, say))


def _time(hour: int, minute: int, language: str, say: Say) -> tuple[str, ...]:
    sharp = say("speech.time.hour")
    if language.startswith("zh"):
        if minute == 0:
            return (*_count(hour, language, say), sharp)
        leading = (say("speech.number.0"),) if minute < 10 else ()
        minutes = (*leading, *_count(minute, language, say), say("speech.time.minute"))
        return (*_count(hour, language, say), sharp, *minutes)
    if minute == 0:
        return (*_count(hour, language, say), sharp)
    leading = (say("speech.number.0"),) if minute < 10 else ()
    return (*_count(hour, language, say), *leading, *_count(minute, language, say))


def _count(number: int, language: str, say: Say) -> tuple[str, ...]:
    """Return a whole number from 0 to 9999 in words."""
    steps = _chinese(number) if language.startswith("zh") else _english(number)
    return tuple(say(f"speech.number.{step}") for step in steps)


def _below_hundred(number: int) -> Iterator[int]:
    """Twenty and one are two words in both languages: 二十 一."""
    if number <= 20:
        yield number
        return
    yield number - number % 10
    if number % 10:
        yield number % 10


def _chinese(number: int) -> Iterator[int]:
    if number >= 1000:
        yield from (number // 1000, 1000)
    if number % 1000 >= 100:
        yield from (number % 1000 // 100, 100)
    rest = number % 100
    skipped = (number >= 100 and 0 < rest < 10) or (number >= 1000 and number % 1000 < 100 and rest)
    if skipped:
        yield 0
    if number < 100 or rest:
        if number >= 100 and 10 <= rest < 20:
            yield from (1, 10)  # 一百一十五, and not 一百十五
            rest -= 10
        if rest or number == 0:
            yield from _below_hundred(rest)


def _english(number: int) -> Iterator[int]:
    if number >= 1000:
        yield from (*_english(number // 1000), 1000)
    if number % 1000 >= 100:
        yield from (number % 1000 // 100, 100)
    if number % 100 or number == 0:
        yield from _below_hundred(number % 100)
