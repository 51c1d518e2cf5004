"""Agent, line and platform together: both ends killed, calls cut, reset, delayed and muted; every promise becomes one case.

Knows: what was put, what the platform's record says, receipts. Does not know: how either end keeps its promise.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from offline_queue import Outbox
from tests.drills.outbox import city
from tests.drills.outbox.line import BadLine
from tests.drills.outbox.outcomes import Outcome, scaled
from tests.drills.outbox.record import balance

SUBMISSIONS, KILLS, DISTURBED = 5000, 100, 500
MOST_MIB = 150
_LARGE_EVERY = 200
_MOST_WAITING = 40
_STUCK_S = 60.0
_MEAN_BYTES = 200_000


def run(directory: Path, share: float) -> Iterator[Outcome]:
    """Yield what became of the submissions, and how much memory the agent took."""
    rng = random.Random(20261126)
    wanted, kills = scaled(SUBMISSIONS, share), scaled(KILLS, share)
    platform = city.City(directory)
    platform.start()
    terminal = city.Terminal.enrol(directory, platform)
    outbox = terminal.outbox(directory / "outbox")
    try:
        with BadLine(platform.port, random.Random(7), _MEAN_BYTES) as line:
            settings = terminal.settings(directory / "agent.json", outbox.directory, line.port, platform.settings.ca_file)
            promised, peak_kib = _under_blows(outbox, platform, settings, wanted, kills, rng)
        platform.kill()
        yield _verdict(outbox, platform, terminal, promised, kills, line, scaled(DISTURBED, share))
        most = peak_kib / 1024
        yield Outcome("the agent's memory meanwhile", kills, f"<= {MOST_MIB} MiB", f"{most:.0f} MiB", 0 < most <= MOST_MIB)
    finally:
        platform.kill()
        outbox.close()


def _under_blows(
    outbox: Outbox, platform: city.City, settings: Path, wanted: int, kills: int, rng: random.Random
) -> tuple[dict[str, list[str]], int]:
    """Put all the while, kill in turns, wait until all has gone; return what was promised and the agent's peak memory."""
    promised: dict[str, list[str]] = {}
    threads = ThreadPoolExecutor(1)
    putting = threads.submit(_put_all, outbox, wanted, promised)
    agent, peak = city.start_agent(settings), 0
    try:
        for blow in range(kills):
            _progressed(outbox, (blow + 1) * wanted // (kills + 2), putting)
            city.wait_until(time.monotonic() + rng.uniform(0.0, 0.2))
            if blow % 2:
                platform.kill()
                platform.start()
            else:
                agent.kill()
                peak = max(peak, city.peak_kib(agent.communicate()[0]))
                agent = city.start_agent(settings)
        _progressed(outbox, wanted, putting)
        putting.result()
    finally:
        threads.shutdown(wait=False)
        agent.terminate()
        peak = max(peak, city.peak_kib(agent.communicate()[0]))
    return promised, peak


def _put_all(outbox: Outbox, wanted: int, promised: dict[str, list[str]]) -> None:
    rng = random.Random(11)
    for number in range(wanted):
        until = time.monotonic() + _STUCK_S
        while outbox.counts().waiting > _MOST_WAITING and time.monotonic() < until:
            city.wait_until(time.monotonic() + 0.02)
        kept, digests = city.put(outbox, _files(number, rng))
        promised[kept.code] = digests


def _files(number: int, rng: random.Random) -> list[bytes]:
    """Return none to three small files; now and then one of up to 20 MB."""
    if number % _LARGE_EVERY == _LARGE_EVERY // 2:
        return [os.urandom(rng.randrange(1_000_000, 20_000_000))]
    return [os.urandom(int(rng.expovariate(1 / 15_000)) + 1) for _ in range(rng.choice((0, 1, 1, 2, 3)))]


def _progressed(outbox: Outbox, count: int, putting: Future[None]) -> None:
    """Wait until `count` are received; raises what ended the putting, and RuntimeError when nothing moves for long."""
    best, until = -1, time.monotonic() + _STUCK_S
    while (now := outbox.counts().received) < count:
        if putting.done():
            putting.result()
        if now > best:
            best, until = now, time.monotonic() + _STUCK_S
        if time.monotonic() > until:
            raise RuntimeError(f"stuck at {now} of {count}: {outbox.agent_state()}")
        city.wait_until(time.monotonic() + 0.02)


def _verdict(
    outbox: Outbox, platform: city.City, terminal: city.Terminal, promised: dict[str, list[str]],
    kills: int, line: BadLine, least_disturbed: int,
) -> Outcome:  # fmt: skip
    found = balance(outbox, platform, terminal, promised)
    disturbed = sum(line.fates.values())
    calls = ", ".join(f"{count} {fate}" for fate, count in sorted(line.fates.items()))
    return Outcome(
        "end to end: both ends killed, calls disturbed",
        len(promised),
        f"{len(promised)} cases, every receipt verifies, outbox empty; >= {kills} kills, >= {least_disturbed} calls",
        f"{found.text()}; {kills} kills; {calls}",
        found.clean and disturbed >= least_disturbed,
    )
