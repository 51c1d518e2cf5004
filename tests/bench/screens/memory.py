"""What the terminal holds while nobody stands there: the screen's process, and all of ours together.

Knows: which processes are ours. Does not know: what they need it for.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from kiosk.demo.stack import Stack
from tests.bench.figures import Figure
from tests.bench.screens.processes import command_of, descendants, pss_mb

DEADLINE_S = 60.0
STILL_MB = 0.5


def measure(directory: Path) -> Iterator[Figure]:
    """Yield both, once they have come to rest."""
    with Stack(directory / "stack", env={"QT_QPA_PLATFORM": "offscreen"}) as stack:
        kiosk = stack.start_kiosk()
        everybody = _at_rest([kiosk.pid, stack.pid("sync")])
        parts = {pid: pss_mb(pid) for pid in everybody}
        screens = {pid: held for pid, held in parts.items() if " run " in command_of(pid) and pid != kiosk.pid}
        assert len(screens) == 1, [command_of(pid) for pid in everybody]
        note = ", ".join(f"{held:.0f}" for held in sorted(parts.values(), reverse=True))
        yield Figure("memory (PSS) of the screen's process, idle", sum(screens.values()), "MB", most=200)
        yield Figure("memory (PSS) of all our processes, idle", sum(parts.values()), "MB", most=450, note=note)


def _at_rest(roots: list[int]) -> list[int]:
    """Wait until the family neither grows nor changes for a while; return it."""
    end, before, since = time.monotonic() + DEADLINE_S, 0.0, time.monotonic()
    while time.monotonic() < end:
        family = [pid for root in roots for pid in descendants(root)]
        held = sum(pss_mb(pid) for pid in family)
        if abs(held - before) > STILL_MB or len(family) < len(roots) + 2:
            before, since = held, time.monotonic()
        elif time.monotonic() - since > 5:
            return family
        time.sleep(0.3)
    raise TimeoutError("the terminal does not come to rest")
