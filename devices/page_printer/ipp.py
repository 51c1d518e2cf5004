"""Driver: a printer by IPP: one on the network itself, or one on USB behind a CUPS queue.

Knows: four operations of RFC 8011, how printers word their troubles, and what CUPS' word is worth. Does not know: encoding,
HTTP.

CUPS tells three things otherwise than a printer does, seen with 2.4.2. Reasons of an idle queue are from the last job and
stay there after a refill, so they are not believed. Sheets are counted when they are filtered, long before they are printed,
so pages count only when the job is completed. What stops a job stands on the queue, not on the job: it is fetched there.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from devices.errors import DeviceError
from devices.page_printer.api import (
    FAULT_CODES,
    CoverOpen,
    Disconnected,
    Faulted,
    Jammed,
    JobProgress,
    JobState,
    NoPaper,
    PagePrinterStatus,
    PaperLow,
    Ready,
    TonerEmpty,
    TonerLow,
    check_job,
)
from devices.page_printer.ipp_http import Endpoint, exchange
from devices.page_printer.ipp_messages import (
    Attribute,
    AttributeGroup,
    Group,
    Message,
    Tag,
    attribute,
    decode,
    encode,
)

_IPP_PORT = 631
_USER = "kiosk"
_MEDIA_A4 = "iso_a4_210x297mm"  # PWG 5101.1

_PRINT_JOB, _CANCEL_JOB, _GET_JOB, _GET_PRINTER = 0x0002, 0x0008, 0x0009, 0x000B  # RFC 8011 section 5.4.15
_FIRST_REFUSAL = 0x0100
_NOT_POSSIBLE, _NOT_FOUND, _GONE, _BUSY = 0x0404, 0x0406, 0x0407, 0x0507  # RFC 8011 appendix B

_NOTHING_STARTED = frozenset(
    {"page_printer.unreachable", "page_printer.busy", "page_printer.ipp_refused", "page_printer.closed"}
)

_PRINTER_IDLE, _PRINTER_STOPPED = 3, 5  # printer-state, RFC 8011 section 5.4.11
_JOB_STATES = {
    3: JobState.PENDING,
    4: JobState.HELD,
    5: JobState.PROCESSING,
    6: JobState.STOPPED,
    7: JobState.CANCELED,
    8: JobState.ABORTED,
    9: JobState.COMPLETED,
}

_ASKED_OF_PRINTER = (
    "printer-state",
    "printer-state-reasons",
    "printer-is-accepting-jobs",
    "marker-types",
    "marker-levels",
    "marker-low-levels",
    "queued-job-count",
)
_ASKED_OF_JOB = ("job-state", "job-state-reasons", "job-impressions-completed", "job-media-sheets-completed")

# Keywords of RFC 8011 section 5.4.12, without their suffix; the first entry that applies is the status.
_STOPPERS: tuple[tuple[frozenset[str], PagePrinterStatus], ...] = (
    (frozenset({"offline", "timed-out"}), Disconnected()),  # CUPS' words for a printer whose cable is out
    (frozenset({"media-jam"}), Jammed()),
    (frozenset({"cover-open", "door-open", "interlock-open"}), CoverOpen()),
    (frozenset({"media-empty", "media-needed", "input-tray-missing"}), NoPaper()),
    (frozenset({"toner-empty", "marker-supply-empty", "developer-empty"}), TonerEmpty()),
    (frozenset({"output-area-full", "output-tray-missing"}), Faulted("page_printer.output_full")),
    (frozenset({"paused", "moving-to-paused"}), Faulted("page_printer.paused")),
)
_STOPPING = frozenset[str]().union(*(keywords for keywords, _ in _STOPPERS))
_WARNINGS: tuple[tuple[frozenset[str], PagePrinterStatus], ...] = (
    (frozenset({"media-low"}), PaperLow()),
    (frozenset({"toner-low", "marker-supply-low", "developer-low"}), TonerLow()),
)
_NEVER_STALE = frozenset({"paused", "moving-to-paused"})
_LOW_LEVEL_PERCENT = 10
_FILLING_UP = "waste"  # marker-types keywords of receptacles: their level counts the other way


class IppOptions(BaseModel):
    """What the configuration may say about this printer."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    uri: str = Field(description="ipp://host[:port]/path of the printer")
    through_cups: bool = Field(default=False, description="the uri is a queue of CUPS and not the printer's own")
    timeout_s: float = Field(default=3.0, gt=0, le=30, description="one question and its answer")
    submit_timeout_s: float = Field(default=20.0, gt=0, le=120, description="handing a whole document over")

    @field_validator("uri")
    @classmethod
    def _is_an_ipp_uri(cls, uri: str) -> str:
        parts = urlsplit(uri)
        if parts.scheme != "ipp" or not parts.hostname or parts.username or parts.query or parts.port == 0:
            raise ValueError(uri)
        return uri


