"""A receipt printer on a TCP port that can run dry, open, fall silent and be unplugged.

Knows: what a printer does with bytes, paper and queries. Does not know: our driver. Loopback only.
A command is "printed" when it has been worked through, in order; DLE sequences are obeyed on arrival, as on a real one.
"""

from __future__ import annotations

import contextlib
import enum
import re
import socket
import struct
import threading
from typing import Self

from devices.receipt_printer.commands import next_command
from devices.receipt_printer.decoder import Receipt, decode
from devices.receipt_printer.encode import CLEAR_BUFFERS

_LONGEST_REALTIME_BYTES = len(CLEAR_BUFFERS)
_REALTIME = re.compile(rb"\x10\x04[\x01-\x04]|" + re.escape(CLEAR_BUFFERS), re.DOTALL)
"""Looked for wherever they stand, pictures included: a printer does not parse for them."""
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Paper(enum.StrEnum):
    """What the two sensors on the roll see."""

    OK = "ok"
    LOW = "low"
    OUT = "out"


class ReceiptPrinterEmulator:
    """Start with `start()` (or `with`), then move the switches from any thread."""

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0, width_dots: int = 576) -> None:
        self.host = host
        self.port = port
        self.width_dots = width_dots
        self._changed = threading.Condition()
        self._listener: socket.socket | None = None
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._acceptor: threading.Thread | None = None
        self._paper = Paper.OK
        self._cover_open = self._offline = self._mute = self._cutter_jammed = False
        self._jobs: list[bytearray] = []
        self._queue = bytearray()
        self._owed_bytes = 0  # of a command that the paper ended in
        self._asking: socket.socket | None = None
        self._run_out_at: int | None = None
        self._unplug_at: int | None = None
        self._plan_from_job = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; a port of 0 becomes the one that the system gave, and stays."""
        with self._changed:
            if self._listener is not None:
                return
            listener = socket.create_server((self.host, self.port))
            self.port = listener.getsockname()[1]
            self._listener = listener
            self._acceptor = threading.Thread(
                target=self._accept, args=(listener,), name="receipt-printer-emulator", daemon=True
            )
            self._acceptor.start()

    def stop(self) -> None:
        """Stop listening, close every connection, join the threads."""
        self.unplug()

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

    # -- switches ----------------------------------------------------------------------------------------------------
    def set_paper(self, paper: Paper) -> None:
        """Set what the sensors see. `OUT` stops the work at once; anything else lets it go on."""
        with self._changed:
            self._paper = paper
            self._work()

    def refill(self) -> None:
        """A new roll, the cover closed, no more plans to run out."""
        with self._changed:
            self._run_out_at = None
            self._cover_open = False
            self._paper = Paper.OK
            self._work()

    def run_out_after(self, job_bytes: int) -> None:
        """End the roll after so many bytes of the next job."""
        with self._changed:
            self._run_out_at, self._plan_from_job = job_bytes, len(self._jobs)

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

    def unplug(self) -> None:
        """Cut the power: connections are reset, new ones refused, the queue is lost; paper and cover stay as they are."""
        with self._changed:
            threads = [self._acceptor, *self._connections.values()]
        self._cut_power()
        for thread in threads:
            if thread is not None and thread is not threading.current_thread():
                thread.join(5)

    def replug(self) -> None:
        """Give the power back on the same port."""
        self.start()

    # -- the machine -------------------------------------------------------------------------------------------------
    def _cut_power(self) -> None:
        with self._changed:
            listener, self._listener = self._listener, None
            self._unplug_at = None
            self._queue.clear()
            self._owed_bytes = 0
            if listener is not None:
                with contextlib.suppress(OSError):
                    listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
                listener.close()
            for connection in self._connections:
                _reset(connection)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            thread = threading.Thread(
                target=self._serve, args=(connection,), name="receipt-printer-emulator-line", daemon=True
            )
            with self._changed:
                if self._listener is not listener:  # the power went while this one was being let in
                    _reset(connection)
                    connection.close()
                    return
                self._connections[connection] = thread
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        tail = b""
        try:
            with connection:
                while data := connection.recv(65536):
                    if self._take(connection, data, tail):
                        self._cut_power()
                        return
                    tail = (tail + data)[-(_LONGEST_REALTIME_BYTES - 1) :]
        except OSError:
            return
        finally:
            with self._changed:
                self._connections.pop(connection, None)

    def _take(self, connection: socket.socket, data: bytes, tail: bytes) -> bool:
        """Obey what is urgent, queue the rest, work. Returns whether the power goes now."""
        with self._changed:
            self._asking = connection
            self._queue += data
            stream = tail + data
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
            if command.name in ("realtime", "transmit_status"):
                del self._queue[: len(command.data)]
                if command.name == "transmit_status":
                    self._say(0x03 if self._paper is Paper.LOW else 0x00)
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
            if self._unplug_at is not None:
                data = data[: max(self._unplug_at - len(job), 0)]
        job += data
        del self._queue[: len(data)]
        return len(data)

    def _say(self, byte: int) -> None:
        if self._asking is not None and not self._mute:
            with contextlib.suppress(OSError):
                self._asking.sendall(bytes([byte]))

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


def _reset(connection: socket.socket) -> None:
    """Make the close of a connection a reset, and wake the thread that reads from it, which closes."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        connection.shutdown(socket.SHUT_RDWR)
