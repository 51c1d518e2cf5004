"""Practice on a whole terminal: none of it reaches outbox, city or log; papers bear the mark; faults come as scripted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest

from devices.id_card.samples import SAMPLE_CARDS
from devices.receipt_printer import Raster
from devices.smart_card.samples import SAMPLE_STAFF
from kiosk.city.client import PlatformRejected, PlatformUnreachable
from kiosk.city.wire import PersonKey
from kiosk.journeys.rehearsal import ClosedDoor, NoCity, Script, ScriptedFault
from kiosk.journeys.training import FOLDER, KIOSK, TrainingDesk
from kiosk.printing import practice, raster, trial
from kiosk.session import events as ev
from kiosk.session.states import Choice, Device, State
from offline_queue import Outbox, QueueError

if TYPE_CHECKING:
    from conftest import Bench

JIA = SAMPLE_CARDS["测试甲"]
PERMIT = "residence_permit_apply"
STROKES = [[(0.1, 0.5, 0.0), (0.4, 0.4, 0.1), (0.8, 0.6, 0.3)]]


def begin(bench: Bench) -> None:
    bench.staff_reader.insert(SAMPLE_STAFF["S0001"])
    bench.poll()
    for digit in "246810":
        bench.terminal.staff.type_digit(digit)
    bench.terminal.staff.enter_pin()
    bench.turn()
    bench.handle(ev.TrainingBegun())
    assert (bench.state(), bench.session.training, bench.terminal.training.on) == (State.STAFF, True, True)


def to_identify(bench: Bench) -> None:
    plan = bench.terminal.plan(bench.terminal.catalogue.item(PERMIT))
    bench.handle(ev.PracticeBegun(), ev.ItemChosen(plan), ev.Confirmed())
    if bench.state() is State.FOR_WHOM:
        from kiosk.identity.acting import Capacity

        bench.handle(ev.ForWhomChosen(Capacity.SELF))
    bench.handle(ev.Confirmed())
    assert bench.state() is State.IDENTIFY


def to_review(bench: Bench) -> None:
    to_identify(bench)
    bench.lay_card(JIA)
    assert bench.state() is State.CODE
    bench.type_code("000000")
    bench.fill_permit()
    bench.lay_materials()
    bench.handle(ev.Confirmed())
    bench.terminal.case.set_signature(STROKES, 600, 300)
    bench.handle(ev.Confirmed())
    assert bench.state() is State.REVIEW


def marks(bench: Bench) -> int:
    """Count the bars of practice on the last receipt."""
    bar = raster.heading(practice.MARK, width=bench.receipts.width_dots)
    return sum(isinstance(block, Raster) and block.bits == bar.bits for block in bench.receipts.printed[-1])


def test_a_case_of_practice_reaches_nothing_that_is_real(bench: Bench) -> None:
    """Not the outbox, not the city, not the log of the terminal; its receipt is marked from head to foot."""
    begin(bench)
    before = len(bench.audited())
    to_review(bench)
    bench.handle(ev.Confirmed())
    assert bench.state() is State.OUTCOME
    assert bench.terminal.case.code.startswith(f"KF{KIOSK}")
    assert marks(bench) >= 3
    assert list(bench.outbox.every_row(state=None)) == []
    assert (bench.city.codes, bench.city.verified) == ([], [])
    assert len(bench.audited()) == before
    bench.handle(ev.Confirmed())
    bench.lift_card()
    assert (bench.state(), bench.session.training) == (State.STAFF, True)
    assert bench.vault.empty
    bench.handle(ev.TrainingEnded())
    assert not (bench.state_dir / FOLDER).exists()
    told = [(entry["event"], entry["by"]) for entry in bench.audited() if entry["event"].startswith("training.")]
    assert told == [("training.entered", "S0001"), ("training.left", "S0001")]


def test_what_comes_after_practice_is_real_again(bench: Bench) -> None:
    """The next citizen's case lies in the outbox, with a receipt without a mark."""
    begin(bench)
    bench.handle(ev.TrainingEnded())
    bench.staff_reader.remove()
    bench.poll()
    assert bench.state() is State.ATTRACT
    bench.to_outcome()
    assert len(list(bench.outbox.every_row(state=None))) == 1
    assert bench.terminal.case.code.startswith("KF0001")
    assert marks(bench) == 0
    assert [entry["code"] for entry in bench.audited("submission.stored")] == [bench.terminal.case.code]


def test_the_pulled_card_during_the_hand_in_leaves_it_practice(bench: Bench) -> None:
    """What was under way ends in practice's own outbox, prints nothing, and the next citizen's case is real."""
    begin(bench)
    to_review(bench)
    bench.store_work.hold()
    bench.handle(ev.Confirmed())
    printed = len(bench.receipts.printed)
    bench.staff_reader.remove()
    bench.poll()
    bench.lift_card()
    bench.store_work.release()
    bench.turn()
    assert (bench.state(), bench.session.training) == (State.ATTRACT, False)
    assert list(bench.outbox.every_row(state=None)) == []
    assert len(bench.receipts.printed) == printed
    assert bench.context.outbox is bench.outbox
    assert [entry["cause"] for entry in bench.audited("training.left")] == ["card"]
    bench.to_outcome()
    assert len(list(bench.outbox.every_row(state=None))) == 1


