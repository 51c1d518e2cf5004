"""The part of a measurement that runs in a process of its own, perhaps under the shim: rounds of puts, or counted calls.

Run as `python -m tests.bench.outbox.child rounds|counted <directory> …`; prints one JSON object.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.outbox import queues

_SLICE = 25
"""Puts in a row before the next queue has its turn: a neighbour's burst of work then meets all of them."""


def run(what: str, *arguments: object, environment: dict[str, str] | None = None) -> Any:
    """Run this module as a child and return what it found."""
    command = [sys.executable, "-m", __spec__.name, what, *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment or dict(os.environ))
    return json.loads(done.stdout)


def rounds(directory: Path, count: int, puts: int, *names: str) -> dict[str, list[list[float]]]:
    """Return for each queue and round [puts a second, takes a second], the queues taking turns within each round."""
    makers = {**queues.OURS, **queues.PEERS}
    rates: dict[str, list[list[float]]] = {name: [] for name in names}
    for number in range(count):
        opened = {name: makers[name](directory / f"{name}-{number}") for name in names}
        spent = {name: [0.0, 0.0] for name in names}
        payload = queues.payloads()
        for part in range(2):
            for turn in range(puts // _SLICE):
                for name in (*names[turn % len(names) :], *names[: turn % len(names)]):
                    spent[name][part] += _slice(opened[name], payload if part == 0 else None)
        for name, one in opened.items():
            one.close()
            rates[name].append([puts // _SLICE * _SLICE / seconds for seconds in spent[name]])
    return rates


def _slice(queue: queues.Queue, payload: Iterator[bytes] | None) -> float:
    """Put, or without payloads take, some in a row; return the seconds."""
    began = time.perf_counter()
    for _ in range(_SLICE):
        queue.take_and_ack() if payload is None else queue.put(next(payload))
    return time.perf_counter() - began


def counted(directory: Path, puts: int, name: str) -> dict[str, float]:
    """Return fsyncs and bytes for one put, and fsyncs for one take with its acknowledgement; checkpoints included."""
    from tests.drills.outbox import io_shim

    queue = {**queues.OURS, **queues.PEERS}[name](directory / name)
    payload = queues.payloads()
    for _ in range(10):  # the schema, the ballast, the first pages
        queue.put(next(payload))
    start = io_shim.counters()
    for _ in range(puts):
        queue.put(next(payload))
    middle = io_shim.counters()
    for _ in range(puts):
        queue.take_and_ack()
    end = io_shim.counters()
    queue.close()
    return {
        "fsyncs_per_put": (middle[0] - start[0]) / puts,
        "bytes_per_put": (middle[1] - start[1]) / puts,
        "fsyncs_per_take": (end[0] - middle[0]) / puts,
    }


if __name__ == "__main__":
    _, what, folder, *rest = sys.argv
    if what == "rounds":
        print(json.dumps(rounds(Path(folder), int(rest[0]), int(rest[1]), *rest[2:])))
    else:
        print(json.dumps(counted(Path(folder), int(rest[0]), *rest[1:])))
