"""What every page scanner does, in memory and through SANE's own airscan from a scanner on a port."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from devices.errors import DeviceError
from devices.page_scanner import (
    Busy,
    Cancelled,
    CoverOpen,
    Disconnected,
    Faulted,
    FeederEmpty,
    Jammed,
    NotScanned,
    Page,
    PageScanner,
    Ready,
    Scanned,
    ScanResult,
    ScanSettings,
    Source,
)
from devices.page_scanner.emulator import PageScannerEmulator
from devices.page_scanner.fakes import FakePageScanner
from devices.page_scanner.sane import create

GLASS = ScanSettings(Source.FLATBED, dpi=100)
FEEDER = ScanSettings(Source.FEEDER, dpi=100, colour=False)


class Rig(Protocol):
    """One scanner and what a person can do to it."""

    scanner: PageScanner

    def load(self, sheets: int) -> None: ...
    def left(self) -> int: ...
    def jam(self) -> None: ...
    def jam_midway(self, pages: int) -> None: ...
    def clear(self) -> None: ...
    def open_cover(self) -> None: ...
    def use_elsewhere(self) -> None: ...
    def unplug(self) -> None: ...
    def unplug_midway(self, pages: int) -> None: ...
    def replug(self) -> None: ...
    def mute(self) -> None: ...


class FakeRig:
    def __init__(self) -> None:
        self._fake = FakePageScanner()
        self.scanner: PageScanner = self._fake

    def load(self, sheets: int) -> None:
        self._fake.feeder += range(sheets)

    def left(self) -> int:
        return len(self._fake.feeder)

    def jam(self) -> None:
        self._fake.current = Jammed()

    def jam_midway(self, pages: int) -> None:
        self._fake.fail_next(Jammed(), after_pages=pages)

    def clear(self) -> None:
        self._fake.current = Ready()

    replug = clear

    def open_cover(self) -> None:
        self._fake.current = CoverOpen()

    def use_elsewhere(self) -> None:
        self._fake.current = Busy()

    def unplug(self) -> None:
        self._fake.current = Disconnected()

    def unplug_midway(self, pages: int) -> None:
        self._fake.fail_next(Disconnected(), after_pages=pages)

    def mute(self) -> None:
        self._fake.current = Faulted("page_scanner.no_answer")


class WireRig:
    def __init__(self, emulator: PageScannerEmulator, folder: Path) -> None:
        self._emulator = emulator
        self._options = {**emulator.options(folder / "sane"), "spool_dir": str(folder)}
        self.scanner: PageScanner = create({**self._options, "timeout_s": 20.0})
        self.jam_midway = emulator.jam_after
        self.unplug = emulator.unplug
        self.unplug_midway = emulator.unplug_after
        self.replug = emulator.replug

    def load(self, sheets: int) -> None:
        self._emulator.load(*(f"第 {number} 页" for number in range(1, sheets + 1)))

    def left(self) -> int:
        return self._emulator.loaded

    def jam(self) -> None:
        self._emulator.set_jam(True)

    def clear(self) -> None:
        self._emulator.set_jam(False)
        self._emulator.set_cover_open(False)
        self._emulator.set_busy(False)

    def open_cover(self) -> None:
        self._emulator.set_cover_open(True)

    def use_elsewhere(self) -> None:
        self._emulator.set_busy(True)

    def mute(self) -> None:
        self.scanner.close()
        self.scanner = create({**self._options, "timeout_s": 0.5})  # nothing else waits in vain
        self._emulator.set_mute(True)


@pytest.fixture(params=["fake", "wire"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    if request.param == "fake":
        yield FakeRig()
        return
    with PageScannerEmulator() as emulator:
        wire = WireRig(emulator, tmp_path)
        yield wire
        wire.scanner.close()
        assert not list(tmp_path.glob("scan-*")), "a page was left lying about"


def scan(rig: Rig, settings: ScanSettings) -> tuple[ScanResult, list[Page]]:
    pages: list[Page] = []
    return rig.scanner.scan(settings, pages.append, threading.Event()), pages


def test_a_sheet_on_the_glass_is_one_page(rig: Rig) -> None:
    """It should scan A4 at the resolution and in the mode that were asked for."""
    assert rig.scanner.status() == Ready(feeder_loaded=False)
    result, pages = scan(rig, GLASS)
    assert result == Scanned(1)
    page = pages[0]
    assert (page.channels, page.dpi) == (3, 100)
    assert abs(page.width_px - 827) <= 2
    assert abs(page.height_px - 1169) <= 2
    assert len(page.pixels) == page.width_px * page.height_px * 3


def test_the_feeder_is_scanned_until_it_is_empty(rig: Rig) -> None:
    """It should say that sheets lie there, bring every page in grey, and be empty afterwards."""
    rig.load(3)
    assert rig.scanner.status() == Ready(feeder_loaded=True)
    result, pages = scan(rig, FEEDER)
    assert result == Scanned(3)
    assert [page.channels for page in pages] == [1, 1, 1]
    assert rig.left() == 0
    assert rig.scanner.status() == Ready(feeder_loaded=False)


def test_no_more_pages_than_asked_for(rig: Rig) -> None:
    """It should leave the rest of the stack where it is: a stranger's hundred sheets do not fill the memory."""
    rig.load(4)
    settings = ScanSettings(Source.FEEDER, dpi=100, colour=False, most_pages=2)
    result, pages = scan(rig, settings)
    assert (result, len(pages)) == (Scanned(2), 2)


