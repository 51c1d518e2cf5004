"""An attachment on a line of 2 Mbit/s and 100 ms each way, whole and cut every 0.7 MB: what is sent twice, how long it is.

All lines are used at once, each by a client of its own, against one true platform that keeps what came of a cut request;
tuspy has that from it too. Like the peer's, our calls count no round trip of their own but in the rows that say so.
"""

from __future__ import annotations

import functools
import hashlib
import math
import os
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from offline_queue import RowState
from offline_queue import envelope as env
from offline_queue.sync import SyncAgent
from offline_queue.transport import HttpTransport
from tests.bench.figures import Figure
from tests.bench.outbox.slow_line import Lines, SlowLine
from tests.drills.outbox.city import City, Terminal, put, wait_until

BYTES_PER_S, DELAY_S, CUT_EVERY = 250_000, 0.1, 700_000
_PAYLOAD = 7_000_000
_LONGEST_S = 150.0
_NEVER = math.inf
OURS = "ours"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one upload happens: a terminal of its own on a line of its own."""

    directory: Path
    platform: City
    terminal: Terminal
    line: SlowLine


Upload = Callable[[_Place], tuple[int, float]]
"""upload(place) -> bytes that the platform has now, seconds from the beginning of the sending."""


def measure(directory: Path) -> Iterator[Figure]:
    """Yield for each client: bytes sent for each of the payload, share of the clean line, cut line against clean."""
    clients: dict[str, Upload] = {OURS: _ours, f"{OURS} by TLS, with the call's round trip": _ours} | {
        f"tuspy, {size // 1024} KiB": functools.partial(_tuspy, chunk=size) for size in (262_144, 1_048_576)
    }
    platform = City(directory)
    platform.start()
    try:
        places = {
            (name, every): _place(directory / f"{number}-{every}", platform, f"{number}{cut:03}", every, name)
            for number, name in enumerate(clients, 1)
            for cut, every in enumerate((_NEVER, CUT_EVERY))
        }
        with Lines(*(place.line for place in places.values())), ThreadPoolExecutor(len(places)) as threads:
            jobs = {key: threads.submit(clients[key[0]], place) for key, place in places.items()}
            found = {key: job.result() for key, job in jobs.items()}
    finally:
        platform.kill()
    for name in clients:
        yield from _figures(name, found[name, _NEVER], found[name, CUT_EVERY], places[name, CUT_EVERY].line)


def _figures(name: str, clean: tuple[int, float], cut: tuple[int, float], line: SlowLine) -> Iterator[Figure]:
    most, least = (1.10, 0.90) if name == OURS else (math.inf, -math.inf)
    rates = [payload / seconds for payload, seconds in (clean, cut)]
    sent, cuts = line.sent / cut[0], f"{line.cuts} cuts"
    yield Figure(f"upload cut every 0.7 MB, sent, {name}", sent, "x payload", most=most, note=cuts)
    yield Figure(f"upload on the clean line, {name}", rates[0] / BYTES_PER_S, "x line", least, note=f"{clean[1]:.1f} s")
    yield Figure(f"upload cut every 0.7 MB, {name}", rates[1] / rates[0], "x clean", least, note=f"{cut[1]:.1f} s")


def _place(directory: Path, platform: City, number: str, every: float, name: str) -> _Place:
    directory.mkdir()
    terminal = Terminal.enrol(directory, platform, number)
    tls = "TLS" in name
    onward = None
    if not tls:
        onward = ssl.create_default_context(cafile=str(platform.settings.ca_file))
        onward.load_cert_chain(terminal.certificate)
    line = SlowLine(platform.port, BYTES_PER_S, DELAY_S, every, onward, call_trips=int(tls))
    return _Place(directory, platform, terminal, line)


def _ours(place: _Place) -> tuple[int, float]:
    """Send by the agent, with its waits as they are in the field: part, envelope, and its receipt is kept."""
    terminal, ca = place.terminal, place.platform.settings.ca_file
    with closing(terminal.outbox(place.directory / "outbox")) as outbox:
        kept, _ = put(outbox, [os.urandom(_PAYLOAD)], terminal.number)
        plain = place.line.onward is not None
        transport = HttpTransport(
            f"http{'' if plain else 's'}://localhost:{place.line.port}",
            ca_file=None if plain else ca,
            own_certificate=terminal.certificate,
        )
        agent = SyncAgent(outbox, transport, sign=terminal.key.sign, platform_public_key=terminal.platform_key)
        stop = threading.Event()
        with ThreadPoolExecutor(1) as thread:
            began = time.monotonic()
            running, until = thread.submit(agent.run, stop), began + _LONGEST_S
            while outbox.counts().waiting and time.monotonic() < until and not running.done():
                wait_until(time.monotonic() + 0.01)
            seconds = time.monotonic() - began
            stop.set()
        running.result()
        row = outbox.row(kept.code)
        assert row is not None and row.state is RowState.RECEIVED, outbox.agent_state()
        return row.sealed_bytes, seconds


def _tuspy(place: _Place, chunk: int) -> tuple[int, float]:
    """Send the part alone by the peer, told to go on at once after each cut."""
    from tusclient.client import TusClient

    data = place.directory / "part"
    data.write_bytes(os.urandom(_PAYLOAD))
    submission_id, part_id = uuid.uuid4().hex, "page"
    sha256 = hashlib.sha256(data.read_bytes()).hexdigest()
    terminal = place.terminal
    signed = env.part_authorization(terminal.number, submission_id, part_id, sha256, terminal.key.sign)
    url = f"http://localhost:{place.line.port}/v1/outbox/{submission_id}/parts"
    client = TusClient(url, headers={"Authorization": signed})
    uploader = client.uploader(
        str(data), chunk_size=chunk, metadata={"part": part_id, "sha256": sha256}, retries=1000, retry_delay=0
    )
    began = time.monotonic()
    uploader.upload()
    return int(uploader.offset), time.monotonic() - began
