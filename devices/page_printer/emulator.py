"""A page printer that speaks real IPP: Debian's ippeveprinter with a paper path that can run dry and jam.

Knows: what a person can do to a printer. Does not know: our driver. Loopback only.
Habits of ippeveprinter show through. It takes one job at a time (the next gets server-error-busy). A job that meets an
empty tray waits inside it, so that a cancel of that job takes effect at the refill (nothing is printed then). A cancel that
arrives in the instant before the job is "processing" is answered with success and forgotten.
"""

from __future__ import annotations

import functools
import http.client
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from devices.errors import DeviceError
from devices.page_printer.daemons import PrinterDaemons, free_port, python_environment
from devices.page_printer.ipp_http import Endpoint, exchange
from devices.page_printer.ipp_messages import Attribute, AttributeGroup, Group, Message, Tag, attribute, decode, encode
from devices.page_printer.paper_path import FOLDER_VARIABLE, SENSOR_JOB, Switches
from devices.started import Started

_PRINT_JOB, _GET_JOB, _GET_PRINTER = 0x0002, 0x0009, 0x000B
_IDLE = 3
_CANCELED = 7  # the first of the three final job states
_SETTLE_S = 5.0
_LOOK_EVERY_S = 0.01
_FULL_TRAY, _LOW_TRAY, _EMPTY_TRAY = 250, 5, 0


