"""What a backlog costs: the next item, reopening and counting with a million rows against a thousand."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from offline_queue import Outbox
from tests.bench.figures import Figure
from tests.bench.outbox import queues

FEW, MANY = 1000, 1_000_000
PEERS_MANY = 10_000
"""Peers that slow down show it here already; some would need hours for the million."""
_TAKES = 500
_FILL = """
    WITH RECURSIVE step (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM step WHERE n < ?2)
    INSERT INTO outbox (seq, id, code, service, submitted_at, parts, sealed_bytes, sha256, envelope, person_tag, nth)
    SELECT n, randomblob(16), 'KF0001' || n, 'permit', n, 0, 2900, randomblob(32), randomblob(2900), randomblob(32), n
    FROM step"""


def measure(directory: Path) -> Iterator[Figure]:
    """Yield ours with a thousand and a million rows, peers with a thousand and ten thousand."""
    few, many = _filled(directory / "few", FEW), _filled(directory / "many", MANY)
    os.sync()  # else the disk is busy with the filling
    reopen = [_timed(lambda: Outbox.open(directory / "many").close()) for _ in range(5)]
    times = _takes(few.take_and_ack, many.take_and_ack)
    yield Figure(
        "take and acknowledge, p50 at 1,000,000 against 1,000",
        times[1] / times[0],
        most=1.25,
        note=f"{times[0] * 1e3:.2f} ms and {times[1] * 1e3:.2f} ms",
    )
    yield Figure("reopen with 1,000,000 waiting", median(reopen) * 1e3, "ms", most=50)
    for name, call in (("count", many.outbox.counts), ("state", many.outbox.agent_state)):
        yield Figure(f"{name} with 1,000,000 waiting", median(_timed(call) for _ in range(50)) * 1e3, "ms", most=1)
    few.close()
    many.close()
    for name, make in queues.PEERS.items():
        opened = [_peer(make, directory / f"{name}-{rows}", rows) for rows in (FEW, PEERS_MANY)]
        times = _takes(*(one.take_and_ack for one in opened))
        note = f"{times[0] * 1e3:.2f} ms and {times[1] * 1e3:.2f} ms"
        yield Figure(f"take and acknowledge, p50 at 10,000 against 1,000, {name}", times[1] / times[0], note=note)
        for one in opened:
            one.close()


def _filled(directory: Path, rows: int) -> queues.Sealed:
    """Return an outbox with so many rows: written together, since a put for each would take an hour on a slow disk."""
    queue = queues.Sealed(directory)
    database = queue.outbox._writer._db
    for first in range(1, rows + 1, 20_000):
        database.execute(_FILL, (first, min(first + 19_999, rows)))
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    queue.put(bytes(queues.PAYLOAD_BYTES))
    return queue


def _peer(make: Callable[[Path], queues.Queue], directory: Path, rows: int) -> queues.Queue:
    queue, payload = make(directory), queues.payloads()
    for _ in range(rows):
        queue.put(next(payload))
    return queue


def _takes(*calls: Callable[[], object]) -> list[float]:
    """Return the median seconds of each call, the calls taking turns."""
    times = [[_timed(call) for call in calls] for _ in range(_TAKES)]
    return [median(one[number] for one in times) for number in range(len(calls))]


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
