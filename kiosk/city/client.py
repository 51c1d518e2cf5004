"""The line to the city's central platform, as a terminal uses it while a citizen waits.

Knows: HTTPS to one platform with one certificate authority, deadlines, bounded answers, device signatures. Does not know:
submissions (they go by the outbox' own agent), screens, or what to do when the line is down.

Two exceptions leave this module: `PlatformUnreachable` (time may mend it) and `PlatformRejected` (time will not).
"""

from __future__ import annotations

import base64
import enum
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, urlsplit

import requests
from pydantic import BaseModel, ValidationError
from urllib3.exceptions import HTTPError

from kiosk.city.messages import (
    CasesAnswer,
    CasesRequest,
    CertificateAnswer,
    CertificateRequest,
    CodeAnswer,
    CodeRequest,
    EnrolAnswer,
    EnrolRequest,
    ErrorAnswer,
    HandoverAnswer,
    HandoverFetch,
    HandoverFile,
    HandoverRequest,
    PingAnswer,
    PrefillAnswer,
    PrefillRequest,
    TlsAnswer,
    TlsRequest,
    VerifyAnswer,
    VerifyRequest,
)
from kiosk.city.signing import enrolment_to_sign, request_to_sign, utc_text
from kiosk.city.wire import PersonKey
from kiosk.clock import Clock

CONNECT_S = 4.0
SILENCE_S = 10.0
"""Longest silence on an open connection."""
DEADLINE_S = 20.0
"""Longest call in all, however slowly bytes trickle."""
PING_DEADLINE_S = 5.0
PREFILL_DEADLINE_S = 3.0
"""The person is already choosing, and the certificate waits behind it."""
CERTIFICATE_DEADLINE_S = 40.0
MAX_ANSWER_BYTES = 1024 * 1024
MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
MAX_HANDOVER_BYTES = 28 * 1024 * 1024
"""20 MiB in base64, with the answer around it."""

A = TypeVar("A", bound=BaseModel)


class Unreachable(enum.StrEnum):
    """Why the platform gave no usable answer."""

    CONNECT = "connect"
    TIMEOUT = "timeout"
    TLS = "tls"
    TLS_TIME = "tls_time"
    """The certificate is expired or not yet valid: most often this terminal's clock."""
    NO_CA = "no_ca"
    CUT = "cut"
    BUSY = "busy"
    SERVER_ERROR = "server_error"
    GARBAGE = "garbage"
    TOO_LONG = "too_long"


class PlatformUnreachable(Exception):  # noqa: N818 - a state of the line, named as the rest of the program names it
    """No usable answer came. `reason` says why; trying again later may help."""

    def __init__(self, reason: Unreachable) -> None:
        super().__init__(reason.value)
        self.reason = reason


class PlatformRejected(Exception):  # noqa: N818
    """The platform refused. `code` is its stable code; `detail` is for logs, never for the screen."""

    def __init__(self, code: str, detail: str = "", answer: ErrorAnswer | None = None) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.tries_left = answer.tries_left if answer else None
        self.retry_after_s = answer.retry_after_s if answer else None
        self.server_time = answer.server_time if answer else ""


@dataclass(frozen=True, slots=True)
class CatalogueDownload:
    """A new catalogue: canonical JSON as the platform sent it, and the tag to ask with next time."""

    etag: str
    body: bytes


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