class PagePrinterEmulator(Started):
    """Start with `start()` (or `with`); one thread moves the switches."""

    def __init__(self, *, port: int = 0, seconds_per_page: float = 0.05, printed_folder: Path | None = None) -> None:
        self.port = port
        self._printed_folder = printed_folder
        self._seconds_per_page = seconds_per_page
        self._daemons: PrinterDaemons | None = None
        self._switches: Switches | None = None
        self._tray_level = _FULL_TRAY
        self._toner_percent = 75

    @property
    def uri(self) -> str:
        """What the driver's option `uri` takes."""
        return f"ipp://localhost:{self.port}/ipp/print"

    def start(self) -> None:
        """Start the daemons and load A4; a port of 0 becomes a free one, and stays. About 0.3 s.

        Raises: DaemonFailed.
        """
        daemons = PrinterDaemons()
        self._daemons = daemons
        try:
            self._switches = Switches(daemons.folder)
            if self._printed_folder is None:
                self._switches.printed_folder.mkdir()
            else:
                self._switches.printed_folder.symlink_to(self._printed_folder.resolve())
            (daemons.folder / "spool").mkdir()
            self._switches.set_seconds_per_page(self._seconds_per_page)
            self.port = self.port or free_port()
            daemons.start_bus()
            self._power_on()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the daemons; what was printed stays only in a `printed_folder` of the caller. Harmless twice."""
        daemons, self._daemons = self._daemons, None
        if daemons is not None:
            daemons.stop()

    # -- what has been printed ---------------------------------------------------------------------------------------
    def printed(self) -> list[Path]:
        """The finished documents, oldest first; canceled and torn ones are not among them."""
        return sorted(self._folder().printed_folder.glob("*.pdf"))

    # -- switches ----------------------------------------------------------------------------------------------------
    def paper_out(self, after_pages: int = 0) -> None:
        """Empty the tray, now or after so many more pages."""
        self._folder().set_sheets(after_pages)
        if after_pages == 0:
            self._set_tray(_EMPTY_TRAY)

    def paper_low(self) -> None:
        """Leave the last few sheets; the emulator does not count them."""
        self._folder().set_sheets(None)
        self._set_tray(_LOW_TRAY)

    def refill(self) -> None:
        """Fill the tray."""
        self._folder().set_sheets(None)
        self._set_tray(_FULL_TRAY)

    def jam(self) -> None:
        """Jam the paper: at once when idle, before the next page while printing."""
        self._throw("jam", "media-jam", on=True)

    def clear_jam(self) -> None:
        """Take the stuck page out; a waiting job goes on."""
        self._throw("jam", "media-jam", on=False)

    def set_cover_open(self, is_open: bool) -> None:
        """Open or close the cover."""
        self._throw("cover", "cover-open", on=is_open)

    def toner(self, percent: int) -> None:
        """Set the black toner; below 10 the printer calls it low, at 0 empty."""
        self._toner_percent = percent
        self._form(f"/supplies?supply0=25&supply1={percent}")

    def set_seconds_per_page(self, seconds: float) -> None:
        """Set how long a page takes from now on."""
        self._folder().set_seconds_per_page(seconds)

    def set_mute(self, mute: bool) -> None:
        """Freeze it: connections are taken (by the kernel), nothing answers."""
        self._running().signal_printer(signal.SIGSTOP if mute else signal.SIGCONT)

    def unplug(self) -> None:
        """Cut the power: the job under way is lost, and so is its id."""
        self._running().kill_printer()

    def replug(self) -> None:
        """Give the power back on the same port; paper, jam, cover and toner are as they were left."""
        self._power_on()

    # -- the machine -------------------------------------------------------------------------------------------------
    def _running(self) -> PrinterDaemons:
        if self._daemons is None:
            raise RuntimeError("not started")
        return self._daemons

    def _folder(self) -> Switches:
        if self._switches is None:
            raise RuntimeError("not started")
        return self._switches

    def _power_on(self) -> None:
        folder = self._running().folder
        shutil.rmtree(folder / "spool")
        (folder / "spool").mkdir()
        command = folder / "paper-path"
        command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m devices.page_printer.paper_path "$1"\n')
        command.chmod(0o700)
        environment = {FOLDER_VARIABLE: str(folder), **python_environment()}
        self._running().start_printer(self.port, folder / "spool", command, environment, self._answers)
        self._form(f"/supplies?supply0=25&supply1={self._toner_percent}")
        self._set_tray(self._tray_level)
        for switch, reason in (("jam", "media-jam"), ("cover", "cover-open")):
            if self._folder().is_on(switch):
                self._throw(switch, reason, on=True)

    def _set_tray(self, level: int) -> None:
        """Load A4 into the main tray through the printer's own form; the by-pass tray does not tell its level."""
        self._tray_level = level
        main = f"size1=iso_a4_210x297mm&type1=stationery&level1={level}"
        self._form(f"/media?{main}&size3=&type3=&level3=-2")

    def _form(self, path: str) -> None:
        connection = http.client.HTTPConnection("localhost", self.port, timeout=_SETTLE_S)
        try:
            connection.request("GET", path)
            connection.getresponse().read()
        finally:
            connection.close()

    def _throw(self, switch: str, reason: str, *, on: bool) -> None:
        """Throw a switch and wait until the printer says so. Only a job can make it say so: see `SENSOR_JOB`."""
        self._folder().set_on(switch, on)

        def published() -> bool:
            printer = self._attributes()
            reasons = printer.texts("printer-state-reasons")
            if any(each.startswith(reason) for each in reasons) is on:
                return True
            if printer.integers("printer-state") == (_IDLE,):
                self._publish_sensors()
            # A job that waits for paper inside ippeveprinter publishes nothing before the refill.
            return any(each.startswith("media-empty") for each in reasons)

        self._wait(published)

    def _publish_sensors(self) -> None:
        level = self._tray_level
        if level == _EMPTY_TRAY:
            self._set_tray(_FULL_TRAY)  # else the sensors' job would wait for paper
        submitted = self._ask(_PRINT_JOB, attribute("job-name", Tag.NAME, SENSOR_JOB)).group(Group.JOB)
        for job_id in submitted.integers("job-id"):  # none when a real job came first: it publishes them itself
            self._wait(functools.partial(self._is_over, job_id))
        if level == _EMPTY_TRAY:
            self._set_tray(level)

    def _is_over(self, job_id: int) -> bool:
        states = self._ask(_GET_JOB, attribute("job-id", Tag.INTEGER, job_id)).group(Group.JOB).integers("job-state")
        return bool(states) and states[0] >= _CANCELED

    def _attributes(self) -> AttributeGroup:
        asked = attribute("requested-attributes", Tag.KEYWORD, "printer-state", "printer-state-reasons")
        return self._ask(_GET_PRINTER, asked).group(Group.PRINTER)

    def _answers(self) -> bool:
        try:
            return bool(self._attributes().integers("printer-state"))
        except DeviceError:
            return False

    def _ask(self, operation: int, extra: Attribute) -> Message:
        opening = (
            attribute("attributes-charset", Tag.CHARSET, "utf-8"),
            attribute("attributes-natural-language", Tag.NATURAL_LANGUAGE, "en"),
            attribute("printer-uri", Tag.URI, self.uri),
            extra,
        )
        request = encode(Message((2, 0), operation, 1, (AttributeGroup(Group.OPERATION, opening),)))
        document = b"%PDF-" if operation == _PRINT_JOB else b""
        answer, _ = decode(exchange(Endpoint("localhost", self.port, "/ipp/print"), request + document, timeout_s=2))
        return answer

    def _wait(self, settled: Callable[[], bool]) -> None:
        deadline_s = time.monotonic() + _SETTLE_S
        while not settled():
            if time.monotonic() > deadline_s:
                raise TimeoutError("the emulated printer did not settle")
            time.sleep(_LOOK_EVERY_S)  # ippeveprinter notifies nobody; it has to be asked