def test_an_empty_feeder_is_told(rig: Rig) -> None:
    """It should not wait for sheets, and scan once there are some."""
    assert scan(rig, FEEDER) == (NotScanned(FeederEmpty(), 0), [])
    rig.load(1)
    assert scan(rig, FEEDER)[0] == Scanned(1)


def test_a_jam_is_told(rig: Rig) -> None:
    """It should name the jam before and in the scan, let the glass be used meanwhile, and go on when it is cleared."""
    rig.load(1)
    rig.jam()
    assert rig.scanner.status() == Jammed()
    assert scan(rig, FEEDER) == (NotScanned(Jammed(), 0), [])
    assert scan(rig, GLASS)[0] == Scanned(1)
    rig.clear()
    assert scan(rig, FEEDER)[0] == Scanned(1)


def test_a_jam_in_the_middle_keeps_the_whole_pages(rig: Rig) -> None:
    """It should hand over what came through, say how many that is, and never half a page."""
    rig.load(3)
    rig.jam_midway(2)
    result, pages = scan(rig, FEEDER)
    assert result == NotScanned(Jammed(), 2)
    assert len(pages) == 2
    assert rig.scanner.status() == Jammed()


def test_an_open_cover_is_told(rig: Rig) -> None:
    """It should name the cover, and go on when it is shut."""
    rig.load(1)
    rig.open_cover()
    assert rig.scanner.status() == CoverOpen()
    assert scan(rig, FEEDER) == (NotScanned(CoverOpen(), 0), [])
    rig.clear()
    assert scan(rig, FEEDER)[0] == Scanned(1)


def test_a_scanner_in_use_is_told(rig: Rig) -> None:
    """It should say busy, not broken."""
    rig.use_elsewhere()
    assert rig.scanner.status() == Busy()
    assert scan(rig, GLASS) == (NotScanned(Busy(), 0), [])


def test_unplugged_and_plugged_in_again(rig: Rig) -> None:
    """It should say disconnected while away and scan when back."""
    rig.unplug()
    assert rig.scanner.status() == Disconnected()
    assert scan(rig, GLASS) == (NotScanned(Disconnected(), 0), [])
    rig.replug()
    assert rig.scanner.status() == Ready(feeder_loaded=False)
    assert scan(rig, GLASS)[0] == Scanned(1)


def test_unplugged_in_the_middle_of_a_stack(rig: Rig) -> None:
    """It should keep the page that came through, and say that the scanner is gone."""
    rig.load(3)
    rig.unplug_midway(1)
    result, pages = scan(rig, FEEDER)
    assert result == NotScanned(Disconnected(), 1)
    assert len(pages) == 1


def test_a_scanner_that_does_not_answer_is_faulted(rig: Rig) -> None:
    """It should come back within its deadline, with a code."""
    rig.mute()
    assert rig.scanner.status() == Faulted("page_scanner.no_answer")


def test_called_off_before_the_first_page(rig: Rig) -> None:
    """It should end as cancelled."""
    rig.load(2)
    cancelled = threading.Event()
    cancelled.set()
    assert rig.scanner.scan(FEEDER, lambda _: None, cancelled) == NotScanned(Cancelled(), 0)


def test_called_off_in_the_middle(rig: Rig) -> None:
    """It should keep the first page, stop, and scan again afterwards."""
    rig.load(3)
    cancelled = threading.Event()
    pages: list[Page] = []

    def first(page: Page) -> None:
        pages.append(page)
        cancelled.set()

    assert rig.scanner.scan(FEEDER, first, cancelled) == NotScanned(Cancelled(), 1)
    assert len(pages) == 1
    assert scan(rig, GLASS)[0] == Scanned(1)


@pytest.mark.parametrize("settings", [{"dpi": 5}, {"dpi": 5000}, {"most_pages": 0}])
def test_settings_that_no_scanner_has_are_refused(settings: dict[str, int]) -> None:
    """It should raise a coded error before anything moves."""
    with pytest.raises(DeviceError) as error:
        ScanSettings(**settings)  # type: ignore[arg-type]
    assert error.value.code == "page_scanner.settings"


def test_closing_twice_is_harmless(rig: Rig) -> None:
    """It should let go once and not mind a second time; a status after that never raises."""
    rig.scanner.close()
    rig.scanner.close()
    assert not isinstance(rig.scanner.status(), Ready)
