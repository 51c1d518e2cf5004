"""A platform that lies, stumbles, floods, falls silent: the reason is named, nothing is lost, memory stays small.

The true platform stands behind one that plays a trick on a submission's creation, on its pieces or on its envelope; then
it is good again and has to get that submission once. Certificates and the agent's own clock are wrong in their turn.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from offline_queue import Outbox, receipts, strict
from offline_queue import envelope as env
from offline_queue.answers import LinkReason
from tests.drills.outbox import city
from tests.drills.outbox.front import Front, Make, certified, lying, without_tls
from tests.drills.outbox.outcomes import Outcome, scaled
from tests.drills.outbox.record import balance
from tests.drills.outbox.tricks import (
    LONG_BODY,
    TUS,
    Trick,
    answering,
    cutting,
    dripping,
    mute,
    pouring,
    saying,
    shifted,
    swelling,
)

PLAYS = 9
"""Of each trick in the whole, the kinds of request taking turns."""
MOST_MIB = 150
CONTROL = ""
"""What the agent is to do wrong (see `agent`), so that a test sees this drill find it."""
_PART_BYTES = 1_300_000
"""More than the first piece, so that one more follows."""
_PLACES = (frozenset({"POST"}), frozenset({"PATCH"}), frozenset({"PUT"}))
_PIECES = frozenset({"PATCH"})
_FORM = frozenset({"PUT"})
_STUCK_S = 60.0
_ASKED_S = 1.0
"""What `Retry-After` asks for, and the longest that the drills' agent lets itself be asked for."""
_PATIENT = {"connect_s": 30.0, "silence_s": 30.0, "answer_s": 30.0}
_HASTY = {"connect_s": 30.0, "silence_s": 0.7, "answer_s": 0.7}
"""For tricks that only a deadline ends."""
_PORTAL_PAGE = b"<html><title>Welcome</title>Please log in</html>"
_Held = TypeVar("_Held")
_LIBFAKETIME = "/usr/$LIB/faketime/libfaketime.so.1"


@dataclass(frozen=True, slots=True)
class _Play:
    """One misbehaviour: what it has to be called, and on which requests it is played."""

    reason: LinkReason
    trick: Trick | None = None
    places: tuple[frozenset[str], ...] = _PLACES
    guise: Make | None = None
    asked_s: float = 0.0
    """How long the answer asks to wait."""


def _offsets(*answers: tuple[str, Trick, frozenset[str]]) -> dict[str, _Play]:
    return {name: _Play(LinkReason.GARBAGE, trick, (place,)) for name, trick, place in answers}


def _resigned(receipt: bytes, _before: list[bytes]) -> bytes:
    """Sign the same words with another key."""
    words = json.loads(receipt)
    said = receipts.Receipt(
        words["kiosk"], words["seq"], words["id"], words["sha256"], dt.datetime.now(tz=dt.UTC), words["contiguous"]
    )
    return receipts.sign_receipt(said, Ed25519PrivateKey.generate().sign)


def _raised(receipt: bytes, _before: list[bytes]) -> bytes:
    return strict.canonical(json.loads(receipt) | {"contiguous": 10**6})


_WHOLE = env.sealed_part_bytes(_PART_BYTES)
_ALL_THERE = answering(201, b"", Upload_Offset=str(_WHOLE), **TUS)
_SLOW_HEADER = b"HTTP/1.1 200 OK\r\nX: "
_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

