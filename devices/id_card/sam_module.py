"""What a SAM-V module answers, whichever wire its frames come over; with faults as switches.

Knows: the card on it, which command may follow which, how an answer is spoilt. Does not know: ports. That an until-read
reader answers "no card" until the lift is assumed; models differ.
"""

from __future__ import annotations

import enum
import struct
import threading

from devices.id_card import layout
from devices.id_card.api import IdCard
from devices.id_card.frames import Answer, Command, Frame, reply

SAM_ID = struct.pack("<HHIII", 5, 1, 20261123, 1, 1)
_FIND_DATA = bytes(4)
_SELECT_DATA = bytes(8)


class Fault(enum.Enum):
    """What goes wrong with one answer."""

    NOISE = "noise"
    BAD_CHECKSUM = "bad_checksum"
    SHORT = "short"
    NO_ANSWER = "no_answer"
    NOT_AUTHORISED = "not_authorised"


class SamModule:
    """The module behind the port; hands may move it from any thread.

    `fault` spoils the next answer, `faults_left` of them; `torn_read` lifts the card between SELECT and READ;
    `text_override` puts 256 bytes of the caller's on the card; `refusals` answers a command with a status word of one's own.
    """

    def __init__(self, *, presence_after_read: str = "until_read") -> None:
        self.torn_read = False
        self.text_override: bytes | None = None
        self.refusals: dict[Command, int] = {}
        self._until_read = presence_after_read == "until_read"
        self._lock = threading.RLock()
        self._fault: Fault | None = None
        self._faults_left = 0
        self._card: IdCard | None = None
        self._selected = 0
        self._was_read = False

    # -- hands ------------------------------------------------------------------------------------------------------

    @property
    def card(self) -> IdCard | None:
        """The card that lies there."""
        with self._lock:
            return self._card

    def place(self, card: IdCard) -> None:
        """Lay a card down."""
        with self._lock:
            self._card, self._selected, self._was_read = card, 0, False

    def lift(self) -> None:
        """Take it away."""
        with self._lock:
            self._card, self._selected, self._was_read = None, 0, False

    def break_answers(self, fault: Fault, count: int = 1) -> None:
        """Spoil the next `count` answers."""
        with self._lock:
            self._fault, self._faults_left = fault, count

    # -- the module -------------------------------------------------------------------------------------------------

    def start_anew(self) -> None:
        """Forget what was selected, as after a power cut; the card still lies there."""
        with self._lock:
            self._selected, self._was_read = 0, False

    def answer(self, frame: Frame) -> bytes:
        """Answer one frame from the host; empty for an answer that is lost."""
        return self._spoilt(self._answer(frame.payload) if frame.sound else reply(Answer.CHECKSUM))

    def _spoilt(self, answer: bytes) -> bytes:
        with self._lock:
            fault = self._fault
            if fault is None or self._faults_left == 0:
                return answer
            self._faults_left -= 1
        match fault:
            case Fault.NOISE:
                return b"\x00\xff\xaa\x96\x69\xaa\xaa" + answer
            case Fault.BAD_CHECKSUM:
                return answer[:-1] + bytes((answer[-1] ^ 0x55,))
            case Fault.SHORT:
                return answer[: len(answer) // 2]
            case Fault.NO_ANSWER:
                return b""
            case Fault.NOT_AUTHORISED:
                return reply(Answer.SAM_NOT_AUTHORISED)

    def _answer(self, payload: bytes) -> bytes:
        with self._lock:
            for command, sw3 in self.refusals.items():
                if payload[:2] == command.value:
                    return reply(sw3)
            match payload[:2]:
                case Command.STATUS.value:
                    return reply(Answer.OK)
                case Command.RESET.value:
                    self._selected = 0
                    return reply(Answer.OK)
                case Command.SAM_ID.value:
                    return reply(Answer.OK, SAM_ID)
                case Command.FIND.value:
                    return self._find()
                case Command.SELECT.value:
                    return self._select()
                case Command.READ.value:
                    return self._read()
                case _:
                    return reply(Answer.COMMAND)

    def _find(self) -> bytes:
        if self._card is None or (self._until_read and self._was_read):
            return reply(Answer.NO_CARD)
        self._selected = 1
        return reply(Answer.FOUND, _FIND_DATA)

    def _select(self) -> bytes:
        if self._card is None or self._selected < 1:
            return reply(Answer.SELECT_FAILED)
        self._selected = 2
        if self.torn_read:
            self.torn_read = False
            self.lift()
        return reply(Answer.OK, _SELECT_DATA)

    def _read(self) -> bytes:
        if self._card is None or self._selected < 2:
            return reply(Answer.READ_FAILED)
        self._was_read = True
        text = layout.encode(self._card) if self.text_override is None else self.text_override
        photo = self._card.photo_wlt
        return reply(Answer.OK, struct.pack(">HH", len(text), len(photo)) + text + photo)
