"""The worried citizen, through every real wire: found by the same card, printed again, taken back, withdrawn in the city."""

from __future__ import annotations

import json

import pytest
from core_citizen import JIA, CoreCitizen

from kiosk.demo.stack import Stack
from kiosk.session import events as ev
from kiosk.session.states import Choice, State


def state_in_central(stack: Stack, code: str) -> str:
    return next((case["state"] for case in json.loads(stack.central("cases", "--json")) if case["code"] == code), "")


def look_for_cases(citizen: CoreCitizen) -> None:
    citizen.do(ev.Started())
    citizen.until("a reader", lambda: type(citizen.terminal.cases_availability()).__name__ == "Available")
    citizen.do(ev.ItemChosen(citizen.terminal.cases_plan()), ev.Confirmed())
    citizen.stack.control("/v1/id_card/place", JIA)
    citizen.at(State.CASES)
    citizen.until("the list", lambda: not citizen.session.busy)


@pytest.mark.e2e
def test_a_case_handed_in_while_the_line_is_cut_is_taken_back_by_the_same_card(stack: Stack) -> None:
    """It should ask *again?*, print the same code once more, and leave one withdrawn case in the city."""
    stack.control("/v1/network/cut", {})
    with CoreCitizen(stack) as citizen:
        citizen.until("the line's state", lambda: not citizen.session.line_up)
        code = citizen.apply(with_card_alone=True, quick=True)
        citizen.leave()

        citizen.choose("residence_permit_apply")
        stack.control("/v1/id_card/place", JIA)
        citizen.at(State.AGAIN)
        assert citizen.terminal.my_cases.again_at is not None
        citizen.do(ev.TroubleAnswered(Choice.SKIP), ev.BackPressed())
        citizen.until("the list", lambda: citizen.session.state is State.CASES and not citizen.session.busy)
        [line] = citizen.terminal.my_cases.lines()
        assert (line.code, line.state, line.here) == (code, "kept", True)

        printed = stack.control("/v1/state")["receipt_printer"]["printed"]
        citizen.do(ev.CaseOpened(code), ev.ReprintAsked())
        citizen.until("the receipt", lambda: citizen.session.receipt_printed is not None)
        assert citizen.session.receipt_printed
        assert stack.control("/v1/state")["receipt_printer"]["printed"] == printed + 1
        assert code in "".join(stack.control("/v1/receipt_printer/last.txt").decode().split())

        citizen.do(ev.WithdrawAsked(), ev.Confirmed())
        citizen.until("withdrawn here", lambda: citizen.session.state is State.CASES and not citizen.session.busy)
        assert [line.state for line in citizen.terminal.my_cases.lines()] == ["withdrawing"]
        citizen.leave()
        assert state_in_central(stack, code) == ""

        stack.control("/v1/network/restore", {})
        citizen.all_sent()
        assert state_in_central(stack, code) == "withdrawn"

        look_for_cases(citizen)
        citizen.until("the city's word", lambda: citizen.terminal.my_cases.as_of is not None)
        told = citizen.terminal.my_cases.line(code)
        assert told is not None
        assert (told.state, told.here, told.withdrawable) == ("withdrawn", False, False)
        citizen.leave()
