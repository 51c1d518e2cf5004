"""Bringing what a case waits for, over the real desks: asked, sealed, printed, found again and never brought twice."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from devices.id_card.samples import SAMPLE_CARDS
from devices.receipt_printer import Text
from devices.supervisor import DeviceReport, SupervisorState
from kiosk.catalogue.availability import Available, Unavailable
from kiosk.city.messages import CasesAnswer, CaseState, CaseSummary, Wanted
from kiosk.city.sealed import Supplement, supplement_service
from kiosk.identity import case_code
from kiosk.session import events as ev
from kiosk.session.states import Device, Promise, State
from offline_queue import QueueError, StoreFull
from offline_queue import envelope as env

if TYPE_CHECKING:
    from conftest import Bench

    from kiosk.journeys.my_cases import CaseLine

CODE = "KF0002000001"
OTHER = "KF0002000002"
DUE = dt.date(2026, 12, 12)
PERMIT = "residence_permit_apply"


def wanted(key: str = "address_proof", **changes: Any) -> Wanted:
    said: dict[str, Any] = {"key": key, "name": "材料", "reason": "unreadable", "note": "第 2 页反光", "due": DUE, **changes}
    return Wanted(**said)


def waits(code: str = CODE, *wishes: Wanted, notices: int = 1, **changes: Any) -> CaseSummary:
    said: dict[str, Any] = {
        "code": code, "item": PERMIT, "state": CaseState.SUPPLEMENT_REQUIRED, "supplement_by": DUE,
        "wanted": wishes or (wanted(),), "notices": notices, **changes,
    }  # fmt: skip
    return CaseSummary(**said)


def tell(bench: Bench, *cases: CaseSummary) -> None:
    bench.city.script["cases"].append(
        CasesAnswer(level="card", as_of=dt.datetime(2026, 11, 27, 19, 11, tzinfo=dt.UTC), cases=cases)
    )


def to_list(bench: Bench, *cases: CaseSummary, all_of_them: bool = False) -> None:
    tell(bench, *cases)
    plan = bench.terminal.cases_plan() if all_of_them else bench.terminal.collect_plan()
    bench.handle(ev.Started(), ev.ItemChosen(plan), ev.Confirmed())
    bench.lay_card(SAMPLE_CARDS["测试甲"])
    assert bench.state() is State.CASES


def line_of(bench: Bench, code: str = CODE) -> CaseLine:
    line = bench.terminal.my_cases.line(code)
    assert line is not None
    return line


def bring(bench: Bench, code: str = CODE) -> None:
    """From the list to the pages of this case; the code is typed where it is asked for."""
    bench.handle(ev.CaseOpened(code), ev.SupplementAsked(bench.terminal.supplement_plan(line_of(bench, code))))
    if bench.state() is State.CODE:
        bench.type_code()
    assert bench.state() is State.MATERIALS


def to_outcome(bench: Bench) -> str:
    bring(bench)
    bench.lay_materials()
    bench.handle(ev.Confirmed())
    assert bench.state() is State.REVIEW
    bench.handle(ev.Confirmed())
    assert bench.state() is State.OUTCOME
    return bench.terminal.case.code


def away(bench: Bench) -> None:
    bench.handle(ev.Confirmed())
    bench.lift_card()
    bench.wait(6)
    assert bench.state() is State.ATTRACT


def envelopes(bench: Bench) -> list[env.Envelope]:
    database = sqlite3.connect(bench.state_dir / "outbox" / "outbox.db")
    try:
        rows = database.execute("SELECT envelope FROM outbox WHERE envelope IS NOT NULL ORDER BY seq").fetchall()
    finally:
        database.close()
    return [env.parse(row[0]) for row in rows]


def sealed(bench: Bench) -> list[Supplement]:
    return [Supplement.from_bytes(env.open_form(each, bytes(range(32)))) for each in envelopes(bench)]


def printed(bench: Bench) -> list[str]:
    return [block.text.strip() for receipt in bench.receipts.printed for block in receipt if isinstance(block, Text)]


def test_what_why_and_until_when_is_told_with_the_card_alone(bench: Bench) -> None:
    """The list of who comes to bring or collect holds what waits and what is ready, and nothing else."""
    done = CaseSummary(code=OTHER, item=PERMIT, state=CaseState.CLOSED)
    busy = CaseSummary(code="KF0002000003", item=PERMIT, state=CaseState.REVIEWING)
    to_list(bench, waits(), done, busy)
    assert [line.code for line in bench.terminal.my_cases.lines()] == [CODE, OTHER]
    [wish] = line_of(bench).wanted
    assert wish.name is not None
    assert (wish.key, wish.name.en != "", wish.reason, wish.note, wish.due, wish.here) == (
        "address_proof", True, "unreadable", "第 2 页反光", DUE, True,
    )  # fmt: skip
    assert isinstance(bench.terminal.supplement_availability(line_of(bench)), Available)
    away(bench)
    to_list(bench, waits(), done, busy, all_of_them=True)
    assert len(bench.terminal.my_cases.lines()) == 3


def test_only_what_is_wanted_is_asked_and_it_is_sealed_for_its_case(bench: Bench) -> None:
    """Pages, trust, person and assurance in the city's words; the service of the case stands in the header."""
    to_list(bench, waits(CODE, wanted(), wanted("employment_proof", reason="later", note="")))
    bring(bench)
    views = bench.terminal.materials.views()
    assert [(view.key, view.state, view.required, view.later_by) for view in views] == [
        ("address_proof", "needed", True, None), ("employment_proof", "needed", True, None),
    ]  # fmt: skip
    assert not bench.terminal.case.ready
    bench.lay_materials()
    bench.handle(ev.Confirmed())
    review = bench.terminal.case.review()
    assert [line.section for line in review] == ["review.supplement"] * 2 + ["review.materials"] * 2
    assert "测试甲" not in [line.value for line in review]
    assert review[1].value == case_code.group(CODE)
    bench.handle(ev.Confirmed())
    assert bench.state() is State.OUTCOME
    [message] = sealed(bench)
    assert (message.supplements, message.item, message.applicant.name) == (CODE, PERMIT, "测试甲")
    assert (message.assurance, message.assurance_token) == ("card+code", "token")
    assert [(each.key, each.source, each.pages, each.trust_grade) for each in message.materials] == [
        ("address_proof", "scan", 2, "C"), ("employment_proof", "scan", 1, "C"),
    ]  # fmt: skip
    [envelope] = envelopes(bench)
    assert envelope.header.service == supplement_service(PERMIT)
    assert {part.id for part in envelope.header.parts} == {ref.part for ref in message.part_refs()}
    [stored] = bench.audited("submission.stored")
    assert (stored["supplements"], stored["item"], stored["parts"]) == (CODE, PERMIT, 2)


