"""A printer behind a real cupsd, as one on USB would be: what CUPS says is read for what it is worth."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from PIL import Image

from devices.page_printer import Disconnected, JobProgress, JobState, NoPaper, Ready
from devices.page_printer.cupsd import CupsQueue
from devices.page_printer.emulator import PagePrinterEmulator
from devices.page_printer.ipp import IppPagePrinter, create

_pause = threading.Event()


def document(pages: int) -> bytes:
    sheets = [Image.new("1", (83, 117), 1) for _ in range(pages)]
    out = io.BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:], resolution=10)
    return out.getvalue()


@pytest.fixture(scope="module")
def emulator() -> Iterator[PagePrinterEmulator]:
    with PagePrinterEmulator(seconds_per_page=0.1) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def queue(emulator: PagePrinterEmulator) -> Iterator[CupsQueue]:
    with CupsQueue(emulator.uri) as queue:
        yield queue


@pytest.fixture
def printer(queue: CupsQueue) -> Iterator[IppPagePrinter]:
    opened = create({"uri": queue.uri, "through_cups": True})
    yield opened
    opened.close()


def follow(printer: IppPagePrinter, job_id: int, until: Callable[[JobProgress], bool]) -> JobProgress:
    deadline = time.monotonic() + 60
    while not until(progress := printer.job(job_id)):
        assert time.monotonic() < deadline, progress
        _pause.wait(0.02)
    return progress


def stopped_for_paper(progress: JobProgress) -> bool:
    return any(reason.startswith("media-empty") for reason in progress.reasons)


def test_pages_are_counted_when_they_are_printed(printer: IppPagePrinter, emulator: PagePrinterEmulator) -> None:
    """Should say none while CUPS already claims all of them, and all at the end."""
    before = len(emulator.printed())
    job = printer.submit(document(3), "C-1")
    seen: list[int] = []

    def over(progress: JobProgress) -> bool:
        if not progress.state.final:
            seen.append(progress.pages_completed)
        return progress.state.final

    done = follow(printer, job, over)
    # CUPS adds up what its filter and its backend say; of a slow printer that can be each page twice.
    assert (done.state, done.pages_completed in {3, 6}) == (JobState.COMPLETED, True)
    assert set(seen) == {0}
    assert len(emulator.printed()) == before + 1


def test_paper_that_ends_in_the_middle(printer: IppPagePrinter, emulator: PagePrinterEmulator) -> None:
    """Should tell it with the job and as the status, and end as printed after the refill."""
    emulator.paper_out(after_pages=1)
    job = printer.submit(document(3), "C-2")
    follow(printer, job, stopped_for_paper)
    assert printer.status() == NoPaper()
    emulator.refill()
    assert follow(printer, job, lambda progress: progress.state.final).state is JobState.COMPLETED
    assert printer.status() == Ready()


def test_a_word_that_has_gone_stale_is_not_believed(printer: IppPagePrinter, emulator: PagePrinterEmulator) -> None:
    """Should be ready again after a cancelled job and a refill, though the queue says "no paper" until the next job."""
    emulator.paper_out()
    job = printer.submit(document(2), "C-3")
    follow(printer, job, stopped_for_paper)
    assert printer.cancel(job)
    assert follow(printer, job, lambda progress: progress.state.final).state is JobState.CANCELED
    believing = create({"uri": printer._options.uri})
    assert believing.status() == NoPaper()
    emulator.refill()
    deadline = time.monotonic() + 60
    while printer.status() != Ready():
        assert time.monotonic() < deadline
        _pause.wait(0.02)
    believing.close()
    job = printer.submit(document(1), "C-4")
    assert follow(printer, job, lambda progress: progress.state.final).state is JobState.COMPLETED


def test_a_printer_that_is_gone_keeps_the_job_waiting(printer: IppPagePrinter, emulator: PagePrinterEmulator) -> None:
    """Should not call printed what the queue only holds, and print it once the printer is back."""
    before = len(emulator.printed())
    emulator.unplug()
    job = printer.submit(document(1), "C-5")
    progress = printer.job(job)
    assert (progress.state.final, progress.pages_completed) == (False, 0)
    assert len(list(emulator._folder().printed_folder.glob("*.pdf"))) == before
    emulator.replug()
    assert follow(printer, job, lambda progress: progress.state.final).pages_completed == 1


def test_no_cups_is_a_printer_that_is_gone() -> None:
    """Should be disconnected when the service itself has ended."""
    with PagePrinterEmulator() as emulator:
        queue = CupsQueue(emulator.uri)
        queue.start()
        printer = create({"uri": queue.uri, "through_cups": True})
        assert printer.status() == Ready()
        queue.stop()
        assert printer.status() == Disconnected()
