"""A network scanner on a loopback port: eSCL with a glass, a feeder and everything that goes wrong with them.

Knows: the resources of eSCL that sane-airscan uses, what a person can do to a scanner. Does not know: our driver, SANE.
Source: Mopria eSCL technical specification 2.97.
"""

from __future__ import annotations

import contextlib
import functools
import io
import re
import socket
import threading
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from devices.started import Started

_NAME = "Kiosk scanner"
_A4_UNITS = (2480, 3508)  # eSCL measures in 1/300 inch
_RESOLUTIONS = (100, 150, 200, 300, 600)
_FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
_NAMESPACES = (
    'xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm" xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03"'
)
_DRAWN_DPI = 100


@dataclass(slots=True)
class _Job:
    feeder: bool
    dpi: int
    colour: bool
    pages: int = 0


class PageScannerEmulator(Started):
    """Start with `start()` (or `with`), then lay sheets and move the switches from any thread."""

    def __init__(self, *, port: int = 0) -> None:
        self.port = port
        self._changed = threading.Condition()
        self._server: _Server | None = None
        self._acceptor: threading.Thread | None = None
        self._connections: set[socket.socket] = set()
        self._glass = ""
        self._feeder: list[str] = []
        self._jobs: dict[int, _Job] = {}
        self._next_job = 1
        self._jam = self._cover_open = self._busy = self._mute = False
        self._jam_after: int | None = None
        self._unplug_after: int | None = None
        self._page_s = 0.0
        self.calls_off = 0
        self.scanned = 0
        """Pages handed over since the start."""

    def start(self) -> None:
        """Listen; a port of 0 becomes the one that the system gave, and stays."""
        self.replug()

    def stop(self) -> None:
        """End every connection and join the threads."""
        self.unplug()

    @property
    def url(self) -> str:
        """Address of the scanner's eSCL."""
        return f"http://127.0.0.1:{self.port}/eSCL"

    def options(self, folder: Path) -> dict[str, Any]:
        """Write a SANE configuration that knows this scanner alone, and return what the `sane` driver must be told."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "dll.conf").write_text("airscan\n", "ascii")
        (folder / "airscan.conf").write_text(
            f'[devices]\n"{_NAME}" = {self.url}, eSCL\n[options]\ndiscovery = disable\n', "ascii"
        )
        return {"device": f"airscan:e0:{_NAME}", "status_url": self.url, "config_dir": str(folder)}

    # -- sheets and switches -----------------------------------------------------------------------------------------
    def lay(self, text: str) -> None:
        """Lay a sheet with this text on the glass; an empty one for nothing but the lid."""
        with self._changed:
            self._glass = text

    def load(self, *texts: str) -> None:
        """Put sheets into the feeder, behind those that are there."""
        with self._changed:
            self._feeder.extend(texts)

    def unload(self) -> None:
        """Take the sheets out of the feeder."""
        with self._changed:
            self._feeder.clear()

    @property
    def loaded(self) -> int:
        """Sheets left in the feeder."""
        with self._changed:
            return len(self._feeder)

    def set_jam(self, jammed: bool) -> None:
        """Jam the feeder, or take the stuck sheet out."""
        self._switch(jam=jammed, jam_after=None)

    def jam_after(self, pages: int) -> None:
        """Jam after so many more pages of the next scan."""
        self._switch(jam_after=pages)

    def set_cover_open(self, is_open: bool) -> None:
        """Open or close the feeder's cover."""
        self._switch(cover_open=is_open)

    def set_busy(self, busy: bool) -> None:
        """Have somebody else use it."""
        self._switch(busy=busy)

    def set_mute(self, mute: bool) -> None:
        """Take connections and answer nothing."""
        self._switch(mute=mute)

    def set_seconds_per_page(self, seconds: float) -> None:
        """Set how long a page takes."""
        self._switch(page_s=seconds)

    def unplug_after(self, pages: int) -> None:
        """Cut the power after so many more pages."""
        self._switch(unplug_after=pages)

    def unplug(self) -> None:
        """Cut the power: connections end, new ones are refused; sheets and cover stay as they are."""
        server = self._cut_power()
        if server is not None:
            server.shutdown()
            server.server_close()
        if self._acceptor is not None:
            self._acceptor.join()

    def replug(self) -> None:
        """Give the power back on the same port."""
        if self._server is not None:
            return
        emulator = self

        class Handler(_Handler):
            scanner = emulator

        server = _Server(("127.0.0.1", self.port), Handler)
        with self._changed:
            self._server, self.port = server, server.server_port
            self._jobs.clear()
        self._acceptor = threading.Thread(
            target=server.serve_forever, args=(0.02,), name="page-scanner-emulator", daemon=True
        )
        self._acceptor.start()

    def _switch(self, **switches: Any) -> None:
        with self._changed:
            for name, value in switches.items():
                setattr(self, f"_{name}", value)
            self._changed.notify_all()

    def _cut_power(self) -> _Server | None:
        with self._changed:
            server, self._server = self._server, None
            self._unplug_after = None
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._changed.notify_all()
        return server

    # -- the machine -------------------------------------------------------------------------------------------------
    def holds(self, connection: socket.socket, there: bool) -> None:
        """Keep a connection in mind, to be cut with the power."""
        with self._changed:
            (self._connections.add if there else self._connections.discard)(connection)

    def answers(self) -> bool:
        """Wait while it is mute; say whether there is still power."""
        with self._changed:
            self._changed.wait_for(lambda: not self._mute or self._server is None)
            return self._server is not None

    def status_document(self) -> bytes:
        """Return ScannerStatus."""
        with self._changed:
            state = "Processing" if self._busy else "Idle"
            feeder = "Loaded" if self._feeder else "Empty"
            if self._jam:
                feeder = "Jam"
            if self._cover_open:
                feeder = "HatchOpen"
        return _document(
            "ScannerStatus", f"<pwg:Version>2.63</pwg:Version><pwg:State>{state}</pwg:State>"
            f"<scan:AdfState>ScannerAdf{feeder}</scan:AdfState>"
        )  # fmt: skip

    def order(self, settings: str) -> int | HTTPStatus:
        """Take a ScanSettings document; return the job's number, or why not."""
        with self._changed:
            if self._busy:
                return HTTPStatus.SERVICE_UNAVAILABLE
            feeder = _element(settings, "InputSource") == "Feeder"
            if feeder and (not self._feeder or self._cover_open or self._jam):
                return HTTPStatus.CONFLICT
            number, self._next_job = self._next_job, self._next_job + 1
            dpi = int(_element(settings, "XResolution") or 300)
            self._jobs[number] = _Job(feeder, dpi, _element(settings, "ColorMode") != "Grayscale8")
            return number

    def next_page(self, number: int) -> bytes | HTTPStatus:
        """Return the next page of a job as JPEG, or why there is none."""
        with self._changed:
            job = self._jobs.get(number)
            if job is None or (not job.feeder and job.pages) or (job.feeder and not self._feeder):
                return HTTPStatus.NOT_FOUND
            self._changed.wait_for(lambda: number not in self._jobs or self._server is None, self._page_s)
            if number not in self._jobs or self._server is None:
                return HTTPStatus.NOT_FOUND
            if self._jam_after is not None and job.pages >= self._jam_after:
                self._jam_after, self._jam = None, True
            if job.feeder and (self._jam or self._cover_open):
                return HTTPStatus.CONFLICT
            text = self._feeder.pop(0) if job.feeder else self._glass
            job.pages += 1
            self.scanned += 1
            if self._unplug_after is not None:
                self._unplug_after -= 1
                if self._unplug_after < 0:
                    server = self._cut_power()
                    assert server is not None
                    threading.Thread(target=_close, args=(server,), daemon=True).start()
                    return HTTPStatus.NOT_FOUND
        return sheet(text, job.dpi, colour=job.colour)

    def call_off(self, number: int) -> HTTPStatus:
        """End a job; the sheets that were not drawn in stay in the feeder."""
        with self._changed:
            job = self._jobs.pop(number, None)
            if job is not None and ((job.feeder and self._feeder) or not job.pages):
                self.calls_off += 1
            self._changed.notify_all()
        return HTTPStatus.OK if job is not None else HTTPStatus.NOT_FOUND


