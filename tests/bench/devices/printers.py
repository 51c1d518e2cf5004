"""Figures of the printers, and of every plug: from the request to the wire, from the hand to the report.

Knows: the receipt printer's line, the plugs of `plug_cycles`. Does not know: the table.
"""

from __future__ import annotations

import logging
import statistics
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import plug_cycles
from row import Row, at_most

from devices.receipt_printer import Block, Cut, Raster, ReceiptPrinter
from devices.receipt_printer.emulator import ReceiptPrinterEmulator
from devices.receipt_printer.escpos import create
from devices.supervisor import DeviceReport, Supervisor, SupervisorState
from kiosk.dispatch import QueueDispatcher
from kiosk.health import state_of

RECEIPTS = 20
PLUGS = 6
PATIENCE_S = 10.0
WIRE_MS, LOST_S, BACK_S = 100.0, 1.0, 3.0
ROWS = 1400


class _Wire(ReceiptPrinterEmulator):
    """Notes when the first byte of a receipt arrives, as against a question for the status."""

    def __init__(self) -> None:
        super().__init__()
        self.first_s: float | None = None
        self.arrived = threading.Event()

    def take(self, line: object, data: bytes) -> bool:
        if self.first_s is None and b"\x1b@" in data:
            self.first_s = time.perf_counter()
            self.arrived.set()
        return super().take(line, data)  # type: ignore[arg-type]


def rows(folder: Path) -> Iterator[Row]:
    """Measure everything that the printers and the plugs have figures for."""
    yield _wire()
    yield from _plugs(folder)


def _wire() -> Row:
    """From the request on the session's thread, by the supervisor, to the first byte at the printer."""
    clock, calls, took_ms = time, QueueDispatcher(), []
    reports: list[DeviceReport] = []
    blocks: list[Block] = [Raster(576, ROWS, bytes(72 * ROWS)), Cut()]

    def poll(printer: ReceiptPrinter) -> tuple[SupervisorState, object]:
        return state_of(status := printer.status()), status

    with _Wire() as wire:
        options = {"host": wire.host, "port": wire.port}
        supervisor: Supervisor[ReceiptPrinter] = Supervisor(
            "receipt_printer", lambda: create(options), poll, clock=clock, dispatcher=calls, on_change=reports.append,
            poll_interval_s=0.5, call_deadline_s=25.0,
        )  # fmt: skip
        supervisor.start()
        while not reports:
            calls.run_one(PATIENCE_S)
        for _ in range(RECEIPTS):
            results: list[object] = []
            wire.first_s = None
            wire.arrived.clear()
            began_s = time.perf_counter()
            supervisor.submit(lambda printer: printer.print(blocks), results.append)
            wire.arrived.wait(PATIENCE_S)
            assert wire.first_s is not None
            took_ms.append((wire.first_s - began_s) * 1000)
            while not results:
                calls.run_one(PATIENCE_S)
        supervisor.stop()
    detail = f"median {statistics.median(took_ms):.1f} ms of {RECEIPTS}, {ROWS} rows"
    return at_most("receipt printer: request to first byte on the wire, worst", WIRE_MS, max(took_ms), " ms", detail)


def _plugs(folder: Path) -> Iterator[Row]:
    """By polling alone, as where there is no udev: hot-plug is only ever quicker."""
    logging.getLogger("devices.supervisor").setLevel(logging.ERROR)  # the losses are wanted here
    for number, name in enumerate(plug_cycles.KINDS):
        outcome = plug_cycles.run_kind(name, PLUGS, folder / str(number), nudge=False)
        lost, back = sorted(outcome.lost_s), sorted(outcome.back_s)
        told = f"median {statistics.median(lost):.2f} s of {PLUGS}"
        yield at_most(f"{name}: unplug to status, worst", LOST_S, lost[-1], " s", told)
        told = f"median {statistics.median(back):.2f} s of {PLUGS}"
        yield at_most(f"{name}: replug to ready, worst", BACK_S, back[-1], " s", told)
