"""A clerk at a whole terminal: signs in with the card in its reader and helps a resident; the city knows by whom."""

from __future__ import annotations

import pytest
import requests
from core_citizen import JIA, CoreCitizen

from devices.id_card import NoCard
from kiosk.demo.stack import DEMO_PIN, Stack
from kiosk.session import events as ev
from kiosk.session.states import Device, Hand, State


def sign_in(citizen: CoreCitizen) -> None:
    citizen.stack.control("/v1/staff_card/insert", {})
    citizen.at(State.STAFF_PIN)
    for digit in DEMO_PIN:
        citizen.terminal.staff.type_digit(digit)
    citizen.terminal.staff.enter_pin()
    citizen.at(State.STAFF)


def to_review(citizen: CoreCitizen) -> None:
    """From the form on: the clerk fills in, the resident's papers are laid, the resident signs."""
    citizen.at(State.FORM)
    town = citizen.terminal.form.division_children(citizen.terminal.form.division_children("")[0][0])[0][0]
    citizen.fill(
        reg_since="2025-03-01",
        reason="home",
        address={"division": town, "detail": "测试路1号院2号楼301"},
        phone="13800000001",
        delivery="window",
    )
    citizen.lay("address_proof", "address_proof_1", "address_proof_2")
    citizen.lay("id_photo", "id_photo")
    citizen.do(ev.Confirmed())
    citizen.sign()
    assert citizen.session.state is State.REVIEW


@pytest.mark.e2e
def test_a_resident_is_helped_and_the_city_knows_by_whom(stack: Stack) -> None:
    """The clerk's word instead of a code, the resident's card laid again as a yes, the next resident without a sign-in."""
    with CoreCitizen(stack) as citizen:
        terminal = citizen.terminal
        citizen.until("devices ready", lambda: citizen.usable("residence_permit_apply"))
        sign_in(citizen)
        citizen.do(ev.AssistingBegun(), ev.Confirmed())
        plan = terminal.plan(terminal.catalogue.item("residence_permit_apply"))
        citizen.do(ev.ItemChosen(plan), ev.Confirmed(), ev.HandedOver(Hand.RESIDENT), ev.Confirmed())
        stack.control("/v1/id_card/place", JIA)
        citizen.at(State.ATTEST)
        citizen.do(ev.HandedOver(Hand.CLERK), ev.Attested(holds=True))
        to_review(citizen)
        citizen.do(ev.Confirmed())
        citizen.at(State.CONFIRM)
        stack.control("/v1/id_card/lift", {})
        citizen.until("the card off the reader", lambda: isinstance(terminal.reports[Device.ID_CARD].status, NoCard))
        stack.control("/v1/id_card/place", JIA)
        citizen.at(State.OUTCOME)
        citizen.until("receipt", lambda: citizen.session.receipt_printed is not None)
        code = terminal.case.code
        citizen.do(ev.Confirmed())
        stack.control("/v1/id_card/lift", {})
        citizen.at(State.DESK)
        citizen.until("the batch", lambda: terminal.assist.batch.codes == {code})
        citizen.all_sent()
        stack.control("/v1/staff_card/remove", {})
        citizen.at(State.ATTRACT)

        with requests.Session() as desk:
            desk.auth = ("staff", stack.staff_password_file.read_text(encoding="utf-8"))
            desk.trust_env, desk.verify = False, str(stack.ca_file)
            page = desk.get(f"{stack.central_url}/staff/cases", timeout=20).text
        [case] = [part for part in page.split('<section class="case"') if code in part]
        assert "员工 S0001；申请人刷卡确认" in case
        assert "刷证＋人工" in case
