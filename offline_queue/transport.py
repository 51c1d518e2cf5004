"""The wire to the platform: two requests, and what their answers mean.

Knows: HTTP, deadlines, one certificate authority, bounded answers. Does not know: rows, order, waits; it never retries.

Every answer becomes one value of a closed union, by one question: is it about this submission (`Rejected`, `PartsMissing`),
about the line (`LinkDown`), or a receipt to be verified (`Accepted`)?
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import email.utils
import enum
import http.client
import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import urlsplit

import requests
import urllib3

from offline_queue.envelope import PartInfo
from offline_queue.errors import QueueError

MAX_ANSWER_BYTES = 64 * 1024
_DETAIL_CHARS = 300
_BLOCK_BYTES = 64 * 1024

Beat = Callable[[], None]
"""Called while bytes move; may raise to break off."""


class LinkReason(enum.StrEnum):
    """Why the line does not carry."""

    NO_ANSWER = "link.no_answer"
    TLS = "link.tls"
    TLS_TIME = "link.tls_time"
    """The certificate is expired or not yet valid: most often this machine's clock."""
    CAPTIVE_PORTAL = "link.captive_portal"
    SERVER_ERROR = "link.server_error"
    THROTTLED = "link.throttled"
    NOT_ADMITTED = "link.not_admitted"
    """The platform does not take this terminal at all (401, 403): no submission's fault."""
    GARBAGE = "link.garbage"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The platform says that it holds the submission; only its verified receipt makes that true."""

    receipt: bytes


@dataclass(frozen=True, slots=True)
class PartStored:
    """The platform says that it holds the part."""


@dataclass(frozen=True, slots=True)
class PartsMissing:
    """The platform lacks these parts; the submission waits for them."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """The platform will never take this submission, and says why."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class LinkDown:
    """Nothing is wrong with the submission; the line needs time. `connected`: somebody did answer the call."""

    reason: LinkReason
    detail: str = ""
    retry_after_s: float | None = None
    connected: bool = True


class Transport(Protocol):
    """What the agent sends through."""

    def put_part(
        self, submission_id: str, part: PartInfo, path: Path, *, kiosk: str, authorization: str, beat: Beat
    ) -> PartStored | Rejected | LinkDown:
        """Send one sealed part."""
        ...

    def put_envelope(
        self, submission_id: str, blob: bytes, *, sha256: str, beat: Beat
    ) -> Accepted | PartsMissing | Rejected | LinkDown:
        """Send the envelope, after its parts."""
        ...

    def probe(self) -> bool:
        """Say, cheaply, whether somebody would answer the call."""
        ...

    def close(self) -> None:
        """Drop pooled connections."""
        ...


