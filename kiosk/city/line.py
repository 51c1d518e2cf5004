"""Whether the line to the city is up, known before a citizen has to wait for it.

Knows: one cheap call repeated on its own thread. Does not know: what the line is used for.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from kiosk.dispatch import Dispatcher

_LOG = logging.getLogger("kiosk.line")
UP_INTERVAL_S = 2.0
DOWN_INTERVAL_S = 1.0


class LineWatch:
    """Calls `probe` (which answers None, or why the line is down) and tells the owner each change, once.

    A suspicion is answered even if nothing changed, for whoever drew a conclusion from a call of its own.
    """

    def __init__(
        self, probe: Callable[[], str | None], *, dispatcher: Dispatcher, on_change: Callable[[bool, str], None]
    ) -> None:
        self._probe = probe
        self._dispatcher = dispatcher
        self._on_change = on_change
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._suspected = threading.Event()
        self._up: bool | None = None
        self._thread = threading.Thread(target=self._watch, name="line", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Stop watching; waits for a probe under way at most `timeout_s`."""
        self._stop.set()
        self._wake.set()
        if self._thread.ident is not None:  # a terminal that failed to start is stopped all the same
            self._thread.join(timeout_s)

    def suspect(self) -> None:
        """Probe now and tell the answer in any case: somebody's call just failed, or the network changed."""
        self._suspected.set()
        self._wake.set()

    def _watch(self) -> None:
        while not self._stop.is_set():
            asked = self._suspected.is_set()
            self._suspected.clear()
            reason = self._look()
            up = reason is None
            if (asked or up is not self._up) and not self._stop.is_set():
                self._up = up
                _LOG.info("line is %s%s", "up" if up else "down", "" if up else f": {reason}")
                self._dispatcher.post(lambda up=up, reason=reason: self._on_change(up, reason or ""))  # type: ignore[misc]
            self._wake.wait(UP_INTERVAL_S if up else DOWN_INTERVAL_S)
            self._wake.clear()

    def _look(self) -> str | None:
        try:
            return self._probe()
        except Exception:  # noqa: BLE001 - the thread's top: a bug must not freeze the last answer for good
            _LOG.exception("the line cannot be probed")
            return "probe_failed"
