"""How long the rig takes to have every emulator and every daemon up.

Knows: the rig, started in a process and a place of its own. Does not know: what is done with it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from row import Row, at_most

from devices import namespace

MOST_S = 2.0
STARTS = 3
_ROOT = Path(__file__).resolve().parents[3]
_START = """
import sys, time
from pathlib import Path
began = time.perf_counter()
from devices.rig import Rig, RigOptions
rig = Rig(RigOptions(state_dir=Path(sys.argv[1])))
rig.start()
print(time.perf_counter() - began)
rig.stop()
"""


def rows(folder: Path) -> Iterator[Row]:
    """Measure some starts, imports included, and tell the quickest."""
    yield at_most("rig: every emulator and daemon up", MOST_S, min(_start_s(folder) for _ in range(STARTS)), " s")


def _start_s(folder: Path) -> float:
    environment = {key: value for key, value in os.environ.items() if key != namespace.MARKER}
    command = [sys.executable, "-m", "devices.namespace", "--", sys.executable, "-c", _START, str(folder / "rig")]
    done = subprocess.run(command, cwd=_ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout.split()[-1])
