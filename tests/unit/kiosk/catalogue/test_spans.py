"""What a person may choose is what the rules then accept: no more, and no less."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.catalogue.forms import problems
from kiosk.catalogue.judging import months_later
from kiosk.catalogue.loader import Catalogue
from kiosk.catalogue.models import ServiceItem, Source
from kiosk.catalogue.spans import Span, span

CATALOGUE = Catalogue.load()
CERTIFICATE = CATALOGUE.item("social_participation_cert")
DAY = dt.timedelta(days=1)
TIMED = {"months_before", "within_years", "not_future"}
DATED = [
    (item, field.key)
    for item in CATALOGUE.items
    for field in item.fields
    if field.type in {"date", "month"} and field.source is Source.INPUT and TIMED & {rule.kind for rule in field.rules}
]


def accepted(item: ServiceItem, key: str, value: str, today: dt.date) -> bool:
    return key not in {problem.field for problem in problems(item, {key: value}, today)}


@pytest.mark.parametrize(("item", "key"), DATED, ids=[f"{item.id}.{key}" for item, key in DATED])
@given(today=st.dates(dt.date(2024, 1, 1), dt.date(2032, 12, 31)))
def test_the_ends_are_accepted_and_what_lies_beyond_them_is_not(item: ServiceItem, key: str, today: dt.date) -> None:
    """For every date and month of the catalogue, on any day, month ends and leap years among them."""
    month = item.field(key).type == "month"
    allowed = span(item.field(key), {}, today)
    assert allowed != Span()
    for end, way in ((allowed.earliest, -1), (allowed.latest, 1)):
        if end is not None:
            beyond = months_later(end.replace(day=1), way) if month else end + way * DAY
            length = len("2026-11" if month else "2026-11-28")
            assert accepted(item, key, end.isoformat()[:length], today)
            assert not accepted(item, key, beyond.isoformat()[:length], today)


def test_every_kind_of_rule_is_among_the_dates() -> None:
    """The test above looks at something."""
    kinds = {rule.kind for item, key in DATED for rule in item.field(key).rules}
    assert kinds >= TIMED


@pytest.mark.parametrize(
    ("today", "latest"),
    [("2026-11-28", "2026-05-28"), ("2026-02-28", "2025-08-31"), ("2028-02-28", "2027-08-28"), ("2026-08-31", "2026-02-28")],
)
def test_half_a_year_ago_ends_with_the_month(today: str, latest: str) -> None:
    """The 31st of August is half a year before the last day of February; in a leap year not before its last but one."""
    field = CATALOGUE.item("residence_permit_apply").field("reg_since")
    assert span(field, {}, dt.date.fromisoformat(today)) == Span(latest=dt.date.fromisoformat(latest))


@pytest.mark.parametrize(
    ("answers", "earliest"),
    [
        ({"from_month": "2025-12"}, dt.date(2025, 12, 1)),
        ({"from_month": "2027-01"}, None),
        ({"from_month": "2025-13"}, None),
        ({"from_month": ["2025-12"]}, None),
        ({}, None),
    ],
)
def test_the_end_of_a_period_begins_with_its_start(answers: dict[str, Any], earliest: dt.date | None) -> None:
    """Where there is a start that makes sense; one that lies in the future leaves the end free to be told."""
    today = dt.date(2026, 11, 28)
    assert span(CERTIFICATE.field("to_month"), answers, today) == Span(earliest, today)


def test_nothing_else_has_a_span() -> None:
    """A year that may not lie in the future is a number, and words are words."""
    dated = {"date", "month", "date_range"}
    fields = [field for item in CATALOGUE.items for field in item.fields if field.type not in dated]
    assert {span(field, {}, dt.date(2026, 11, 28)) for field in fields} == {Span()}
