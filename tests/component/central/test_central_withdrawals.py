"""A case is taken back by who handed it in, until it is decided; a possible double is shown and never refused."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from kiosk.city.messages import CaseState
from kiosk.city.sealed import WITHDRAWAL
from kiosk.city.wire import PersonKey

if TYPE_CHECKING:
    from conftest import Device, Platform

DATABASES = ("sqlite", "postgresql")
JIA = PersonKey(name="测试甲", number="990000199001010017")
YI = PersonKey(name="测试乙", number="990000195801010025")
BING = PersonKey(name="测试丙", number="990000200001010034")


@pytest.fixture
def person() -> PersonKey:
    """Somebody whom no other test of this platform has handed anything in for."""
    return PersonKey(name="测试丁", number=f"T{uuid.uuid4().hex[:16].upper()}")


def state_of(device: Device, code: str, person: PersonKey) -> CaseState:
    [case] = [case for case in device.client.cases(person).cases if case.code == code]
    return case.state


def test_a_case_is_withdrawn_by_its_own_person(device: Device, person: PersonKey) -> None:
    """The case should be withdrawn and stay in the record, and a second wish should change nothing."""
    submission, sealed = device.handed_in(person=person)
    assert device.deliver(sealed).status_code == 201
    assert device.withdraw(submission.code, person).status_code == 201
    assert state_of(device, submission.code, person) is CaseState.WITHDRAWN
    assert device.withdraw(submission.code, person).status_code == 201
    assert state_of(device, submission.code, person) is CaseState.WITHDRAWN


def test_nobody_withdraws_a_strangers_case(device: Device, person: PersonKey) -> None:
    """A right code with another person's card should leave the case alone, and say no more than for a case not known."""
    submission, sealed = device.handed_in(person=person)
    device.deliver(sealed)
    assert device.withdraw(submission.code, BING).status_code == 201
    assert state_of(device, submission.code, person) is CaseState.RECEIVED


def test_a_withdrawal_may_come_before_its_case(device: Device, person: PersonKey) -> None:
    """A wish that overtook its case should be kept and take effect when the case comes."""
    submission, sealed = device.handed_in(person=person)
    assert device.withdraw(submission.code, person).status_code == 201
    assert device.deliver(sealed).status_code == 201
    assert state_of(device, submission.code, person) is CaseState.WITHDRAWN


def test_what_is_decided_can_not_be_withdrawn(device: Device, platform: Platform, person: PersonKey) -> None:
    """After the decision the message should be refused with the case's state, and nothing should be stored of it."""
    submission, sealed = device.handed_in(person=person)
    device.deliver(sealed)
    decide(platform, submission.code)
    refused = device.withdraw(submission.code, person)
    assert (refused.status_code, refused.json()["code"], refused.json()["detail"]) == (422, "withdrawal_too_late", "closed")
    assert state_of(device, submission.code, person) is CaseState.CLOSED


def decide(platform: Platform, code: str) -> None:
    """Close a case as a later stage's department would."""
    from sqlalchemy import update

    from central.tables import cases

    assert platform.desks is not None
    with platform.desks.db.transaction() as connection:
        connection.execute(update(cases).where(cases.c.code == code).values(state="closed"))


def test_an_accepted_case_can_still_be_withdrawn(device: Device, platform: Platform, person: PersonKey) -> None:
    """Acceptance is no decision; a withdrawn case should no more be accepted."""
    submission, sealed = device.handed_in(person=person)
    device.deliver(sealed)
    device.withdraw(submission.code, person)
    page = platform.staff("GET", "/staff/cases").text
    assert submission.code in page
    assert "已撤回" in page


def test_a_second_case_of_the_same_item_is_flagged_for_the_clerk(
    device: Device, another: Device, platform: Platform, person: PersonKey
) -> None:
    """It should be taken in, and name the open case that came before; after a withdrawal there is nothing to name."""
    first, sealed = device.handed_in(person=person)
    device.deliver(sealed)
    second, sealed_again = another.handed_in(person=person)
    assert another.deliver(sealed_again).status_code == 201
    page = platform.staff("GET", "/staff/cases").text
    section = page[page.index(f'<span class="code">{second.code}</span>') :]
    assert f'<span class="code">{first.code}</span>' in section[: section.index("</section>")]
    for code in (first.code, second.code):
        device.withdraw(code, person)
    _, third = device.handed_in(person=person)
    before = platform.staff("GET", "/staff/cases").text.count("<dt>可能重复</dt>")
    device.deliver(third)
    assert platform.staff("GET", "/staff/cases").text.count("<dt>可能重复</dt>") == before


def test_a_withdrawal_must_be_whole(device: Device) -> None:
    """A withdrawal whose header says that it is a submission should be refused like any bad form."""
    from kiosk.city.sealed import Submission

    submission, sealed = device.handed_in({})
    assert isinstance(submission, Submission)
    assert device.seal(submission.model_copy(update={"item": WITHDRAWAL}), {}, seq=next(device.seqs)).blob
    wrong = device.seal(submission.model_copy(update={"item": WITHDRAWAL}), {}, seq=next(device.seqs))
    answer = device.put_envelope(wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "form_invalid")
    assert device.put_envelope(sealed).status_code == 201
