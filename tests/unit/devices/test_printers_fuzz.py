"""Whatever a printer, a scanner or a camera answers, the parser reads it or refuses it with its own code, and ends."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.document_camera import Disconnected, Faulted, Ready, Stalled
from devices.document_camera.api import ERROR_CODES as CAMERA_CODES
from devices.document_camera.opencv import OpenCvDocumentCamera, OpenCvOptions, refused
from devices.errors import DeviceError
from devices.page_scanner import PageScannerStatus, escl, netpbm
from devices.receipt_printer import ReceiptPrinterStatus
from devices.receipt_printer.escpos import status_of
from kiosk.health import STATES

unhurried = settings(deadline=None)

GOOD_ESCL = (
    b'<?xml version="1.0" encoding="UTF-8"?><scan:ScannerStatus xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" '
    b'xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"><pwg:State>Idle</pwg:State>'
    b"<scan:AdfState>ScannerAdfLoaded</scan:AdfState></scan:ScannerStatus>"
)
GOOD_PAGE = b"P5\n# a scanner's remark\n4 2\n255\n" + bytes(8)


def bent(good: bytes) -> st.SearchStrategy[bytes]:
    """A good answer that was cut, flipped, doubled, or had something put in."""

    def bend(start: int, length: int, filling: bytes) -> bytes:
        return good[:start] + filling + good[start + length :]

    places = st.integers(0, len(good))
    return st.builds(bend, places, st.integers(0, 40), st.binary(max_size=24))


def refuses(parse: Callable[[], object], code: str) -> None:
    try:
        parse()
    except DeviceError as error:
        assert error.code == code


def test_the_good_ones_are_read() -> None:
    """What is bent below should be sound before."""
    assert escl.status_of(escl.parse_status(GOOD_ESCL)) == escl.Ready(feeder_loaded=True)
    assert netpbm.parse(GOOD_PAGE, 100).width_px == 4


@unhurried
@given(st.one_of(st.binary(max_size=400), bent(GOOD_ESCL)))
def test_escl(data: bytes) -> None:
    """A status document ends as a status or as `escl_malformed`."""

    def parse() -> None:
        status: PageScannerStatus = escl.status_of(escl.parse_status(data))
        assert type(status) in STATES

    refuses(parse, "page_scanner.escl_malformed")


@unhurried
@given(st.one_of(st.binary(max_size=200), bent(GOOD_PAGE), st.binary(max_size=40).map(lambda tail: b"P6 " + tail)))
def test_pages(data: bytes) -> None:
    """A page is whole or refused: its pixels are as many as its size says."""

    def parse() -> None:
        page = netpbm.parse(data, 100)
        assert len(page.pixels) == page.width_px * page.height_px * page.channels > 0

    refuses(parse, "page_scanner.pnm_malformed")


@unhurried
@given(st.binary(min_size=4, max_size=4))
def test_status_bytes_of_a_receipt_printer(answers: bytes) -> None:
    """Every four bytes mean something that the terminal knows."""
    status: ReceiptPrinterStatus = status_of(answers)
    assert type(status) in STATES


@unhurried
@given(st.binary(max_size=1200), st.sampled_from([b"", b"HTTP/1.1", b"HTTP/1.1 ", b"HTTP/1.0 200 OK", b"HTTP/1.0 404"]))
def test_the_first_line_of_a_camera(rest: bytes, start: bytes) -> None:
    """An answer is refused, or it is 200, or its first line is still to come."""
    answer = start + rest
    if not refused(answer):
        line, ended, _ = answer.partition(b"\r\n")
        assert line.split(b" ")[1] == b"200" if ended else len(answer) < 1024


class HostileCamera:
    """Answers each connection with whatever it was told, and hangs up."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.says = b""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/stream.mjpg"

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            with line:
                try:
                    line.recv(4096)
                    line.sendall(self.says)
                    line.shutdown(socket.SHUT_WR)
                    while line.recv(4096):
                        pass
                except OSError:
                    continue

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


@pytest.fixture(scope="module")
def hostile() -> Iterator[HostileCamera]:
    camera = HostileCamera()
    yield camera
    camera.stop()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000")
STREAM = HEAD + b"--b\r\nContent-Type: image/jpeg\r\nContent-Length: 20\r\n\r\n" + JPEG + b"\r\n--b--\r\n"


@settings(deadline=None, max_examples=40)
@given(says=st.one_of(st.binary(max_size=300), bent(STREAM), st.binary(max_size=300).map(lambda tail: HEAD + tail)))
def test_a_stream_of_anything(hostile: HostileCamera, says: bytes) -> None:
    """The real decoder before it: a frame, or an error with a code of the kind; `status` never raises."""
    hostile.says = says
    options = {"source": hostile.address, "open_timeout_ms": 500, "read_timeout_ms": 500}
    camera = OpenCvDocumentCamera(OpenCvOptions.model_validate(options))
    assert isinstance(camera.status(), Ready | Disconnected | Stalled | Faulted)
    try:
        assert camera.read().dtype == np.uint8
    except DeviceError as error:
        assert error.code in CAMERA_CODES
    camera.close()
