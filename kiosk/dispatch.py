"""Bringing results home to the thread that owns the session.

Knows: how work is posted to one thread, in order. Does not know: Qt (the screen brings its own dispatcher).
"""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import Protocol


class Dispatcher(Protocol):
    """Runs callables on the owner's thread, in the order they were posted."""

    def post(self, call: Callable[[], None]) -> None:
        """Queue `call`; safe from any thread; never runs it before returning."""
        ...


class QueueDispatcher:
    """A dispatcher that its owner turns by hand: programs without a screen, and tests."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def post(self, call: Callable[[], None]) -> None:
        """Queue `call` for the next `run_pending` or `run_one`."""
        self._calls.put(call)

    def run_pending(self) -> int:
        """Run what is queued now and return how many calls ran."""
        ran = 0
        while True:
            try:
                call = self._calls.get_nowait()
            except queue.Empty:
                return ran
            call()
            ran += 1

    def run_one(self, timeout_s: float) -> bool:
        """Wait at most `timeout_s` for one call, run it, and say whether there was one."""
        try:
            call = self._calls.get(timeout=timeout_s)
        except queue.Empty:
            return False
        call()
        return True
