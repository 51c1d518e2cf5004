"""Staff at the terminal: rows are seen and moved and every act names the card; devices are tried; nobody else may."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from devices.errors import DeviceError
from devices.page_printer import NoPaper as PageNoPaper
from devices.receipt_printer import NoPaper
from devices.smart_card.samples import SAMPLE_STAFF
from kiosk.journeys.upkeep import MOST_REPORTS, Export, ExportState, ReportState, Trial, TrialState
from kiosk.session import events as ev
from kiosk.session.states import Device, State
from offline_queue import QueueError, RowState

if TYPE_CHECKING:
    from conftest import Bench


def sign_in(bench: Bench) -> None:
    bench.staff_reader.insert(SAMPLE_STAFF["S0001"])
    bench.poll()
    for digit in "246810":
        bench.terminal.staff.type_digit(digit)
    bench.terminal.staff.enter_pin()
    bench.turn()
    assert bench.state() is State.STAFF


def hand_in(bench: Bench) -> str:
    bench.to_outcome()
    code = bench.terminal.case.code
    bench.handle(ev.Confirmed())
    bench.lift_card()
    bench.wait(6)
    return code


def look(bench: Bench) -> None:
    bench.terminal.upkeep.look()
    bench.turn()


def park(bench: Bench) -> None:
    bench.terminal.upkeep.park(bench.terminal.upkeep.rows[0].seq, "asked_by_department")
    bench.turn()


def test_a_row_is_set_aside_and_sent_again(bench: Bench) -> None:
    """Seen by its code, moved and moved back; the audit log names the card, the row and why."""
    code = hand_in(bench)
    sign_in(bench)
    desk = bench.terminal.upkeep
    look(bench)
    assert [(row.code, row.state) for row in desk.rows] == [(code, RowState.WAITING)]
    park(bench)
    assert (desk.rows[0].state, desk.rows[0].last_reason) == (RowState.PARKED, "staff.asked_by_department")
    assert (desk.counts.waiting, desk.counts.parked) == (0, 1)
    desk.retry(desk.rows[0].seq)
    bench.turn()
    assert (desk.rows[0].state, desk.counts.waiting) == (RowState.WAITING, 1)
    (parked,), (retried,) = bench.audited("outbox.parked"), bench.audited("outbox.retried")
    assert (parked["by"], parked["code"], parked["reason"]) == ("S0001", code, "asked_by_department")
    assert (retried["by"], retried["disposition"]) == ("S0001", "success")
    assert [entry["by"] for entry in bench.audited("outbox.shown")] == ["S0001"]


def test_a_row_that_moved_by_itself_is_not_moved_again(bench: Bench) -> None:
    """The city received it while somebody looked: nothing changes, and the page shows what is true now."""
    hand_in(bench)
    sign_in(bench)
    look(bench)
    waiting = bench.outbox.next_waiting()
    assert waiting is not None
    from offline_queue import envelope as env

    bench.outbox.release(waiting, env.parse(waiting.blob).header, b"{}")
    park(bench)
    assert bench.terminal.upkeep.rows == ()
    assert bench.terminal.upkeep.counts.received == 1
    assert [entry["disposition"] for entry in bench.audited("outbox.parked")] == ["failure"]


def test_nobody_else_may(bench: Bench) -> None:
    """Without the card and its PIN nothing is read, moved, tried or written down."""
    hand_in(bench)
    desk = bench.terminal.upkeep
    look(bench)
    assert desk.rows == ()
    bench.staff_reader.insert(SAMPLE_STAFF["S0001"])
    bench.poll()
    look(bench)
    desk.try_device(Device.RECEIPT_PRINTER)
    desk.retry(1)
    bench.turn()
    assert (desk.rows, desk.trials) == ((), {})
    assert bench.audited("outbox.shown") == []


def test_nothing_is_shown_to_whoever_comes_next(bench: Bench) -> None:
    """Rows and trials go with the card; a late answer is written down and shown to nobody."""
    hand_in(bench)
    sign_in(bench)
    look(bench)
    bench.devices[Device.RECEIPT_PRINTER].hold()
    bench.terminal.upkeep.try_device(Device.RECEIPT_PRINTER)
    bench.turn()
    assert bench.terminal.upkeep.trials[Device.RECEIPT_PRINTER].state is TrialState.RUNNING
    bench.staff_reader.remove()
    bench.poll()
    bench.devices[Device.RECEIPT_PRINTER].release()
    bench.turn()
    assert (bench.terminal.upkeep.rows, dict(bench.terminal.upkeep.trials)) == ((), {})
    assert [entry["by"] for entry in bench.audited("device.tried")] == ["S0001"]


def test_a_store_that_cannot_be_read_is_said_and_not_swallowed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page names the code; the failure goes on to whoever takes the terminal out of service."""
    sign_in(bench)

    def broken(**_: Any) -> None:
        raise QueueError("queue.io", "test")

    monkeypatch.setattr(bench.outbox, "every_row", broken)
    with pytest.raises(QueueError):
        look(bench)
    assert bench.terminal.upkeep.failed == "queue.io"


