"""Handing in: stored exactly once, promised only then, and a receipt that is printed whole or again."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from devices.receipt_printer import CoverOpen, Cut, Faulted, NoPaper, Offline, Raster, Ready, Text
from kiosk.city.client import PlatformUnreachable, Unreachable
from kiosk.clock import ClockQuality
from kiosk.identity import case_code
from kiosk.identity.assurance import Assurance
from kiosk.identity.case_code import CaseCode, parse
from kiosk.printing import receipt, receipt_qr
from kiosk.session import events as ev
from kiosk.session.states import Choice, Device, Promise, State
from offline_queue import CustodyError, QueueError, StoreFull
from offline_queue import envelope as env

if TYPE_CHECKING:
    from conftest import Bench


def stored(bench: Bench) -> list[tuple[env.Header, dict[str, Any]]]:
    """Open what lies in the store, as the platform would with its key."""
    database = sqlite3.connect(bench.state_dir / "outbox" / "outbox.db")
    try:
        blobs = [row[0] for row in database.execute("SELECT envelope FROM outbox ORDER BY seq")]
    finally:
        database.close()
    found = []
    for blob in blobs:
        envelope = env.parse(blob)
        env.verify(envelope, bench.key.public_bytes)
        found.append((envelope.header, json.loads(env.open_form(envelope, bytes(range(32))))))
    return found


# --- the review ----


def test_the_review_shows_everything_and_leads_back(bench: Bench) -> None:
    """Person, form, papers and signature line by line; what can be changed leads to its place, the card does not."""
    bench.to_review()
    lines = bench.terminal.case.review()
    assert {line.section for line in lines} == {"review.person", "review.form", "review.materials"}
    assert all(line.value for line in lines)
    fixed = [line.label for line in lines if line.target is None]
    assert fixed == ["姓名", "公民身份号码", "居民身份证"]
    assert (lines[-1].label, lines[-1].value, lines[-1].target) == ("本人签名", "已签好", ev.FieldReopened(State.SIGN))
    (photo,) = (line.target for line in lines if line.label == "证件照")
    assert photo == ev.FieldReopened(State.MATERIALS, material="id_photo")
    assert not [line for line in lines if "13800000001" in line.value or "990000199001010017" in line.value]


@pytest.mark.parametrize("strokes", [[], [[]], [[(0.5, 0.5, 0.0)]], [[(0.5, 0.5, 0.0), (0.52, 0.5, 0.1)]]])
def test_a_slip_is_no_signature(bench: Bench, strokes: Any) -> None:
    """A dot or a short line is not enough ink, and without a signature nothing is handed in."""
    bench.to_review()
    bench.terminal.case.set_signature(strokes, 600, 300)
    assert not bench.terminal.case.has_signature
    assert bench.vault.signature_png == b""
    bench.handle(ev.Confirmed())
    assert bench.trouble == "submit.invalid"


def test_a_signature_is_drawn_as_it_was_written(bench: Bench) -> None:
    """A picture of the pad's shape, with ink on it; a pad without size does not break it."""
    bench.to_review()
    image = Image.open(io.BytesIO(bench.vault.signature_png))
    assert image.size == (900, 450)
    assert min(image.convert("L").tobytes()) < 128
    bench.terminal.case.set_signature([[(0.0, 0.0, 0.0), (1.0, 1.0, 1.0)]], 0, -5)
    assert bench.terminal.case.has_signature


# --- storing ----


def test_what_is_stored_is_what_was_said(bench: Bench) -> None:
    """One row; opened with the platform's key it holds the person, the answers, the consents, and hashes of every part."""
    bench.to_outcome()
    ((header, form),) = stored(bench)
    assert bench.session.promise is Promise.KEPT
    assert form["applicant"]["number"] == "990000199001010017"
    assert form["answers"]["reason"] == "home"
    assert (form["assurance"], form["assurance_token"]) == ("card+code", "token")
    assert (form["submitted_at"], form["clock_quality"]) == ("2026-11-27T19:12:00Z", "synchronised")
    assert form["code"] == header.code == bench.terminal.case.code
    assert isinstance(parse(form["code"]), CaseCode)
    materials = {material["key"]: material for material in form["materials"]}
    sources = {key: material["source"] for key, material in materials.items()}
    assert sources == {"id_card": "read", "address_proof": "scan", "id_photo": "scan"}
    assert materials["address_proof"]["pages"] == 2
    assert materials["address_proof"]["reason"] == "form.material.register_not_connected"
    assert form["signature"]["png"]["sha256"] == hashlib.sha256(bench.vault.signature_png).hexdigest()
    assert {part.id for part in header.parts} == {"address_proof", "id_photo", "signature"}


