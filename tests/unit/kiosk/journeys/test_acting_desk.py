"""Acting for somebody else: whom by card or number, who may not, the paper that says so, and who acted in every record."""

from __future__ import annotations

import dataclasses
import datetime as dt
import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from devices.id_card import IdCard
from devices.id_card.samples import SAMPLE_CARDS
from devices.receipt_printer import NoPaper
from kiosk.city.sealed import Submission
from kiosk.identity.acting import GUARDIAN_CONSENT, Capacity
from kiosk.identity.numbers import mod_11_2
from kiosk.journeys.vault import Vault
from kiosk.session import events as ev
from kiosk.session.states import State
from offline_queue.envelope import open_form, parse

if TYPE_CHECKING:
    from conftest import Bench

JIA, YI = SAMPLE_CARDS["测试甲"], SAMPLE_CARDS["测试乙"]
STROKES = [[(0.1, 0.5, 0.0), (0.4, 0.4, 0.1), (0.8, 0.6, 0.3)]]


def number_of(birth: dt.date, serial: str = "002") -> str:
    body = f"990000{birth:%Y%m%d}{serial}"
    return body + mod_11_2(body)


def card(name: str, birth: dt.date) -> IdCard:
    return dataclasses.replace(JIA, name=name, birth=birth, number=number_of(birth), sex="2", valid_to=dt.date(2030, 1, 1))


KID = card("测试丙", dt.date(2018, 5, 1))
TEEN = card("测试丁", dt.date(2010, 5, 1))


def recording(said: list[str], text: Callable[..., str]) -> Callable[..., str]:
    def say(language: str, message_id: str, **args: object) -> str:
        said.append(message_id)
        return text(language, message_id, **args)

    return say


def to_principal(bench: Bench, capacity: Capacity = Capacity.ASKED, agent: IdCard = JIA) -> None:
    plan = bench.terminal.plan(bench.terminal.catalogue.item("residence_permit_apply"))
    assert plan.agents
    bench.handle(ev.Started(), ev.ItemChosen(plan), ev.ForAnotherAsked(), ev.ForWhomChosen(capacity), ev.Confirmed())
    bench.lay_card(agent)
    if bench.state() is State.CODE:
        bench.type_code()


def to_relation(bench: Bench, capacity: Capacity = Capacity.ASKED, principal: IdCard = YI) -> None:
    to_principal(bench, capacity)
    bench.lift_card()
    bench.lay_card(principal)
    assert bench.state() is State.RELATION


def to_outcome(bench: Bench, capacity: Capacity = Capacity.ASKED, principal: IdCard = YI, relation: str = "child") -> None:
    to_relation(bench, capacity, principal)
    acting = bench.terminal.acting
    acting.choose(relation)
    if acting.needs_consent:
        acting.agree(on=True)
    assert acting.go_on()
    bench.turn()
    bench.fill_permit()
    bench.lay_materials()
    bench.handle(ev.Confirmed())
    bench.terminal.case.set_signature(STROKES, 600, 300)
    bench.handle(ev.Confirmed())
    assert bench.state() is State.REVIEW
    bench.handle(ev.Confirmed())
    assert bench.state() is State.OUTCOME


def sealed(bench: Bench) -> Submission:
    """Open what was handed in last, as the platform would with its key."""
    database = sqlite3.connect(bench.state_dir / "outbox" / "outbox.db")
    try:
        blob = database.execute("SELECT envelope FROM outbox ORDER BY seq DESC").fetchone()[0]
    finally:
        database.close()
    return Submission.from_bytes(open_form(parse(blob), bytes(range(32))))


def test_what_is_sealed_says_who_acted_for_whom(bench: Bench) -> None:
    """The case is the other person's; the agent, the relation and the card that was read stand in it."""
    to_outcome(bench)
    submission = sealed(bench)
    assert (submission.applicant.number, submission.applicant.issuer) == (YI.number, YI.issuer)
    assert submission.answers["id_no"] == YI.number
    assert submission.acting is not None
    assert (submission.acting.agent.number, submission.acting.capacity) == (JIA.number, "asked")
    assert (submission.acting.relation, submission.acting.known_by) == ("child", "card")
    assert submission.presenter.number == JIA.number
    assert next(material.key for material in submission.materials if material.parts) == "mandate"
    assert GUARDIAN_CONSENT not in submission.consents


def test_review_receipt_and_audit_say_it_too(bench: Bench) -> None:
    """Masked on the screen and on paper; the audit names nobody and says in which capacity."""
    to_relation(bench)
    assert bench.terminal.person.masked_name == "测*甲"
    assert bench.terminal.acting.masked_name == "测*乙"
    bench.leave()
    bench.lift_card()
    to_outcome(bench)
    [agreed] = bench.audited("acting.agreed")
    said = {key: agreed[key] for key in ("capacity", "relation", "known_by", "guardian_consent")}
    assert said == {"capacity": "asked", "relation": "child", "known_by": "card", "guardian_consent": False}
    [stored] = bench.audited("submission.stored")
    assert stored["capacity"] == "asked"
    log = (bench.state_dir / "audit.jsonl").read_text(encoding="utf-8")
    assert not any(word in log for word in (YI.name, YI.number, JIA.name, JIA.number))


