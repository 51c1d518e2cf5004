"""`make bench-devices`: what the drivers cost beside their wires, as a table of targets and what was reached.

Knows: the parts that have figures. Does not know: how they are measured. Needs a private place (`devices.namespace`).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import printers
import readers
import rig_start
from row import Row

PARTS: dict[str, Callable[[Path], Iterator[Row]]] = {
    "readers": readers.rows,
    "printers": printers.rows,
    "rig": rig_start.rows,
}


def main() -> int:
    """Print a table; 1 when a figure is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", help="which parts; all without one")
    parts = parser.parse_args().parts or list(PARTS)
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    missed = 0
    print(f"{'':6}  {'figure':58}  {'target':>10}  reached")
    for part in parts:
        with tempfile.TemporaryDirectory() as folder:
            for row in PARTS[part](Path(folder)):
                missed += row.reached_it is False
                verdict = {True: "ok", False: "MISSED", None: ""}[row.reached_it]
                print(f"{verdict:6}  {row.figure:58}  {row.target:>10}  {row.reached}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
