"""Commands, answers and answers to reset of ISO/IEC 7816-4.

Knows: how a command is written, short and extended, and what a status word says. Does not know: PC/SC, applications.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

OK = 0x9000
SECURITY_STATUS = 0x6982
WRONG_LENGTH = 0x6700
SHORT_LE = 256
EXTENDED_LE = 65536
_SHORT_DATA = 255
_MOST_PIECES = 1024


class StatusWordError(Exception):
    """The card answered `word` where 9000 was needed."""

    def __init__(self, word: int) -> None:
        super().__init__(f"{word:04x}")
        self.word = word


@dataclass(frozen=True, slots=True)
class Command:
    """One command; `le` is how many bytes are expected back, None for none."""

    ins: int
    p1: int = 0
    p2: int = 0
    data: bytes = b""
    le: int | None = None
    cla: int = 0

    @property
    def header(self) -> bytes:
        """CLA INS P1 P2."""
        return bytes((self.cla, self.ins, self.p1, self.p2))

    def encode(self) -> bytes:
        """Write it, short where that is enough. Raises: ValueError for what no command can carry."""
        le, data = self.le, self.data
        if len(data) >= EXTENDED_LE or (le is not None and not 1 <= le <= EXTENDED_LE):
            raise ValueError("too long for a command")
        if len(data) <= _SHORT_DATA and (le is None or le <= SHORT_LE):
            body = bytes((len(data),)) + data if data else b""
            return self.header + body + (b"" if le is None else bytes((le & 0xFF,)))
        body = len(data).to_bytes(2, "big") + data if data else b""
        return self.header + b"\x00" + body + (b"" if le is None else (le & 0xFFFF).to_bytes(2, "big"))


def select_application(aid: bytes) -> Command:
    """Select an application by its name, without asking for its description."""
    return Command(0xA4, 0x04, 0x0C, aid)


def select_file(fid: int) -> Command:
    """Select an elementary file below what is selected."""
    return Command(0xA4, 0x02, 0x0C, fid.to_bytes(2, "big"))


def read_binary(offset: int, length: int) -> Command:
    """Read from `offset` (at most 7FFF) of the selected file."""
    return Command(0xB0, offset >> 8, offset & 0xFF, le=length)


class Channel(Protocol):
    """One card that is connected."""

    extended: bool
    """Whether commands of extended length may be sent."""

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """Send a command as it stands; return data and status word."""
        ...


Transmit = Callable[[bytes], tuple[bytes, int]]


def exchange(channel: Channel, command: Command) -> tuple[bytes, int]:
    """Send a command and follow 61xx and 6Cxx, which T=0 cards use; return data and the last status word."""
    data, word = channel.transmit(command.encode())
    if word >> 8 == 0x6C and command.le is not None:
        again = Command(command.ins, command.p1, command.p2, command.data, word & 0xFF or SHORT_LE, command.cla)
        data, word = channel.transmit(again.encode())
    for _ in range(_MOST_PIECES):
        if word >> 8 != 0x61:
            break  # a card that has more for ever is left with that for its last word
        more, word = channel.transmit(Command(0xC0, le=word & 0xFF or SHORT_LE).encode())
        data += more
    return data, word


def ask(channel: Channel, command: Command) -> bytes:
    """Send a command that must succeed. Raises: StatusWordError."""
    data, word = exchange(channel, command)
    if word != OK:
        raise StatusWordError(word)
    return data


def historical_bytes(atr: bytes) -> bytes:
    """Return the historical bytes of an answer to reset, nothing of one that makes no sense."""
    if len(atr) < 2:
        return b""
    count, at, more = atr[1] & 0x0F, 2, atr[1] >> 4
    while more:
        at += (more & 0b0111).bit_count()
        if not more & 0b1000:
            break
        if at >= len(atr):
            return b""
        more, at = atr[at] >> 4, at + 1
    return atr[at : at + count] if at + count <= len(atr) else b""


def offers_extended_length(atr: bytes) -> bool:
    """Say whether the card capabilities among the historical bytes offer commands of extended length."""
    history = historical_bytes(atr)
    if not history or history[0] not in (0x00, 0x80):
        return False
    at = 1
    while at < len(history):
        tag, length = history[at] >> 4, history[at] & 0x0F
        value = history[at + 1 : at + 1 + length]
        if tag == 0x7 and len(value) >= 3:
            return bool(value[2] & 0x40)
        at += 1 + length
    return False
