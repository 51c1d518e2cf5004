"""The wire to the platform: one HTTP line with deadlines, one certificate authority, a client certificate.

Knows: HTTP, TLS, bounded answers, what an exception of the line means. Does not know: rows, order, waits; it never retries.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import requests
import urllib3
from cryptography import x509

from offline_queue.answers import (
    Accepted,
    Answer,
    Beat,
    LinkDown,
    LinkReason,
    PartsMissing,
    PartStored,
    Rejected,
    of_the_line,
    refusal,
)
from offline_queue.deadlines import BoundedAdapter
from offline_queue.envelope import PartInfo
from offline_queue.errors import EnvelopeError, QueueError
from offline_queue.throttle import Throttle
from offline_queue.upload import Body, ChunkSize, Progress, Uploader

MAX_ANSWER_BYTES = 64 * 1024
_BLOCK_BYTES = 16 * 1024
"""Also what has to leave within `connect_s`: on the slowest lines a larger block would not."""
_PLAUSIBLE = dt.timedelta(days=400)
"""A clock further than this beyond the last time that the platform told us is wrong, not late."""
_ABOUT_OUR_CERTIFICATE = frozenset(
    {
        "SSLV3_ALERT_BAD_CERTIFICATE",
        "SSLV3_ALERT_CERTIFICATE_EXPIRED",
        "SSLV3_ALERT_CERTIFICATE_REVOKED",
        "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
        "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
        "TLSV1_ALERT_UNKNOWN_CA",
        "TLSV13_ALERT_CERTIFICATE_REQUIRED",
    }
)
"""OpenSSL's words for what the other side thinks of the certificate we showed."""
_TLS_CUT = (ssl.SSLEOFError, ssl.SSLZeroReturnError)
"""A line that is cut while TLS speaks: nobody refused anything."""


class Transport(Protocol):
    """What the agent sends through."""

    def put_part(
        self, submission_id: str, part: PartInfo, path: Path, *, authorization: str, beat: Beat
    ) -> PartStored | Rejected | LinkDown:
        """Send what the platform lacks of one sealed part. Raises `EnvelopeError` "queue.part_damaged"."""
        ...

    def put_envelope(
        self, submission_id: str, blob: bytes, *, sha256: str, beat: Beat
    ) -> Accepted | PartsMissing | Rejected | LinkDown:
        """Send the envelope, after its parts."""
        ...

    def forget(self, submission_id: str) -> None:
        """Believe nothing any more of what the platform said about this submission's parts."""
        ...

    def probe(self) -> bool:
        """Say, cheaply, whether somebody would answer the call."""
        ...

    def close(self) -> None:
        """Drop pooled connections."""
        ...


def _no_cap() -> float | None:
    return None


def _utc_now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC)


