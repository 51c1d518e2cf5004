"""The sync agent: takes what waits in the outbox to the platform, one at a time, for as long as the process lives.

Knows: order, the breaker, which answer moves a row where. Does not know: HTTP, SQL, or what a form says.

What is in flight lives in this process' memory alone, so no crash can leave anything "sending". A row is released only
with a receipt that the pinned platform key signed, in the same transaction that stores the receipt.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from offline_queue import envelope as env
from offline_queue import receipts, systemd
from offline_queue.answers import ASKED_TO_WAIT, Accepted, LinkDown, LinkReason, PartsMissing, PartStored, Rejected
from offline_queue.breaker import Breaker, Waits
from offline_queue.envelope import Envelope, Sign
from offline_queue.errors import EnvelopeError, QueueError
from offline_queue.locks import take
from offline_queue.outbox import Outbox
from offline_queue.rows import LinkWait, Waiting
from offline_queue.transport import Transport
from offline_queue.wake import Bed, Woken

_LOG = logging.getLogger("offline_queue.sync")


class Clock(Protocol):
    """Time as the agent needs it."""

    def now(self) -> dt.datetime:
        """Return the wall clock, UTC: for people only."""
        ...

    def boottime(self) -> float:
        """Return seconds since boot, sleep included."""
        ...

    def boot(self) -> str:
        """Return what tells this boot from any other."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> dt.datetime:
        """Return the wall clock, UTC."""
        return dt.datetime.now(tz=dt.UTC)

    def boottime(self) -> float:
        """Return seconds of CLOCK_BOOTTIME."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def boot(self) -> str:
        """Return the kernel's random id of this boot."""
        try:
            return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        except OSError:
            return ""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the agent looks."""

    idle_s: float = 60.0
    """Between looks when nothing taps: a lost tap costs this much."""
    probe_s: float = 3.0
    """Between probes while nobody answers the call."""
    upkeep_s: float = 3600.0
    """Between two rounds of upkeep."""
    verify_s: float = 86400.0
    """Between two readings of the whole store; one more is at the start."""
    slice_s: float = 0.5
    """The longest sleep at a stretch, so that a stop is heard."""
    waits: Waits = field(default_factory=Waits)


class _Stopped(Exception):  # noqa: N818
    """Breaks off an upload because the process is to end."""


class SyncAgent:
    """The one sender of a store. Its lock lives as long as the process; a second agent is refused."""

    def __init__(
        self,
        outbox: Outbox,
        transport: Transport,
        *,
        sign: Sign,
        platform_public_key: bytes,
        pace: Pace | None = None,
        clock: Clock | None = None,
        rng: Callable[[], float] = random.random,
        upkeep: Callable[[bool], None] = lambda _refused: None,
    ) -> None:
        """`sign` is the device key's, `platform_public_key` the pinned 32 Ed25519 bytes of the platform's receipts.

        `upkeep(refused)` is done before the first sending, then once an hour, and (`refused`) when the platform has not
        taken our certificate, whatever our own clock thinks of it.
        Raises `QueueError` "sync.already_running" or "sync.no_socket".
        """
        try:
            self._lock = take(outbox.directory / "agent.lock", exclusive=True, deadline_s=0)
        except QueueError as error:
            raise QueueError("sync.already_running", str(outbox.directory)) from error
        self._outbox = outbox
        self._transport = transport
        self._sign = sign
        self._platform_key = platform_public_key
        self._pace = pace or Pace()
        self._clock = clock or SystemClock()
        try:
            self._bed = Bed(outbox.directory)
        except OSError as error:
            os.close(self._lock)
            raise QueueError("sync.no_socket", str(error.strerror)) from error
        self._stop = threading.Event()
        self._stored: set[tuple[str, str]] = set()
        self._signed: dict[tuple[str, str], str] = {}
        """The authorization of the part that was sent last."""
        self._probing = False
        self._hopeful = True
        self._network_moved = False
        self._upkeep = upkeep
        self._upkeep_at, self._refused = 0.0, False
        self._verify_at = self._clock.boottime() + self._pace.verify_s
        self._watchdog_s = systemd.watchdog_s()
        self._last_beat = 0.0
        self._breaker = Breaker(self._pace.waits, rng)
        self._not_before = self._resume()

    def run(self, stop_event: threading.Event) -> None:
        """Send until `stop_event` is set; an upload that is under way then is broken off and comes again next time.

        Raises `QueueError` when the store itself fails: let the process end and be started anew.
        """
        self._stop = stop_event
        systemd.notify("READY=1")  # before the store is looked over, which takes minutes when it is huge
        _LOG.info("sync agent started, %d waiting", self._outbox.agent_state().waiting)
        try:
            self._verify()
            while not stop_event.is_set():
                self._rest(self.step())
        except _Stopped:
            pass
        finally:
            systemd.notify("STOPPING=1")
            self.close()

    def step(self) -> float:
        """Do one thing, if there is one and the line may be used; return the seconds until the next look is due."""
        now = self._clock.boottime()
        if now < self._not_before and not (self._worth_a_probe() and self._transport.probe()):
            rest = self._not_before - now
            return min(rest, self._pace.probe_s) if self._probing else rest
        if now >= self._upkeep_at:
            self._upkeep_at = now + self._pace.upkeep_s
            refused, self._refused = self._refused, False
            self._upkeep(refused)
        if now >= self._verify_at:
            self._verify()
        item = self._outbox.next_waiting()
        if item is None:
            return self._pace.idle_s
        try:
            envelope, began = self._read(item), self._clock.boottime()
            outcome = self._send(item, envelope)
        except EnvelopeError as error:
            self._outbox.park(item, str(error))
            return 0.0
        match outcome:
            case Accepted(receipt):
                self._outbox.release(item, envelope.header, receipt)
                self._line_good(item)
            case Rejected(code, detail):
                self._outbox.park(item, f"{code}: {detail}" if detail else code, line_good=True)
                self._line_good(item)
            case LinkDown():
                return self._line_down(outcome, item, began)
        return 0.0

    def close(self) -> None:
        """Give up the lock and the socket."""
        if self._lock >= 0:
            self._bed.close()
            self._transport.close()
            os.close(self._lock)
            self._lock = -1

    def _verify(self) -> None:
        """Look the store over; damaged rows are parked with their code. Raises `QueueError` "queue.corrupt"."""
        self._verify_at = self._clock.boottime() + self._pace.verify_s
        self._outbox.verify(self._beat)

    # --- one submission ----

    def _read(self, item: Waiting) -> Envelope:
        """Return the envelope as it was sealed; anything else is a fault of this store."""
        envelope = env.parse(item.blob)
        header = envelope.header
        if envelope.sha256 != item.sha256 or (header.id, header.seq) != (item.id, item.seq):
            raise EnvelopeError("queue.envelope_damaged")
        return envelope

    def _send(self, item: Waiting, envelope: Envelope) -> Accepted | Rejected | LinkDown:
        """Send parts, then the envelope. A platform that lacks parts gets them once more, not for ever."""
        for _ in range(2):
            failed = self._send_parts(envelope)
            if failed is not None:
                return failed
            outcome = self._transport.put_envelope(item.id, item.blob, sha256=item.sha256, beat=self._beat)
            if not isinstance(outcome, PartsMissing):
                break
            self._forget(item.id)
        match outcome:
            case PartsMissing():
                return LinkDown(LinkReason.GARBAGE, "parts_missing")
            case Accepted(receipt):
                return self._checked(receipt, item, envelope)
            case other:
                return other

    def _send_parts(self, envelope: Envelope) -> Rejected | LinkDown | None:
        header = envelope.header
        for part in header.parts:
            if (header.id, part.id) in self._stored:
                continue
            path = self._outbox.part_path(header, part)
            if path is None:
                _LOG.error("store fault queue.part_missing at row %d: %s", header.seq, part.id)
                raise EnvelopeError("queue.part_missing", part.id)
            if (signed := self._signed.get((header.id, part.id))) is None:  # a TPM takes its time
                signed = env.part_authorization(header.kiosk, header.id, part.id, part.sha256, self._sign)
                self._signed = {(header.id, part.id): signed}
            outcome = self._transport.put_part(header.id, part, path, authorization=signed, beat=self._beat)
            if not isinstance(outcome, PartStored):
                return outcome
            self._stored.add((header.id, part.id))
        return None

    def _checked(self, receipt: bytes, item: Waiting, envelope: Envelope) -> Accepted | LinkDown:
        try:
            receipts.verify_receipt(
                receipt,
                self._platform_key,
                kiosk=envelope.header.kiosk,
                seq=item.seq,
                submission_id=item.id,
                sha256=item.sha256,
            )
        except EnvelopeError as error:
            # Whoever answered is not our platform, or lies: the row stays.
            return LinkDown(LinkReason.GARBAGE, error.code)
        return Accepted(receipt)

    # --- the line ----

    def _line_good(self, item: Waiting) -> None:
        if self._breaker.failures:
            _LOG.info("line is back")
        self._breaker.succeed()
        self._not_before = 0.0
        self._probing, self._hopeful = False, True
        self._forget(item.id)

    def _line_down(self, down: LinkDown, item: Waiting, began: float) -> float:
        if down.moved and down.connected and down.reason is LinkReason.NO_ANSWER:
            # The line is bad, not dead: what it carried counts, and the rest follows at once.
            wait_s = self._breaker.stumble(self._clock.boottime() - began)
        else:
            if down.moved:
                self._breaker.succeed()
            wait_s = self._breaker.fail(down.retry_after_s)
        if self._breaker.failures == 1:
            _LOG.info("line is down: %s %s", down.reason.value, down.detail)
        # Only while nobody takes the call is a probe worth anything; it is the sign that the line has come back.
        self._probing = not down.connected
        self._hopeful, self._network_moved = down.reason not in ASKED_TO_WAIT, False
        if down.reason is LinkReason.OWN_CERTIFICATE:
            self._upkeep_at, self._refused = 0.0, True
        self._not_before = self._clock.boottime() + wait_s
        reason = f"{down.reason.value}: {down.detail}" if down.detail else down.reason.value
        wait = LinkWait(
            reason=reason,
            failures=self._breaker.failures,
            not_before_s=self._not_before,
            boot=self._clock.boot(),
            retry_at=self._clock.now() + dt.timedelta(seconds=wait_s),
        )
        # A call that nobody took says nothing about the item; an upload that broke off may, so others go first then.
        # Nor does one that got further than before.
        self._outbox.link_down(wait, item if down.connected and not down.moved else None)
        return min(wait_s, self._pace.probe_s) if self._probing else wait_s

    def _resume(self) -> float:
        """Take over the wait that an agent before us left in this boot, so that restarting is no way around it."""
        left = self._outbox.link_wait()
        if left is None or left.boot != self._clock.boot():
            return 0.0
        self._breaker.failures = left.failures
        self._probing = left.reason.startswith(LinkReason.NO_ANSWER.value)
        self._hopeful = left.reason.partition(":")[0] not in ASKED_TO_WAIT
        longest = self._clock.boottime() + self._pace.waits.longest_asked_s
        return min(left.not_before_s, longest)

    def _worth_a_probe(self) -> bool:
        """Say whether the wait may be cut short: while nobody takes the call, or once when the network has moved."""
        moved, self._network_moved = self._network_moved, False
        return self._probing or (moved and self._hopeful)

    def _forget(self, submission_id: str) -> None:
        self._transport.forget(submission_id)
        self._stored = {one for one in self._stored if one[0] != submission_id}

    # --- time ----

    def _rest(self, seconds: float) -> None:
        end = self._clock.boottime() + seconds
        while not self._stop.is_set():
            self._beat()
            left = end - self._clock.boottime()
            if left <= 0:
                return
            woken = self._bed.sleep(min(left, self._pace.slice_s))
            self._network_moved = self._network_moved or woken is Woken.NETWORK
            if woken is not Woken.TIME:
                return

    def _beat(self) -> None:
        """Say that we live, at most as often as systemd asks; break off when we are to end."""
        if self._stop.is_set():
            raise _Stopped
        now = time.monotonic()
        if self._watchdog_s is not None and now - self._last_beat >= self._watchdog_s / 3:
            self._last_beat = now
            systemd.notify("WATCHDOG=1")
