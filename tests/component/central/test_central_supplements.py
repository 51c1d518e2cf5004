"""A supplement: asked for by staff or promised by the person, brought at a terminal, and refused from whoever may not."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import update

from central.evidence import evidence
from central.parts import Claim
from central.tables import cases
from kiosk.city.messages import CaseState, CaseSummary
from kiosk.city.sealed import Acting, Applicant, Material, PartRef, Supplement
from kiosk.city.wire import PersonKey
from kiosk.identity.case_code import mint

if TYPE_CHECKING:
    import requests
    from conftest import Device, Platform, Sealed

DATABASES = ("sqlite", "postgresql")
BING = PersonKey(name="测试丙", number="990000200001010034")
PAGE = b"%PDF-1.7 what was asked for"


@pytest.fixture
def person() -> PersonKey:
    """Somebody whom no other test of this platform has handed anything in for."""
    return PersonKey(name="测试丁", number=f"T{uuid.uuid4().hex[:16].upper()}")


def told(device: Device, code: str, person: PersonKey) -> CaseSummary:
    [case] = [case for case in device.client.cases(person).cases if case.code == code]
    return case


def case_id(platform: Platform, code: str) -> int:
    assert platform.desks is not None
    [view] = [case for case in platform.desks.cases.listed() if case.code == code]
    return view.id


def ask(platform: Platform, code: str, *keys: str, until: str = "", **fields: str) -> requests.Response:
    """Ask as the page does; what is not said is as the page offers it."""
    day = until or (platform.clock.now().date() + dt.timedelta(days=10)).isoformat()
    form = {f"want-{key}": "1" for key in keys} | {f"reason-{key}": "unreadable" for key in keys} | {"until": day}
    headers = {"Origin": platform.url, "Content-Type": "application/x-www-form-urlencoded"}
    path = f"/staff/cases/{case_id(platform, code)}/supplement"
    return platform.staff("POST", path, data=urlencode(form | fields), headers=headers)


def made(
    device: Device, code: str, person: PersonKey, files: dict[str, bytes] | None = None, **changes: Any
) -> tuple[Supplement, Sealed]:
    """Make and seal a supplement; nothing is sent."""
    files = {"address": PAGE} if files is None else files
    seq = next(device.seqs)
    materials = tuple(
        Material(
            key=key, label="居住地住址证明", source="scan", pages=1, trust_grade="C",
            parts=(
                PartRef(
                    part=key, sha256=hashlib.sha256(data).hexdigest(), size_bytes=len(data), media_type="application/pdf"
                ),
            ),
        )
        for key, data in files.items()
    )  # fmt: skip
    said: dict[str, Any] = {
        "submission_id": uuid.uuid4().hex,
        "kiosk": device.number,
        "code": mint(device.number, seq),
        "supplements": code,
        "item": "residence_permit_apply",
        "applicant": person,
        "assurance": "card",
        "materials": materials,
        "submitted_at": device.platform.clock.now(),
        "clock_quality": "synchronised",
        "language": "zh_CN",
    }
    message = Supplement(**{**said, **changes})
    return message, device.seal(message, files, seq=seq)


def bring(device: Device, code: str, person: PersonKey, *args: Any, **changes: Any) -> requests.Response:
    return device.deliver(made(device, code, person, *args, **changes)[1])


def refusal(answer: requests.Response) -> tuple[int, str, str]:
    return answer.status_code, answer.json()["code"], answer.json()["detail"]


def waiting(platform: Platform, device: Device, person: PersonKey, *keys: str) -> str:
    """Hand a case in for which staff then ask for these; return its code."""
    submission, sealed = device.handed_in(person=person)
    assert device.deliver(sealed).status_code == 201
    assert ask(platform, submission.code, *(keys or ("address",))).status_code == 303
    return submission.code


def test_staff_ask_the_person_brings_and_the_case_goes_on(platform: Platform, device: Device, person: PersonKey) -> None:
    """What, why and until when is told to the card; what comes stands with the case, which staff look at again."""
    submission, sealed = device.handed_in(person=person)
    device.deliver(sealed)
    note = {"note-address": "  第 2 页\n 反光 "}
    assert ask(platform, submission.code, "address", **note).status_code == 303
    case = told(device, submission.code, person)
    due = platform.clock.now().date() + dt.timedelta(days=10)
    assert (case.state, case.supplement_by, case.notices) == (CaseState.SUPPLEMENT_REQUIRED, due, 1)
    [one] = case.wanted
    said = (one.key, one.name, one.reason, one.note, one.due)
    assert said == ("address", "居住地住址证明", "unreadable", "第 2 页 反光", due)
    page = platform.staff("GET", "/staff/cases").text
    assert "看不清 · 第 2 页 反光" in page

    message, brought = made(device, submission.code, person)
    first = device.deliver(brought)
    assert first.status_code == 201
    again = device.put_envelope(brought)
    assert (again.status_code, again.content) == (200, first.content)
    case = told(device, submission.code, person)
    assert (case.state, case.wanted, case.supplement_by, case.notices) == (CaseState.RECEIVED, (), None, 1)
    assert platform.desks is not None
    [view] = [case for case in platform.desks.cases.listed() if case.code == submission.code]
    assert [(each.key, each.supplement) for each in view.materials] == [("address", False), ("address", True)]
    sha256 = view.materials[-1].attachments[0].sha256
    assert platform.staff("GET", f"/staff/materials/{sha256}").content == PAGE
    assert [(kind, actor) for _, kind, actor in view.events][-2:] == [
        ("supplement_asked", "staff"), ("supplemented", f"kiosk {device.number}"),
    ]  # fmt: skip
    assert message.code not in {case.code for case in device.client.cases(person).cases}
    origin = {"Origin": platform.url}
    assert platform.staff("POST", f"/staff/cases/{view.id}/accept", headers=origin).status_code == 303


def test_what_was_promised_is_brought_at_the_terminal(platform: Platform, device: Device) -> None:
    """A gap of the hand-in is told with its day, and closed by a supplement as by the window."""
    files, seq, jia = {"address": PAGE}, next(device.seqs), PersonKey(name="测试甲", number="990000199001010017")
    plain, due = device.submission(files, seq=seq), platform.clock.now().date() + dt.timedelta(days=14)
    gap = Material(key="employment_proof", label="就业证明", source="later", due=due, trust_grade="D")
    submission = plain.model_copy(update={"materials": (*plain.materials, gap)})
    assert device.deliver(device.seal(submission, files, seq=seq)).status_code == 201
    case = told(device, submission.code, jia)
    assert [(one.key, one.reason, one.due) for one in case.wanted] == [("employment_proof", "later", due)]
    assert bring(device, submission.code, jia, {"employment_proof": PAGE}).status_code == 201
    assert told(device, submission.code, jia).state is CaseState.RECEIVED


def test_a_part_of_what_is_wanted_leaves_the_rest(platform: Platform, device: Device, person: PersonKey) -> None:
    """The case waits on for what is still missing; asked for again it counts as another notice."""
    code = waiting(platform, device, person, "address", "employment_proof")
    assert bring(device, code, person).status_code == 201
    case = told(device, code, person)
    assert (case.state, [one.key for one in case.wanted]) == (CaseState.SUPPLEMENT_REQUIRED, ["employment_proof"])
    assert ask(platform, code, "address").status_code == 303
    case = told(device, code, person)
    assert ([one.key for one in case.wanted], case.notices) == (["employment_proof", "address"], 2)
    assert bring(device, code, person, {"address": PAGE, "employment_proof": b"%PDF-1.7 work"}).status_code == 201
    assert told(device, code, person).state is CaseState.RECEIVED


def test_an_accepted_case_goes_back_to_its_review_and_ends(platform: Platform, device: Device, person: PersonKey) -> None:
    """What has its number keeps it; only a decided case is closed, and nothing is asked for it any more."""
    submission, sealed = device.handed_in(person=person)
    device.deliver(sealed)
    number, origin = case_id(platform, submission.code), {"Origin": platform.url}
    assert platform.staff("POST", f"/staff/cases/{number}/finish", headers=origin).status_code == 409
    assert platform.staff("POST", f"/staff/cases/{number}/accept", headers=origin).status_code == 303
    assert ask(platform, submission.code, "address").status_code == 303
    assert platform.staff("POST", f"/staff/cases/{number}/finish", headers=origin).status_code == 409
    assert bring(device, submission.code, person).status_code == 201
    assert told(device, submission.code, person).state is CaseState.REVIEWING
    assert platform.staff("POST", f"/staff/cases/{number}/finish", headers=origin).status_code == 303
    assert told(device, submission.code, person).state is CaseState.CLOSED
    assert refusal(ask(platform, submission.code, "address")) == (409, "not_askable", "closed")


def test_who_acted_for_the_person_may_bring_it_too(platform: Platform, device: Device) -> None:
    """An agent of the case is found by their own card; both may bring what is wanted."""
    agent = Applicant(name="测试乙", number="990000195801010025", birth=dt.date(1958, 1, 1))
    principal = Applicant(name="测试甲", number="990000199001010017", birth=dt.date(1990, 1, 1))
    files, seq = {"mandate": b"%PDF-1.7 signed"}, next(device.seqs)
    plain = device.submission(files, seq=seq)
    acting = Acting(agent=agent, capacity="asked", relation="parent", known_by="card")
    submission = plain.model_copy(update={"applicant": principal, "acting": acting})
    assert device.deliver(device.seal(submission, files, seq=seq)).status_code == 201
    assert ask(platform, submission.code, "address").status_code == 303
    key = PersonKey(name=agent.name, number=agent.number)
    assert bring(device, submission.code, key).status_code == 201
    assert told(device, submission.code, key).state is CaseState.RECEIVED


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"person": BING}, ("supplement_unknown", "")),
        ({"files": {"employment_proof": PAGE}}, ("supplement_not_wanted", "employment_proof")),
        ({"files": {"address": PAGE, "nonsense": PAGE}}, ("supplement_not_wanted", "nonsense")),
        ({"item": "social_participation_cert"}, ("supplement_unknown", "")),
        ({"later": 11}, ("supplement_too_late", "address")),
        ({"assurance": "card+clerk"}, ("form_invalid", "")),
    ],
)
def test_what_nobody_wants_is_refused_and_leaves_nothing(
    platform: Platform, device: Device, person: PersonKey, changes: dict[str, Any], refused: tuple[str, str]
) -> None:
    """Another's case, another material or service, after its day: refused with the reason, and the case waits on."""
    code = waiting(platform, device, person)
    change = dict(changes)
    who, files = change.pop("person", person), change.pop("files", None)
    if "later" in change:
        change = {"submitted_at": platform.clock.now() + dt.timedelta(days=change.pop("later"))}
    if change.get("assurance") == "card+clerk":
        message, _ = made(device, code, who)
        bad = message.model_copy(update=change)  # which checks nothing
        answer = device.deliver(device.seal(bad, {"address": PAGE}, seq=next(device.seqs)))
    else:
        answer = bring(device, code, who, files, **change)
    assert refusal(answer) == (422, *refused)
    case = told(device, code, person)
    assert (case.state, [one.key for one in case.wanted]) == (CaseState.SUPPLEMENT_REQUIRED, ["address"])
    assert platform.desks is not None
    [view] = [case for case in platform.desks.cases.listed() if case.code == code]
    assert [each.supplement for each in view.materials] == [False]