class _Line:
    """One HTTPS call at a time, each on its own connection: a pooled one may be long dead when the line was cut."""

    def __init__(self, base_url: str, ca_path: Path) -> None:
        self._base = base_url.rstrip("/")
        self._ca = str(ca_path)
        self._prefix = urlsplit(self._base).path

    def wire_path(self, path: str) -> str:
        return self._prefix + path

    def call(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] = {},
        deadline_s: float = DEADLINE_S,
        limit_bytes: int = MAX_ANSWER_BYTES,
    ) -> _Reply:
        """Return the platform's reply whole, whatever its status."""
        until = time.monotonic() + deadline_s
        try:
            with requests.Session() as session:
                session.trust_env = False
                with session.request(
                    method,
                    self._base + path,
                    data=body or None,
                    headers={"Accept-Encoding": "identity", "Content-Type": "application/json", **headers},
                    verify=self._ca,
                    timeout=(min(CONNECT_S, deadline_s), min(SILENCE_S, deadline_s)),
                    allow_redirects=False,
                    stream=True,
                ) as response:
                    return _Reply(response.status_code, response.headers, _read(response, until, limit_bytes))
        except requests.exceptions.SSLError as error:
            raise PlatformUnreachable(_tls_reason(error)) from error
        except requests.exceptions.Timeout as error:
            raise PlatformUnreachable(Unreachable.TIMEOUT) from error
        except requests.exceptions.ConnectionError as error:
            raise PlatformUnreachable(Unreachable.CONNECT) from error
        except (requests.exceptions.RequestException, HTTPError) as error:
            raise PlatformUnreachable(Unreachable.CUT) from error
        except OSError as error:
            # requests says so when the CA file is missing.
            raise PlatformUnreachable(Unreachable.NO_CA) from error

    def ask(
        self,
        answer: type[A],
        method: str,
        path: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] = {},
        deadline_s: float = DEADLINE_S,
        limit_bytes: int = MAX_ANSWER_BYTES,
    ) -> A:
        reply = self.call(method, path, body=body, headers=headers, deadline_s=deadline_s, limit_bytes=limit_bytes)
        check(reply.status, reply.body)
        try:
            return answer.model_validate_json(reply.body)
        except ValidationError as error:
            raise PlatformUnreachable(Unreachable.GARBAGE) from error


def check(status: int, body: bytes) -> None:
    """Raise what a status other than 2xx means; a refusal without our code comes from something in between."""
    if 200 <= status < 300:
        return
    if status >= 500:
        raise PlatformUnreachable(Unreachable.SERVER_ERROR)
    try:
        answer = ErrorAnswer.model_validate_json(body)
    except ValidationError as error:
        raise PlatformUnreachable(Unreachable.BUSY if status == 429 else Unreachable.GARBAGE) from error
    raise PlatformRejected(answer.code, answer.detail, answer)


def _read(response: requests.Response, until: float, limit_bytes: int) -> bytes:
    data = bytearray()
    # read1 returns what is there; read would wait for a full buffer and miss the deadline on a trickle.
    while chunk := response.raw.read1(65536):
        data += chunk
        if len(data) > limit_bytes:
            raise PlatformUnreachable(Unreachable.TOO_LONG)
        if time.monotonic() > until:
            raise PlatformUnreachable(Unreachable.TIMEOUT)
    return bytes(data)


def _tls_reason(error: Exception) -> Unreachable:
    text = str(error)
    return Unreachable.TLS_TIME if "not yet valid" in text or "has expired" in text else Unreachable.TLS


def enrol(
    base_url: str,
    ca_path: Path,
    *,
    code: str,
    public_key: bytes,
    sign: Callable[[bytes], bytes],
    algorithm: str = "ed25519",
    custody: str = "software",
) -> EnrolAnswer:
    """Bring a one-time code and the device's public key with its algorithm and custody; learn who this terminal is.

    Raises `PlatformRejected` (`code_unknown`, `code_used`, `code_expired`, `proof_invalid`) and `PlatformUnreachable`.
    """
    code = code.strip().upper()
    key, nonce = _b64(public_key), secrets.token_hex(16)
    proof = sign(enrolment_to_sign(code, key, nonce, algorithm, custody))
    fields = {"code": code, "device_public_key": key, "algorithm": algorithm, "custody": custody, "nonce": nonce}
    request = EnrolRequest.model_validate({**fields, "signature": _b64(proof)})
    body = request.model_dump_json().encode()
    return _Line(base_url, ca_path).ask(EnrolAnswer, "POST", "/v1/kiosks/enrol", body=body)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