def test_the_review_leads_to_the_relation(bench: Bench) -> None:
    """Who hands in and by what the other is known stand above the form; a touch leads to the relation and back."""
    to_relation(bench)
    bench.terminal.acting.choose("spouse")
    bench.terminal.acting.go_on()
    bench.turn()
    lines = {line.label: line for line in bench.terminal.case.review()}
    assert lines["代办人"].value == "测*甲（申请人的配偶）"
    assert lines["申请人身份"].value == "已在本机读证"
    assert lines["代办人"].target == ev.FieldReopened(State.RELATION)
    bench.fill_permit()
    bench.lay_materials()
    bench.handle(ev.Confirmed())
    bench.terminal.case.set_signature(STROKES, 600, 300)
    bench.handle(ev.Confirmed(), ev.FieldReopened(State.RELATION))
    bench.terminal.acting.choose("relative")
    bench.terminal.acting.go_on()
    bench.turn()
    assert bench.state() is State.REVIEW
    assert bench.vault.relation == "relative"


def test_somebody_without_a_card_is_named_by_number(bench: Bench) -> None:
    """Name and number are the agent's word, and say so: in the form's source, on the review, in the data."""
    to_principal(bench)
    acting = bench.terminal.acting
    acting.write("name", " 测试乙 ")
    acting.write("number", YI.number.lower())
    assert acting.name_principal()
    bench.turn()
    assert (bench.state(), acting.by_card) == (State.RELATION, False)
    acting.choose("other")
    acting.go_on()
    bench.turn()
    assert bench.vault.answers["name"] == "测试乙"
    assert bench.vault.sources["name"] == "form.source.agent"
    assert {line.value for line in bench.terminal.case.review()} >= {"由代办人填写，本机未见证件"}
    bench.fill_permit()
    bench.lay_materials()
    bench.handle(ev.Confirmed())
    bench.terminal.case.set_signature(STROKES, 600, 300)
    bench.handle(ev.Confirmed(), ev.Confirmed())
    submission = sealed(bench)
    assert (submission.applicant.name, submission.applicant.birth) == ("测试乙", dt.date(1958, 1, 1))
    assert submission.applicant.valid_from is None
    assert submission.acting is not None
    assert submission.acting.known_by == "number"


@pytest.mark.parametrize(
    ("name", "number", "wrong"),
    [
        ("", YI.number, {"name": "form.problem.required"}),
        ("测试乙", "", {"number": "form.problem.required"}),
        ("测试乙", "990000195801010024", {"number": "form.problem.gb11643"}),
        ("测试乙", "1", {"number": "form.problem.gb11643.length"}),
        ("测试\u202e乙", YI.number, {"name": "form.problem.characters"}),
        ("测试甲", JIA.number, {"number": "acting.own_number"}),
        ("测试己", "819999199001010018", {"number": "acting.not_with_number"}),
    ],
)
def test_what_is_typed_wrong_is_said_beside_it(bench: Bench, name: str, number: str, wrong: dict[str, str]) -> None:
    """It should stay, say what is wrong where it is wrong, and know nobody."""
    to_principal(bench)
    acting = bench.terminal.acting
    acting.write("name", name)
    acting.write("number", number)
    assert not acting.name_principal()
    bench.turn()
    assert {key: acting.wrong(key) for key in ("name", "number") if acting.wrong(key)} == wrong
    assert (bench.state(), bench.vault.principal, bench.trouble) == (State.PRINCIPAL, None, "")


def test_the_agents_own_card_waits_quietly_for_the_other(bench: Bench) -> None:
    """It lies there still when the question comes: nobody is told off, and it is nobody's principal."""
    to_principal(bench)
    bench.poll()
    assert (bench.state(), bench.trouble, bench.vault.principal) == (State.PRINCIPAL, "", None)
    bench.lift_card()
    bench.lay_card(YI)
    assert bench.state() is State.RELATION
    assert bench.vault.person is not None
    assert bench.vault.person.number == JIA.number


def test_under_fourteen_only_a_guardian_with_a_recorded_consent(bench: Bench) -> None:
    """Not as somebody who was asked; as a guardian only once the consent is given, and it is recorded."""
    to_principal(bench)
    bench.lift_card()
    bench.lay_card(KID)
    assert (bench.state(), bench.trouble, bench.vault.principal) == (State.PRINCIPAL, "acting.guardian_needed", None)
    bench.leave()
    bench.lift_card()
    to_relation(bench, Capacity.CHILD, KID)
    acting = bench.terminal.acting
    acting.choose("spouse")
    assert acting.relation == ""
    acting.choose("parent")
    assert not acting.go_on()
    acting.agree(on=True)
    acting.agree(on=False)
    assert not acting.go_on()
    bench.leave()
    bench.lift_card()
    to_outcome(bench, Capacity.CHILD, KID, "parent")
    submission = sealed(bench)
    assert GUARDIAN_CONSENT in submission.consents
    assert next(material.key for material in submission.materials if material.parts) == "guardian_proof"
    assert bench.audited("acting.agreed")[-1]["guardian_consent"] is True


