"""Hears devices come and go, so that a supervisor need not wait for its next turn.

Knows: udev's events. Does not know: which device is whose; a supervisor that looks too often does no harm.
Where there is no udev (a container) nothing is heard, and polling alone finds out, a little later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

log = logging.getLogger(__name__)

SUBSYSTEMS = ("usb", "tty", "video4linux", "usbmisc")
_MOVES = frozenset({"add", "remove"})


class HotPlug:
    """Calls `heard` on a thread of its own for each device of `SUBSYSTEMS` that comes or goes, once udev has named it."""

    def __init__(self, heard: Callable[[], None]) -> None:
        self._heard = heard
        self._observer: Any = None

    def start(self) -> None:
        """Begin to listen."""
        import pyudev

        try:
            monitor = pyudev.Monitor.from_netlink(pyudev.Context())
            for subsystem in SUBSYSTEMS:
                monitor.filter_by(subsystem)
            observer = pyudev.MonitorObserver(monitor, callback=self._on_event, name="hot-plug")
            observer.start()
        except OSError as error:
            log.info("no udev here, devices are found by polling alone: %s", type(error).__name__)
            return
        self._observer = observer

    def stop(self) -> None:
        """Stop listening and join the thread; harmless when it never began."""
        observer, self._observer = self._observer, None
        if observer is not None:
            observer.stop()

    def _on_event(self, device: Any) -> None:
        if device.action in _MOVES:
            self._heard()
