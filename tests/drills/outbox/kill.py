"""kill -9 at any moment while a terminal puts and settles: what it promised is there, once and whole."""

from __future__ import annotations

import random
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.drills.outbox.judge import Promised, Verdict, judge
from tests.drills.outbox.outcomes import Outcome, scaled

TRIALS = 500
_FRESH_EVERY = 25
"""Trials on one store, one after another, before a new one."""


def started(directory: Path, *settings: str, environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start a terminal and wait until it is up."""
    command = [sys.executable, "-m", "tests.drills.outbox.terminal", str(directory), *settings]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    first = process.stdout.readline()
    if not first.startswith(b"UP "):
        process.wait()
        raise RuntimeError(f"the terminal did not come up: {first!r}")
    return process


def wait(seconds: float) -> None:
    """Let it work for a moment of its own; nothing else says when a blow falls."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        select.select([], [], [], left)


def run(directory: Path, share: float) -> Iterator[Outcome]:
    """Yield one outcome."""
    rng = random.Random(20261123)
    trials, total = scaled(TRIALS, share), Verdict()
    promised = Promised()
    for number in range(trials):
        place = directory / f"outbox-{number // _FRESH_EVERY}"
        if number % _FRESH_EVERY == 0:
            promised = Promised()
        process = started(place)
        wait(rng.uniform(0.0, 0.15))
        process.kill()
        promised.hear(process.communicate()[0])
        if (number + 1) % 5 == 0 or number + 1 == trials or (number + 1) % _FRESH_EVERY == 0:
            verdict = judge(place, promised)
            last = number + 1 == trials or (number + 1) % _FRESH_EVERY == 0
            if last or not verdict.clean:
                total.add(verdict)
            if last:
                shutil.rmtree(place)
    must = "0 lost, 0 doubled, 0 resurrected, 0 corrupt"
    yield Outcome("kill -9 while putting and settling", trials, must, total.text(), total.clean and total.puts > trials)
