"""The chip of a passport or permit: real Basic Access Control over the files of an invented person.

Knows: the chip's side of the authentication and of secure messaging. Does not know: the reader, PACE beyond announcing it.
"""

from __future__ import annotations

import secrets

from devices.smart_card import bac, lds, tlv
from devices.smart_card.chip import (
    SW_CONDITIONS,
    SW_OK,
    SW_REFUSED,
    SW_SECURITY_STATUS,
    SW_UNKNOWN,
    SW_WRONG_LENGTH,
    FileChip,
    contactless_atr,
    parse_command,
)
from devices.smart_card.iso7816 import EXTENDED_LE, SHORT_LE, Command
from devices.smart_card.samples import SamplePassport

_SECURE = 0x0C
_PACE_INFO = bytes.fromhex("3012060a04007f0007020204020202010202010d")
"""PACEInfo: ECDH, generic mapping, AES-128, version 2, brainpoolP256r1."""


class PassportChip(FileChip):
    """`pace_only` refuses BAC; `extended` is what the ATR promises and `honest` whether it is true."""

    def __init__(
        self, passport: SamplePassport, *, extended: bool = True, pace_only: bool = False, honest: bool = True
    ) -> None:
        super().__init__(lds.AID, {lds.DG1: passport.dg1(), lds.DG2: passport.dg2()})
        self.atr = contactless_atr(extended=extended)
        self.apdus = 0
        self.break_mac = False
        self._takes_extended = extended and honest
        self._pace_only = pace_only
        if pace_only:
            self.files[lds.CARD_ACCESS] = tlv.encode(0x31, _PACE_INFO)
        self._enc, self._mac = bac.access_keys(passport.key.text())
        self._challenge = b""
        self._session: _ChipSession | None = None

    def reset(self) -> None:
        """Forget selection, challenge and session."""
        super().reset()
        self._challenge, self._session = b"", None

    def answer(self, apdu: bytes) -> bytes:
        """Answer one command, through the session where there is one."""
        self.apdus += 1
        command = parse_command(apdu)
        if command is None or (len(apdu) > 4 and apdu[4] == 0 and len(apdu) > 5 and not self._takes_extended):
            self._session = None
            return SW_WRONG_LENGTH
        if self._session is None or command.cla & _SECURE != _SECURE:
            self._session = None  # a command in the clear ends the session
            return self.do(command)
        plain = self._session.open(command)
        if plain is None:
            self._session = None
            return bytes.fromhex("6988")
        sealed = self._session.seal(self.do(plain))
        return sealed if not self.break_mac else sealed[:-3] + bytes((sealed[-3] ^ 1,)) + sealed[-2:]

    def do(self, command: Command) -> bytes:
        """Answer what a file chip does not: challenge and authentication."""
        match command.ins:
            case 0x84 if self._application and not self._pace_only:
                self._challenge = secrets.token_bytes(bac.BLOCK_BYTES)
                return self._challenge + SW_OK
            case 0x82 if not self._pace_only:
                return self._authenticate(command.data)
            case 0x84 | 0x82:
                return SW_SECURITY_STATUS if self._pace_only else SW_UNKNOWN
            case _:
                return super().do(command)

    def may_read(self, fid: int) -> bool:
        """EF.CardAccess is open to everybody, the rest to a session."""
        return fid == lds.CARD_ACCESS or self._session is not None

    def _authenticate(self, data: bytes) -> bytes:
        challenge, self._challenge = self._challenge, b""
        sealed, signature = data[:32], data[32:]
        if not challenge or len(data) != 40:
            return SW_CONDITIONS
        plain = bac.decrypt(self._enc, sealed)
        if bac.mac(self._mac, sealed) != signature or plain[8:16] != challenge:
            return SW_REFUSED
        nonce, theirs = plain[:8], plain[16:]
        ours = secrets.token_bytes(bac.KEY_BYTES)
        answer = bac.encrypt(self._enc, challenge + nonce + ours)
        seed = bytes(a ^ b for a, b in zip(theirs, ours, strict=True))
        self._session = _ChipSession(seed, challenge[4:] + nonce[4:])
        return answer + bac.mac(self._mac, answer) + SW_OK


class _ChipSession:
    """The chip's end of secure messaging, written apart from the reader's so that a mistake in one shows."""

    def __init__(self, seed: bytes, counter: bytes) -> None:
        self._enc, self._mac = bac.derive(seed, 1), bac.derive(seed, 2)
        self._counter = int.from_bytes(counter, "big")

    def open(self, command: Command) -> Command | None:
        """Check and unwrap a command; None for one that this session's reader did not send."""
        self._counter += 1
        try:
            objects = tlv.fields(command.data)
        except tlv.TlvError:
            return None
        signed = command.data[: -(2 + bac.BLOCK_BYTES)]
        text = self._counter.to_bytes(8, "big") + bac.pad(command.header) + signed
        if objects.get(0x8E) != bac.mac(self._mac, text):
            return None
        data = bac.unpad(bac.decrypt(self._enc, objects[0x87][1:])) if 0x87 in objects else b""
        le = None
        if 0x97 in objects:
            le = int.from_bytes(objects[0x97], "big") or (SHORT_LE if len(objects[0x97]) == 1 else EXTENDED_LE)
        return Command(command.ins, command.p1, command.p2, data, le, command.cla & ~_SECURE)

    def seal(self, answer: bytes) -> bytes:
        """Wrap an answer."""
        self._counter += 1
        data, status = answer[:-2], answer[-2:]
        body = tlv.encode(0x87, b"\x01" + bac.encrypt(self._enc, bac.pad(data))) if data else b""
        body += tlv.encode(0x99, status)
        signature = bac.mac(self._mac, self._counter.to_bytes(8, "big") + body)
        return body + tlv.encode(0x8E, signature) + SW_OK