def test_a_reason_is_one_of_ours(bench: Bench) -> None:
    """No sentence gets into the audit log from a screen."""
    with pytest.raises(ValueError, match="测试甲"):
        bench.terminal.upkeep.park(1, "测试甲")


def test_printers_print_what_the_console_prints(bench: Bench) -> None:
    """A slip and a page; an eye must judge both, so neither says *passed*."""
    sign_in(bench)
    desk = bench.terminal.upkeep
    for kind in (Device.RECEIPT_PRINTER, Device.PAGE_PRINTER, Device.ID_CARD):
        assert desk.can_try(kind)
        desk.try_device(kind)
        bench.turn()
    assert {kind: trial.state for kind, trial in desk.trials.items()} == {
        Device.RECEIPT_PRINTER: TrialState.SLIP, Device.PAGE_PRINTER: TrialState.PAGE, Device.ID_CARD: TrialState.PASSED
    }  # fmt: skip
    assert bench.pages.titles == ["test-page"]
    assert bench.pages.submitted[0].startswith(b"%PDF")
    assert [(entry["device"], entry["result"]) for entry in bench.audited("device.tried")] == [
        ("receipt_printer", "slip"), ("page_printer", "page"), ("id_card", "passed")
    ]  # fmt: skip
    assert not desk.can_try(Device.DOCUMENT_CAMERA)


def test_a_trial_that_fails_says_why(bench: Bench) -> None:
    """No paper by its status, a dead wire by its code; a second touch while one runs is no second slip."""
    sign_in(bench)
    desk = bench.terminal.upkeep
    bench.receipts.fail_next(NoPaper(), after_blocks=0)
    bench.pages.refuse = DeviceError("page_printer.unreachable")
    bench.pages.current = PageNoPaper()
    for kind in (Device.RECEIPT_PRINTER, Device.PAGE_PRINTER):
        desk.try_device(kind)
        desk.try_device(kind)
        bench.turn()
    assert desk.trials[Device.RECEIPT_PRINTER] == Trial(TrialState.FAILED, "NoPaper")
    assert desk.trials[Device.PAGE_PRINTER] == Trial(TrialState.FAILED, "page_printer.unreachable")
    assert [entry["disposition"] for entry in bench.audited("device.tried")] == ["failure", "failure"]


def report(bench: Bench) -> ReportState:
    bench.terminal.upkeep.make_report()
    bench.turn()
    return bench.terminal.upkeep.report


def test_the_readiness_report_is_printed_and_kept(bench: Bench) -> None:
    """One PDF, on paper and in the terminal, with its verdict in the audit log; the outbox is as it was."""
    code = hand_in(bench)
    sign_in(bench)
    assert report(bench) is ReportState.PRINTED
    (kept,) = (bench.state_dir / "reports").iterdir()
    assert bench.pages.submitted == [kept.read_bytes()]
    assert bench.pages.titles == [kept.stem]
    assert kept.read_bytes().startswith(b"%PDF")
    (told,) = bench.audited("report.made")
    assert (told["by"], told["file"]) == ("S0001", kept.name)
    assert [row.code for row in bench.outbox.every_row(state=None)] == [code]