class CityClient:
    """What a terminal asks the platform. Every method blocks, has a deadline, and raises the two exceptions only.

    `sign` is the device key's signature. Methods may be called from several threads.
    """

    def __init__(self, base_url: str, ca_path: Path, kiosk: str, sign: Callable[[bytes], bytes], clock: Clock) -> None:
        self._line = _Line(base_url, ca_path)
        self._kiosk = kiosk
        self._sign = sign
        self._clock = clock

    def ping(self) -> PingAnswer:
        """Ask whether the platform is there, and its time."""
        return self._line.ask(PingAnswer, "GET", "/v1/ping", deadline_s=PING_DEADLINE_S)

    def tls_certificate(self, request: str) -> TlsAnswer:
        """Have the key of a PEM certificate request certified for this terminal. Rejection: `bad_tls_request`."""
        return self._signed(TlsAnswer, "/v1/kiosks/certificate", TlsRequest(request=request))

    def catalogue(self, etag: str = "") -> CatalogueDownload | None:
        """Fetch the catalogue; None when `etag` is still the present one."""
        headers = {"If-None-Match": etag} if etag else {}
        reply = self._line.call(
            "GET", "/v1/catalogue", headers=headers, deadline_s=DEADLINE_S, limit_bytes=MAX_DOCUMENT_BYTES
        )
        if reply.status == 304:
            return None
        check(reply.status, reply.body)
        tag = reply.headers.get("ETag", "")
        if not tag:
            raise PlatformUnreachable(Unreachable.GARBAGE)
        return CatalogueDownload(etag=tag, body=reply.body)

    def request_code(self, person: PersonKey) -> CodeAnswer:
        """Have a one-time code sent to the person's registered telephone.

        Rejections: `person_unknown`, `no_phone`, `code_not_sent`, and with `retry_after_s` `code_too_soon`, `code_too_many`.
        """
        return self._signed(CodeAnswer, "/v1/identity/codes", CodeRequest(person=person))

    def verify_code(self, challenge: str, code: str) -> VerifyAnswer:
        """Exchange the typed digits for an assurance token.

        Rejections: `code_wrong` (with `tries_left`), `code_late`, `code_used`, `code_exhausted`, `challenge_unknown`.
        """
        return self._signed(VerifyAnswer, f"/v1/identity/codes/{quote(challenge, safe='')}/verify", VerifyRequest(code=code))

    def cases(self, person: PersonKey, assurance_token: str = "") -> CasesAnswer:
        """Return the person's cases; with a token their details too."""
        return self._signed(CasesAnswer, "/v1/cases/search", CasesRequest(person=person, assurance_token=assurance_token))

    def prefill(self, request: PrefillRequest) -> PrefillAnswer:
        """Return the answers with which a certificate has something to say about the person.

        Rejections: `assurance_too_low`, `token_expired`, `person_unknown`, `item_not_issued_here`.
        """
        return self._signed(PrefillAnswer, "/v1/certificates/prefill", request, deadline_s=PREFILL_DEADLINE_S)

    def issue_certificate(self, request: CertificateRequest) -> CertificateAnswer:
        """Have a certificate issued; the same `request_id` brings the same one again.

        Rejections: `assurance_too_low`, `token_expired`, `person_unknown`, `item_not_issued_here`, `params_invalid`,
        `no_record`, `too_many_certificates`.
        """
        return self._signed(
            CertificateAnswer,
            "/v1/certificates",
            request,
            deadline_s=CERTIFICATE_DEADLINE_S,
            limit_bytes=MAX_DOCUMENT_BYTES,
        )

    def open_handover(self) -> HandoverAnswer:
        """Open a hand-over from a phone; the one that this terminal had open ends. Rejection: `handover_too_many`."""
        return self._signed(HandoverAnswer, "/v1/handovers", HandoverRequest())

    def fetch_handover(self, token: str, taken: int) -> tuple[bool, bytes]:
        """Return whether a phone has begun, and the next file after `taken`, or nothing. Rejection: `handover_over`."""
        path = f"/v1/handovers/{quote(token, safe='')}/files"
        answer = self._signed(HandoverFile, path, HandoverFetch(taken=taken), limit_bytes=MAX_HANDOVER_BYTES)
        try:
            return answer.claimed, base64.b64decode(answer.data, validate=True)
        except ValueError as error:
            raise PlatformUnreachable(Unreachable.GARBAGE) from error

    def close_handover(self, token: str) -> None:
        """End a hand-over: the platform forgets its files. Rejection: `handover_over`."""
        self._signed(HandoverFile, f"/v1/handovers/{quote(token, safe='')}/close", HandoverRequest())

    def _signed(
        self,
        answer: type[A],
        path: str,
        message: BaseModel,
        *,
        deadline_s: float = DEADLINE_S,
        limit_bytes: int = MAX_ANSWER_BYTES,
    ) -> A:
        body = message.model_dump_json().encode()
        stamp, nonce = utc_text(self._clock.now()), secrets.token_hex(16)
        signature = self._sign(request_to_sign("POST", self._line.wire_path(path), stamp, nonce, body))
        headers = {"Kiosk": self._kiosk, "Kiosk-Time": stamp, "Kiosk-Nonce": nonce, "Kiosk-Signature": _b64(signature)}
        return self._line.ask(
            answer, "POST", path, body=body, headers=headers, deadline_s=deadline_s, limit_bytes=limit_bytes
        )
