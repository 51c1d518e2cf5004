"""Measures the outbox and its peers and prints the table: `make bench-outbox`, or with the names of measurements alone.

A measurement is a module beside this one with `measure(directory) -> Iterator[Figure]`; it is registered by its name below.
Everything is measured in turns within one run and given as a ratio, since a machine's own speed says little.
"""

from __future__ import annotations

import argparse
import importlib
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.figures import Figure, table

MEASUREMENTS = ("enqueue", "io_cost", "backlog", "attachment", "upload", "accept")


def main() -> int:
    """Return 1 if something was missed."""
    parser = argparse.ArgumentParser(prog="bench-outbox", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="measurement", help=", ".join(MEASUREMENTS))
    parser.add_argument("--directory", type=Path, default=Path("/var/tmp"), help="on the disk that is to be measured")
    options = parser.parse_args()
    if unknown := set(options.names) - set(MEASUREMENTS):
        parser.error(f"no such measurement: {', '.join(sorted(unknown))}")
    figures: list[Figure] = []
    for name in options.names or MEASUREMENTS:
        began = time.monotonic()
        folder = Path(tempfile.mkdtemp(prefix=f"bench-{name}-", dir=options.directory))
        try:
            figures += importlib.import_module(f"tests.bench.outbox.{name}").measure(folder)
        finally:
            shutil.rmtree(folder)
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(table(figures))
    return 0 if all(one.holds for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
