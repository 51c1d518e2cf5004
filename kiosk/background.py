"""One-off blocking work away from the session's thread.

Knows: one named thread per line of work, in order, results brought home by the dispatcher. Does not know what the work is.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import TypeVar

from kiosk.dispatch import Dispatcher

T = TypeVar("T")
_LOG = logging.getLogger("kiosk.background")


class Background:
    """A named worker thread. `run` never blocks; `done` or `failed` is called on the dispatcher's thread."""

    def __init__(self, name: str, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._turn, name=name, daemon=True)
        self._thread.start()

    def run(self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None]) -> None:
        """Run `work` after what is queued already."""

        def job() -> None:
            try:
                result = work()
            except Exception as error:  # noqa: BLE001 - a thread's top: the owner decides what the error means
                self._dispatcher.post(lambda error=error: failed(error))  # type: ignore[misc]
            else:
                self._dispatcher.post(lambda: done(result))

        self._jobs.put(job)

    def stop(self, timeout_s: float) -> bool:
        """Finish what is queued, then end; say whether the thread ended in time."""
        self._jobs.put(None)
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            _LOG.error("background thread did not end: %s", self._thread.name)
        return not self._thread.is_alive()

    def _turn(self) -> None:
        while self._do_one():
            pass

    def _do_one(self) -> bool:
        # A function of its own: a thread that waits for the next job must not hold the last one, and whom it was about.
        job = self._jobs.get()
        if job is None:
            return False
        job()
        return True
