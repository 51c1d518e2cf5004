"""What every receipt printer does, in memory, on TCP, on a serial port and on USB."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
import usb.backend.libusb1

from devices.errors import DeviceError
from devices.receipt_printer import (
    CoverOpen,
    Cut,
    Disconnected,
    Faulted,
    Feed,
    NoPaper,
    NotPrinted,
    Offline,
    PaperLow,
    Printed,
    Raster,
    Ready,
    ReceiptPrinter,
    Text,
)
from devices.receipt_printer.emulator import (
    Paper,
    ReceiptPrinterEmulator,
    SerialReceiptPrinterEmulator,
    UsbReceiptPrinterEmulator,
)
from devices.receipt_printer.escpos import create
from devices.receipt_printer.fakes import FakeReceiptPrinter

RECEIPT = (
    Text("KF0001-00042-7", bold=True, double=True),
    Raster(576, 700, bytes(range(256)) * 196 + bytes(224)),
    Text("2026-11-23 19:12"),
    Feed(2),
    Cut(),
)


class Rig(Protocol):
    """One printer and what a person can do to it."""

    printer: ReceiptPrinter

    def low(self) -> None: ...
    def run_out(self) -> None: ...
    def run_out_midway(self) -> None: ...
    def refill(self) -> None: ...
    def open_cover(self) -> None: ...
    def press_button(self) -> None: ...
    def unplug(self) -> None: ...
    def unplug_midway(self) -> None: ...
    def open_cover_midway(self) -> None: ...
    def receipt_in_mouth(self) -> bool: ...
    def replug(self) -> None: ...
    def mute(self) -> None: ...
    def whole_receipts(self) -> list[list[str]]: ...


class FakeRig:
    def __init__(self) -> None:
        self._fake = FakeReceiptPrinter(presenter=True)
        self.printer: ReceiptPrinter = self._fake

    def low(self) -> None:
        self._fake.current = PaperLow()

    def run_out(self) -> None:
        self._fake.current = NoPaper()

    def run_out_midway(self) -> None:
        self._fake.fail_next(NoPaper(), after_blocks=2)

    def refill(self) -> None:
        self._fake.current = Ready()

    replug = refill

    def open_cover(self) -> None:
        self._fake.current = CoverOpen()

    def press_button(self) -> None:
        self._fake.current = Offline()

    def unplug(self) -> None:
        self._fake.current = Disconnected()

    def unplug_midway(self) -> None:
        self._fake.fail_next(Disconnected(), after_blocks=2)

    def open_cover_midway(self) -> None:
        self._fake.fail_next(CoverOpen(), after_blocks=2)

    def receipt_in_mouth(self) -> bool:
        return self._fake.in_mouth

    def mute(self) -> None:
        self._fake.current = Faulted("receipt_printer.no_answer")

    def whole_receipts(self) -> list[list[str]]:
        return [[block.text for block in blocks if isinstance(block, Text)] for blocks in self._fake.printed]


Emulator = ReceiptPrinterEmulator | SerialReceiptPrinterEmulator | UsbReceiptPrinterEmulator


class WireRig:
    def __init__(self, emulator: Emulator, line: dict[str, Any]) -> None:
        self._emulator = emulator
        self._line = line
        self.printer: ReceiptPrinter = self._driver(timeout_s=20.0)

    def _driver(self, timeout_s: float) -> ReceiptPrinter:
        return create({**self._line, "presenter": True, "timeout_s": timeout_s, "processing_s": timeout_s})

    def low(self) -> None:
        self._emulator.set_paper(Paper.LOW)

    def run_out(self) -> None:
        self._emulator.set_paper(Paper.OUT)

    def run_out_midway(self) -> None:
        self._emulator.run_out_after(20_000)

    def refill(self) -> None:
        self._emulator.refill()

    def open_cover(self) -> None:
        self._emulator.set_cover_open(True)

    def press_button(self) -> None:
        self._emulator.set_offline(True)

    def unplug(self) -> None:
        self._emulator.unplug()

    def unplug_midway(self) -> None:
        self._emulator.unplug_after(20_000)

    def replug(self) -> None:
        self._emulator.replug()

    def open_cover_midway(self) -> None:
        self._emulator.open_cover_after(20_000)

    def receipt_in_mouth(self) -> bool:
        return self._emulator.in_mouth

    def mute(self) -> None:
        self.printer.close()
        self.printer = self._driver(timeout_s=0.5)  # nothing else waits in vain
        self._emulator.set_mute(True)

    def whole_receipts(self) -> list[list[str]]:
        return [receipt.lines for receipt in self._emulator.receipts() if receipt.complete]


@pytest.fixture(params=["fake", "network", "serial", "usb"])
def rig(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    if request.param == "fake":
        yield FakeRig()
        return
    emulator: Emulator
    if request.param == "network":
        emulator, line = ReceiptPrinterEmulator(), {}
    elif request.param == "serial":
        emulator, line = SerialReceiptPrinterEmulator(tmp_path / "printer"), {"serial": str(tmp_path / "printer")}
    else:
        emulator, line = UsbReceiptPrinterEmulator(), {"usb": "04b8:0e15"}
        monkeypatch.setattr(usb.backend.libusb1, "get_backend", lambda: emulator)
    with emulator:
        if isinstance(emulator, ReceiptPrinterEmulator):
            line = {"host": "127.0.0.1", "port": emulator.port}
        wire = WireRig(emulator, line)
        yield wire
        wire.printer.close()


LINES = ["KF0001-00042-7", "2026-11-23 19:12"]


def test_a_ready_printer_prints_a_whole_receipt(rig: Rig) -> None:
    """It should say ready, print, and hold one whole receipt with its text."""
    assert rig.printer.status() == Ready()
    assert rig.printer.print(RECEIPT) == Printed()
    assert rig.whole_receipts() == [LINES]
    assert rig.printer.status() == Ready()


def test_near_the_end_of_the_roll_it_still_prints(rig: Rig) -> None:
    """It should warn of the roll and print."""
    rig.low()
    assert rig.printer.status() == PaperLow()
    assert rig.printer.print(RECEIPT) == Printed()
    assert rig.whole_receipts() == [LINES]


def test_without_paper_nothing_is_started(rig: Rig) -> None:
    """It should refuse before the first byte, and print after a refill."""
    rig.run_out()
    assert rig.printer.print(RECEIPT) == NotPrinted(NoPaper(), started=False)
    assert rig.whole_receipts() == []
    rig.refill()
    assert rig.printer.print(RECEIPT) == Printed()
    assert rig.whole_receipts() == [LINES]


def test_paper_that_ends_in_the_middle_is_told_and_can_be_printed_again(rig: Rig) -> None:
    """It should never call a torn receipt printed; after a refill the reprint should be the only whole one."""
    rig.run_out_midway()
    assert rig.printer.print(RECEIPT) == NotPrinted(NoPaper(), started=True)
    assert rig.printer.status() == NoPaper()
    assert rig.whole_receipts() == []
    rig.refill()
    assert rig.whole_receipts() == []
    assert rig.printer.status() == Ready()
    assert rig.printer.print(RECEIPT) == Printed()
    assert rig.whole_receipts() == [LINES]


def test_a_cover_that_is_opened_in_the_middle_is_told_and_the_reprint_begins_at_the_start(rig: Rig) -> None:
    """It should name the cover, and print one whole receipt once it is shut: never the second half alone."""
    rig.open_cover_midway()
    assert rig.printer.print(RECEIPT) == NotPrinted(CoverOpen(), started=True)
    rig.refill()
    assert rig.printer.print(RECEIPT) == Printed()
    assert rig.whole_receipts() == [LINES]


def test_a_receipt_that_nobody_took_is_taken_back(rig: Rig) -> None:
    """It should hold the receipt out, take it back when asked, and know when there is nothing to take."""
    assert rig.printer.retract() is False
    assert rig.printer.print(RECEIPT) == Printed()
    assert rig.receipt_in_mouth()
    assert rig.printer.retract() is True
    assert not rig.receipt_in_mouth()
    assert rig.printer.retract() is False


def test_an_open_cover_is_told(rig: Rig) -> None:
    """It should name the cover, not the paper, and not start."""
    rig.open_cover()
    assert rig.printer.status() == CoverOpen()
    assert rig.printer.print(RECEIPT) == NotPrinted(CoverOpen(), started=False)


def test_a_printer_switched_off_line_is_told(rig: Rig) -> None:
    """It should say offline and not start."""
    rig.press_button()
    assert rig.printer.print(RECEIPT) == NotPrinted(Offline(), started=False)


def test_unplugged_and_plugged_in_again(rig: Rig) -> None:
    """It should say disconnected while away and print when back."""
    rig.unplug()
    assert rig.printer.status() == Disconnected()
    assert rig.printer.print(RECEIPT) == NotPrinted(Disconnected(), started=False)
    rig.replug()
    assert rig.printer.status() == Ready()
    assert rig.printer.print(RECEIPT) == Printed()
    assert rig.whole_receipts() == [LINES]


def test_unplugged_in_the_middle_of_a_receipt(rig: Rig) -> None:
    """It should not call it printed, and print a whole one afterwards."""
    rig.unplug_midway()
    assert rig.printer.print(RECEIPT) == NotPrinted(Disconnected(), started=True)
    assert rig.whole_receipts() == []
    rig.replug()
    assert rig.printer.print(RECEIPT) == Printed()
    assert rig.whole_receipts() == [LINES]


def test_a_printer_that_does_not_answer_is_faulted(rig: Rig) -> None:
    """It should come back within its deadline, with a code."""
    rig.mute()
    assert rig.printer.status() == Faulted("receipt_printer.no_answer")
    assert rig.printer.print(RECEIPT) == NotPrinted(Faulted("receipt_printer.no_answer"), started=False)
    assert rig.whole_receipts() == []


def test_blocks_that_cannot_fit_are_refused_before_anything_is_printed(rig: Rig) -> None:
    """It should raise a coded error for a line or a picture wider than the paper, and print nothing."""
    with pytest.raises(DeviceError) as wide_text:
        rig.printer.print((Text("x" * 49), Cut()))
    with pytest.raises(DeviceError) as wide_picture:
        rig.printer.print((Text("ok"), Raster(584, 1, bytes(73)), Cut()))
    assert wide_text.value.code == "receipt_printer.text_too_wide"
    assert wide_picture.value.code == "receipt_printer.raster_too_wide"
    assert rig.whole_receipts() == []


def test_closing_twice_is_harmless(rig: Rig) -> None:
    """It should let go once and not mind a second time; a status after that never raises."""
    rig.printer.close()
    rig.printer.close()
    assert not isinstance(rig.printer.status(), Ready | PaperLow)