def test_the_offline_permit_says_how_sure_it_was(bench: Bench) -> None:
    """Handed in with the card alone while the line was down: the case says so, and has no token."""
    bench.city.fail("request_code", PlatformUnreachable(Unreachable.CONNECT))
    bench.to_identify()
    bench.lay_card()
    bench.handle(ev.TroubleAnswered(Choice.SKIP))
    bench.fill_permit()
    bench.lay_materials()
    bench.handle(ev.Confirmed())
    bench.terminal.case.set_signature([[(0.1, 0.5, 0.0), (0.9, 0.5, 0.2)]], 600, 300)
    bench.handle(ev.Confirmed(), ev.Confirmed())
    assert bench.state() is State.OUTCOME
    ((_, form),) = stored(bench)
    assert (form["assurance"], form["assurance_token"]) == ("card", "")
    assert bench.session.assurance is Assurance.CARD


def test_nothing_personal_lies_on_the_disk(bench: Bench) -> None:
    """Whoever takes the disk finds neither the name nor the number, in any file."""
    bench.to_outcome()
    for file in bench.state_dir.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert "测试甲".encode() not in data, file
            assert b"990000199001010017" not in data, file
            assert b"13800000001" not in data, file


def test_a_full_store_says_so_and_loses_nothing(bench: Bench) -> None:
    """Disk full at submit: a plain message, everything still there; with room again the same is stored once."""
    bench.to_review()
    bench.free_bytes = 0
    bench.handle(ev.Confirmed())
    assert (bench.state(), bench.trouble) == (State.REVIEW, "submit.store_full")
    assert bench.session.promise is Promise.NONE
    assert bench.terminal.case.ready
    assert bench.terminal.case.code == ""
    first = bench.vault.submission_id
    bench.free_bytes = 1 << 40
    bench.handle(ev.TroubleAnswered(Choice.RETRY), ev.Confirmed())
    assert bench.state() is State.OUTCOME
    ((header, _),) = stored(bench)
    assert header.id == first == bench.vault.submission_id
    assert [entry["reason"] for entry in bench.audited("submission.refused")] == ["queue.full"]


@pytest.mark.parametrize("error", [QueueError("queue.io"), QueueError("queue.commit_unknown")])
def test_a_failed_store_is_tried_again_under_the_same_id(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, error: QueueError
) -> None:
    """Whether the first attempt was lost or kept, the second can never make another case."""
    bench.to_review()
    real = bench.outbox.put

    def put(*args: Any, **kwargs: Any) -> Any:
        if error.code == "queue.commit_unknown":
            real(*args, **kwargs)
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(bench.outbox, "put", put)
        bench.handle(ev.Confirmed())
    assert (bench.state(), bench.trouble) == (State.REVIEW, "submit.store_failed")
    bench.clock.wall += dt.timedelta(minutes=3)
    bench.handle(ev.TroubleAnswered(Choice.RETRY), ev.Confirmed())
    assert bench.state() is State.OUTCOME
    ((_, form),) = stored(bench)
    assert form["submitted_at"] == "2026-11-27T19:12:00Z"


