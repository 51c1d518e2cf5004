"""One screen process after another: a person's screen goes, and the next one stands there already.

Knows: processes, the socket to each, the words that they say. Does not know: Qt, the session, or what a screen is.

The words are lines. A screen says `warm` (loaded, holding nothing), `shown` (its window is drawn), `spent` (it showed
somebody's data and nobody stands there now), `yielded` (it holds no device and no store any more; its window stays) and
`touched` (somebody touched that window meanwhile). It is told `open`, `yield`, `stay` (not now after all), `leave` and
`touch`. A socket that closes is a screen that ended, or, seen from the screen, nobody left to tell it anything: it ends too.

When the machine starts, no screen stands before the one that loads. A first window does: a forked child that shows something
at once, holds no device and no store, says `touched` as soon as it is, and is told to `leave` as every other screen.
"""

from __future__ import annotations

import logging
import os
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType

from kiosk.forked import Forked

SOCKET = "KIOSK_SUCCESSION"
"""The environment's name for the number of the screen's socket."""
TUNABLES = "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0"
"""Freed memory is overwritten; a chunk that lies in a thread's cache is not, so that there is no such cache."""
WIPING = {"GLIBC_TUNABLES": TUNABLES, "PYTHONMALLOC": "malloc"}
"""Python's own arenas would hide from glibc what is freed in them."""
TRIES = 3
FIRST_S = 5.0
"""How long the first window may take until what it stands before is started all the same."""
END_S = 20.0
"""How long a screen that was told to leave may take."""
HEIR_S = 60.0
"""How long the next screen may take to load, and again to draw once the old one let go; one that hangs is killed. In between
it waits for as long as somebody stands there."""
_LOG = logging.getLogger("kiosk.succession")


