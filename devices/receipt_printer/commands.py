"""Where one ESC/POS command ends and the next begins, as a printer reads them.

Knows: lengths and names of the commands that receipts use. Does not know: what they look like on paper.
Source: Epson ESC/POS command reference.
"""

from __future__ import annotations

from dataclasses import dataclass

_LENGTHS = {
    b"\x1b@": ("initialise", 2),
    b"\x1b2": ("spacing", 2),
    b"\x1b3": ("spacing", 3),
    b"\x1b!": ("mode", 3),
    b"\x1bE": ("bold", 3),
    b"\x1bG": ("bold", 3),
    b"\x1bJ": ("feed_dots", 3),
    b"\x1bR": ("charset", 3),
    b"\x1ba": ("align", 3),
    b"\x1bd": ("feed_lines", 3),
    b"\x1bt": ("codepage", 3),
    b"\x1c&": ("chinese_on", 2),
    b"\x1c.": ("chinese_off", 2),
    b"\x1d!": ("size", 3),
    b"\x1dr": ("transmit_status", 3),
    b"\x10\x04": ("realtime", 3),
    b"\x10\x05": ("realtime", 3),
}
_CUT_WITH_FEED = frozenset({65, 66, 97, 98, 103, 104})
_RASTER_HEAD_BYTES = 8
_PRESENTER_LENGTHS = {0x03: 4, 0x20: 5}
_REALTIME_LENGTHS = {1: 5, 2: 5, 8: 10}


@dataclass(frozen=True, slots=True)
class Command:
    """One command, a run of text (`name` "text") or something that no receipt should hold (`name` "unknown")."""

    name: str
    data: bytes

    @property
    def argument(self) -> int:
        """The last byte, which is the parameter of every three-byte command."""
        return self.data[-1]


def next_command(data: bytes | bytearray, start: int) -> Command | None:
    """Return the command at `start`, or None when its end has not arrived yet."""
    first = data[start]
    if first == 0x0A:
        return Command("line_feed", b"\n")
    if first not in (0x10, 0x1B, 0x1C, 0x1D):
        return Command("text", _text(data, start)) if first >= 0x20 else Command("unknown", bytes([first]))
    prefix = bytes(data[start : start + 2])
    if len(prefix) < 2:
        return None
    name, length = _measure(prefix, data, start)
    if length is None or len(data) - start < length:
        return None
    return Command(name, bytes(data[start : start + length]))


def _text(data: bytes | bytearray, start: int) -> bytes:
    end = start
    while end < len(data) and data[end] >= 0x20:
        end += 1
    return bytes(data[start:end])


def _measure(prefix: bytes, data: bytes | bytearray, start: int) -> tuple[str, int | None]:
    if prefix in _LENGTHS:
        return _LENGTHS[prefix]
    third = data[start + 2] if len(data) > start + 2 else None
    if prefix == b"\x1dV":
        return "cut", None if third is None else 4 if third in _CUT_WITH_FEED else 3
    if prefix == b"\x1de":
        return "presenter", None if third is None else _PRESENTER_LENGTHS.get(third, 3)
    if prefix == b"\x10\x14":
        return "realtime", None if third is None else _REALTIME_LENGTHS.get(third, 3)
    if prefix == b"\x1dv":
        head = data[start : start + _RASTER_HEAD_BYTES]
        if len(head) < _RASTER_HEAD_BYTES:
            return "raster", None
        return "raster", _RASTER_HEAD_BYTES + raster_size(bytes(head))[0] * raster_size(bytes(head))[1]
    return "unknown", 2


def raster_size(command: bytes) -> tuple[int, int]:
    """Return (bytes across, rows) of a GS v 0 command."""
    return int.from_bytes(command[4:6], "little"), int.from_bytes(command[6:8], "little")
