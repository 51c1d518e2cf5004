"""The reader of resident identity cards.

Knows: what a card says and how a reader stands. Does not know: drivers (they come by entry point).
"""

from __future__ import annotations

from devices.id_card.api import (
    CardKind,
    CardPresent,
    Disconnected,
    Faulted,
    IdCard,
    IdCardReader,
    IdCardReaderStatus,
    NoCard,
    PresenceUnknown,
    ReadFailed,
)
from devices.id_card.nations import nation_name

__all__ = [
    "CardKind",
    "CardPresent",
    "Disconnected",
    "Faulted",
    "IdCard",
    "IdCardReader",
    "IdCardReaderStatus",
    "NoCard",
    "PresenceUnknown",
    "ReadFailed",
    "nation_name",
]
