"""Measures the screens and prints the table: `make bench-ui`, or with the names of measurements alone.

A measurement is a module beside this one with `measure(directory) -> Iterator[Figure]`; it is registered by its name below.
Needs a private place (`devices.namespace`).
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.figures import Figure, table

MEASUREMENTS = ("start", "touching", "memory", "sessions", "certificate")


def main() -> int:
    """Return 1 if something was missed."""
    parser = argparse.ArgumentParser(prog="bench-ui", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="measurement", help=", ".join(MEASUREMENTS))
    names = parser.parse_args().names or MEASUREMENTS
    if unknown := set(names) - set(MEASUREMENTS):
        parser.error(f"no such measurement: {', '.join(sorted(unknown))}")
    figures: list[Figure] = []
    for name in names:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory(prefix=f"bench-{name}-") as folder:
            figures += importlib.import_module(f"tests.bench.screens.{name}").measure(Path(folder))
        print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    print(table(figures))
    return 0 if all(one.holds for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