def test_a_child_of_fourteen_needs_no_consent_and_a_grown_one_no_guardian(bench: Bench) -> None:
    """The ages of the law, from the card."""
    to_relation(bench, Capacity.CHILD, TEEN)
    assert not bench.terminal.acting.needs_consent
    bench.terminal.acting.agree(on=True)
    assert not bench.vault.guardian_agrees
    bench.leave()
    bench.lift_card()
    to_principal(bench, Capacity.CHILD)
    bench.lift_card()
    bench.lay_card(YI)
    assert bench.trouble == "acting.principal_of_age"


@pytest.mark.parametrize("capacity", [Capacity.CHILD, Capacity.ASKED])
def test_who_is_under_age_acts_for_nobody(bench: Bench, capacity: Capacity) -> None:
    """It should be said at the card, before a code is sent."""
    to_principal(bench, capacity, TEEN)
    assert (bench.state(), bench.trouble, bench.city.codes) == (State.IDENTIFY, "acting.agent_under_age", [])


def test_a_small_child_does_not_apply_alone(bench: Bench) -> None:
    """Its own card is refused for a service, and its own cases may still be looked at."""
    bench.to_identify()
    bench.lay_card(KID)
    assert (bench.state(), bench.trouble, bench.vault.person) == (State.IDENTIFY, "acting.guardian_needed", None)


def test_another_person_brings_another_case(bench: Bench) -> None:
    """Who goes back and names somebody else takes none of the first one's answers, pages or consent along."""
    to_relation(bench, Capacity.CHILD, KID)
    bench.terminal.acting.choose("parent")
    bench.terminal.acting.agree(on=True)
    bench.terminal.acting.go_on()
    bench.turn()
    bench.fill_permit()
    bench.handle(ev.MaterialOpened("guardian_proof"))
    bench.lay_page()
    bench.handle(ev.Confirmed(), ev.BackPressed())
    while bench.state() is not State.RELATION:
        bench.handle(ev.BackPressed())
    bench.handle(ev.BackPressed())
    bench.lift_card()
    bench.lay_card(TEEN)
    assert (bench.vault.answers, bench.vault.pages, bench.vault.relation) == ({}, {}, "")
    assert not bench.vault.guardian_agrees
    assert bench.vault.principal is not None
    assert bench.vault.principal.number == TEEN.number


def test_coming_back_and_going_on_keeps_everything(bench: Bench) -> None:
    """The same person again: nothing is lost, and no card has to be laid a second time."""
    to_relation(bench)
    bench.terminal.acting.choose("child")
    bench.handle(ev.BackPressed())
    assert bench.state() is State.PRINCIPAL
    assert bench.terminal.acting.name_principal()
    bench.turn()
    assert (bench.state(), bench.vault.relation) == (State.RELATION, "child")


def test_the_mandate_is_printed_or_said_not_to_be(bench: Bench) -> None:
    """On the receipt printer, once; out of paper it says so and the person may go on with one that is signed."""
    to_relation(bench)
    before = len(bench.receipts.printed)
    bench.handle(ev.MandateAsked())
    assert len(bench.receipts.printed) == before + 1
    assert (bench.session.busy, bench.trouble) == (False, "")
    assert bench.audited("acting.mandate_printed")
    bench.receipts.current = NoPaper()
    bench.handle(ev.MandateAsked())
    assert bench.trouble == "acting.mandate.no_paper"


def test_the_other_person_is_forgotten_like_the_agent(bench: Bench) -> None:
    """Nothing of either is left in the vault, whatever way the visit ends."""
    to_relation(bench)
    bench.terminal.acting.choose("child")
    bench.leave()
    bench.lift_card()
    assert bench.vault == Vault()
    to_principal(bench)
    bench.terminal.acting.write("name", "测试乙")
    bench.wait(45 + 30 + 1)
    assert bench.vault == Vault()


def test_of_a_case_that_waits_here_the_paper_names_only_the_card(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store does not know for whom a case was: the reprint says *card holder* and never *applicant*."""
    said: list[str] = []
    monkeypatch.setattr(bench.context.words, "text", recording(said, bench.context.words.text))
    to_outcome(bench)
    assert {"paper.applicant", "paper.agent"} <= set(said)
    bench.handle(ev.Confirmed())
    bench.lift_card()
    bench.handle(ev.Started(), ev.ItemChosen(bench.terminal.cases_plan()), ev.Confirmed())
    bench.lay_card(JIA)
    [line] = bench.terminal.my_cases.lines()
    said.clear()
    bench.handle(ev.CaseOpened(line.code), ev.ReprintAsked())
    assert "paper.holder" in said
    assert not {"paper.applicant", "paper.agent"} & set(said)
