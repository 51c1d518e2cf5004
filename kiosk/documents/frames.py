"""Preview frames in memory that two processes share and no file ever holds.

Knows: an anonymous memory file with two slots, so that one can be written while the other is read; every slot carries its
sequence number before and after, so that a torn read shows. Does not know: processes, what is in a picture.

Layout: 8 bytes sequence of the newest frame (its slot is sequence mod 2); then two slots: sequence (8; 0 while it is
written), run (4), width (4), height (4), bytes of JSON (4), JSON (1000), pixels.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
from dataclasses import dataclass
from typing import Any

_NEWEST = struct.Struct("<Q")
_HEAD = struct.Struct("<QIIII")
_JSON_BYTES = 1000
_SLOT_HEAD_BYTES = _HEAD.size + _JSON_BYTES
_ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class SharedFrame:
    """`rgb`: width x height x 3 bytes. `run`: which preview it belongs to. `note`: what was said with it."""

    seq: int
    run: int
    width: int
    height: int
    rgb: bytes
    note: dict[str, Any]


def allocate(side_px: int) -> int:
    """Return the descriptor of new shared memory for frames up to `side_px` x `side_px`. The caller closes it."""
    descriptor = os.memfd_create("civic-kiosk-preview", os.MFD_CLOEXEC)
    os.ftruncate(descriptor, _NEWEST.size + 2 * _slot_bytes(side_px))
    return descriptor


def _slot_bytes(side_px: int) -> int:
    return _SLOT_HEAD_BYTES + side_px * side_px * 3


class FrameBuffer:
    """One end of the shared memory. One process writes, one reads."""

    def __init__(self, descriptor: int) -> None:
        size = os.fstat(descriptor).st_size
        self._memory = mmap.mmap(descriptor, size)
        self._slot_bytes = (size - _NEWEST.size) // 2

    @property
    def closed(self) -> bool:
        """Say whether the memory has been unmapped."""
        return self._memory.closed

    def close(self) -> None:
        """Unmap the memory; harmless twice."""
        if not self._memory.closed:
            self._memory.close()

    def write(self, seq: int, run: int, size: tuple[int, int], rgb: bytes | memoryview, note: dict[str, Any]) -> None:
        """Publish frame `seq` (from 1, rising) of `size` = (width, height). Raises: ValueError when it does not fit."""
        text = json.dumps(note, separators=(",", ":")).encode()
        if len(rgb) != size[0] * size[1] * 3 or len(rgb) > self._slot_bytes - _SLOT_HEAD_BYTES or len(text) > _JSON_BYTES:
            raise ValueError("frames.too_large")
        slot = _NEWEST.size + (seq % 2) * self._slot_bytes
        _HEAD.pack_into(self._memory, slot, 0, run, *size, len(text))
        self._memory[slot + _HEAD.size : slot + _HEAD.size + len(text)] = text
        self._memory[slot + _SLOT_HEAD_BYTES : slot + _SLOT_HEAD_BYTES + len(rgb)] = bytes(rgb)
        _HEAD.pack_into(self._memory, slot, seq, run, *size, len(text))
        _NEWEST.pack_into(self._memory, 0, seq)

    def read(self) -> SharedFrame | None:
        """Return a copy of the newest frame, None when there is none."""
        for _ in range(_ATTEMPTS):
            (newest,) = _NEWEST.unpack_from(self._memory, 0)
            if newest == 0:
                return None
            slot = _NEWEST.size + (newest % 2) * self._slot_bytes
            seq, run, width, height, text_bytes = _HEAD.unpack_from(self._memory, slot)
            rgb_bytes = width * height * 3
            if seq != newest or text_bytes > _JSON_BYTES or rgb_bytes > self._slot_bytes - _SLOT_HEAD_BYTES:
                continue
            text = self._memory[slot + _HEAD.size : slot + _HEAD.size + text_bytes]
            rgb = self._memory[slot + _SLOT_HEAD_BYTES : slot + _SLOT_HEAD_BYTES + rgb_bytes]
            if _HEAD.unpack_from(self._memory, slot) == (seq, run, width, height, text_bytes):
                return SharedFrame(seq, run, width, height, rgb, json.loads(text))
        return None

    def wipe(self) -> None:
        """Overwrite everything with zeros."""
        self._memory[:] = bytes(len(self._memory))
