"""My cases: the same card finds its own, sees them, prints them again, takes them back; nobody else does."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from devices.id_card.samples import SAMPLE_CARDS
from devices.receipt_printer import NoPaper, Ready, Text
from kiosk.city.client import PlatformUnreachable, Unreachable
from kiosk.city.messages import CaseDetails, CasesAnswer, CaseState, CaseSummary
from kiosk.clock import CIVIL_TZ
from kiosk.identity import case_code
from kiosk.session import events as ev
from kiosk.session.states import Choice, State
from offline_queue import CustodyError, QueueError, RowState, StoreFull
from offline_queue import envelope as env

if TYPE_CHECKING:
    from conftest import Bench

YI = SAMPLE_CARDS["测试乙"]


def hand_in(bench: Bench) -> str:
    """Hand a permit in, and leave; return its code."""
    bench.to_outcome()
    code = bench.terminal.case.code
    away(bench)
    return code


def away(bench: Bench) -> None:
    bench.handle(ev.Confirmed())
    bench.lift_card()
    bench.wait(6)
    assert bench.state() is State.ATTRACT


def to_cases(bench: Bench, card: Any = SAMPLE_CARDS["测试甲"]) -> None:
    bench.handle(ev.Started(), ev.ItemChosen(bench.terminal.cases_plan()), ev.Confirmed())
    assert bench.state() is State.IDENTIFY
    bench.lay_card(card)
    assert bench.state() is State.CASES


def forms(bench: Bench) -> list[dict[str, Any]]:
    database = sqlite3.connect(bench.state_dir / "outbox" / "outbox.db")
    try:
        blobs = [row[0] for row in database.execute("SELECT envelope FROM outbox WHERE envelope IS NOT NULL ORDER BY seq")]
    finally:
        database.close()
    return [json.loads(env.open_form(env.parse(blob), bytes(range(32)))) for blob in blobs]


def receive_first(bench: Bench) -> None:
    """Do what the agent does when the platform's receipt has come."""
    waiting = bench.outbox.next_waiting()
    assert waiting is not None
    bench.outbox.release(waiting, env.parse(waiting.blob).header, b"{}")


def answer(*cases: tuple[str, CaseState]) -> CasesAnswer:
    summaries = tuple(CaseSummary(code=code, item="residence_permit_apply", state=state) for code, state in cases)
    return CasesAnswer(level="card", as_of=dt.datetime(2026, 11, 27, 19, 11, tzinfo=dt.UTC), cases=summaries)


def test_the_same_card_finds_its_own_case_and_another_finds_nothing(bench: Bench) -> None:
    """Code, service, time and the first honest word; a stranger's card shows an empty list."""
    code = hand_in(bench)
    to_cases(bench)
    (line,) = bench.terminal.my_cases.lines()
    assert (line.code, line.item, line.state, line.here) == (code, "residence_permit_apply", "kept", True)
    assert line.handed_in is not None
    assert line.handed_in.astimezone(CIVIL_TZ).hour == 3
    away(bench)
    to_cases(bench, YI)
    assert bench.terminal.my_cases.lines() == ()
    assert [entry["waiting"] for entry in bench.audited("cases.shown")] == [1, 0]


def test_a_case_that_the_city_received_is_told_by_the_city_alone(bench: Bench) -> None:
    """The row forgets whose it was; what the city says stands in the list, with its time."""
    code = hand_in(bench)
    receive_first(bench)
    bench.city.script["cases"].append(answer((code, CaseState.ACCEPTED)))
    to_cases(bench)
    (line,) = bench.terminal.my_cases.lines()
    assert (line.code, line.state, line.here, line.withdrawable) == (code, "accepted", False, True)
    assert bench.terminal.my_cases.as_of == dt.datetime(2026, 11, 27, 19, 11, tzinfo=dt.UTC)
    assert not bench.terminal.my_cases.asking


