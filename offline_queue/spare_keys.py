"""A content key that lies ready, wrapped for its recipients before anybody asks: made while the disk works for another put.

Knows: one spare at a time, one thread. Does not know: what a key will seal. A spare is used once or never, in memory alone.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence

from offline_queue import envelope as env
from offline_queue.envelope import ContentKey, Recipient, WrappedKey

Spare = tuple[ContentKey, tuple[WrappedKey, ...]]


class SpareKeys:
    """Gives fresh content keys. Thread-safe."""

    def __init__(self, recipients: Sequence[Recipient]) -> None:
        self._recipients = tuple(recipients)
        self._ready: queue.SimpleQueue[Spare] = queue.SimpleQueue()
        self._orders: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._due = True
        self._thread: threading.Thread | None = None

    def take(self) -> Spare:
        """Return a key that nobody else has or will have, and its wrappings."""
        try:
            spare = self._ready.get_nowait()
        except queue.Empty:
            return self._make()
        self._due = True
        return spare

    def refill(self) -> None:
        """Have the next spare made on the other thread; to be called when this one is about to wait for the disk."""
        if self._due:
            self._due = False
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="spare-keys", daemon=True)
                self._thread.start()
            self._orders.put(True)

    def close(self) -> None:
        """End the thread; what lies ready is forgotten."""
        if self._thread is not None:
            self._orders.put(False)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while self._orders.get():
            self._ready.put(self._make())

    def _make(self) -> Spare:
        key = ContentKey.fresh()
        return key, env.wrap(key, self._recipients)
