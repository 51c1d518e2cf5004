"""The agent's decisions, step by step, with a hand-moved clock and a platform made of values."""

from __future__ import annotations

import datetime as dt
import logging
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from offline_queue import Attachment, EnvelopeError, Outbox, Put, QueueError, RowState
from offline_queue import envelope as env
from offline_queue.answers import Accepted, LinkDown, LinkReason, PartsMissing, PartStored, Rejected
from offline_queue.breaker import Waits
from offline_queue.receipts import Receipt, sign_receipt
from offline_queue.sync import Pace, SyncAgent

START = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)
PAGE = Attachment("p1", "application/pdf", b"page")
SIGN = Attachment("p2", "image/png", b"ink")


class ManualClock:
    def __init__(self) -> None:
        self.passed_s = 0.0
        self.this_boot = "boot-1"

    def now(self) -> dt.datetime:
        return START + dt.timedelta(seconds=self.passed_s)

    def boottime(self) -> float:
        return 1000.0 + self.passed_s

    def boot(self) -> str:
        return self.this_boot


class FakePlatform:
    """Answers as told: `script` first, then truthfully. Keeps what it was sent, in order."""

    def __init__(self, sign: Callable[[bytes], bytes]) -> None:
        self._sign = sign
        self.script: list[Any] = []
        self.sent: list[str] = []
        self.authorizations: list[str] = []
        self.answers = False
        self.probes = 0
        self.forgotten: list[str] = []

    def receipt(self, blob: bytes, **changes: Any) -> bytes:
        envelope = env.parse(blob)
        header = envelope.header
        fields: dict[str, Any] = {
            "kiosk": header.kiosk,
            "seq": header.seq,
            "id": header.id,
            "sha256": envelope.sha256,
            "received_at": START,
            "contiguous": header.seq,
        }
        return sign_receipt(Receipt(**(fields | changes)), self._sign)

    def _next(self, truth: Any, blob: bytes = b"") -> Any:
        if not self.script:
            return truth
        told = self.script.pop(0)
        return told(blob) if callable(told) else told

    def put_part(self, submission_id: str, part: Any, path: Path, *, authorization: str, beat: Any) -> Any:
        beat()
        assert len(path.read_bytes()) == part.size
        self.sent.append(part.id)
        self.authorizations.append(authorization)
        return self._next(PartStored())

    def put_envelope(self, submission_id: str, blob: bytes, *, sha256: str, beat: Any) -> Any:
        beat()
        self.sent.append(str(env.parse(blob).header.seq))
        return self._next(Accepted(self.receipt(blob)), blob)

    def forget(self, submission_id: str) -> None:
        self.forgotten.append(submission_id)

    def probe(self) -> bool:
        self.probes += 1
        return self.answers

    def close(self) -> None:
        pass


class Rig:
    """One agent at a time on one outbox."""

    def __init__(self, bench: Any, outbox: Outbox) -> None:
        self.bench = bench
        self.outbox = outbox
        self.clock = ManualClock()
        self.platform = FakePlatform(bench.platform.sign)
        self.upkeeps: list[bool] = []
        self.agent = self.start()

    def start(self) -> SyncAgent:
        return SyncAgent(
            self.outbox,
            self.platform,
            sign=self.bench.device.sign,
            platform_public_key=self.bench.platform_public,
            pace=Pace(idle_s=60, probe_s=3, waits=Waits(base_s=1, cap_s=300, least_s=0.2)),
            clock=self.clock,
            rng=lambda: 0.5,
            upkeep=self.upkeep,
        )

    def upkeep(self, refused: bool) -> None:
        self.upkeeps.append(refused)

    def restart(self) -> None:
        self.agent.close()
        self.agent = self.start()

    def put(self, *attachments: Attachment) -> Put:
        return self.outbox.put(b"form", attachments, service="permit", submission_id=uuid.uuid4())

    def state(self, kept: Put) -> RowState:
        row = self.outbox.row(kept.code)
        assert row is not None
        return row.state


@pytest.fixture
def rig(bench: Any, outbox: Outbox, caplog: pytest.LogCaptureFixture) -> Iterator[Rig]:
    caplog.set_level(logging.CRITICAL, logger="offline_queue")
    rig = Rig(bench, outbox)
    yield rig
    rig.agent.close()


