"""Pulls every device's plug and puts it back, over and over, and looks whether anything stays behind.

Knows: each kind's emulator, driver and supervisor. Does not know: pytest, targets. Needs a private place.
"""

from __future__ import annotations

import contextlib
import gc
import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devices.document_camera import opencv
from devices.document_camera.emulator import DocumentCameraEmulator
from devices.id_card import sdt
from devices.id_card.emulator import SdtEmulator
from devices.page_printer import ipp
from devices.page_printer.emulator import PagePrinterEmulator
from devices.page_scanner import sane
from devices.page_scanner.emulator import PageScannerEmulator
from devices.receipt_printer import escpos
from devices.receipt_printer.emulator import ReceiptPrinterEmulator, SerialReceiptPrinterEmulator
from devices.rig_daemons import Pcscd
from devices.smart_card import pcsc
from devices.smart_card.emulator import VpcdSlot
from devices.supervisor import DeviceReport, Supervisor, SupervisorState
from kiosk.health import state_of

PATIENCE_S = 20.0


@dataclass(frozen=True, slots=True)
class Plug:
    """One device: how it is pulled, put back, and built."""

    create: Callable[[], Any]
    unplug: Callable[[], None]
    replug: Callable[[], None]


@contextlib.contextmanager
def _id_card(folder: Path) -> Iterator[Plug]:
    with SdtEmulator(folder / "id-card", presence_after_read="continuous") as emulator:
        yield Plug(lambda: sdt.create({"port": str(emulator.path)}), emulator.unplug, emulator.replug)


@contextlib.contextmanager
def _smart_card(folder: Path) -> Iterator[Plug]:
    """The reader goes with its daemon: vpcd's own cannot be pulled."""
    pcscd, slot = Pcscd(folder / "pcscd.log"), VpcdSlot()
    pcscd.start()
    slot.start()
    yield Plug(lambda: pcsc.create({"reader": "Virtual PCD 00 00"}), pcscd.stop, pcscd.start)
    slot.stop()
    pcscd.stop()


@contextlib.contextmanager
def _receipt_network(_: Path) -> Iterator[Plug]:
    with ReceiptPrinterEmulator() as emulator:
        create = {"host": emulator.host, "port": emulator.port}
        yield Plug(lambda: escpos.create(create), emulator.unplug, emulator.replug)


@contextlib.contextmanager
def _receipt_serial(folder: Path) -> Iterator[Plug]:
    with SerialReceiptPrinterEmulator(folder / "receipt-printer") as emulator:
        yield Plug(lambda: escpos.create({"serial": str(emulator.path)}), emulator.unplug, emulator.replug)


@contextlib.contextmanager
def _page_printer(_: Path) -> Iterator[Plug]:
    with PagePrinterEmulator() as emulator:
        yield Plug(lambda: ipp.create({"uri": emulator.uri}), emulator.unplug, emulator.replug)


@contextlib.contextmanager
def _page_scanner(folder: Path) -> Iterator[Plug]:
    with PageScannerEmulator() as emulator:
        options = emulator.options(folder / "sane.d")
        yield Plug(lambda: sane.create(options), emulator.unplug, emulator.replug)


@contextlib.contextmanager
def _document_camera(_: Path) -> Iterator[Plug]:
    with DocumentCameraEmulator() as emulator:
        yield Plug(lambda: opencv.create(emulator.options), emulator._unplug, emulator._plug)


KINDS: dict[str, Callable[[Path], contextlib.AbstractContextManager[Plug]]] = {
    "id_card": _id_card,
    "smart_card": _smart_card,
    "receipt_printer (network)": _receipt_network,
    "receipt_printer (serial)": _receipt_serial,
    "page_printer": _page_printer,
    "page_scanner": _page_scanner,
    "document_camera": _document_camera,
}


@dataclass(frozen=True, slots=True)
class Held:
    """What this process holds."""

    threads: int
    files: int
    memory_kb: int


def held() -> Held:
    gc.collect()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    memory = next(line for line in status.splitlines() if line.startswith("RssAnon:"))
    return Held(threading.active_count(), len(list(Path("/proc/self/fd").iterdir())), int(memory.split()[1]))


@dataclass(slots=True)
class Outcome:
    """What many cycles of one kind came to; seconds from the hand to the owner's report, at the usual polling."""

    cycles: int
    lost_s: list[float]
    back_s: list[float]


class _Owner:
    """The thread that owns a device."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.reports: list[DeviceReport] = []

    def post(self, call: Callable[[], None]) -> None:
        self._calls.put(call)

    def monotonic(self) -> float:
        return time.monotonic()

    def until(self, states: set[SupervisorState]) -> float:
        """Wait for one of these states; return when it was reported."""
        while not self.reports or self.reports[-1].state not in states:
            self._calls.get(timeout=PATIENCE_S)()
        del self.reports[:-1]
        return self.reports[0].since_s


def run_kind(name: str, cycles: int, folder: Path, *, nudge: bool, poll_s: float = 0.5) -> Outcome:
    """Pull and put back one kind's plug. `nudge`: as hot-plug does; without, polling alone finds out.

    Raises: `queue.Empty` when a report does not come.
    """
    folder.mkdir(parents=True, exist_ok=True)
    outcome = Outcome(cycles, [], [])
    good = {SupervisorState.READY, SupervisorState.DEGRADED}
    gone = {SupervisorState.LOST, SupervisorState.FAULTED}

    def poll(driver: Any) -> tuple[SupervisorState, object]:
        status = driver.status()
        return state_of(status), status

    with KINDS[name](folder) as plug:
        owner = _Owner()
        supervisor: Supervisor[Any] = Supervisor(
            name, plug.create, poll, clock=owner, dispatcher=owner, on_change=owner.reports.append, poll_interval_s=poll_s
        )
        supervisor.start()
        owner.until(good)
        for _ in range(cycles):
            began_s = time.monotonic()
            plug.unplug()
            if nudge:
                supervisor.poll_now()
            outcome.lost_s.append(owner.until(gone) - began_s)
            plug.replug()
            plugged_s = time.monotonic()
            if nudge:
                supervisor.poll_now()
            outcome.back_s.append(owner.until(good) - plugged_s)
        if not supervisor.stop(PATIENCE_S):
            raise RuntimeError(name)
    return outcome


def run_all(cycles: int, folder: Path) -> dict[str, Outcome]:
    """Run all kinds beside each other."""
    with ThreadPoolExecutor(len(KINDS), "plug-cycles") as pool:
        running = {name: pool.submit(run_kind, name, cycles, folder / name, nudge=True) for name in KINDS}
        return {name: future.result() for name, future in running.items()}