def test_faults_come_as_scripted_and_are_mended(bench: Bench) -> None:
    """A card that is not read, a line that is down, a roll that has ended: each is met as a citizen would, and goes away."""
    begin(bench)
    for fault in (ScriptedFault.CARD_UNREADABLE, ScriptedFault.PAPER_OUT):
        bench.terminal.script_fault(fault, on=True)
    to_identify(bench)
    bench.lay_card(JIA)
    assert bench.trouble == "identify.unreadable"
    bench.handle(ev.TroubleAnswered(Choice.RETRY))
    bench.lift_card()
    bench.lay_card(JIA)
    assert bench.state() is State.CODE
    bench.type_code("000000")
    bench.fill_permit()
    bench.lay_materials()
    bench.handle(ev.Confirmed())
    bench.terminal.case.set_signature(STROKES, 600, 300)
    bench.handle(ev.Confirmed(), ev.Confirmed())
    assert (bench.state(), bench.trouble) == (State.OUTCOME, "receipt.no_paper")
    bench.handle(ev.TroubleAnswered(Choice.RETRY))
    assert (bench.trouble, bench.session.receipt_printed) == ("", True)
    assert len(bench.audited("training.scripted")) == 2


def test_what_is_told_of_the_machine_is_told_in_earnest(bench: Bench) -> None:
    """A device that is lost, a fault that ends practice: both stand in the terminal's own log."""
    begin(bench)
    bench.devices[Device.RECEIPT_PRINTER].dead = "receipt_printer.disconnected"
    bench.poll()
    assert [entry["device"] for entry in bench.audited("device.lost")] == ["receipt_printer"]
    bench.handle(ev.PracticeBegun())
    bench.handle(ev.FaultRaised("Q-200"))
    assert (bench.state(), bench.session.training) == (State.OUT_OF_SERVICE, False)
    assert [entry["code"] for entry in bench.audited("fault.raised")] == ["Q-200"]
    bench.devices[Device.RECEIPT_PRINTER].dead = None


def test_the_line_is_down_as_long_as_the_script_says(bench: Bench) -> None:
    """And up again as it really is, at the latest when practice ends."""
    begin(bench)
    bench.terminal.script_fault(ScriptedFault.LINE_DOWN, on=True)
    bench.turn()
    assert not bench.session.line_up
    bench.terminal.on_line(True, "")
    bench.turn()
    assert not bench.session.line_up
    bench.handle(ev.TrainingEnded())
    assert bench.session.line_up


def test_a_power_cut_in_practice_is_said_at_the_next_start(bench: Bench) -> None:
    """The folder that was left is removed; the terminal comes up without a mark, and the log says why."""
    rest = bench.state_dir / FOLDER / "outbox"
    rest.mkdir(parents=True)
    (rest / "outbox.db").write_bytes(b"rest")
    desk = TrainingDesk(bench.context, bench.terminal.staff)
    assert not rest.exists()
    assert not desk.on
    assert [entry["cause"] for entry in bench.audited("training.left")] == ["restart"]


def test_a_practice_that_cannot_begin_is_none(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder can be made: nothing is practised, and meanwhile the real outbox could not be reached either."""
    doors: list[object] = []

    def full(*_: object, **__: object) -> Any:
        doors.append(bench.context.outbox)
        raise QueueError("queue.unwritable")

    monkeypatch.setattr(Outbox, "open", full)
    bench.staff_reader.insert(SAMPLE_STAFF["S0001"])
    bench.poll()
    for digit in "246810":
        bench.terminal.staff.type_digit(digit)
    bench.terminal.staff.enter_pin()
    bench.turn()
    bench.handle(ev.TrainingBegun())
    assert not bench.session.training
    assert isinstance(doors[0], ClosedDoor)
    assert bench.context.outbox is bench.outbox
    with pytest.raises(QueueError, match=r"training\.closed"):
        ClosedDoor().put()


def test_a_stop_in_practice_leaves_nothing(bench: Bench) -> None:
    """The program ends in good order: the last lines stand in the terminal's own log."""
    begin(bench)
    bench.handle(ev.StopRequested())
    assert bench.quit_calls == 1
    assert not (bench.state_dir / FOLDER).exists()
    assert bench.context.audit is not None
    assert bench.audited("training.left")


def test_every_page_is_marked_and_nothing_signed_is_left(bench: Bench) -> None:
    """What goes to the page printer in practice is a picture with the mark across it; outside practice it goes as it is."""
    plain = trial.page()
    bench.context.devices[Device.PAGE_PRINTER].submit(lambda printer: printer.submit(plain, "a"), lambda _: None)
    bench.turn()
    begin(bench)
    bench.context.devices[Device.PAGE_PRINTER].submit(lambda printer: printer.submit(plain, "b"), lambda _: None)
    bench.turn()
    first, second = bench.pages.submitted
    assert first == plain
    dark = [_dark(pdf) for pdf in (first, second)]
    assert dark[1] > 1.5 * dark[0]


def _dark(pdf: bytes) -> int:
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=1).to_pil().convert("L")
    return sum(page.histogram()[:160])


def test_the_city_of_practice_says_nothing_of_the_citys(bench: Bench) -> None:
    """Any code holds but proves nothing; nothing is issued; a scripted line is down for everything."""
    script = Script()
    city = NoCity(bench.clock, script)
    person = PersonKey(name=JIA.name, number=JIA.number)
    assert city.verify_code("training", "123456").assurance_token == ""
    assert (city.catalogue("x"), city.cases(person).cases) == (None, ())
    with pytest.raises(PlatformRejected):
        city.issue_certificate(None)  # type: ignore[arg-type]
    script.set(ScriptedFault.LINE_DOWN, on=True)
    for call in (lambda: city.request_code(person), lambda: city.cases(person), city.open_handover):
        with pytest.raises(PlatformUnreachable):
            call()


def test_nothing_is_scripted_outside_practice(bench: Bench, tmp_path: Path) -> None:
    """An order that comes late changes nothing real."""
    del tmp_path
    bench.terminal.script_fault(ScriptedFault.LINE_DOWN, on=True)
    bench.turn()
    assert bench.session.line_up
    assert bench.audited("training.scripted") == []
