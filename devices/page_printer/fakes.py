"""A page printer in memory.

Knows: the contract. Does not know: IPP, time: a job moves on by one page each time somebody asks for its progress.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from devices.errors import DeviceError
from devices.page_printer.api import (
    CoverOpen,
    Disconnected,
    Faulted,
    Jammed,
    JobProgress,
    JobState,
    NoPaper,
    PagePrinterStatus,
    Ready,
    can_print,
    check_job,
)

_PAGE = re.compile(rb"/Type\s*/Page\b")


_STOPPERS: dict[type[PagePrinterStatus], tuple[str, ...]] = {
    NoPaper: ("media-empty-error",),
    Jammed: ("media-jam-error",),
    CoverOpen: ("cover-open-error",),
}


@dataclass(slots=True)
class _Job:
    pdf: bytes
    pages: int
    done: int = 0
    state: JobState = JobState.PROCESSING


class FakePagePrinter:
    """Set `current` to any status; `fail_next` stops the next document after so many pages. Finished ones: `printed`."""

    def __init__(self) -> None:
        self.current: PagePrinterStatus = Ready()
        self.printed: list[bytes] = []
        self._jobs: dict[int, _Job] = {}
        self._next_id = 1
        self._planned: tuple[int, PagePrinterStatus] | None = None
        self._closed = False

    def fail_next(self, status: PagePrinterStatus | None = None, *, after_pages: int = 1) -> None:
        """Stop after so many more pages; the printer stays in that status (default: no paper) until `current` is set."""
        self._planned = (after_pages, status or NoPaper())

    def lose_jobs(self) -> None:
        """Forget every job, as a printer does that was switched off."""
        self._jobs.clear()

    def status(self) -> PagePrinterStatus:
        """Return what the test has set."""
        return Faulted("page_printer.closed") if self._closed else self.current

    def submit(self, pdf: bytes, title: str) -> int:
        """Take a document; the pages come with `job`."""
        check_job(pdf, title)
        self._reach()
        if any(not job.state.final for job in self._jobs.values()):
            raise DeviceError("page_printer.busy")
        job_id, self._next_id = self._next_id, self._next_id + 1
        self._jobs[job_id] = _Job(pdf, max(len(_PAGE.findall(pdf)), 1))
        return job_id

    def job(self, job_id: int) -> JobProgress:
        """Return the progress, then print one more page if nothing stops it."""
        job = self._find(job_id)
        progress = JobProgress(job.state, job.done, () if job.state.final else _STOPPERS.get(type(self.current), ()))
        self._move(job)
        return progress

    def cancel(self, job_id: int) -> bool:
        """Cancel at once."""
        job = self._find(job_id)
        if job.state.final:
            return False
        job.state = JobState.CANCELED
        return True

    def close(self) -> None:
        """Let go."""
        self._closed = True

    def _find(self, job_id: int) -> _Job:
        self._reach()
        if job_id not in self._jobs:
            raise DeviceError("page_printer.job_unknown", str(job_id))
        return self._jobs[job_id]

    def _reach(self) -> None:
        if self._closed:
            raise DeviceError("page_printer.closed")
        if isinstance(self.current, Disconnected):
            raise DeviceError("page_printer.unreachable")
        if self.current == Faulted("page_printer.no_answer"):
            raise DeviceError("page_printer.no_answer")

    def _move(self, job: _Job) -> None:
        if self._planned is not None and job.done >= self._planned[0]:
            self.current, self._planned = self._planned[1], None
        if job.state.final or not can_print(self.current):
            return
        if job.done < job.pages:
            job.done += 1
        else:
            job.state = JobState.COMPLETED
            self.printed.append(job.pdf)
