"""What a receipt printer does with bytes, paper and queries, whatever line they come on.

Knows: the queue, the roll, the knife, the mouth, and what is answered when. Does not know: our driver, sockets and ports.
A command is "printed" when it has been worked through, in order; DLE sequences are obeyed on arrival, as on a real one.
"""

from __future__ import annotations

import enum
import re
import threading
from collections.abc import Callable

from devices.receipt_printer.commands import next_command
from devices.receipt_printer.decoder import Receipt, decode
from devices.receipt_printer.encode import CLEAR_BUFFERS, RETRACT

_LONGEST_REALTIME_BYTES = len(CLEAR_BUFFERS)
_REALTIME = re.compile(rb"\x10\x04[\x01-\x04]|" + re.escape(CLEAR_BUFFERS), re.DOTALL)
"""Looked for wherever they stand, pictures included: a printer does not parse for them."""
_RECEIPT_IN_MOUTH, _PAPER_AT_ENTRY, _NEAR_END = 0x08, 0x04, 0x01

Say = Callable[[bytes], None]
"""Sends an answer back on the line that asked."""


class Paper(enum.StrEnum):
    """What the two sensors on the roll see."""

    OK = "ok"
    LOW = "low"
    OUT = "out"


class Line:
    """One line into the machine: it remembers the end of what came, since commands may be cut in two."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.tail = b""


class PrinterMachine:
    """Move the switches from any thread. A subclass brings the port: it feeds `take` and implements `_cut_power`."""

    def __init__(self, width_dots: int) -> None:
        self.width_dots = width_dots
        self._changed = threading.Condition()
        self._paper = Paper.OK
        self._cover_open = self._offline = self._mute = self._cutter_jammed = False
        self._jobs: list[bytearray] = []
        self._queue = bytearray()
        self._owed_bytes = 0  # of a command that the paper ended in
        self._asking: Line | None = None
        self._run_out_at: int | None = None
        self._open_at: int | None = None
        self._unplug_at: int | None = None
        self._plan_from_job = 0
        self._in_mouth = False
        self._retracted = 0

    # -- what has been printed ---------------------------------------------------------------------------------------
    @property
    def jobs(self) -> tuple[bytes, ...]:
        """The bytes worked through, one entry per ESC @, oldest first."""
        with self._changed:
            return tuple(bytes(job) for job in self._jobs)

    def receipts(self) -> list[Receipt]:
        """Every job, decoded."""
        return [decode(job, self.width_dots) for job in self.jobs]

    def throw_away(self) -> None:
        """Empty the tray of what has been printed so far."""
        with self._changed:
            self._jobs.clear()
            self._plan_from_job = 0

    @property
    def in_mouth(self) -> bool:
        """Whether a receipt hangs in the presenter's mouth."""
        with self._changed:
            return self._in_mouth

    @property
    def retracted(self) -> int:
        """How many receipts were taken back."""
        with self._changed:
            return self._retracted

    def take_receipt(self) -> None:
        """Pull out what hangs in the mouth, as a citizen does."""
        with self._changed:
            self._in_mouth = False

    # -- switches ----------------------------------------------------------------------------------------------------
    def set_paper(self, paper: Paper) -> None:
        """Set what the sensors see. `OUT` stops the work at once; anything else lets it go on."""
        with self._changed:
            self._paper = paper
            self._work()

    def refill(self) -> None:
        """A new roll, the cover closed, no more plans to run out."""
        with self._changed:
            self._run_out_at = self._open_at = None
            self._cover_open = False
            self._paper = Paper.OK
            self._work()

    def run_out_after(self, job_bytes: int) -> None:
        """End the roll after so many bytes of the next job."""
        with self._changed:
            self._run_out_at, self._plan_from_job = job_bytes, len(self._jobs)

    def open_cover_after(self, job_bytes: int) -> None:
        """Open the cover after so many bytes of the next job."""
        with self._changed:
            self._open_at, self._plan_from_job = job_bytes, len(self._jobs)

    def unplug_after(self, job_bytes: int) -> None:
        """Cut the power after so many bytes of the next job."""
        with self._changed:
            self._unplug_at, self._plan_from_job = job_bytes, len(self._jobs)

    def set_cover_open(self, is_open: bool) -> None:
        """Open or close the cover."""
        with self._changed:
            self._cover_open = is_open
            self._work()

    def set_offline(self, offline: bool) -> None:
        """Press the printer's own button: it answers and prints nothing."""
        with self._changed:
            self._offline = offline
            self._work()

    def set_cutter_jammed(self, jammed: bool) -> None:
        """Jam the knife."""
        with self._changed:
            self._cutter_jammed = jammed
            self._work()

    def set_mute(self, mute: bool) -> None:
        """Take bytes and answer nothing."""
        with self._changed:
            self._mute = mute

    # -- the machine -------------------------------------------------------------------------------------------------
    def _cut_power(self) -> None:
        """Forget the queue, with the lock held; a port then breaks its lines."""
        self._unplug_at = None
        self._queue.clear()
        self._owed_bytes = 0

    def take(self, line: Line, data: bytes) -> bool:
        """Obey what is urgent, queue the rest, work. Returns whether the power goes now."""
        with self._changed:
            self._asking = line
            self._queue += data
            tail, stream = line.tail, line.tail + data
            line.tail = stream[-(_LONGEST_REALTIME_BYTES - 1) :]
            for found in _REALTIME.finditer(stream):
                if found.end() <= len(tail):
                    continue
                if found.group() == CLEAR_BUFFERS:
                    # What follows in this read is new; only what came before it is forgotten.
                    del self._queue[: len(self._queue) - (len(stream) - found.end())]
                    self._owed_bytes = 0
                else:
                    self._say(self._answer(found.group()[-1]))
            self._work()
            return self._power_gone()

    def _work(self) -> None:
        """Work through the queue until it is empty or something stops the work."""
        while self._queue and not self._stopped():
            if self._owed_bytes:
                self._owed_bytes -= self._put(bytes(self._queue[: self._owed_bytes]))
                continue
            command = next_command(self._queue, 0)
            if command is None:
                break
            if command.name in ("realtime", "transmit_status", "presenter"):
                del self._queue[: len(command.data)]
                if command.name == "transmit_status":
                    self._say(0x03 if self._paper is Paper.LOW else 0x00)
                elif command.name == "presenter":
                    self._present(command.data)
                continue
            if command.name == "initialise" or not self._jobs:
                self._jobs.append(bytearray())
            self._owed_bytes = len(command.data) - self._put(command.data)
        self._changed.notify_all()

    def _put(self, data: bytes) -> int:
        """Print as much as paper and power allow; returns how many bytes that was."""
        job = self._jobs[-1]
        if len(self._jobs) > self._plan_from_job:
            if self._run_out_at is not None and len(job) + len(data) >= self._run_out_at:
                data = data[: max(self._run_out_at - len(job), 0)]
                self._run_out_at = None
                self._paper = Paper.OUT
            if self._open_at is not None and len(job) + len(data) >= self._open_at:
                data = data[: max(self._open_at - len(job), 0)]
                self._open_at = None
                self._cover_open = True
            if self._unplug_at is not None:
                data = data[: max(self._unplug_at - len(job), 0)]
        job += data
        del self._queue[: len(data)]
        return len(data)

    def _say(self, byte: int) -> None:
        if self._asking is not None and not self._mute:
            self._asking.say(bytes([byte]))

    def _present(self, command: bytes) -> None:
        """GS e: hold a receipt out, take it back, or tell whether there is one."""
        if command[2] in (0x03, 0x20):
            self._in_mouth = True
        elif command == RETRACT:
            self._retracted += self._in_mouth
            self._in_mouth = False
        elif command[2] == 0x06:
            sees = _PAPER_AT_ENTRY if self._paper is not Paper.OUT else 0
            self._say(sees | _RECEIPT_IN_MOUTH * self._in_mouth | _NEAR_END * (self._paper is Paper.LOW))

    def _power_gone(self) -> bool:
        planned = self._unplug_at is not None and len(self._jobs) > self._plan_from_job
        return planned and len(self._jobs[-1]) >= (self._unplug_at or 0)

    def _stopped(self) -> bool:
        blocked = self._paper is Paper.OUT or self._cover_open or self._offline or self._cutter_jammed
        return blocked or self._power_gone()

    def _answer(self, question: int) -> int:
        """DLE EOT n, Epson's bit tables; bits 1 and 4 are always set."""
        out, low = self._paper is Paper.OUT, self._paper is not Paper.OK
        bits = {
            1: 0x08 * (out or self._cover_open or self._offline or self._cutter_jammed),
            2: 0x04 * self._cover_open | 0x20 * out | 0x40 * self._cutter_jammed,
            3: 0x08 * self._cutter_jammed,
            4: 0x0C * low | 0x60 * out,
        }
        return 0x12 | bits[question]
