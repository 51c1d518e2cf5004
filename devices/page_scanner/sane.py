"""Driver: a scanner behind SANE, through `scanimage` as a separate program.

Knows: scanimage's command line, its exit codes (SANE's own numbers) and how it is called off. Does not know: documents.

Why a program and not a binding: a backend that hangs or crashes costs a process, which can be killed, where in our own it
would cost a thread that cannot; and SANE's programs are GPL, which a separate process leaves to themselves.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from devices.errors import DeviceError
from devices.page_scanner import escl, netpbm
from devices.page_scanner.api import (
    Busy,
    Cancelled,
    CoverOpen,
    Disconnected,
    Faulted,
    FeederEmpty,
    Jammed,
    NotScanned,
    Page,
    PageScannerStatus,
    Ready,
    Scanned,
    ScanResult,
    ScanSettings,
    Source,
    Stop,
)

_PROGRAM = "scanimage"
_A4_MM = ("-l", "0", "-t", "0", "-x", "210", "-y", "297")
_END_S = 3.0
_CALL_OFF_S = 0.6
_BREATH_S = 0.1
_LOOK_EVERY_MS = 50
_LONGEST_TALK_BYTES = 64 * 1024
_USB_NODE = re.compile(r"libusb:(\d{3}):(\d{3})")

_GOOD, _NO_DOCS = 0, 7
_BY_EXIT_CODE: Mapping[int, Stop] = {
    2: Cancelled(),
    3: Busy(),
    6: Jammed(),
    _NO_DOCS: FeederEmpty(),
    8: CoverOpen(),
    9: Faulted("page_scanner.io"),
    11: Faulted("page_scanner.denied"),
}
"""SANE_Status of sane.h; scanimage exits with it once the device is open, with 1 before."""
_BY_WORDS: tuple[tuple[str, Stop], ...] = (
    ("Device busy", Busy()),
    ("Access to resource has been denied", Faulted("page_scanner.denied")),
    ("Document feeder out of documents", FeederEmpty()),
    ("Document feeder jammed", Jammed()),
    ("cover is open", CoverOpen()),
)


class SaneOptions(BaseModel):
    """What the configuration may say about this scanner."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    device: str = Field(min_length=1, max_length=200, description="SANE's name of it; with * at the end, the first such one")
    status_url: str | None = Field(None, description="http address of a network scanner's eSCL, for its state")
    flatbed: str = Field("Flatbed", min_length=1, description="what the backend calls the glass")
    feeder: str = Field("ADF", min_length=1, description="what the backend calls the feeder")
    colour: str = Field("Color", min_length=1, description="what the backend calls colour")
    grey: str = Field("Gray", min_length=1, description="what the backend calls grey")
    page_s: float = Field(60.0, gt=0, le=600, description="one page, from the order or the page before it")
    probe_s: float = Field(3.0, ge=0, le=60, description="a scanner without status_url is opened at most this often")
    timeout_s: float = Field(3.0, gt=0, le=30, description="one question")
    spool_dir: str = Field("/dev/shm", description="where pages pass through; memory, since they are personal")  # noqa: S108 - a folder of its own in it
    config_dir: str | None = Field(None, description="SANE_CONFIG_DIR, when not the system's")
    backend: dict[str, str] = Field(default_factory=dict, description="further options of the backend")

    @field_validator("status_url")
    @classmethod
    def _is_http(cls, url: str | None) -> str | None:
        if url is not None and (urlsplit(url).scheme != "http" or not urlsplit(url).hostname):
            raise ValueError(url)
        return url


OPTIONS = SaneOptions


def create(options: Mapping[str, Any]) -> SanePageScanner:
    """Find the scanner and ask it once.

    Raises: DeviceError `page_scanner.options` (detail: the keys), `page_scanner.no_program`, `page_scanner.unreachable`.
    """
    try:
        parsed = SaneOptions.model_validate(dict(options))
    except ValidationError as error:
        keys = ",".join(sorted({".".join(str(part) for part in item["loc"]) for item in error.errors()}))
        raise DeviceError("page_scanner.options", keys) from error
    if shutil.which(_PROGRAM) is None:
        raise DeviceError("page_scanner.no_program", _PROGRAM)
    scanner = SanePageScanner(parsed)
    scanner.open()
    return scanner


