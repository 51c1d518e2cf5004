"""Nothing survives the rig: a parent that collects whatever it leaves behind.

Knows: processes and signals. Does not know: what they do.

Daemons that a killed rig leaves behind become children of the warden, because it asks for them (PR_SET_CHILD_SUBREAPER); it
ends them. A warden that is killed itself takes the rig along (PR_SET_PDEATHSIG), and the rig ends its own.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from devices.rig_daemons import end_with_parent

_PR_SET_CHILD_SUBREAPER = 36
_GRACE_S = 3.0
_LOOK_EVERY_S = 0.02

_libc = ctypes.CDLL(None)


def run_watched(work: Callable[[], int]) -> int:
    """Run `work` in a child and return its exit code, when it and all that it started are gone. One thread only."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)
    warden = os.getpid()
    child = os.fork()
    if child == 0:
        end_with_parent()
        if os.getppid() != warden:
            os._exit(1)
        return work()

    def forward(number: int, _: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, forward)
    _, status = os.waitpid(child, 0)
    _end_the_rest()
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _end_the_rest() -> None:
    """End every process that was left to us, and theirs in turn, first kindly."""
    began_s = time.monotonic()
    while children := list(_children()):
        number = signal.SIGTERM if time.monotonic() - began_s < _GRACE_S else signal.SIGKILL
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        time.sleep(_LOOK_EVERY_S)  # more of them become ours as their parents end: there is no last one to wait for
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _children() -> Iterator[int]:
    """Yield our children: field 4 of /proc/<pid>/stat, behind a name that may hold anything."""
    me = str(os.getpid())
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if (entry / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[1] == me:
                    yield int(entry.name)