def test_without_the_line_only_this_terminal_speaks(bench: Bench) -> None:
    """Offline nobody is asked; a city that falls silent leaves what waits here, and no time of its own."""
    code = hand_in(bench)
    bench.terminal.on_line(False, "connect")
    to_cases(bench)
    assert bench.city.asked_cases == []
    assert [line.code for line in bench.terminal.my_cases.lines()] == [code]
    assert bench.terminal.my_cases.as_of is None
    away(bench)
    bench.terminal.on_line(True, "")
    bench.city.fail("cases", PlatformUnreachable(Unreachable.TIMEOUT))
    to_cases(bench)
    assert [line.code for line in bench.terminal.my_cases.lines()] == [code]
    assert (bench.terminal.my_cases.as_of, bench.terminal.my_cases.asking) == (None, False)


def test_a_receipt_is_printed_again_from_what_the_store_knows(bench: Bench) -> None:
    """The same code and digest, marked as printed again; paper out is said, and tried again."""
    code = hand_in(bench)
    first = bench.receipts.cut_receipts()
    to_cases(bench)
    bench.receipts.fail_next(NoPaper(), after_blocks=2)
    bench.handle(ev.CaseOpened(code), ev.ReprintAsked())
    assert bench.trouble == "receipt.no_paper"
    bench.receipts.current = Ready()
    bench.handle(ev.TroubleAnswered(Choice.RETRY))
    assert bench.session.receipt_printed
    assert bench.receipts.cut_receipts() == first + 1
    texts = [block.text.strip() for block in bench.receipts.printed[-1] if isinstance(block, Text)]
    assert case_code.group(code) in texts
    assert "2026-11-28 03:12" in texts
    assert [entry["again"] for entry in bench.audited("receipt.printed")] == [False, True]


def test_a_case_is_taken_back_by_a_message_that_waits_its_turn(bench: Bench) -> None:
    """Sealed behind the case itself, once however often it is asked for, and shown as under way."""
    code = hand_in(bench)
    for _ in range(2):
        to_cases(bench)
        bench.handle(ev.CaseOpened(code), ev.WithdrawAsked(), ev.Confirmed())
        assert bench.state() in {State.CASES, State.CASE}
        away(bench) if bench.state() is State.CASES else bench.leave()
        bench.lift_card()
        bench.wait(6)
    submission, withdrawal = forms(bench)
    assert (withdrawal["withdraws"], withdrawal["applicant"]["number"]) == (code, submission["applicant"]["number"])
    assert withdrawal["code"] not in {code, ""}
    assert [row.service for row in bench.outbox.every_row()] == ["residence_permit_apply", "case_withdrawal"]
    to_cases(bench)
    (line,) = bench.terminal.my_cases.lines()
    assert (line.state, line.withdrawable) == ("withdrawing", False)
    (entry,) = bench.audited("case.withdrawal_stored")
    assert entry["withdraws"] == code


def test_a_withdrawal_that_came_too_late_is_said(bench: Bench) -> None:
    """The city refused: parked with its words, seen by the person, and not asked for again."""
    code = hand_in(bench)
    receive_first(bench)
    bench.city.script["cases"].append(answer((code, CaseState.REVIEWING)))
    to_cases(bench)
    bench.city.script["cases"].append(answer((code, CaseState.CLOSED)))
    bench.handle(ev.CaseOpened(code), ev.WithdrawAsked(), ev.Confirmed())
    waiting = bench.outbox.next_waiting()
    assert waiting is not None
    bench.outbox.park(waiting, "withdrawal_too_late: closed", line_good=True)
    away(bench)
    bench.city.script["cases"].append(answer((code, CaseState.CLOSED)))
    to_cases(bench)
    (line,) = bench.terminal.my_cases.lines()
    assert (line.state, line.withdrawable) == ("withdraw_refused", False)


@pytest.mark.parametrize(
    ("error", "message"),
    [(StoreFull("queue.full"), "cases.withdraw.full"), (QueueError("queue.io"), "cases.withdraw.failed")],
)
def test_a_withdrawal_that_cannot_be_kept_leaves_the_case(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, error: QueueError, message: str
) -> None:
    """Said plainly; the case waits as it did."""
    code = hand_in(bench)
    to_cases(bench)

    def put(*_: Any, **__: Any) -> Any:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(bench.outbox, "put", put)
        bench.handle(ev.CaseOpened(code), ev.WithdrawAsked(), ev.Confirmed())
    assert (bench.state(), bench.trouble) == (State.CASE, message)
    row = bench.outbox.row(code)
    assert row is not None
    assert row.state is RowState.WAITING


