"""Qt's file of translations, made in memory.

Knows: the .qm format. Does not know: any sentence, or who installs it.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

# The .qm format: qtbase/src/corelib/kernel/qtranslator.cpp (`do_load`, `do_translate`, `getMessage`).
_MAGIC = bytes.fromhex("3cb86418caef9c95cd211cbf60a1bddd")
_HASHES, _MESSAGES = 0x42, 0x69
_END, _TRANSLATION, _SOURCE_TEXT, _CONTEXT = 1, 3, 6, 7


def compiled(catalogue: Mapping[str, str]) -> bytes:
    """A .qm file with these sentences (id to text), for `qsTrId`."""
    hashes: list[tuple[int, int]] = []
    messages = bytearray()
    for ident, text in catalogue.items():
        name, words = ident.encode(), text.encode("utf-16-be")
        hashes.append((_hash(name), len(messages)))
        messages += struct.pack(">BI", _TRANSLATION, len(words)) + words
        messages += struct.pack(">BI", _SOURCE_TEXT, len(name)) + name
        messages += struct.pack(">BI", _CONTEXT, 0)  # ids have none; Qt's own strings always have one
        messages.append(_END)
    table = b"".join(struct.pack(">II", *entry) for entry in sorted(hashes))
    return _MAGIC + _section(_HASHES, table) + _section(_MESSAGES, bytes(messages))


def _section(tag: int, content: bytes) -> bytes:
    return struct.pack(">BI", tag, len(content)) + content


def _hash(name: bytes) -> int:
    """The ELF hash, as Qt computes it; never 0."""
    value = 0
    for byte in name:
        value = (value << 4) + byte
        high = value & 0xF0000000
        value = (value ^ (high >> 24)) & ~high & 0xFFFFFFFF
    return value or 1
