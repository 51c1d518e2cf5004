"""A platform that keeps its promise, after it has played whatever tricks it was told.

Knows: the wire of envelopes and parts, and signed receipts. Does not know: any database, or what the tests expect.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from offline_queue import envelope as env
from offline_queue.receipts import Receipt, sign_receipt
from tests.drills.outbox import tricks
from tests.drills.outbox.tricks import TUS, Trick

DEVICE = Ed25519PrivateKey.from_private_bytes(b"d" * 32)
PLATFORM = Ed25519PrivateKey.from_private_bytes(b"P" * 32)
NOW = dt.datetime.now(tz=dt.UTC).replace(microsecond=0)


class StubPlatform(http.server.ThreadingHTTPServer):
    """A platform that keeps the promise of exactly once, after it has played the tricks it was told."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.lock = threading.Lock()
        self.tricks: list[Trick] = []
        self.parts: dict[tuple[str, str], bytes] = {}
        self.promised: dict[tuple[str, str], tuple[str, int]] = {}
        self.taken = 0
        self.turn = threading.RLock()
        self.accepted: dict[str, tuple[str, bytes]] = {}
        self.accepts: list[str] = []
        self.requests = 0
        self.url = f"http://127.0.0.1:{self.server_port}"

    def accept(self, submission_id: str, blob: bytes) -> tuple[int, bytes]:
        envelope = env.parse(blob)
        env.verify(envelope, DEVICE.public_key().public_bytes_raw())
        header = envelope.header
        assert header.id == submission_id
        with self.lock:
            if submission_id in self.accepted:
                digest, receipt = self.accepted[submission_id]
                return (200, receipt) if digest == envelope.sha256 else (422, b'{"code":"body_differs"}')
            missing = [p.id for p in header.parts if len(self.parts.get((submission_id, p.id), b"")) < p.size]
            if missing:
                return 409, json.dumps({"code": "parts_missing", "parts": missing}).encode()
            receipt = sign_receipt(
                Receipt(header.kiosk, header.seq, header.id, envelope.sha256, NOW, header.seq), PLATFORM.sign
            )
            self.accepted[submission_id] = (envelope.sha256, receipt)
            self.accepts.append(submission_id)
            return 201, receipt


class Handler(tricks.Handler):
    server: StubPlatform

    def tricked(self) -> bool:
        with self.server.lock:
            self.server.requests += 1
            trick = self.server.tricks.pop(0) if self.server.tricks else None
        return trick is not None and trick(self)

    def do_PUT(self) -> None:
        if self.tricked():
            return
        body = self.body()
        if len(body) < int(self.headers["Content-Length"]):
            return
        digest = "sha-256=:" + base64.b64encode(hashlib.sha256(body).digest()).decode() + ":"
        assert self.headers["Content-Digest"] == digest
        self.answer(*self.server.accept(self.path.split("/")[3], body))

    def do_POST(self) -> None:
        if not self.tricked():
            with self.server.turn:
                self.create()

    def create(self) -> None:
        pairs = (pair.split() for pair in self.headers["Upload-Metadata"].split(","))
        words = {key: base64.b64decode(value).decode() for key, value in pairs}
        key = (self.path.split("/")[3], words["part"])
        self.signed(key, words["sha256"])
        self.server.promised[key] = (words["sha256"], int(self.headers["Upload-Length"]))
        self.server.parts.setdefault(key, b"")
        if int(self.headers["Content-Length"] or 0) and not self.take(key, skip=len(self.server.parts[key])):
            return
        self.answer(201, b"", Upload_Offset=str(len(self.server.parts[key])), **TUS)

    def do_HEAD(self) -> None:
        if self.tricked():
            return
        with self.server.turn:
            key = self.known()
            held, size = self.server.parts.get(key, b""), self.server.promised.get(key, ("", 0))[1]
            status = 200 if key in self.server.promised else 404
            self.answer(status, b"", Upload_Offset=str(len(held)), Upload_Length=str(size), **TUS)

    def do_PATCH(self) -> None:
        if not self.tricked():
            with self.server.turn:
                self.append()

    def append(self) -> None:
        key = self.known()
        if int(self.headers["Upload-Offset"]) != len(self.server.parts[key]):
            self.body()
            self.answer(409, b'{"code":"offset_differs"}', **TUS)
        elif self.take(key):
            self.answer(204, b"", Upload_Offset=str(len(self.server.parts[key])), **TUS)

    def known(self) -> tuple[str, str]:
        _, _, _, submission_id, _, part = self.path.split("/")
        if promised := self.server.promised.get((submission_id, part)):
            self.signed((submission_id, part), promised[0])
        return submission_id, part

    def signed(self, key: tuple[str, str], sha256: str) -> None:
        assert self.headers["Tus-Resumable"] == "1.0.0"
        kiosk, signature = env.parse_part_authorization(self.headers["Authorization"])
        assert kiosk == "0001"
        env.verify_part(*key, sha256, signature, DEVICE.public_key().public_bytes_raw())

    def take(self, key: tuple[str, str], skip: int = 0) -> bool:
        """Keep what comes, all of it or what a cut left; False if it broke off or is not what was promised."""
        left = int(self.headers["Content-Length"])
        while left and (block := self.rfile.read1(min(left, 65536))):
            left -= len(block)
            fresh = block[skip:]
            skip -= len(block) - len(fresh)
            self.server.parts[key] += fresh
            self.server.taken += len(fresh)
        sha256, size = self.server.promised[key]
        whole = self.server.parts[key]
        if len(whole) == size and hashlib.sha256(whole).hexdigest() != sha256:
            del self.server.parts[key], self.server.promised[key]
            self.answer(460, b'{"code":"digest_mismatch"}', **TUS)
            return False
        return not left

def cut_mid_upload(handler: Any) -> bool:
    """What came before the cut is kept, as a platform does."""
    key = handler.known()
    handler.server.parts[key] += handler.rfile.read(100_000)
    return handler.cut()


def accept_and_lose_the_answer(handler: Any) -> bool:
    handler.server.accept(handler.path.split("/")[3], handler.body())
    return handler.cut()


@contextlib.contextmanager
def serving(port: int = 0) -> Iterator[StubPlatform]:
    with StubPlatform(port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join(10)
