"""A line that is bad on purpose: between agent and platform it cuts, resets, delays and falls silent, and counts it.

Knows: TCP, bytes, an oracle for its own caprices. Does not know: what is said on it.
"""

from __future__ import annotations

import contextlib
import random
import select
import socket
import struct
import threading
from collections import Counter
from typing import Self

_PIECE = 16 * 1024
_RST = struct.pack("ii", 1, 0)


class BadLine:
    """Takes calls on a port of its own and passes them on to `target`, each until its fate comes."""

    def __init__(self, target: int, rng: random.Random, mean_bytes: float) -> None:
        """A call carries some `mean_bytes` upwards before something happens to it."""
        self._target = target
        self._rng = rng
        self._mean_bytes = mean_bytes
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._taking = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._taking.getsockname()[1])
        self.fates: Counter[str] = Counter()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._start(self._take)
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        with contextlib.suppress(OSError):
            self._taking.shutdown(socket.SHUT_RDWR)
        self._taking.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads = [each for each in self._threads if each.is_alive()] + [thread]
        thread.start()

    def _take(self) -> None:
        while not self._ended.is_set():
            try:
                call, _ = self._taking.accept()
            except OSError:
                return
            self._start(self._carry, call)

    def _carry(self, call: socket.socket) -> None:
        with self._lock:
            fate = self._rng.choices(("cut", "reset", "delayed", "muted"), (55, 15, 20, 10))[0]
            budget = int(self._rng.expovariate(1 / self._mean_bytes))
            delay_s = self._rng.uniform(0.05, 0.3)
        with call, contextlib.suppress(OSError):
            if fate == "reset":
                budget //= 8  # in the middle of what is small, or of the handshake
            with socket.create_connection(("127.0.0.1", self._target), timeout=5) as onward:
                if not self._pass_on(call, onward, budget):
                    return
                self.fates[fate] += 1
                if fate == "delayed":
                    self._ended.wait(delay_s)
                    self._pass_on(call, onward, budget)
                elif fate == "muted":
                    self._until_given_up(call)
                # Both ends see a reset, and what is in the buffers is lost.
                for each in (call, onward):
                    each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST)

    def _pass_on(self, call: socket.socket, onward: socket.socket, budget: int) -> bool:
        """Carry both ways; True when `budget` bytes have gone up, False when either end has hung up."""
        while not self._ended.is_set():
            ready, _, _ = select.select([call, onward], [], [], 0.5)
            for source in ready:
                data = source.recv(min(_PIECE, max(1, budget)) if source is call else _PIECE)
                if not data:
                    return False
                (onward if source is call else call).sendall(data)
                if source is call:
                    budget -= len(data)
                    if budget <= 0:
                        return True
        return False

    def _until_given_up(self, call: socket.socket) -> None:
        """Say and hear nothing more until the caller hangs up; what it sends backs up."""
        poll = select.poll()
        poll.register(call, select.POLLRDHUP | select.POLLHUP | select.POLLERR)
        while not self._ended.is_set() and not poll.poll(200):
            pass
