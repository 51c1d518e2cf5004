"""What every page printer does, in memory and over IPP to Debian's ippeveprinter."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from typing import Protocol

import pytest
from PIL import Image

from devices.errors import DeviceError
from devices.page_printer import (
    CoverOpen,
    Disconnected,
    Faulted,
    Jammed,
    JobProgress,
    JobState,
    NoPaper,
    PagePrinter,
    PagePrinterStatus,
    PaperLow,
    Ready,
    TonerEmpty,
    TonerLow,
)
from devices.page_printer.emulator import PagePrinterEmulator
from devices.page_printer.fakes import FakePagePrinter
from devices.page_printer.ipp import create


def document(pages: int) -> bytes:
    """A4 pages with nothing on them."""
    sheets = [Image.new("1", (83, 117), 1) for _ in range(pages)]
    out = io.BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:], resolution=10)
    return out.getvalue()


THREE_PAGES = document(3)


class Rig(Protocol):
    """One printer and what a person can do to it."""

    printer: PagePrinter

    def low(self) -> None: ...
    def run_out(self) -> None: ...
    def run_out_after_a_page(self) -> None: ...
    def refill(self) -> None: ...
    def jam(self) -> None: ...
    def clear_jam(self) -> None: ...
    def open_cover(self) -> None: ...
    def close_cover(self) -> None: ...
    def toner(self, percent: int) -> None: ...
    def unplug(self) -> None: ...
    def replug(self) -> None: ...
    def mute(self) -> None: ...
    def slow(self) -> None: ...
    def printed(self) -> list[bytes]: ...


class FakeRig:
    def __init__(self) -> None:
        self._fake = FakePagePrinter()
        self.printer: PagePrinter = self._fake

    def _set(self, status: PagePrinterStatus) -> None:
        self._fake.current = status

    def low(self) -> None:
        self._set(PaperLow())

    def run_out(self) -> None:
        self._set(NoPaper())

    def run_out_after_a_page(self) -> None:
        self._fake.fail_next(NoPaper(), after_pages=1)

    def refill(self) -> None:
        self._set(Ready())

    def jam(self) -> None:
        self._set(Jammed())

    clear_jam = refill

    def open_cover(self) -> None:
        self._set(CoverOpen())

    close_cover = refill

    def toner(self, percent: int) -> None:
        self._set(TonerEmpty() if percent == 0 else TonerLow() if percent < 10 else Ready())

    def unplug(self) -> None:
        self._fake.lose_jobs()
        self._set(Disconnected())

    replug = refill

    def mute(self) -> None:
        self._set(Faulted("page_printer.no_answer"))

    def slow(self) -> None: ...

    def printed(self) -> list[bytes]:
        return self._fake.printed


class WireRig:
    def __init__(self, emulator: PagePrinterEmulator) -> None:
        self._emulator = emulator
        self.printer: PagePrinter = create({"uri": emulator.uri, "timeout_s": 20.0})
        self.low = emulator.paper_low
        self.run_out = emulator.paper_out
        self.refill = emulator.refill
        self.jam = emulator.jam
        self.clear_jam = emulator.clear_jam
        self.toner = emulator.toner
        self.unplug = emulator.unplug
        self.replug = emulator.replug

    def run_out_after_a_page(self) -> None:
        self._emulator.paper_out(after_pages=1)

    def open_cover(self) -> None:
        self._emulator.set_cover_open(True)

    def close_cover(self) -> None:
        self._emulator.set_cover_open(False)

    def mute(self) -> None:
        self.printer = create({"uri": self._emulator.uri, "timeout_s": 0.5})  # nothing else waits in vain
        self._emulator.set_mute(True)

    def slow(self) -> None:
        self._emulator.set_seconds_per_page(0.5)

    def printed(self) -> list[bytes]:
        return [path.read_bytes() for path in self._emulator.printed()]


@pytest.fixture(params=["fake", "wire"])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    if request.param == "fake":
        yield FakeRig()
        return
    with PagePrinterEmulator(seconds_per_page=0.02) as emulator:
        yield WireRig(emulator)


_pause = threading.Event()


def follow(printer: PagePrinter, job_id: int, until: Callable[[JobProgress], bool]) -> JobProgress:
    """Watch a job, as the kiosk does, and check on the way that its pages only grow."""
    deadline = time.monotonic() + 60
    pages = 0
    while True:
        progress = printer.job(job_id)
        assert progress.pages_completed >= pages
        pages = progress.pages_completed
        if until(progress):
            return progress
        assert time.monotonic() < deadline, progress
        _pause.wait(0.01)


def final(progress: JobProgress) -> bool:
    return progress.state.final


def stopped_by(progress: JobProgress, keyword: str) -> bool:
    return any(reason.startswith(keyword) for reason in progress.reasons)


def test_a_ready_printer_prints_all_pages(rig: Rig) -> None:
    """It should count the pages and keep exactly the document that was sent."""
    assert rig.printer.status() == Ready()
    job_id = rig.printer.submit(THREE_PAGES, "C-0001")
    done = follow(rig.printer, job_id, final)
    assert (done.state, done.pages_completed) == (JobState.COMPLETED, 3)
    assert rig.printed() == [THREE_PAGES]
    assert rig.printer.status() == Ready()


def test_low_supplies_are_told_and_still_print(rig: Rig) -> None:
    """It should warn, not stop."""
    rig.low()
    assert rig.printer.status() == PaperLow()
    rig.refill()
    rig.toner(5)
    assert rig.printer.status() == TonerLow()
    job_id = rig.printer.submit(THREE_PAGES, "C-0001")
    assert follow(rig.printer, job_id, final).state is JobState.COMPLETED


def test_empty_toner_is_told(rig: Rig) -> None:
    """It should say empty, and ready again after the change."""
    rig.toner(0)
    assert rig.printer.status() == TonerEmpty()
    rig.toner(80)
    assert rig.printer.status() == Ready()


def test_a_job_without_paper_waits_for_the_refill(rig: Rig) -> None:
    """It should say no paper, print nothing, and finish after the refill."""
    rig.run_out()
    assert rig.printer.status() == NoPaper()
    job_id = rig.printer.submit(THREE_PAGES, "C-0001")
    progress = rig.printer.job(job_id)
    assert not progress.state.final
    assert progress.pages_completed == 0
    assert rig.printer.status() == NoPaper()
    follow(rig.printer, job_id, lambda progress: stopped_by(progress, "media-empty"))
    rig.refill()
    assert follow(rig.printer, job_id, final).pages_completed == 3


def test_paper_that_ends_in_the_middle(rig: Rig) -> None:
    """It should stop after the first page, say why, and print the other two after the refill."""
    rig.run_out_after_a_page()
    job_id = rig.printer.submit(THREE_PAGES, "C-0001")
    follow(rig.printer, job_id, lambda _: rig.printer.status() == NoPaper())
    progress = rig.printer.job(job_id)
    assert (progress.state.final, progress.pages_completed) == (False, 1)
    assert stopped_by(progress, "media-empty"), progress
    rig.refill()
    done = follow(rig.printer, job_id, final)
    assert (done.state, done.pages_completed) == (JobState.COMPLETED, 3)
    assert rig.printed() == [THREE_PAGES]


def test_canceled_in_the_middle_and_printed_again(rig: Rig) -> None:
    """It should end as canceled, never as printed; the reprint is a job of its own."""
    rig.run_out_after_a_page()
    first = rig.printer.submit(THREE_PAGES, "C-0001")
    follow(rig.printer, first, lambda _: rig.printer.status() == NoPaper())
    assert rig.printer.cancel(first)
    done = follow(rig.printer, first, final)
    assert (done.state, done.pages_completed) == (JobState.CANCELED, 1)
    assert rig.printed() == []
    assert not rig.printer.cancel(first), "it is over already"
    rig.refill()
    second = rig.printer.submit(THREE_PAGES, "C-0002")
    assert second != first
    assert follow(rig.printer, second, final).state is JobState.COMPLETED
    assert rig.printed() == [THREE_PAGES]


def test_a_jam_stops_and_goes(rig: Rig) -> None:
    """It should name the jam while it lasts."""
    rig.jam()
    assert rig.printer.status() == Jammed()
    stuck = rig.printer.submit(THREE_PAGES, "C-0000")
    follow(rig.printer, stuck, lambda progress: stopped_by(progress, "media-jam"))
    rig.clear_jam()
    follow(rig.printer, stuck, final)
    assert rig.printer.status() == Ready()
    job_id = rig.printer.submit(THREE_PAGES, "C-0001")
    assert follow(rig.printer, job_id, final).state is JobState.COMPLETED


def test_an_open_cover_is_told(rig: Rig) -> None:
    """It should name the cover and be ready when it is shut."""
    rig.open_cover()
    assert rig.printer.status() == CoverOpen()
    rig.close_cover()
    assert rig.printer.status() == Ready()


def test_one_job_at_a_time(rig: Rig) -> None:
    """It should refuse a second document with a code and lose nothing of the first."""
    rig.slow()
    job_id = rig.printer.submit(THREE_PAGES, "C-0001")
    with pytest.raises(DeviceError) as error:
        rig.printer.submit(THREE_PAGES, "C-0002")
    assert error.value.code == "page_printer.busy"
    rig.printer.cancel(job_id)


def test_unplugged_in_the_middle_of_a_job(rig: Rig) -> None:
    """It should say disconnected, then not know the job, and print anew when back."""
    rig.slow()
    job_id = rig.printer.submit(THREE_PAGES, "C-0001")
    rig.unplug()
    assert rig.printer.status() == Disconnected()
    with pytest.raises(DeviceError) as gone:
        rig.printer.job(job_id)
    assert gone.value.code == "page_printer.unreachable"
    with pytest.raises(DeviceError) as nowhere:
        rig.printer.submit(THREE_PAGES, "C-0002")
    assert nowhere.value.code == "page_printer.unreachable"
    rig.replug()
    assert rig.printer.status() == Ready()
    with pytest.raises(DeviceError) as forgotten:
        rig.printer.job(job_id)
    assert forgotten.value.code == "page_printer.job_unknown"
    assert rig.printed() == []


def test_a_printer_that_does_not_answer_is_faulted(rig: Rig) -> None:
    """It should come back with a code though no answer ever comes."""
    rig.mute()
    assert rig.printer.status() == Faulted("page_printer.no_answer")


@pytest.mark.parametrize("title", ["", "测试甲", "C 1", "a" * 65, "990000199001010017", "../etc"])
def test_a_title_that_could_tell_who_is_refused(rig: Rig, title: str) -> None:
    """It should let nothing but an opaque code reach the printer's panel."""
    with pytest.raises(DeviceError) as error:
        rig.printer.submit(THREE_PAGES, title)
    assert error.value.code == "page_printer.title"


def test_only_pdf_is_sent(rig: Rig) -> None:
    """It should refuse what is no PDF before the printer sees it."""
    with pytest.raises(DeviceError) as error:
        rig.printer.submit(b"<html>", "C-0001")
    assert error.value.code == "page_printer.not_a_pdf"


def test_closing_twice_is_harmless(rig: Rig) -> None:
    """It should not mind, and a status after that should not raise."""
    rig.printer.close()
    rig.printer.close()
    assert rig.printer.status() == Faulted("page_printer.closed")
