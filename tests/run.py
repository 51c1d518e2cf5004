"""Runs every test: two folders at a time, each in a place of its own, since each keeps the one pcscd of its place.

    python tests/run.py [argument of pytest …]

Knows: the folders, the longest first, and that one that fails fails the whole. Does not know: any test.
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("tests/ui", "tests/component", "tests/e2e", "tests/unit", "tests/contract")
AT_ONCE = 2


def main(arguments: list[str]) -> int:
    """Run the folders, printing each one's output when it ends. 0: every test of every folder passed."""
    begun = time.monotonic()
    print(f"{AT_ONCE} at a time, each told when it ends: {', '.join(FOLDERS)}", flush=True)
    failed = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        runs = {pool.submit(_run, folder, arguments): folder for folder in FOLDERS}
        for run in as_completed(runs):
            code, output = run.result()
            failed += [runs[run]] if code else []
            print(f"\n--- {runs[run]}, after {time.monotonic() - begun:.0f} s ---", flush=True)
            sys.stdout.buffer.write(output)
            sys.stdout.flush()
    print(f"\n{', '.join(failed) + ': FAILED' if failed else 'every test passed'}, {time.monotonic() - begun:.0f} s")
    return 1 if failed else 0


def _run(folder: str, arguments: list[str]) -> tuple[int, bytes]:
    """Run one folder to its end, whatever fails on the way; return its exit code and all that it wrote."""
    apart = [sys.executable, "-m", "devices.namespace", "--", sys.executable, "-m", "pytest", folder, *arguments]
    done = subprocess.run(apart, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
