"""Who may act for whom, judged again by the platform: a terminal's word alone makes nobody an agent."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from kiosk.city.messages import CaseState
from kiosk.city.sealed import Acting, Applicant, Submission, Withdrawal
from kiosk.identity.acting import GUARDIAN_CONSENT
from kiosk.identity.case_code import mint
from kiosk.identity.numbers import mod_11_2

if TYPE_CHECKING:
    from conftest import Device, Platform


def person(name: str, birth: dt.date) -> Applicant:
    body = f"990000{birth:%Y%m%d}002"
    return Applicant(name=name, document_type="111", number=body + mod_11_2(body), birth=birth)


JIA = Applicant(name="测试甲", document_type="111", number="990000199001010017", birth=dt.date(1990, 1, 1))
YI = Applicant(name="测试乙", document_type="111", number="990000195801010025", birth=dt.date(1958, 1, 1))
KID = person("测试丙", dt.date(2018, 5, 1))
TEEN = person("测试丁", dt.date(2010, 5, 1))


def acting(device: Device, **changes: Any) -> tuple[Submission, Any]:
    """Hand in by 甲 for 乙, who asked, with a mandate; `changes` go to what is said of it."""
    proof = changes.pop("proof", "mandate")
    said: dict[str, Any] = {"agent": JIA, "capacity": "asked", "relation": "child", "known_by": "card"}
    said |= {key: changes.pop(key) for key in tuple(changes) if key in said}
    files = {proof: b"%PDF-1.7 signed"}
    seq = next(device.seqs)
    made = device.submission(files, seq=seq, assurance_token=changes.pop("assurance_token", ""))
    fields: dict[str, Any] = {"applicant": YI, "acting": Acting(**said), **changes}
    submission = made.model_copy(update=fields)
    return submission, device.seal(submission, files, seq=seq)


def test_a_case_of_somebody_who_asked_is_theirs_and_names_the_agent(platform: Platform, device: Device) -> None:
    """Staff see both, masked; the token that was the agent's confirms it."""
    submission, sealed = acting(device, assurance_token=device.token(), assurance="card+code")
    assert device.deliver(sealed).status_code == 201
    assert platform.desks is not None
    [view] = [each for each in platform.desks.cases.listed() if each.code == submission.code]
    assert (view.name_masked, view.assurance_confirmed) == ("测**", True)
    assert view.number_masked.endswith("5")
    assert view.agent is not None
    assert (view.agent.name_masked, view.agent.capacity, view.agent.relation) == ("测**", "asked", "child")
    assert view.agent.number_masked.endswith("7")
    page = platform.staff("GET", "/staff/cases").text
    assert "受托代办" in page
    assert "与申请人关系：子女" in page


def test_both_find_it_and_each_is_told_what_they_are_in_it(platform: Platform, device: Device) -> None:
    """The one whose case it is and the one who handed it in; the other's name only for who is confirmed."""
    del platform
    submission, sealed = acting(device)
    device.deliver(sealed)
    roles = {}
    for who in (JIA, YI):
        [found] = [case for case in device.client.cases(who).cases if case.code == submission.code]
        assert found.details is None
        roles[who.name] = found.role
    assert roles == {"测试甲": "agent", "测试乙": "principal"}
    [found] = [case for case in device.client.cases(JIA, device.token()).cases if case.code == submission.code]
    assert found.details is not None
    assert found.details.other == "测**"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"item": "social_participation_cert"}, "agent_not_allowed"),
        ({"applicant": JIA}, "agent_is_principal"),
        ({"relation": "guardian"}, "relation_unfit"),
        ({"applicant": KID}, "guardian_needed"),
        ({"agent": TEEN}, "agent_under_age"),
        ({"capacity": "child", "relation": "parent", "proof": "guardian_proof"}, "principal_of_age"),
        (
            {"capacity": "child", "relation": "parent", "proof": "guardian_proof", "applicant": KID},
            "guardian_consent_missing",
        ),
        ({"proof": "address"}, "mandate_missing"),
        ({"acting": None, "applicant": KID}, "guardian_needed"),
        ({"agent": JIA.model_copy(update={"number": "UTO410290010103", "birth": None})}, "age_unknown"),
    ],
)
def test_what_nobody_may_hand_in_is_refused_with_its_reason(device: Device, changes: dict[str, Any], code: str) -> None:
    """It should say why, and keep nothing."""
    submission, sealed = acting(device, **changes)
    answer = device.deliver(sealed)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert submission.code not in {case.code for who in (JIA, YI, KID) for case in device.client.cases(who).cases}


def test_the_birthday_is_the_numbers_not_the_terminals(device: Device) -> None:
    """A terminal that says a child is grown is not believed."""
    grown = KID.model_copy(update={"birth": dt.date(1990, 1, 1)})
    _, sealed = acting(device, applicant=grown)
    assert device.deliver(sealed).json()["code"] == "guardian_needed"


def test_a_guardian_with_consent_and_proof_is_let_through(device: Device) -> None:
    """Under fourteen with the recorded consent; from fourteen without."""
    guardian = {"capacity": "child", "relation": "parent", "proof": "guardian_proof"}
    _, small = acting(device, **guardian, applicant=KID, consents=("identity", GUARDIAN_CONSENT))
    _, grown = acting(device, **guardian, applicant=TEEN)
    assert [device.deliver(sealed).status_code for sealed in (small, grown)] == [201, 201]


@pytest.mark.parametrize("first", ["case", "withdrawal"])
def test_the_agent_can_take_it_back_in_either_order(platform: Platform, device: Device, first: str) -> None:
    """A mandate covers the withdrawal, and a terminal may send it before the case."""
    submission, sealed = acting(device)
    seq = next(device.seqs)
    message = Withdrawal(
        submission_id=uuid.uuid4().hex,
        kiosk=device.number,
        code=mint(device.number, seq),
        withdraws=submission.code,
        applicant=Applicant(name=JIA.name, document_type="111", number=JIA.number),
        assurance="card",
        submitted_at=platform.clock.now(),
        clock_quality="synchronised",
        language="zh_CN",
    )
    blob = device.message(message, "case_withdrawal", seq=seq)

    def withdraw() -> None:
        assert device.call("PUT", f"/v1/outbox/{message.submission_id}", data=blob).status_code == 201

    if first == "withdrawal":
        withdraw()
    assert device.deliver(sealed).status_code == 201
    if first == "case":
        withdraw()
    [found] = [case for case in device.client.cases(YI).cases if case.code == submission.code]
    assert found.state is CaseState.WITHDRAWN