def down(reason: LinkReason = LinkReason.SERVER_ERROR, **more: Any) -> LinkDown:
    return LinkDown(reason, **more)


def test_parts_go_first_and_the_form_last(rig: Rig, bench: Any) -> None:
    """A submission should be sent whole, each part signed for, and released by its receipt; then its files go."""
    kept = rig.put(PAGE, SIGN)
    assert rig.agent.step() == 0
    assert rig.platform.sent == ["p1", "p2", "1"]
    row = rig.outbox.row(kept.code)
    assert row is not None
    assert (row.state, row.attempts) == (RowState.RECEIVED, 0)
    assert row.receipt is not None
    assert list((bench.directory / "parts").iterdir()) == []
    kiosk, signature = env.parse_part_authorization(rig.platform.authorizations[0])
    assert kiosk == "0001"
    assert len(signature) == 64
    assert rig.agent.step() == 60


@pytest.mark.parametrize("where", ["part", "envelope"])
def test_what_the_platform_refuses_is_parked_and_the_next_goes_on(rig: Rig, where: str) -> None:
    """A refusal should park this submission with the platform's words, keep its files, and hold up nobody."""
    bad, good = rig.put(PAGE), rig.put(PAGE)
    refusal = Rejected("form_invalid", "name")
    rig.platform.script = [refusal] if where == "part" else [PartStored(), refusal]
    assert (rig.agent.step(), rig.agent.step()) == (0, 0)
    assert (rig.state(bad), rig.state(good)) == (RowState.PARKED, RowState.RECEIVED)
    row = rig.outbox.row(bad.code)
    assert row is not None
    assert row.last_reason == "form_invalid: name"
    assert rig.outbox.faults() == ()


LIES: list[Callable[[FakePlatform, bytes], bytes]] = [
    lambda p, blob: p.receipt(blob, kiosk="0002"),
    lambda p, blob: p.receipt(blob, seq=99),
    lambda p, blob: p.receipt(blob, id="f" * 32),
    lambda p, blob: p.receipt(blob, sha256="0" * 64),
    lambda p, blob: p.receipt(blob).replace(b'"contiguous":1', b'"contiguous":2'),
    lambda p, blob: b"{}",
    lambda p, blob: b"<html>welcome</html>",
]


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_receipt_never_releases(rig: Rig, lie: Callable[[FakePlatform, bytes], bytes]) -> None:
    """Whatever is wrong with a receipt, the row should wait and the line be called bad."""
    kept = rig.put(PAGE)
    rig.platform.script = [PartStored(), lambda blob: Accepted(lie(rig.platform, blob))]
    assert rig.agent.step() == 0.5
    assert rig.state(kept) is RowState.WAITING
    assert rig.outbox.agent_state().reason.startswith("link.garbage: receipt.")
    rig.clock.passed_s += 1
    rig.agent.step()
    assert rig.state(kept) is RowState.RECEIVED


def test_a_receipt_of_another_key_never_releases(rig: Rig, bench: Any) -> None:
    """A receipt that our own terminal (or anybody) signed should not count."""
    kept = rig.put()
    liar = FakePlatform(bench.device.sign)
    rig.platform.script = [lambda blob: Accepted(liar.receipt(blob))]
    rig.agent.step()
    assert rig.state(kept) is RowState.WAITING
    assert rig.outbox.agent_state().reason == "link.garbage: receipt.signature"


def test_the_line_waits_longer_each_time_and_tries_nothing_meanwhile(rig: Rig) -> None:
    """Failures should lengthen the wait up to the cap, and no submission be tried before it is over."""
    rig.put()
    waits = []
    for _ in range(12):
        rig.platform.script = [down()]
        waits.append(rig.agent.step())
        sent = len(rig.platform.sent)
        assert rig.agent.step() == pytest.approx(waits[-1])
        assert len(rig.platform.sent) == sent
        rig.clock.passed_s += waits[-1]
    assert waits == pytest.approx([0.5, 1, 2, 4, 8, 16, 32, 64, 128, 150, 150, 150])
    assert rig.outbox.agent_state().failures == 12
    assert rig.agent.step() == 0
    state = rig.outbox.agent_state()
    assert (state.reason, state.failures, state.waiting) == ("", 0, 0)