OPTIONS = IppOptions
"""What `kiosk check-config` holds the configuration against."""


def create(options: Mapping[str, Any]) -> IppPagePrinter:
    """Make the driver and ask the printer once.

    Raises: DeviceError `page_printer.options` (detail: the keys), or what keeps the printer from answering.
    """
    try:
        parsed = IppOptions.model_validate(dict(options))
    except ValidationError as error:
        keys = ",".join(sorted({".".join(str(part) for part in item["loc"]) for item in error.errors()}))
        raise DeviceError("page_printer.options", keys) from error
    printer = IppPagePrinter(parsed)
    printer.open()
    return printer


class IppPagePrinter:
    """A `PagePrinter`. Every call is its own connection, so there is nothing to lose between two."""

    def __init__(self, options: IppOptions) -> None:
        self._options = options
        parts = urlsplit(options.uri)
        self._endpoint = Endpoint(parts.hostname or "", parts.port or _IPP_PORT, parts.path or "/")
        self._request_ids = itertools.count(1)
        self._closed = False

    def open(self) -> None:
        """Ask for the printer's state.

        Raises: DeviceError.
        """
        self._printer_attributes()

    def status(self) -> PagePrinterStatus:
        """Ask by Get-Printer-Attributes. Never raises."""
        try:
            try:
                printer = self._printer_attributes()
            except DeviceError as error:
                if error.code != "page_printer.connection_lost":
                    raise
                printer = self._printer_attributes()  # who went away in the middle of a question is gone now, or back
            # A queue that is idle while a job waits is between two tries of it, and its reasons are of now.
            idle = _PRINTER_IDLE in printer.integers("printer-state") and not any(printer.integers("queued-job-count"))
            return _status_of(printer, stale=self._options.through_cups and idle)
        except DeviceError as error:
            if error.code == "page_printer.unreachable":
                return Disconnected()
            return Faulted(error.code if error.code in FAULT_CODES else "page_printer.ipp_refused")

    def submit(self, pdf: bytes, title: str) -> int:
        """Print-Job, A4. See `PagePrinter.submit`."""
        check_job(pdf, title)
        try:
            answer = self._ask(
                _PRINT_JOB,
                attribute("job-name", Tag.NAME, title),
                attribute("document-format", Tag.MIME_TYPE, "application/pdf"),
                job=(attribute("media", Tag.KEYWORD, _MEDIA_A4),),
                document=pdf,
            )
            job_ids = answer.group(Group.JOB).integers("job-id")
        except DeviceError as error:
            if error.code in _NOTHING_STARTED:
                raise
            raise DeviceError("page_printer.submit_unconfirmed", error.code) from error
        if not job_ids:
            raise DeviceError("page_printer.submit_unconfirmed", "no job-id")
        return job_ids[0]

    def job(self, job_id: int) -> JobProgress:
        """Get-Job-Attributes. See `PagePrinter.job`."""
        answer = self._ask(
            _GET_JOB,
            attribute("requested-attributes", Tag.KEYWORD, *_ASKED_OF_JOB),
            job_id=job_id,
        )
        job = answer.group(Group.JOB)
        state = _JOB_STATES.get(next(iter(job.integers("job-state")), 0))
        if state is None:
            raise DeviceError("page_printer.ipp_malformed", "job-state")
        pages = job.integers("job-impressions-completed") or job.integers("job-media-sheets-completed") or (0,)
        reasons = tuple(reason for reason in job.texts("job-state-reasons") if reason != "none")
        if self._options.through_cups and state is not JobState.COMPLETED:
            pages = (0,)
        if not state.final:
            reasons += self._stoppers()
        return JobProgress(state, max(pages[0], 0), reasons)

    def _stoppers(self) -> tuple[str, ...]:
        """What stops the printer now: a job that waits for paper may itself say no more than that it prints."""
        reasons = self._printer_attributes().texts("printer-state-reasons")
        return tuple(reason for reason in reasons if _without_severity(reason) in _STOPPING)

    def cancel(self, job_id: int) -> bool:
        """Cancel-Job. See `PagePrinter.cancel`."""
        answer = self._ask(_CANCEL_JOB, job_id=job_id, allowed=_NOT_POSSIBLE)
        return answer.code != _NOT_POSSIBLE

    def close(self) -> None:
        """No more calls; harmless twice."""
        self._closed = True

    def _printer_attributes(self) -> AttributeGroup:
        asked = attribute("requested-attributes", Tag.KEYWORD, *_ASKED_OF_PRINTER)
        return self._ask(_GET_PRINTER, asked).group(Group.PRINTER)

    def _ask(
        self,
        operation: int,
        *attributes: Attribute,
        job_id: int | None = None,
        job: tuple[Attribute, ...] = (),
        document: bytes = b"",
        allowed: int | None = None,
    ) -> Message:
        """Do one operation; `allowed` is a refusal that the caller reads himself.

        Raises: DeviceError.
        """
        if self._closed:
            raise DeviceError("page_printer.closed")
        request_id = next(self._request_ids)
        groups = [AttributeGroup(Group.OPERATION, (*self._opening(job_id), *attributes))]
        if job:
            groups.append(AttributeGroup(Group.JOB, job))
        request = encode(Message((2, 0), operation, request_id, tuple(groups)))
        timeout_s = self._options.submit_timeout_s if document else self._options.timeout_s
        answer, _ = decode(exchange(self._endpoint, request + document, timeout_s=timeout_s))
        if answer.request_id != request_id:
            raise DeviceError("page_printer.ipp_malformed", "request-id")
        if answer.code >= _FIRST_REFUSAL and answer.code != allowed:
            raise _refusal(answer.code)
        return answer

    def _opening(self, job_id: int | None) -> tuple[Attribute, ...]:
        """RFC 8011 sections 4.1.4 and 4.1.5: these come first, in this order, the target before everything else."""
        target = () if job_id is None else (attribute("job-id", Tag.INTEGER, job_id),)
        return (
            attribute("attributes-charset", Tag.CHARSET, "utf-8"),
            attribute("attributes-natural-language", Tag.NATURAL_LANGUAGE, "en"),
            attribute("printer-uri", Tag.URI, self._options.uri),
            *target,
            attribute("requesting-user-name", Tag.NAME, _USER),
        )


