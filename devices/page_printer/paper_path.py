"""The inside of the emulated printer: takes pages out one by one, stops for paper, jams and covers.

`ippeveprinter` starts this module for each job: the document is its argument, attributes are in the environment (IPP_*),
and what it writes to standard error changes the printer's attributes (ippeveprinter(1), COMMAND OUTPUT).

Knows: the switches that the emulator sets, as files in one folder. Does not know: our driver, what is on the pages.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from devices.errors import DeviceError
from devices.page_printer.ipp_http import Endpoint, exchange
from devices.page_printer.ipp_messages import AttributeGroup, Group, Message, Tag, attribute, decode, encode

FOLDER_VARIABLE = "KIOSK_PAPER_PATH"
SENSOR_JOB = "emulator-sensors"
"""A job of this name prints nothing: it makes ippeveprinter publish what the switches say while no job is under way."""

_LOOK_EVERY_S = 0.02
_GET_JOB = 0x0009


@dataclass(frozen=True, slots=True)
class Switches:
    """What a person has done to the printer, readable and writable by both sides."""

    folder: Path

    def sheets(self) -> int | None:
        """Sheets left in the tray; None when there are plenty."""
        try:
            return int((self.folder / "sheets").read_text("ascii"))
        except FileNotFoundError:
            return None

    def set_sheets(self, sheets: int | None) -> None:
        """Load the tray."""
        if sheets is None:
            (self.folder / "sheets").unlink(missing_ok=True)
        else:
            self._write("sheets", str(sheets))

    def is_on(self, name: str) -> bool:
        """Whether a switch ("jam", "cover") is on."""
        return (self.folder / name).exists()

    def set_on(self, name: str, on: bool) -> None:
        """Throw a switch."""
        if on:
            self._write(name, "")
        else:
            (self.folder / name).unlink(missing_ok=True)

    def seconds_per_page(self) -> float:
        """How long a page takes."""
        return float((self.folder / "pace").read_text("ascii"))

    def set_seconds_per_page(self, seconds: float) -> None:
        """Set how long a page takes."""
        self._write("pace", str(seconds))

    @property
    def printed_folder(self) -> Path:
        """Where finished documents lie."""
        return self.folder / "printed"

    def _write(self, name: str, content: str) -> None:
        draft = self.folder / f".{name}"
        draft.write_text(content, "ascii")
        draft.replace(self.folder / name)  # the other side never reads half of it


_SENSORS: tuple[tuple[str, Callable[[Switches], bool]], ...] = (
    ("media-empty-error,media-needed-error", lambda switches: switches.sheets() == 0),
    ("media-jam-error", lambda switches: switches.is_on("jam")),
    ("cover-open-error", lambda switches: switches.is_on("cover")),
)


class Panel:
    """Tells ippeveprinter what has changed, once each time."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._shown: dict[str, bool] = {}

    def refresh(self) -> bool:
        """Publish the sensors; returns whether something stops the paper."""
        for reasons, stops in _SENSORS:
            now = stops(self._switches)
            if self._shown.get(reasons) is not now:
                _say(f"STATE: {'+' if now else '-'}{reasons}")
                self._shown[reasons] = now
        return any(self._shown.values())

    def nobody_waits(self) -> None:
        """The job is over: an empty tray stays empty, but nothing needs it."""
        _say("STATE: -media-needed-error")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _canceled(printer: Endpoint, uri: str, job_id: int) -> bool:
    """Ask our own printer whether somebody has canceled the job; ippeveprinter does not tell its command."""
    asked = AttributeGroup(
        Group.OPERATION,
        (
            attribute("attributes-charset", Tag.CHARSET, "utf-8"),
            attribute("attributes-natural-language", Tag.NATURAL_LANGUAGE, "en"),
            attribute("printer-uri", Tag.URI, uri),
            attribute("job-id", Tag.INTEGER, job_id),
            attribute("requested-attributes", Tag.KEYWORD, "job-state-reasons"),
        ),
    )
    request = encode(Message((2, 0), _GET_JOB, 1, (asked,)))
    try:
        answer, _ = decode(exchange(printer, request, timeout_s=2))
    except DeviceError:
        return False
    return "processing-to-stop-point" in answer.group(Group.JOB).texts("job-state-reasons")


def print_pages(document: Path, switches: Switches, printer: Endpoint, uri: str, job_id: int) -> None:
    """Take the pages of one document out; a finished document is kept, a canceled one is not."""
    import pypdfium2

    with pypdfium2.PdfDocument(document) as pdf:
        pages = len(pdf)
    _say(f"ATTR: job-impressions={pages}")
    panel = Panel(switches)
    for page in range(1, pages + 1):
        while panel.refresh():
            if _canceled(printer, uri, job_id):
                panel.nobody_waits()
                return
            time.sleep(_LOOK_EVERY_S)  # the switches are files, and a cancel is only found by asking
        if _canceled(printer, uri, job_id):
            return
        time.sleep(switches.seconds_per_page())  # what the page takes
        left = switches.sheets()
        if left is not None:
            switches.set_sheets(max(left - 1, 0))
        _say(f"ATTR: job-impressions-completed={page}")
    panel.refresh()
    panel.nobody_waits()
    # ippeveprinter counts its jobs anew after each start; the heap of printed documents does not.
    number = len(list(switches.printed_folder.glob("*.pdf"))) + 1
    shutil.copyfile(document, switches.printed_folder / f"{number:04d}-{document.name.partition('-')[2]}")


def main() -> int:
    """Run for one job; the exit code decides between completed and aborted."""
    document, switches = Path(sys.argv[1]), Switches(Path(os.environ[FOLDER_VARIABLE]))
    if SENSOR_JOB in document.name:
        Panel(switches).refresh()
        document.unlink()
        return 0
    uri = os.environ["IPP_JOB_PRINTER_URI"]
    parts = urlsplit(uri)
    printer = Endpoint(parts.hostname or "localhost", parts.port or 631, parts.path)
    print_pages(document, switches, printer, uri, int(os.environ["IPP_JOB_ID"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