PATIENT: dict[str, dict[str, _Play]] = {
    "lies about offsets": _offsets(
        ("backwards", shifted(0), _PIECES),
        ("beyond the end", shifted(10**9), _PIECES),
        ("all is there at once", shifted(_WHOLE), _PIECES),
        ("begun beyond the end", answering(201, b"", Upload_Offset=str(10**9), **TUS), frozenset({"POST"})),
        ("there before it was sent", _ALL_THERE, frozenset({"POST"})),
        ("409 for ever", answering(409, b"{}", **TUS), _PIECES | {"HEAD"}),
        ("423 for ever", answering(423, b"{}", **TUS), _PIECES | {"HEAD"}),
        ("forgets for ever", answering(404, b"{}", **TUS), _PIECES | {"HEAD"}),
        ("460 for ever", answering(460, b'{"code":"digest_mismatch"}', **TUS), _PIECES),
        ("no offset", answering(204, b"", **TUS), _PIECES),
        ("no tus", answering(201, b""), frozenset({"POST"})),
    ),
    "wrong receipts": {
        "another key's": _Play(LinkReason.GARBAGE, lying(_resigned), (_FORM,)),
        "another submission's, replayed": _Play(LinkReason.GARBAGE, lying(lambda _, before: before[0]), (_FORM,)),
        "altered": _Play(LinkReason.GARBAGE, lying(_raised), (_FORM,)),
        "cut off": _Play(LinkReason.GARBAGE, lying(lambda receipt, _: receipt[:-30]), (_FORM,)),
        "empty": _Play(LinkReason.GARBAGE, lying(lambda *_: b"{}"), (_FORM,)),
    },
    "500, 502, 503, 429, 401": {
        "500": _Play(LinkReason.SERVER_ERROR, answering(500)),
        "502": _Play(LinkReason.SERVER_ERROR, answering(502, b"<html>Bad Gateway</html>", "text/html")),
        "503": _Play(LinkReason.SERVER_ERROR, answering(503, Retry_After="0")),
        "503, asked to wait": _Play(LinkReason.SERVER_ERROR, answering(503, Retry_After="1"), asked_s=_ASKED_S),
        "429": _Play(LinkReason.THROTTLED, answering(429)),
        "429, asked to wait for days": _Play(LinkReason.THROTTLED, answering(429, Retry_After="999999"), asked_s=_ASKED_S),
        "401": _Play(LinkReason.NOT_ADMITTED, answering(401, b'{"code":"signature_invalid"}')),
        "our certificate": _Play(LinkReason.OWN_CERTIFICATE, answering(401, b'{"code":"certificate_missing"}')),
    },
    "captive portal": {
        "page": _Play(LinkReason.CAPTIVE_PORTAL, answering(200, _PORTAL_PAGE, "text/html")),
        "redirect": _Play(LinkReason.CAPTIVE_PORTAL, answering(302, Location="http://192.0.2.1/login")),
        "511": _Play(LinkReason.CAPTIVE_PORTAL, answering(511, _PORTAL_PAGE, "text/html")),
    },
    "garbage and floods": {
        "another protocol": _Play(LinkReason.GARBAGE, saying(b"SSH-2.0-OpenSSH_9.2\r\n")),
        "noise": _Play(LinkReason.GARBAGE, saying(bytes(range(128, 256)) * 20)),
        "200 and noise": _Play(LinkReason.GARBAGE, answering(200, b"\xff\xfe{{{")),
        "stray 404": _Play(LinkReason.GARBAGE, answering(404, b"not here", "text/plain")),
        "10 GB": _Play(LinkReason.GARBAGE, pouring(10**10)),
        "10 GB when unpacked": _Play(LinkReason.GARBAGE, swelling(10**10)),
        "chunks without end": _Play(LinkReason.GARBAGE, dripping(b"100\r\n" + bytes(256) + b"\r\n", _CHUNKED)),
        "headers without end": _Play(LinkReason.GARBAGE, dripping(b"X-Filler: x\r\n", b"HTTP/1.1 200 OK\r\n")),
        "a header without end": _Play(LinkReason.GARBAGE, dripping(b"x", _SLOW_HEADER)),
        "cut": _Play(LinkReason.NO_ANSWER, cutting),
        "short answer": _Play(LinkReason.NO_ANSWER, saying(LONG_BODY + b"{")),
    },
    "certificates": {
        "expired": _Play(LinkReason.CERTIFICATE_EXPIRED, guise=certified(days=(-9, -1))),
        "not yet valid": _Play(LinkReason.CLOCK, guise=certified(days=(1, 9))),
        "another authority's": _Play(LinkReason.TLS, guise=certified(by_the_city=False)),
        "another host's": _Play(LinkReason.TLS, guise=certified(host="elsewhere.example")),
        "no TLS": _Play(LinkReason.TLS, guise=without_tls),
    },
}
HASTY: dict[str, dict[str, _Play]] = {
    "silence and trickles": {
        "mute": _Play(LinkReason.NO_ANSWER, mute),
        "slow headers": _Play(LinkReason.NO_ANSWER, dripping(b"x", _SLOW_HEADER, 0.05)),
        "slow body": _Play(LinkReason.NO_ANSWER, dripping(b"x", LONG_BODY, 0.05)),
        "patience without end": _Play(LinkReason.NO_ANSWER, dripping(b"HTTP/1.1 100 Continue\r\n\r\n", b"", 0.01)),
    },
}
CLOCKS = {"1970": "1970-01-02 00:00:00", "2099": "2099-06-01 00:00:00"}


def run(directory: Path, share: float) -> Iterator[Outcome]:
    """Yield one outcome for each kind of misbehaviour, what became of all that was put, and the agent's memory."""
    platform = city.City(directory)
    platform.start()
    terminal = city.Terminal.enrol(directory, platform)
    outbox = terminal.outbox(directory / "outbox")
    try:
        with Front(platform, terminal.certificate) as front:
            drill = _Drill(directory, platform, terminal, outbox, front)
            with drill.agent(_PATIENT):
                drill.good(1)  # a receipt to be replayed, and the platform's time
                for kind, tricks in PATIENT.items():
                    yield drill.outcome(kind, tricks, PLAYS * share)
                yield drill.twice(scaled(PLAYS, share))
            with drill.agent(_HASTY):
                for kind, tricks in HASTY.items():
                    yield drill.outcome(kind, tricks, PLAYS * share)
            yield drill.clocks()
            if front.faults:
                raise front.faults[0]
        platform.kill()
        found = balance(outbox, platform, terminal, drill.promised)
        must = f"{len(drill.promised)} cases, every receipt verifies, outbox empty"
        yield Outcome("bad platform: afterwards a good one", len(drill.promised), must, found.text(), found.clean)
        most = drill.peak_kib / 1024
        yield Outcome("the agent's memory meanwhile", 1, f"<= {MOST_MIB} MiB", f"{most:.0f} MiB", 0 < most <= MOST_MIB)
    finally:
        platform.kill()
        outbox.close()