class SanePageScanner:
    """A `PageScanner`. Nothing is held open between two calls; other programs may use the scanner meanwhile."""

    def __init__(self, options: SaneOptions) -> None:
        self._options = options
        self._device = options.device
        self._seen: tuple[float, PageScannerStatus] | None = None
        self._closed = False
        self._run: _Run | None = None

    def open(self) -> None:
        """Resolve the name and look whether it answers.

        Raises: DeviceError `page_scanner.unreachable`.
        """
        if self._device.endswith("*"):
            self._device = self._first_that_begins(self._device[:-1])
        if isinstance(self.status(), Disconnected):
            raise DeviceError("page_scanner.unreachable", self._options.device)

    def status(self) -> PageScannerStatus:
        """Ask over eSCL where that is configured; else see whether SANE can open the device. Never raises."""
        if self._closed:
            return Faulted("page_scanner.closed")
        if self._options.status_url is not None:
            return escl.ask(self._options.status_url, self._options.timeout_s)
        node = _USB_NODE.search(self._device)
        if node is not None and not Path("/dev/bus/usb", *node.groups()).exists():
            self._seen = None
            return Disconnected()
        if self._seen is None or time.monotonic() - self._seen[0] >= self._options.probe_s:
            self._seen = (time.monotonic(), self._probe())
        return self._seen[1]

    def scan(self, settings: ScanSettings, on_page: Callable[[Page], None], cancelled: threading.Event) -> ScanResult:
        """Run scanimage over the glass once, or over the feeder until it is empty."""
        if self._closed:
            return NotScanned(Faulted("page_scanner.closed"), 0)
        self._seen = None
        stop = self._stop_before(settings)
        if stop is not None:
            return NotScanned(stop, 0)
        try:
            with tempfile.TemporaryDirectory(prefix="scan-", dir=self._options.spool_dir) as folder:
                run = _Run(self._command(settings, Path(folder)), self._environment(), self._options.page_s)
                self._run = run
                return self._follow(run, settings, on_page, cancelled)
        except OSError:
            return NotScanned(Faulted("page_scanner.no_room"), 0)

    def abort(self) -> None:
        """Kill the program that a stuck scan waits for."""
        run = self._run
        if run is not None:
            run.kill()

    def close(self) -> None:
        """Let go; harmless twice."""
        self._closed = True

    def _stop_before(self, settings: ScanSettings) -> Stop | None:
        """Say at once what the scanner's own word makes impossible; SANE would try for many seconds."""
        match now := self.status():
            case Busy() | Disconnected() | Faulted():
                return now
            case Jammed() | CoverOpen() if settings.source is Source.FEEDER:
                return now
            case Ready(feeder_loaded=False) if settings.source is Source.FEEDER:
                return FeederEmpty()
            case _:
                return None

    def _follow(
        self, run: _Run, settings: ScanSettings, on_page: Callable[[Page], None], cancelled: threading.Event
    ) -> ScanResult:
        pages = 0
        try:
            for path in run.pages(cancelled):
                if cancelled.is_set():  # several may have come at once
                    break
                page = netpbm.parse(path.read_bytes(), settings.dpi)
                path.unlink()
                pages += 1
                on_page(page)
        except DeviceError:
            return NotScanned(Faulted("page_scanner.bad_page"), pages)
        finally:
            self._run = None
            run.end()
        stop = self._stop_of(run, cancelled, pages)
        return Scanned(pages) if stop is None else NotScanned(stop, pages)

    def _stop_of(self, run: _Run, cancelled: threading.Event, pages: int) -> Stop | None:
        """Read the end of a run; None when all went well."""
        if cancelled.is_set():
            return Cancelled()
        if run.stalled:
            told = _by_words(run.talk)  # some backends hang behind their last word
            return None if pages and told == FeederEmpty() else told or Faulted("page_scanner.stalled")
        if run.code in (_GOOD, _NO_DOCS) and pages:
            return None  # the end of the stack is how every scan from a feeder ends
        if "setting of option" in run.talk or "unrecognized option" in run.talk:
            raise DeviceError("page_scanner.settings", run.talk.strip().splitlines()[-1][:120])
        stop = _BY_EXIT_CODE.get(run.code) or _by_words(run.talk)
        if stop is None or stop == Faulted("page_scanner.io"):
            # SANE calls a scanner that was switched off an I/O error, as it does a broken lamp.
            now = self.status()
            return now if isinstance(now, Disconnected | Busy | CoverOpen | Jammed) else Faulted("page_scanner.io")
        return stop

    def _command(self, settings: ScanSettings, folder: Path) -> list[str]:
        options = self._options
        feeder = settings.source is Source.FEEDER
        wanted = {
            "source": options.feeder if feeder else options.flatbed,
            "mode": options.colour if settings.colour else options.grey,
            "resolution": str(settings.dpi),
            **options.backend,
        }
        return [
            *(_PROGRAM, "-d", self._device, "--format=pnm", f"--batch={folder}/%d.pnm", "--batch-print"),
            f"--batch-count={settings.most_pages if feeder else 1}",
            *(f"--{name}={value}" for name, value in wanted.items()),
            *_A4_MM,
        ]

    def _probe(self) -> PageScannerStatus:
        """Open the device and close it again."""
        try:
            done = self._ask("-d", self._device, "-n")
        except subprocess.TimeoutExpired:
            return Faulted("page_scanner.no_answer")
        if done.returncode == 0:
            return Ready()
        stop = _by_words(done.stderr)
        return stop if isinstance(stop, Busy | Faulted) else Disconnected()

    def _first_that_begins(self, start: str) -> str:
        try:
            listed = self._ask("-f", "%d%n").stdout.splitlines()
        except subprocess.TimeoutExpired as error:
            raise DeviceError("page_scanner.unreachable", start) from error
        for name in listed:
            if name.startswith(start):
                return name
        raise DeviceError("page_scanner.unreachable", start)

    def _ask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [_PROGRAM, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=self._options.timeout_s,
            check=False,
            env=self._environment(),
        )

    def _environment(self) -> dict[str, str]:
        own = {} if self._options.config_dir is None else {"SANE_CONFIG_DIR": self._options.config_dir}
        return {**os.environ, "LC_ALL": "C", **own}  # the words of an error are read


