"""A clerk helps residents: the whole way of one and the next, who entered what, the yes by card, the day's batch."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from citizen import page

from devices.id_card.samples import SAMPLE_CARDS
from devices.smart_card.samples import SAMPLE_STAFF
from kiosk.catalogue.availability import Available
from kiosk.city.sealed import KeptAnyway, Submission
from kiosk.documents.pages import Advice, CaptureRefused, Refused
from kiosk.identity.assurance import Assurance
from kiosk.journeys.assist import Batch
from kiosk.session import events as ev
from kiosk.session.states import Choice, Hand, State
from offline_queue import RowState
from offline_queue.envelope import open_form, parse

if TYPE_CHECKING:
    from conftest import Bench

CLERK = SAMPLE_STAFF["S0001"]
JIA, YI = SAMPLE_CARDS["测试甲"], SAMPLE_CARDS["测试乙"]
PERMIT = "residence_permit_apply"
STROKES = [[(0.1, 0.5, 0.0), (0.4, 0.4, 0.1), (0.8, 0.6, 0.3)]]
SEAL_KEY = bytes(range(32))


def sign_in(bench: Bench) -> None:
    bench.staff_reader.insert(CLERK)
    bench.poll()
    for digit in "246810":
        bench.terminal.staff.type_digit(digit)
    bench.terminal.staff.enter_pin()
    bench.turn()
    bench.handle(ev.AssistingBegun())
    assert bench.state() is State.DESK


def to_form(bench: Bench, card: Any = JIA) -> None:
    bench.handle(ev.Confirmed())
    plan = bench.terminal.plan(bench.terminal.catalogue.item(PERMIT))
    bench.handle(ev.ItemChosen(plan), ev.Confirmed(), ev.HandedOver(Hand.RESIDENT), ev.Confirmed())
    bench.handle(ev.HandedOver(Hand.CLERK))
    bench.lay_card(card)
    assert bench.state() is State.ATTEST
    bench.handle(ev.Attested(holds=True))
    if bench.state() is State.AGAIN:
        bench.handle(ev.Confirmed())
    assert bench.state() is State.FORM
    bench.handle(ev.HandedOver(Hand.CLERK))


def to_confirm(bench: Bench, card: Any = JIA) -> None:
    to_form(bench, card)
    form = bench.terminal.form
    form.set("reg_since", "2024-01-05")
    form.set("address", {"division": bench.town(), "detail": "示范路1号"})
    form.set("reason", "home")
    bench.handle(ev.HandedOver(Hand.RESIDENT))
    form.set("phone", "13800000001")
    while bench.state() is State.FORM:
        assert form.answer_page()
        bench.turn()
    bench.lay_materials()
    bench.handle(ev.Confirmed())
    bench.terminal.case.set_signature(STROKES, 600, 300)
    bench.handle(ev.Confirmed())
    assert bench.state() is State.REVIEW
    bench.handle(ev.Confirmed())
    assert bench.state() is State.CONFIRM


def end(bench: Bench) -> None:
    bench.handle(ev.Confirmed())
    bench.lift_card()
    assert bench.state() is State.DESK


def sealed(bench: Bench) -> list[Submission]:
    """Open what the outbox holds, as the city would."""
    with contextlib.closing(sqlite3.connect(bench.state_dir / "outbox" / "outbox.db")) as database:
        blobs = [row[0] for row in database.execute("SELECT envelope FROM outbox ORDER BY seq")]
    return [Submission.from_bytes(open_form(parse(blob), SEAL_KEY)) for blob in blobs]


def test_one_resident_after_the_other(bench: Bench) -> None:
    """One sign-in for both; nothing of the first remains for the second; each case says who entered what."""
    sign_in(bench)
    to_confirm(bench)
    bench.handle(ev.Confirmed())
    assert bench.state() is State.OUTCOME
    end(bench)
    assert bench.vault.empty
    assert len(bench.audited("staff.shown")) == 1
    to_confirm(bench, YI)
    bench.lift_card()
    bench.lay_card(YI)
    assert bench.state() is State.OUTCOME
    end(bench)

    first, second = sealed(bench)
    assert (first.assurance, first.entered_by) == ("card+clerk", "clerk")
    assert first.assistance is not None
    assert first.assistance.clerk == "S0001"
    assert first.assistance.answers == {"reg_since": "clerk", "address": "clerk", "reason": "clerk", "phone": "resident"}
    assert set(first.assistance.materials.values()) == {"resident"}
    assert (first.assistance.consents, first.assistance.confirmed) == ("resident", "touch")
    assert second.assistance is not None
    assert (second.applicant.number, second.assistance.confirmed) == (YI.number, "card")
    told = [(entry["event"], entry["by"]) for entry in bench.audited() if entry["event"].startswith("assist.")]
    assert told == [("assist.begun", "S0001"), ("assist.attested", "S0001"), ("assist.confirmed", "S0001")] * 2
    assert [entry["by"] for entry in bench.audited("submission.stored")] == ["S0001", "S0001"]


def test_the_review_says_who_entered_each_line(bench: Bench) -> None:
    """The clerk's, the resident's, and nobody's: what the card said."""
    sign_in(bench)
    to_confirm(bench)
    bench.handle(ev.BackPressed())
    lines = {line.label: line.by for line in bench.terminal.case.review()}
    assert {lines["现居住地址"], lines["申领事由"]} == {"clerk"}
    assert "resident" in lines.values()
    assert lines["本人签名"] == "resident"
    assert [by for label, by in lines.items() if label == "姓名"] == [""]