@dataclass
class _Drill:
    directory: Path
    platform: city.City
    terminal: city.Terminal
    outbox: Outbox
    front: Front
    promised: dict[str, list[str]] = field(default_factory=dict)
    peak_kib: int = 0
    _process: subprocess.Popen[bytes] | None = None

    @contextlib.contextmanager
    def agent(self, deadlines: dict[str, float], clock: str = "") -> Iterator[None]:
        """Run an agent, perhaps under another clock; take note of its memory when it ends."""
        settings = self.terminal.settings(
            self.directory / "agent.json", self.outbox.directory, self.front.server_port,
            self.platform.settings.ca_file, control=CONTROL, **deadlines,
        )  # fmt: skip
        environment = dict(os.environ)
        if clock:
            environment |= {"LD_PRELOAD": _LIBFAKETIME, "FAKETIME": f"@{clock}", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        self._process = city.start_agent(settings, environment)
        try:
            yield
        finally:
            self._process.terminate()
            self.peak_kib = max(self.peak_kib, city.peak_kib(self._process.communicate()[0]))

    def outcome(self, kind: str, tricks: dict[str, _Play], plays: float) -> Outcome:
        """Play each of these so many times (of a share below one only some), and let a good platform follow each time."""
        wrong: Counter[str] = Counter()
        done = 0
        for number, (name, play) in enumerate(tricks.items(), 1):
            while done < max(1.0, number * plays):
                place = play.places[done % len(play.places)]
                if fault := self._played(play, place):
                    wrong[f"{name}: {fault}"] += 1
                done += 1
        return _outcome(kind, done, wrong)

    def _played(self, play: _Play, place: frozenset[str]) -> str:
        """Return what went wrong in the agent, if anything did."""
        if play.guise is not None:
            self.front.guise(play.guise(self.directory / f"guise-{len(self.promised)}", self.platform))
        if play.trick is not None:
            self.front.play(play.trick, place)
        fault = self._named(play.reason)
        self.front.honest()
        self._drained()
        if play.asked_s and min(self.front.gaps) < play.asked_s:
            return "did not wait as it was asked to"
        return fault

    def _named(self, reason: LinkReason) -> str:
        """Put one; return what is wrong with what the agent makes of it."""
        self._put()
        named = self._until(lambda: self.outbox.agent_state().reason or ("received" if self._settled() else ""))
        if self._settled():
            return f"settled all the same ({named})"
        return "" if named.partition(":")[0] == reason.value else f"called {named}"

    def _settled(self) -> bool:
        return self.outbox.counts().waiting == 0

    def good(self, count: int) -> None:
        """Put so many while nothing goes wrong."""
        for _ in range(count):
            self._put()
        self._drained()

    def twice(self, count: int) -> Outcome:
        """Let each request arrive twice."""
        self.front.twice()
        self.good(count)
        self.front.honest()
        return _outcome("each request twice", count, Counter())

    def clocks(self) -> Outcome:
        """Let the agent believe in another century, then set it right."""
        wrong: Counter[str] = Counter()
        for year, clock in CLOCKS.items():
            with self.agent(_PATIENT, clock):
                if fault := self._named(LinkReason.CLOCK):
                    wrong[f"{year}: {fault}"] += 1
            with self.agent(_PATIENT):
                self._drained()
        return _outcome("the terminal's clock at 1970 and 2099", len(CLOCKS), wrong)

    def _put(self) -> None:
        kept, digests = city.put(self.outbox, [os.urandom(_PART_BYTES)])
        self.promised[kept.code] = digests

    def _drained(self) -> None:
        self._until(lambda: self._settled() and not self.outbox.agent_state().reason)

    def _until(self, holds: Callable[[], _Held]) -> _Held:
        """Wait for something of the agent's; raises RuntimeError when it never comes."""
        until = time.monotonic() + _STUCK_S
        while not (found := holds()):
            ended = self._process is None or self._process.poll() is not None
            if ended or time.monotonic() > until:
                what = "the agent ended" if ended else "stuck"
                raise RuntimeError(f"{what}: {self.outbox.agent_state()}, faults {self.front.faults}")
            city.wait_until(time.monotonic() + 0.01)
        return found


def _outcome(kind: str, plays: int, wrong: Counter[str]) -> Outcome:
    faults = ", ".join(f"{name} ({count})" for name, count in sorted(wrong.items()))
    must = "the reason named, nothing lost, then outlived"
    return Outcome(f"bad platform: {kind}", plays, must, faults or "named and outlived", not wrong)