def test_on_its_last_day_it_is_still_taken(platform: Platform, device: Device, person: PersonKey) -> None:
    """The day counts where the citizen stands, to its end, and by when it was handed in, whenever the line came back."""
    code = waiting(platform, device, person)
    due = platform.clock.now().date() + dt.timedelta(days=10)
    midnight = dt.datetime.combine(due, dt.time(23, 59), dt.timezone(dt.timedelta(hours=8)))
    message, sealed = made(device, code, person, submitted_at=midnight)
    platform.clock.advance(days=12)
    assert message.submitted_at == midnight
    assert device.deliver(sealed).status_code == 201


def test_a_second_of_the_same_is_refused(platform: Platform, device: Device, another: Device, person: PersonKey) -> None:
    """Brought at two terminals, what came first counts; the same id with other pages is no replay."""
    code = waiting(platform, device, person)
    message, sealed = made(device, code, person)
    device.deliver(sealed)
    assert refusal(bring(another, code, person)) == (422, "supplement_not_wanted", "received")
    forged, other = made(device, code, person, {"address": b"%PDF-1.7 other"}, submission_id=message.submission_id)
    assert forged.submission_id == message.submission_id
    assert device.put_envelope(other).json()["code"] in {"body_differs", "parts_missing", "part_differs"}


