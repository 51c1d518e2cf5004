"""What stands around a terminal on the bench: time, wires, workers and the city, each scripted.

Knows: how the real ones answer, and in which order their answers come home. Does not know: the terminal, or what a citizen
does. Nothing here has a thread.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections import deque
from collections.abc import Callable
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from devices.document_camera import Ready as CameraReady
from devices.errors import DeviceError
from devices.page_printer import JobProgress, JobState
from devices.page_printer.api import check_job
from devices.supervisor import DeviceReport, SupervisorState
from kiosk.city.client import CatalogueDownload
from kiosk.city.messages import (
    CasesAnswer,
    CertificateAnswer,
    CertificateRequest,
    CertificateStatement,
    CodeAnswer,
    HandoverAnswer,
    PrefillAnswer,
    PrefillRequest,
    VerifyAnswer,
)
from kiosk.city.signing import certificate_statement_to_sign, subject_hash
from kiosk.city.wire import PersonKey
from kiosk.clock import ClockQuality
from kiosk.dispatch import QueueDispatcher
from kiosk.documents.pages import Outline, PreviewFrame
from kiosk.health import state_of
from kiosk.session.states import Device
from kiosk.speech import SpeechState

CITY_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
AS_OF = dt.datetime(2026, 11, 27, 19, tzinfo=dt.UTC)


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
        calls = ("catalogue", "request_code", "verify_code", "issue_certificate", "cases", "prefill")
        calls += ("open_handover", "fetch_handover", "close_handover")
        self.script: dict[str, deque[Any]] = {call: deque() for call in calls}
        self.codes: list[PersonKey] = []
        self.verified: list[tuple[str, str]] = []
        self.asked_cases: list[tuple[str, bool]] = []
        self.requests: list[CertificateRequest] = []
        self.prefills: list[PrefillRequest] = []
        self.pdf = b""
        self.sent: list[bytes] = []
        self.closed: list[str] = []

    def forget(self) -> None:
        """Drop what this stand-in itself has kept of the calls."""
        self.codes.clear()
        self.asked_cases.clear()
        self.requests.clear()
        self.prefills.clear()

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
        return told if told is not None else CasesAnswer(level="card", as_of=AS_OF, cases=())

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

    def prefill(self, request: PrefillRequest) -> PrefillAnswer:
        self.prefills.append(request)
        return self._told("prefill") or PrefillAnswer()

    def issue_certificate(self, request: CertificateRequest) -> CertificateAnswer:
        self.requests.append(request)
        answer: CertificateAnswer | None = self._told("issue_certificate")
        return answer or self.certificate(request.person.name, request.person.number)

    def certificate(
        self, name: str, number: str, *, key: Ed25519PrivateKey = CITY_KEY, without: tuple[str, ...] = ()
    ) -> CertificateAnswer:
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
            without_record=without,
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
        self.frame: PreviewFrame | None = None
        self.taking = False
        self.given_back: list[str] = []
        self.kept_anyway: list[str] = []
        self.forgotten = 0
        self.captures = 0
        self.report = DeviceReport("document_camera", SupervisorState.READY, CameraReady(), 0.0)

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass

    def shows(self, profile: str | None) -> bool:
        return self.preview == profile

    def start_preview(self, profile: str, *, taking: bool = True) -> None:
        self.preview, self.taking = profile, taking

    def take_by_itself(self, on: bool) -> None:
        self.taking = on

    def kept(self, sha256: str) -> None:
        self.kept_anyway.append(sha256)

    def give_back(self, sha256: str) -> None:
        self.given_back.append(sha256)

    def stop_preview(self) -> None:
        self.preview = None

    def capture(self, outline: object = None) -> None:
        self.captures += 1

    def forget(self) -> None:
        self.forgotten += 1

    def sees(self, outline: Outline | None) -> None:
        self.frame = PreviewFrame(1, 2, 2, bytes(12), outline, "")

    def latest_frame(self) -> PreviewFrame | None:
        return self.frame


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
