"""The side of a card: a chip with files that answers commands of ISO/IEC 7816-4.

Knows: selecting, reading, what is refused when. Does not know: what the files hold, how commands reach it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from devices.smart_card.iso7816 import EXTENDED_LE, SHORT_LE, Command

ATR_T1 = bytes.fromhex("3b800181")
"""Direct convention, T=1, no historical bytes, check byte."""

SW_OK = bytes.fromhex("9000")
SW_END = bytes.fromhex("6282")
SW_REFUSED = bytes.fromhex("6300")
SW_WRONG_LENGTH = bytes.fromhex("6700")
SW_SECURITY_STATUS = bytes.fromhex("6982")
SW_BLOCKED = bytes.fromhex("6983")
SW_CONDITIONS = bytes.fromhex("6985")
SW_NO_FILE = bytes.fromhex("6986")
SW_NOT_FOUND = bytes.fromhex("6a82")
SW_NO_RECORD = bytes.fromhex("6a83")
SW_WRONG_OFFSET = bytes.fromhex("6b00")
SW_UNKNOWN = bytes.fromhex("6d00")


class VirtualCard(Protocol):
    """The chip: answers to reset and to APDUs."""

    atr: bytes

    def reset(self) -> None:
        """Forget what was selected."""
        ...

    def answer(self, apdu: bytes) -> bytes:
        """Answer one command, status word included."""
        ...


def parse_command(apdu: bytes) -> Command | None:
    """Read a command, short or extended; None for bytes that are none."""
    if len(apdu) < 4:
        return None
    cla, ins, p1, p2 = apdu[:4]
    body = apdu[4:]
    if not body:
        return Command(ins, p1, p2, cla=cla)
    if len(body) == 1:
        return Command(ins, p1, p2, le=body[0] or SHORT_LE, cla=cla)
    extended = body[0] == 0 and len(body) >= 3
    size = 2 if extended else 1
    body = body[1:] if extended else body
    if extended and len(body) == size:
        return Command(ins, p1, p2, le=int.from_bytes(body, "big") or EXTENDED_LE, cla=cla)
    count = int.from_bytes(body[:size], "big")
    data, rest = body[size : size + count], body[size + count :]
    if len(data) != count or not count or len(rest) not in (0, size):
        return None
    le = int.from_bytes(rest, "big") or (EXTENDED_LE if extended else SHORT_LE)
    return Command(ins, p1, p2, data, le if rest else None, cla)


def contactless_atr(*, extended: bool) -> bytes:
    """Return the answer to reset that a PC/SC reader makes up for a contactless chip with these capabilities."""
    history = bytes.fromhex("8073c02140" if extended else "8073c02100")
    body = bytes((0x80 | len(history), 0x80, 0x01)) + history
    check = 0
    for byte in body:
        check ^= byte
    return b"\x3b" + body + bytes((check,))


class FileChip:
    """A chip with one application and transparent files. Subclasses refuse, add commands, or wrap them."""

    atr = ATR_T1

    def __init__(self, aid: bytes, files: Mapping[int, bytes]) -> None:
        self._aid = aid
        self.files = dict(files)
        self._application = False
        self._file: int | None = None

    def reset(self) -> None:
        """Forget what was selected."""
        self._application, self._file = False, None

    def answer(self, apdu: bytes) -> bytes:
        """Answer one command."""
        command = parse_command(apdu)
        return SW_WRONG_LENGTH if command is None else self.do(command)

    def do(self, command: Command) -> bytes:
        """Answer SELECT and READ BINARY."""
        match command.ins:
            case 0xA4:
                return self._select(command)
            case 0xB0:
                return self._read(command)
            case _:
                return SW_UNKNOWN

    def may_read(self, fid: int) -> bool:  # noqa: ARG002 - subclasses look at it
        """Say whether a file may be read now."""
        return True

    def _select(self, command: Command) -> bytes:
        if command.p1 == 0x04:
            self._application, self._file = command.data == self._aid, None
            return SW_OK if self._application else SW_NOT_FOUND
        fid = int.from_bytes(command.data, "big")
        if fid == 0x3F00:
            self._application, self._file = False, None
            return SW_OK
        if fid not in self.files:
            return SW_NOT_FOUND
        self._file = fid
        return SW_OK

    def _read(self, command: Command) -> bytes:
        if self._file is None or command.le is None:
            return SW_NO_FILE
        if not self.may_read(self._file):
            return SW_SECURITY_STATUS
        content, offset = self.files[self._file], command.p1 << 8 | command.p2
        if offset > len(content):
            return SW_WRONG_OFFSET
        piece = content[offset : offset + command.le]
        return piece + (SW_OK if len(piece) == command.le or command.le >= SHORT_LE else SW_END)