def test_the_receipt_says_for_which_case_and_the_city_gives_the_second_word(bench: Bench) -> None:
    """Its own code, the case's, what was brought; *received* only when the city's receipt is here; no grade again."""
    to_list(bench, waits())
    code = to_outcome(bench)
    texts = printed(bench)
    assert case_code.group(code) in texts
    assert case_code.group(CODE) in texts
    assert len(bench.terminal.case.promise_lines()) == 3
    assert bench.session.promise is Promise.KEPT
    waiting = bench.outbox.next_waiting()
    assert waiting is not None
    bench.outbox.release(waiting, env.parse(waiting.blob).header, b"{}")
    bench.wait(2)
    assert bench.session.promise is Promise.RECEIVED
    bench.handle(ev.Rated(5))
    assert bench.audited("rating.stored") == []


def test_what_waits_here_is_found_by_its_card_printed_again_and_not_brought_twice(bench: Bench) -> None:
    """Its own line, also without the line to the city; its case says that it is on the way."""
    to_list(bench, waits())
    code = to_outcome(bench)
    away(bench)
    to_list(bench, waits())
    own, case = bench.terminal.my_cases.lines()
    assert (own.code, own.item, own.state, own.here, own.supplement, own.withdrawable) == (
        code, PERMIT, "supplement_kept", True, True, False,
    )  # fmt: skip
    assert (case.code, case.brought) == (CODE, "kept")
    bench.handle(ev.CaseOpened(code), ev.ReprintAsked())
    assert bench.session.receipt_printed
    texts = printed(bench)
    assert texts.count(case_code.group(CODE)) == 2
    bench.handle(ev.BackPressed())
    away(bench)
    bench.terminal.on_line(False, "connect")
    bench.handle(ev.Started(), ev.ItemChosen(bench.terminal.cases_plan()), ev.Confirmed())
    bench.lay_card(SAMPLE_CARDS["测试甲"])
    [own] = bench.terminal.my_cases.lines()
    bench.handle(ev.CaseOpened(own.code), ev.ReprintAsked())
    assert bench.session.receipt_printed


