"""A whole terminal on a bench: real desks, machine, words, catalogue and outbox; time, wires and the city are scripted.

Nothing here has a thread: what a supervisor or a worker would do elsewhere is done when the bench turns.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import json
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from PIL import Image

from devices.document_camera import Ready as CameraReady
from devices.errors import DeviceError
from devices.id_card import IdCard
from devices.id_card.fakes import FakeIdCardReader
from devices.id_card.samples import SAMPLE_CARDS
from devices.page_printer import JobProgress, JobState
from devices.page_printer.api import check_job
from devices.receipt_printer.fakes import FakeReceiptPrinter
from devices.smart_card.fakes import FakeSmartCardReader
from devices.smart_card.samples import SAMPLE_STAFF
from devices.supervisor import DeviceReport, SupervisorState
from kiosk.audit import AuditLog, verify_chain
from kiosk.catalogue.loader import Catalogue
from kiosk.city.client import CatalogueDownload, CityClient
from kiosk.city.line import LineWatch
from kiosk.city.messages import (
    CasesAnswer,
    CertificateAnswer,
    CertificateRequest,
    CertificateStatement,
    CodeAnswer,
    HandoverAnswer,
    PersonKey,
    VerifyAnswer,
    certificate_statement_to_sign,
    subject_hash,
)
from kiosk.clock import ClockQuality
from kiosk.config import parse
from kiosk.dispatch import QueueDispatcher
from kiosk.documents.errands import Errands, Imported, NotImported, NotRead, Read
from kiosk.documents.pages import CapturedPage, PageCaptured
from kiosk.documents.vision import Vision
from kiosk.events import Bus
from kiosk.fleet.catalogue import CatalogueKeeper, CatalogueStore
from kiosk.fleet.enrolment import Enrolment, PlatformKey
from kiosk.health import state_of
from kiosk.identity import case_code
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
from kiosk.journeys.upkeep import UpkeepDesk
from kiosk.journeys.vault import Vault
from kiosk.session import events as ev
from kiosk.session.runner import SessionRunner
from kiosk.session.states import Choice, Device, Session, State
from kiosk.speech import Announcer, SpeechState
from kiosk.terminal import Desks, Terminal
from kiosk.words import Words
from offline_queue import Limits, Outbox, Recipient, Sealing, SoftwareDeviceKey
from offline_queue.tag_keys import KeyringTagKey

PERMIT = "residence_permit_apply"
CERTIFICATE = "social_participation_cert"
JIA, YI = SAMPLE_CARDS["测试甲"], SAMPLE_CARDS["测试乙"]
CITY_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SEAL_KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
STROKES = [[(0.1, 0.5, 0.0), (0.4, 0.4, 0.1), (0.8, 0.6, 0.3)]]
TURNS = 1000
STAFF_PIN = "246810"
STAFF_PIN_RECORD = "scrypt$32768$8$1$Ak/wlBjzzT0hF/38wX5oxA==$TukfYdvAxTmUkdIrtM29qYLykl00sfSgl3+HZv2kYEE="
"""Made of it once: every making takes its time."""
_WORDS, _CATALOGUE = Words.load(), Catalogue.load()


class ManualClock:
    """Three in the morning of a Saturday in Shanghai, until told otherwise."""

    def __init__(self) -> None:
        self.wall = dt.datetime(2026, 11, 27, 19, 12, tzinfo=dt.UTC)
        self.count = 1000.0
        self.trust = ClockQuality.SYNCHRONISED

    def now(self) -> dt.datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.count

    def quality(self) -> ClockQuality:
        return self.trust


class Held:
    """Work that runs when the bench turns; `hold` keeps it until `release`, as a slow wire would."""

    def __init__(self, home: QueueDispatcher) -> None:
        self._home = home
        self._kept: deque[Callable[[], None]] = deque()
        self.held = False

    def hold(self) -> None:
        self.held = True

    def release(self) -> None:
        self.held = False
        while self._kept:
            self._home.post(self._kept.popleft())

    def later(self, work: Callable[[], None]) -> None:
        if self.held:
            self._kept.append(work)
        else:
            self._home.post(work)


class StandInSupervisor(Held):
    """A supervisor without threads around a driver; its answers take the same way home as the real one's."""

    def __init__(self, kind: Device, driver: Any, home: QueueDispatcher, tell: Callable[[DeviceReport], None]) -> None:
        super().__init__(home)
        self.driver = driver
        self._kind = kind
        self._tell = tell
        self.report = DeviceReport(str(kind), SupervisorState.LOST, None, 0.0)
        self.dead: str | None = None
        """A code while there is no driver at all."""

    def start(self) -> None:
        self.poll_now()

    def stop(self, deadline_s: float = 5.0) -> bool:
        del deadline_s
        self.driver.close()
        return True

    def poll_now(self) -> None:
        status = None if self.dead else self.driver.status()
        state = SupervisorState.LOST if self.dead else state_of(status)
        report = DeviceReport(str(self._kind), state, status, 0.0, self.dead)
        if report != self.report:
            self.report = report
            self._home.post(lambda: self._tell(report))

    def submit(self, work: Callable[[Any], Any], done: Callable[[Any], None], *, deadline_s: float | None = None) -> None:
        del deadline_s

        def run() -> None:
            try:
                result = work(self.driver) if self.dead is None else DeviceError(f"{self._kind}.lost", self.dead)
            except DeviceError as error:
                result = error
            self._home.post(lambda: done(result))
            self.poll_now()

        self.later(run)


