"""The terminal as a whole: devices, line and faults as the session hears of them, and service that comes back."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

import pytest

from devices.id_card import NoCard
from devices.id_card.fakes import FakeIdCardReader
from devices.id_card.samples import SAMPLE_CARDS
from devices.receipt_printer import NoPaper, PaperLow, Ready
from devices.supervisor import Supervisor
from kiosk.audit import writer
from kiosk.background import Background
from kiosk.catalogue.availability import Available, Unavailable
from kiosk.dispatch import QueueDispatcher
from kiosk.events import Fact
from kiosk.faults import by_code
from kiosk.health import POLLS
from kiosk.identity.assurance import Assurance
from kiosk.session import events as ev
from kiosk.session.states import Device, Journey, State
from offline_queue import Limits, QueueError

if TYPE_CHECKING:
    from conftest import Bench

PERMIT, CERTIFICATE = "residence_permit_apply", "social_participation_cert"
PATIENCE_S = 60.0


def item(bench: Bench, item_id: str) -> Any:
    return bench.terminal.catalogue.item(item_id)


# --- what can be done ----


def test_an_item_asks_for_its_own_journey(bench: Bench) -> None:
    """Printing a certificate and applying are two journeys, each with the item's own levels."""
    permit, certificate = (bench.terminal.plan(item(bench, each)) for each in (PERMIT, CERTIFICATE))
    assert (permit.journey, permit.assurance, permit.offline_assurance) == (
        Journey.APPLY,
        Assurance.CARD_CODE,
        Assurance.CARD,
    )
    assert (certificate.journey, certificate.offline_assurance) == (Journey.CERTIFICATE, None)


def test_what_a_device_cannot_do_is_grey_before_the_first_question(bench: Bench) -> None:
    """Receipt paper out: no permit, but certificates; low is still good; new paper brings it back."""
    assert isinstance(bench.terminal.availability(item(bench, PERMIT)), Available)
    bench.receipts.current = NoPaper()
    bench.poll()
    assert isinstance(bench.terminal.availability(item(bench, PERMIT)), Unavailable)
    assert isinstance(bench.terminal.availability(item(bench, CERTIFICATE)), Available)
    bench.receipts.current = PaperLow()
    bench.poll()
    assert isinstance(bench.terminal.availability(item(bench, PERMIT)), Available)


def test_what_the_line_cannot_do_is_grey(bench: Bench) -> None:
    """Without the line the permit goes on at its weaker level, the certificate does not."""
    bench.terminal.on_line(False, "connect")
    permit = bench.terminal.availability(item(bench, PERMIT))
    assert isinstance(permit, Available)
    assert permit.weaker
    assert isinstance(bench.terminal.availability(item(bench, CERTIFICATE)), Unavailable)


def test_a_store_without_room_is_said_before_the_first_question(bench: Bench) -> None:
    """Nearly full: no permit, but certificates; the screen is told, and told again when the city has taken what waited."""
    bench.wait(2)
    heard: list[str] = []
    bench.terminal.bus.subscribe(Fact.OUTBOX, lambda: heard.append("outbox"))
    bench.free_bytes = Limits(max_submission_bytes=1 << 20).watermark_bytes - 1
    bench.wait(2)
    answer = bench.terminal.availability(item(bench, PERMIT))
    assert answer == Unavailable("form.unavailable.store", "form.next.other_terminal")
    assert isinstance(bench.terminal.availability(item(bench, CERTIFICATE)), Available)
    bench.free_bytes += 1
    bench.wait(2)
    assert isinstance(bench.terminal.availability(item(bench, PERMIT)), Available)
    assert heard == ["outbox", "outbox"]


def test_a_device_is_lost_and_found_once(bench: Bench) -> None:
    """One line in the audit log for each, whatever is reported in between; the session knows."""
    bench.receipts.current = NoPaper()
    bench.poll()
    bench.devices[Device.RECEIPT_PRINTER].dead = "receipt_printer.unreachable"
    bench.poll()
    assert Device.RECEIPT_PRINTER in bench.session.lost
    bench.devices[Device.RECEIPT_PRINTER].dead = None
    bench.receipts.current = Ready()
    bench.poll()
    assert bench.session.lost == frozenset()
    mine = [entry for entry in bench.audited() if entry.get("device") == "receipt_printer"]
    assert [(entry["event"], entry.get("status")) for entry in mine] == [
        ("device.back", None),
        ("device.lost", "NoPaper"),
        ("device.back", None),
    ]


def test_a_device_missing_at_the_start_is_recorded(bench: Bench) -> None:
    """The first report of all says that it is not there: the session and the log hear of it."""
    bench.terminal._reports.clear()
    supervisor = bench.devices[Device.PAGE_PRINTER]
    supervisor.dead = "page_printer.unreachable"
    bench.poll()
    assert Device.PAGE_PRINTER in bench.session.lost
    assert bench.audited("device.lost")[-1]["status"] == "page_printer.unreachable"


def test_the_line_is_recorded_when_it_changes(bench: Bench) -> None:
    """A suspicion that was wrong tells the session, and writes nothing."""
    heard: list[str] = []
    bench.terminal.bus.subscribe(Fact.LINE, lambda: heard.append("line"))
    for up, reason in ((True, ""), (False, "connect"), (False, "timeout"), (True, "")):
        bench.terminal.on_line(up, reason)
    bench.turn()
    assert len(heard) == 4
    events = [(entry["event"], entry.get("reason")) for entry in bench.audited() if entry["event"].startswith("line.")]
    assert events == [("line.up", None), ("line.down", "connect"), ("line.up", None)]


# --- the outbox as the screen sees it ----