def test_another_notice_waits_for_the_first_to_arrive(bench: Bench) -> None:
    """Asked for more meanwhile, what was brought still is on its way; what the city refused leaves the next notice open."""
    to_list(bench, waits())
    to_outcome(bench)
    away(bench)
    more = (wanted(), wanted("id_photo"))
    to_list(bench, waits(CODE, *more, notices=2))
    assert line_of(bench).brought == "kept"
    away(bench)
    waiting = bench.outbox.next_waiting()
    assert waiting is not None
    bench.outbox.park(waiting, "platform.supplement_not_wanted")
    to_list(bench, waits())
    assert line_of(bench).brought == "parked"
    away(bench)
    to_list(bench, waits(CODE, *more, notices=2))
    assert line_of(bench).brought == ""


def test_a_store_that_has_it_already_says_so(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Brought before under another boot's tag: the list cannot know, the outbox does; nothing is kept twice."""
    to_list(bench, waits())
    to_outcome(bench)
    away(bench)
    monkeypatch.setattr(bench.outbox, "held_by", lambda _tag: ())
    to_list(bench, waits())
    bring(bench)
    for view in bench.terminal.materials.views():
        bench.handle(ev.MaterialOpened(view.key))
        for number in range(view.max_pages):
            bench.lay_page(200 - 20 * number)
    bench.handle(ev.Confirmed(), ev.Confirmed())
    assert (bench.state(), bench.trouble) == (State.REVIEW, "submit.supplement_earlier")
    assert len(envelopes(bench)) == 1


@pytest.mark.parametrize(
    ("error", "message"),
    [(StoreFull("queue.full"), "submit.store_full"), (QueueError("queue.io"), "submit.store_failed")],
)
def test_a_store_that_refuses_promises_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, error: QueueError, message: str
) -> None:
    """Back to the review with every page; trying again brings it in."""

    def refuse(*_: object, **__: object) -> None:
        raise error

    to_list(bench, waits())
    bring(bench)
    bench.lay_materials()
    with monkeypatch.context() as patched:
        patched.setattr(bench.outbox, "put", refuse)
        bench.handle(ev.Confirmed(), ev.Confirmed())
    assert (bench.state(), bench.trouble, bench.terminal.case.code) == (State.REVIEW, message, "")
    bench.retry()
    bench.handle(ev.Confirmed())
    assert bench.state() is State.OUTCOME


def test_pages_stay_with_their_case(bench: Bench) -> None:
    """Back and there again they are there; for another case, or a new application, they are not."""
    to_list(bench, waits(), waits(OTHER))
    bring(bench)
    bench.lay_materials()
    bench.handle(ev.BackPressed())
    assert bench.state() is State.CASE
    bring(bench)
    assert [view.state for view in bench.terminal.materials.views()] == ["done"]
    tell(bench, waits(), waits(OTHER))
    bench.handle(ev.BackPressed(), ev.BackPressed())
    bring(bench, OTHER)
    assert [view.state for view in bench.terminal.materials.views()] == ["needed"]


def test_what_was_laid_for_a_case_is_not_handed_in_for_a_new_one(bench: Bench) -> None:
    """From *again?* to a case that waits and back into the form: the form begins empty."""
    bench.to_outcome()
    away(bench)
    bench.to_identify()
    tell(bench, waits())
    bench.lay_card(SAMPLE_CARDS["测试甲"])
    bench.type_code()
    assert bench.state() is State.AGAIN
    bench.handle(ev.BackPressed())
    bring(bench)
    bench.lay_materials()
    tell(bench, waits())
    bench.handle(ev.BackPressed(), ev.BackPressed(), ev.BackPressed(), ev.Confirmed())
    assert bench.state() is State.FORM
    assert (bench.vault.pages, bench.vault.supplementing) == ({}, None)


