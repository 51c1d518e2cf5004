"""Driver: an ESC/POS receipt printer on TCP, a serial port or USB, through python-escpos.

Knows: the order of asking, sending and waiting that makes "printed" true. Does not know: layout, supervision.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from devices.errors import DeviceError
from devices.receipt_printer.api import (
    Block,
    CoverOpen,
    Disconnected,
    Faulted,
    NoPaper,
    NotPrinted,
    Offline,
    PaperLow,
    Printed,
    PrintResult,
    Ready,
    ReceiptPrinterStatus,
    can_print,
    check_blocks,
)
from devices.receipt_printer.encode import (
    CLEAR_BUFFERS,
    MOUTH_QUERY,
    PROCESSED_QUERY,
    RETRACT,
    STATUS_QUERY,
    PaperPath,
    encode_blocks,
)
from devices.receipt_printer.link import Flow, Link, NetworkLink, SerialLink, UsbLink, profile_width_dots

_POLL_WHILE_PROCESSING_S = 0.1
_RECEIPT_IN_MOUTH = 0x08  # GS e 6, bit 3
_DOTS_BY_PAPER_MM = {58: 384, 80: 576}


class EscposOptions(BaseModel):
    """What the configuration may say about this printer."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    host: str | None = Field(default=None, min_length=1, description="name or address of a network printer")
    port: int = Field(default=9100, ge=1, le=65535)
    serial: str | None = Field(default=None, min_length=1, description="device path of a serial printer")
    baud: Literal[9600, 19200, 38400, 57600, 115200] = Field(default=115200, description="as set on the printer")
    flow: Flow = Field(default="none", description="how a serial printer says that its buffer is full")
    usb: str | None = Field(default=None, pattern="^[0-9a-f]{4}:[0-9a-f]{4}$", description="vendor:product of a USB printer")
    profile: str = Field(default="TM-T20II", description="python-escpos profile; it bounds width_dots")
    paper_mm: Literal[58, 80] = Field(default=80, description="width of the roll")
    width_dots: int | None = Field(default=None, ge=8, le=1024, multiple_of=8, description="default: by paper_mm")
    cutter: bool = Field(default=True, description="off: a cut becomes paper fed to the tear bar")
    near_end: bool = Field(default=True, description="off: the printer has no near-end sensor, whatever its bits say")
    presenter: bool = Field(default=False, description="holds the cut receipt in its mouth and can take it back (GS e)")
    timeout_s: float = Field(default=2.0, gt=0, le=30, description="one connection, one answer or one stalled write")
    processing_s: float = Field(default=20.0, gt=0, le=120, description="from the last byte to a finished receipt")

    @model_validator(mode="after")
    def _has_one_line(self) -> Self:
        if sum(each is not None for each in (self.host, self.serial, self.usb)) != 1:
            raise ValueError("host, serial or usb")
        return self

    @property
    def dots(self) -> int:
        """Dots across the printable width at 203 dpi."""
        return self.width_dots if self.width_dots is not None else _DOTS_BY_PAPER_MM[self.paper_mm]

    @property
    def paper(self) -> PaperPath:
        """What becomes of a cut."""
        return PaperPath(cutter=self.cutter, presenter=self.presenter)


OPTIONS = EscposOptions
"""What `kiosk check-config` holds the configuration against."""


def create(options: Mapping[str, Any]) -> EscposReceiptPrinter:
    """Open the printer.

    Raises: DeviceError `receipt_printer.options` (detail: the keys), `receipt_printer.unreachable`.
    """
    try:
        parsed = EscposOptions.model_validate(dict(options))
    except ValidationError as error:
        keys = ",".join(sorted({".".join(map(str, item["loc"])) or "host|serial|usb" for item in error.errors()}))
        raise DeviceError("receipt_printer.options", keys) from error
    known = profile_width_dots(parsed.profile)
    if known is not None and known < parsed.dots:
        raise DeviceError("receipt_printer.options", f"width_dots>{known}")
    printer = EscposReceiptPrinter(parsed)
    printer.open()
    return printer


