"""Puts sticks into a machine that runs the package's udev rule and units, and prints what came of it: `make proof-stick`.

Needs root, and the Debian packages debootstrap, qemu-system-x86, dosfstools, exfatprogs, ntfs-3g, mtools, fdisk and cpio.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.drills.outbox.outcomes import Outcome, table
from tests.drills.stick import trials
from tests.drills.stick.machine import Machine, made
from tests.drills.stick.sticks import volume


def main() -> int:
    """Return 1 if something did not hold."""
    parser = argparse.ArgumentParser(prog="proof-stick", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="trial", help=", ".join(trials.TRIALS))
    parser.add_argument("--directory", type=Path, default=Path("build/stick-drill"), help="where the system is kept")
    options = parser.parse_args()
    if unknown := set(options.names) - set(trials.TRIALS):
        parser.error(f"no such trial: {', '.join(sorted(unknown))}")
    options.directory.mkdir(parents=True, exist_ok=True)
    directory = options.directory.resolve()
    outcomes: list[Outcome] = []
    machine_in = directory / "machine"
    machine_in.mkdir(exist_ok=True)
    with Machine(machine_in, *made(directory), in_it=volume(machine_in / "boot.img")) as machine:
        bench = trials.Bench(machine, machine_in)
        for name in options.names or trials.TRIALS:
            if name != "in_at_start":
                bench.pull_all()
            began = time.monotonic()
            must, found = trials.TRIALS[name](bench)
            outcomes.append(Outcome(name.replace("_", " "), 1, must, found, found == must))
            print(f"{name}: {time.monotonic() - began:.0f} s: {found}", file=sys.stderr, flush=True)
    print(table(outcomes))
    return 0 if all(one.holds for one in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
