"""Driver: an SDT (SAM-V) reader on a serial port.

Knows: the order find, select, read; the answers' meaning; the port's ways to fail. Does not know: USB variants,
fingerprints, the other three layouts, how a WLT photo is drawn.
"""

from __future__ import annotations

import contextlib
import enum
import termios
import time
from collections.abc import Mapping
from typing import Any

import serial
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from devices.errors import DeviceError
from devices.id_card import layout
from devices.id_card.api import (
    CardPresent,
    Disconnected,
    Faulted,
    IdCard,
    IdCardReaderStatus,
    NoCard,
    PresenceUnknown,
    ReadFailed,
)
from devices.id_card.frames import Answer, Command, Frame, Scanner, request

_SLICE_S = 0.05
_DEADLINES_S = {Command.FIND: 0.6, Command.SELECT: 1.0, Command.READ: 3.0}
_PORT_ERRORS = (serial.SerialException, OSError, termios.error)
"""An unplugged port raises termios.error from tcflush, not SerialException."""
_CODES = {
    Answer.CHECKSUM: "id_card.checksum",
    Answer.CARD_REJECTS_SAM: "id_card.card_rejects_sam",
    Answer.SAM_REJECTS_CARD: "id_card.sam_rejects_card",
    Answer.VERIFICATION: "id_card.sam_rejects_card",
    Answer.CARD_TYPE: "id_card.kind_unsupported",
    Answer.READ_FAILED: "id_card.read_failed",
    Answer.SAM_SELF_TEST: "id_card.sam_self_test",
    Answer.SAM_NOT_AUTHORISED: "id_card.sam_not_authorised",
    Answer.NO_CARD: "id_card.read_failed",
    Answer.SELECT_FAILED: "id_card.select_failed",
}


class PresenceAfterRead(enum.StrEnum):
    """What FIND answers while a card that was read still lies there; models differ."""

    CONTINUOUS = "continuous"
    UNTIL_READ = "until_read"


class SdtOptions(BaseModel):
    """What the configuration may say about this reader."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    port: str = Field(min_length=1, description="serial device, best a stable name below /dev/serial/by-id")
    baud: int = Field(default=115200, description="9600, 19200, 38400, 57600 or 115200", ge=9600, le=115200)
    presence_after_read: PresenceAfterRead = Field(
        default=PresenceAfterRead.UNTIL_READ,
        description="continuous: the reader sees a card that it has read; until_read: it answers 'no card' until the lift",
    )


OPTIONS = SdtOptions
"""What `kiosk check-config` holds the configuration against."""


def create(options: Mapping[str, Any]) -> SdtIdCardReader:
    """Open the port. Whether a reader answers there is for `status` to say.

    Raises: DeviceError "id_card.options" (detail: the keys), "id_card.port" (no such port, or in use).
    """
    try:
        parsed = SdtOptions.model_validate(dict(options))
    except ValidationError as error:
        keys = ",".join(sorted({".".join(str(part) for part in item["loc"]) for item in error.errors()}))
        raise DeviceError("id_card.options", keys) from error
    try:
        port = serial.Serial(parsed.port, parsed.baud, timeout=_SLICE_S, write_timeout=1.0, exclusive=True)
    except (*_PORT_ERRORS, ValueError) as error:
        raise DeviceError("id_card.port", type(error).__name__) from error
    return SdtIdCardReader(port, parsed.presence_after_read)


class _ExchangeError(Exception):
    """One exchange failed; `code` as in `Faulted` and `ReadFailed`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SdtIdCardReader:
    """An `IdCardReader` on an open port."""

    def __init__(self, port: serial.Serial, presence_after_read: PresenceAfterRead) -> None:
        self._port = port
        self._until_read = presence_after_read is PresenceAfterRead.UNTIL_READ
        self._was_read = False

    def status(self) -> IdCardReaderStatus:
        """Look for a card: one FIND. Never raises."""
        try:
            if self._find():
                return CardPresent()
        except _ExchangeError as error:
            return Faulted(error.code)
        except _PORT_ERRORS:
            return Disconnected()
        return PresenceUnknown() if self._was_read else NoCard()

    def read(self) -> IdCard | NoCard | ReadFailed:
        """Find, select and read: 0.12 s at 115200 baud. Never raises."""
        try:
            if not self._find():
                return NoCard()
            # From here a reader of the until-read sort keeps quiet about this card, whether or not the answer arrives.
            self._was_read = self._until_read
            self._exchange(Command.SELECT)
            data = self._exchange(Command.READ)
        except _ExchangeError as error:
            return ReadFailed(error.code)
        except _PORT_ERRORS:
            return ReadFailed("id_card.disconnected")
        return _parse(data)

    def close(self) -> None:
        """Release the port."""
        with contextlib.suppress(*_PORT_ERRORS):
            self._port.close()

    def _find(self) -> bool:
        frame = self._talk(Command.FIND)
        sw3 = frame.payload[2]
        if sw3 == Answer.FOUND:
            self._was_read = False
            return True
        if sw3 == Answer.NO_CARD:
            return False
        raise _ExchangeError(_code(sw3))

    def _exchange(self, command: Command) -> bytes:
        payload = self._talk(command).payload
        if payload[2] != Answer.OK:
            raise _ExchangeError(_code(payload[2]))
        return payload[3:]

    def _talk(self, command: Command) -> Frame:
        """Send one command and wait for the frame that answers it."""
        self._port.reset_input_buffer()
        self._port.write(request(command))
        expires_s = time.monotonic() + _DEADLINES_S[command]
        scanner = Scanner()
        while time.monotonic() < expires_s:
            frame = scanner.feed(self._port.read(max(1, self._port.in_waiting)))
            if frame is None:
                continue
            if not frame.sound or len(frame.payload) < 3:
                raise _ExchangeError("id_card.checksum")
            return frame
        raise _ExchangeError("id_card.no_answer")


def _code(sw3: int) -> str:
    return _CODES.get(Answer(sw3), f"id_card.sw_{sw3:02x}") if sw3 in set(Answer) else f"id_card.sw_{sw3:02x}"


def _parse(data: bytes) -> IdCard | ReadFailed:
    """Read the data of a READ answer: length of text, length of photo (2 each, big endian), text, photo."""
    text_bytes, photo_bytes = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:4], "big")
    text, photo = data[4 : 4 + text_bytes], data[4 + text_bytes :]
    if len(photo) != photo_bytes:
        return ReadFailed("id_card.garbled")
    try:
        return layout.decode(text, photo)
    except layout.LayoutError as error:
        return ReadFailed(error.code)
