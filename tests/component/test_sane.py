"""The real scanimage over SANE's own test backend: every status that SANE has, and a backend that hangs."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from devices.errors import DeviceError
from devices.page_scanner import (
    Busy,
    Cancelled,
    CoverOpen,
    Faulted,
    FeederEmpty,
    Jammed,
    NotScanned,
    Page,
    Ready,
    Scanned,
    ScanSettings,
    Source,
    Stop,
)
from devices.page_scanner.emulator import PageScannerEmulator
from devices.page_scanner.sane import SanePageScanner, create
from devices.supervisor import Backoff, DeviceReport, Supervisor, SupervisorState


@pytest.fixture
def options(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "sane").mkdir()
    (tmp_path / "spool").mkdir()
    (tmp_path / "sane" / "dll.conf").write_text("test\n")
    return {
        "device": "test:*",
        "feeder": "Automatic Document Feeder",
        "config_dir": str(tmp_path / "sane"),
        "spool_dir": str(tmp_path / "spool"),
    }


def scan(scanner: SanePageScanner, settings: ScanSettings | None = None) -> tuple[object, list[Page]]:
    pages: list[Page] = []
    return scanner.scan(settings or ScanSettings(dpi=75), pages.append, threading.Event()), pages


def test_the_glass_and_the_whole_feeder(options: dict[str, Any]) -> None:
    """It should find the first device of that name, draw what was asked, and end when the ten sheets are through."""
    scanner = create({**options, "backend": {"test-picture": "Solid white"}})
    assert scanner.status() == Ready()
    result, pages = scan(scanner)
    assert result == Scanned(1)
    assert set(pages[0].pixels) == {255}
    result, pages = scan(scanner, ScanSettings(Source.FEEDER, dpi=75, colour=False))
    assert (result, len(pages)) == (Scanned(10), 10)


@pytest.mark.parametrize(
    ("status", "stop"),
    [
        ("SANE_STATUS_JAMMED", Jammed()),
        ("SANE_STATUS_COVER_OPEN", CoverOpen()),
        ("SANE_STATUS_NO_DOCS", FeederEmpty()),
        ("SANE_STATUS_DEVICE_BUSY", Busy()),
        ("SANE_STATUS_CANCELLED", Cancelled()),
        ("SANE_STATUS_IO_ERROR", Faulted("page_scanner.io")),
        ("SANE_STATUS_ACCESS_DENIED", Faulted("page_scanner.denied")),
        ("SANE_STATUS_NO_MEM", Faulted("page_scanner.io")),
    ],
)
def test_every_status_of_sane(options: dict[str, Any], status: str, stop: Stop) -> None:
    """It should read each of them as what it is."""
    scanner = create({**options, "backend": {"read-return-value": status}})
    assert scan(scanner) == (NotScanned(stop, 0), [])


def test_a_slow_scan_is_called_off(options: dict[str, Any], tmp_path: Path) -> None:
    """It should stop in the middle of a page, leave no half page, and free the scanner."""
    scanner = create({**options, "backend": {"read-delay": "yes", "read-delay-duration": "200000"}})
    cancelled = threading.Event()
    timer = threading.Timer(0.3, cancelled.set)
    timer.start()
    result = scanner.scan(ScanSettings(dpi=300), lambda _: pytest.fail("no page"), cancelled)
    timer.join()
    assert result == NotScanned(Cancelled(), 0)
    assert list((tmp_path / "spool").iterdir()) == []
    assert scan(create(options))[0] == Scanned(1)


def test_a_page_that_does_not_come_is_given_up(options: dict[str, Any]) -> None:
    """It should end the program at the deadline and say that it stalled."""
    slow = {"read-delay": "yes", "read-delay-duration": "200000"}
    scanner = create({**options, "page_s": 0.3, "backend": slow})
    assert scan(scanner, ScanSettings(dpi=300))[0] == NotScanned(Faulted("page_scanner.stalled"), 0)


class Home:
    """The thread that owns the scanner."""

    def __init__(self) -> None:
        self.calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def post(self, call: Callable[[], None]) -> None:
        self.calls.put(call)

    def monotonic(self) -> float:
        return time.monotonic()


def test_a_stuck_scan_is_killed_at_its_deadline(options: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    """Should answer the owner at the deadline, kill the program that holds the scanner, and have it scan again."""
    slow = {"read-delay": "yes", "read-delay-duration": "200000"}
    home = Home()
    reports: list[DeviceReport] = []
    supervisor: Supervisor[SanePageScanner] = Supervisor(
        "page_scanner",
        lambda: create({**options, "backend": slow}),
        lambda scanner: (SupervisorState.READY, scanner.status()),
        clock=home,
        dispatcher=home,
        on_change=reports.append,
        backoff=Backoff(first_s=0.02),
    )
    results: list[object] = []
    supervisor.start()
    home.calls.get(timeout=10)()
    supervisor.submit(lambda scanner: scan(scanner, ScanSettings(dpi=600)), results.append, deadline_s=0.4)
    while not results:
        home.calls.get(timeout=10)()
    assert isinstance(results[0], DeviceError)
    assert results[0].code == "page_scanner.stuck"
    while reports[-1].state is not SupervisorState.READY:
        home.calls.get(timeout=10)()
    assert supervisor.stop(10)
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    names = [Path(f"/proc/{pid}/comm").read_text().strip() for pid in children]
    assert "scanimage" not in names
    caplog.clear()


def test_what_the_scanner_cannot_do_is_refused(options: dict[str, Any]) -> None:
    """It should raise a coded error for a mode that the backend does not know."""
    scanner = create({**options, "colour": "Purple"})
    with pytest.raises(DeviceError) as error:
        scan(scanner)
    assert error.value.code == "page_scanner.settings"


@pytest.mark.parametrize("device", ["nosuch:0", "nosuch*"])
def test_no_such_scanner(options: dict[str, Any], device: str) -> None:
    """It should say so at once."""
    with pytest.raises(DeviceError) as error:
        create({**options, "device": device})
    assert error.value.code == "page_scanner.unreachable"


def test_no_room_for_a_page(options: dict[str, Any], tmp_path: Path) -> None:
    """It should say that the place for pages is missing, not raise."""
    scanner = create({**options, "spool_dir": str(tmp_path / "gone")})
    assert scan(scanner)[0] == NotScanned(Faulted("page_scanner.no_room"), 0)


@pytest.mark.parametrize(
    ("change", "keys"),
    [
        ({"device": ""}, "device"),
        ({"colours": "x"}, "colours"),
        ({"status_url": "ftp://x"}, "status_url"),
        ({"page_s": 0}, "page_s"),
    ],
)
def test_bad_options_are_named(options: dict[str, Any], change: dict[str, Any], keys: str) -> None:
    """It should refuse them by key, before it runs anything."""
    with pytest.raises(DeviceError) as error:
        create({**options, **change})
    assert (error.value.code, error.value.detail) == ("page_scanner.options", keys)


def test_a_page_from_the_wire_shows_what_lay_on_the_glass(tmp_path: Path) -> None:
    """It should bring the words of the sheet through eSCL, JPEG and airscan: dark where the text is, white elsewhere."""
    with PageScannerEmulator() as emulator:
        scanner = create({**emulator.options(tmp_path / "sane"), "spool_dir": str(tmp_path)})
        emulator.lay("居民户口簿 测试甲")
        result, pages = scan(scanner, ScanSettings(dpi=100, colour=False))
        assert result == Scanned(1)
        page = pages[0]
        rows = [page.pixels[top * page.width_px : (top + 1) * page.width_px] for top in range(page.height_px)]
        assert min(min(row) for row in rows[80:150]) < 90
        assert min(min(row) for row in rows[400:]) > 200


def test_calling_off_reaches_the_scanner(tmp_path: Path) -> None:
    """It should tell the scanner, and leave the sheets that were not drawn in: at most one follows the call."""
    with PageScannerEmulator() as emulator:
        scanner = create({**emulator.options(tmp_path / "sane"), "spool_dir": str(tmp_path)})
        emulator.load(*"abcdef")
        emulator.set_seconds_per_page(0.4)
        cancelled = threading.Event()
        settings = ScanSettings(Source.FEEDER, dpi=100)
        assert scanner.scan(settings, lambda _: cancelled.set(), cancelled) == NotScanned(Cancelled(), 1)
        assert emulator.calls_off >= 1
        assert emulator.loaded >= 3
