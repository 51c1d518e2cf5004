"""A platform on a random port with a clock that tests move, and terminals that enrol with it."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import hashlib
import itertools
import json
import re
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from central import keys
from central.app import Desks, build
from central.enrolment import new_code
from central.server import make_server
from central.settings import Settings
from central.sockets import listen
from kiosk.city.client import CityClient, enrol
from kiosk.city.messages import EnrolAnswer
from kiosk.city.sealed import (
    WITHDRAWAL,
    Applicant,
    CallBack,
    Material,
    PartRef,
    Rating,
    Signature,
    Submission,
    Supplement,
    Withdrawal,
    supplement_service,
)
from kiosk.city.wire import PersonKey
from kiosk.clock import ClockQuality
from kiosk.identity.case_code import mint
from offline_queue.envelope import ContentKey, PartInfo, PartSealer, Recipient, part_authorization, seal
from tests.resources.postgres import Postgres

JIA = PersonKey(name="测试甲", document_type="111", number="990000199001010017")
YI = PersonKey(name="测试乙", document_type="111", number="990000195801010025")
STAFF_PASSWORD = "staff-password-for-tests"

ITEMS = """
- id: residence_permit_apply
  name: {zh: "居住证申领", en: "Residence permit"}
  task_code: "11410200MB9Y00059G3410706001000"
  promised_limit: {value: 7, unit: working_day}
  agent_allowed: true
  materials:
    - {key: address, name: {zh: "居住地住址证明", en: "Proof of address"}, provide: [share, scan]}
    - {key: employment_proof, name: {zh: "就业证明", en: "Proof of employment"}, provide: [scan], later_days: 10}
    - {key: signature, name: {zh: "手写签名", en: "Signature"}, provide: [sign]}
  since: 2026-01-02
- id: social_participation_cert
  name: {zh: "社会保险参保缴费证明", en: "Certificate"}
  task_code: "11410200MB9Y00032Q3412014001000"
  promised_limit: {value: 0, unit: working_day}
"""


class ManualClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = dt.datetime(2026, 11, 21, 3, 12, tzinfo=dt.UTC)

    def now(self) -> dt.datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def quality(self) -> ClockQuality:
        return ClockQuality.SYNCHRONISED

    def advance(self, **delta: float) -> None:
        self.at += dt.timedelta(**delta)


@dataclass
class Platform:
    """A running platform."""

    settings: Settings
    keys: keys.Keys
    url: str
    clock: ManualClock
    desks: Desks | None = None
    """What it is made of, where it runs in this process."""
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    session: requests.Session = field(default_factory=requests.Session)
    sessions: list[requests.Session] = field(default_factory=list)
    """The terminals' own."""
    stop: Callable[[], None] = lambda: None
    """Tell it to end, where it runs in this process."""

    def hang_up(self) -> None:
        for each in (self.session, *self.sessions):
            each.close()

    @property
    def ca(self) -> Path:
        return self.settings.ca_file

    def call(self, method: str, path: str, **kwargs: object) -> requests.Response:
        # One connection kept open: handshakes would be most of the tests' time.
        return self.session.request(method, self.url + path, verify=str(self.ca), timeout=20, **kwargs)  # type: ignore[arg-type]

    def staff(self, method: str, path: str, **kwargs: object) -> requests.Response:
        return self.call(method, path, auth=("staff", STAFF_PASSWORD), allow_redirects=False, **kwargs)

    def last_code(self) -> str:
        """The digits of the newest message."""
        line = self.settings.messages_file.read_text(encoding="utf-8").splitlines()[-1]
        found = re.search(r"\d{6}", json.loads(line)["text"])
        assert found
        return found[0]


@dataclass
class Sealed:
    """A sealed submission: the envelope and its sealed parts by id."""

    id: str
    blob: bytes
    parts: dict[str, bytes]
    plain: dict[str, bytes]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.blob).hexdigest()


