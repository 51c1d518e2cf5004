"""The identity card reader under its supervisor: cable out, cable in, and a read that the unplugging breaks."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.id_card import CardPresent, Disconnected, Faulted, IdCardReader, NoCard, ReadFailed
from devices.id_card.emulator import SdtEmulator
from devices.id_card.samples import SAMPLE_CARDS
from devices.id_card.sdt import create
from devices.supervisor import Backoff, DeviceReport, Supervisor, SupervisorState

PATIENCE_S = 60.0
CARD = SAMPLE_CARDS["测试甲"]


class Home:
    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.reports: list[DeviceReport] = []

    def post(self, call: Callable[[], None]) -> None:
        self._calls.put(call)

    def until(self, met: Callable[[], bool]) -> None:
        expires_s = time.monotonic() + PATIENCE_S
        while not met():
            self._calls.get(timeout=max(0.0, expires_s - time.monotonic()))()


class RealTime:
    def monotonic(self) -> float:
        return time.monotonic()


def poll(reader: IdCardReader) -> tuple[SupervisorState, object]:
    status = reader.status()
    match status:
        case Disconnected():
            return SupervisorState.LOST, status
        case Faulted():
            return SupervisorState.FAULTED, status
        case _:
            return SupervisorState.READY, status


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[SdtEmulator]:
    with SdtEmulator(tmp_path / "reader", presence_after_read="continuous") as emulator:
        yield emulator


@pytest.fixture
def home() -> Home:
    return Home()


@pytest.fixture
def supervisor(emulator: SdtEmulator, home: Home) -> Iterator[Supervisor[IdCardReader]]:
    def build() -> IdCardReader:
        return create({"port": str(emulator.path), "presence_after_read": "continuous"})

    supervisor: Supervisor[IdCardReader] = Supervisor(
        "id_card",
        build,
        poll,
        clock=RealTime(),
        dispatcher=home,
        on_change=home.reports.append,
        poll_interval_s=0.02,
        backoff=Backoff(first_s=0.02, cap_s=0.1),
    )
    supervisor.start()
    yield supervisor
    assert supervisor.stop(PATIENCE_S)


def test_cable_out_and_in(
    emulator: SdtEmulator, home: Home, supervisor: Supervisor[IdCardReader], caplog: pytest.LogCaptureFixture
) -> None:
    """Each pull of the cable is one loss and one recovery; the card that lies there is seen again."""
    emulator.place(CARD)
    home.until(lambda: isinstance(supervisor.report.status, CardPresent))
    for _ in range(3):
        emulator.unplug()
        home.until(lambda: supervisor.report.state is SupervisorState.LOST)
        emulator.replug()
        home.until(lambda: isinstance(supervisor.report.status, CardPresent))
    losses = [record for record in caplog.records if record.levelname == "WARNING"]
    assert len(losses) == 3
    caplog.clear()


def test_card_comes_and_goes(emulator: SdtEmulator, home: Home, supervisor: Supervisor[IdCardReader]) -> None:
    """Laying down and lifting are reports, and a read in between brings the card home."""
    home.until(lambda: isinstance(supervisor.report.status, NoCard))
    emulator.place(CARD)
    home.until(lambda: isinstance(supervisor.report.status, CardPresent))
    answers: list[Any] = []
    supervisor.submit(lambda reader: reader.read(), answers.append)
    home.until(lambda: bool(answers))
    assert answers == [CARD]
    emulator.lift()
    home.until(lambda: isinstance(supervisor.report.status, NoCard))


def test_unplugged_in_the_middle_of_a_read(
    emulator: SdtEmulator, home: Home, supervisor: Supervisor[IdCardReader], caplog: pytest.LogCaptureFixture
) -> None:
    """The read that loses its port is answered as failed, and the next reader reads the same card."""
    emulator.place(CARD)
    home.until(lambda: isinstance(supervisor.report.status, CardPresent))
    answers: list[Any] = []

    def read(reader: IdCardReader) -> Any:
        emulator.unplug()
        return reader.read()

    supervisor.submit(read, answers.append)
    home.until(lambda: bool(answers))
    assert answers == [ReadFailed("id_card.disconnected")]
    home.until(lambda: supervisor.report.state is SupervisorState.LOST)  # else the card of before would do
    emulator.replug()
    home.until(lambda: isinstance(supervisor.report.status, CardPresent))
    supervisor.submit(lambda reader: reader.read(), answers.append)
    home.until(lambda: len(answers) == 2)
    assert answers[1] == CARD
    caplog.clear()
