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
from typing import Self

from devices.id_card.frames import Scanner
from devices.id_card.sam_module import Fault, SamModule
from devices.named_pty import open_named

__all__ = ["Fault", "SdtEmulator"]

_BAUD = 115200
_BITS_PER_BYTE = 10
_CHUNK_BYTES = 64


class SdtEmulator(SamModule):
    """A reader whose port is the symlink `path`; it keeps its name over unplug and replug."""

    def __init__(self, path: Path, *, paced: bool = True, presence_after_read: str = "until_read") -> None:
        super().__init__(presence_after_read=presence_after_read)
        self.path = path
        self.paced = paced
        self._ends: tuple[int, int] | None = None
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

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
            self.start_anew()
            self._ends = open_named(self.path)
            self._ending = threading.Event()
            self._thread = threading.Thread(
                target=self._serve, args=(self._ends[0], self._ending), name="emulator-id-card", daemon=True
            )
            self._thread.start()

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
