"""Breaks the outbox in every way we know and prints what came of it: `make proof-outbox`, or with the names of drills alone.

A drill is a module beside this one with `run(directory, share) -> Iterator[Outcome]`; it is registered by its name below.
`--share` makes that part of the whole's trials.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.drills.outbox.outcomes import Outcome, table

DRILLS = ("kill", "full_disk", "bad_disk", "tamper", "model", "bad_platform", "end_to_end")
ROOT_DRILLS = ("power_cut",)
"""They need root and loop devices: mandatory in the continuous integration, a target of their own elsewhere."""


def main() -> int:
    """Return 1 if something did not hold."""
    parser = argparse.ArgumentParser(prog="proof-outbox", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="drill", help=", ".join((*DRILLS, *ROOT_DRILLS)))
    parser.add_argument("--share", type=float, default=1.0, help="of the whole's trials")
    parser.add_argument("--directory", type=Path, default=Path("/var/tmp"), help="on the disk that is to be tried")
    options = parser.parse_args()
    if unknown := set(options.names) - {*DRILLS, *ROOT_DRILLS}:
        parser.error(f"no such drill: {', '.join(sorted(unknown))}")
    logging.basicConfig(level=logging.CRITICAL)  # what the store says of its faults is what the drills cause
    outcomes: list[Outcome] = []
    for name in options.names or DRILLS:
        began = time.monotonic()
        folder = Path(tempfile.mkdtemp(prefix=f"drill-{name}-", dir=options.directory))
        try:
            outcomes += importlib.import_module(f"tests.drills.outbox.{name}").run(folder, options.share)
        finally:
            shutil.rmtree(folder)
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(table(outcomes))
    return 0 if all(one.holds for one in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
