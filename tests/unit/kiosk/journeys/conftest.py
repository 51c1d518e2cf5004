"""A whole terminal on a bench: real desks, machine, words, catalogue and outbox; time, wires and the city are scripted.

Nothing here has a thread: what a supervisor or a worker would do elsewhere is done when the bench turns.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

sys.path.insert(0, str(Path(__file__).parent))

from citizen import Citizen
from surroundings import (
    CITY_KEY,
    ManualClock,
    ScriptedCity,
    ScriptedLine,
    ScriptedPagePrinter,
    ScriptedVision,
    Silent,
    StandInSupervisor,
    StandInWork,
)

from devices.id_card.fakes import FakeIdCardReader
from devices.receipt_printer.fakes import FakeReceiptPrinter
from devices.smart_card.fakes import FakeSmartCardReader
from devices.smart_card.samples import SAMPLE_STAFF
from kiosk.audit import AuditLog, verify_chain
from kiosk.catalogue.loader import Catalogue
from kiosk.city.client import CityClient
from kiosk.city.line import LineWatch
from kiosk.config import parse
from kiosk.dispatch import QueueDispatcher
from kiosk.documents.errands import Errands, Imported, NotImported, NotRead, Read
from kiosk.documents.vision import Vision
from kiosk.events import Bus
from kiosk.fleet.catalogue import CatalogueKeeper, CatalogueStore
from kiosk.fleet.enrolment import Enrolment, PlatformKey
from kiosk.identity import case_code
from kiosk.journeys.acting import ActingDesk
from kiosk.journeys.assist import AssistDesk
from kiosk.journeys.bringing import BringingDesk
from kiosk.journeys.certificate import CertificateDesk
from kiosk.journeys.context import Context
from kiosk.journeys.form import FormDesk
from kiosk.journeys.guard import GuardDesk
from kiosk.journeys.hand_in import CaseDesk
from kiosk.journeys.help import HelpDesk
from kiosk.journeys.identify import PersonDesk
from kiosk.journeys.materials import MaterialsDesk
from kiosk.journeys.my_cases import MyCasesDesk
from kiosk.journeys.rating import RatingDesk
from kiosk.journeys.reading import ReadingDesk
from kiosk.journeys.staff import StaffDesk
from kiosk.journeys.stick import StickDesk
from kiosk.journeys.supplement import SupplementDesk
from kiosk.journeys.training import TrainingDesk
from kiosk.journeys.upkeep import UpkeepDesk
from kiosk.journeys.vault import Vault
from kiosk.session.runner import SessionRunner
from kiosk.session.states import Device
from kiosk.speech import Announcer
from kiosk.terminal import Desks, Terminal
from kiosk.words import Words
from offline_queue import Limits, Outbox, Recipient, Sealing, SoftwareDeviceKey
from offline_queue.tag_keys import KeyringTagKey

SEAL_KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
TURNS = 1000
STAFF_PIN = "246810"
STAFF_PIN_RECORD = "scrypt$32768$8$1$Ak/wlBjzzT0hF/38wX5oxA==$TukfYdvAxTmUkdIrtM29qYLykl00sfSgl3+HZv2kYEE="
"""Made of it once: every making takes its time."""
_WORDS, _CATALOGUE = Words.load(), Catalogue.load()

class Bench(Citizen):
    """The terminal and its surroundings. `turn` runs everything that is due now."""

    terminal: Terminal

    def __init__(self, state_dir: Path, *, presence: str = "always") -> None:
        self.state_dir = state_dir
        self.clock = ManualClock()
        self.home = QueueDispatcher()
        self.city = ScriptedCity()
        self.vision = ScriptedVision()
        self.line = ScriptedLine()
        self.reader = FakeIdCardReader(presence_after_read=presence)
        self.staff_reader = FakeSmartCardReader()
        self.receipts = FakeReceiptPrinter()
        self.pages = ScriptedPagePrinter()
        self.city_work, self.store_work = StandInWork(self.home), StandInWork(self.home)
        self.document_work = StandInWork(self.home)
        self.sticks: tuple[Path, ...] = ()
        self.unread = False
        self.imports: Callable[..., Imported | NotImported] | None = None
        self.judged: list[tuple[bytes, str, int, bool]] = []
        self.imported: Imported | NotImported = NotImported("documents.import.torn")
        self.read_page: Callable[..., Read | NotRead] = lambda *_: NotRead("reading.no_models")
        self.free_bytes = 1 << 40
        self.quit_calls = 0
        self.devices = {
            kind: StandInSupervisor(kind, driver, self.home, lambda report, kind=kind: self.terminal.on_device(kind, report))  # type: ignore[misc]
            for kind, driver in (
                (Device.ID_CARD, self.reader),
                (Device.SMART_CARD, self.staff_reader),
                (Device.RECEIPT_PRINTER, self.receipts),
                (Device.PAGE_PRINTER, self.pages),
            )
        }
        self.key = SoftwareDeviceKey.create(state_dir / "device.key")
        self.outbox = self.open_outbox()
        self.runner = SessionRunner(
            clock=self.clock,
            run_effect=lambda effect: self.terminal.run_effect(effect),  # noqa: PLW0108 - the terminal comes later
            on_change=lambda session: self.terminal.on_session(session),  # noqa: PLW0108
        )
        self.context = self._context()
        self.terminal = self._terminal()
        self.terminal.on_quit(self._quit)
        self.terminal.start()
        self.terminal.on_line(True, "")
        self.turn()

    # --- wiring ----

    def open_outbox(self) -> Outbox:
        seal = SEAL_KEY.public_key().public_bytes_raw()
        sealing = Sealing(
            kiosk="0001",
            recipients=(Recipient("seal-1", seal),),
            sign=self.key.sign,
            mint_code=lambda seq: case_code.mint("0001", seq),
        )
        limits = Limits(max_submission_bytes=1 << 20, ballast_bytes=0)
        return Outbox.open(
            self.state_dir / "outbox", sealing=sealing, limits=limits, free=lambda _: self.free_bytes, now=self.clock.now
        )

    def _context(self) -> Context:
        config = parse(
            {
                "state_dir": str(self.state_dir),
                "terminal": {
                    "number": "0001",
                    "name": {"zh": "市民之窗", "en": "Citizen's Window"},
                    "site": {"zh": "样例服务站", "en": "Sample station"},
                    "phone": "0371-12345",
                },
                "city": {"url": "https://central.example.invalid/", "ca_file": "ca.pem"},
                "staff_cards": [
                    {
                        "staff_id": "S0001",
                        "public_key": base64.b64encode(SAMPLE_STAFF["S0001"].public_key).decode(),
                        "pin": STAFF_PIN_RECORD,
                    }
                ],
            },
            source="bench",
            base=self.state_dir,
        )
        enrolment = Enrolment(
            kiosk="0001",
            device_public_key=self.key.public_bytes.hex(),
            next_seq=1,
            platform_seal_keys=(
                PlatformKey(key_id="seal-1", public_key=SEAL_KEY.public_key().public_bytes_raw().hex()),
            ),
            platform_sign_key=PlatformKey(
                key_id="sign-1", public_key=CITY_KEY.public_key().public_bytes_raw().hex()
            ),
        )
        return Context(
            config=config,
            enrolment=enrolment,
            clock=self.clock,
            bus=Bus(self.home),
            words=_WORDS,
            catalogue=_CATALOGUE,
            vault=Vault(),
            audit=AuditLog(self.state_dir / "audit.jsonl", self.clock),
            outbox=self.outbox,
            city=cast("CityClient", self.city),
            city_work=cast("Any", self.city_work),
            store_work=cast("Any", self.store_work),
            document_work=cast("Any", self.document_work),
            devices=cast("Any", self.devices),
            sign=self.key.sign,
            custody=self.key.custody,
            tag_key=KeyringTagKey(b"t" * 32),
            handle=self.runner.handle,
            session=lambda: self.runner.session,
        )

    def _terminal(self) -> Terminal:
        context, vision = self.context, cast("Vision", self.vision)
        materials = MaterialsDesk(context, vision, ReadingDesk(context, self._read))
        form, acting = FormDesk(context, materials), ActingDesk(context)
        staff = StaffDesk(context)
        desks = Desks(
            person=PersonDesk(context, acting),
            acting=acting,
            form=form,
            materials=materials,
            bringing=BringingDesk(context, materials, self._take_in),
            stick=StickDesk(
                context, materials, self._take_in, lambda: tuple((each,) for each in self.sticks), lambda: self.unread
            ),
            case=CaseDesk(context, form, materials),
            supplement=SupplementDesk(context, form, materials),
            my_cases=MyCasesDesk(context),
            certificate=CertificateDesk(context, form),
            help=HelpDesk(context),
            rating=RatingDesk(context),
            guard=GuardDesk(context),
            staff=staff,
            assist=AssistDesk(context, staff),
            training=TrainingDesk(context, staff),
            upkeep=UpkeepDesk(context, staff, lambda: self.terminal.reports),
        )
        return Terminal(
            context=context,
            runner=self.runner,
            desks=desks,
            vision=vision,
            errands=Errands(),
            line=cast("LineWatch", self.line),
            keeper=CatalogueKeeper(context, CatalogueStore(self.state_dir)),
            outbox=self.outbox,
            speech=Announcer(
                Silent(),
                words=context.words,
                config=context.config,
                catalogue=lambda: context.catalogue,
            ),
        )

    def _take_in(self, data: bytes, source: str, *, room: int, photo: bool) -> Imported | NotImported:
        self.judged.append((data, source, room, photo))
        return self.imported if self.imports is None else self.imports(data, source, room=room, photo=photo)

    def _read(self, *asked: object) -> Read | NotRead:
        return self.read_page(*asked)

    def _quit(self) -> None:
        self.quit_calls += 1

    def close(self) -> None:
        """Stop in good order; the audit log must be one whole chain."""
        self.store_work.release()
        self.turn()
        self.terminal.stop()
        verify_chain(self.state_dir / "audit.jsonl")

    # --- turning ----

    def turn(self) -> None:
        """Run what is due until nothing is."""
        for _ in range(TURNS):
            if not self.home.run_pending():
                return
        pytest.fail("the bench never comes to rest")

    def poll(self) -> None:
        """Let every supervisor look at its driver, then run what follows."""
        for supervisor in self.devices.values():
            supervisor.poll_now()
        self.turn()

    def wait(self, seconds: float, *, step: float = 0.25) -> None:
        """Let time pass as the screen's timer would see it."""
        until = self.clock.count + seconds
        while self.clock.count < until:
            self.clock.count = min(until, self.clock.count + step)
            self.terminal.tick()
            self.turn()

    # --- what the tests read ----

    @property
    def vault(self) -> Vault:
        return self.context.vault

    @property
    def trouble(self) -> str:
        return "" if self.session.trouble is None else self.session.trouble.message_id

    def audited(self, event: str = "") -> list[dict[str, Any]]:
        lines = (self.state_dir / "audit.jsonl").read_text(encoding="utf-8").splitlines()
        entries = [json.loads(line) for line in lines]
        return [entry for entry in entries if event in {"", entry["event"]}]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


@pytest.fixture
def make_bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(**options: Any) -> Bench:
        made.append(Bench(tmp_path / str(len(made)), **options))
        return made[-1]

    yield make
    for bench in made:
        bench.close()