class StandInWork(Held):
    """A `Background` without its thread."""

    def run(self, work: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[Exception], None]) -> None:
        def job() -> None:
            try:
                result = work()
            except Exception as error:  # noqa: BLE001 - as the thread that this stands for
                failure = error
                self._home.post(lambda: failed(failure))
            else:
                self._home.post(lambda: done(result))

        self.later(job)

    def stop(self, timeout_s: float) -> bool:
        del timeout_s
        return True


class ScriptedCity:
    """Answers well, or as told: an exception or a value in `script[<method>]` is what the next call gets."""

    def __init__(self) -> None:
        calls = ("catalogue", "request_code", "verify_code", "issue_certificate", "cases")
        calls += ("open_handover", "fetch_handover", "close_handover")
        self.script: dict[str, deque[Any]] = {call: deque() for call in calls}
        self.codes: list[PersonKey] = []
        self.verified: list[tuple[str, str]] = []
        self.asked_cases: list[tuple[str, bool]] = []
        self.requests: list[CertificateRequest] = []
        self.pdf = b""
        self.sent: list[bytes] = []
        self.closed: list[str] = []

    def forget(self) -> None:
        """Drop what this stand-in itself has kept of the calls."""
        self.codes.clear()
        self.asked_cases.clear()
        self.requests.clear()

    def fail(self, method: str, error: Exception) -> None:
        self.script[method].append(error)

    def open_handover(self) -> HandoverAnswer:
        told = self._told("open_handover")
        when = dt.datetime(2026, 11, 21, 3, 22, tzinfo=dt.UTC)
        return told or HandoverAnswer(token="t" * 22, url="https://city.example.invalid/u/" + "t" * 22, expires_at=when)

    def fetch_handover(self, token: str, taken: int) -> tuple[bool, bytes]:
        self._told("fetch_handover")
        return bool(self.sent), self.sent[taken] if taken < len(self.sent) else b""

    def close_handover(self, token: str) -> None:
        self.closed.append(token)
        self._told("close_handover")

    def _told(self, method: str) -> Any:
        told = self.script[method].popleft() if self.script[method] else None
        if isinstance(told, Exception):
            raise told
        return told

    def cases(self, person: PersonKey, token: str = "") -> CasesAnswer:
        told = self._told("cases")
        self.asked_cases.append((person.number, bool(token)))
        return told if told is not None else CasesAnswer(level="card", as_of=dt.datetime.now(dt.UTC), cases=())

    def catalogue(self, etag: str = "") -> CatalogueDownload | None:
        return cast("CatalogueDownload | None", self._told("catalogue"))

    def request_code(self, person: PersonKey) -> CodeAnswer:
        self.codes.append(person)
        answer: CodeAnswer | None = self._told("request_code")
        return answer or CodeAnswer(
            challenge=f"challenge-{len(self.codes)}", phone_masked="138****0001", expires_in_s=300, resend_after_s=60
        )

    def verify_code(self, challenge: str, code: str) -> VerifyAnswer:
        self.verified.append((challenge, code))
        answer: VerifyAnswer | None = self._told("verify_code")
        return answer or VerifyAnswer(
            assurance_token="token", level="card+code", expires_at=dt.datetime(2026, 11, 27, 20, tzinfo=dt.UTC)
        )

    def issue_certificate(self, request: CertificateRequest) -> CertificateAnswer:
        self.requests.append(request)
        answer: CertificateAnswer | None = self._told("issue_certificate")
        return answer or self.certificate(request.person.name, request.person.number)

    def certificate(self, name: str, number: str, *, key: Ed25519PrivateKey = CITY_KEY) -> CertificateAnswer:
        """Issue one for a person, on the pages that `pdf` holds."""
        identifier = f"C{len(self.requests)}"
        statement = CertificateStatement(
            certificate_id=identifier,
            licence_id="1.2.156.3005.2.X",
            sha256=hashlib.sha256(self.pdf).hexdigest(),
            subject_hash=subject_hash(name, number),
            issued_at=dt.datetime(2026, 11, 27, 19, tzinfo=dt.UTC),
            valid_to=dt.date(2026, 12, 27),
            verify_url="https://central.example.invalid/v/C1",
        ).model_dump_json()
        return CertificateAnswer(
            certificate_id=identifier,
            pdf_b64=base64.b64encode(self.pdf).decode(),
            statement=statement,
            statement_signature=base64.b64encode(key.sign(certificate_statement_to_sign(statement))).decode(),
        )