class _Run:
    """One scanimage: names of finished pages come on its standard output."""

    def __init__(self, command: list[str], environment: dict[str, str], page_s: float) -> None:
        """Start it. Raises: OSError."""
        self._page_s = page_s
        self._talk = bytearray()
        self.stalled = False
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        )

    @property
    def code(self) -> int:
        """How it ended; below 0 a signal."""
        return self._process.returncode if self._process.returncode is not None else -signal.SIGKILL

    @property
    def talk(self) -> str:
        """What it said on standard error."""
        return self._talk.decode("utf-8", "replace")

    def pages(self, cancelled: threading.Event) -> Iterator[Path]:
        """Yield the path of each page as it is finished, until the end, the deadline or the call-off."""
        out, err = self._process.stdout, self._process.stderr
        assert out is not None
        assert err is not None
        waits = select.poll()
        for stream in (out, err):
            waits.register(stream, select.POLLIN)
        open_streams = {out.fileno(): bytearray(), err.fileno(): self._talk}
        deadline_s = time.monotonic() + self._page_s
        while open_streams and not cancelled.is_set():
            if time.monotonic() > deadline_s:
                self.stalled = True
                return
            for number, _ in waits.poll(_LOOK_EVERY_MS):
                data = os.read(number, 4096)
                if not data:
                    waits.unregister(number)
                    del open_streams[number]
                    continue
                said = open_streams[number]
                said += data
                if number == err.fileno():
                    del said[: max(len(said) - _LONGEST_TALK_BYTES, 0)]
                    if _by_words(self.talk) is not None:
                        deadline_s = min(deadline_s, time.monotonic() + _END_S)  # nothing more comes but the end
                    continue
                while b"\n" in said:
                    line, _, rest = bytes(said).partition(b"\n")
                    said[:] = rest
                    deadline_s = time.monotonic() + self._page_s
                    yield Path(os.fsdecode(line))
        if not open_streams:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_END_S)

    def kill(self) -> None:
        """End it for good, from any thread."""
        self._process.kill()

    def end(self) -> None:
        """Call it off if it still runs. The first signal makes SANE move the sheet out and tell the scanner.

        Between two sheets, which is where it is when a page was just named, scanimage forgets that signal and goes on with
        the next one: so it is given a breath to begin. The second signal ends it for good, and no scanner is told.
        """
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_BREATH_S)
        for number in (signal.SIGINT, signal.SIGINT, signal.SIGKILL):
            if self._process.poll() is not None:
                break
            self._process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_CALL_OFF_S)
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()


def _by_words(talk: str) -> Stop | None:
    return next((stop for words, stop in _BY_WORDS if words in talk), None)
