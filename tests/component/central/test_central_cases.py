"""Cases as their person and as staff see them; the catalogue; what every refusal looks like."""

from __future__ import annotations

import json
import re
import uuid
from typing import TYPE_CHECKING

import pytest

from kiosk.city.sealed import Assistance, Submission
from kiosk.city.wire import PersonKey
from kiosk.identity.case_code import mint
from kiosk.identity.numbers import Number, case_number

if TYPE_CHECKING:
    from conftest import Device, Platform

DATABASES = ("sqlite", "postgresql")
JIA = PersonKey(name="测试甲", number="990000199001010017")
YI = PersonKey(name="测试乙", number="990000195801010025")


def case_id(platform: Platform, code: str) -> str:
    page = platform.staff("GET", "/staff/cases").text
    found = re.search(rf'id="case-(\d+)">\s*<header>\s*<span class="code">{code}<', page)
    assert found
    return found[1]


def test_a_card_sees_the_state_and_a_code_the_rest(device: Device) -> None:
    """It should open the details of a person's cases only to a confirmed person."""
    submission, sealed = device.handed_in(person=YI)
    device.deliver(sealed)
    low = device.client.cases(YI)
    assert low.level == "card"
    [mine] = [case for case in low.cases if case.code == submission.code]
    assert (mine.state, mine.details) == ("received", None)
    high = device.client.cases(YI, device.token(YI))
    [mine] = [case for case in high.cases if case.code == submission.code]
    assert mine.details is not None
    assert mine.details.submitted_at == submission.submitted_at
    assert [event.kind for event in mine.details.events] == ["submitted", "received"]
    namesake = device.client.cases(PersonKey(name="测试甲", number=YI.number))
    assert all(case.code != submission.code for case in namesake.cases)


def test_a_confirmed_submission_is_recorded_as_such(platform: Platform, device: Device) -> None:
    """It should believe the terminal's level only where the platform's own token proves it, as of handing in."""
    token = device.token(YI)
    _, sealed = device.handed_in({}, person=YI, assurance_token=token)
    platform.clock.advance(hours=5)
    device.deliver(sealed)
    page = platform.staff("GET", "/staff/cases").text
    assert "平台已确认" in page


def test_who_helped_stands_with_the_case(platform: Platform, device: Device) -> None:
    """It should name the clerk, what of it the clerk entered, and how the resident confirmed; the level stays a claim."""
    plain, _ = device.handed_in({})
    helped = Assistance(
        clerk="S0001",
        answers={"phone": "resident", "reason": "clerk"},
        consents="resident",
        confirmed="card",
        confirmed_at=plain.submitted_at,
    )
    seq = next(device.seqs)
    submission = plain.model_copy(
        update={
            "submission_id": uuid.uuid4().hex,
            "code": mint(device.number, seq),
            "assurance": "card+clerk",
            "entered_by": "clerk",
            "assistance": helped,
        }
    )
    device.deliver(device.seal(submission, {}, seq=seq))
    page = platform.staff("GET", "/staff/cases").text
    [case] = [part for part in page.split('<section class="case"') if submission.code in part]
    assert "员工 S0001；申请人刷卡确认" in case
    assert "工作人员代填：reason<" in case
    assert "刷证＋人工<small>终端声明" in case


def test_a_page_that_a_clerk_kept_anyway_is_named(platform: Platform, device: Device) -> None:
    """It should say which page, what is wrong with it, and who answers for it, beside the grade that it costs."""
    files = {"address_proof": b"%PDF-1.7 pages"}
    seq = next(device.seqs)
    plain = device.submission(files, seq=seq)
    said = json.loads(plain.to_bytes())
    said["materials"][0] |= {
        "trust_grade": "D", "kept_anyway": [{"page": 2, "reason": "documents.advice.glare", "clerk": "S0001"}],
    }  # fmt: skip
    submission = Submission.from_bytes(json.dumps(said).encode())
    device.deliver(device.seal(submission, files, seq=seq))
    page = platform.staff("GET", "/staff/cases").text
    assert "<td>D<small>第 2 页反光，员工 S0001 确认保留</small></td>" in page
    said["materials"][0]["trust_grade"] = "C"
    with pytest.raises(ValueError, match="kept anyway"):
        Submission.from_bytes(json.dumps(said).encode())


