"""Whoever answers on the platform's port: before the true platform stands one that plays tricks, or passes everything on.

Knows: TLS under several names, HTTP requests one by one, the terminal's own certificate for the way onward. Does not know:
which trick is when, or what the agent makes of it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import http.server
import ssl
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from tests.drills.outbox import tricks
from tests.drills.outbox.city import City

_PASSED_ON = ("Content-Type", "Content-Digest", "Upload-Offset", "Upload-Length", "Upload-Metadata", "Tus-Resumable",
              "Authorization")  # fmt: skip
_PASSED_BACK = ("Content-Type", "Upload-Offset", "Upload-Length", "Tus-Resumable", "Location", "Retry-After")
_ONWARD_S = 60.0


class Front(http.server.ThreadingHTTPServer):
    """One port. `play` says what goes wrong from now on, `honest` that nothing does."""

    daemon_threads = True

    def __init__(self, city: City, terminal_certificate: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self._city = city
        self._onward = ssl.create_default_context(cafile=str(city.settings.ca_file))
        self._onward.load_cert_chain(terminal_certificate)
        self._true = _context(city.settings.keys_dir / "server.pem", city.settings.keys_dir / "server.key")
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,))
        self.faults: list[BaseException] = []
        """What went wrong in here, not in the agent."""
        self.receipts: list[bytes] = []
        """Those that the true platform gave, oldest first."""
        self.played = 0
        self.gaps: list[float] = []
        """Seconds from each trick to the next request."""
        self._played_at: float | None = None
        self._trick: tricks.Trick | None = None
        self._methods: frozenset[str] = frozenset()
        self._guise: ssl.SSLContext | None = self._true
        self._times = 1

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join(10)
        self.server_close()

    def play(self, trick: tricks.Trick, methods: frozenset[str]) -> None:
        """Play this on requests of these methods."""
        with self._lock:
            self._trick, self._methods, self.played, self.gaps = trick, methods, 0, []

    def guise(self, context: ssl.SSLContext | None) -> None:
        """Answer the call under another certificate; None: without TLS."""
        self._guise = context

    def twice(self) -> None:
        """Pass each request on twice and give back the second answer, as a proxy does that believes the first lost."""
        self._times = 2

    def honest(self) -> None:
        """Be a good platform from now on."""
        with self._lock:
            self._trick, self._methods = None, frozenset()
        self._guise, self._times = self._true, 1

    def next_trick(self, method: str) -> tricks.Trick | None:
        """Return what to do wrong with a request."""
        with self._lock:
            if self._played_at is not None:
                self.gaps.append(time.monotonic() - self._played_at)
                self._played_at = None
            if method not in self._methods:
                return None
            self.played += 1
            return self._trick

    def trick_is_over(self) -> None:
        """Note when."""
        with self._lock:
            self._played_at = time.monotonic()

    def pass_on(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Ask the true platform, as often as a request is passed on; return its last answer."""
        found: tuple[int, dict[str, str], bytes] = 0, {}, b""
        for _ in range(self._times):
            connection = http.client.HTTPSConnection(
                "localhost", self._city.port, context=self._onward, timeout=_ONWARD_S
            )
            with contextlib.closing(connection):
                connection.request(method, path, body or None, headers)
                answer = connection.getresponse()
                said = {name: answer.headers[name] for name in _PASSED_BACK if name in answer.headers}
                found = answer.status, said, answer.read()
        if method == "PUT" and found[0] in {200, 201}:
            self.receipts.append(found[2])
        return found

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Take the call under the guise of the moment."""
        if self._guise is None:
            super().finish_request(request, client_address)
            return
        with contextlib.closing(self._guise.wrap_socket(request, server_side=True)) as talk:
            super().finish_request(talk, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Forgive what the agent does to its calls and a trick to its own, nothing else."""
        error = sys.exc_info()[1]
        hung_up = isinstance(error, OSError) or (isinstance(error, ValueError) and "closed file" in str(error))
        if error is not None and not hung_up:
            self.faults.append(error)


class _Request(tricks.Handler):
    server: Front

    def _do(self) -> None:
        trick = self.server.next_trick(self.command)
        if trick is not None:
            try:
                trick(self)
            finally:
                self.server.trick_is_over()
        elif (found := self.truth()) is not None:
            status, said, answer = found
            media_type = said.pop("Content-Type", "application/json")
            if self.command == "PUT":  # so that each submission calls anew, and sees the guise of its moment
                said["Connection"] = "close"
            self.answer(status, answer, media_type, **{name.replace("-", "_"): value for name, value in said.items()})

    def truth(self) -> tuple[int, dict[str, str], bytes] | None:
        body = self.body()
        if len(body) < int(self.headers["Content-Length"] or 0):
            return None
        headers = {name: self.headers[name] for name in _PASSED_ON if name in self.headers}
        return self.server.pass_on(self.command, self.path, headers, body)

    do_POST = do_HEAD = do_PATCH = do_PUT = _do  # noqa: N815 - the server looks them up by these names


Lie = Callable[[bytes, list[bytes]], bytes]
"""lie(true receipt, receipts that were given before) -> what is said instead."""


def lying(lie: Lie) -> tricks.Trick:
    """Return the trick of a platform that takes the envelope and says something else than its receipt."""

    def trick(handler: tricks.Handler) -> bool:
        assert isinstance(handler, _Request)
        before = list(handler.server.receipts)
        if (found := handler.truth()) is not None:
            handler.answer(200, lie(found[2], before))
        return True

    return trick


Make = Callable[[Path, City], ssl.SSLContext | None]
"""Makes a guise in an empty folder."""


def certified(*, days: tuple[int, int] = (-1, 2), host: str = "localhost", by_the_city: bool = True) -> Make:
    """Return a guise: a certificate valid between two days from now, by the platform's authority or another of its name."""

    def make(folder: Path, city: City) -> ssl.SSLContext:
        authority = x509.load_pem_x509_certificate(city.settings.ca_file.read_bytes())
        signer: Any = load_pem_private_key((city.settings.keys_dir / "ca.key").read_bytes(), None)
        key, now = generate_private_key(SECP256R1()), dt.datetime.now(tz=dt.UTC)
        leaf = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)]))
            .issuer_name(authority.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + dt.timedelta(days=days[0]))
            .not_valid_after(now + dt.timedelta(days=days[1]))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .sign(signer if by_the_city else generate_private_key(SECP256R1()), SHA256())
        )
        folder.mkdir()
        pem = folder / "guise.pem"
        pem.write_bytes(
            leaf.public_bytes(Encoding.PEM) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        return _context(pem, pem)

    return make


def without_tls(_folder: Path, _city: City) -> None:
    """Return the guise of one who does not speak TLS."""
    return


def _context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
