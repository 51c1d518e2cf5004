"""A durable outbox: what was put reaches the platform exactly once in effect, and nobody on this machine can read it.

Knows: sealing, storing, sending. Does not know: the kiosk, its screens, or what a form says; a stranger can use it as a
library. Names are loaded on first use, so that the platform can share `offline_queue.envelope` alone.
"""

from __future__ import annotations

from offline_queue.errors import Conflict, EnvelopeError, QueueError, StoreFull

__all__ = ["Conflict", "EnvelopeError", "QueueError", "StoreFull"]