def test_a_citizen_alone_hands_in_nothing_of_it(bench: Bench) -> None:
    """No clerk, no attribution."""
    bench.to_outcome()
    (alone,) = sealed(bench)
    assert (alone.entered_by, alone.assistance) == ("citizen", None)
    assert {line.by for line in bench.terminal.case.review()} <= {""}


def test_another_persons_card_is_no_yes(bench: Bench) -> None:
    """Said and written down; the right card afterwards confirms."""
    sign_in(bench)
    to_confirm(bench)
    bench.lift_card()
    bench.lay_card(YI)
    assert (bench.state(), bench.trouble) == (State.CONFIRM, "identify.other_card")
    bench.handle(ev.TroubleAnswered(Choice.RETRY))
    bench.lift_card()
    bench.lay_card(JIA)
    assert bench.state() is State.OUTCOME
    assert [entry["reason"] for entry in bench.audited("identity.card_refused")] == ["other_card"]


def test_a_card_that_lay_there_all_the_time_is_no_yes(bench: Bench) -> None:
    """Only what somebody does is an answer."""
    sign_in(bench)
    to_confirm(bench)
    bench.poll()
    bench.wait(2)
    assert bench.state() is State.CONFIRM


def test_the_pulled_card_ends_it_and_forgets_the_resident(bench: Bench) -> None:
    """In the middle of the form: nothing is handed in, nothing of anybody stays, and the next one comes alone."""
    sign_in(bench)
    to_form(bench)
    bench.lift_card()
    bench.staff_reader.remove()
    bench.poll()
    assert bench.state() is State.ATTRACT
    assert bench.vault.empty
    assert bench.terminal.assist.batch == Batch()
    assert list(bench.outbox.every_row(state=None)) == []


def test_a_card_pulled_during_the_hand_in_loses_nothing(bench: Bench) -> None:
    """The case is kept with the clerk's number; the receipt comes out; the next one comes alone."""
    sign_in(bench)
    to_confirm(bench)
    bench.store_work.hold()
    bench.handle(ev.Confirmed())
    bench.staff_reader.remove()
    bench.poll()
    assert bench.state() is State.SUBMIT
    bench.store_work.release()
    bench.turn()
    assert bench.state() is State.OUTCOME
    (kept,) = sealed(bench)
    assert kept.assistance is not None
    bench.handle(ev.Confirmed())
    bench.lift_card()
    assert bench.state() is State.ATTRACT


def test_the_days_batch_is_counted_off_the_log(bench: Bench) -> None:
    """This clerk's of today: received, waiting, set aside; another clerk's and yesterday's are not in it."""
    sign_in(bench)
    assert bench.terminal.assist.batch == Batch()
    to_confirm(bench)
    bench.handle(ev.Confirmed())
    end(bench)
    (row,) = bench.outbox.every_row(state=None)
    assert bench.terminal.assist.batch == Batch(frozenset({row.code}), waiting=1)
    bench.outbox.park_by_staff(row.seq, "staff.suspected_duplicate")
    bench.context.audit.record("submission.stored", by="S0009", code="KF00010000K2")
    bench.handle(ev.StaffPagesAsked())
    assert bench.terminal.assist.batch == Batch(frozenset({row.code}), parked=1)
    assert row.state is RowState.WAITING
    bench.clock.wall = bench.clock.wall.replace(day=28)
    bench.terminal.assist.look()
    bench.turn()
    assert bench.terminal.assist.batch == Batch()


