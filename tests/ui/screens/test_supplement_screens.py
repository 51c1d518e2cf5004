"""Collect or supplement, by touch: the tile and its reasons, what stands there of a case, and when it can be brought."""

from __future__ import annotations

from typing import Any

import pytest
from behind import answer
from fake_values import ASKED_FOR, BROUGHT

from kiosk.catalogue.models import Need
from kiosk.events import Fact
from kiosk.session import events as ev
from kiosk.session.states import Journey, State


def at_case(stand: Any, code: str = ASKED_FOR, **wait: Any) -> None:
    stand.terminal.my_cases.wait_for(**wait)
    stand.terminal.show(State.CASE, plan=stand.terminal.collect_plan(), case=code)
    stand.settle()


def test_the_tile_leads_to_what_waits_and_what_is_ready(stand: Any) -> None:
    """Two consents and the card; the list says its own name."""
    stand.terminal.my_cases.wait_for()
    stand.terminal.show(State.HOME)
    stand.settle()
    stand.tap("tile_collect")
    assert stand.said == [ev.ItemChosen(stand.terminal.collect_plan())]
    stand.tap("consent_identify")
    stand.tap("consent_handle")
    stand.tap("foot_main")
    answer(stand.terminal)
    stand.settle()
    assert stand.item("screen_cases").property("title") == "领取与补充"
    stand.tap(f"case_{ASKED_FOR}")
    assert stand.said[-1] == ev.CaseOpened(ASKED_FOR)


@pytest.mark.parametrize(("reader", "line"), [(False, True), (True, False)])
def test_the_tile_is_grey_for_a_reason_of_its_own(stand: Any, reader: bool, line: bool) -> None:
    """Without the reader nobody is found, without the line nobody knows what is wanted; *my cases* needs but the reader."""
    stand.terminal.health[Need.ID_CARD] = reader
    stand.terminal.show(State.HOME, line_up=line)
    stand.settle()
    assert stand.item("tile_collect").property("reason") != ""
    assert (stand.item("tile_cases").property("reason") == "") is reader
    stand.tap("tile_collect")
    assert stand.said == []


def test_what_is_wanted_is_brought_once_however_often_it_is_pressed(stand: Any) -> None:
    """What, why and until when; the main action asks for the code; back is the case."""
    at_case(stand)
    panel = stand.item("case_wanted")
    said = [(one["name"], one["note"]) for one in panel.property("points").toVariant()]
    assert [name for name, _ in said] == ["居住地住址证明", "就业证明"]
    assert "看不清" in said[0][1]
    assert "第 2 页反光" in said[0][1]
    assert "2026年12月12日" in said[1][1]
    stand.tap("foot_main")
    stand.tap("foot_back")
    assert [type(event) for event in stand.said] == [ev.SupplementAsked, ev.BackPressed]
    assert stand.terminal.session.state is State.CASE
    assert stand.terminal.session.plan == stand.terminal.collect_plan()


def test_without_the_camera_the_case_says_so_and_offers_nothing(stand: Any) -> None:
    """Before the first page, and open again by itself when the camera is back."""
    stand.terminal.health[Need.DOCUMENT_CAMERA] = False
    at_case(stand)
    assert stand.find("foot_main") is None
    assert stand.item("case_bring").property("kind") == "warn"
    stand.terminal.health[Need.DOCUMENT_CAMERA] = True
    stand.terminal.publish(Fact.DEVICES)
    stand.settle()
    assert stand.find("foot_main") is not None


def test_what_was_brought_is_not_brought_again(stand: Any) -> None:
    """The case says that it is on the way; its own line prints its receipt once more and takes nothing back."""
    at_case(stand, brought="kept")
    assert stand.find("foot_main") is None
    assert stand.item("case_brought").property("kind") == "good"
    at_case(stand, BROUGHT, brought="kept")
    assert stand.find("case_withdraw") is None
    stand.tap("foot_main")
    assert stand.said[-1] == ev.ReprintAsked()
    at_case(stand, brought="parked")
    assert stand.item("case_brought").property("kind") == "warn"


def test_a_result_says_where_and_when_it_is_fetched(stand: Any) -> None:
    """The catalogue's own words, the office and its hours; what is not printed here offers no print."""
    at_case(stand, "KF00010000P4")
    panel = stand.item("case_result")
    assert "窗口领取" in panel.property("text")
    assert "08:30–12:00 14:30–18:00" in panel.property("text")
    assert stand.find("foot_main") is None


def test_a_supplement_is_handed_in_without_a_signature_or_a_grade(stand: Any) -> None:
    """From the pages to the review, the receipt, and the end."""
    at_case(stand)
    stand.tap("foot_main")
    stand.terminal.handle(ev.CodeAccepted(stand.terminal.session.number, stand.terminal.session.plan.assurance))
    answer(stand.terminal)
    stand.terminal.materials.finish()
    stand.settle()
    stand.tap("foot_main")
    assert stand.terminal.session.state is State.REVIEW
    stand.tap("foot_main")
    answer(stand.terminal)
    stand.settle()
    assert (stand.terminal.session.state, stand.terminal.session.plan.journey) == (State.OUTCOME, Journey.SUPPLEMENT)
    assert stand.find("grade_5") is None


def test_a_result_that_is_printed_here_leads_to_its_certificate(stand: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The main action prints it, by the same way as any certificate; back from the code is the case."""
    plan = stand.terminal.plan(stand.terminal.catalogue.item("social_participation_cert"))
    monkeypatch.setattr(stand.terminal, "result_plan", lambda line: plan if line.state == "closed" else None)
    at_case(stand, "KF00010000P4")
    stand.tap("foot_main")
    assert stand.said == [ev.ResultAsked(plan)]
    assert stand.terminal.session.state is State.CODE
    stand.tap("foot_back")
    assert (stand.terminal.session.state, stand.terminal.session.case) == (State.CASE, "KF00010000P4")