def test_a_report_without_a_printer_is_kept(bench: Bench) -> None:
    """The printer takes nothing: it says so, and the report lies in the terminal; the oldest go."""
    sign_in(bench)
    bench.pages.refuse = DeviceError("page_printer.unreachable")
    for _ in range(MOST_REPORTS + 2):
        bench.clock.wall += dt.timedelta(seconds=1)
        assert report(bench) is ReportState.KEPT
    kept = sorted(each.name for each in (bench.state_dir / "reports").iterdir())
    assert len(kept) == MOST_REPORTS
    assert kept[-1] == bench.audited("report.made")[-1]["file"]


def test_a_report_that_cannot_be_kept_says_so(bench: Bench) -> None:
    """A disk that takes nothing is no crash: the page says it, the log says why."""
    (bench.state_dir / "reports").write_text("in the way")
    sign_in(bench)
    assert report(bench) is ReportState.FAILED
    assert [entry["reason"] for entry in bench.audited("report.failed")] == ["FileExistsError"]
    assert bench.pages.submitted == []


def test_a_report_is_for_staff(bench: Bench) -> None:
    """Nobody signed in: nothing is made."""
    assert report(bench) is ReportState.NONE
    assert not (bench.state_dir / "reports").exists()


def test_what_is_held_is_carried_away_on_the_one_stick(bench: Bench, tmp_path: Path) -> None:
    """Sealed as it lies and read back; the rows stay; the audit log names the card; who leaves sees none of it again."""
    hand_in(bench)
    sign_in(bench)
    desk, stick = bench.terminal.upkeep, tmp_path / "stick"
    stick.mkdir()
    look(bench)
    assert not desk.stick
    desk._sticks = lambda: (stick,)
    look(bench)
    assert desk.stick
    desk.carry_away()
    assert desk.export == Export(ExportState.RUNNING)
    bench.turn()
    (folder,) = stick.iterdir()
    assert desk.export == Export(ExportState.DONE, 1, folder.name)
    assert any(folder.iterdir())
    assert [(entry["by"], entry["items"]) for entry in bench.audited("outbox.exported")] == [("S0001", 1)]
    assert bench.outbox.counts().waiting == 1
    bench.staff_reader.remove()
    bench.poll()
    assert (desk.export, desk.stick) == (Export(), False)


@pytest.mark.parametrize("sticks", [0, 2])
def test_no_stick_or_two_of_them_carry_nothing(bench: Bench, tmp_path: Path, sticks: int) -> None:
    """Pulled meanwhile, or a second one: nobody guesses which."""
    hand_in(bench)
    sign_in(bench)
    desk = bench.terminal.upkeep
    desk._sticks = lambda: tuple(tmp_path / str(number) for number in range(sticks))
    desk.carry_away()
    bench.turn()
    assert desk.export == Export(ExportState.FAILED, detail="export.no_stick")


def test_an_export_that_fails_says_its_code(bench: Bench, tmp_path: Path) -> None:
    """Nothing held is a code too, and is written down."""
    sign_in(bench)
    desk = bench.terminal.upkeep
    desk._sticks = lambda: (tmp_path,)
    desk.carry_away()
    bench.turn()
    assert desk.export == Export(ExportState.FAILED, detail="export.nothing")
    assert [entry["reason"] for entry in bench.audited("outbox.not_exported")] == ["export.nothing"]


def test_nobody_carries_anything_away_unsigned(bench: Bench, tmp_path: Path) -> None:
    """A stick alone opens nothing."""
    hand_in(bench)
    bench.terminal.upkeep._sticks = lambda: (tmp_path / "stick",)
    bench.terminal.upkeep.carry_away()
    bench.turn()
    assert bench.terminal.upkeep.export == Export()
