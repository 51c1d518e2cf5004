"""A call-back: a number that can be called, kept like a submission, and its answer among my cases."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest

from kiosk.city.messages import CallBackSummary, CasesAnswer
from kiosk.city.sealed import CALL_BACK
from kiosk.session import events as ev
from kiosk.session.states import Helping, State
from offline_queue import CustodyError, StoreFull
from offline_queue import envelope as env

if TYPE_CHECKING:
    from conftest import Bench

MOBILE = "13900000001"


def type_number(bench: Bench, number: str) -> None:
    for digit in number:
        bench.terminal.help.type_digit(digit)
    bench.turn()


def call_back(bench: Bench, number: str = MOBILE) -> None:
    bench.handle(ev.HelpAsked(), ev.CallBackAsked())
    type_number(bench, number)
    bench.terminal.help.enter()
    bench.turn()


def kept(bench: Bench) -> dict[str, Any]:
    waiting = bench.outbox.next_waiting()
    assert waiting is not None
    parsed = env.parse(waiting.blob)
    assert parsed.header.service == CALL_BACK
    form: dict[str, Any] = json.loads(env.open_form(parsed, bytes(range(32))))
    return form


def test_a_wish_before_any_card_names_nobody(bench: Bench) -> None:
    """From the home screen: number, step and terminal, and no person, since none is known."""
    bench.handle(ev.Started())
    call_back(bench)
    assert bench.session.helping is Helping.FILED
    form = kept(bench)
    assert (form["phone"], form["step"], form["kiosk"], form["applicant"]) == (MOBILE, "home", "0001", None)
    assert form["code"] == bench.session.call_back
    assert (bench.terminal.help.called, bench.terminal.help.number) == (MOBILE, "")
    assert bench.state() is State.HOME
    (told,) = bench.audited("help.call_back_stored")
    assert MOBILE not in json.dumps(told)


def test_a_wish_in_a_form_names_the_person_and_waits_among_their_cases(bench: Bench) -> None:
    """The step waits untouched; the wish is found by the same card, and is no case that could be withdrawn."""
    bench.to_form()
    page = bench.session.page
    call_back(bench)
    form = kept(bench)
    assert (form["step"], form["item"]) == ("form", "residence_permit_apply")
    assert form["applicant"]["number"] == "990000199001010017"
    bench.handle(ev.HelpClosed())
    assert (bench.state(), bench.session.page) == (State.FORM, page)
    bench.leave()
    bench.lift_card()
    bench.wait(6)
    bench.handle(ev.Started(), ev.ItemChosen(bench.terminal.cases_plan()), ev.Confirmed())
    bench.lay_card()
    (line,) = bench.terminal.my_cases.lines()
    assert (line.code, line.state, line.call_back, line.withdrawable) == (form["code"], "kept", True, False)


def test_the_answer_of_the_city_stands_among_my_cases(bench: Bench) -> None:
    """What staff wrote is shown as it was written; one without an answer says that it waits."""
    at = dt.datetime(2026, 11, 27, 10, tzinfo=dt.UTC)
    calls = (
        CallBackSummary(code="KF0001000020", item="", submitted_at=at, answered_at=at, answer="请带户口簿原件再来"),
        CallBackSummary(code="KF0001000010", item="", submitted_at=at),
    )
    bench.city.script["cases"].append(CasesAnswer(level="card", as_of=at, cases=(), call_backs=calls))
    bench.handle(ev.Started(), ev.ItemChosen(bench.terminal.cases_plan()), ev.Confirmed())
    bench.lay_card()
    assert [(line.state, line.answer) for line in bench.terminal.my_cases.lines()] == [
        ("call_answered", "请带户口簿原件再来"), ("call_waiting", "")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "complete"),
    [
        (MOBILE, True), ("037112345678", True), ("03711234567", True), ("2212345", True), ("22123456", True),
        ("", False), ("1390000000", False), ("12900000001", False), ("1234567", False), ("139000000012", False),
    ],
)  # fmt: skip
def test_only_a_number_that_can_be_called_is_taken(bench: Bench, number: str, complete: bool) -> None:
    """A mobile of eleven digits, a landline with or without its area code; and nothing else."""
    bench.handle(ev.Started(), ev.HelpAsked(), ev.CallBackAsked())
    type_number(bench, number)
    assert bench.terminal.help.complete is complete
    bench.terminal.help.enter()
    bench.turn()
    assert bench.session.helping is (Helping.FILED if complete else Helping.PHONE)


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (MOBILE, ("", 0)), ("", ("", 0)),
        ("13900000", ("help.number.mobile_short", 3)), ("12900000001", ("help.number.mobile_wrong", 0)),
        ("139000000012", ("help.number.mobile_wrong", 0)), ("0371", ("help.number.area_short", 6)),
        ("22123", ("help.number.landline_short", 2)), ("221234567", ("help.number.landline_long", 0)),
    ],
)  # fmt: skip
def test_a_number_that_cannot_be_called_says_why(bench: Bench, number: str, problem: tuple[str, int]) -> None:
    """What is missing, or what is wrong with it; and the words exist in both languages."""
    bench.handle(ev.Started(), ev.HelpAsked(), ev.CallBackAsked())
    type_number(bench, number)
    assert bench.terminal.help.problem == problem
    for language in ("zh_CN", "en"):
        assert "⟦" not in bench.terminal.words.text(language, problem[0] or "help.number.mobile_wrong", missing="3")


def test_the_number_that_will_be_called_goes_with_the_person(bench: Bench) -> None:
    """It stands on the last page until the session ends."""
    bench.handle(ev.Started())
    call_back(bench)
    bench.wait(100)
    assert bench.state() is State.ATTRACT
    assert bench.vault.empty


def test_digits_alone_are_typed_and_taken_back(bench: Bench) -> None:
    """A letter, a thirteenth digit and an erasure of nothing change nothing."""
    bench.handle(ev.Started(), ev.HelpAsked(), ev.CallBackAsked())
    bench.terminal.help.erase_digit()
    type_number(bench, "x0371123456789")
    assert bench.terminal.help.number == "037112345678"
    bench.terminal.help.erase_digit()
    assert bench.terminal.help.number == "03711234567"


def test_a_full_store_promises_nothing_and_keeps_the_number(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so; what was typed is still there, and a later attempt is kept once."""
    bench.handle(ev.Started())
    with monkeypatch.context() as full:
        full.setattr(bench.outbox, "put", _raises(StoreFull("queue.full")))
        call_back(bench)
    assert bench.session.helping is Helping.REFUSED
    assert bench.terminal.help.number == MOBILE
    assert [entry["reason"] for entry in bench.audited("help.call_back_refused")] == ["queue.full"]
    bench.terminal.help.enter()
    bench.turn()
    assert bench.session.helping is Helping.FILED
    assert bench.outbox.counts().waiting == 1


def test_a_broken_custody_is_told_to_whoever_looks_after_the_terminal(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person hears that it was not kept, and the failure is not swallowed."""
    bench.handle(ev.Started())
    monkeypatch.setattr(bench.outbox, "put", _raises(CustodyError("custody.gone")))
    with pytest.raises(CustodyError):
        call_back(bench)
    assert bench.session.helping is Helping.REFUSED


def test_a_person_who_leaves_takes_the_number_along(bench: Bench) -> None:
    """Half a number typed on the home screen is gone with the person."""
    bench.handle(ev.Started(), ev.HelpAsked(), ev.CallBackAsked())
    type_number(bench, "139")
    bench.wait(100)
    assert bench.state() is State.ATTRACT
    assert bench.vault.empty


def _raises(error: Exception) -> Any:
    def put(*_: object, **__: object) -> None:
        raise error

    return put
