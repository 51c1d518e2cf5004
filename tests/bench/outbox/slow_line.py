"""A line of so many bytes a second and so much delay each way, that is cut again and again if it is told to.

Knows: bytes, times, how many have left. Does not know: what is said on it.

Whatever enters waits for its turn on the line, then for the delay; nobody reads ahead of the line, so the sender feels its
rate. A cut resets both ends and takes along what is under way. The way onward to the platform is TLS where the sender's is
not, so that clients without it meet the same platform.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import threading
from dataclasses import dataclass, field
from typing import Self

_PIECE = 8192
_LATE_S = 0.05
_RST = struct.pack("ii", 1, 0)


@dataclass
class SlowLine:
    """One line to `target` on this machine; ready once a `Lines` has taken it."""

    target: int
    bytes_per_s: float
    delay_s: float
    cut_every: float = float("inf")
    """Bytes upwards from one cut to the next."""
    onward: ssl.SSLContext | None = None
    call_trips: int = 0
    """Round trips that a call takes before the first byte: one for TCP, none where that is left out of account."""
    port: int = 0
    sent: int = 0
    """Bytes that entered on the way up."""
    cuts: int = 0
    _free_at: list[float] = field(default_factory=lambda: [0.0, 0.0])
    _until_cut: float = 0.0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one call, both ways, until an end hangs up or the line is cut."""
        onward: asyncio.StreamWriter | None = None
        ways: list[asyncio.Task[bool]] = []
        try:
            await asyncio.sleep(self.call_trips * 2 * self.delay_s)
            server = "localhost" if self.onward is not None else None
            answers, onward = await asyncio.open_connection(
                "127.0.0.1", self.target, ssl=self.onward, server_hostname=server, limit=_PIECE
            )
            ways = [asyncio.ensure_future(way) for way in (self._way(0, reader, onward), self._way(1, answers, writer))]
            done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            cut = any(each.result() for each in done)
            if not cut:
                await asyncio.sleep(self.delay_s)
        except (OSError, asyncio.CancelledError):  # the platform has gone, or the bench is over
            cut = True
        for each in ways:
            each.cancel()
        for end in (writer, onward):
            if end is not None:
                _hang_up(end, reset=cut)

    async def _way(self, way: int, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> bool:
        """Carry one way; return whether the line was cut."""
        loop = asyncio.get_running_loop()
        try:
            while data := await source.read(_PIECE):
                # A line does not idle because this machine is late to look: a queue in a modem would have bridged it.
                self._free_at[way] = max(loop.time() - _LATE_S, self._free_at[way]) + len(data) / self.bytes_per_s
                if way == 0:
                    self.sent += len(data)
                    self._until_cut += len(data)
                await asyncio.sleep(max(0.0, self._free_at[way] - loop.time()))
                if way == 0 and self._until_cut >= self.cut_every:
                    self._until_cut = 0.0
                    self.cuts += 1
                    return True
                loop.call_later(self.delay_s, _deliver, target, data)
        except OSError:
            pass
        return False


def _deliver(target: asyncio.StreamWriter, data: bytes) -> None:
    if not target.is_closing():
        target.write(data)


def _hang_up(end: asyncio.StreamWriter, *, reset: bool) -> None:
    if reset:
        with contextlib.suppress(OSError):
            end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST)
        end.transport.abort()
    else:
        end.close()


class Lines:
    """Lines that all run on one thread."""

    def __init__(self, *lines: SlowLine) -> None:
        self._lines = lines
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self) -> None:
        for line in self._lines:
            taking = socket.create_server(("127.0.0.1", 0))
            taking.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * _PIECE)  # of each call: a modem's queue, not more
            line.port = int(taking.getsockname()[1])
            await asyncio.start_server(line.carry, sock=taking, limit=_PIECE)

    async def _close(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
