"""The IPP driver against answers that ippeveprinter never gives: other printers' words, garbage, floods, silence."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from devices.errors import DeviceError
from devices.page_printer import (
    CoverOpen,
    Disconnected,
    Faulted,
    Jammed,
    NoPaper,
    PagePrinterStatus,
    PaperLow,
    Ready,
    TonerEmpty,
    TonerLow,
)
from devices.page_printer.api import ERROR_CODES, FAULT_CODES
from devices.page_printer.ipp import IppOptions, IppPagePrinter, create
from devices.page_printer.ipp_messages import Attribute, AttributeGroup, Group, Message, Tag, attribute, decode, encode

Answer = Callable[[socket.socket, bytes], None]


class Peer:
    """An HTTP server of one thread that reads a whole request and leaves the answer to the test."""

    def __init__(self, answer: Answer) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.uri = f"ipp://127.0.0.1:{self._server.getsockname()[1]}/ipp/print"
        self._answer = answer
        self.requests: list[bytes] = []
        self._thread = threading.Thread(target=self._serve, name="hostile-printer", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with connection:
                try:
                    body = _read_request(connection)
                    self.requests.append(body)
                    self._answer(connection, body)
                except OSError:
                    continue

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(5)


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")).split(b":")[1])
    while len(body) < length:
        body += connection.recv(65536)
    return body


@contextmanager
def printer_behind(answer: Answer, timeout_s: float = 20.0) -> Iterator[tuple[IppPagePrinter, Peer]]:
    peer = Peer(answer)
    try:
        yield IppPagePrinter(IppOptions(uri=peer.uri, timeout_s=timeout_s, submit_timeout_s=timeout_s)), peer
    finally:
        peer.close()


def http(body: bytes, content_type: str = "application/ipp", status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def ipp(*groups: AttributeGroup, code: int = 0) -> Answer:
    """Answer every request with these groups."""

    def answer(connection: socket.socket, body: bytes) -> None:
        request, _ = decode(body)
        connection.sendall(http(encode(Message((2, 0), code, request.request_id, groups))))

    return answer


def printer_says(*reasons: str, state: int = 3, extra: tuple[Attribute, ...] = ()) -> Answer:
    state_attributes = (
        attribute("printer-state", Tag.ENUM, state),
        attribute("printer-state-reasons", Tag.KEYWORD, *(reasons or ("none",))),
    )
    return ipp(AttributeGroup(Group.PRINTER, (*state_attributes, *extra)))


def raw(data: bytes) -> Answer:
    def answer(connection: socket.socket, _: bytes) -> None:
        connection.sendall(data)

    return answer


def markers(kinds: tuple[str, ...], levels: tuple[int, ...], limits: tuple[int, ...] = ()) -> tuple[Attribute, ...]:
    found = [attribute("marker-types", Tag.KEYWORD, *kinds), attribute("marker-levels", Tag.INTEGER, *levels)]
    return (*found, attribute("marker-low-levels", Tag.INTEGER, *limits)) if limits else tuple(found)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (printer_says(), Ready()),
        (printer_says("media-empty-error", state=5), NoPaper()),
        (printer_says("media-empty-report"), NoPaper()),
        (printer_says("media-needed"), NoPaper()),
        (printer_says("input-tray-missing-warning"), NoPaper()),
        (printer_says("media-jam-error", "media-empty-error", "cover-open"), Jammed()),
        (printer_says("door-open-error", "media-needed-error"), CoverOpen()),
        (printer_says("interlock-open-warning"), CoverOpen()),
        (printer_says("media-low-warning", "toner-low"), PaperLow()),
        (printer_says("toner-low-report"), TonerLow()),
        (printer_says("marker-supply-low-warning"), TonerLow()),
        (printer_says("toner-empty-error", "media-low"), TonerEmpty()),
        (printer_says("output-area-full-error"), Faulted("page_printer.output_full")),
        (printer_says("paused", state=5), Faulted("page_printer.paused")),
        (printer_says("fuser-over-temp-error", state=5), Faulted("page_printer.stopped")),
        (printer_says("wear-part-near-end-report"), Ready()),
        (
            printer_says(extra=(attribute("printer-is-accepting-jobs", Tag.BOOLEAN, False),)),
            Faulted("page_printer.not_accepting"),
        ),
        (printer_says(extra=markers(("toner", "waste-toner"), (42, 0))), Ready()),
        (printer_says(extra=markers(("waste-toner", "toner"), (95, 7))), TonerLow()),
        (printer_says(extra=markers(("toner",), (18,), (20,))), TonerLow()),
        (printer_says(extra=markers(("toner",), (-3,))), Ready()),
        (ipp(AttributeGroup(Group.PRINTER, ())), Faulted("page_printer.ipp_malformed")),
        (ipp(code=0x0403), Faulted("page_printer.ipp_refused")),
        (ipp(code=0x0507), Faulted("page_printer.ipp_refused")),
    ],
)
def test_the_words_of_printers_become_a_status(answer: Answer, status: PagePrinterStatus) -> None:
    """It should read each reason with any suffix, the worst first."""
    with printer_behind(answer) as (printer, _):
        assert printer.status() == status


def _drip(connection: socket.socket, _: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    pause = threading.Event()
    with contextlib.suppress(OSError):  # the driver has gone
        while True:
            connection.sendall(b"X")
            pause.wait(0.05)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (raw(b""), "page_printer.connection_lost"),
        (raw(b"\x00\xff" * 400), "page_printer.http"),
        (raw(b"HTTP/1.1 200 OK\r\n" + b"A" * 200_000), "page_printer.http"),
        (raw(http(b"<html>", "text/html")), "page_printer.http"),
        (raw(http(b"", status="401 Unauthorized")), "page_printer.http"),
        (raw(http(b"", status="500 Oops")), "page_printer.http"),
        (raw(http(b"")), "page_printer.ipp_malformed"),
        (raw(http(b"\x02\x00\x00\x00\x00\x00\x00\x01\x04garbage")), "page_printer.ipp_malformed"),
        (raw(http(encode(Message((2, 0), 0, 999, ())))), "page_printer.ipp_malformed"),
        (raw(http(bytes(10_000_000))), "page_printer.answer_too_large"),
        (_drip, "page_printer.no_answer"),
    ],
)
def test_hostile_answers_are_bounded_and_coded(answer: Answer, code: str) -> None:
    """It should come back with a code, whatever stands at the other end: one that never ends is left."""
    with printer_behind(answer, 0.5 if code == "page_printer.no_answer" else 20.0) as (printer, _):
        assert printer.status() == Faulted(code)
        with pytest.raises(DeviceError) as error:
            printer.job(1)
    assert error.value.code == code
    assert code in FAULT_CODES & ERROR_CODES


def test_a_submit_without_a_clear_answer_is_unconfirmed() -> None:
    """It should say that something may have been printed, so that nobody prints it twice unasked."""
    for answer in (raw(b""), raw(http(b"<html>", "text/html")), ipp()):
        with printer_behind(answer) as (printer, _):
            with pytest.raises(DeviceError) as error:
                printer.submit(b"%PDF-1.7", "C-1")
            assert error.value.code == "page_printer.submit_unconfirmed"


def test_a_refused_submit_is_certain() -> None:
    """It should say that nothing has been started."""
    for status, code in ((0x0507, "page_printer.busy"), (0x040A, "page_printer.ipp_refused")):
        with printer_behind(ipp(code=status)) as (printer, _):
            with pytest.raises(DeviceError) as error:
                printer.submit(b"%PDF-1.7", "C-1")
            assert error.value.code == code


def test_what_is_sent_with_a_document() -> None:
    """It should ask for A4, as the kiosk, under the opaque title, and nothing about a person."""
    with printer_behind(ipp(AttributeGroup(Group.JOB, (attribute("job-id", Tag.INTEGER, 41),)))) as (printer, peer):
        assert printer.submit(b"%PDF-1.7 body", "C-7") == 41
        request, document_at = decode(peer.requests[0])
    assert (request.version, request.code) == ((2, 0), 0x0002)
    assert peer.requests[0][document_at:] == b"%PDF-1.7 body"
    operation = request.group(Group.OPERATION)
    assert [each.name for each in operation.attributes] == [
        "attributes-charset",
        "attributes-natural-language",
        "printer-uri",
        "requesting-user-name",
        "job-name",
        "document-format",
    ]
    assert operation.texts("requesting-user-name") == ("kiosk",)
    assert operation.texts("job-name") == ("C-7",)
    assert request.group(Group.JOB).texts("media") == ("iso_a4_210x297mm",)


def test_a_job_state_nobody_knows_is_malformed() -> None:
    """It should not guess what became of a page."""
    with printer_behind(ipp(AttributeGroup(Group.JOB, (attribute("job-state", Tag.ENUM, 77),)))) as (printer, _):
        with pytest.raises(DeviceError) as error:
            printer.job(1)
        assert error.value.code == "page_printer.ipp_malformed"


def test_sheets_count_when_impressions_are_missing() -> None:
    """It should take the other counter of a printer that has only that."""
    job = (
        attribute("job-state", Tag.ENUM, 5),
        attribute("job-impressions-completed", Tag.NO_VALUE, None),
        attribute("job-media-sheets-completed", Tag.INTEGER, 2),
    )
    with printer_behind(ipp(AttributeGroup(Group.JOB, job))) as (printer, _):
        assert printer.job(1).pages_completed == 2


@pytest.mark.parametrize(
    ("options", "keys"),
    [
        ({}, "uri"),
        ({"uri": "http://printer/"}, "uri"),
        ({"uri": "ipp:///ipp/print"}, "uri"),
        ({"uri": "ipp://user:secret@printer/ipp/print"}, "uri"),
        ({"uri": "ipp://printer:99999/ipp/print"}, "uri"),
        ({"uri": "ipp://printer/ipp/print", "timeout_s": 0}, "timeout_s"),
        ({"uri": "ipp://printer/ipp/print", "duplex": True}, "duplex"),
    ],
)
def test_bad_options_are_named(options: dict[str, object], keys: str) -> None:
    """It should refuse them by key, and not repeat what may be a secret."""
    with pytest.raises(DeviceError) as error:
        create(options)
    assert (error.value.code, error.value.detail) == ("page_printer.options", keys)


def test_no_printer_at_the_port() -> None:
    """It should be an error at the start and a status later."""
    with socket.socket() as held:  # taken and deaf, so that nobody else is given the port meanwhile
        held.bind(("127.0.0.1", 0))
        uri = f"ipp://127.0.0.1:{held.getsockname()[1]}/ipp/print"
        with pytest.raises(DeviceError) as error:
            create({"uri": uri})
        assert error.value.code == "page_printer.unreachable"
        assert IppPagePrinter(IppOptions(uri=uri)).status() == Disconnected()
