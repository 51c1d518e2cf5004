"""How many submissions a second the platform accepts with all checks on, against a bare FastAPI insert on the same database.

Both are routes of one process over the same connections (TLS, client certificates), and take turns; the terminals' side
works beside it on the same machine. A bare insert stores the same bytes as durably, answers in JSON and does nothing else.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import socket
import ssl
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from kiosk.city.sealed import Applicant, Submission
from kiosk.identity.case_code import mint
from offline_queue.envelope import ContentKey, Recipient, seal
from tests.bench.figures import Figure
from tests.drills.outbox.city import ITEM, NUMBER, City, Terminal
from tests.resources.postgres import Postgres

_AT_ONCE = (16, 1)
"""Terminals that send at the same time."""
_ROUNDS = 9
_SLICE = 12
"""Requests of each terminal in a row before the other route has its turn."""
_LEAST = 0.60


def measure(directory: Path) -> Iterator[Figure]:
    """Yield both databases' figures."""
    yield from _figures("SQLite", directory / "sqlite", "")
    directory.chmod(0o711)  # PostgreSQL runs as another user
    postgres = Postgres(directory)
    try:
        postgres.start()
        yield from _figures("PostgreSQL", directory / "postgresql", postgres.database())
    finally:
        postgres.close()


def _figures(name: str, directory: Path, address: str) -> Iterator[Figure]:
    directory.mkdir()
    city = City(directory, "tests.bench.outbox.bare_platform")
    if address:
        city.settings.record_file.write_text(address, encoding="utf-8")
    city.start()
    try:
        (directory / "terminal").mkdir()
        lines = _Lines(city, Terminal.enrol(directory / "terminal", city))
        for at_once in _AT_ONCE:
            rounds = [(lines.rate("accept", at_once), lines.rate("bare", at_once)) for _ in range(_ROUNDS + 1)][1:]
            accepted, bare = (median(one[part] for one in rounds) for part in (0, 1))
            yield Figure(
                f"platform accepts, all checks on, {name}, {at_once} at once",
                median(one / other for one, other in rounds),
                "x bare insert",
                *([_LEAST] if at_once > 1 else []),
                note=f"{accepted:.0f}/s, bare {bare:.0f}/s",
            )
        lines.close()
    finally:
        city.kill()


@dataclass
class _Lines:
    """Connections of a terminal to a platform, and what goes over them; what is sent was made before the clock runs."""

    city: City
    terminal: Terminal
    seq: int = 0
    open: list[ssl.SSLSocket] = field(default_factory=list)

    def rate(self, route: str, at_once: int) -> float:
        """Send a slice on each of so many connections; return how many a second."""
        while len(self.open) < at_once:
            self.open.append(self._line())
        work = [[self._request(route) for _ in range(_SLICE)] for _ in range(at_once)]
        begin, failed = threading.Barrier(at_once + 1), list[str]()

        def send(line: ssl.SSLSocket, requests: list[bytes]) -> None:
            begin.wait()
            for request in requests:
                line.sendall(request)
                if not (answer := _answer(line)).startswith(b"HTTP/1.1 201 "):
                    failed.append(answer.decode())

        threads = [threading.Thread(target=send, args=each) for each in zip(self.open, work, strict=False)]
        for thread in threads:
            thread.start()
        begin.wait()
        began = time.perf_counter()
        for thread in threads:
            thread.join()
        spent = time.perf_counter() - began
        if failed:
            raise RuntimeError(failed[0])
        return at_once * _SLICE / spent

    def close(self) -> None:
        """Hang up."""
        for line in self.open:
            line.close()

    def _line(self) -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=str(self.city.settings.ca_file))
        context.load_cert_chain(self.terminal.certificate)
        raw = socket.create_connection(("localhost", self.city.port), timeout=60)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return context.wrap_socket(raw, server_hostname="localhost")

    def _request(self, route: str) -> bytes:
        ident, blob = self._envelope()
        path = f"/v1/outbox/{ident}" if route == "accept" else f"/bare/{ident}"
        return f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(blob)}\r\n\r\n".encode() + blob

    def _envelope(self) -> tuple[str, bytes]:
        """Seal a form of some 2 kB as a terminal does."""
        self.seq += 1
        submission = Submission(
            submission_id=uuid.uuid4().hex,
            kiosk=NUMBER,
            code=mint(NUMBER, self.seq),
            item=ITEM,
            item_version="2026.11",
            # A person each: the look for an earlier case of the same person is no look through all of the bench's.
            applicant=Applicant(name="测试甲", number=f"99000019900101{self.seq:06d}", birth=dt.date(1990, 1, 1)),
            assurance="card",
            answers={f"field_{at}": json.dumps([at, self.seq]) * 4 for at in range(20)},
            submitted_at=dt.datetime.now(tz=dt.UTC),
            clock_quality="synchronised",
            language="zh_CN",
        )
        keys = self.terminal.enrolled.platform_seal_keys
        envelope = seal(
            submission.to_bytes(),
            key=ContentKey.fresh(),
            recipients=[Recipient(key.key_id, base64.b64decode(key.public_key)) for key in keys],
            submission_id=submission.submission_id,
            kiosk=NUMBER,
            seq=self.seq,
            code=submission.code,
            service=ITEM,
            parts=[],
            sign=self.terminal.key.sign,
        )
        return submission.submission_id, envelope.blob


def _answer(line: ssl.SSLSocket) -> bytes:
    """Read one answer whole."""
    said = b""
    while b"\r\n\r\n" not in said:
        said += _more(line)
    head, _, body = said.partition(b"\r\n\r\n")
    length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
    while len(body) < int(length.split(b":")[1]):
        body += _more(line)
    return head + b"\r\n\r\n" + body


def _more(line: ssl.SSLSocket) -> bytes:
    if not (piece := line.recv(65536)):
        raise RuntimeError("the platform hung up")
    return piece
