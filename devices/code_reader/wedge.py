"""Driver: a code reader that sends what it reads down a serial line (USB CDC, or RS-232).

Knows: the port, its options, its ways to fail. Does not know: how a code looks (`frames`, `text`), keyboards: a reader in
keyboard mode must be set to serial, because its "keys" would reach whatever is on the screen.
"""

from __future__ import annotations

import contextlib
import termios
import time
from collections import deque
from collections.abc import Mapping
from typing import Any, Literal

import serial
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from devices.code_reader.api import Code, CodeReaderStatus, Disconnected, NoCode, Ready, Unreadable
from devices.code_reader.frames import Frames, Scan, Terminator
from devices.code_reader.text import ENCODINGS, Encoding, decoded
from devices.errors import DeviceError

_MOST_WAITING = 8
"""Codes that wait to be asked for; who shows more of them before anybody asks has lost the oldest."""
_MOST_AT_ONCE_BYTES = 64 * 1024
_PORT_ERRORS = (serial.SerialException, OSError, termios.error)
"""An unplugged port raises termios.error from tcflush, not SerialException."""


class WedgeOptions(BaseModel):
    """What the configuration may say about this reader."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    port: str = Field(min_length=1, description="serial device, best a stable name below /dev/serial/by-id")
    baud: Literal[9600, 19200, 38400, 57600, 115200] = Field(default=115200, description="means nothing to USB CDC")
    terminator: Terminator = Field(default=Terminator.CR, description="what the reader is set to send behind each code")
    identifiers: bool = Field(default=True, description="whether it is set to send AIM identifiers (]Q1) before each")
    encodings: tuple[Encoding, ...] = Field(
        default=ENCODINGS, min_length=1, description="of the text, tried in this order"
    )

OPTIONS = WedgeOptions


def create(options: Mapping[str, Any]) -> WedgeCodeReader:
    """Open the port. A wedge answers nothing: whether a reader is behind the port shows when a code is read.

    Raises: DeviceError "code_reader.options" (detail: the keys), "code_reader.port" (no such port, or in use).
    """
    try:
        parsed = WedgeOptions.model_validate(dict(options))
    except ValidationError as error:
        keys = ",".join(sorted({".".join(str(part) for part in item["loc"]) for item in error.errors()}))
        raise DeviceError("code_reader.options", keys) from error
    try:
        port = serial.Serial(parsed.port, parsed.baud, timeout=0, write_timeout=1.0, exclusive=True)
    except (*_PORT_ERRORS, ValueError) as error:
        raise DeviceError("code_reader.port", type(error).__name__) from error
    return WedgeCodeReader(port, parsed)


class WedgeCodeReader:
    """A `CodeReader` on an open port."""

    def __init__(self, port: serial.Serial, options: WedgeOptions) -> None:
        self._port = port
        self._encodings = options.encodings
        self._frames = Frames(options.terminator, identifiers=options.identifiers)
        self._waiting: deque[Code | Unreadable] = deque(maxlen=_MOST_WAITING)

    def status(self) -> CodeReaderStatus:
        """Take in what has come, so that the port's own buffer never runs over."""
        try:
            self._take_in()
        except DeviceError:
            return Disconnected()
        return Ready()

    def begin(self) -> None:
        """Forget what is in the port, half there, or waiting."""
        try:
            self._port.reset_input_buffer()  # a closed port answers with an error of its own, an unplugged one too
        except _PORT_ERRORS as error:
            raise DeviceError("code_reader.disconnected", type(error).__name__) from error
        self._frames.forget()
        self._waiting.clear()

    def next_code(self) -> Code | Unreadable | NoCode:
        """Take in what has come and return the oldest."""
        self._take_in()
        return self._waiting.popleft() if self._waiting else NoCode()

    def close(self) -> None:
        """Release the port."""
        with contextlib.suppress(*_PORT_ERRORS):
            self._port.close()

    def _take_in(self) -> None:
        """Read what is there. Raises: DeviceError "code_reader.disconnected"."""
        taken = 0
        if not self._port.is_open:
            raise DeviceError("code_reader.disconnected", "closed")
        while True:
            try:
                data = bytes(self._port.read(self._port.in_waiting))
            except _PORT_ERRORS as error:
                raise DeviceError("code_reader.disconnected", type(error).__name__) from error
            for found in self._frames.feed(data, time.monotonic()):
                self._waiting.append(
                    decoded(found.raw, found.symbology, self._encodings) if isinstance(found, Scan) else found
                )
            taken += len(data)
            if not data or taken > _MOST_AT_ONCE_BYTES:
                return  # a reader that never falls silent gets no thread for itself
