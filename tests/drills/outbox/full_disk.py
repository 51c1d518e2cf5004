"""A disk that is full to the last byte: new work is refused first, and what is held drains all the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.drills.outbox.outcomes import Outcome


def run(directory: Path, share: float) -> Iterator[Outcome]:
    """Yield one outcome for each agent."""
    for agent in ("running", "restarted"):
        told = _fill(directory, agent)
        kept = told["kept"]
        holds = (
            told["watermark"] == "queue.full: watermark"
            and told["full"].startswith("queue.full")
            and (told["waiting"], told["faults"], told["free"]) == (kept, 0, 0)
            and told["drained"] == [0, kept, 0]
            and kept > 100
        )
        waiting, received, files = told["drained"]
        found = f"{told['watermark']}; {kept} held, {received} drained, {waiting} wait, {files} files left"
        yield Outcome(f"disk at 0 bytes free, agent {agent}", 1, "refused first by name, all drains", found, holds)


def _fill(directory: Path, agent: str) -> dict[str, Any]:
    mount = directory / f"full-{agent}"
    mount.mkdir(parents=True)
    filling = f"{sys.executable} -m tests.drills.outbox.filling {mount} {agent}"
    work = f"mount -t tmpfs -o size=24m tmpfs {mount} && exec {filling}"
    apart = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    done = subprocess.run([*apart, "sh", "-c", work], stdout=subprocess.PIPE, text=True, check=True, timeout=100)
    found: dict[str, Any] = json.loads(done.stdout)
    return found
