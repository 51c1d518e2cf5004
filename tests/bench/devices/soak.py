"""`make soak-devices`: a thousand times every plug pulled and put back, all kinds beside each other: what stays behind.

Knows: how many, and what may stay. Does not know: how a plug is pulled. Needs a private place (`devices.namespace`).
"""

from __future__ import annotations

import argparse
import logging
import statistics
import sys
import tempfile
from pathlib import Path

import plug_cycles

MEMORY_KB = 32_768
"""What may be held more at the end than after the first cycles: the allocator's own, and no more with more cycles."""


def main() -> int:
    """Print a table and what is held before and after; 1 when anything stayed behind."""
    parser = argparse.ArgumentParser()
    parser.add_argument("cycles", nargs="?", type=int, default=1000)
    cycles = parser.parse_args().cycles
    logging.disable(logging.CRITICAL)  # a line for each loss and each recovery is right, and here it is thousands
    with tempfile.TemporaryDirectory() as folder:
        plug_cycles.run_all(max(2, cycles // 50), Path(folder))
        before = plug_cycles.held()
        outcomes = plug_cycles.run_all(cycles, Path(folder))
        after = plug_cycles.held()
    print(f"{'kind':28} {'cycles':>7} {'lost, median':>13} {'back, median':>13}")
    for name, outcome in outcomes.items():
        lost, back = statistics.median(outcome.lost_s), statistics.median(outcome.back_s)
        print(f"{name:28} {outcome.cycles:>7} {lost:>11.3f} s {back:>11.3f} s")
    print(f"before {before}\nafter  {after}")
    stayed = (
        after.threads > before.threads or after.files > before.files or after.memory_kb > before.memory_kb + MEMORY_KB
    )
    print("LEAKED" if stayed else "nothing stayed behind")
    return 1 if stayed else 0


if __name__ == "__main__":
    sys.exit(main())