class ScriptedVision:
    """Keeps what it was told; the bench lays pages by itself."""

    def __init__(self) -> None:
        self.preview: str | None = None
        self.forgotten = 0
        self.captures = 0
        self.report = DeviceReport("document_camera", SupervisorState.READY, CameraReady(), 0.0)

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass

    def shows(self, profile: str | None) -> bool:
        return self.preview == profile

    def start_preview(self, profile: str) -> None:
        self.preview = profile

    def stop_preview(self) -> None:
        self.preview = None

    def capture(self, outline: object = None) -> None:
        self.captures += 1

    def forget(self) -> None:
        self.forgotten += 1

    def latest_frame(self) -> None:
        return None


class ScriptedLine:
    """A watch that only counts suspicions."""

    def __init__(self) -> None:
        self.suspicions = 0

    def start(self) -> None:
        pass

    def stop(self, timeout_s: float) -> None:
        del timeout_s

    def suspect(self) -> None:
        self.suspicions += 1


class Silent:
    """A speaker without a sound card."""

    state = SpeechState.UNAVAILABLE

    def say(self, sentences: object, language: str) -> None: ...

    def cut(self) -> None: ...

    def tick(self) -> None: ...

    def stop(self, timeout_s: float) -> None: ...


class ScriptedPagePrinter:
    """A page printer whose jobs stand as the test sets them: `progress` is what the next question about a job gets."""

    def __init__(self) -> None:
        self.submitted: list[bytes] = []
        self.titles: list[str] = []
        self.cancelled: list[int] = []
        self.progress: JobProgress | DeviceError = JobProgress(JobState.PROCESSING, 0)
        self.refuse: DeviceError | None = None
        self.current: object = None

    def status(self) -> object:
        from devices.page_printer import Ready

        return self.current or Ready()

    def submit(self, pdf: bytes, title: str) -> int:
        check_job(pdf, title)
        if self.refuse is not None:
            raise self.refuse
        self.submitted.append(pdf)
        self.titles.append(title)
        return len(self.submitted)

    def job(self, job_id: int) -> JobProgress:
        assert job_id == len(self.submitted)
        if isinstance(self.progress, DeviceError):
            raise self.progress
        return self.progress

    def cancel(self, job_id: int) -> bool:
        self.cancelled.append(job_id)
        return True

    def close(self) -> None:
        pass


def jpeg(colour: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 60), (colour, 200, 200)).save(out, "JPEG")
    return out.getvalue()


def page(colour: int = 10) -> CapturedPage:
    data = jpeg(colour)
    return CapturedPage(
        jpeg=data,
        width_px=40,
        height_px=60,
        dpi=200,
        sha256=hashlib.sha256(data).hexdigest(),
        sharpness=10.0,
        profile="document",
        paper="A4",
    )