class EscposReceiptPrinter:
    """A `ReceiptPrinter`. Connects anew by itself when a call finds the line closed."""

    def __init__(self, options: EscposOptions) -> None:
        self._options = options
        self._link: Link | None = None
        self._closed = False
        self._torn = False  # a receipt broke off, and the printer has not yet been told to forget its rest

    @property
    def width_dots(self) -> int:
        """Dots across the printable width."""
        return self._options.dots

    def open(self) -> None:
        """Connect.

        Raises: DeviceError `receipt_printer.unreachable`.
        """
        options = self._options
        try:
            self._link = _connect(options)
        except OSError as error:
            raise DeviceError("receipt_printer.unreachable", type(error).__name__) from error

    def status(self) -> ReceiptPrinterStatus:
        """Ask by DLE EOT 1 to 4. Never raises."""
        if self._closed:
            return Faulted("receipt_printer.closed")
        try:
            if self._link is None:
                self.open()
            return self._ask(self._require_link())
        except DeviceError:
            return Disconnected()
        except TimeoutError:
            self._drop()
            return Faulted("receipt_printer.no_answer")
        except OSError:
            self._drop()
            return Disconnected()

    def print(self, blocks: Sequence[Block]) -> PrintResult:
        """Print, looking at the paper between two pieces, and wait for the printer to finish."""
        check_blocks(blocks, self.width_dots)
        before = self.status()
        if not can_print(before):
            return NotPrinted(before, started=False)
        if self._torn:
            self._forget_the_rest()
        after = self._send(blocks)
        if can_print(after):
            return Printed()
        self._torn = True
        self._forget_the_rest()
        return NotPrinted(after, started=True)

    def retract(self) -> bool:
        """Take back a receipt that nobody took: ask by GS e 6, pull by GS e 2, ask again."""
        if self._closed or not self._options.presenter:
            return False
        try:
            if self._link is None:
                self.open()
            link = self._require_link()
            if not self._holds_receipt(link):
                return False
            link.send(RETRACT)
            if self._holds_receipt(link):
                raise DeviceError("receipt_printer.not_retracted")
        except OSError as error:
            self._drop()
            raise DeviceError("receipt_printer.not_retracted", type(error).__name__) from error
        return True

    def close(self) -> None:
        """Let go of the port; harmless twice."""
        self._closed = True
        self._drop()

    def _send(self, blocks: Sequence[Block]) -> ReceiptPrinterStatus:
        """Send everything on one connection: a line that broke and came back has lost the middle of the receipt."""
        try:
            link = self._require_link()
            for index, piece in enumerate(encode_blocks(blocks, self._options.paper)):
                if index and not can_print(status := self._ask(link)):
                    return status
                link.send(piece)
            return self._wait_until_processed(link)
        except TimeoutError:
            # No answer, or the queue is full and nothing moves. A new connection may still tell why.
            self._drop()
            status = self.status()
            return Faulted("receipt_printer.not_processed") if can_print(status) else status
        except OSError:
            self._drop()
            return Disconnected()

    def _wait_until_processed(self, link: Link) -> ReceiptPrinterStatus:
        """Put GS r 1 behind the data; its answer means done, unless the paper ended first (then it never comes)."""
        link.send(PROCESSED_QUERY)
        deadline_s = time.monotonic() + self._options.processing_s
        while (now_s := time.monotonic()) < deadline_s:
            early = link.receive_until(min(deadline_s, now_s + _POLL_WHILE_PROCESSING_S))
            if any(_answers_gs_r(byte) for byte in early):
                return self._ask(link)
            link.send(STATUS_QUERY)
            answers, processed = self._collect(link)
            status = self._status_of(answers)
            if not can_print(status):
                return status
            if processed:
                return self._ask(link)
        return Faulted("receipt_printer.not_processed")

    def _holds_receipt(self, link: Link) -> bool:
        """Raises: TimeoutError, OSError."""
        link.discard_input()
        link.send(MOUTH_QUERY)
        answer = link.receive_until(time.monotonic() + self._options.timeout_s + link.lag_s())
        if not answer:
            raise TimeoutError
        return bool(answer[0] & _RECEIPT_IN_MOUTH)

    def _status_of(self, answers: bytes) -> ReceiptPrinterStatus:
        status = status_of(answers)
        return Ready() if isinstance(status, PaperLow) and not self._options.near_end else status

    def _ask(self, link: Link) -> ReceiptPrinterStatus:
        """Raises: TimeoutError, OSError."""
        link.discard_input()
        link.send(STATUS_QUERY)
        answers, _ = self._collect(link)
        return self._status_of(answers)

    def _collect(self, link: Link) -> tuple[bytes, bool]:
        """Read the four real-time answers; the flag says that the answer to GS r came among them.

        Raises: TimeoutError, OSError.
        """
        deadline_s = time.monotonic() + self._options.timeout_s + link.lag_s()
        answers, processed = b"", False
        while len(answers) < 4:
            data = link.receive_until(deadline_s)
            if not data:
                raise TimeoutError
            processed = processed or any(_answers_gs_r(byte) for byte in data)
            answers += bytes(byte for byte in data if not _answers_gs_r(byte))
        return answers[:4], processed

    def _require_link(self) -> Link:
        if self._link is None:
            raise ConnectionResetError
        return self._link

    def _forget_the_rest(self) -> None:
        """Best effort: a printer that keeps its queue would print the rest after the refill.

        The question behind the command waits until the printer has it: whoever refills next finds it obeyed.
        """
        try:
            if self._link is None:
                self.open()
            link = self._require_link()
            link.send(CLEAR_BUFFERS)
            self._ask(link)
            self._torn = False
        except (OSError, DeviceError):
            self._drop()

    def _drop(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()


def _connect(options: EscposOptions) -> Link:
    """Open the one line that is configured. Raises: OSError."""
    if options.serial is not None:
        return SerialLink(
            options.serial, options.baud, options.flow, profile=options.profile, timeout_s=options.timeout_s
        )
    if options.usb is not None:
        vendor, product = (int(part, 16) for part in options.usb.split(":"))
        return UsbLink(vendor, product, profile=options.profile, timeout_s=options.timeout_s)
    return NetworkLink(options.host or "", options.port, profile=options.profile, timeout_s=options.timeout_s)


def _answers_gs_r(byte: int) -> bool:
    """GS r answers have bits 4 and 7 clear; DLE EOT answers have bit 4 set."""
    return byte & 0x90 == 0


def status_of(answers: bytes) -> ReceiptPrinterStatus:
    """Read DLE EOT 1, 2, 3, 4 (Epson's bit tables): what a person can mend first, then what is broken."""
    if any(byte & 0x93 != 0x12 for byte in answers):
        return Faulted("receipt_printer.bad_answer")
    printer, offline, error, paper = answers
    if offline & 0x04:
        return CoverOpen()
    if paper & 0x60 or offline & 0x20:
        return NoPaper()
    if error & 0x08:
        return Faulted("receipt_printer.cutter")
    if error & 0x20:
        return Faulted("receipt_printer.unrecoverable")
    if error & 0x40 or offline & 0x40:
        return Faulted("receipt_printer.recoverable")
    if printer & 0x08:
        return Offline()
    return PaperLow() if paper & 0x0C else Ready()
