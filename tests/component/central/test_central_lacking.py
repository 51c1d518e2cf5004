"""Handing in with a gap: held as waiting with its day, refused where the city's own catalogue does not allow it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from kiosk.city.messages import CaseState
from kiosk.city.sealed import Material, Submission
from kiosk.city.wire import PersonKey

if TYPE_CHECKING:
    from conftest import Device, Platform

JIA = PersonKey(name="测试甲", document_type="111", number="990000199001010017")


def lacking(device: Device, platform: Platform, *, days: int = 14, key: str = "employment_proof") -> tuple[Submission, Any]:
    files = {"address": b"%PDF-1.7 two pages"}
    seq = next(device.seqs)
    made = device.submission(files, seq=seq)
    due = platform.clock.now().date() + dt.timedelta(days=days)
    gap = Material(key=key, label="就业证明", source="later", due=due, trust_grade="D")
    submission = made.model_copy(update={"materials": (*made.materials, gap)})
    return submission, device.seal(submission, files, seq=seq)


def test_a_gap_is_held_with_its_day_until_it_is_closed(platform: Platform, device: Device) -> None:
    """It waits for the supplement, is not accepted before, and goes on as any other once what lacked has come."""
    submission, sealed = lacking(device, platform)
    assert device.deliver(sealed).status_code == 201
    assert platform.desks is not None
    desk = platform.desks.cases
    [view] = [case for case in desk.listed() if case.code == submission.code]
    assert (view.state, view.supplement_by) == ("supplement_required", submission.materials[-1].due)
    [told] = [case for case in device.client.cases(JIA).cases if case.code == submission.code]
    assert (told.state, told.supplement_by, told.details) == (CaseState.SUPPLEMENT_REQUIRED, view.supplement_by, None)
    [told] = [case for case in device.client.cases(JIA, device.token()).cases if case.code == submission.code]
    assert told.details is not None
    assert told.details.missing == ("就业证明",)
    origin = {"Origin": platform.url}
    assert platform.staff("POST", f"/staff/cases/{view.id}/accept", headers=origin).status_code == 409
    assert platform.staff("POST", f"/staff/cases/{view.id}/supplemented", headers=origin).status_code == 303
    assert platform.staff("POST", f"/staff/cases/{view.id}/supplemented", headers=origin).status_code == 409
    assert platform.staff("POST", f"/staff/cases/{view.id}/accept", headers=origin).status_code == 303
    [told] = [case for case in device.client.cases(JIA).cases if case.code == submission.code]
    assert (told.state, told.supplement_by) == (CaseState.ACCEPTED, None)


@pytest.mark.parametrize(
    ("changes", "code"), [({"key": "address_proof"}, "later_not_allowed"), ({"days": 60}, "later_too_late")]
)
def test_a_gap_that_the_city_does_not_allow_is_refused(
    platform: Platform, device: Device, changes: dict[str, Any], code: str
) -> None:
    """A terminal with an old catalogue promises nothing that the city does not keep."""
    submission, sealed = lacking(device, platform, **changes)
    answer = device.deliver(sealed)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert submission.code not in {case.code for case in device.client.cases(JIA).cases}
