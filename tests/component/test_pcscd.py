"""The smart card driver under its supervisor, against a real pcscd that is killed, frozen and restarted."""

from __future__ import annotations

import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from devices import namespace
from devices.errors import DeviceError
from devices.rig_daemons import DaemonFailed, Pcscd
from devices.smart_card import CardPresent, Disconnected, Faulted, NoCard, NotAStaffCard, SmartCardReader, StaffCard
from devices.smart_card.emulator import StaffCardChip, VpcdSlot
from devices.smart_card.pcsc import create
from devices.smart_card.samples import SAMPLE_STAFF
from devices.supervisor import Backoff, DeviceReport, Supervisor, SupervisorState

PATIENCE_S = 60.0
CARD = SAMPLE_STAFF["S0001"]


class Owner:
    """The thread that owns the device: turns the posted calls until something is so."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.reports: list[DeviceReport] = []

    def post(self, call: Callable[[], None]) -> None:
        self._calls.put(call)

    def until(self, met: Callable[[], bool]) -> None:
        expires_s = time.monotonic() + PATIENCE_S
        while not met():
            self._calls.get(timeout=max(0.0, expires_s - time.monotonic()))()

    def until_status(self, kind: type) -> None:
        count = len(self.reports)
        self.until(lambda: any(isinstance(report.status, kind) for report in self.reports[max(0, count - 1) :]))


class RealTime:
    def monotonic(self) -> float:
        return time.monotonic()


def poll(reader: SmartCardReader) -> tuple[SupervisorState, object]:
    status = reader.status()
    match status:
        case Disconnected():
            return SupervisorState.LOST, status
        case Faulted():
            return SupervisorState.FAULTED, status
        case _:
            return SupervisorState.READY, status


@pytest.fixture
def pcscd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pcscd]:
    if not namespace.inside():
        pytest.fail("needs a /run of its own: python -m devices.namespace -- python -m pytest …")
    daemon = Pcscd(tmp_path_factory.mktemp("pcscd") / "pcscd.log")
    daemon.start()
    yield daemon
    daemon.stop()


@pytest.fixture
def slot(pcscd: Pcscd) -> Iterator[VpcdSlot]:
    slot = VpcdSlot()
    yield slot
    slot.stop()


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.fixture
def supervisor(slot: VpcdSlot, owner: Owner) -> Iterator[Supervisor[SmartCardReader]]:
    def build() -> SmartCardReader:
        return create({})

    supervisor: Supervisor[SmartCardReader] = Supervisor(
        "smart_card",
        build,
        poll,
        clock=RealTime(),
        dispatcher=owner,
        on_change=owner.reports.append,
        poll_interval_s=0.02,
        call_deadline_s=1.0,
        backoff=Backoff(first_s=0.02, cap_s=0.1),
    )
    supervisor.start()
    yield supervisor
    slot.mute = False
    slot.remove()
    supervisor.stop(PATIENCE_S)


def read(supervisor: Supervisor[SmartCardReader], owner: Owner) -> Any:
    answers: list[Any] = []
    supervisor.submit(lambda reader: reader.read_staff_card(bytes(32)), answers.append)
    owner.until(lambda: bool(answers))
    return answers[0]


def test_killed_service_comes_back_with_the_card_still_in_it(
    pcscd: Pcscd, slot: VpcdSlot, owner: Owner, supervisor: Supervisor[SmartCardReader], caplog: pytest.LogCaptureFixture
) -> None:
    """SIGKILL leaves a stale socket; the loss is reported, and after the restart the same card is there and reads."""
    slot.insert(StaffCardChip(CARD))
    owner.until_status(CardPresent)
    for _ in range(2):
        pcscd.stop(signal.SIGKILL)
        owner.until(lambda: supervisor.report.state is SupervisorState.LOST)
        pcscd.start()
        owner.until(lambda: isinstance(supervisor.report.status, CardPresent))
        assert isinstance(read(supervisor, owner), StaffCard)
    caplog.clear()


def test_frozen_service_does_not_freeze_the_owner(
    pcscd: Pcscd, owner: Owner, supervisor: Supervisor[SmartCardReader], caplog: pytest.LogCaptureFixture
) -> None:
    """A pcscd that takes calls and answers none is abandoned at the deadline; when it wakes, the reader is back."""
    owner.until_status(NoCard)
    pcscd.signal(signal.SIGSTOP)
    owner.until(lambda: supervisor.report.code == "smart_card.stuck")
    pcscd.signal(signal.SIGCONT)
    owner.until(lambda: supervisor.report.state is SupervisorState.READY)
    caplog.clear()


def test_mute_chip_does_not_freeze_the_owner(
    slot: VpcdSlot, owner: Owner, supervisor: Supervisor[SmartCardReader], caplog: pytest.LogCaptureFixture
) -> None:
    """A chip that never answers costs one deadline; pulling it frees everything, and another card reads."""
    slot.insert(StaffCardChip(CARD))
    owner.until_status(CardPresent)
    slot.mute = True
    stuck = read(supervisor, owner)
    assert isinstance(stuck, DeviceError)
    assert stuck.code == "smart_card.stuck"
    slot.mute = False
    slot.remove()
    owner.until(lambda: isinstance(supervisor.report.status, NoCard))
    slot.insert(StaffCardChip(SAMPLE_STAFF["S0002"]))
    owner.until(lambda: isinstance(supervisor.report.status, CardPresent))
    card = read(supervisor, owner)
    assert isinstance(card, StaffCard)
    assert card.staff_id == "S0002"
    caplog.clear()


@pytest.mark.parametrize("record", [b"", b"\xe0\x05abc", b"\x61\x00" * 10, b"\xe0\x82\x01\x00" + bytes(20)])
def test_broken_record_is_no_staff_card(
    slot: VpcdSlot, owner: Owner, supervisor: Supervisor[SmartCardReader], record: bytes
) -> None:
    """A card with our name on it and rubbish in it is refused as a value."""
    chip = StaffCardChip(CARD)
    chip.record = record
    slot.insert(chip)
    owner.until_status(CardPresent)
    assert isinstance(read(supervisor, owner), NotAStaffCard)


def test_second_daemon_is_refused(pcscd: Pcscd, tmp_path: Any) -> None:
    """Two on one socket would take each other's cards: the second says so and the first goes on."""
    with pytest.raises(DaemonFailed, match="another pcscd"):
        Pcscd(tmp_path / "second.log").start()
    reader = create({})
    assert not isinstance(reader.status(), Faulted)
    reader.close()


def test_no_service_is_a_coded_error(pcscd: Pcscd) -> None:
    """Building the driver without pcscd fails with the code that the supervisor retries on; bad options are refused."""
    pcscd.stop()
    with pytest.raises(DeviceError) as missing:
        create({})
    assert missing.value.code == "smart_card.service"
    with pytest.raises(DeviceError) as bad:
        create({"slot": 1})
    assert bad.value.code == "smart_card.options"


def test_reader_of_another_name_is_disconnected(pcscd: Pcscd) -> None:
    """A reader that the configuration names and nobody has is not there; the others are not taken for it."""
    reader = create({"reader": "Some Other Reader"})
    pause = threading.Event()
    expires_s = time.monotonic() + 1.0
    while time.monotonic() < expires_s:
        assert reader.status() == Disconnected()
        pause.wait(0.2)
    reader.close()
