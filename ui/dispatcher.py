"""Brings work home to the thread of the screen, through Qt's event loop.

Knows: one queued signal. Does not know: what is posted.
"""

from __future__ import annotations

import queue
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot


class QtDispatcher(QObject):
    """A `kiosk.dispatch.Dispatcher` for the thread that made it.

    `post` is safe from any thread and never runs the call before returning; calls run in the order of their posting. A
    call that raises is a bug: Qt hands it to `sys.excepthook`, and the next one still runs.
    """

    _posted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # The callables wait in Python's queue and only a bare signal crosses Qt's: no Python object is owned by an event.
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._posted.connect(self._run_one, Qt.ConnectionType.QueuedConnection)

    def post(self, call: Callable[[], None]) -> None:
        """Queue `call` for the screen's thread."""
        self._calls.put(call)
        self._posted.emit()

    @Slot()
    def _run_one(self) -> None:
        self._calls.get_nowait()()
