"""The whole rig: real daemons, real drivers, everything moved through the control port alone."""

from __future__ import annotations

import http.client
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from devices import code_reader, id_card, namespace, page_printer, page_scanner, receipt_printer, smart_card
from devices.code_reader import wedge
from devices.id_card import sdt
from devices.id_card.samples import SAMPLE_CARDS
from devices.page_printer import ipp
from devices.page_scanner import sane
from devices.receipt_printer import escpos
from devices.rig import Rig, RigOptions
from devices.smart_card import pcsc
from kiosk.printing.raster import qr_with_text

PATIENCE_S = 60.0
ROOT = Path(__file__).parents[2]


def until(met: Callable[[], bool]) -> None:
    """Wait for something that another process does in its own time."""
    expires_s = time.monotonic() + PATIENCE_S
    pause = threading.Event()
    while not met():
        assert time.monotonic() < expires_s, "did not happen"
        pause.wait(0.02)


class City:
    """Stands for the platform: answers every connection with one line."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self.listener.getsockname()[:2]
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                connection.sendall(b"city\n")

    def stop(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(PATIENCE_S)


class Hands:
    """The control port as a watcher uses it."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.address = rig.control.removeprefix("http://")

    def __call__(self, action: str, **order: Any) -> dict[str, Any]:
        status, body = self.ask("POST", action, json.dumps(order))
        assert status == 200, body
        state: dict[str, Any] = json.loads(body)
        return state

    def get(self, page: str) -> bytes:
        status, body = self.ask("GET", page)
        assert status == 200, body
        return body

    def ask(self, method: str, name: str, body: str | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.address, timeout=PATIENCE_S)
        try:
            connection.request(method, f"/v1/{name}", body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def options(self, kind: str) -> dict[str, Any]:
        described = json.loads(self.rig.file.read_text(encoding="utf-8"))
        options: dict[str, Any] = described["devices"][kind]["options"]
        return options


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    city = City()
    yield city
    city.stop()


@pytest.fixture(scope="module")
def hands(tmp_path_factory: pytest.TempPathFactory, city: City) -> Iterator[Hands]:
    if not namespace.inside():
        pytest.fail("needs a /run of its own: python -m devices.namespace -- python -m pytest …")
    folder = tmp_path_factory.mktemp("rig")
    options = RigOptions(state_dir=folder, central=city.address, messages=folder / "messages", seconds_per_page=0.01)
    with Rig(options) as rig:
        yield Hands(rig)


def test_identity_card(hands: Hands) -> None:
    """A card that is laid down by the port is read by the driver; the cable can be pulled and put back."""
    reader = sdt.create(hands.options("id_card"))
    assert hands("id_card/place", name="测试乙")["id_card"] == {"plugged": True, "card": {"name": "测试乙"}}
    assert reader.read() == SAMPLE_CARDS["测试乙"]
    assert reader.status() == id_card.CardPresent()
    hands("id_card/lift")
    assert reader.status() == id_card.NoCard()
    hands("id_card/place", person={"name": "测试丙", "valid_to": "2021-01-01"})
    hands("id_card/fault", fault="torn")
    assert reader.read() == id_card.ReadFailed("id_card.read_failed")
    assert hands("id_card/unplug")["id_card"]["plugged"] is False
    assert reader.status() == id_card.Disconnected()
    reader.close()
    hands("id_card/replug")
    again = sdt.create(hands.options("id_card"))
    assert again.status() == id_card.NoCard()
    again.close()


def test_staff_card(hands: Hands) -> None:
    """The staff card goes in and out, and its key is the one that the rig tells the configuration."""
    reader = pcsc.create(hands.options("smart_card"))
    until(lambda: reader.status() == smart_card.NoCard())
    assert hands("staff_card/insert", staff_id="S0002")["staff_card"]["inserted"] == "S0002"
    until(lambda: isinstance(reader.status(), smart_card.CardPresent))
    card = reader.read_staff_card(bytes(32))
    assert isinstance(card, smart_card.StaffCard)
    assert card.staff_id == "S0002"
    hands("staff_card/remove")
    until(lambda: reader.status() == smart_card.NoCard())
    hands("staff_card/insert", strange=True)
    until(lambda: isinstance(reader.status(), smart_card.CardPresent))
    assert reader.read_staff_card(bytes(32)) == smart_card.NotAStaffCard()
    hands("staff_card/remove")
    reader.close()


def test_receipt(hands: Hands) -> None:
    """What is printed can be fetched as bytes and as a picture; roll, cover and power move the driver's status."""
    printer = escpos.create(hands.options("receipt_printer"))
    blocks: list[receipt_printer.Block] = [receipt_printer.Text("KF-TEST", bold=True, double=False)]
    blocks += [receipt_printer.Feed(2), receipt_printer.Cut()]
    assert isinstance(printer.print(blocks), receipt_printer.Printed)
    assert b"KF-TEST" in hands.get("receipt_printer/last.bin")
    assert hands.get("receipt_printer/last.txt").decode().splitlines()[0] == "KF-TEST"
    picture = Image.open(io.BytesIO(hands.get("receipt_printer/last.png")))
    assert picture.width == printer.width_dots
    for order, status in (
        ({"state": "low"}, receipt_printer.PaperLow),
        ({"state": "out"}, receipt_printer.NoPaper),
        ({"state": "ok"}, receipt_printer.Ready),
    ):
        hands("receipt_printer/paper", **order)
        assert isinstance(printer.status(), status)
    hands("receipt_printer/cover", open=True)
    assert isinstance(printer.status(), receipt_printer.CoverOpen)
    hands("receipt_printer/cover", open=False)
    assert hands("receipt_printer/unplug")["receipt_printer"]["plugged"] is False
    assert isinstance(printer.status(), receipt_printer.Disconnected)
    hands("receipt_printer/replug")
    assert isinstance(printer.status(), receipt_printer.Ready)
    printer.close()


def one_page() -> bytes:
    document = pikepdf.new()
    document.add_blank_page(page_size=(595, 842))
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def test_printed_page(hands: Hands) -> None:
    """A document goes through the real IPP printer and comes back from the port; the tray moves the status."""
    printer = ipp.create(hands.options("page_printer"))
    job = printer.submit(one_page(), "certificate")
    until(lambda: printer.job(job).state is page_printer.JobState.COMPLETED)
    assert hands.get("page_printer/last.pdf") == one_page() or hands.get("page_printer/last.pdf").startswith(b"%PDF")
    assert Image.open(io.BytesIO(hands.get("page_printer/last.png"))).height > 1000
    assert hands("page_printer/paper", state="out")["page_printer"]["paper"] == "out"
    assert isinstance(printer.status(), page_printer.NoPaper)
    hands("page_printer/paper", state="ok")
    assert isinstance(printer.status(), page_printer.Ready)
    hands("page_printer/unplug")
    assert isinstance(printer.status(), page_printer.Disconnected)
    assert hands.ask("POST", "page_printer/paper", '{"state": "ok"}')[0] == 409
    hands("page_printer/replug")
    assert isinstance(printer.status(), page_printer.Ready)
    printer.close()


def test_page_scanner(hands: Hands) -> None:
    """Sheets that are loaded come through SANE as pages; jam, cover and power move the driver's status."""
    scanner = sane.create(hands.options("page_scanner"))
    assert hands("page_scanner/load", sheets=2)["page_scanner"]["sheets"] == 2
    pages: list[page_scanner.Page] = []
    settings = page_scanner.ScanSettings(page_scanner.Source.FEEDER, dpi=100)
    assert scanner.scan(settings, pages.append, threading.Event()) == page_scanner.Scanned(2)
    assert len(pages) == 2
    hands("page_scanner/jam", jammed=True)
    assert scanner.status() == page_scanner.Jammed()
    hands("page_scanner/jam", jammed=False)
    hands("page_scanner/cover", open=True)
    assert scanner.status() == page_scanner.CoverOpen()
    hands("page_scanner/cover", open=False)
    assert hands("page_scanner/unplug")["page_scanner"]["plugged"] is False
    assert scanner.status() == page_scanner.Disconnected()
    hands("page_scanner/replug")
    assert scanner.status() == page_scanner.Ready(feeder_loaded=False)
    scanner.close()


def test_camera(hands: Hands) -> None:
    """A page that is laid shows up in the picture; a fault switch reaches the stream's server."""
    empty = hands("camera/clear")["camera"]
    assert empty["page"] is None
    before = hands.get("camera/picture.jpg")
    assert hands("camera/lay", page="employment_proof")["camera"]["page"] == "employment_proof"
    assert hands.get("camera/picture.jpg") != before
    assert hands.ask("POST", "camera/lay", '{"page": "no_such_page"}')[0] == 409
    assert hands("camera/fault", drop=True)["camera"]["faults"] == ["drop"]
    with pytest.raises(OSError):
        urllib.request.urlopen(hands.options("document_camera")["still_source"], timeout=PATIENCE_S)
    assert hands("camera/fault", drop=False)["camera"]["faults"] == []
    with urllib.request.urlopen(hands.options("document_camera")["still_source"], timeout=PATIENCE_S) as still:
        assert still.read(2) == b"\xff\xd8"
    hands("camera/clear")


def test_code_reader(hands: Hands) -> None:
    """A code that is shown comes down the line; half a code is told; the cable can be pulled and put back."""
    reader = wedge.create(hands.options("code_reader"))

    def comes(wanted: code_reader.Code | code_reader.Unreadable) -> bool:
        return reader.next_code() == wanted

    hands("code_reader/show", text="CK-2026-000123", symbology="code128")
    until(lambda: comes(code_reader.Code("CK-2026-000123", code_reader.Symbology.CODE128)))
    assert hands.ask("POST", "code_reader/show_receipt", "")[0] == 409
    printer = escpos.create(hands.options("receipt_printer"))
    paper: list[receipt_printer.Block] = [qr_with_text("KFR1.body.signature", "样例", width=printer.width_dots)]
    printed = printer.print([*paper, receipt_printer.Feed(2), receipt_printer.Cut()])
    assert isinstance(printed, receipt_printer.Printed)
    printer.close()
    hands("code_reader/show_receipt")
    until(lambda: comes(code_reader.Code("KFR1.body.signature", code_reader.Symbology.QR)))
    hands("code_reader/fault", fault="half")
    until(lambda: comes(code_reader.Unreadable("code_reader.half")))
    assert hands("code_reader/unplug")["code_reader"]["plugged"] is False
    assert reader.status() == code_reader.Disconnected()
    assert hands.ask("POST", "code_reader/show", '{"text": "x"}')[0] == 409
    reader.close()
    assert hands("code_reader/replug")["code_reader"]["plugged"] is True
    again = wedge.create(hands.options("code_reader"))
    assert again.status() == code_reader.Ready()
    again.close()


def test_network(hands: Hands) -> None:
    """The line to the city can be cut and restored, on the port that the rig wrote down."""
    port = json.loads(hands.rig.file.read_text(encoding="utf-8"))["network"]["port"]
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as line:
        assert line.recv(16) == b"city\n"
    assert hands("network/cut")["network"] == {"connected": False}
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
    assert hands("network/restore")["network"] == {"connected": True}
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as line:
        assert line.recv(16) == b"city\n"


def test_every_action_is_described(hands: Hands) -> None:
    """The port's own description should know every action, say in words what it takes, and need nothing else to be used."""
    with urllib.request.urlopen(f"{hands.rig.control}/openapi.json", timeout=PATIENCE_S) as answer:
        described = json.loads(answer.read())
    orders = {path: each["post"] for path, each in described["paths"].items() if "post" in each}
    kinds = {path.split("/")[2] for path in orders}
    assert kinds == set(json.loads(hands.get("state")))
    assert all(order["summary"] for order in orders.values())


def test_messages(hands: Hands) -> None:
    """What the gateway's sandbox has written is shown, without a line that is only half there."""
    assert json.loads(hands.get("messages")) == {"messages": []}
    assert hands.rig.options.messages is not None
    hands.rig.options.messages.write_text('{"to": "13800000001", "text": "验证码 123456"}\n{"to": "138', encoding="utf-8")
    assert json.loads(hands.get("messages")) == {"messages": [{"to": "13800000001", "text": "验证码 123456"}]}


def start_program(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "devices.rig", "--state-dir", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={key: value for key, value in os.environ.items() if key != namespace.MARKER},
    )


def test_running_rig_is_not_disturbed_by_a_second_one(hands: Hands) -> None:
    """In the same place, even in the same folder, a second rig gives up, says why, and the first goes on."""
    second = subprocess.run(
        [sys.executable, "-m", "devices.rig", "--state-dir", str(hands.rig.options.state_dir)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 1
    assert "another pcscd" in second.stderr
    assert json.loads(hands.rig.file.read_text(encoding="utf-8"))["pid"] == os.getpid()
    assert hands("id_card/lift")["id_card"]["card"] is None


def family(pid: int) -> set[int]:
    """Return a process and all that descends from it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, todo = set(), [pid]
    while todo:
        here = todo.pop()
        found.add(here)
        todo += children.get(here, [])
    return found


def alive(pids: set[int]) -> set[int]:
    def runs(pid: int) -> bool:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return False
        return stat.rpartition(")")[2].split()[0] != "Z"

    return {pid for pid in pids if runs(pid)}


@pytest.mark.parametrize(("victim", "number"), [("warden", "SIGTERM"), ("warden", "SIGKILL"), ("rig", "SIGKILL")])
def test_nothing_survives_the_program(tmp_path: Path, victim: str, number: str) -> None:
    """Asked to end, killed, or killed from above: every daemon goes, and a rig that ends in order takes its file along."""
    (tmp_path / "rig.json").write_text("{}", encoding="utf-8")  # a killed rig's, which must not be believed
    program = start_program(tmp_path)
    assert program.stdout is not None
    assert program.stderr is not None
    assert program.stdout.readline().startswith("rig up: http://127.0.0.1:")
    described = json.loads((tmp_path / "rig.json").read_text(encoding="utf-8"))
    everyone = family(program.pid)
    assert described["pid"] in everyone
    assert len(everyone) >= 6
    os.kill(program.pid if victim == "warden" else described["pid"], getattr(signal, number))
    until(lambda: not alive(everyone))
    program.wait(PATIENCE_S)
    program.stdout.close()
    program.stderr.close()
    if number == "SIGTERM":
        assert program.returncode == 0
    assert (tmp_path / "rig.json").exists() is (victim == "rig")


@pytest.mark.parametrize("arguments", [[], ["--state-dir", "x", "--central", "nowhere"], ["--speed", "9"]])
def test_bad_arguments(arguments: list[str]) -> None:
    """Arguments that mean nothing end with 2 before anything starts."""
    done = subprocess.run(
        [sys.executable, "-m", "devices.rig", *arguments], cwd=ROOT, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 2
