"""`kiosk devices test <kind>`: a technician tries one device by hand, step by step, and is told what was seen.

Knows: what each kind does that only a hand and an eye can judge. Does not know: drivers, screens. No person's data is
shown: of a card only that it was read. The terminal must not be running (see `kiosk.doctor`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from devices import code_reader, id_card, page_printer, page_scanner, receipt_printer, smart_card
from devices.errors import DeviceError
from devices.page_printer import JobProgress, JobState
from devices.supervisor import DeviceReport
from kiosk.config import Config, ConfigError
from kiosk.doctor import FAILED, OK, USABLE, Attended, said
from kiosk.printing import trial
from kiosk.session.states import Device

_HAND_S = 60.0
"""How long a hand may take."""
_PAGE_S = 60.0
_CHALLENGE = bytes(range(smart_card.CHALLENGE_BYTES))
"""Nobody is let in by the answer, so it need not be fresh."""


class Technician(Protocol):
    """Who stands before the machine."""

    def tell(self, text: str) -> None:
        """Show a line."""
        ...

    def confirm(self, question: str) -> bool:
        """Ask what only an eye can tell."""
        ...


class AtTheKeyboard:
    """A technician at the terminal's own console."""

    def tell(self, text: str) -> None:
        """Print a line."""
        print(text, flush=True)

    def confirm(self, question: str) -> bool:
        """Ask for y or n; the end of the input is a no."""
        try:
            return input(f"{question} [y/n] ").strip().lower().startswith("y")
        except EOFError:
            return False


class _StepFailedError(Exception):
    """A step did not come out as it should; its text says how."""


def run(config: Config, kind: Device, technician: Technician | None = None) -> int:
    """Take one configured device through its steps; `FAILED` at the first that does not come out. Raises `ConfigError`."""
    if kind not in config.devices:
        raise ConfigError("config.no_such_device", str(kind))
    who = technician or AtTheKeyboard()
    with Attended(kind, config) as device:
        try:
            report = device.wait(lambda _: True)
            if report is None or report.state not in USABLE:
                why = "no report" if report is None else f"{report.state}: {report.code or said(report.status)}"
                raise _StepFailedError(why)
            who.tell(f"{kind}: {report.state}, {said(report.status)}")
            _STEPS[kind](device, who)
        except _StepFailedError as failure:
            who.tell(f"{kind}: FAILED, {failure}")
            return FAILED
    who.tell(f"{kind}: passed")
    return OK


def _done(device: Attended, work: Callable[[Any], Any]) -> Any:
    result = device.do(work)
    if isinstance(result, DeviceError):
        raise _StepFailedError(str(result))
    return result


def _seen(device: Attended, who: Technician, request: str, *statuses: type) -> DeviceReport:
    """Ask for a move of the hand and wait until the device has noticed."""
    who.tell(request)
    report = device.wait(lambda report: isinstance(report.status, statuses), _HAND_S)
    if report is None:
        raise _StepFailedError("the device did not notice")
    who.tell(f"  noticed: {said(report.status)}")
    return report


def _confirmed(who: Technician, question: str) -> None:
    if not who.confirm(question):
        raise _StepFailedError(f"not so: {question}")


def _id_card(device: Attended, who: Technician) -> None:
    _seen(device, who, "Lay a card on the reader.", id_card.CardPresent)
    began_s = time.monotonic()
    card = _done(device, lambda reader: reader.read())
    if not isinstance(card, id_card.IdCard):
        raise _StepFailedError(getattr(card, "code", said(card)))
    who.tell(f"  read a card ({card.kind}) in {time.monotonic() - began_s:.2f} s")
    _seen(device, who, "Take the card away.", id_card.NoCard, id_card.PresenceUnknown)


def _smart_card(device: Attended, who: Technician) -> None:
    _seen(device, who, "Put a staff card into the slot.", smart_card.CardPresent)
    card = _done(device, lambda reader: reader.read_staff_card(_CHALLENGE))
    if not isinstance(card, smart_card.StaffCard):
        raise _StepFailedError(said(card))
    who.tell(f"  read staff card {card.staff_id}")
    _seen(device, who, "Pull the card out.", smart_card.NoCard)