class HttpTransport:
    """HTTP/1.1 to `base_url`, for instance "https://city.example:8443"."""

    def __init__(
        self,
        base_url: str,
        *,
        ca_file: Path | None,
        connect_s: float = 5.0,
        silence_s: float = 30.0,
        answer_s: float = 60.0,
        utc_now: Callable[[], dt.datetime] = lambda: dt.datetime.now(tz=dt.UTC),
    ) -> None:
        """`connect_s` bounds the call and each write, `silence_s` each read, `answer_s` a whole answer's body.

        `ca_file` is the only authority that is believed; None only for plain HTTP on a test bench. Raises `QueueError`
        "sync.no_ca" or "sync.bad_url".
        """
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise QueueError("sync.bad_url", base_url)
        if parts.scheme == "https" and (ca_file is None or not ca_file.is_file()):
            raise QueueError("sync.no_ca", str(ca_file))
        self._base = base_url.rstrip("/")
        self._address = (parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))
        self._deadlines = (connect_s, silence_s)
        self._answer_s = answer_s
        self._utc_now = utc_now
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy, no .netrc, no authority that an environment variable names
        self._session.verify = str(ca_file) if ca_file else True

    def put_part(
        self, submission_id: str, part: PartInfo, path: Path, *, kiosk: str, authorization: str, beat: Beat
    ) -> PartStored | Rejected | LinkDown:
        """Send one sealed part, streamed from its file."""
        url = f"{self._base}/v1/outbox/{submission_id}/parts/{part.id}"
        headers = {"Kiosk": kiosk, "Authorization": authorization, "Content-Digest": content_digest(part.sha256)}
        with path.open("rb") as file:
            answer = self._put(url, _Body(file, part.size, beat), headers)
        if isinstance(answer, LinkDown):
            return answer
        if answer.status in {200, 201, 204}:
            return PartStored()
        return self._refusal(answer)

    def put_envelope(
        self, submission_id: str, blob: bytes, *, sha256: str, beat: Beat
    ) -> Accepted | PartsMissing | Rejected | LinkDown:
        """Send the envelope, after its parts."""
        beat()
        answer = self._put(f"{self._base}/v1/outbox/{submission_id}", blob, {"Content-Digest": content_digest(sha256)})
        if isinstance(answer, LinkDown):
            return answer
        if answer.status in {200, 201}:
            return Accepted(answer.body)
        words = answer.words()
        if answer.status == 409 and words.get("code") == "parts_missing":
            missing = words.get("parts")
            names = missing if isinstance(missing, list) else []
            return PartsMissing(tuple(name for name in names if isinstance(name, str)))
        return self._refusal(answer)

    def probe(self) -> bool:
        """Say whether the platform's port takes a connection."""
        try:
            with socket.create_connection(self._address, timeout=self._deadlines[0]):
                return True
        except OSError:
            return False

    def close(self) -> None:
        """Drop pooled connections."""
        self._session.close()

    def _put(self, url: str, body: bytes | _Body, headers: dict[str, str]) -> _Answer | LinkDown:
        fixed = {"Content-Type": "application/octet-stream", "Accept": "application/json", "Accept-Encoding": "identity"}
        try:
            response = self._session.put(
                url,
                data=body,
                headers=fixed | headers,
                timeout=self._deadlines,
                allow_redirects=False,
                stream=True,
            )
            with contextlib.closing(response):
                answer = self._read(response)
        except requests.exceptions.SSLError as error:
            return LinkDown(_tls_reason(error), _cause(error))
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            if _is_garbage(error):
                return LinkDown(LinkReason.GARBAGE, _cause(error))
            return LinkDown(LinkReason.NO_ANSWER, _cause(error), connected=not _never_connected(error))
        return answer if isinstance(answer, LinkDown) else self._of_the_line(answer) or answer

    def _read(self, response: requests.Response) -> _Answer | LinkDown:
        end = time.monotonic() + self._answer_s
        body = bytearray()
        for piece in response.iter_content(4096):
            body += piece
            if len(body) > MAX_ANSWER_BYTES:
                return LinkDown(LinkReason.GARBAGE, "answer too long")
            if time.monotonic() > end:
                return LinkDown(LinkReason.NO_ANSWER, "answer too slow")
        headers = response.headers
        return _Answer(response.status_code, headers.get("Content-Type", ""), headers.get("Retry-After"), bytes(body))

    def _of_the_line(self, answer: _Answer) -> LinkDown | None:
        """Return what the answer says about the line, or None if it is about the submission."""
        status = answer.status
        wait_s = self._retry_after_s(answer.retry_after)
        detail = f"HTTP {status}"
        if status == 511 or 300 <= status < 400 or (status < 500 and "html" in answer.media_type.lower()):
            return LinkDown(LinkReason.CAPTIVE_PORTAL, detail)
        if status in {423, 425, 429}:
            return LinkDown(LinkReason.THROTTLED, detail, wait_s)
        if status == 408:
            return LinkDown(LinkReason.NO_ANSWER, detail, wait_s)
        if status in {401, 403, 407}:
            return LinkDown(LinkReason.NOT_ADMITTED, f"{detail} {answer.code()}".strip(), wait_s)
        if status >= 500:
            return LinkDown(LinkReason.SERVER_ERROR, detail, wait_s)
        if 200 <= status < 300:
            return None
        # A refusal counts only in the platform's own words: a stray 404 must not park a citizen's papers.
        return None if answer.code() else LinkDown(LinkReason.GARBAGE, detail)

    def _refusal(self, answer: _Answer) -> Rejected | LinkDown:
        if answer.code():
            return Rejected(answer.code(), _tame(str(answer.words().get("detail", ""))))
        return LinkDown(LinkReason.GARBAGE, f"HTTP {answer.status}")

    def _retry_after_s(self, value: str | None) -> float | None:
        if value is None:
            return None
        if value.strip().isdecimal() and len(value) < 10:
            return float(value)
        try:
            when = email.utils.parsedate_to_datetime(value)
        except ValueError:
            return None
        if when.tzinfo is None:
            return None
        return max(0.0, (when - self._utc_now()).total_seconds())


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    media_type: str
    retry_after: str | None
    body: bytes

    def words(self) -> dict[str, Any]:
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}

    def code(self) -> str:
        code = self.words().get("code")
        return _tame(code)[:80] if isinstance(code, str) else ""


class _Body:
    """A file as a request's body: its length is known before, and every block is a sign of life."""

    def __init__(self, file: IO[bytes], size: int, beat: Beat) -> None:
        self._file = file
        self._size = size
        self._beat = beat

    def __len__(self) -> int:
        return self._size

    def read(self, size: int = -1) -> bytes:
        self._beat()
        return self._file.read(max(size, _BLOCK_BYTES) if size >= 0 else -1)

    def __iter__(self) -> Iterator[bytes]:
        while block := self.read(_BLOCK_BYTES):
            yield block


def content_digest(sha256: str) -> str:
    """Return the value of `Content-Digest` (RFC 9530) for a SHA-256 in hex."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"


def _tame(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)[:_DETAIL_CHARS]


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting and len(seen) < 20:
        one = waiting.pop()
        if isinstance(one, BaseException) and one not in seen:
            seen.append(one)
            yield one
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]


def _tls_reason(error: BaseException) -> LinkReason:
    # OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED.
    times = (c for c in _causes(error) if isinstance(c, ssl.SSLCertVerificationError) and c.verify_code in {9, 10})
    return LinkReason.TLS_TIME if any(times) else LinkReason.TLS


def _is_garbage(error: BaseException) -> bool:
    """Say whether the answer was no HTTP; an answer that stops short is none at all."""
    cut = (http.client.RemoteDisconnected, http.client.IncompleteRead)
    broken = (http.client.HTTPException, urllib3.exceptions.DecodeError)
    return any(isinstance(cause, broken) and not isinstance(cause, cut) for cause in _causes(error))


def _never_connected(error: BaseException) -> bool:
    kinds = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    return any(isinstance(cause, kinds) for cause in _causes(error))


def _cause(error: BaseException) -> str:
    return type(list(_causes(error))[-1]).__name__
