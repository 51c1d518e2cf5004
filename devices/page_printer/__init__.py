"""The A4 printer: a PDF in, pages out, and the truth about how many.

Knows: what can be asked of a page printer. Does not know: certificates, journals, drivers.
"""

from __future__ import annotations

from devices.page_printer.api import (
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
    can_print,
    check_job,
)

__all__ = [
    "CoverOpen",
    "Disconnected",
    "Faulted",
    "Jammed",
    "JobProgress",
    "JobState",
    "NoPaper",
    "PagePrinter",
    "PagePrinterStatus",
    "PaperLow",
    "Ready",
    "TonerEmpty",
    "TonerLow",
    "can_print",
    "check_job",
]
