"""The emulated page printer itself: daemons up, state kept over a power cut, nothing left behind."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from devices.page_printer import CoverOpen, Jammed, JobState, NoPaper, Ready
from devices.page_printer.daemons import DaemonFailed
from devices.page_printer.emulator import PagePrinterEmulator
from devices.page_printer.ipp import IppPagePrinter, create


def _page() -> bytes:
    out = io.BytesIO()
    Image.new("1", (83, 117), 1).save(out, "PDF", resolution=10)
    return out.getvalue()


def _wait_until(printer: IppPagePrinter, job_id: int, reached: Callable[[JobState], bool]) -> JobState:
    deadline = time.monotonic() + 60
    pause = threading.Event()
    while not reached((progress := printer.job(job_id)).state):
        assert time.monotonic() < deadline, progress
        pause.wait(0.01)
    return progress.state


def _follow(printer: IppPagePrinter, job_id: int) -> JobState:
    return _wait_until(printer, job_id, lambda state: state.final)


def test_it_keeps_what_it_printed_over_a_power_cut_and_after_the_end(tmp_path: Path) -> None:
    """It should number documents on when its job ids start anew, and leave them in the caller's folder."""
    with PagePrinterEmulator(seconds_per_page=0.0, printed_folder=tmp_path) as emulator:
        printer = create({"uri": emulator.uri})
        assert _follow(printer, printer.submit(_page(), "C-1")) is JobState.COMPLETED
        emulator.unplug()
        emulator.replug()
        assert _follow(printer, printer.submit(_page(), "C-2")) is JobState.COMPLETED
        assert [path.name for path in emulator.printed()] == ["0001-c-1.pdf", "0002-c-2.pdf"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0001-c-1.pdf", "0002-c-2.pdf"]


def test_a_power_cut_changes_nothing_in_the_paper_path() -> None:
    """It should come back with its jam, its open cover and its empty tray."""
    with PagePrinterEmulator() as emulator:
        printer = create({"uri": emulator.uri})
        emulator.jam()
        emulator.set_cover_open(True)
        emulator.paper_out()
        emulator.unplug()
        emulator.replug()
        assert printer.status() == Jammed()
        emulator.clear_jam()
        assert printer.status() == CoverOpen()
        emulator.set_cover_open(False)
        assert printer.status() == NoPaper()
        emulator.refill()
        assert printer.status() == Ready()


def test_a_job_canceled_while_it_waits_for_paper_prints_nothing_at_the_refill() -> None:
    """It should end as canceled, with no page."""
    with PagePrinterEmulator(seconds_per_page=0.0) as emulator:
        printer = create({"uri": emulator.uri})
        emulator.paper_out()
        job_id = printer.submit(_page(), "C-1")
        _wait_until(printer, job_id, lambda state: state is JobState.PROCESSING)
        assert printer.cancel(job_id)
        assert not printer.job(job_id).state.final
        emulator.refill()
        assert _follow(printer, job_id) is JobState.CANCELED
        assert emulator.printed() == []


def test_a_document_that_is_no_pdf_inside_is_aborted() -> None:
    """It should not count as printed."""
    with PagePrinterEmulator() as emulator:
        printer = create({"uri": emulator.uri})
        assert _follow(printer, printer.submit(b"%PDF-1.7 but no more", "C-1")) is JobState.ABORTED
        assert emulator.printed() == []


def test_a_port_that_is_taken_is_told() -> None:
    """It should say which port, and leave the first one alone: ippeveprinter itself would share it in silence."""
    with PagePrinterEmulator() as first:
        second = PagePrinterEmulator(port=first.port)
        with pytest.raises(DaemonFailed, match=f"port {first.port} is taken"):
            second.start()
        assert create({"uri": first.uri}).status() == Ready()