@pytest.mark.parametrize(("asked_s", "wait_s"), [(7.0, 7.0), (0.0, 0.5), (86400.0, 3600.0)])
def test_the_platform_s_own_wish_is_honoured_up_to_an_hour(rig: Rig, asked_s: float, wait_s: float) -> None:
    """Retry-After should lengthen the wait, within bounds."""
    rig.put()
    rig.platform.script = [down(LinkReason.THROTTLED, retry_after_s=asked_s)]
    assert rig.agent.step() == wait_s


def test_the_line_s_return_ends_the_wait(rig: Rig) -> None:
    """While nobody answers, short probes should find the line's return long before the wait is over."""
    kept = rig.put()
    for _ in range(9):
        rig.platform.script = [down(LinkReason.NO_ANSWER, connected=False)]
        rig.agent.step()
        rig.clock.passed_s += 150
    rig.platform.script = [down(LinkReason.NO_ANSWER, connected=False)]
    assert rig.agent.step() == 3
    assert rig.agent.step() == 3
    assert rig.platform.probes == 1
    row = rig.outbox.row(kept.code)
    assert row is not None
    assert row.attempts == 0
    rig.platform.answers = True
    assert rig.agent.step() == 0
    assert rig.state(kept) is RowState.RECEIVED


def test_a_port_that_takes_the_call_and_says_nothing_is_not_probed(rig: Rig) -> None:
    """A probe tells nothing about a mute platform, so its full wait should hold."""
    rig.put()
    rig.platform.answers = True
    rig.platform.script = [down(LinkReason.NO_ANSWER, connected=True)]
    assert rig.agent.step() == 0.5
    assert rig.agent.step() == 0.5
    assert rig.platform.probes == 0


def test_a_submission_on_which_the_platform_stumbles_lets_others_pass(rig: Rig) -> None:
    """If one submission makes the platform fail, the others should go before it is tried again."""
    poison, good = rig.put(), rig.put()
    rig.platform.script = [down()]
    rig.agent.step()
    rig.clock.passed_s += 1
    rig.agent.step()
    assert (rig.state(poison), rig.state(good)) == (RowState.WAITING, RowState.RECEIVED)
    row = rig.outbox.row(poison.code)
    assert row is not None
    assert (row.attempts, row.last_reason) == (1, "link.server_error")


def test_missing_parts_are_sent_again_once(rig: Rig) -> None:
    """A platform that lost parts should get them again, and not for ever."""
    kept = rig.put(PAGE)
    rig.platform.script = [PartStored(), PartsMissing(("p1",)), PartStored(), PartsMissing(("p1",))]
    assert rig.agent.step() == 0.5
    assert rig.platform.sent == ["p1", "1", "p1", "1"]
    assert set(rig.platform.forgotten) == {kept.id}
    assert rig.outbox.agent_state().reason == "link.garbage: parts_missing"
    rig.clock.passed_s += 1
    rig.agent.step()
    assert rig.state(kept) is RowState.RECEIVED


def test_parts_that_arrived_are_not_sent_twice(rig: Rig) -> None:
    """After a cut the agent should go on with the part that broke off."""
    rig.put(PAGE, SIGN)
    rig.platform.script = [PartStored(), down(LinkReason.NO_ANSWER)]
    rig.agent.step()
    rig.clock.passed_s += 1
    rig.agent.step()
    assert rig.platform.sent == ["p1", "p2", "p2", "1"]


def test_a_line_that_carries_some_is_bad_and_not_dead(rig: Rig) -> None:
    """A cut that got further should be followed up at once, blame nobody and keep the turn; its part is signed once."""
    big, _small = rig.put(PAGE), rig.put()
    for lasted_s, wait_s in ((0.0, 0.2), (0.05, 0.15), (0.2, 0.0), (3.0, 0.0), (0.0, 0.2)):

        def cut(_blob: bytes, lasted_s: float = lasted_s) -> LinkDown:
            rig.clock.passed_s += lasted_s
            return down(LinkReason.NO_ANSWER, moved=True)

        rig.platform.script = [cut]
        assert rig.agent.step() == pytest.approx(wait_s)
        rig.clock.passed_s += wait_s + 0.001
    assert rig.platform.sent == ["p1"] * 5
    row = rig.outbox.row(big.code)
    assert row is not None
    assert (row.attempts, rig.outbox.agent_state().failures) == (0, 1)
    assert len({id(one) for one in rig.platform.authorizations}) == 1


