"""The smart card reader, for the cards of staff.

Knows: what a staff card says and how the slot stands. Does not know: drivers (they come by entry point).
"""

from __future__ import annotations

from devices.smart_card.api import (
    CHALLENGE_BYTES,
    CardPresent,
    CardRemoved,
    Disconnected,
    Faulted,
    NoCard,
    NotAStaffCard,
    SmartCardReader,
    SmartCardReaderStatus,
    StaffCard,
)

__all__ = [
    "CHALLENGE_BYTES",
    "CardPresent",
    "CardRemoved",
    "Disconnected",
    "Faulted",
    "NoCard",
    "NotAStaffCard",
    "SmartCardReader",
    "SmartCardReaderStatus",
    "StaffCard",
]
