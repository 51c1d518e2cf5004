"""Driver: an SDT (SAM-V) reader on a serial port.

Knows: the port, its options, its ways to fail. Does not know: what the frames mean (`reader`), USB (`sdt_usb`).
"""

from __future__ import annotations

import contextlib
import termios
from collections.abc import Mapping
from typing import Any, Literal

import serial
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from devices.errors import DeviceError
from devices.id_card import photo
from devices.id_card.reader import LinkLostError, PresenceAfterRead, SdtIdCardReader

_SLICE_S = 0.05
_PORT_ERRORS = (serial.SerialException, OSError, termios.error)
"""An unplugged port raises termios.error from tcflush, not SerialException."""


class SdtOptions(BaseModel):
    """What the configuration may say about this reader."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    port: str = Field(min_length=1, description="serial device, best a stable name below /dev/serial/by-id")
    baud: Literal[9600, 19200, 38400, 57600, 115200] = Field(default=115200, description="as the module is set")
    presence_after_read: PresenceAfterRead = Field(
        default=PresenceAfterRead.UNTIL_READ,
        description="continuous: the reader sees a card that it has read; until_read: it answers 'no card' until the lift",
    )
    photo_decoder: str = Field(default="", description="plug-in that draws the photo; empty for none")


OPTIONS = SdtOptions
"""What `kiosk check-config` holds the configuration against."""


def create(options: Mapping[str, Any]) -> SdtIdCardReader:
    """Open the port. Whether a reader answers there is for `status` to say.

    Raises: DeviceError "id_card.options" (detail: the keys), "id_card.port" (no such port, or in use),
    "id_card.photo_decoder" (named and not installed).
    """
    try:
        parsed = SdtOptions.model_validate(dict(options))
    except ValidationError as error:
        keys = ",".join(sorted({".".join(str(part) for part in item["loc"]) for item in error.errors()}))
        raise DeviceError("id_card.options", keys) from error
    draw = photo.find(parsed.photo_decoder)
    try:
        port = serial.Serial(parsed.port, parsed.baud, timeout=_SLICE_S, write_timeout=1.0, exclusive=True)
    except (*_PORT_ERRORS, ValueError) as error:
        raise DeviceError("id_card.port", type(error).__name__) from error
    return SdtIdCardReader(SerialLink(port), parsed.presence_after_read, draw)


class SerialLink:
    """A `Link` on an open serial port."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port

    def send(self, frame: bytes) -> None:
        """Forget what came in before and send a frame."""
        try:
            self._port.reset_input_buffer()
            self._port.write(frame)
        except _PORT_ERRORS as error:
            raise LinkLostError from error

    def receive(self) -> bytes:
        """Return what has come in within 50 ms."""
        try:
            return bytes(self._port.read(max(1, self._port.in_waiting)))
        except _PORT_ERRORS as error:
            raise LinkLostError from error

    def close(self) -> None:
        """Release the port."""
        with contextlib.suppress(*_PORT_ERRORS):
            self._port.close()