def test_a_platform_that_moved_and_then_asks_for_time_gets_it(rig: Rig) -> None:
    """Only a cut is followed up at once: words of the platform are waited out, though the count begins anew."""
    rig.put(PAGE)
    for _ in range(3):
        rig.platform.script = [down(LinkReason.SERVER_ERROR, moved=True, retry_after_s=7.0)]
        assert rig.agent.step() == 7.0
        rig.clock.passed_s += 7.0
    rig.platform.script = [down(LinkReason.NO_ANSWER, moved=True, connected=False)]
    assert rig.agent.step() == 0.5
    assert rig.outbox.agent_state().failures == 1


@pytest.mark.parametrize(
    ("reason", "tries"), [(LinkReason.CAPTIVE_PORTAL, True), (LinkReason.CLOCK, True), (LinkReason.THROTTLED, False)]
)
def test_a_network_that_moves_ends_a_wait_that_it_may_have_caused(rig: Rig, reason: LinkReason, tries: bool) -> None:
    """Another network should be tried at once if somebody answers, though never against the platform's own wish."""
    kept = rig.put()
    rig.platform.script = [down(reason, retry_after_s=600)]
    rig.agent.step()
    rig.agent._network_moved = True
    assert rig.agent.step() == 600
    rig.agent._network_moved, rig.platform.answers = True, True
    assert rig.agent.step() == (0 if tries else 600)
    assert (rig.state(kept) is RowState.RECEIVED) is tries
    assert rig.platform.probes == (2 if tries else 0)


def test_upkeep_comes_first_and_then_hourly_and_when_our_certificate_is_refused(rig: Rig) -> None:
    """The certificate should be looked after without a clock of its own."""
    rig.agent.step()
    rig.agent.step()
    assert rig.upkeeps == [False]
    rig.clock.passed_s += 3600
    rig.agent.step()
    assert rig.upkeeps == [False, False]
    rig.put()
    rig.platform.script = [down(LinkReason.OWN_CERTIFICATE)]
    rig.agent.step()
    rig.clock.passed_s += 1
    rig.agent.step()
    assert rig.upkeeps == [False, False, True]
    assert rig.outbox.counts().received == 1


def test_a_part_that_changed_on_our_own_disk_is_parked(rig: Rig) -> None:
    """What the transport finds damaged should be set aside with our own code, and the next go on."""
    bad, good = rig.put(PAGE), rig.put()

    def damaged(_blob: bytes) -> Any:
        raise EnvelopeError("queue.part_damaged", "p1")

    rig.platform.script = [damaged]
    assert (rig.agent.step(), rig.agent.step()) == (0, 0)
    assert (rig.state(bad), rig.state(good)) == (RowState.PARKED, RowState.RECEIVED)


def test_a_damaged_row_is_parked_with_our_own_code(rig: Rig, bench: Any) -> None:
    """A lost part file or a changed envelope should park the row unsent, and the rest go on."""
    lost, changed, swapped, good = rig.put(PAGE), rig.put(), rig.put(), rig.put()
    next((bench.directory / "parts").iterdir()).unlink()
    writer = rig.outbox._writer
    with writer.transaction() as db:
        db.execute(
            "UPDATE outbox SET envelope = CAST(substr(envelope, 1, length(envelope) - 1) || x'ff' AS BLOB) WHERE seq = 2"
        )
        db.execute("UPDATE outbox SET envelope = (SELECT envelope FROM outbox WHERE seq = 4) WHERE seq = 3")
    for _ in range(4):
        assert rig.agent.step() == 0
    assert [rig.state(one) for one in (lost, changed, swapped, good)] == [RowState.PARKED] * 3 + [RowState.RECEIVED]
    reasons = {row.seq: row.last_reason for row in rig.outbox.rows(state=RowState.PARKED)}
    assert reasons == {1: "queue.part_missing: p1", 2: "queue.envelope_damaged", 3: "queue.envelope_damaged"}
    assert rig.platform.sent == ["4"]


