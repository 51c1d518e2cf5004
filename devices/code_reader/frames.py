"""What comes down the line of a serial ("wedge") reader: codes, each ended by a terminator, some with an AIM identifier.

Knows: terminators, identifiers, silence in the middle, lengths. Does not know: ports, encodings.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass

from devices.code_reader.api import Symbology, Unreadable
from devices.code_reader.text import LONGEST_BYTES

SILENCE_S = 0.3
"""So long a pause in the middle of a code means that its rest will not come: a reader sends one without a pause."""

_IDENTIFIER = re.compile(rb"\]([A-Za-z])[0-9A-Za-z]")
IDENTIFIER_BYTES = 3
_SYMBOLOGIES = {b"Q": Symbology.QR, b"L": Symbology.PDF417, b"C": Symbology.CODE128}
"""ISO/IEC 15424."""


class Terminator(enum.StrEnum):
    """What the reader is set to send behind each code."""

    CR = "cr"
    LF = "lf"
    CRLF = "crlf"

    @property
    def bytes(self) -> bytes:
        """As it stands on the line."""
        return {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n"}[self.value]


@dataclass(frozen=True, slots=True)
class Scan:
    """The bytes of one code."""

    raw: bytes
    symbology: Symbology


class Frames:
    """Cuts the line into codes. What it keeps is never longer than a code can be."""

    def __init__(self, terminator: Terminator, *, identifiers: bool) -> None:
        self._end = terminator.bytes
        self._identifiers = identifiers
        self._longest = LONGEST_BYTES + (IDENTIFIER_BYTES if identifiers else 0)
        self._kept = b""
        self._too_long = False
        self._last_s = 0.0

    def feed(self, data: bytes, now_s: float) -> Iterator[Scan | Unreadable]:
        """Take in what has come, nothing included, and yield what is complete; `now_s` is monotonic."""
        if self._pending and now_s - self._last_s > SILENCE_S:
            yield Unreadable("code_reader.too_long" if self._too_long else "code_reader.half")
            self.forget()
        if data:
            self._last_s = now_s
        self._kept += data
        *complete, self._kept = self._kept.split(self._end)
        for raw in complete:
            too_long, self._too_long = self._too_long or len(raw) > self._longest, False
            yield Unreadable("code_reader.too_long") if too_long else self._scan(raw)
        if len(self._kept) > self._longest + len(self._end):
            # the tail may be the first half of a terminator
            self._too_long, self._kept = True, self._kept[-len(self._end) + 1 :] if len(self._end) > 1 else b""

    def forget(self) -> None:
        """Forget what is half there."""
        self._kept, self._too_long = b"", False

    @property
    def _pending(self) -> bool:
        return bool(self._kept) or self._too_long

    def _scan(self, raw: bytes) -> Scan | Unreadable:
        if not self._identifiers:
            return Scan(raw, Symbology.OTHER)
        match = _IDENTIFIER.match(raw)
        if match is None:
            # the beginning is lost, or the reader is set otherwise than the configuration says
            return Unreadable("code_reader.half")
        return Scan(raw[IDENTIFIER_BYTES:], _SYMBOLOGIES.get(match[1], Symbology.OTHER))
