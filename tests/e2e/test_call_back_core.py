"""A call-back through every real wire: asked for at the terminal, answered in the city's browser, read with the same card;
and the staff of the station, who sign in with the card in the real reader and see that nothing waits any more."""

from __future__ import annotations

import re

import pytest
import requests
from core_citizen import JIA, CoreCitizen

from kiosk.demo.stack import DEMO_PIN, Stack
from kiosk.session import events as ev
from kiosk.session.states import Helping, State

ANSWER = "请带户口簿原件再来一次"


def my_cases(citizen: CoreCitizen) -> None:
    citizen.do(ev.Started())
    citizen.until("a reader", lambda: type(citizen.terminal.cases_availability()).__name__ == "Available")
    citizen.do(ev.ItemChosen(citizen.terminal.cases_plan()), ev.Confirmed())
    citizen.stack.control("/v1/id_card/place", JIA)
    citizen.at(State.CASES)
    citizen.until("the list", lambda: not citizen.session.busy)


def answer_in_the_browser(stack: Stack) -> None:
    with requests.Session() as desk:
        desk.auth = ("staff", stack.staff_password_file.read_text(encoding="utf-8"))
        desk.trust_env, desk.verify = False, str(stack.ca_file)
        page = desk.get(f"{stack.central_url}/staff/call-backs", timeout=20).text
        assert "13900000001" in page
        form = re.search(r'action="(/staff/call-backs/[0-9a-f]+/answer)"', page)
        assert form is not None
        own = {"Origin": stack.central_url, "Sec-Fetch-Site": "same-origin"}
        desk.post(stack.central_url + form[1], data={"answer": ANSWER}, headers=own, timeout=20).raise_for_status()


def sign_in(citizen: CoreCitizen) -> None:
    citizen.stack.control("/v1/staff_card/insert", {})
    citizen.at(State.STAFF_PIN)
    for digit in DEMO_PIN:
        citizen.terminal.staff.type_digit(digit)
    citizen.terminal.staff.enter_pin()
    citizen.at(State.STAFF)


@pytest.mark.e2e
def test_a_call_that_was_asked_for_is_answered_and_read(stack: Stack) -> None:
    """The wish goes out by the outbox, staff answer it, and the card's holder finds the answer among their cases."""
    with CoreCitizen(stack) as citizen:
        my_cases(citizen)
        citizen.do(ev.HelpAsked(), ev.CallBackAsked())
        for digit in "13900000001":
            citizen.terminal.help.type_digit(digit)
        citizen.terminal.help.enter()
        citizen.until("the wish kept", lambda: citizen.session.helping is Helping.FILED)
        code = citizen.session.call_back
        citizen.do(ev.HelpClosed())
        citizen.leave()
        citizen.all_sent()

        answer_in_the_browser(stack)
        my_cases(citizen)
        citizen.until("the city's word", lambda: citizen.terminal.my_cases.as_of is not None)
        told = citizen.terminal.my_cases.line(code)
        assert told is not None
        assert (told.state, told.answer, told.here) == ("call_answered", ANSWER, False)
        citizen.leave()

        sign_in(citizen)
        citizen.terminal.upkeep.look()
        citizen.until("the outbox", lambda: citizen.terminal.upkeep.counts.received > 0)
        assert code not in {row.code for row in citizen.terminal.upkeep.rows}
        stack.control("/v1/staff_card/remove", {})
        citizen.at(State.ATTRACT)