class HttpTransport:
    """HTTP/1.1 to `base_url`, for instance "https://city.example:8443"."""

    def __init__(
        self,
        base_url: str,
        *,
        ca_file: Path | None,
        own_certificate: Path | None = None,
        connect_s: float = 5.0,
        silence_s: float = 30.0,
        answer_s: float = 60.0,
        bytes_per_s: Callable[[], float | None] = _no_cap,
        progress: Progress | None = None,
        chunk: ChunkSize | None = None,
        utc_now: Callable[[], dt.datetime] = _utc_now,
        told_time: Callable[[], dt.datetime | None] = lambda: None,
    ) -> None:
        """`connect_s` bounds the call and each write, `silence_s` each read, `answer_s` a whole answer, headers included.

        `ca_file` is the only authority that is believed; None only for plain HTTP on a test bench. `own_certificate` is a
        PEM file with our client certificate and its key; it may come or change while we run. `bytes_per_s` caps what leaves.
        `told_time()` is the latest time that the platform signed. Raises `QueueError` "sync.no_ca" or "sync.bad_url".
        """
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise QueueError("sync.bad_url", base_url)
        if parts.scheme == "https" and (ca_file is None or not ca_file.is_file()):
            raise QueueError("sync.no_ca", str(ca_file))
        self._base = base_url.rstrip("/")
        self._address = (parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))
        self._ca_file = ca_file if parts.scheme == "https" else None
        self._own_certificate = own_certificate
        self._deadlines = (connect_s, silence_s)
        self._answer_s = answer_s
        self._throttle = Throttle(bytes_per_s)
        self._utc_now = utc_now
        self._told_time = told_time
        self._session: requests.Session | None = None
        self._certificate_stamp = 0
        self._uploads = Uploader(self, chunk, progress)

    # --- what the agent sends ----

    def put_part(
        self, submission_id: str, part: PartInfo, path: Path, *, authorization: str, beat: Beat
    ) -> PartStored | Rejected | LinkDown:
        """Send what the platform lacks of one sealed part, straight from its file."""
        return self._uploads.send(submission_id, part, path, authorization=authorization, beat=beat)

    def put_envelope(
        self, submission_id: str, blob: bytes, *, sha256: str, beat: Beat
    ) -> Accepted | PartsMissing | Rejected | LinkDown:
        """Send the envelope, after its parts."""
        headers = {"Content-Type": "application/octet-stream", "Content-Digest": content_digest(sha256)}
        answer = self.ask("PUT", f"/v1/outbox/{submission_id}", headers, Body(io.BytesIO(blob), 0, len(blob)), beat)
        if isinstance(answer, LinkDown):
            return answer
        if (down := self.judge(answer)) is not None:
            return down
        if answer.status in {200, 201}:
            return Accepted(answer.body)
        words = answer.words()
        if answer.status == 409 and words.get("code") == "parts_missing":
            missing = words.get("parts")
            names = missing if isinstance(missing, list) else []
            return PartsMissing(tuple(name for name in names if isinstance(name, str)))
        return refusal(answer)

    def forget(self, submission_id: str) -> None:
        """Believe nothing any more of what the platform said about this submission's parts."""
        self._uploads.forget(submission_id)

    def probe(self) -> bool:
        """Say whether the platform's port takes a connection."""
        try:
            with socket.create_connection(self._address, timeout=self._deadlines[0]):
                return True
        except OSError:
            return False

    def close(self) -> None:
        """Drop pooled connections."""
        if self._session is not None:
            self._session.close()
            self._session = None

    # --- one request ----

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: Body | None, beat: Beat) -> Answer | LinkDown:
        """Send one request and read its answer, within every bound."""
        beat()
        fixed = {"Accept": "application/json", "Accept-Encoding": "identity"}
        try:
            response = self._line().request(
                method,
                self._base + path,
                data=None if body is None else _Outgoing(body, self._throttle, beat),
                headers=fixed | dict(headers),
                timeout=self._deadlines,
                allow_redirects=False,
                stream=True,
            )
            with contextlib.closing(response):
                return self._read(response)
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            return self._named(error)

    def judge(self, answer: Answer) -> LinkDown | None:
        """Return what an answer says about the line."""
        return of_the_line(answer, self._utc_now())

    def _line(self) -> requests.Session:
        """Return the session; a new one when our certificate has changed, since pooled connections carry the old."""
        own = self._own_certificate
        stamp = own.stat().st_mtime_ns if own is not None and own.is_file() else 0
        if self._session is None or stamp != self._certificate_stamp:
            self.close()
            session = requests.Session()
            session.trust_env = False  # no proxy, no .netrc, no authority that an environment variable names
            tls = None
            if self._ca_file is not None:
                tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                tls.minimum_version = ssl.TLSVersion.TLSv1_2
                tls.load_verify_locations(self._ca_file)
                if stamp and own is not None:
                    tls.load_cert_chain(own)
                session.verify = str(self._ca_file)
            adapter = BoundedAdapter(self._answer_s, self._deadlines[1], tls)
            for scheme in ("https://", "http://"):
                session.mount(scheme, adapter)
            self._session, self._certificate_stamp = session, stamp
        return self._session

    def _read(self, response: requests.Response) -> Answer | LinkDown:
        end = time.monotonic() + self._answer_s
        body = bytearray()
        for piece in response.iter_content(4096):
            body += piece
            if len(body) > MAX_ANSWER_BYTES:
                return LinkDown(LinkReason.GARBAGE, "answer too long")
            if time.monotonic() > end:
                return LinkDown(LinkReason.NO_ANSWER, "answer too slow")
        return Answer(response.status_code, response.headers, bytes(body))

    # --- what an exception says ----

    def _named(self, error: Exception) -> LinkDown:
        tls = next((cause for cause in _causes(error) if isinstance(cause, ssl.SSLError)), None)
        if isinstance(tls, ssl.SSLCertVerificationError):
            return LinkDown(self._certificate_reason(tls.verify_code), _cause(error))
        if tls is not None and (tls.reason or "") in _ABOUT_OUR_CERTIFICATE:
            return LinkDown(LinkReason.OWN_CERTIFICATE, tls.reason.lower())
        if isinstance(error, requests.exceptions.SSLError) and not isinstance(tls, _TLS_CUT):
            return LinkDown(LinkReason.TLS, _cause(error))
        if _is_garbage(error):
            return LinkDown(LinkReason.GARBAGE, _cause(error))
        connected = not _never_connected(error)
        if connected and self._own_certificate_is_over():
            # The refusal came as an alert, and was lost with the connection that it closed.
            return LinkDown(LinkReason.OWN_CERTIFICATE, "expired")
        return LinkDown(LinkReason.NO_ANSWER, _cause(error), connected=connected)

    def _certificate_reason(self, verify_code: int) -> LinkReason:
        """Tell a platform whose certificate is over from a machine whose clock is wrong."""
        if verify_code == 9:  # X509_V_ERR_CERT_NOT_YET_VALID: nobody serves tomorrow's certificate
            return LinkReason.CLOCK
        if verify_code != 10:  # X509_V_ERR_CERT_HAS_EXPIRED
            return LinkReason.TLS
        now, told = self._utc_now(), self._told_time()
        if told is not None and now > told + _PLAUSIBLE:
            return LinkReason.CLOCK
        pinned = _dates(self._ca_file)
        # Ten years are the pinned authority's; a clock beyond them is more likely wrong than nobody having come by.
        return LinkReason.CLOCK if pinned is not None and now > pinned else LinkReason.CERTIFICATE_EXPIRED

    def _own_certificate_is_over(self) -> bool:
        over = _dates(self._own_certificate)
        return over is not None and self._utc_now() > over


