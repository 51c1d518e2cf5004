"""Grades: stored once, counted by terminal and item, a low one named so that somebody may ask why."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from central.ratings import Tally
from kiosk.city.sealed import RATING, Rating
from kiosk.identity.case_code import mint

if TYPE_CHECKING:
    import requests
    from conftest import Device, Platform


def rate(device: Device, grade: int, *, rates: str = "", **changes: object) -> requests.Response:
    seq = next(device.seqs)
    message = Rating(
        submission_id=uuid.uuid4().hex,
        kiosk=device.number,
        code=mint(device.number, seq),
        about="case",
        rates=rates or mint(device.number, 900 + seq),
        item="residence_permit_apply",
        grade=5,
        submitted_at=device.platform.clock.now(),
        clock_quality="synchronised",
        language="zh_CN",
    ).model_copy(update={"grade": grade, **changes})
    blob = device.message(message, RATING, seq=seq)
    answers = [device.call("PUT", f"/v1/outbox/{message.submission_id}", data=blob) for _ in range(2)]
    assert answers[0].content == answers[1].content
    return answers[0]


def test_grades_are_counted_once_by_terminal_and_item(device: Device, another: Device, platform: Platform) -> None:
    """Sent twice it counts once; the page tells each terminal's share of the content."""
    before = platform.desks.ratings.counted() if platform.desks else None
    assert before is not None
    assert platform.desks is not None
    for grade in (5, 5, 3, 1):
        assert rate(device, grade).status_code == 201
    assert rate(another, 4).status_code == 201
    counted = platform.desks.ratings.counted()
    assert counted.overall.total == before.overall.total + 5
    assert counted.by_kiosk[device.number].counts == {5: 2, 4: 0, 3: 1, 2: 0, 1: 1}
    assert counted.by_kiosk[device.number].content_percent == 75.0
    assert counted.by_kiosk[another.number].content_percent == 100.0
    assert "居住证申领" in counted.by_item
    page = platform.staff("GET", "/staff/ratings")
    assert page.status_code == 200
    assert "75.0%" in page.text


def test_a_low_grade_names_its_case(device: Device, platform: Platform) -> None:
    """A case that did not please stands in the list with its code; one that did does not."""
    low, high = mint(device.number, 700), mint(device.number, 701)
    rate(device, 2, rates=low)
    rate(device, 3, rates=high)
    page = platform.staff("GET", "/staff/ratings").text
    section = page[page.index("差评回访") :]
    assert low in section
    assert high not in section


@pytest.mark.parametrize("changes", [{"grade": 6}, {"grade": 0}, {"about": "staff"}])
def test_a_grade_that_does_not_exist_is_refused(device: Device, changes: dict[str, object]) -> None:
    """Like any bad form."""
    refused = rate(device, **{"grade": 5, **changes})  # type: ignore[arg-type]
    assert (refused.status_code, refused.json()["code"]) == (422, "form_invalid")


def test_the_page_is_for_staff(platform: Platform) -> None:
    """Without the password nobody sees a count."""
    assert platform.call("GET", "/staff/ratings").status_code == 401


def test_nobody_said_anything_is_no_share() -> None:
    """An empty tally has no percentage to show."""
    assert Tally().content_percent is None
