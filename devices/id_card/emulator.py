"""An SDT reader on a pseudo-terminal: the real frames, at the pace of the real line.

Knows: the port, its cable, its pace. Does not know: what the module answers (`sam_module`), the driver, the rig.
"""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from pathlib import Path

from devices.id_card.frames import Scanner
from devices.id_card.sam_module import Fault, SamModule
from devices.named_pty import NamedPort

__all__ = ["Fault", "SdtEmulator"]

_BAUD = 115200
_BITS_PER_BYTE = 10
_CHUNK_BYTES = 64


class SdtEmulator(NamedPort, SamModule):
    """A reader whose port is the symlink `path`; it keeps its name over unplug and replug, and starts anew each time."""

    def __init__(self, path: Path, *, paced: bool = True, presence_after_read: str = "until_read") -> None:
        NamedPort.__init__(self, path)
        SamModule.__init__(self, presence_after_read=presence_after_read)
        self.paced = paced
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def serves(self, master: int) -> None:
        """Start anew, and answer on a thread of its own."""
        self.start_anew()
        self._ending = threading.Event()
        self._thread = threading.Thread(
            target=self._serve, args=(master, self._ending), name="emulator-id-card", daemon=True
        )
        self._thread.start()

    def leaves(self) -> None:
        """Join the thread."""
        thread, self._thread = self._thread, None
        self._ending.set()
        if thread is not None:
            thread.join()

    def _serve(self, master: int, ending: threading.Event) -> None:
        scanner = Scanner()
        while not ending.is_set():
            if not select.select([master], [], [], 0.05)[0]:
                continue
            data = os.read(master, 4096)
            while (frame := scanner.feed(data)) is not None:
                data = b""
                self._send(master, self.answer(frame), ending)

    def _send(self, master: int, data: bytes, ending: threading.Event) -> None:
        began_s = time.monotonic()
        for start in range(0, len(data), _CHUNK_BYTES):
            chunk = data[start : start + _CHUNK_BYTES]
            if self.paced:
                # by the clock: waits that overshoot must not add up, a line has its rate; and no byte before its time
                ending.wait(began_s + (start + len(chunk)) * _BITS_PER_BYTE / _BAUD - time.monotonic())
            if ending.is_set():
                return
            with contextlib.suppress(OSError):
                os.write(master, chunk)