def test_two_at_the_same_moment_are_told_apart(
    platform: Platform, device: Device, another: Device, person: PersonKey
) -> None:
    """However they share a transaction, one is taken."""
    code = waiting(platform, device, person)
    sealed = [made(each, code, person)[1] for each in (device, another)]
    for each, one in zip((device, another), sealed, strict=True):
        for part, data in one.parts.items():
            assert each.put_part(one.id, part, data).status_code == 201
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda pair: pair[0].put_envelope(pair[1]), zip((device, another), sealed, strict=True)))
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    assert told(device, code, person).state is CaseState.RECEIVED


def test_a_case_that_is_over_takes_nothing(platform: Platform, device: Device, person: PersonKey) -> None:
    """Withdrawn, closed, or settled at the window meanwhile."""
    code = waiting(platform, device, person)
    assert device.withdraw(code, person).status_code == 201
    assert refusal(bring(device, code, person)) == (422, "supplement_withdrawn", "")
    code = waiting(platform, device, person)
    assert platform.desks is not None
    with platform.desks.db.transaction() as connection:
        connection.execute(update(cases).where(cases.c.code == code).values(state="closed"))
    assert refusal(bring(device, code, person)) == (422, "supplement_not_wanted", "closed")
    code = waiting(platform, device, person)
    path = f"/staff/cases/{case_id(platform, code)}/supplemented"
    assert platform.staff("POST", path, headers={"Origin": platform.url}).status_code == 303
    assert refusal(bring(device, code, person)) == (422, "supplement_not_wanted", "received")