def lost_camera(bench: Bench) -> None:
    bench.vision.report = DeviceReport("document_camera", SupervisorState.LOST, None, 0.0)


def full_store(bench: Bench) -> None:
    bench.free_bytes = 0
    bench.wait(2)


@pytest.mark.parametrize(
    ("case", "before", "reason"),
    [
        (waits(CODE, wanted("id_card")), None, "cases.bring.unknown"),
        (waits(CODE, wanted("unheard_of")), None, "cases.bring.unknown"),
        (waits(CODE, item="unheard_of"), None, "cases.bring.unknown"),
        (waits(CODE, wanted(due=dt.date(2026, 11, 27))), None, "cases.bring.over"),
        (waits(), lost_camera, "form.unavailable.document_camera"),
        (waits(), full_store, "form.unavailable.store"),
    ],
)
def test_what_cannot_be_brought_here_says_why(
    bench: Bench, case: CaseSummary, before: Callable[[Bench], None] | None, reason: str
) -> None:
    """Nothing is begun that cannot be ended."""
    to_list(bench, case)
    if before is not None:
        before(bench)
    offered = bench.terminal.supplement_availability(line_of(bench))
    assert isinstance(offered, Unavailable)
    assert offered.reason_id == reason


def test_what_is_too_late_by_now_is_left_out(bench: Bench) -> None:
    """The city would refuse all of it for the one; what is still in time is brought."""
    to_list(bench, waits(CODE, wanted(due=dt.date(2026, 11, 27)), wanted("id_photo")))
    bring(bench)
    assert [view.key for view in bench.terminal.materials.views()] == ["id_photo"]


def test_collecting_needs_the_city_and_the_reader(bench: Bench) -> None:
    """What is wanted or ready the city alone knows."""
    assert isinstance(bench.terminal.collect_availability(), Available)
    bench.terminal.on_line(False, "connect")
    offline = bench.terminal.collect_availability()
    assert isinstance(offline, Unavailable)
    assert offline.reason_id == "form.unavailable.line"
    bench.terminal.on_line(True, "")
    bench.devices[Device.ID_CARD].dead = "gone"
    bench.poll()
    unread = bench.terminal.collect_availability()
    assert isinstance(unread, Unavailable)
    assert unread.reason_id == "form.unavailable.id_card"


def test_with_a_clerk_the_message_says_who_laid_what(bench: Bench) -> None:
    """The clerk's number, who laid each page, and the resident's own yes."""
    to_list(bench, waits())
    bring(bench)
    bench.lay_materials()
    vault = bench.vault
    vault.clerk, vault.consented_by, vault.assent, vault.assented_at = "S0001", "resident", "touch", bench.clock.now()
    vault.brought_by["address_proof"] = "clerk"
    bench.handle(ev.Confirmed(), ev.Confirmed())
    [message] = sealed(bench)
    assert message.assistance is not None
    assert (message.assistance.clerk, message.assistance.materials) == ("S0001", {"address_proof": "clerk"})
    assert json.loads(message.to_bytes())["assistance"]["confirmed"] == "touch"


def test_a_completed_case_says_whether_its_result_is_printed_here(bench: Bench) -> None:
    """Only where the catalogue has a service that prints just that; a permit is fetched at the window."""
    licence = CaseSummary(code=OTHER, item="sole_trader_register", state=CaseState.CLOSED)
    to_list(bench, CaseSummary(code=CODE, item=PERMIT, state=CaseState.CLOSED), licence)
    assert bench.terminal.my_cases.printed_result(line_of(bench)) is None
    printed = bench.terminal.my_cases.printed_result(line_of(bench, OTHER))
    assert printed is not None
    assert printed.id == "business_licence_print"
    assert bench.terminal.result_plan(line_of(bench, OTHER)) is None  # which this city does not offer yet
