"""An SDT reader on a pseudo-terminal: the real frames, at the pace of the real line, with faults as switches.

Knows: what a SAM-V module answers in which order. Does not know: the driver, the rig. That an until-read reader answers
"no card" until the lift is assumed; models differ.
"""

from __future__ import annotations

import contextlib
import enum
import os
import select
import struct
import threading
import tty
from pathlib import Path
from typing import Self

from devices.id_card import layout
from devices.id_card.api import IdCard
from devices.id_card.frames import Answer, Command, Scanner, reply

_BAUD = 115200
_BITS_PER_BYTE = 10
_CHUNK_BYTES = 64
_FIND_DATA = bytes(4)
_SELECT_DATA = bytes(8)
_SAM_ID = struct.pack("<HHIII", 5, 1, 20261123, 1, 1)


class Fault(enum.Enum):
    """What goes wrong with one answer."""

    NOISE = "noise"
    BAD_CHECKSUM = "bad_checksum"
    SHORT = "short"
    NO_ANSWER = "no_answer"
    NOT_AUTHORISED = "not_authorised"


class SdtEmulator:
    """A reader whose port is the symlink `path`; it keeps its name over unplug and replug.

    `fault` spoils the next answer, `faults_left` of them; `torn_read` lifts the card between SELECT and READ.
    `text_override` puts 256 bytes of the caller's on the card.
    """

    def __init__(self, path: Path, *, paced: bool = True, presence_after_read: str = "until_read") -> None:
        self.path = path
        self.paced = paced
        self.torn_read = False
        self.text_override: bytes | None = None
        self._until_read = presence_after_read == "until_read"
        self._lock = threading.RLock()
        self._fault: Fault | None = None
        self._faults_left = 0
        self._card: IdCard | None = None
        self._selected = 0
        self._was_read = False
        self._ends: tuple[int, int] | None = None
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    # -- life -------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Open the port; it can be used when this returns."""
        self.replug()

    def stop(self) -> None:
        """Close the port and join the thread."""
        self.unplug()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def plugged(self) -> bool:
        """Whether the port exists."""
        with self._lock:
            return self._ends is not None

    def unplug(self) -> None:
        """Pull the cable: the port's users get errors, its name goes."""
        with self._lock:
            ends, self._ends = self._ends, None
            thread, self._thread = self._thread, None
        if ends is None or thread is None:
            return
        self._ending.set()
        self.path.unlink(missing_ok=True)
        thread.join()
        for end in ends:
            os.close(end)

    def replug(self) -> None:
        """Put the cable back: the same name, a new terminal, a reader that starts anew."""
        with self._lock:
            if self._ends is not None:
                return
            master, slave = os.openpty()
            tty.setraw(slave)
            self._ends = (master, slave)  # the slave stays open: a master without one reads only errors
            self._selected, self._was_read = 0, False
            self._ending = threading.Event()
            fresh = self.path.with_name(f".{self.path.name}.new")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(os.ttyname(slave))
            fresh.replace(self.path)
            self._thread = threading.Thread(
                target=self._serve, args=(master, self._ending), name="emulator-id-card", daemon=True
            )
            self._thread.start()

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

    def _serve(self, master: int, ending: threading.Event) -> None:
        scanner = Scanner()
        while not ending.is_set():
            if not select.select([master], [], [], 0.05)[0]:
                continue
            data = os.read(master, 4096)
            while (frame := scanner.feed(data)) is not None:
                data = b""
                answer = reply(Answer.CHECKSUM) if not frame.sound else self._answer(frame.payload)
                self._send(master, self._spoilt(answer), ending)

    def _send(self, master: int, data: bytes, ending: threading.Event) -> None:
        for start in range(0, len(data), _CHUNK_BYTES):
            chunk = data[start : start + _CHUNK_BYTES]
            if ending.is_set():
                return
            with contextlib.suppress(OSError):
                os.write(master, chunk)
            if self.paced:
                ending.wait(len(chunk) * _BITS_PER_BYTE / _BAUD)

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
            match payload[:2]:
                case Command.STATUS.value:
                    return reply(Answer.OK)
                case Command.RESET.value:
                    self._selected = 0
                    return reply(Answer.OK)
                case Command.SAM_ID.value:
                    return reply(Answer.OK, _SAM_ID)
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