def test_what_waits_is_counted(bench: Bench) -> None:
    """The screen is told when the number changes, and only then."""
    bench.wait(2)
    heard: list[str] = []
    bench.terminal.bus.subscribe(Fact.OUTBOX, lambda: heard.append("outbox"))
    bench.wait(5)
    assert (heard, bench.terminal.waiting_count) == ([], 0)
    bench.to_outcome()
    heard.clear()
    bench.wait(3)
    assert (heard, bench.terminal.waiting_count) == (["outbox"], 1)
    assert bench.terminal.last_success is None


def test_looks_do_not_pile_up_behind_a_slow_store(bench: Bench) -> None:
    """A put of half a minute has one look behind it, not thirty."""
    bench.store_work.hold()
    bench.wait(30)
    assert len(bench.store_work._kept) == 1


# --- faults ----


def break_outbox(bench: Bench, patch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise QueueError("queue.io")

    patch.setattr(bench.outbox, "counts", broken)


def test_a_store_that_fails_takes_the_terminal_out_and_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A code that the table knows, logged and recorded once; half a minute after it works again people are served."""
    with monkeypatch.context() as patch:
        break_outbox(bench, patch)
        bench.wait(120)
        assert (bench.state(), bench.session.fault) == (State.OUT_OF_SERVICE, "Q-200")
        assert by_code(bench.session.fault).message_id == "faults.store"
        bench.handle(ev.Started())
        assert bench.state() is State.OUT_OF_SERVICE
    bench.wait(35)
    assert (bench.state(), bench.session.fault) == (State.ATTRACT, "")
    faults = [(entry["event"], entry["code"]) for entry in bench.audited() if entry["event"].startswith("fault.")]
    assert faults == [("fault.raised", "Q-200"), ("fault.cleared", "Q-200")]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    caplog.clear()


def test_a_fault_waits_for_the_citizen_who_hands_in(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The receipt is finished first; nobody else is taken."""
    bench.to_outcome()
    with monkeypatch.context() as patch:
        break_outbox(bench, patch)
        bench.wait(2)
    assert (bench.state(), bench.session.fault) == (State.OUTCOME, "Q-200")
    bench.lift_card()
    bench.handle(ev.Confirmed())
    assert bench.state() is State.OUT_OF_SERVICE
    caplog.clear()


def test_a_bug_is_recovered_from(bench: Bench) -> None:
    """What nobody foresaw ends the session and costs half a minute, not the night."""
    bench.to_form()
    bench.handle(ev.FaultRaised("B-900"))
    assert bench.state() is State.OUT_OF_SERVICE
    assert bench.vault.empty
    bench.wait(29)
    assert bench.state() is State.OUT_OF_SERVICE
    bench.wait(3)
    assert bench.state() is State.ATTRACT


def test_a_stop_is_not_undone_by_recovery(bench: Bench) -> None:
    """Who was asked to stop stays stopped."""
    bench.handle(ev.FaultRaised("B-900"), ev.StopRequested())
    bench.wait(60)
    assert bench.state() is State.OUT_OF_SERVICE


def test_a_dead_audit_disk_lets_the_citizen_finish(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing can be written down any more: this person's case is stored and receipted, then the terminal closes."""
    bench.to_review()
    with monkeypatch.context() as patch:
        patch.setattr(writer, "_write_whole", _no_disk)
        bench.handle(ev.Confirmed())
        assert bench.state() is State.OUTCOME
        assert bench.receipts.cut_receipts() == 1
        assert bench.session.fault == "A-500"
        bench.lift_card()
        bench.handle(ev.Confirmed())
        assert bench.state() is State.OUT_OF_SERVICE
        bench.wait(60)
        assert bench.state() is State.OUT_OF_SERVICE
    bench.wait(35)
    assert bench.state() is State.ATTRACT
    assert bench.audited("fault.cleared")
    caplog.clear()


def _no_disk(_handle: int, _line: bytes) -> None:
    raise OSError(28, "no space")


# --- with the real threads ----


def test_a_card_comes_through_a_real_supervisor_and_worker(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """The same desks with the threads of the product: from the card on the reader to the code being asked for."""
    reader = FakeIdCardReader(presence_after_read="always")
    home: QueueDispatcher = bench.home
    supervisor: Supervisor[FakeIdCardReader] = Supervisor(
        "id_card",
        lambda: reader,
        POLLS[Device.ID_CARD],
        clock=bench.clock,
        dispatcher=home,
        on_change=lambda report: bench.terminal.on_device(Device.ID_CARD, report),
    )
    worker = Background("city", home)
    devices: dict[Device, Any] = {**bench.devices, Device.ID_CARD: supervisor}
    bench.context.devices = devices
    bench.context.city_work = worker
    supervisor.start()
    try:
        until(bench, lambda: isinstance(supervisor.report.status, NoCard))
        bench.to_identify(CERTIFICATE)
        reader.place(SAMPLE_CARDS["测试甲"])
        supervisor.poll_now()
        until(bench, lambda: bench.state() is State.CODE and not bench.session.busy)
        assert bench.terminal.person.masked_phone == "138****0001"
        assert {"device-id_card", "city"} <= {thread.name for thread in threading.enumerate()}
    finally:
        assert supervisor.stop(PATIENCE_S)
        assert worker.stop(PATIENCE_S)
        bench.context.devices = bench.devices  # type: ignore[assignment]
        bench.context.city_work = bench.city_work  # type: ignore[assignment]
    assert caplog.records == [] or all(record.levelno < logging.WARNING for record in caplog.records)


def until(bench: Bench, met: Any) -> None:
    while not met():
        assert bench.home.run_one(PATIENCE_S)