def wiping(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment in which freed memory is overwritten; tunables that somebody set stay beside ours."""
    already = environment.get("GLIBC_TUNABLES", "")
    tunables = f"{already}:{TUNABLES}" if already and TUNABLES not in already else TUNABLES
    return {**environment, **WIPING, "GLIBC_TUNABLES": tunables}


@dataclass
class _Screen:
    process: subprocess.Popen[bytes] | Forked
    link: socket.socket
    first: bool = False
    warm: bool = False
    opened: bool = False
    shown: bool = False
    yielded: bool = False
    touched: bool = False
    rest: bytes = b""

    def tell(self, word: str) -> None:
        try:
            self.link.sendall(f"{word}\n".encode())
        except OSError:
            _LOG.info("screen %d is gone before it heard %r", self.process.pid, word)

    def hear(self) -> list[str] | None:
        """Return the lines that are complete; None when the screen ended."""
        try:
            data = self.link.recv(4096)
        except OSError:
            data = b""
        if not data:
            return None
        *lines, self.rest = (self.rest + data).split(b"\n")
        return [line.decode("ascii", "replace") for line in lines]


class Succession:
    """Runs screens, one at a time before the citizen; two only while one takes over from the other."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        keep: Sequence[int] = (),
        heir_s: float = HEIR_S,
        first: Callable[[socket.socket], int] | None = None,
    ) -> None:
        """`command` starts a screen; the descriptors in `keep`, a lock, live as long as any of them.

        `first` is the first window: it runs in a child of its own, with its socket, and returns that child's status.
        """
        self._command = list(command)
        self._environment = wiping(os.environ if environment is None else environment)
        self._keep = tuple(keep)
        self._selector = selectors.DefaultSelector()
        self._serving: _Screen | None = None
        self._heir: _Screen | None = None
        self._leaving: list[_Screen] = []
        self._stopping = 0
        self._failures = 0
        self._heir_s = heir_s
        self._heir_due: float | None = None
        self._first = first

    def run(self) -> int:
        """Serve until the screen ends by itself or is told to stop; return its exit status.

        Signals that end a process are handed on. Must be called on the main thread.
        """
        wake, woken = socket.socketpair()
        woken.setblocking(False)
        wake.setblocking(False)
        before = {each: signal.signal(each, self._stop) for each in (signal.SIGTERM, signal.SIGINT)}
        signal.set_wakeup_fd(woken.fileno(), warn_on_full_buffer=False)
        self._selector.register(wake, selectors.EVENT_READ, None)
        try:
            self._begin()
            if self._stopping:  # told while they were being started
                self._stop(self._stopping, None)
            return self._turn(wake)
        finally:
            signal.set_wakeup_fd(-1)
            for each, handler in before.items():
                signal.signal(each, handler)
            for screen in self._everyone():
                self._end(screen)
            self._selector.close()
            wake.close()
            woken.close()

    def _turn(self, wake: socket.socket) -> int:
        while True:
            due = self._heir_due
            ready = self._selector.select(None if due is None else max(0.0, due - time.monotonic()))
            if not ready and due is not None:
                self._overdue(due)
            for key, _ in ready:
                screen = key.data
                if screen is None:
                    wake.recv(64)
                    continue
                lines = screen.hear()
                for word in lines or ():
                    self._heard(screen, word)
                if lines is None:
                    status = self._gone(screen)
                    if status is not None:
                        return status

    def _overdue(self, due: float) -> None:
        if self._heir is None:
            _LOG.error("the first window is not there in time")
            self._start_behind()
        else:
            _LOG.error("the next screen, %d, is not there in time; it is killed", self._heir.process.pid)
            self._heir.process.kill()
            self._heir_due = due + END_S  # its socket tells the rest

    def _start_behind(self) -> None:
        """Start the screen behind the first window. It may take as long as it takes: a store may have to be rescued."""
        self._heir = self._start()
        self._heir_due = None
        if self._serving is not None and self._serving.touched:
            self._heir.tell("touch")

    def _begin(self) -> None:
        """Start the one that serves, behind the first window where there is one."""
        if self._first is None:
            self._serving = self._start()
            return
        # The one that serves waits for its first frame: together they would take longer to it by half.
        self._serving = self._show_first(self._first)
        self._heir_due = time.monotonic() + FIRST_S

    def _show_first(self, run: Callable[[socket.socket], int]) -> _Screen:
        ours, theirs = socket.socketpair()

        def live() -> int:
            ours.close()
            return run(theirs)

        with theirs:
            screen = _Screen(Forked(live), ours, first=True, yielded=True)
        self._selector.register(ours, selectors.EVENT_READ, screen)
        return screen

    def _expect(self) -> None:
        """Have the next screen load."""
        self._heir = self._start()
        self._heir_due = time.monotonic() + self._heir_s

    def _start(self) -> _Screen:
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                self._command,
                env={**self._environment, SOCKET: str(theirs.fileno())},
                pass_fds=(theirs.fileno(), *self._keep),
            )
        screen = _Screen(process, ours)
        self._selector.register(ours, selectors.EVENT_READ, screen)
        return screen

    def _heard(self, screen: _Screen, word: str) -> None:
        serving, heir = self._serving, self._heir
        screen.warm = screen.warm or word == "warm"
        match word:
            case "warm" if screen is serving:
                self._open(screen)
            case "warm" if screen is heir and serving is not None and serving.yielded:
                self._open(screen)
            case "warm" if screen is heir and serving is not None:
                self._heir_due = None
                serving.tell("yield")
            case "spent" if screen is serving and heir is None and not self._stopping:
                self._expect()
            case "yielded" if screen is serving:
                screen.yielded = True
                self._heir_due = time.monotonic() + self._heir_s
                if heir is None:  # it fell while it waited
                    self._expect()
                elif heir.warm:
                    self._open(heir)
            case "shown":
                if not screen.shown:
                    _LOG.info("screen %d is on the glass", screen.process.pid)
                screen.shown = True
                if screen.first and heir is None and not self._stopping:
                    self._start_behind()
                elif screen is heir and serving is not None:
                    self._failures = 0
                    serving.tell("leave")
                    self._leaving.append(serving)
                    self._serving, self._heir, self._heir_due = heir, None, None
            case "touched" if screen in self._leaving and serving is not None:
                serving.tell("touch")
            case "touched" if screen.first:
                screen.touched = True
                if heir is not None:
                    heir.tell("touch")

    @staticmethod
    def _open(screen: _Screen) -> None:
        if not screen.opened:
            screen.opened = True
            screen.tell("open")

    def _gone(self, screen: _Screen) -> int | None:
        """Take leave of a screen that ended. Returns the exit status when there is none left to serve."""
        self._selector.unregister(screen.link)
        screen.link.close()
        status = _reaped(screen.process)
        if screen in self._leaving:
            self._leaving.remove(screen)
            return None
        if screen is self._heir:
            return self._heir_lost(status)
        self._serving = None
        if self._heir is not None and screen.yielded and not self._stopping:
            # It fell after it had handed everything over: the next one is on its way to the glass.
            self._serving, self._heir, self._heir_due = self._heir, None, None
            return None
        if screen.first and not self._stopping:
            _LOG.error("the first window ended with %d", status)
            self._serving, self._heir_due = self._start(), None
            return None
        return status

    def _heir_lost(self, status: int) -> int | None:
        _LOG.error("the next screen ended with %d before it was shown", status)
        self._heir, self._heir_due = None, None
        if self._serving is not None and self._serving.first and not self._stopping:
            return status  # nobody serves: as if there had been no first window
        if self._serving is None or not self._serving.yielded or self._stopping:
            if self._serving is not None:
                self._serving.tell("stay")
            return None  # the old one serves on, and tries again after the next person
        self._failures += 1
        if self._failures >= TRIES:
            return status or 1
        self._expect()
        return None

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        self._stopping = number
        for screen in self._everyone():
            if screen.process.poll() is None:
                screen.process.send_signal(number)

    def _everyone(self) -> list[_Screen]:
        return [each for each in (self._serving, self._heir, *self._leaving) if each is not None]

    def _end(self, screen: _Screen) -> None:
        """End a screen that is left over: its closed socket tells it to."""
        screen.link.close()
        _reaped(screen.process)


def _reaped(process: subprocess.Popen[bytes] | Forked) -> int:
    try:
        return process.wait(END_S)
    except subprocess.TimeoutExpired:
        _LOG.error("screen %d does not end; it is killed", process.pid)
        process.kill()
        return process.wait()
