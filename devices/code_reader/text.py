"""From the bytes in a code to its text, or to the reason why it is none.

Knows: encodings, lengths, which control characters a code may hold. Does not know: where the bytes come from.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Literal

from devices.code_reader.api import Code, Symbology, Unreadable

Encoding = Literal["utf-8", "gb18030"]
ENCODINGS: tuple[Encoding, ...] = ("utf-8", "gb18030")
"""Tried in this order; GB 18030 after UTF-8, because it takes much of what was meant for UTF-8 for something else."""

LONGEST_BYTES = 7089
"""Digits in the largest QR code; nothing that can be printed or shown holds more."""
_SEPARATORS = frozenset("\t\n\r\x04\x1c\x1d\x1e\x1f")
"""Line ends, and what GS1 and driving licences put between their fields."""


def decoded(raw: bytes, symbology: Symbology, encodings: Sequence[Encoding] = ENCODINGS) -> Code | Unreadable:
    """Return the code that these bytes are."""
    if len(raw) > LONGEST_BYTES:
        return Unreadable("code_reader.too_long")
    if not raw:
        return Unreadable("code_reader.empty")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return Code(text, symbology) if _harmless(text) else Unreadable("code_reader.control")
    return Unreadable("code_reader.encoding")


def _harmless(text: str) -> bool:
    """Say whether the text holds no character that steers a terminal, turns a line round, or is not yet one."""
    return all(
        character in _SEPARATORS or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
        for character in text
    )