def test_a_stranger_learns_no_more_than_of_no_case(device: Device) -> None:
    """A code that nobody has and a code that is another's get the same answer."""
    assert refusal(bring(device, "KF0001ZZZZZZ", BING)) == (422, "supplement_unknown", "")


@pytest.mark.parametrize(
    ("keys", "fields", "refused"),
    [
        ((), {}, (422, "nothing_asked", "")),
        (("nonsense",), {}, (422, "material_unknown", "nonsense")),
        (("signature",), {}, (422, "material_unknown", "signature")),
        (("address",), {"reason-address": "later"}, (422, "reason_unknown", "address")),
        (("address",), {"note-address": "长" * 201}, (422, "note_too_long", "address")),
        (("address",), {"until": "2020-01-01"}, (422, "until_past", "")),
        (("address",), {"until": "2099-01-01"}, (422, "until_too_late", "")),
        (("address",), {"until": "soon"}, (422, "until_unclear", "")),
    ],
)
def test_what_staff_cannot_ask(
    platform: Platform, device: Device, person: PersonKey,
    keys: tuple[str, ...], fields: dict[str, str], refused: tuple[int, str, str],
) -> None:  # fmt: skip
    """Only pages of the case's own service, with a reason, until a day that can be kept; the case stays as it was."""
    submission, sealed = device.handed_in(person=person)
    device.deliver(sealed)
    assert refusal(ask(platform, submission.code, *keys, **fields)) == refused
    assert told(device, submission.code, person).state is CaseState.RECEIVED


def test_asking_twice_for_the_same_is_refused(platform: Platform, device: Device, person: PersonKey) -> None:
    """One notice for one material; the page offers what is left."""
    code = waiting(platform, device, person)
    assert refusal(ask(platform, code, "address")) == (409, "asked_already", "address")
    page = platform.staff("GET", f"/staff/cases/{case_id(platform, code)}/supplement").text
    assert 'name="want-employment_proof"' in page
    assert 'name="want-address"' not in page


def test_only_our_own_page_asks(platform: Platform, device: Device, person: PersonKey) -> None:
    """Without the password, or from another site, nothing is asked."""
    submission, sealed = device.handed_in(person=person)
    device.deliver(sealed)
    path = f"/staff/cases/{case_id(platform, submission.code)}/supplement"
    assert platform.call("POST", path, headers={"Origin": platform.url}).status_code == 401
    assert platform.staff("POST", path, headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert platform.staff("GET", "/staff/cases/999999999/supplement").status_code == 404
    assert told(device, submission.code, person).state is CaseState.RECEIVED


def test_what_was_brought_is_shown_to_be_what_was_signed(platform: Platform, device: Device, person: PersonKey) -> None:
    """The proof of a case covers its supplements; a page that is no more as it was is named."""
    code = waiting(platform, device, person)
    message, sealed = made(device, code, person)
    device.deliver(sealed)
    own, brought = evidence(platform.settings, code)
    assert (own.holds, brought.holds, brought.submission_id) == (True, True, message.submission_id)
    assert brought.attachments == {"address": "same"}
    [page] = [path for path in platform.settings.store_dir.rglob("*") if path.name.startswith(message.part_refs()[0].sha256)]
    page.chmod(0o600)
    page.write_bytes(b"another page")
    try:
        assert [each.holds for each in evidence(platform.settings, code)] == [True, False]
    finally:
        page.write_bytes(PAGE)


def test_its_sealed_parts_are_let_go_once_its_pages_are_kept(
    platform: Platform, device: Device, person: PersonKey
) -> None:
    """What was accepted is settled by its own attachments, not by its case's."""
    code = waiting(platform, device, person)
    message, sealed = made(device, code, person)
    assert device.deliver(sealed).status_code == 201
    assert platform.desks is not None
    assert platform.desks.outbox._claimed(device.number, message.submission_id) is Claim.SETTLED