class _Outgoing:
    """A stretch of a file as a request's body: its length is known before, and every block is a sign of life."""

    def __init__(self, body: Body, throttle: Throttle, beat: Beat) -> None:
        self._body = body
        self._throttle = throttle
        self._beat = beat
        self._left = body.size
        body.file.seek(body.start)

    def __len__(self) -> int:
        return self._body.size

    def read(self, size: int = -1) -> bytes:
        """Return the next block, when it may leave."""
        self._beat()
        wanted = min(self._left, _BLOCK_BYTES if size < 0 else max(size, _BLOCK_BYTES))
        count = min(wanted, self._throttle.block(wanted))
        self._throttle.wait(count, self._beat)
        try:
            block = self._body.file.read(count)
        except OSError as error:  # our disk, not the line: it must not be taken for one that is down
            raise EnvelopeError("queue.part_unreadable", str(error.strerror)) from error
        if len(block) < count:
            raise EnvelopeError("queue.part_damaged", "short")
        self._left -= len(block)
        return block

    def __iter__(self) -> Iterator[bytes]:
        while block := self.read():
            yield block


def content_digest(sha256: str) -> str:
    """Return the value of `Content-Digest` (RFC 9530) for a SHA-256 in hex."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"


def _dates(certificate: Path | None) -> dt.datetime | None:
    """Return when a certificate (the first in its file) is over; None when there is none to read."""
    try:
        pem = certificate.read_bytes() if certificate is not None else b""
        return x509.load_pem_x509_certificate(pem).not_valid_after_utc
    except (OSError, ValueError):
        return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting and len(seen) < 20:
        one = waiting.pop()
        if isinstance(one, BaseException) and one not in seen:
            seen.append(one)
            yield one
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]


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
