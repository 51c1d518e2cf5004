"""What a page printer takes and what it says.

Knows: the closed union of statuses, the states of a job. Does not know: IPP, what is on the pages.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import Protocol

from devices.errors import DeviceError


@dataclass(frozen=True, slots=True)
class Ready:
    """Prints."""


@dataclass(frozen=True, slots=True)
class PaperLow:
    """Prints, but the tray is nearly empty."""


@dataclass(frozen=True, slots=True)
class NoPaper:
    """The tray is empty or missing."""


@dataclass(frozen=True, slots=True)
class CoverOpen:
    """A cover or door is open."""


@dataclass(frozen=True, slots=True)
class Jammed:
    """A page is stuck; it may lie half outside."""


@dataclass(frozen=True, slots=True)
class TonerLow:
    """Prints, but the toner is nearly used up."""


@dataclass(frozen=True, slots=True)
class TonerEmpty:
    """The printer says that its toner is used up."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """No connection can be made."""


@dataclass(frozen=True, slots=True)
class Faulted:
    """Anything else that keeps it from printing. Code: one of `FAULT_CODES`."""

    code: str


PagePrinterStatus = Ready | PaperLow | NoPaper | CoverOpen | Jammed | TonerLow | TonerEmpty | Disconnected | Faulted

FAULT_CODES = frozenset(
    {
        "page_printer.no_answer",
        "page_printer.connection_lost",
        "page_printer.http",
        "page_printer.answer_too_large",
        "page_printer.ipp_malformed",
        "page_printer.ipp_refused",
        "page_printer.output_full",
        "page_printer.paused",
        "page_printer.not_accepting",
        "page_printer.stopped",
        "page_printer.closed",
    }
)
"""Every code that `Faulted` can carry."""

ERROR_CODES = frozenset(
    {
        "page_printer.options",
        "page_printer.unreachable",
        "page_printer.no_answer",
        "page_printer.connection_lost",
        "page_printer.http",
        "page_printer.answer_too_large",
        "page_printer.ipp_malformed",
        "page_printer.ipp_refused",
        "page_printer.ipp_value",
        "page_printer.busy",
        "page_printer.job_unknown",
        "page_printer.submit_unconfirmed",
        "page_printer.not_a_pdf",
        "page_printer.title",
        "page_printer.closed",
    }
)
"""Every code that a `DeviceError` of this kind can carry."""


class JobState(enum.StrEnum):
    """RFC 8011 section 5.3.7, by the same names."""

    PENDING = "pending"
    HELD = "pending-held"
    PROCESSING = "processing"
    STOPPED = "processing-stopped"
    CANCELED = "canceled"
    ABORTED = "aborted"
    COMPLETED = "completed"

    @property
    def final(self) -> bool:
        """Whether nothing more will come of the job."""
        return self in (JobState.CANCELED, JobState.ABORTED, JobState.COMPLETED)


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is. `pages_completed` counts sides that left the printer.

    `reasons` are IPP keywords: the job's own and, while it is not over, those that stop the printer.
    """

    state: JobState
    pages_completed: int
    reasons: tuple[str, ...] = ()


_TITLE = re.compile(r"[A-Za-z0-9-]{1,64}")


def can_print(status: PagePrinterStatus) -> bool:
    """Say whether a job may be started in this status."""
    return isinstance(status, Ready | PaperLow | TonerLow)


def check_job(pdf: bytes, title: str) -> None:
    """Refuse what must not reach a printer.

    The title stands on the printer's panel and in its log: an opaque code, never a name or an identity number.

    Raises: DeviceError `page_printer.not_a_pdf`, `page_printer.title`.
    """
    if not pdf.startswith(b"%PDF-"):
        raise DeviceError("page_printer.not_a_pdf", f"bytes={len(pdf)}")
    if not _TITLE.fullmatch(title) or re.search(r"\d{15}", title):
        raise DeviceError("page_printer.title", f"length={len(title)}")


class PagePrinter(Protocol):
    """One printer, used by one thread at a time. All calls end within the driver's deadlines."""

    def status(self) -> PagePrinterStatus:
        """Ask the printer. Never raises."""

    def submit(self, pdf: bytes, title: str) -> int:
        """Hand a document over and return the printer's job id. `title`: see `check_job`.

        A printer without paper takes the job and keeps it until there is some; ask `status` first.

        Raises: DeviceError; only after `page_printer.submit_unconfirmed` may something have been printed all the same.
        """

    def job(self, job_id: int) -> JobProgress:
        """Return how far a job is.

        Raises: DeviceError, `page_printer.job_unknown` when the printer has forgotten it (it was switched off).
        """

    def cancel(self, job_id: int) -> bool:
        """Ask the printer to stop a job; False when it was over already. Watch `job` for the end of it.

        Raises: DeviceError.
        """

    def close(self) -> None:
        """Let go; harmless twice."""