def test_acceptance_gives_the_number_and_the_due_day(platform: Platform, device: Device) -> None:
    """It should number the case by its item and civil day, once, and count seven working days."""
    submission, sealed = device.handed_in()
    device.deliver(sealed)
    url = f"/staff/cases/{case_id(platform, submission.code)}/accept"
    for _ in range(2):
        assert platform.staff("POST", url, headers={"Origin": platform.url}).status_code == 303
    cases = device.client.cases(JIA, device.token()).cases
    details = next(case.details for case in cases if case.code == submission.code)
    assert details is not None
    assert isinstance(case_number(details.case_no), Number)
    assert details.case_no.startswith("11410200MB9Y00059G3410706001000")
    assert [event.kind for event in details.events] == ["submitted", "received", "accepted"]


def test_two_acceptances_on_a_day_get_two_numbers(platform: Platform, device: Device) -> None:
    """It should count up within a day."""
    numbers = []
    for _ in range(2):
        submission, sealed = device.handed_in({}, person=YI)
        device.deliver(sealed)
        platform.staff("POST", f"/staff/cases/{case_id(platform, submission.code)}/accept", headers={"Origin": platform.url})
        cases = device.client.cases(YI, device.token(YI)).cases
        numbers.append(next(case.details.case_no for case in cases if case.code == submission.code and case.details))
        platform.clock.advance(seconds=61)
    assert int(numbers[1][-4:]) == int(numbers[0][-4:]) + 1


def test_the_staff_page_masks_and_escapes(platform: Platform, device: Device) -> None:
    """It should show no full name or number, run nothing that a terminal sent, and load nothing from elsewhere."""
    submission, sealed = device.handed_in(label="<script>alert(1)</script>")
    device.deliver(sealed)
    answer = platform.staff("GET", "/staff/cases")
    assert submission.code in answer.text
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert submission.applicant.name not in answer.text
    assert submission.applicant.number not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_a_form_of_another_site_is_refused(platform: Platform, device: Device, headers: dict[str, str]) -> None:
    """It should accept a case only from its own page."""
    submission, sealed = device.handed_in({})
    device.deliver(sealed)
    if "Sec-Fetch-Site" in headers:
        headers = {**headers, "Origin": platform.url}
    number = case_id(platform, submission.code)
    assert platform.staff("POST", f"/staff/cases/{number}/accept", headers=headers).json()["code"] == "cross_origin"


def test_the_staff_desk_needs_its_password(platform: Platform, device: Device) -> None:
    """It should ask for it, refuse a wrong one, and hand out no attachment without it."""
    _, sealed = device.handed_in()
    device.deliver(sealed)
    for path in ("/staff/cases", "/staff/materials/" + "0" * 64):
        answer = platform.call("GET", path)
        assert (answer.status_code, answer.json()["code"]) == (401, "password_needed")
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert platform.call("GET", "/staff/cases", auth=("staff", "wrong-password")).json()["code"] == "password_wrong"
    assert platform.staff("GET", "/staff/materials/" + "0" * 64).status_code == 404


def test_the_catalogue_is_fetched_once_per_change(platform: Platform, device: Device) -> None:
    """It should answer 304 for the present tag, and a new tag when a file changed."""
    first = device.client.catalogue()
    assert first is not None
    assert "居住证申领" in first.body.decode()
    assert device.client.catalogue(first.etag) is None
    assert platform.settings.catalogue_dir is not None
    (platform.settings.catalogue_dir / "more.yaml").write_text(f"- tag: {device.number}\n")
    second = device.client.catalogue(first.etag)
    assert second is not None
    assert second.etag != first.etag


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("DELETE", "/v1/ping", 405, "method_not_allowed"),
        ("POST", "/v1/kiosks/enrol", 422, "bad_request"),
        ("POST", "/staff/cases/x/accept", 401, "password_needed"),
        ("PUT", "/v1/outbox/abc", 422, "envelope_malformed"),
    ],
)
def test_every_refusal_has_a_code(platform: Platform, method: str, path: str, status: int, code: str) -> None:
    """It should answer JSON with code and detail, whatever was asked."""
    answer = platform.call(method, path)
    assert answer.status_code == status
    assert answer.json()["code"] == code
    assert "detail" in answer.json()


def test_a_ping_tells_the_platforms_time(platform: Platform, device: Device) -> None:
    """It should answer with the platform's own clock."""
    assert device.client.ping().time == platform.clock.now()