def own_certificate(platform: Platform, number: str) -> Path:
    """A terminal's client certificate and key in one file, valid by the machine's own clock, which TLS goes by."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "whatever")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    pem = request.public_bytes(serialization.Encoding.PEM).decode()
    certificate = platform.keys.kiosk_ca.issue(pem, number, dt.datetime.now(tz=dt.UTC))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = platform.settings.state_dir / f"terminal-{number}-{uuid.uuid4().hex}.pem"
    path.write_bytes(certificate.encode() + private)
    return path


class Device:
    """An enrolled terminal with its key."""

    def __init__(self, platform: Platform, number: str) -> None:
        self.platform = platform
        self.number = number
        self.key = Ed25519PrivateKey.generate()
        self.seqs = itertools.count(1)
        code = new_code(platform.settings, number)
        self.enrolled: EnrolAnswer = enrol(
            platform.url, platform.ca, code=code, public_key=self.key.public_key().public_bytes_raw(), sign=self.key.sign
        )
        self.client = CityClient(platform.url, platform.ca, number, self.key.sign, platform.clock)
        self.certificate = own_certificate(platform, number)
        self.session = requests.Session()
        platform.sessions.append(self.session)
        self.session.cert = str(self.certificate)

    def submission(
        self, files: dict[str, bytes], *, person: PersonKey = JIA, seq: int, label: str = "", assurance_token: str = ""
    ) -> Submission:
        refs = {
            part: PartRef(
                part=part, sha256=hashlib.sha256(data).hexdigest(), size_bytes=len(data), media_type="application/pdf"
            )
            for part, data in files.items()
        }
        return Submission(
            submission_id=uuid.uuid4().hex,
            kiosk=self.number,
            code=mint(self.number, seq),
            item="residence_permit_apply",
            item_version="2026.11",
            applicant=Applicant(**person.model_dump(), birth=dt.date(1990, 1, 1)),
            assurance="card+code" if assurance_token else "card",
            assurance_token=assurance_token,
            answers={"phone": "13800000001", "reason": "work"},
            sources={"name": "id_card"},
            materials=tuple(
                Material(
                    key=part, label=label or "居住地住址证明", source="scan", parts=(ref,), pages=2, trust_grade="C",
                    reason="form.material.register_not_connected",
                )
                for part, ref in refs.items()
            ),
            signature=Signature(width=600, height=200, strokes=(((0.1, 0.2, 0.0), (0.3, 0.4, 0.1)),)),
            submitted_at=self.platform.clock.now(),
            clock_quality="synchronised",
            language="zh_CN",
        )  # fmt: skip

    def seal(
        self, submission: Submission | Supplement, files: dict[str, bytes], *, seq: int, form: bytes | None = None
    ) -> Sealed:
        content = ContentKey.fresh()
        parts, infos = {}, []
        for part, data in files.items():
            sealer = PartSealer(content, submission.submission_id, part)
            parts[part] = sealer.update(data) + sealer.finish()
            infos.append(sealer.info("application/pdf"))
        return self._sealed(submission, content, infos, parts, files, seq, form)

    def message(self, message: Withdrawal | CallBack | Rating, service: str, *, seq: int, **changes: Any) -> bytes:
        """Seal what is no submission; `changes` go to `seal`."""
        return seal(
            message.to_bytes(),
            key=ContentKey.fresh(),
            recipients=self._recipients(),
            submission_id=message.submission_id,
            kiosk=self.number,
            seq=seq,
            code=message.code,
            service=service,
            sign=self.key.sign,
            **changes,
        ).blob

    def withdraw(self, code: str, person: PersonKey, **changes: Any) -> requests.Response:
        """Take a case back as a terminal does; `changes` go to `seal`."""
        seq = next(self.seqs)
        message = Withdrawal(
            submission_id=uuid.uuid4().hex,
            kiosk=self.number,
            code=mint(self.number, seq),
            withdraws=code,
            applicant=person,
            assurance="card",
            submitted_at=self.platform.clock.now(),
            clock_quality="synchronised",
            language="zh_CN",
        )
        blob = self.message(message, WITHDRAWAL, seq=seq, **changes)
        return self.call("PUT", f"/v1/outbox/{message.submission_id}", data=blob)

    def _recipients(self) -> list[Recipient]:
        return [Recipient(key.key_id, base64.b64decode(key.public_key)) for key in self.enrolled.platform_seal_keys]

    def _sealed(
        self, submission: Submission | Supplement, content: ContentKey, infos: list[PartInfo], parts: dict[str, bytes],
        files: dict[str, bytes], seq: int, form: bytes | None,
    ) -> Sealed:  # fmt: skip
        envelope = seal(
            submission.to_bytes() if form is None else form,
            key=content,
            recipients=self._recipients(),
            submission_id=submission.submission_id,
            kiosk=self.number,
            seq=seq,
            code=submission.code,
            service=submission.item if isinstance(submission, Submission) else supplement_service(submission.item),
            parts=infos,
            sign=self.key.sign,
        )
        return Sealed(submission.submission_id, envelope.blob, parts, files)

    def handed_in(self, files: dict[str, bytes] | None = None, **kwargs: object) -> tuple[Submission, Sealed]:
        """Make and seal a submission with one attachment; nothing is sent."""
        files = {"address": b"%PDF-1.7 two pages"} if files is None else files
        seq = next(self.seqs)
        submission = self.submission(files, seq=seq, **kwargs)  # type: ignore[arg-type]
        return submission, self.seal(submission, files, seq=seq)

    def call(self, method: str, path: str, **kwargs: object) -> requests.Response:
        url = self.platform.url + path
        return self.session.request(method, url, verify=str(self.platform.ca), timeout=20, **kwargs)  # type: ignore[arg-type]

    def authorization(self, submission_id: str, part: str, sha256: str) -> str:
        return part_authorization(self.number, submission_id, part, sha256, self.key.sign)

    def create(
        self, submission_id: str, part: str, data: bytes, *, body: bytes | None = None, sha256: str = "", **headers: str
    ) -> requests.Response:
        """Begin an upload by tus; with `body` what goes along at once."""
        digest = sha256 or hashlib.sha256(data).hexdigest()
        words = {"part": part, "sha256": digest}
        return self.call(
            "POST",
            f"/v1/outbox/{submission_id}/parts",
            data=body,
            headers={
                "Tus-Resumable": "1.0.0",
                "Upload-Length": str(len(data)),
                "Upload-Metadata": ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in words.items()),
                "Authorization": self.authorization(submission_id, part, digest),
                **({} if body is None else {"Content-Type": "application/offset+octet-stream"}),
                **headers,
            },
        )

    def put_part(self, submission_id: str, part: str, data: bytes) -> requests.Response:
        return self.create(submission_id, part, data, body=data)

    def put_envelope(self, sealed: Sealed, blob: bytes | None = None) -> requests.Response:
        return self.call("PUT", f"/v1/outbox/{sealed.id}", data=sealed.blob if blob is None else blob)

    def deliver(self, sealed: Sealed) -> requests.Response:
        for part, data in sealed.parts.items():
            assert self.put_part(sealed.id, part, data).status_code == 201
        return self.put_envelope(sealed)

    def token(self, person: PersonKey = JIA) -> str:
        """Confirm a person by the code that the gateway sent."""
        challenge = self.client.request_code(person).challenge
        return self.client.verify_code(challenge, self.platform.last_code()).assurance_token


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A module that names `DATABASES` has its tests run over each of them; the others' platform keeps its own file."""
    if "running" in metafunc.fixturenames:
        metafunc.parametrize("running", getattr(metafunc.module, "DATABASES", ("sqlite",)), indirect=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def platforms(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Callable[[str], Platform]]:
    """One platform for each kind of database, started when the first test wants it."""
    started: dict[str, Platform] = {}
    with contextlib.ExitStack() as running:

        def platform(kind: str) -> Platform:
            if kind not in started:
                address = request.getfixturevalue("postgres").database() if kind == "postgresql" else ""
                started[kind] = running.enter_context(serving(tmp_path_factory, address))
            return started[kind]

        yield platform
        # All at once: each waits some seconds for its connections.
        for each in started.values():
            each.hang_up()
            each.stop()


@pytest.fixture
def running(platforms: Callable[[str], Platform], request: pytest.FixtureRequest) -> Platform:
    return platforms(request.param)


@contextlib.contextmanager
def serving(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Platform]:
    state = tmp_path_factory.mktemp("central")
    catalogue = tmp_path_factory.mktemp("catalogue")
    (catalogue / "items").mkdir()
    (catalogue / "items" / "all.yaml").write_text(ITEMS, encoding="utf-8")
    clock = ManualClock()
    sock = listen("127.0.0.1", 0)
    url = f"https://localhost:{sock.getsockname()[1]}"
    settings = Settings(state / "state", database_url, public_url=url, catalogue_dir=catalogue, now=clock.now)
    keys.init(settings, staff_password=STAFF_PASSWORD)
    ready = threading.Event()
    desks: list[Desks] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("central.server.build", lambda settings: desks.append(build(settings)) or desks[0])
        server, close = make_server(settings, ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, name="central")
    thread.start()
    assert ready.wait(60)

    def stop() -> None:
        server.should_exit = True

    yield Platform(settings, keys.load(settings), url, clock, desks[0], stop=stop)
    stop()
    thread.join(20)
    assert not thread.is_alive()
    close()
    sock.close()


@pytest.fixture
def platform(running: Platform) -> Platform:
    # An hour's limits of one test must not meet those of another.
    running.clock.advance(hours=25)
    return running


@pytest.fixture
def device(platform: Platform) -> Device:
    return Device(platform, f"{next(platform.numbers):04d}")


@pytest.fixture
def another(platform: Platform) -> Device:
    return Device(platform, f"{next(platform.numbers):04d}")