def test_an_edit_after_an_unknown_commit_ends_with_what_is_kept(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kept though nobody could say so, then changed: one case, its receipt for what is kept, and the person is told."""
    bench.to_review()
    real = bench.outbox.put

    def put(*args: Any, **kwargs: Any) -> Any:
        real(*args, **kwargs)
        raise QueueError("queue.commit_unknown")

    with monkeypatch.context() as broken:
        broken.setattr(bench.outbox, "put", put)
        bench.handle(ev.Confirmed())
    assert bench.trouble == "submit.store_failed"
    before = {material: len(pages) for material, pages in bench.vault.pages.items()}
    bench.handle(ev.TroubleAnswered(Choice.RETRY), ev.FieldReopened(State.FORM))
    bench.terminal.form.set("phone", "13800000002")
    bench.terminal.case.set_signature([[(0.1, 0.1, 0.0), (0.9, 0.9, 0.3)]], 600, 300)
    bench.turn()
    while bench.state() is State.FORM:
        assert bench.terminal.form.answer_page()
        bench.turn()
    bench.handle(ev.Confirmed())
    assert bench.state() is State.OUTCOME
    assert bench.session.notice == "submit.earlier_kept"
    ((header, form),) = stored(bench)
    assert form["answers"]["phone"] == "13800000001"
    assert bench.terminal.case.code == header.code
    kept = bench.vault.kept
    assert kept is not None
    refs = [ref["sha256"] for material in form["materials"] for ref in material["parts"]]
    assert set(kept.attachments) == {*refs, form["signature"]["png"]["sha256"]}
    counted = [f"{pages} {'张' if material == 'id_photo' else '页'}" for material, pages in before.items()]
    assert sorted(amount for _, amount in kept.materials) == sorted(counted)
    row = bench.outbox.row(header.code)
    assert row is not None
    assert kept.digest == row.sha256
    assert bench.receipts.cut_receipts() == 1


def test_a_conflict_that_nobody_can_explain_promises_nothing(bench: Bench) -> None:
    """The same id with other content and no unknown attempt before it: our bug, and no receipt for a stranger's papers."""
    bench.to_review()
    bench.vault.submission_id = "0" * 31 + "1"
    bench.outbox.put(b"another", (), service="other", submission_id=bench.vault.submission_id)
    bench.handle(ev.Confirmed())
    assert (bench.state(), bench.trouble) == (State.REVIEW, "submit.store_failed")
    assert bench.receipts.cut_receipts() == 0


def test_a_guardian_that_went_silent_closes_the_terminal(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key cannot sign: nothing is kept or promised, the person is told, and the fault is raised."""
    bench.to_review()

    def put(*_: Any, **__: Any) -> Any:
        raise CustodyError("key.guardian_silent")

    monkeypatch.setattr(bench.outbox, "put", put)
    with pytest.raises(CustodyError):
        bench.handle(ev.Confirmed())
    assert (bench.state(), bench.trouble) == (State.REVIEW, "submit.store_failed")


def test_a_store_that_takes_too_long_is_not_asked_twice(bench: Bench) -> None:
    """Thirty seconds without an answer: said plainly. It was stored meanwhile: pressing again shows that case."""
    bench.to_review()
    bench.store_work.hold()
    bench.handle(ev.Confirmed())
    bench.wait(31)
    assert (bench.state(), bench.trouble) == (State.REVIEW, "session.store_slow")
    bench.store_work.release()
    bench.turn()
    assert bench.state() is State.REVIEW
    bench.handle(ev.TroubleAnswered(Choice.RETRY), ev.Confirmed())
    assert bench.state() is State.OUTCOME
    assert len(stored(bench)) == 1
    assert bench.outbox.row(bench.terminal.case.code) is not None


def test_pressing_again_while_the_first_is_under_way_makes_one_case(bench: Bench) -> None:
    """Two attempts queued behind a slow disk: the second gets the first one's answer."""
    bench.to_review()
    bench.store_work.hold()
    bench.handle(ev.Confirmed())
    bench.wait(31)
    bench.clock.wall += dt.timedelta(seconds=31)
    bench.handle(ev.TroubleAnswered(Choice.RETRY), ev.Confirmed())
    bench.store_work.release()
    bench.turn()
    assert bench.state() is State.OUTCOME
    assert len(stored(bench)) == 1
    assert len(bench.audited("submission.refused")) == 0


def test_a_submission_outlives_the_person_who_left(bench: Bench) -> None:
    """Left after the slow store's message: it is stored all the same, and nothing of it comes back to the screen."""
    bench.to_review()
    bench.store_work.hold()
    bench.handle(ev.Confirmed())
    bench.wait(31)
    bench.leave()
    assert bench.vault.empty
    bench.store_work.release()
    bench.turn()
    assert bench.vault.empty
    assert len(stored(bench)) == 1
    assert len(bench.audited("submission.stored")) == 1


def test_a_bug_while_composing_is_said_and_raised(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The person reads that nothing was stored; the bug is not swallowed."""
    bench.to_review()

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(bench.outbox, "put", broken)
    with pytest.raises(ZeroDivisionError):
        bench.handle(ev.Confirmed())
    bench.turn()
    assert (bench.state(), bench.trouble) == (State.REVIEW, "submit.store_failed")


def test_two_citizens_get_two_cases(bench: Bench) -> None:
    """Ids and codes are never carried over."""
    codes = []
    for _ in range(2):
        bench.to_outcome()
        codes.append(bench.terminal.case.code)
        bench.handle(ev.Confirmed())
        bench.lift_card()
        bench.wait(6)
        assert bench.state() is State.ATTRACT
    assert len({form["submission_id"] for _, form in stored(bench)}) == 2
    assert len(set(codes)) == 2


# --- the receipt ----


def printed(bench: Bench) -> list[str]:
    return [block.text.strip() for block in bench.receipts.printed[-1] if isinstance(block, Text)]


def test_the_receipt_says_the_truth_of_three_in_the_morning(bench: Bench) -> None:
    """Handed in Saturday 03:12, the office opens Monday, one notice within five working days; the code and a signed QR."""
    bench.to_outcome()
    assert bench.session.receipt_printed
    lines = printed(bench)
    assert case_code.group(bench.terminal.case.code) in lines
    assert "2026-11-28 03:12" in lines
    assert "2026-11-30 08:30" in lines
    assert "2026-12-07" in lines
    shown = [value for _, value in bench.terminal.case.promise_lines()]
    assert shown == ["2026年11月28日 周六 03:12", "2026年11月30日 周一 08:30", "2026年12月7日 周一", ""]
    assert bench.terminal.case.receipt_png is not None


def test_the_qr_ties_the_paper_to_the_sealed_bytes(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its digest is that of the envelope in the store, and the terminal's public key verifies it."""
    texts: list[str] = []
    real = receipt_qr.make

    def make(*args: Any) -> str:
        texts.append(real(*args))
        return texts[-1]

    monkeypatch.setattr(receipt_qr, "make", make)
    bench.to_outcome()
    claim = receipt_qr.verify(texts[0], bench.key.public_bytes)
    row = bench.outbox.row(bench.terminal.case.code)
    assert row is not None
    assert (claim.code, claim.digest, claim.item) == (row.code, row.sha256, "residence_permit_apply")


def test_the_receipt_shows_less_of_a_person_than_the_screen(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A paper lies about in a lobby: it keeps the first character of a name and the ends of a number."""
    laid_out: list[receipt.ReceiptFacts] = []
    real = receipt.layout

    def layout(facts: receipt.ReceiptFacts, *args: Any, **kwargs: Any) -> Any:
        laid_out.append(facts)
        return real(facts, *args, **kwargs)

    monkeypatch.setattr(receipt, "layout", layout)
    bench.to_outcome()
    person = bench.terminal.person
    assert {(facts.applicant, facts.number) for facts in laid_out} == {("测**", "9****************7")}
    assert (person.masked_name, person.masked_number) == ("测*甲", "9900**********0017")


def test_no_receipt_before_the_store_has_committed(bench: Bench) -> None:
    """While the store works nothing is printed and nothing promised."""
    bench.to_review()
    bench.store_work.hold()
    bench.handle(ev.Confirmed())
    assert bench.receipts.printed == []
    bench.terminal.case.print_receipt()
    bench.turn()
    assert bench.receipts.printed == []
    bench.store_work.release()
    bench.turn()
    assert bench.receipts.cut_receipts() == 1


@pytest.mark.parametrize(
    ("status", "message"),
    [(NoPaper(), "receipt.no_paper"), (CoverOpen(), "receipt.cover_open"), (Offline(), "receipt.failed")],
)
def test_a_receipt_that_breaks_off_is_printed_again_from_its_start(bench: Bench, status: Any, message: str) -> None:
    """Paper out in the middle: the case is safe, the message says so; mended, the whole receipt comes out, once."""
    bench.receipts.fail_next(status, after_blocks=9)
    bench.to_outcome()
    assert (bench.state(), bench.trouble) == (State.OUTCOME, message)
    assert bench.session.receipt_printed is False
    assert bench.session.promise is Promise.KEPT
    torn = bench.receipts.torn[0]
    bench.receipts.current = Ready()
    bench.retry()
    assert bench.receipts.cut_receipts() == 1
    whole = bench.receipts.printed[0]
    assert whole[: len(torn)] == torn
    assert isinstance(whole[-1], Cut)
    assert (bench.trouble, bench.session.receipt_printed) == ("", True)
    assert len(stored(bench)) == 1


def test_going_on_without_a_receipt(bench: Bench) -> None:
    """The code stands on the screen; who notes it may leave."""
    bench.receipts.current = NoPaper()
    bench.to_outcome()
    bench.handle(ev.TroubleAnswered(Choice.SKIP))
    assert bench.terminal.case.code
    assert bench.terminal.case.receipt_png
    bench.handle(ev.Confirmed())
    assert bench.state() is State.GUARD
    assert bench.audited("receipt.not_printed")[0]["reason"] == "no_paper"


def test_a_printer_that_is_gone_still_leaves_a_case(bench: Bench) -> None:
    """No driver at all: the receipt failed, the submission did not."""
    bench.to_review()
    bench.devices[Device.RECEIPT_PRINTER].dead = "receipt_printer.unreachable"
    bench.handle(ev.Confirmed())
    assert bench.trouble == "receipt.failed"
    assert len(stored(bench)) == 1


def test_a_terminal_without_a_receipt_printer_still_hands_in(bench: Bench) -> None:
    """Nothing is configured: the code is on the screen, the message says that no receipt came."""
    bench.to_review()
    del bench.devices[Device.RECEIPT_PRINTER]
    bench.handle(ev.Confirmed())
    assert (bench.state(), bench.trouble) == (State.OUTCOME, "receipt.failed")
    assert bench.terminal.case.receipt_png


def test_the_city_receives_it_while_the_person_stands_there(bench: Bench) -> None:
    """The sync agent, another process, has the city's receipt: the screen's word changes from kept to received."""
    bench.to_outcome()
    mark_received(bench)
    bench.wait(2)
    assert bench.session.promise is Promise.RECEIVED
    assert len(bench.audited("submission.received")) == 1
    bench.wait(3)
    assert len(bench.audited("submission.received")) == 1


def mark_received(bench: Bench) -> None:
    """Do what the agent does when the platform's receipt has come: release the oldest row."""
    other = bench.open_outbox()
    try:
        waiting = other.next_waiting()
        assert waiting is not None
        other.release(waiting, env.parse(waiting.blob).header, b"{}")
    finally:
        other.close()


@pytest.mark.parametrize("year", [2000, 2026, 2027, 2089, 2130])
def test_a_wrong_clock_does_not_stop_a_receipt(bench: Bench, year: int) -> None:
    """A terminal that lost its clock still takes cases; the receipt says that the city's time counts."""
    bench.to_review()
    bench.vault.answers["reg_since"] = "1960-01-01"  # long enough ago for every clock
    bench.clock.wall = bench.clock.wall.replace(year=year)
    bench.clock.trust = ClockQuality.IMPLAUSIBLE
    bench.handle(ev.Confirmed())
    assert bench.state() is State.OUTCOME
    assert bench.receipts.cut_receipts() == 1
    ((_, form),) = stored(bench)
    assert form["clock_quality"] == "implausible"


@pytest.mark.parametrize("width", [576, 384])
def test_the_receipt_fits_the_printer_that_is_there(bench: Bench, width: int) -> None:
    """The layout asks the driver how wide its paper is."""
    bench.receipts._width_dots = width
    bench.to_outcome()
    assert {block.width_dots for block in bench.receipts.printed[0] if isinstance(block, Raster)} == {width}


def test_the_receipt_speaks_the_sessions_language(bench: Bench) -> None:
    """English on the screen is English on the paper and in the submission."""
    bench.to_review()
    bench.terminal.language = "en"
    bench.handle(ev.Confirmed())
    ((_, form),) = stored(bench)
    assert form["language"] == "en"
    assert {material["label"] for material in form["materials"]} >= {"Proof of address"}


def test_a_printer_fault_is_recorded_by_its_code(bench: Bench) -> None:
    """What went wrong stands in the audit log, without a word of the person."""
    bench.receipts.current = Faulted("receipt_printer.cutter")
    bench.to_outcome()
    assert bench.trouble == "receipt.failed"
    assert bench.audited("receipt.not_printed")[0]["code"] == bench.terminal.case.code


def test_store_full_is_a_kind_of_queue_error() -> None:
    """The desk tells them apart by type."""
    assert issubclass(StoreFull, QueueError)