def _close(server: _Server) -> None:
    server.shutdown()
    server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: the other end hung up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    scanner: PageScannerEmulator

    def setup(self) -> None:
        super().setup()
        self.scanner.holds(self.connection, True)

    def finish(self) -> None:
        self.scanner.holds(self.connection, False)
        with contextlib.suppress(OSError):
            super().finish()

    def do_GET(self) -> None:
        if not self.scanner.answers():
            self.close_connection = True
            return
        page = re.fullmatch(r"/eSCL/ScanJobs/(\d{1,9})/NextDocument", self.path)
        if self.path == "/eSCL/ScannerCapabilities":
            self._send(HTTPStatus.OK, _capabilities())
        elif self.path == "/eSCL/ScannerStatus":
            self._send(HTTPStatus.OK, self.scanner.status_document())
        elif page is not None:
            found = self.scanner.next_page(int(page[1]))
            if isinstance(found, HTTPStatus):
                self._send(found)
            else:
                self._send(HTTPStatus.OK, found, "image/jpeg")
        else:
            self._send(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode("utf-8", "replace")
        if self.path != "/eSCL/ScanJobs":
            self._send(HTTPStatus.NOT_FOUND)
            return
        ordered = self.scanner.order(body)
        if isinstance(ordered, HTTPStatus):
            self._send(ordered)
        else:
            self._send(HTTPStatus.CREATED, location=f"{self.scanner.url}/ScanJobs/{ordered}")

    def do_DELETE(self) -> None:
        job = re.fullmatch(r"/eSCL/ScanJobs/(\d{1,9})", self.path)
        self._send(self.scanner.call_off(int(job[1])) if job is not None else HTTPStatus.NOT_FOUND)

    def _send(self, status: HTTPStatus, body: bytes = b"", kind: str = "text/xml", location: str = "") -> None:
        with contextlib.suppress(OSError):  # nobody listens any more
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _element(document: str, name: str) -> str:
    found = re.search(rf"<[^<>]*\b{name}>\s*([^<]*?)\s*<", document)
    return found[1] if found is not None else ""


def _document(name: str, inside: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<scan:{name} {_NAMESPACES}>{inside}</scan:{name}>'.encode()


@functools.cache
def _capabilities() -> bytes:
    width, height = _A4_UNITS
    each = "".join(
        f"<scan:DiscreteResolution><scan:XResolution>{dpi}</scan:XResolution><scan:YResolution>{dpi}</scan:YResolution>"
        "</scan:DiscreteResolution>"
        for dpi in _RESOLUTIONS
    )
    caps = (
        f"<scan:MinWidth>16</scan:MinWidth><scan:MaxWidth>{width}</scan:MaxWidth>"
        f"<scan:MinHeight>16</scan:MinHeight><scan:MaxHeight>{height}</scan:MaxHeight><scan:MaxScanRegions>1</scan:MaxScanRegions>"
        "<scan:SettingProfiles><scan:SettingProfile><scan:ColorModes><scan:ColorMode>Grayscale8</scan:ColorMode>"
        "<scan:ColorMode>RGB24</scan:ColorMode></scan:ColorModes><scan:DocumentFormats>"
        "<pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat></scan:DocumentFormats><scan:SupportedResolutions>"
        f"<scan:DiscreteResolutions>{each}</scan:DiscreteResolutions></scan:SupportedResolutions></scan:SettingProfile>"
        "</scan:SettingProfiles><scan:SupportedIntents><scan:Intent>Document</scan:Intent></scan:SupportedIntents>"
    )
    return _document(
        "ScannerCapabilities",
        f"<pwg:Version>2.63</pwg:Version><pwg:MakeAndModel>{_NAME}</pwg:MakeAndModel>"
        f"<scan:Platen><scan:PlatenInputCaps>{caps}</scan:PlatenInputCaps></scan:Platen>"
        f"<scan:Adf><scan:AdfSimplexInputCaps>{caps}</scan:AdfSimplexInputCaps>"
        "<scan:FeederCapacity>50</scan:FeederCapacity></scan:Adf>",
    )


@functools.lru_cache(maxsize=16)
def sheet(text: str, dpi: int, *, colour: bool) -> bytes:
    """Return an A4 sheet with this text as a scanner sends it: JPEG at this resolution."""
    width, height = (round(units / 300 * _DRAWN_DPI) for units in _A4_UNITS)
    drawn = Image.new("L", (width, height), 250)
    ImageDraw.Draw(drawn).text((80, 90), text, 20, ImageFont.truetype(_FONT, 34))
    size = (round(_A4_UNITS[0] * dpi / 300), round(_A4_UNITS[1] * dpi / 300))
    sent = io.BytesIO()
    drawn.convert("RGB" if colour else "L").resize(size).save(sent, "JPEG", quality=88, dpi=(dpi, dpi))
    return sent.getvalue()
