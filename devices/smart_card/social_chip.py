"""The chip of a social security card: records, a PIN, a retry counter that survives resets.

Knows: the chip's side of the commands. Does not know: profiles, the reader, the PSAM.
"""

from __future__ import annotations

from devices.smart_card.chip import (
    SW_BLOCKED,
    SW_NO_FILE,
    SW_NO_RECORD,
    SW_NOT_FOUND,
    SW_OK,
    SW_SECURITY_STATUS,
    FileChip,
)
from devices.smart_card.iso7816 import Command
from devices.smart_card.samples import SampleSocialCard

AID = bytes.fromhex("7378312E73682EC9E7BBE1B1A3D5CF")
_TRIES = 3


class SocialCardChip(FileChip):
    """`pin` None is a card of a city that asks for none. `locked` files want the PIN."""

    def __init__(self, card: SampleSocialCard, *, pin: str | None = "123456", aid: bytes = AID) -> None:
        super().__init__(aid, {})
        self.records = card.records()
        self.locked = frozenset({0xEF06}) if pin is not None else frozenset()
        self.tries = _TRIES
        self.verifications = 0
        self._pin = None if pin is None else bytes.fromhex(pin)
        self._verified = False

    def reset(self) -> None:
        """Forget selection and verification; the counter stays."""
        super().reset()
        self._verified = False

    def do(self, command: Command) -> bytes:
        """Answer SELECT, READ RECORD and VERIFY."""
        match command.ins:
            case 0xA4 if command.p1 != 0x04:
                fid = int.from_bytes(command.data, "big")
                if not self._application or fid not in self.records:
                    return SW_NOT_FOUND
                self._file = fid
                return SW_OK
            case 0xB2:
                return self._record(command)
            case 0x20:
                return self._verify(command.data)
            case _:
                return super().do(command)

    def _record(self, command: Command) -> bytes:
        if self._file is None:
            return SW_NO_FILE
        if self._file in self.locked and not self._verified:
            return SW_SECURITY_STATUS
        value = self.records[self._file].get(command.p1)
        if value is None:
            return SW_NO_RECORD
        return (bytes((command.p1, len(value))) + value)[: command.le] + SW_OK

    def _verify(self, code: bytes) -> bytes:
        if self._pin is None:
            return SW_NOT_FOUND
        if self.tries == 0:
            return SW_BLOCKED
        if not code:
            return SW_OK if self._verified else (0x63C0 | self.tries).to_bytes(2, "big")
        self.verifications += 1
        if code == self._pin:
            self.tries, self._verified = _TRIES, True
            return SW_OK
        self.tries -= 1
        self._verified = False
        return (0x63C0 | self.tries).to_bytes(2, "big")
