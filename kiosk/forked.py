"""A child that goes on from where its parent stands, without starting an interpreter anew.

Knows: fork, signals, how a child is waited for. Does not know: what the child does. For a parent of one thread alone.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

_ENDING = (signal.SIGTERM, signal.SIGINT)


class Forked:
    """The parent's end: as much of `subprocess.Popen` as a succession needs."""

    def __init__(self, run: Callable[[], int]) -> None:
        """Fork; the child ends with the status that `run` returns, and by a signal as if it had just been started."""
        sys.stdout.flush()
        sys.stderr.flush()
        # The parent's handlers are not the child's: a signal waits until the child has its own.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        try:
            self.pid = os.fork()
            if self.pid == 0:
                _live(run, before)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self._handle = os.pidfd_open(self.pid)
        self._status: int | None = None

    def poll(self) -> int | None:
        """Return the status if the child has ended: an exit status, or a signal's number below zero."""
        if self._status is None:
            with suppress(ChildProcessError):  # a signal's handler asked in the midst of this, and has the answer
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                if pid:
                    self._status = os.waitstatus_to_exitcode(status)
                    os.close(self._handle)
        return self._status

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the status. Raises `subprocess.TimeoutExpired`."""
        if self._status is None:
            select.select([self._handle], [], [], timeout)
        status = self.poll()
        if status is None:
            raise subprocess.TimeoutExpired("forked", timeout or 0.0)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the child has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def kill(self) -> None:
        """End it by force."""
        self.send_signal(signal.SIGKILL)


def _live(run: Callable[[], int], mask: set[signal.Signals | int]) -> NoReturn:
    """Be the child."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        for each in _ENDING:
            signal.signal(each, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        status = run()
    except Exception:  # noqa: BLE001 - whatever it was, it ends here
        traceback.print_exc()
    finally:  # nothing of the parent's may run on in the child
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
