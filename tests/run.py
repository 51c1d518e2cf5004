"""Runs every test: two lanes side by side, each in a place of its own, since each keeps the one pcscd of its place.

    python tests/run.py [argument of pytest …]

Knows: which folders share a lane, and that a lane that fails fails the whole. Does not know: any test.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
LANES: dict[str, tuple[tuple[str, ...], ...]] = {
    "unit, ui": (("tests/unit", "tests/ui"),),
    "wires, end to end": (("tests/contract", "tests/component"), ("tests/e2e",)),
}
"""Lane -> its runs, one after the other; the first lane is watched live, the others are told when they end."""


def main(arguments: list[str]) -> int:
    """Run the lanes at once. 0: every test of every lane passed."""
    begun = time.monotonic()
    (first, *others) = LANES
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(len(LANES)) as pool:
        logs = {name: (Path(folder) / f"{at}.log").open("w+b") for at, name in enumerate(others)}
        lanes = {name: pool.submit(_run, LANES[name], arguments, logs.get(name)) for name in LANES}
        failed = [] if lanes[first].result() else [first]
        for name in others:
            good = lanes[name].result()
            failed += [] if good else [name]
            logs[name].seek(0)
            print(f"\n--- {name} ---", flush=True)
            sys.stdout.buffer.write(logs[name].read())
            sys.stdout.flush()
            logs[name].close()
    print(f"\n{', '.join(failed) + ': FAILED' if failed else 'every lane is good'}, {time.monotonic() - begun:.0f} s")
    return 1 if failed else 0


def _run(runs: tuple[tuple[str, ...], ...], arguments: list[str], log: IO[bytes] | None) -> bool:
    """Run a lane to its end, whatever fails on the way; say whether nothing did."""
    apart = [sys.executable, "-m", "devices.namespace", "--", sys.executable, "-m", "pytest"]
    codes = [
        subprocess.run([*apart, *folders, *arguments], cwd=ROOT, stdout=log, stderr=log, check=False).returncode
        for folders in runs
    ]
    return not any(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