def _code_reader(device: Attended, who: Technician) -> None:
    _done(device, lambda reader: reader.begin())
    who.tell("Show a code to the reader.")
    expires_s, pause = time.monotonic() + _HAND_S, threading.Event()
    while isinstance(shown := _done(device, lambda reader: reader.next_code()), code_reader.NoCode):
        if time.monotonic() > expires_s:
            raise _StepFailedError("the device did not notice")
        pause.wait(0.1)
    if isinstance(shown, code_reader.Unreadable):
        raise _StepFailedError(shown.code)
    who.tell(f"  read a code ({shown.symbology}) of {len(shown.text)} characters")


def _receipt_printer(device: Attended, who: Technician) -> None:
    result = _done(device, trial.slip)
    if isinstance(result, receipt_printer.NotPrinted):
        raise _StepFailedError(f"not printed: {said(result.status)}")
    _confirmed(who, "Did a slip come out, cut, with a black bar and the line in Chinese below it?")
    _seen(device, who, "Open the cover.", receipt_printer.CoverOpen, receipt_printer.NoPaper, receipt_printer.Offline)
    _seen(device, who, "Close the cover.", receipt_printer.Ready, receipt_printer.PaperLow)


def _page_printer(device: Attended, who: Technician) -> None:
    job = _done(device, lambda printer: printer.submit(trial.page(), "test-page"))
    expires_s, pause = time.monotonic() + _PAGE_S, threading.Event()
    progress: JobProgress = _done(device, lambda printer: printer.job(job))
    while not progress.state.final:
        if time.monotonic() > expires_s:
            _done(device, lambda printer: printer.cancel(job))
            raise _StepFailedError(f"job {progress.state} after {_PAGE_S:.0f} s, called off")
        pause.wait(0.25)
        progress = _done(device, lambda printer: printer.job(job))
    if progress.state is not JobState.COMPLETED:
        raise _StepFailedError(f"job {progress.state}")
    who.tell(f"  the printer counts {progress.pages_completed} pages")
    _confirmed(who, "Did one page come out, with a frame that is whole on all four sides?")
    _seen(device, who, "Pull the paper tray out.", page_printer.NoPaper, page_printer.CoverOpen)
    _seen(device, who, "Push it in again.", page_printer.Ready, page_printer.PaperLow, page_printer.TonerLow)


def _page_scanner(device: Attended, who: Technician) -> None:
    _confirmed(who, "Does a sheet lie on the glass?")
    pages: list[page_scanner.Page] = []
    settings = page_scanner.ScanSettings(dpi=100)
    result = _done(device, lambda scanner: scanner.scan(settings, pages.append, threading.Event()))
    if isinstance(result, page_scanner.NotScanned) or not pages:
        raise _StepFailedError(f"not scanned: {said(getattr(result, 'status', None))}")
    darkest, brightest = min(pages[0].pixels), max(pages[0].pixels)
    who.tell(f"  one page of {pages[0].width_px} x {pages[0].height_px} px, from {darkest} to {brightest} of 255")
    if darkest == brightest:
        raise _StepFailedError("the page is of one colour: is the lamp on?")


def _document_camera(device: Attended, who: Technician) -> None:
    still = _done(device, lambda camera: camera.still())
    who.tell(f"  one still of {still.shape[1]} x {still.shape[0]} px, mean brightness {still.mean():.0f} of 255")
    who.tell("Cover the lens with a hand.")
    expires_s = time.monotonic() + _HAND_S
    while _done(device, lambda camera: camera.read()).mean() > still.mean() / 2:
        if time.monotonic() > expires_s:
            raise _StepFailedError("the picture did not get dark")
    who.tell("  noticed: dark")
    _done(device, lambda camera: camera.rest())


_STEPS: Mapping[Device, Callable[[Attended, Technician], None]] = {
    Device.ID_CARD: _id_card,
    Device.SMART_CARD: _smart_card,
    Device.CODE_READER: _code_reader,
    Device.RECEIPT_PRINTER: _receipt_printer,
    Device.PAGE_PRINTER: _page_printer,
    Device.PAGE_SCANNER: _page_scanner,
    Device.DOCUMENT_CAMERA: _document_camera,
}
