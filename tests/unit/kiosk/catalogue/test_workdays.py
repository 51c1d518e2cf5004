"""Working days, against the published notices."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.catalogue import workdays
from kiosk.catalogue.workdays import CIVIL_TZ, Due, Opening

HOURS = ((dt.time(8, 30), dt.time(12, 0)), (dt.time(14, 30), dt.time(18, 0)))


@pytest.mark.parametrize(
    ("accepted", "count", "expected"),
    [
        ("2026-09-23", 3, "2026-09-29"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-02-13", 3, "2026-02-25"),
        ("2026-04-30", 3, "2026-05-08"),
        ("2018-10-15", 7, "2018-10-24"),
        ("2018-10-15", 10, "2018-10-29"),
        ("2026-11-23", 7, "2026-12-02"),
        ("2026-11-23", 0, "2026-11-23"),
        ("2020-01-23", 1, "2020-02-03"),
    ],
)
def test_due_days(accepted: str, count: int, expected: str) -> None:
    """The day of acceptance should not count, closed days should not, swapped days should."""
    assert workdays.due(dt.date.fromisoformat(accepted), count) == Due(dt.date.fromisoformat(expected), False)


def test_swapped_days_of_2026() -> None:
    """Exactly six weekend days of 2026 should be worked."""
    days = [dt.date(2026, 1, 1) + dt.timedelta(days=offset) for offset in range(365)]
    swapped = [f"{day:%m-%d}" for day in days if day.weekday() >= 5 and workdays.is_workday(day)]
    assert swapped == ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]
    assert sum(map(workdays.is_workday, days)) == 248


def test_unpublished_years_are_provisional() -> None:
    """A limit that leans on 2027, or on the last days of 2026, should say so and still keep statutory days."""
    assert workdays.due(dt.date(2026, 12, 23), 1) == Due(dt.date(2026, 12, 24), False)
    assert workdays.due(dt.date(2026, 12, 24), 1) == Due(dt.date(2026, 12, 25), True)
    assert workdays.due(dt.date(2026, 12, 31), 1) == Due(dt.date(2027, 1, 4), True)
    assert not workdays.is_workday(dt.date(2027, 2, 5))
    assert not workdays.is_workday(dt.date(2027, 6, 9))
    assert workdays.is_workday(dt.date(2027, 2, 10))
    assert not workdays.is_workday(dt.date(2050, 10, 3))
    assert workdays.due(dt.date(2050, 1, 31), 5).provisional


def test_calendar_days_end_on_a_working_day() -> None:
    """A limit in days that ends on a free day should end on the next working day."""
    assert workdays.due_calendar_days(dt.date(2026, 11, 23), 15) == Due(dt.date(2026, 12, 8), False)
    assert workdays.due_calendar_days(dt.date(2026, 9, 20), 15) == Due(dt.date(2026, 10, 8), False)
    assert workdays.due_calendar_days(dt.date(2026, 10, 3), 0) == Due(dt.date(2026, 10, 3), False)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-21 03:12", "2026-11-23 08:30"),
        ("2026-11-23 03:12", "2026-11-23 08:30"),
        ("2026-11-23 08:30", "2026-11-23 08:30"),
        ("2026-11-23 10:01", "2026-11-23 10:01"),
        ("2026-11-23 12:00", "2026-11-23 14:30"),
        ("2026-11-23 18:00", "2026-11-24 08:30"),
        ("2026-10-09 19:00", "2026-10-10 08:30"),
        ("2026-09-30 23:59", "2026-10-08 08:30"),
    ],
)
def test_next_opening(moment: str, expected: str) -> None:
    """Night, noon and free days should lead to the next opening; an open office to the moment itself."""
    at = dt.datetime.fromisoformat(moment).replace(tzinfo=CIVIL_TZ)
    wanted = Opening(dt.datetime.fromisoformat(expected).replace(tzinfo=CIVIL_TZ), False)
    assert workdays.next_opening(at, HOURS) == wanted
    assert workdays.next_opening(at.astimezone(dt.UTC), HOURS) == wanted


def test_opening_in_an_unpublished_year_is_provisional() -> None:
    """New Year's night of a year without a notice should give a provisional opening."""
    night = dt.datetime(2027, 1, 1, 1, 0, tzinfo=CIVIL_TZ)
    assert workdays.next_opening(night, HOURS) == Opening(dt.datetime(2027, 1, 4, 8, 30, tzinfo=CIVIL_TZ), True)


def test_misuse_raises() -> None:
    """Naive moments, no hours, negative limits and datetimes for dates are our own faults."""
    with pytest.raises(ValueError):
        workdays.next_opening(dt.datetime(2026, 1, 1), HOURS)  # noqa: DTZ001 - the naive moment is the point
    with pytest.raises(ValueError):
        workdays.next_opening(dt.datetime(2026, 1, 1, tzinfo=dt.UTC), ())
    with pytest.raises(ValueError):
        workdays.due(dt.date(2026, 1, 1), -1)
    with pytest.raises(ValueError):
        workdays.due(dt.datetime(2026, 1, 1, tzinfo=dt.UTC), 1)


@given(st.dates(dt.date(2018, 1, 1), dt.date(2035, 1, 1)), st.integers(1, 60))
def test_due_is_a_working_day_after_so_many_others(accepted: dt.date, count: int) -> None:
    """The due day should be worked, with exactly the promised number of working days up to it."""
    found = workdays.due(accepted, count)
    between = [accepted + dt.timedelta(days=offset) for offset in range(1, (found.date - accepted).days + 1)]
    assert workdays.is_workday(found.date)
    assert sum(map(workdays.is_workday, between)) == count


def test_the_table_names_its_notices() -> None:
    """Every year from 2018 to 2026 should name its notice, and the table its version."""
    calendar = workdays.current()
    assert sorted(calendar.notices) == list(range(2018, 2027))
    assert all(notice.startswith("国办发明电〔") for notice in calendar.notices.values())
    assert calendar.version
