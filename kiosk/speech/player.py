"""Plays sound by the program `aplay`, in a process that is killed when it is to stop or when it hangs.

Knows: aplay, and how long a sound lasts. Does not know: what is said. `cut` may be called from any thread.
"""

from __future__ import annotations

import subprocess
import threading

from kiosk.speech.pack import Sound

PROGRAM = "aplay"
GRACE_S = 5.0
"""How much longer than its sound the program may take: a sound card wakes up slowly."""
_DEATH_S = 1.0
_SILENCE = Sound(22_050, bytes(2 * 1_102))


class PlayerError(Exception):
    """Nothing can be heard. `code` is stable: `speech.no_player`, `speech.no_sound`, `speech.sound_hung`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Player:
    """One loudspeaker. `play` belongs to one thread."""

    def __init__(self, output: str, *, program: str = PROGRAM, grace_s: float = GRACE_S) -> None:
        """`output` names the device as `aplay -L` does."""
        self._command = [program, "-q", "-D", output, "-t", "wav", "-"]
        self._grace_s = grace_s
        self._lock = threading.Lock()
        self._turn = 0
        self._running: subprocess.Popen[bytes] | None = None
        self._stuck: subprocess.Popen[bytes] | None = None

    @property
    def turn(self) -> int:
        """Which turn it is; `cut` begins the next."""
        return self._turn

    def cut(self) -> None:
        """Be silent at once, and refuse what was asked for before."""
        with self._lock:
            self._turn += 1
            if self._running is not None:
                self._running.kill()

    def check(self) -> None:
        """Play a moment of silence. Raises `PlayerError`."""
        self.play(_SILENCE, self._turn)

    def play(self, sound: Sound, turn: int) -> bool:
        """Play to the end and return True, or False when it was cut. Raises `PlayerError`."""
        if self._stuck is not None and self._stuck.poll() is None:
            raise PlayerError("speech.sound_hung")
        with self._lock:
            if turn != self._turn:
                return False
            try:
                process = subprocess.Popen(
                    self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
            except OSError as error:
                raise PlayerError("speech.no_player") from error
            self._running = process
        try:
            process.communicate(sound.wav(), timeout=sound.lasts_s + self._grace_s)
        except subprocess.TimeoutExpired as error:
            raise PlayerError("speech.sound_hung") from error
        finally:
            with self._lock:
                self._running = None
                cut = turn != self._turn
            self._end(process)
        if cut:
            return False
        if process.returncode != 0:
            raise PlayerError("speech.no_sound")
        return True

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(_DEATH_S)
        except subprocess.TimeoutExpired:
            self._stuck = process  # the kernel holds it; none is started beside it
