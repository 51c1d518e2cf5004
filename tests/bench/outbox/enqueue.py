"""How many submissions a second become durable, ours and our peers' against the plain reference queue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench.figures import Figure
from tests.bench.outbox import child, queues
from tests.drills.outbox import io_shim

LEAST = {"unsealed": 0.90, "sealed": 0.60}
SLOW_US = 8000
"""What an fsync costs on the eMMC of a kiosk."""


def measure(directory: Path) -> Iterator[Figure]:
    """Yield the rates on this disk, and ours with a slow fsync."""
    names = (*queues.OURS, *queues.PEERS)
    rates = child.run("rounds", directory, 7, 600, *names)
    for name in names:
        puts = median(rate[0] for rate in rates[name])
        ratio = _ratio(rates[name], rates["ref"], 0)
        least = LEAST.get(name, float("-inf"))
        yield Figure(f"durable enqueue, {name}", ratio, "x ref", least, note=f"{puts:.0f}/s")
    for name in names:
        takes = median(rate[1] for rate in rates[name])
        yield Figure(f"take and acknowledge, {name}", _ratio(rates[name], rates["ref"], 1), "x ref", note=f"{takes:.0f}/s")
    disk = io_shim.environment(slow_fsync_us=SLOW_US)
    slow = child.run("rounds", directory / "slow", 5, 75, *queues.OURS, environment=disk)
    for name in LEAST:
        yield Figure(
            f"durable enqueue with fsync at 8 ms, {name}",
            _ratio(slow[name], slow["ref"], 0),
            "x ref",
            0.95,
            note=f"{median(rate[0] for rate in slow[name]):.0f}/s",
        )


def _ratio(rates: list[list[float]], reference: list[list[float]], part: int) -> float:
    return median(mine[part] / theirs[part] for mine, theirs in zip(rates, reference, strict=True))
