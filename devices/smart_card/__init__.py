"""The smart card reader: staff cards, passports and permits, social security cards.

Knows: what such cards say and how the slot stands. Does not know: drivers (they come by entry point).
"""

from __future__ import annotations

from devices.smart_card.api import (
    CHALLENGE_BYTES,
    AccessRefused,
    CardPresent,
    CardRemoved,
    Disconnected,
    Faulted,
    NeedsPace,
    NoCard,
    NotASocialCard,
    NotAStaffCard,
    NotATravelDocument,
    PinBlocked,
    PinNeeded,
    PinSpared,
    PinWrong,
    SmartCardReader,
    SmartCardReaderStatus,
    SocialCard,
    SocialCardResult,
    StaffCard,
    TravelDocument,
    TravelDocumentResult,
    Unreadable,
)
from devices.smart_card.lds import FaceImage
from devices.smart_card.mrz import Mrz, MrzError, MrzKey

__all__ = [
    "CHALLENGE_BYTES",
    "AccessRefused",
    "CardPresent",
    "CardRemoved",
    "Disconnected",
    "FaceImage",
    "Faulted",
    "Mrz",
    "MrzError",
    "MrzKey",
    "NeedsPace",
    "NoCard",
    "NotASocialCard",
    "NotAStaffCard",
    "NotATravelDocument",
    "PinBlocked",
    "PinNeeded",
    "PinSpared",
    "PinWrong",
    "SmartCardReader",
    "SmartCardReaderStatus",
    "SocialCard",
    "SocialCardResult",
    "StaffCard",
    "TravelDocument",
    "TravelDocumentResult",
    "Unreadable",
]
