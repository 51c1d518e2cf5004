"""`kiosk sync`: the sync agent of this terminal, as a process of its own.

Knows: which outbox, which platform, which keys, at which hours the line is shared. Does not know: how anything is sent
(`offline_queue`).
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

from kiosk.city.client import CityClient
from kiosk.clock import CIVIL_TZ, SystemClock
from kiosk.config import Config, LineCap
from kiosk.fleet import custody, enrolment, tls
from offline_queue import Outbox, RowState, systemd
from offline_queue.sync import SyncAgent
from offline_queue.transport import HttpTransport

_LOG = logging.getLogger("kiosk.sync")
_SAY_S = 1.0


def run(config: Config) -> int:
    """Send until asked to stop. Raises `QueueError` when the store fails, or when another agent runs already."""
    record = enrolment.load(config.state_dir, config.terminal.number)
    key = custody.enrolled_key(config, record)
    outbox = Outbox.open(config.outbox_dir)
    clock = SystemClock()
    city = CityClient(str(config.city.url), config.city.ca_file, record.kiosk, key.sign, clock)
    stop = threading.Event()

    def asked(number: int, _frame: FrameType | None) -> None:
        _LOG.info("asked to stop by signal %d", number)
        stop.set()

    signal.signal(signal.SIGTERM, asked)
    signal.signal(signal.SIGINT, asked)
    transport = HttpTransport(
        str(config.city.url),
        ca_file=config.city.ca_file,
        own_certificate=tls.path(config.state_dir),
        bytes_per_s=cap(config.city.line_caps, clock.now),
        progress=status_line(),
        told_time=lambda: told_time(outbox),
    )
    try:
        agent = SyncAgent(
            outbox,
            transport,
            sign=key.sign,
            platform_public_key=record.platform_sign_key.raw(),
            upkeep=lambda refused: tls.upkeep(config.state_dir, city, clock.now(), refused=refused),
        )
        agent.run(stop)
    finally:
        outbox.close()
    return 0


def cap(caps: tuple[LineCap, ...], now: Callable[[], dt.datetime]) -> Callable[[], float | None]:
    """Return how many bytes in a second may leave at this hour; None for as many as the line takes."""

    def rate() -> float | None:
        time_of_day = now().astimezone(CIVIL_TZ).time()
        held = next((each for each in caps if each.holds(time_of_day)), None)
        return None if held is None else held.kbit_s * 1000 / 8

    return rate


def status_line(monotonic: Callable[[], float] = time.monotonic) -> Callable[[str, str, int, int], None]:
    """Return what tells systemd how far a part has come, at most once a second."""
    said_at = -_SAY_S

    def say(submission: str, part: str, done: int, size: int) -> None:
        nonlocal said_at
        if done == size or monotonic() - said_at >= _SAY_S:
            said_at = monotonic()
            systemd.notify(f"STATUS=sending {submission[:8]} {part}: {done * 100 // size} % of {size} bytes")

    return say


def told_time(outbox: Outbox) -> dt.datetime | None:
    """Return the platform's time as its newest receipt here says it: signed, so it is no guess."""
    newest = outbox.rows(state=RowState.RECEIVED, limit=1)
    if not newest or newest[0].receipt is None:
        return None
    said = str(json.loads(newest[0].receipt)["received_at"])
    return dt.datetime.strptime(said, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.UTC)
