"""An SDT (SAM-V) reader on any wire: the order of its commands and the meaning of its answers.

Knows: find, select, read, the module's number, every documented status code. Does not know: which wire it is (serial and USB
carry the same frames), fingerprints, what a WLT photo looks like (a plug-in may).
"""

from __future__ import annotations

import enum
import struct
import time
from dataclasses import replace
from typing import Protocol

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
from devices.id_card.frames import Answer, Command, Scanner, request
from devices.id_card.photo import PhotoDecoder, drawn

_DEADLINES_S = {Command.FIND: 0.6, Command.SELECT: 1.0, Command.READ: 3.0, Command.SAM_ID: 1.0}
_SAM_ID = struct.Struct("<HHIII")
_LENGTHS = struct.Struct(">HH")
CODES = {
    Answer.CHECKSUM: "id_card.refused_checksum",
    Answer.LENGTH: "id_card.refused_length",
    Answer.COMMAND: "id_card.refused_command",
    Answer.PRIVILEGE: "id_card.refused_privilege",
    Answer.UNKNOWN: "id_card.unknown",
    Answer.CARD_REJECTS_SAM: "id_card.card_rejects_sam",
    Answer.SAM_REJECTS_CARD: "id_card.sam_rejects_card",
    Answer.VERIFICATION: "id_card.verification",
    Answer.CARD_TYPE: "id_card.card_type",
    Answer.READ_FAILED: "id_card.read_failed",
    Answer.RANDOM: "id_card.sam_random",
    Answer.SAM_SELF_TEST: "id_card.sam_self_test",
    Answer.SAM_NOT_AUTHORISED: "id_card.sam_not_authorised",
    Answer.NO_CARD: "id_card.read_failed",
    Answer.SELECT_FAILED: "id_card.select_failed",
    Answer.NO_SUCH_ITEM: "id_card.no_such_item",
}


class PresenceAfterRead(enum.StrEnum):
    """What FIND answers while a card that was read still lies there; models differ."""

    CONTINUOUS = "continuous"
    UNTIL_READ = "until_read"


class LinkLostError(Exception):
    """The port went away; chained from the library's exception."""


class Link(Protocol):
    """The wire to the module. Every method may raise `LinkLostError`, and nothing else."""

    def send(self, frame: bytes) -> None:
        """Forget what came in before and send a frame."""
        ...

    def receive(self) -> bytes:
        """Return what has come in; empty after a short wait without anything."""
        ...

    def close(self) -> None:
        """Release the port; harmless when called again, never raises."""
        ...


class _ExchangeError(Exception):
    """One exchange failed; `code` as in `Faulted` and `ReadFailed`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SdtIdCardReader:
    """An `IdCardReader` on an open link. `draw` turns the photo into pixels where a decoder is installed."""

    def __init__(self, link: Link, presence_after_read: PresenceAfterRead, draw: PhotoDecoder | None = None) -> None:
        self._link = link
        self._until_read = presence_after_read is PresenceAfterRead.UNTIL_READ
        self._was_read = False
        self._draw = draw

    def status(self) -> IdCardReaderStatus:
        """Look for a card: one FIND. Never raises."""
        try:
            if self._find():
                return CardPresent()
        except _ExchangeError as error:
            return Faulted(error.code)
        except LinkLostError:
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
        except LinkLostError:
            return ReadFailed("id_card.disconnected")
        card = parse(data)
        if isinstance(card, IdCard) and self._draw is not None:
            return replace(card, photo=drawn(self._draw, card.photo_wlt))
        return card

    def sam_id(self) -> str | ReadFailed:
        """Return the security module's number. Never raises."""
        try:
            data = self._exchange(Command.SAM_ID)
        except _ExchangeError as error:
            return ReadFailed(error.code)
        except LinkLostError:
            return ReadFailed("id_card.disconnected")
        return module_number(data)

    def close(self) -> None:
        """Release the port."""
        self._link.close()

    def _find(self) -> bool:
        sw3 = self._talk(Command.FIND)[2]
        if sw3 == Answer.FOUND:
            self._was_read = False
            return True
        if sw3 == Answer.NO_CARD:
            return False
        raise _ExchangeError(code_of(sw3))

    def _exchange(self, command: Command) -> bytes:
        payload = self._talk(command)
        if payload[2] != Answer.OK:
            raise _ExchangeError(code_of(payload[2]))
        return payload[3:]

    def _talk(self, command: Command) -> bytes:
        """Send one command and return what the frame that answers it holds: SW1 SW2 SW3 and data."""
        self._link.send(request(command))
        expires_s = time.monotonic() + _DEADLINES_S[command]
        scanner = Scanner()
        while time.monotonic() < expires_s:
            frame = scanner.feed(self._link.receive())
            if frame is None:
                continue
            if not frame.sound or len(frame.payload) < 3:
                raise _ExchangeError("id_card.checksum")
            return frame.payload
        raise _ExchangeError("id_card.no_answer")


def code_of(sw3: int) -> str:
    """Return the code of a status that means failure where it came."""
    return CODES[Answer(sw3)] if sw3 in {int(answer) for answer in CODES} else f"id_card.sw_{sw3:02x}"


def module_number(data: bytes) -> str | ReadFailed:
    """Write the 16 bytes of a SAM id answer as the module's label has them."""
    if len(data) != _SAM_ID.size:
        return ReadFailed("id_card.garbled")
    kind, version, day, serial, check = _SAM_ID.unpack(data)
    return f"{kind:02d}.{version:02d}-{day:08d}-{serial:010d}-{check:010d}"


def parse(data: bytes) -> IdCard | ReadFailed:
    """Read the data of a READ answer: length of text, length of photo (2 each, big endian), text, photo."""
    if len(data) < _LENGTHS.size:
        return ReadFailed("id_card.garbled")
    text_bytes, photo_bytes = _LENGTHS.unpack_from(data)
    text, photo = data[4 : 4 + text_bytes], data[4 + text_bytes :]
    if len(photo) != photo_bytes:
        return ReadFailed("id_card.garbled")
    try:
        return layout.decode(text, photo)
    except layout.LayoutError as error:
        return ReadFailed(error.code)