class Bench:
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
        form = FormDesk(context, materials)
        staff = StaffDesk(context)
        desks = Desks(
            person=PersonDesk(context),
            form=form,
            materials=materials,
            bringing=BringingDesk(context, materials, self._take_in),
            case=CaseDesk(context, form, materials),
            my_cases=MyCasesDesk(context),
            certificate=CertificateDesk(context),
            help=HelpDesk(context),
            rating=RatingDesk(context),
            guard=GuardDesk(context),
            staff=staff,
            assist=AssistDesk(context, staff),
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
        return self.imported

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

    def handle(self, *events: ev.Event) -> None:
        for event in events:
            self.terminal.handle(event)
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
    def session(self) -> Session:
        return self.terminal.session

    def state(self) -> State:
        # A call, because a type checker takes an attribute for unchanged after whatever changed it.
        return self.terminal.session.state

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

    # --- the ways of a citizen ----

    def to_identify(self, item_id: str = PERMIT) -> None:
        plan = self.terminal.plan(self.terminal.catalogue.item(item_id))
        self.handle(ev.Started(), ev.ItemChosen(plan), ev.Confirmed(), ev.Confirmed())
        assert self.state() in {State.IDENTIFY, State.CODE}  # a card may lie there already

    def lay_card(self, card: IdCard = JIA) -> None:
        self.reader.place(card)
        self.poll()

    def lift_card(self) -> None:
        self.reader.lift()
        self.poll()

    def type_code(self, digits: str = "123456") -> None:
        for digit in digits:
            self.terminal.person.type_code(digit)
        self.terminal.person.submit_code()
        self.turn()

    def to_form(self, item_id: str = PERMIT) -> None:
        self.to_identify(item_id)
        self.lay_card()
        assert self.state() is State.CODE
        self.type_code()
        if self.state() is State.AGAIN:
            self.handle(ev.Confirmed())
        assert self.state() in {State.FORM, State.CHOOSE}

    def fill_permit(self, reason: str = "home") -> None:
        form = self.terminal.form
        for key, value in (
            ("reg_since", "2024-01-05"),
            ("reason", reason),
            ("address", {"division": self.town(), "detail": "示范路1号"}),
            ("phone", "13800000001"),
        ):
            form.set(key, value)
        self.turn()
        while self.state() is State.FORM:
            before = self.session.page
            assert form.answer_page(), [view for view in form.fields(before) if view.problem_id]
            self.turn()
        assert self.state() is State.MATERIALS

    def town(self) -> str:
        below = self.terminal.form.division_children("")
        county = below[0][0]
        return self.terminal.form.division_children(county)[0][0]

    def lay_page(self, colour: int = 10) -> None:
        self.terminal.materials.on_event(PageCaptured(page(colour)))
        self.turn()

    def lay_materials(self) -> None:
        for view in self.terminal.materials.views():
            if view.state in {"have", "done"}:
                continue
            self.handle(ev.MaterialOpened(view.key))
            assert self.state() is State.CAPTURE
            for number in range(view.pages, view.max_pages):
                self.lay_page(10 + 20 * number)
            assert self.state() is State.MATERIALS
        assert self.terminal.materials.complete

    def to_review(self, reason: str = "home") -> None:
        self.to_form()
        self.fill_permit(reason)
        self.lay_materials()
        self.handle(ev.Confirmed())
        assert self.state() is State.SIGN
        self.terminal.case.set_signature(STROKES, 600, 300)
        self.handle(ev.Confirmed())
        assert self.state() is State.REVIEW

    def to_outcome(self) -> None:
        self.to_review()
        self.handle(ev.Confirmed())
        assert self.state() is State.OUTCOME

    def to_preview(self) -> None:
        self.to_form(CERTIFICATE)
        self.choose()
        assert self.state() is State.PREVIEW

    def choose(self) -> None:
        """Answer every page of the certificate's form as it stands."""
        while self.state() is State.CHOOSE:
            assert self.terminal.form.answer_page()
            self.turn()

    def choose_until_trouble(self) -> None:
        """Answer the pages until the city has said no."""
        for _ in range(self.terminal.form.page_count):
            if self.session.trouble is None:
                assert self.terminal.form.answer_page()
                self.turn()
        assert self.session.trouble is not None

    def retry(self) -> None:
        self.handle(ev.TroubleAnswered(Choice.RETRY))

    def leave(self) -> None:
        self.handle(ev.CancelPressed(), ev.LeaveAnswered(leave=True))


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


