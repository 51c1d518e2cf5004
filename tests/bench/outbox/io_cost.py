"""What one submission costs in fsyncs and bytes: the figures that travel to another disk."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.outbox import child, queues
from tests.drills.outbox import io_shim

_PUTS = 2000


def measure(directory: Path) -> Iterator[Figure]:
    """Yield fsyncs and bytes for each queue; ours have to stay within theirs."""
    for name in (*queues.OURS, *queues.PEERS):
        found = child.run("counted", directory, _PUTS, name, environment=io_shim.environment())
        ours = name == "sealed"
        puts, bytes_, takes = (1.02, 15, 1.05) if ours else (math.inf,) * 3
        yield Figure(f"fsyncs per enqueue, {name}", found["fsyncs_per_put"], "", most=puts)
        yield Figure(f"bytes per enqueue, {name}", found["bytes_per_put"] / queues.PAYLOAD_BYTES, "x payload", most=bytes_)
        yield Figure(f"fsyncs per take and acknowledgement, {name}", found["fsyncs_per_take"], "", most=takes)
