"""A disk that fails, writes by halves or is slow: every put is refused by name or kept whole, nothing is half accepted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.drills.outbox import io_shim
from tests.drills.outbox.judge import Promised, Verdict, judge
from tests.drills.outbox.kill import started, wait
from tests.drills.outbox.outcomes import Outcome, scaled

TRIALS = 10
_EIO, _ENOSPC = 5, 28
_BROKEN = frozenset({"queue.io", "queue.unwritable", "queue.commit_unknown"})


@dataclass(frozen=True, slots=True)
class _Disk:
    name: str
    settings: dict[str, int]
    codes: frozenset[str]
    """What a put may be refused with; none: nothing may be refused."""


_DISKS = (
    _Disk("fsync fails (EIO)", {"fail_fsync": 1, "errno": _EIO}, _BROKEN),
    _Disk("write fails (EIO)", {"fail_write": 1, "errno": _EIO}, _BROKEN),
    _Disk("write fails (ENOSPC)", {"fail_write": 1, "errno": _ENOSPC}, frozenset({"queue.full"})),
    _Disk("every third write is short", {"short_write": 3}, frozenset()),
    _Disk("fsync takes 8 ms", {"slow_fsync_us": 8000}, frozenset()),
)


def run(directory: Path, share: float) -> Iterator[Outcome]:
    """Yield one outcome for each kind of disk."""
    trials = scaled(TRIALS, share)
    for number, disk in enumerate(_DISKS):
        total, refused, after = Verdict(), set[str](), 0
        for trial in range(trials):
            promised, count = _trial(directory / f"{number}-{trial}", disk, trial)
            total.add(judge(directory / f"{number}-{trial}", promised))
            refused |= set(promised.refused)
            after += count
        if disk.codes:
            holds, must = total.clean and bool(refused) and refused <= disk.codes, "refused by name, nothing half accepted"
        else:
            holds, must = total.clean and not refused and after > 0, "nothing refused, nothing lost"
        found = f"{total.text()}; {', '.join(sorted(refused)) or 'none refused'}"
        yield Outcome(disk.name, trials, must, found, holds)


def _trial(place: Path, disk: _Disk, trial: int) -> tuple[Promised, int]:
    """Let a terminal work, break its disk, let it work on, end it. Return what it said, and how many puts came after."""
    armed = place.with_name(f"{place.name}.armed")
    settings = {name: value + trial if name.startswith("fail") else value for name, value in disk.settings.items()}
    process = started(place, environment=io_shim.environment(path=f"{place}/", armed=armed, **settings))
    wait(0.1)
    armed.touch()
    broken_ns = time.monotonic_ns()
    wait(0.25)
    process.kill()
    said = process.communicate()[0]
    promised = Promised()
    promised.hear(said)
    stamps = [int(line.split()[-1]) for line in said.splitlines() if line.startswith(b"P ")]
    return promised, sum(stamp > broken_ns for stamp in stamps)