def test_a_log_that_cannot_be_read_is_no_nought(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told that nothing waits because nothing could be counted."""

    def dead(*_: object) -> Any:
        raise OSError(5, "EIO")

    monkeypatch.setattr("kiosk.journeys.assist.codes_of", dead)
    sign_in(bench)
    assert not bench.terminal.assist.batch.known


def test_a_clerk_keeps_a_page_whose_picture_was_refused(bench: Bench) -> None:
    """Nobody else may; the grade falls, and page, reason and clerk go with the case and stand in the audit log."""
    sign_in(bench)
    to_form(bench)
    form, materials = bench.terminal.form, bench.terminal.materials
    for key, value in (
        ("reg_since", "2024-01-05"), ("address", {"division": bench.town(), "detail": "示范路1号"}), ("reason", "home"),
        ("phone", "13800000001"),
    ):  # fmt: skip
        form.set(key, value)
    while bench.state() is State.FORM:
        assert form.answer_page()
        bench.turn()
    bench.handle(ev.MaterialOpened("address_proof"))
    bench.lay_page(90)
    poor = page(170)
    materials.on_event(CaptureRefused(Refused(Advice.HAND)))
    assert not materials.keepable  # no page could be cut out
    materials.on_event(CaptureRefused(Refused(Advice.GLARE, page=poor)))
    bench.handle(ev.HandedOver(Hand.RESIDENT))
    materials.keep_anyway()
    assert not materials.keepable
    assert materials.page_count("address_proof") == 1
    bench.handle(ev.HandedOver(Hand.CLERK))
    assert materials.keepable
    materials.keep_anyway()
    bench.turn()
    assert bench.state() is State.MATERIALS
    assert materials.refused is None
    assert bench.vision.kept_anyway == [poor.sha256]
    (told,) = bench.audited("material.kept_anyway")
    assert (told["material"], told["reason"], told["by"]) == ("address_proof", "documents.advice.glare", "S0001")
    bench.lay_materials()
    bench.handle(ev.Confirmed())
    bench.terminal.case.set_signature(STROKES, 600, 300)
    bench.handle(ev.Confirmed(), ev.Confirmed(), ev.Confirmed())
    assert bench.state() is State.OUTCOME
    (submission,) = sealed(bench)
    grades = {each.key: (each.trust_grade, each.kept_anyway) for each in submission.materials if each.source == "scan"}
    kept = KeptAnyway(page=2, reason="documents.advice.glare", clerk="S0001")
    assert grades == {"address_proof": ("D", (kept,)), "id_photo": ("C", ())}


def test_without_a_clerk_nobody_keeps_a_refused_page(bench: Bench) -> None:
    """Not even while a staff card that has not signed in lies in the reader."""
    bench.to_form()
    bench.fill_permit()
    bench.handle(ev.MaterialOpened("address_proof"))
    bench.terminal.materials.on_event(CaptureRefused(Refused(Advice.GLARE, page=page(170))))
    bench.staff_reader.insert(CLERK)
    bench.poll()
    bench.terminal.materials.keep_anyway()
    bench.turn()
    assert not bench.terminal.materials.keepable
    assert bench.terminal.materials.page_count("address_proof") == 0


def test_an_item_that_wants_a_clerk_can_be_done_with_one(bench: Bench) -> None:
    """Alone it is grey; with a clerk it is open, also without the line where a code would be needed."""
    item = bench.terminal.catalogue.item(PERMIT)
    wants = item.model_copy(update={"assurance": Assurance.CARD_CLERK, "offline_assurance": None})
    assert not isinstance(bench.terminal.availability(wants), Available)
    sign_in(bench)
    bench.handle(ev.Confirmed())
    assert bench.terminal.availability(wants) == Available(Assurance.CARD_CLERK)
    bench.terminal.on_line(False, "test")
    assert bench.terminal.availability(item) == Available(item.assurance)


def test_a_clerks_word_without_a_number_is_no_submission(bench: Bench) -> None:
    """The city would not know whom to ask."""
    bench.to_outcome()
    (alone,) = sealed(bench)
    body = json.loads(alone.to_bytes()) | {"assurance": "card+clerk"}
    with pytest.raises(ValueError, match="nobody says which"):
        Submission.from_bytes(json.dumps(body).encode())
