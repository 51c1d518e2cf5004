"""A durable outbox: what was put reaches the platform exactly once in effect, and nobody on this machine can read it.

Knows: sealing, storing, sending. Does not know: the kiosk, its screens, or what a form says; a stranger can use it as a
library. Names are loaded on first use, so that the platform can share `offline_queue.envelope` alone, without a database.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from offline_queue.errors import Conflict, CustodyError, EnvelopeError, QueueError, StoreFull, StoreSalvaged

if TYPE_CHECKING:
    from offline_queue.envelope import Recipient
    from offline_queue.exporting import Exported
    from offline_queue.keys import Custody, DeviceKey, SoftwareDeviceKey
    from offline_queue.outbox import Outbox, Sealing
    from offline_queue.room import Limits
    from offline_queue.rows import AgentState, Attachment, Counts, Put, Row, RowState, Stats, StoreFault

__all__ = [
    "AgentState",
    "Attachment",
    "Conflict",
    "Counts",
    "Custody",
    "CustodyError",
    "DeviceKey",
    "EnvelopeError",
    "Exported",
    "Limits",
    "Outbox",
    "Put",
    "QueueError",
    "Recipient",
    "Row",
    "RowState",
    "Sealing",
    "SoftwareDeviceKey",
    "Stats",
    "StoreFault",
    "StoreFull",
    "StoreSalvaged",
]

_HOMES = {
    "envelope": ("Recipient",),
    "exporting": ("Exported",),
    "keys": ("Custody", "DeviceKey", "SoftwareDeviceKey"),
    "outbox": ("Outbox", "Sealing"),
    "room": ("Limits",),
    "rows": ("AgentState", "Attachment", "Counts", "Put", "Row", "RowState", "Stats", "StoreFault"),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"offline_queue.{module}"), name)
    raise AttributeError(name)
