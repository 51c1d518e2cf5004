"""Everything on the bench: the emulators, their daemons, and what hands can do to them.

Knows: each kind's emulator. Does not know: HTTP, processes above it, the kiosk.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from devices.code_reader.api import Symbology
from devices.code_reader.emulator import WedgeEmulator
from devices.id_card.api import IdCard
from devices.id_card.emulator import Fault as IdCardFault
from devices.id_card.emulator import SdtEmulator
from devices.page_printer.emulator import PagePrinterEmulator
from devices.page_scanner.emulator import PageScannerEmulator
from devices.receipt_printer.emulator import Paper as ReceiptPaper
from devices.receipt_printer.emulator import ReceiptPrinterEmulator
from devices.rig_control import NotNow, Page
from devices.rig_daemons import Pcscd
from devices.rig_network import NetworkSwitch
from devices.smart_card.emulator import StaffCardChip, StrangeCard, VpcdSlot
from devices.smart_card.samples import SAMPLE_STAFF

if TYPE_CHECKING:
    from devices.document_camera.emulator import DocumentCameraEmulator

_PRESENCE = "continuous"
_PREVIEW_DPI = 100


class _Part(Protocol):
    def start(self) -> None: ...
    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RigOptions:
    """What a rig is made of. `central` is where the network leads; `messages` the message gateway's sandbox file."""

    state_dir: Path
    central: tuple[str, int] = ("127.0.0.1", 8443)
    messages: Path | None = None
    control_port: int = 0
    network_port: int = 0
    seconds_per_page: float = 0.3


