"""Ages and validity of a person's document."""

from __future__ import annotations

import datetime as dt

import pytest

from kiosk.identity.numbers import Sex
from kiosk.identity.persons import RESIDENT_ID, Person


def person(birth: dt.date, valid_to: dt.date | None = None) -> Person:
    return Person(
        name="测试甲",
        document_type=RESIDENT_ID,
        number="990000199001010017",
        sex=Sex.MALE,
        nation_code="01",
        birth=birth,
        address="测试地址",
        issuer="测试机关",
        valid_from=dt.date(2020, 1, 1),
        valid_to=valid_to,
    )


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (dt.date(1958, 1, 1), dt.date(2017, 12, 31), 59),
        (dt.date(1958, 1, 1), dt.date(2018, 1, 1), 60),
        (dt.date(1960, 2, 29), dt.date(2026, 2, 27), 65),
        (dt.date(1960, 2, 29), dt.date(2026, 2, 28), 66),
        (dt.date(1960, 2, 29), dt.date(2024, 2, 28), 63),
        (dt.date(1960, 2, 29), dt.date(2024, 2, 29), 64),
    ],
)
def test_age(birth: dt.date, day: dt.date, age: int) -> None:
    """A year should be full on the birthday, and on 28 February for who was born on the 29th."""
    assert person(birth).age_on(day) == age


def test_validity_includes_both_ends() -> None:
    """A document should be in force on its first and last day; a long-term one for ever."""
    birth = dt.date(1990, 1, 1)
    dated = person(birth, dt.date(2030, 1, 1))
    days = [(2019, 12, 31), (2020, 1, 1), (2030, 1, 1), (2030, 1, 2)]
    assert [dated.document_valid_on(dt.date(*day)) for day in days] == [False, True, True, False]
    assert person(birth).document_valid_on(dt.date(2099, 1, 1))


def test_repr_names_nobody() -> None:
    """What ends in a log should not carry the name or number."""
    shown = repr(person(dt.date(1990, 1, 1)))
    assert "测试甲" not in shown
    assert "9900" not in shown
