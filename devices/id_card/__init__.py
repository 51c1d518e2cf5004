"""The reader of identity cards: residents', and the three that foreigners and compatriots carry.

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
    Photo,
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
    "Photo",
    "PresenceUnknown",
    "ReadFailed",
    "nation_name",
]