def test_a_wait_outlives_the_agent_but_not_the_boot(rig: Rig) -> None:
    """Restarting the agent should be no way around the wait; restarting the machine should."""
    rig.put()
    rig.platform.script = [down(retry_after_s=600)]
    rig.agent.step()
    rig.restart()
    assert rig.agent.step() == 600
    rig.agent.close()
    rig.clock.this_boot = "boot-2"
    rig.agent = rig.start()
    assert rig.agent.step() == 0


def test_there_is_one_agent_to_a_store(rig: Rig) -> None:
    """A second agent should be refused with a code, and welcome once the first has gone."""
    with pytest.raises(QueueError) as caught:
        rig.start()
    assert caught.value.code == "sync.already_running"
    rig.restart()


def test_run_wakes_on_a_put_and_ends_on_a_stop(rig: Rig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The agent should tell systemd, send what is put while it sleeps, and end when told."""
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        rig.agent.close()
        agent = SyncAgent(
            rig.outbox, rig.platform, sign=rig.bench.device.sign, platform_public_key=rig.bench.platform_public
        )
        stop, received = threading.Event(), threading.Event()
        released = rig.outbox.release

        def release(*args: Any) -> None:
            released(*args)
            received.set()

        monkeypatch.setattr(rig.outbox, "release", release)
        thread = threading.Thread(target=agent.run, args=(stop,))
        thread.start()
        assert systemd.recv(100) == b"READY=1"
        kept = rig.put(PAGE)
        assert received.wait(10)
        assert rig.state(kept) is RowState.RECEIVED
        stop.set()
        thread.join(10)
        assert not thread.is_alive()
        assert systemd.recv(100) == b"STOPPING=1"
    assert not (rig.bench.directory / "wake").exists()
    rig.restart()


def test_an_upload_breaks_off_when_the_agent_is_to_end(rig: Rig) -> None:
    """A stop in the middle of an upload should end `run` at once and leave the row waiting."""
    kept = rig.put(PAGE)
    stop = threading.Event()

    def stop_now(_blob: bytes) -> Any:
        stop.set()
        return PartStored()

    rig.platform.script = [stop_now]
    rig.agent.run(stop)
    assert rig.platform.sent == ["p1"]
    assert rig.state(kept) is RowState.WAITING


def test_the_watchdog_is_fed(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a watchdog set, bytes that move should feed it."""
    said: list[str] = []
    monkeypatch.setattr("offline_queue.systemd.notify", said.append)
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    rig.restart()
    rig.put(PAGE)
    rig.agent.step()
    assert said == ["WATCHDOG=1"]


def test_the_store_is_looked_over_once_a_day(rig: Rig) -> None:
    """Damage that came while the agent ran should be parked within a day, by its own code, though the line is down."""
    rig.put(PAGE)
    [path] = (rig.outbox.directory / "parts").iterdir()
    rig.platform.script = [down()]
    rig.agent.step()
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.write_bytes(data)
    rig.clock.passed_s += 86_401
    rig.agent.step()
    [row] = rig.outbox.rows(state=RowState.PARKED)
    assert (row.last_reason or "").startswith("queue.part_damaged")


def test_looking_over_a_store_that_takes_long_is_a_sign_of_life_and_hears_a_stop(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages, rows and part files should each beat while they are read; a stop should end it there, and the next go on."""
    for _ in range(3):
        rig.put(Attachment("p1", "image/png", os.urandom(3 * 1024 * 1024)))
    monkeypatch.setattr("offline_queue.store._BEAT_STEPS", 10)
    beats = []
    assert rig.outbox.verify(lambda: beats.append(1)) == ()
    assert len(beats) > 3 + 3 * 4 + 10
    stop = threading.Event()
    stop.set()
    rig.agent.run(stop)
    assert rig.platform.sent == []
    assert rig.outbox.counts().waiting == 3
    rig.restart()
    rig.agent.step()
    assert rig.outbox.counts().received == 1
