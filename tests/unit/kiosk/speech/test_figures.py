"""Numbers, days, times and codes in words, as somebody would say them."""

from __future__ import annotations

import pytest

from kiosk.speech import figures, reader
from kiosk.words import Words, placeholders

WORDS = Words.load()


def spoken(text: str, language: str = "zh_CN", after: str = "") -> str:
    words = figures.spell(text, language, lambda ident: WORDS.template(language, ident), after)
    return ("" if language == "zh_CN" else " ").join(words)


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        ("0", "零", "zero"),
        ("7", "七", "seven"),
        ("10", "十", "ten"),
        ("15", "十五", "fifteen"),
        ("20", "二十", "twenty"),
        ("21", "二十一", "twenty one"),
        ("99", "九十九", "ninety nine"),
        ("100", "一百", "one hundred"),
        ("105", "一百零五", "one hundred five"),
        ("110", "一百一十", "one hundred ten"),
        ("118", "一百一十八", "one hundred eighteen"),
        ("250", "二百五十", "two hundred fifty"),
        ("1000", "一千", "one thousand"),
        ("1005", "一千零五", "one thousand five"),
        ("1010", "一千零一十", "one thousand ten"),
        ("1120", "一千一百二十", "one thousand one hundred twenty"),
        ("9999", "九千九百九十九", "nine thousand nine hundred ninety nine"),
    ],
)
def test_numbers(number: str, zh: str, en: str) -> None:
    """Should count in both languages."""
    assert (spoken(number), spoken(number, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("text", "zh"),
    [
        ("2026年11月28日 周六 03:12", "二零二六年十一月二十八日星期六三点十二分"),
        ("2026-12-02", "二零二六年十二月二日"),
        ("08:05", "八点零五分"),
        ("20:00", "二十点"),
        ("0371-12345", "零三七一一二三四五"),
        ("KF 0042 0003G 7", "KF零零四二零零零三G七"),
    ],
)
def test_days_times_and_codes_in_chinese(text: str, zh: str) -> None:
    """Should say the year digit by digit, the minutes after the hour, and a code one by one."""
    if figures.is_case_code(text):
        assert "".join(figures.digits(text, lambda ident: WORDS.template("zh_CN", ident))) == zh
    else:
        assert spoken(text) == zh


@pytest.mark.parametrize(
    ("text", "en"),
    [
        ("Sat 2026-11-28 03:12", "Saturday twenty eight November twenty twenty six three twelve"),
        ("08:05", "eight zero five"),
        ("20:00", "twenty o'clock"),
    ],
)
def test_days_and_times_in_english(text: str, en: str) -> None:
    """Should say the year in pairs."""
    assert spoken(text, "en") == en


@pytest.mark.parametrize(("after", "word"), [(" 页，共", "两"), (" 个工作日", "两"), ("月", "二"), ("", "二")])
def test_two_of_something(after: str, word: str) -> None:
    """Should be 两 before a measure word, and 二 as a number."""
    assert spoken("2", after=after) == word


def test_moments_are_told_from_other_figures() -> None:
    """Should know a day from a telephone number or a number of identity."""
    assert figures.is_moment("2026年11月28日 周六 03:12")
    assert figures.is_moment("Sat 2026-11-28 03:12")
    for text in ("13900000001", "990000199001010017", "1990", "2026-11-28 测试甲", ""):
        assert not figures.is_moment(text), text


def test_every_place_of_a_sentence_was_thought_about() -> None:
    """Should have decided for every placeholder of a public sentence whether its value may be said."""
    used = {name for ident in reader.public_ids(WORDS, "zh_CN") for name in placeholders(WORDS.template("zh_CN", ident))}
    assert used <= reader.FIGURES | reader.NAMES | reader.PERSONAL
    assert not reader.FIGURES & reader.PERSONAL
    assert not reader.NAMES & reader.PERSONAL