def test_nobody_opens_a_strangers_case_by_its_code(bench: Bench) -> None:
    """A code that is not on this person's list can be neither printed nor withdrawn."""
    code = hand_in(bench)
    to_cases(bench, YI)
    bench.handle(ev.CaseOpened(code), ev.ReprintAsked())
    assert bench.trouble == "receipt.failed"
    bench.handle(ev.TroubleAnswered(Choice.SKIP), ev.WithdrawAsked(), ev.Confirmed())
    assert bench.trouble == "cases.withdraw.failed"
    assert len(bench.outbox.rows()) == 1


def test_the_same_service_again_is_asked_about(bench: Bench) -> None:
    """*You handed this in at 03:12*: no leads to the list, yes to the form; another person is not asked."""
    code = hand_in(bench)
    bench.to_identify()
    bench.lay_card()
    bench.type_code()
    assert bench.state() is State.AGAIN
    again = bench.terminal.my_cases.again_at
    assert again is not None
    assert f"{again.astimezone(CIVIL_TZ):%H:%M}" == "03:12"
    bench.handle(ev.BackPressed())
    assert [line.code for line in bench.terminal.my_cases.lines()] == [code]
    bench.handle(ev.BackPressed(), ev.Confirmed())
    assert bench.state() is State.FORM
    bench.leave()
    bench.lift_card()
    bench.wait(6)
    bench.to_identify()
    bench.lay_card(YI)
    bench.type_code()
    assert bench.state() is State.FORM


def test_what_was_taken_back_is_not_asked_about(bench: Bench) -> None:
    """A withdrawn case is no reason to ask."""
    code = hand_in(bench)
    to_cases(bench)
    bench.handle(ev.CaseOpened(code), ev.WithdrawAsked(), ev.Confirmed())
    away(bench)
    bench.to_identify()
    bench.lay_card()
    bench.type_code()
    assert bench.state() is State.FORM


def test_after_the_boot_the_tag_finds_nothing(bench: Bench) -> None:
    """A key in memory ends with the boot: nothing is found, nothing fails, and the case still waits."""
    code = hand_in(bench)
    bench.context.tag_key = type(bench.context.tag_key)(b"n" * 32)  # type: ignore[call-arg]
    to_cases(bench)
    assert bench.terminal.my_cases.lines() == ()
    row = bench.outbox.row(code)
    assert row is not None
    assert row.state is RowState.WAITING


def test_a_tag_key_that_went_silent_stops_nobody_and_is_said(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The person is let in; the fault is raised for whoever mends it."""

    def tag(_message: bytes) -> bytes:
        raise CustodyError("key.tpm_missing")

    monkeypatch.setattr(bench.context.tag_key, "tag", tag)
    bench.to_identify()
    with pytest.raises(CustodyError):
        bench.lay_card()
    assert bench.state() is State.CODE
    bench.turn()


def test_the_list_is_forgotten_with_the_person(bench: Bench) -> None:
    """Neither tag nor rows nor the city's answer outlive the session."""
    hand_in(bench)
    bench.city.script["cases"].append(answer(("KF0001000009X", CaseState.RECEIVED)))
    to_cases(bench)
    assert len(bench.terminal.my_cases.lines()) == 2
    away(bench)
    assert bench.vault.empty
    assert bench.terminal.my_cases.lines() == ()


def test_who_acted_for_whom_is_the_citys_word(bench: Bench) -> None:
    """What only lies here says nothing of it; what the city says stands beside the case, the name as the city masked it."""
    code = hand_in(bench)
    told = answer((code, CaseState.RECEIVED), ("KF00010000K2", CaseState.ACCEPTED))
    details = CaseDetails(
        case_no="", submitted_at=told.as_of, received_at=told.as_of, materials=(), events=(), other="测**"
    )
    mine = told.cases[0].model_copy(update={"role": "agent"})
    theirs = told.cases[1].model_copy(update={"role": "principal", "details": details})
    bench.city.script["cases"].append(told.model_copy(update={"cases": (mine, theirs)}))
    to_cases(bench)
    assert {(line.code, line.role, line.other) for line in bench.terminal.my_cases.lines()} == {
        (code, "agent", ""),
        ("KF00010000K2", "principal", "测**"),
    }
