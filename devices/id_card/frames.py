"""Frames between a host and a SAM-V identity card module (GA 450-2003, serial).

Knows: preamble, length, checksum, and how to find a frame in a noisy stream. Does not know: ports, cards, layouts.

Host to reader: AA AA AA 96 69, length (2, big endian), CMD, PARA, data, checksum. Reader to host: the same with SW1 SW2 SW3
in place of CMD PARA. Length counts what follows it, checksum included; the checksum is the XOR from length to last data.
"""

from __future__ import annotations

import enum
import functools
import operator
from dataclasses import dataclass

PREAMBLE = bytes.fromhex("AAAAAA9669")
HEAD_BYTES = len(PREAMBLE) + 2
LONGEST_BYTES = 4096
"""Longer lengths are noise: the longest answer, with two fingerprints, has 2321 bytes."""


class Command(bytes, enum.Enum):
    """CMD and PARA of what this product asks."""

    FIND = b"\x20\x01"
    SELECT = b"\x20\x02"
    READ = b"\x30\x01"
    STATUS = b"\x11\xff"
    SAM_ID = b"\x12\xff"
    RESET = b"\x10\xff"


class Answer(enum.IntEnum):
    """SW3 of an answer, as far as this product tells them apart."""

    CHECKSUM = 0x10
    LENGTH = 0x11
    COMMAND = 0x21
    PRIVILEGE = 0x23
    UNKNOWN = 0x24
    CARD_REJECTS_SAM = 0x31
    SAM_REJECTS_CARD = 0x32
    VERIFICATION = 0x33
    CARD_TYPE = 0x40
    READ_FAILED = 0x41
    RANDOM = 0x47
    SAM_SELF_TEST = 0x60
    SAM_NOT_AUTHORISED = 0x66
    NO_CARD = 0x80
    SELECT_FAILED = 0x81
    OK = 0x90
    NO_SUCH_ITEM = 0x91
    FOUND = 0x9F


def xor(data: bytes) -> int:
    """Return the XOR of all bytes; zero over a frame from its length to its checksum."""
    return functools.reduce(operator.xor, data, 0)


def request(command: Command, data: bytes = b"") -> bytes:
    """Build a frame from host to reader."""
    return _frame(command.value + data)


def reply(sw3: int, data: bytes = b"") -> bytes:
    """Build a frame from reader to host."""
    return _frame(bytes((0, 0, sw3)) + data)


def _frame(payload: bytes) -> bytes:
    counted = (len(payload) + 1).to_bytes(2, "big") + payload
    return PREAMBLE + counted + bytes((xor(counted),))


@dataclass(frozen=True, slots=True)
class Frame:
    """A complete frame: what stands between length and checksum, and whether the checksum agrees."""

    payload: bytes
    sound: bool


class Scanner:
    """Finds frames in a stream, skipping what comes before a preamble."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> Frame | None:
        """Take more bytes and return the first frame that is complete; call again with b"" for the next one."""
        self._buffer += data
        while True:
            start = self._buffer.find(PREAMBLE)
            if start < 0:
                self._buffer = self._buffer[1 - len(PREAMBLE) :]
                return None
            self._buffer = self._buffer[start:]
            if len(self._buffer) < HEAD_BYTES:
                return None
            length = int.from_bytes(self._buffer[len(PREAMBLE) : HEAD_BYTES], "big")
            if not 3 <= length <= LONGEST_BYTES:
                self._buffer = self._buffer[1:]
                continue
            end = HEAD_BYTES + length
            if len(self._buffer) < end:
                return None
            counted, self._buffer = self._buffer[len(PREAMBLE) : end], self._buffer[end:]
            return Frame(counted[2:-1], xor(counted) == 0)
