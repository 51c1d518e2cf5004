"""A whole platform as a process on one port, and a terminal that is enrolled with it, for the drills.

Knows: how both are set up, and what a submission is made of. Does not know: what happens to them.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import select
import socket
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central import keys
from central.enrolment import new_code
from central.settings import Settings
from kiosk.city.client import CityClient, enrol
from kiosk.city.messages import EnrolAnswer
from kiosk.city.sealed import Applicant, Material, PartRef, Submission
from kiosk.clock import SystemClock
from kiosk.fleet import tls
from kiosk.identity.case_code import mint
from offline_queue import Attachment, Limits, Outbox, Put, Recipient, Sealing

NUMBER = "0001"
ITEM = "residence_permit_apply"
_UP_S = 60.0


def free_port() -> int:
    """Return a port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


class City:
    """The platform's process; it comes up on the same port each time. `module` is run in the place of `central`."""

    def __init__(self, directory: Path, module: str = "central") -> None:
        self.settings = Settings(directory / "central")
        self._module = module
        keys.init(self.settings, staff_password="only-for-the-drill")
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens."""
        where = ("--state", str(self.settings.state_dir), "--port", str(self.port))
        command = [sys.executable, "-m", self._module, "serve", *where]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], _UP_S)[0] or not self._process.stdout.readline():
            raise RuntimeError("the platform did not come up")

    def kill(self) -> None:
        """End it between any two instructions."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


@dataclass
class Terminal:
    """An enrolled terminal's keys and what it pinned."""

    key: Ed25519PrivateKey
    enrolled: EnrolAnswer
    certificate: Path
    number: str = NUMBER

    @classmethod
    def enrol(cls, directory: Path, city: City, number: str = NUMBER) -> Terminal:
        """Enrol with a running platform."""
        key = Ed25519PrivateKey.generate()
        url, ca = f"https://localhost:{city.port}", city.settings.ca_file
        code = new_code(city.settings, number)
        answer = enrol(url, ca, code=code, public_key=key.public_key().public_bytes_raw(), sign=key.sign)
        tls.renew(directory, CityClient(url, ca, number, key.sign, SystemClock()))
        return cls(key, answer, tls.path(directory), number)

    @property
    def platform_key(self) -> bytes:
        """The key of the platform's receipts."""
        return base64.b64decode(self.enrolled.platform_sign_key.public_key)

    def outbox(self, directory: Path) -> Outbox:
        """Open the outbox that this terminal puts into."""
        recipients = [Recipient(key.key_id, base64.b64decode(key.public_key)) for key in self.enrolled.platform_seal_keys]
        sealing = Sealing(self.number, tuple(recipients), self.key.sign, lambda seq: mint(self.number, seq))
        return Outbox.open(directory, sealing=sealing, limits=Limits(64 * 2**20, 2**20))

    def settings(self, file: Path, outbox: Path, port: int, ca: Path, **more: object) -> Path:
        """Write what the agent's process needs; `more` is deadlines and what it is to do wrong (see `agent`)."""
        values = {
            "outbox": str(outbox),
            "url": f"https://localhost:{port}",
            "ca": str(ca),
            "certificate": str(self.certificate),
            "device": self.key.private_bytes_raw().hex(),
            "platform": self.platform_key.hex(),
            **more,
        }
        file.write_text(json.dumps(values), encoding="utf-8")
        return file


def put(outbox: Outbox, files: list[bytes], number: str = NUMBER) -> tuple[Put, list[str]]:
    """Put a submission of the platform's own form with these files; return it and the files' digests."""
    submission_id = uuid.uuid4().hex
    refs = [
        PartRef(part=f"page.{number}", sha256=hashlib.sha256(data).hexdigest(), size_bytes=len(data), media_type="image/png")
        for number, data in enumerate(files)
    ]

    def form(code: str) -> bytes:
        return Submission(
            submission_id=submission_id,
            kiosk=number,
            code=code,
            item=ITEM,
            item_version="2026.11",
            applicant=Applicant(name="测试甲", number="990000199001010017", birth=dt.date(1990, 1, 1)),
            assurance="card",
            answers={"phone": "13800000001"},
            materials=_materials(tuple(refs)),
            submitted_at=dt.datetime.now(tz=dt.UTC),
            clock_quality="synchronised",
            language="zh_CN",
        ).to_bytes()

    attachments = [Attachment(ref.part, "image/png", data) for ref, data in zip(refs, files, strict=True)]
    kept = outbox.put(form, attachments, service=ITEM, submission_id=submission_id)
    return kept, [ref.sha256 for ref in refs]


def _materials(refs: tuple[PartRef, ...]) -> tuple[Material, ...]:
    if not refs:
        return ()
    label = "居住地住址证明"
    return (Material(key="address", label=label, source="scan", parts=refs, pages=1, trust_grade="C", reason=""),)


def start_agent(settings: Path, environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start the agent's process and wait until it is about to send."""
    command = [sys.executable, "-m", "tests.drills.outbox.agent", str(settings)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    if not process.stdout.readline().startswith(b"UP"):
        process.wait()
        raise RuntimeError("the agent did not come up")
    return process


def peak_kib(said: bytes) -> int:
    """Return the most memory that an agent told of, 0 if it told nothing."""
    return max((int(word) for word in said.split() if word.isdigit()), default=0)


def wait_until(until: float) -> None:
    """Wait until a monotonic time; nothing else says when a blow falls."""
    while (left := until - time.monotonic()) > 0:
        select.select([], [], [], left)
