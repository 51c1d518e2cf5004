"""A wish to be called back: taken once, shown to staff with its number, answered once, read by whoever lays the card."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from kiosk.city.sealed import CALL_BACK, CallBack
from kiosk.city.wire import PersonKey
from kiosk.identity.case_code import mint

if TYPE_CHECKING:
    import requests
    from conftest import Device, Platform


@pytest.fixture
def person() -> PersonKey:
    """Somebody whom no other test of this platform has asked anything for."""
    return PersonKey(name="测试丁", number=f"T{uuid.uuid4().hex[:16].upper()}")


def wish(device: Device, person: PersonKey | None, *, phone: str = "13900000001") -> tuple[CallBack, bytes]:
    seq = next(device.seqs)
    message = CallBack(
        submission_id=uuid.uuid4().hex,
        kiosk=device.number,
        code=mint(device.number, seq),
        step="form",
        item="residence_permit_apply",
        phone=phone,
        applicant=person,
        assurance="card" if person else "none",
        submitted_at=device.platform.clock.now(),
        clock_quality="synchronised",
        language="zh_CN",
    )
    blob = device.message(message, CALL_BACK, seq=seq)
    return message, blob


def send(device: Device, message: CallBack, blob: bytes) -> requests.Response:
    return device.call("PUT", f"/v1/outbox/{message.submission_id}", data=blob)


def answer(platform: Platform, submission_id: str, text: str, **headers: str) -> requests.Response:
    path = f"/staff/call-backs/{submission_id}/answer"
    own = {"Origin": platform.url, "Sec-Fetch-Site": "same-origin", **headers}
    return platform.staff("POST", path, data={"answer": text}, headers=own)


def test_a_wish_is_answered_and_read_by_the_cards_holder(device: Device, platform: Platform, person: PersonKey) -> None:
    """Waiting for everybody, then answered: the holder reads it with the card alone, a stranger never does."""
    message, blob = wish(device, person)
    assert [send(device, message, blob).status_code for _ in range(2)] == [201, 200]
    (told,) = device.client.cases(person).call_backs
    assert (told.code, told.answered_at, told.answer) == (message.code, None, "")
    page = platform.staff("GET", "/staff/call-backs").text
    assert "13900000001" in page
    assert "填写表格" in page
    assert "测**" in page
    assert person.name not in page
    assert answer(platform, message.submission_id, " 已电话说明：\r\n 请带户口簿 ").status_code == 303
    (told,) = device.client.cases(person).call_backs
    assert told.answer == "已电话说明： 请带户口簿"
    assert told.answered_at == platform.clock.now()
    assert device.client.cases(PersonKey(name="测试丙", number="990000200001010034")).call_backs == ()


def test_a_wish_without_a_card_is_for_staff_alone(device: Device, platform: Platform) -> None:
    """Nobody is named; staff see the number to call, and may write down what became of it."""
    message, blob = wish(device, None, phone="037122123456")
    assert send(device, message, blob).status_code == 201
    page = platform.staff("GET", "/staff/call-backs").text
    section = page[page.index(f'id="call-{message.submission_id}"') :]
    assert "未刷证" in section[: section.index("</section>")]
    assert "037122123456" in section
    assert answer(platform, message.submission_id, "已回电").status_code == 303


def test_an_answer_is_given_once_and_is_not_empty(device: Device, platform: Platform, person: PersonKey) -> None:
    """A second answer, an empty one, a novel and one to nobody are refused with their codes; the first stands."""
    message, blob = wish(device, person)
    send(device, message, blob)
    for text, code in (("  ", "answer_empty"), ("长" * 501, "answer_too_long")):
        refused = answer(platform, message.submission_id, text)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert answer(platform, message.submission_id, "已回电").status_code == 303
    again = answer(platform, message.submission_id, "别的")
    assert (again.status_code, again.json()["code"]) == (409, "answered")
    assert answer(platform, uuid.uuid4().hex, "已回电").status_code == 404
    assert [told.answer for told in device.client.cases(person).call_backs] == ["已回电"]


def test_the_answer_form_is_our_own_pages(device: Device, platform: Platform, person: PersonKey) -> None:
    """Another site's form, a body that is no form and nobody's password change nothing."""
    message, blob = wish(device, person)
    send(device, message, blob)
    foreign = answer(platform, message.submission_id, "已回电", **{"Sec-Fetch-Site": "cross-site"})
    assert (foreign.status_code, foreign.json()["code"]) == (403, "cross_origin")
    path = f"/staff/call-backs/{message.submission_id}/answer"
    assert platform.call("POST", path, data={"answer": "已回电"}).status_code == 401
    own = {"Origin": platform.url, "Sec-Fetch-Site": "same-origin"}
    wrong = platform.staff("POST", path, data="答".encode(), headers=own)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_form")
    large = platform.staff("POST", path, data={"answer": "a" * 20_000}, headers=own)
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
    assert device.client.cases(person).call_backs[0].answered_at is None


def test_a_wish_must_be_whole(device: Device, person: PersonKey) -> None:
    """A number that nobody can call is refused like any bad form, and nothing is stored of it."""
    message, _ = wish(device, person)
    bad = message.model_copy(update={"phone": "call me"})
    blob = device.message(bad, CALL_BACK, seq=1)
    refused = send(device, bad, blob)
    assert (refused.status_code, refused.json()["code"]) == (422, "form_invalid")
    assert device.client.cases(person).call_backs == ()