def _refusal(code: int) -> DeviceError:
    named = {
        _NOT_FOUND: "page_printer.job_unknown",
        _GONE: "page_printer.job_unknown",
        _BUSY: "page_printer.busy",
    }
    return DeviceError(named.get(code, "page_printer.ipp_refused"), f"status=0x{code:04x}")


def _status_of(printer: AttributeGroup, *, stale: bool = False) -> PagePrinterStatus:
    """Read the state and its reasons: what stops the paper first, then what will."""
    states = printer.integers("printer-state")
    if not states:
        return Faulted("page_printer.ipp_malformed")
    reasons = {_without_severity(reason) for reason in printer.texts("printer-state-reasons")}
    if stale:
        reasons &= _NEVER_STALE
    for keywords, status in _STOPPERS:
        if reasons & keywords:
            return status
    if states[0] == _PRINTER_STOPPED:
        return Faulted("page_printer.stopped")
    if printer.boolean("printer-is-accepting-jobs") is False:
        return Faulted("page_printer.not_accepting")
    for keywords, status in _WARNINGS:
        if reasons & keywords:
            return status
    return TonerLow() if _marker_low(printer) else Ready()


def _without_severity(reason: str) -> str:
    """Drop -report, -warning or -error: printers disagree about which one an empty tray is."""
    for suffix in ("-report", "-warning", "-error"):
        reason = reason.removesuffix(suffix)
    return reason


def _marker_low(printer: AttributeGroup) -> bool:
    """Read marker-levels (percent; below 0 means not known). At most a warning: many printers count 0 and print well."""
    levels, types = printer.integers("marker-levels"), printer.texts("marker-types")
    limits = printer.integers("marker-low-levels")
    for index, level in enumerate(levels):
        kind = types[index] if index < len(types) else ""
        limit = limits[index] if index < len(limits) else _LOW_LEVEL_PERCENT
        if _FILLING_UP not in kind.lower() and 0 <= level <= limit:
            return True
    return False