class Bench:
    """The emulated world. Hands may move from any thread; each device takes one at a time."""

    def __init__(self, options: RigOptions) -> None:
        self._options = options
        self._started: list[_Part] = []
        self._page_lock = threading.Lock()
        self._page_paper = "ok"
        self._page_cover = self._page_jam = False
        self._page_plugged = True
        self._receipt_plugged = True
        self._receipt_paper = ReceiptPaper.OK
        self._receipt_cover = False
        self._receipt_drawn: tuple[bytes, bytes] | None = None
        self._page_drawn: tuple[Path, bytes] | None = None
        self._staff: str | None = None
        self.pcscd = Pcscd(options.state_dir / "pcscd.log")
        self.id_card = SdtEmulator(options.state_dir / "id-card-reader", presence_after_read=_PRESENCE)
        self.staff_slot = VpcdSlot()
        self.receipt_printer = ReceiptPrinterEmulator()
        self.page_printer = PagePrinterEmulator(
            seconds_per_page=options.seconds_per_page, printed_folder=options.state_dir / "printed"
        )
        self.code_reader = WedgeEmulator(options.state_dir / "code-reader")
        self.page_scanner = PageScannerEmulator()
        self._scanner_jam = self._scanner_cover = False
        self._scanner_plugged = True
        self.network = NetworkSwitch(options.central, port=options.network_port)
        self._camera: DocumentCameraEmulator | None = None

    @property
    def camera(self) -> DocumentCameraEmulator:
        """The camera; it exists once the bench has started."""
        assert self._camera is not None
        return self._camera

    # -- life -------------------------------------------------------------------------------------------------------

    def claim(self) -> None:
        """Start pcscd, of which a place has only one: whoever gets this far is alone here. Raises: DaemonFailed.

        The daemon's end is tied to the calling thread's.
        """
        self._begin(self.pcscd)

    def start(self) -> None:
        """Start everything else, the slow ones beside each other; nothing is left running when one fails."""
        tray = self._options.state_dir / "printed"
        tray.mkdir(parents=True, exist_ok=True)
        for left_over in tray.glob("*.pdf"):
            left_over.unlink()
        try:
            with ThreadPoolExecutor(2, "rig-start") as pool:
                slow = [pool.submit(self._begin, self.page_printer), pool.submit(self._start_camera)]
                readers = (self.id_card, self.staff_slot, self.code_reader)
                for part in (*readers, self.receipt_printer, self.page_scanner, self.network):
                    self._begin(part)
                for start in slow:
                    start.result()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop everything that was started, last first, and wait for it."""
        while self._started:
            self._started.pop().stop()

    def _begin(self, part: _Part) -> None:
        part.start()
        self._started.append(part)

    def _start_camera(self) -> None:
        from devices.document_camera.emulator import DocumentCameraEmulator

        self._camera = DocumentCameraEmulator()
        self._begin(self._camera)

    # -- what the kiosk is told -------------------------------------------------------------------------------------

    def drivers(self) -> dict[str, Any]:
        """Return driver name and options by kind, as the kiosk's configuration takes them."""
        return {
            "id_card": {
                "driver": "sdt",
                "options": {"port": str(self.id_card.path), "presence_after_read": _PRESENCE},
            },
            "smart_card": {"driver": "pcsc", "options": {"reader": "Virtual PCD 00 00"}},
            "document_camera": {"driver": "opencv", "options": self.camera.options},
            "receipt_printer": {
                "driver": "escpos",
                "options": {"host": "127.0.0.1", "port": self.receipt_printer.port},
            },
            "page_printer": {"driver": "ipp", "options": {"uri": self.page_printer.uri}},
            "code_reader": {"driver": "wedge", "options": {"port": str(self.code_reader.path)}},
            "page_scanner": {
                "driver": "sane",
                "options": self.page_scanner.options(self._options.state_dir / "sane.d"),
            },
        }

    def staff_cards(self) -> list[dict[str, str]]:
        """Return the staff cards that can be put in, with their public keys, as the configuration takes them."""
        return [
            {"staff_id": card.staff_id, "public_key": base64.b64encode(card.public_key).decode("ascii")}
            for card in SAMPLE_STAFF.values()
        ]

    # -- what can be seen -------------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Return everything that a watcher may want to draw."""
        card = self.id_card.card
        return {
            "id_card": {"plugged": self.id_card.plugged, "card": None if card is None else {"name": card.name}},
            "staff_card": {"inserted": self._staff, "cards": sorted(SAMPLE_STAFF)},
            "camera": {
                "page": self.camera.lying,
                "pages": list(self.camera.sheets),
                "faults": sorted(self.camera.faults),
            },
            "receipt_printer": {
                "plugged": self._receipt_plugged,
                "paper": str(self._receipt_paper),
                "cover_open": self._receipt_cover,
                "printed": len(self.receipt_printer.jobs),
            },
            "page_printer": {
                "plugged": self._page_plugged,
                "paper": self._page_paper,
                "cover_open": self._page_cover,
                "jammed": self._page_jam,
                "printed": len(self.page_printer.printed()),
            },
            "code_reader": {"plugged": self.code_reader.plugged},
            "page_scanner": {
                "plugged": self._scanner_plugged,
                "sheets": self.page_scanner.loaded,
                "cover_open": self._scanner_cover,
                "jammed": self._scanner_jam,
                "scanned": self.page_scanner.scanned,
            },
            "network": {"connected": self.network.connected},
        }

    def pages(self) -> dict[str, Callable[[], Page | None]]:
        """Return what can be fetched, by name."""
        return {
            "receipt_printer/last.bin": self._receipt_bytes,
            "receipt_printer/last.png": self._receipt_picture,
            "receipt_printer/last.txt": self._receipt_text,
            "page_printer/last.pdf": self._printed_page,
            "page_printer/last.png": self._printed_picture,
            "camera/picture.jpg": lambda: Page("image/jpeg", self.camera.picture()),
            "messages": self._messages,
        }

    def _receipt_bytes(self) -> Page | None:
        jobs = self.receipt_printer.jobs
        return Page("application/octet-stream", jobs[-1]) if jobs else None

    def _receipt_text(self) -> Page | None:
        """Return the lines in the printer's own font; what is only in pictures is not among them."""
        from devices.receipt_printer.decoder import decode

        jobs = self.receipt_printer.jobs
        return Page("text/plain; charset=utf-8", "\n".join(decode(jobs[-1]).lines).encode()) if jobs else None

    def _receipt_picture(self) -> Page | None:
        from devices.receipt_printer.decoder import decode

        jobs = self.receipt_printer.jobs
        if not jobs:
            return None
        if self._receipt_drawn is None or self._receipt_drawn[0] != jobs[-1]:
            drawn = io.BytesIO()
            decode(jobs[-1]).image().save(drawn, "PNG")
            self._receipt_drawn = (jobs[-1], drawn.getvalue())
        return Page("image/png", self._receipt_drawn[1])

    def _printed_page(self) -> Page | None:
        printed = self.page_printer.printed()
        return Page("application/pdf", printed[-1].read_bytes()) if printed else None

    def _printed_picture(self) -> Page | None:
        import pypdfium2

        printed = self.page_printer.printed()
        if not printed:
            return None
        with self._page_lock:
            if self._page_drawn is None or self._page_drawn[0] != printed[-1]:
                drawn = io.BytesIO()
                with contextlib.closing(pypdfium2.PdfDocument(printed[-1])) as document:
                    document[0].render(scale=_PREVIEW_DPI / 72).to_pil().save(drawn, "PNG")
                self._page_drawn = (printed[-1], drawn.getvalue())
            return Page("image/png", self._page_drawn[1])

    def _messages(self) -> Page:
        lines: list[str] = []
        if self._options.messages is not None and self._options.messages.exists():
            lines = self._options.messages.read_text("utf-8").splitlines()
        # A line that is still being written is left for the next look.
        messages = []
        for line in lines:
            with contextlib.suppress(ValueError):
                messages.append(json.loads(line))
        return Page("application/json; charset=utf-8", json.dumps({"messages": messages}, ensure_ascii=False).encode())

    # -- hands ------------------------------------------------------------------------------------------------------

    def place_card(self, card: IdCard) -> None:
        """Lay an identity card on the reader."""
        self.id_card.place(card)

    def spoil_id_card(self, fault: str, count: int) -> None:
        """Spoil answers of the identity card reader; "torn" lifts the card during the next read."""
        if fault == "torn":
            self.id_card.torn_read = True
        else:
            self.id_card.break_answers(IdCardFault(fault), count)

    def insert_staff_card(self, staff_id: str | None) -> None:
        """Put a staff card in, or with None somebody else's card."""
        if staff_id is None:
            self.staff_slot.insert(StrangeCard())
            self._staff = "strange"
        else:
            self.staff_slot.insert(StaffCardChip(SAMPLE_STAFF[staff_id]))
            self._staff = staff_id

    def remove_staff_card(self) -> None:
        """Pull it."""
        self.staff_slot.remove()
        self._staff = None

    def lay(self, page: str) -> None:
        """Lay a sheet under the camera. Raises: NotNow when there is no such sheet."""
        if page not in self.camera.sheets:
            raise NotNow(f"no such page; there are {', '.join(self.camera.sheets)}")
        self.camera.lay(page)

    def set_camera_fault(self, name: str, on: bool) -> None:
        """Move one switch of the camera; names as in `devices.document_camera.scene.Fault`."""
        from devices.document_camera.scene import Fault

        self.camera.set_fault(Fault(name), on)

    def set_receipt_paper(self, state: str) -> None:
        """Set the roll: "ok", "low", "out"."""
        self._receipt_paper = ReceiptPaper(state)
        self.receipt_printer.set_paper(self._receipt_paper)

    def run_receipt_out_after(self, job_bytes: int) -> None:
        """End the roll in the middle of the next receipt."""
        self.receipt_printer.run_out_after(job_bytes)
        self._receipt_paper = ReceiptPaper.OUT

    def set_receipt_cover(self, is_open: bool) -> None:
        """Open or close the receipt printer."""
        self._receipt_cover = is_open
        self.receipt_printer.set_cover_open(is_open)

    def plug_receipt_printer(self, plugged: bool) -> None:
        """Cut or give its power."""
        if plugged:
            self.receipt_printer.replug()
        else:
            self.receipt_printer.unplug()
        self._receipt_plugged = plugged

    def set_page_paper(self, state: str, after_pages: int) -> None:
        """Set the tray: "ok", "low", "out"; out may come after some more pages."""
        with self._page_power():
            match state:
                case "ok":
                    self.page_printer.refill()
                case "low":
                    self.page_printer.paper_low()
                case _:
                    self.page_printer.paper_out(after_pages)
            self._page_paper = state

    def set_page_cover(self, is_open: bool) -> None:
        """Open or close the page printer."""
        with self._page_power():
            self.page_printer.set_cover_open(is_open)
            self._page_cover = is_open

    def set_page_jam(self, jammed: bool) -> None:
        """Jam it, or take the page out."""
        with self._page_power():
            if jammed:
                self.page_printer.jam()
            else:
                self.page_printer.clear_jam()
            self._page_jam = jammed

    def plug_page_printer(self, plugged: bool) -> None:
        """Cut or give its power."""
        with self._page_lock:
            if plugged == self._page_plugged:
                return
            if plugged:
                self.page_printer.replug()
            else:
                self.page_printer.unplug()
            self._page_plugged = plugged

    def show_code(self, text: str, symbology: str) -> None:
        """Hold a code before the reader."""
        self._sent(self.code_reader.show(text.encode(), Symbology(symbology)))

    def show_receipt(self) -> None:
        """Hold the last printed receipt before the reader: its code as it stands on the paper."""
        from devices.receipt_printer.decoder import decode, decode_qr

        jobs = self.receipt_printer.jobs
        codes = decode_qr(decode(jobs[-1]).image()) if jobs else []
        if not codes:
            raise NotNow("no receipt with a code has been printed")
        self.show_code(codes[-1], Symbology.QR)

    def spoil_code(self, fault: str) -> None:
        """Send what no good reader would: half a code, one in no encoding, one without an end."""
        spoilt = {"half": b"]Q1CK-20", "encoding": b"]Q1\xff\xfe\x80\r", "endless": b"]Q1" + b"9" * 20_000 + b"\r"}
        self._sent(self.code_reader.send(spoilt[fault]))

    @staticmethod
    def _sent(sent: bool) -> None:
        if not sent:
            raise NotNow("the code reader is unplugged, or nobody listens to it")

    def load_scanner(self, sheets: int) -> None:
        """Put so many sheets into the scanner's feeder; none takes out those that are there."""
        if sheets == 0:
            self.page_scanner.unload()
        self.page_scanner.load(*(f"第 {number} 页" for number in range(1, sheets + 1)))

    def set_scanner_cover(self, is_open: bool) -> None:
        """Open or close the scanner's feeder."""
        self._scanner_cover = is_open
        self.page_scanner.set_cover_open(is_open)

    def set_scanner_jam(self, jammed: bool) -> None:
        """Jam the scanner's feeder, or take the sheet out."""
        self._scanner_jam = jammed
        self.page_scanner.set_jam(jammed)

    def plug_page_scanner(self, plugged: bool) -> None:
        """Cut or give its power."""
        if plugged:
            self.page_scanner.replug()
        else:
            self.page_scanner.unplug()
        self._scanner_plugged = plugged

    @contextlib.contextmanager
    def _page_power(self) -> Iterator[None]:
        """Hold the page printer, which must have power: its switches are moved through its own web page."""
        with self._page_lock:
            if not self._page_plugged:
                raise NotNow("the page printer has no power")
            try:
                yield
            except TimeoutError as error:
                raise NotNow(str(error)) from error
