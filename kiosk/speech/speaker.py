"""The terminal's voice: says the latest thing that is to be said, and says so when it cannot.

Knows: its own thread, what voices and a player can do, and when to try again. Does not know: screens, or what is said.
A terminal without a sound card is a terminal without speech and nothing worse.
"""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable

from kiosk.background import Background
from kiosk.clock import Clock
from kiosk.dispatch import Dispatcher
from kiosk.speech.player import Player, PlayerError
from kiosk.speech.reader import Sentence
from kiosk.speech.voices import VoiceError, Voices

TRY_AGAIN_S = 60.0
_LOG = logging.getLogger("kiosk.speech")


class SpeechState(enum.StrEnum):
    """Whether the terminal can speak."""

    UNKNOWN = "unknown"
    READY = "ready"
    UNAVAILABLE = "unavailable"


class Speaker:
    """Speech of one terminal. Owned by the session's thread; nothing here blocks it."""

    def __init__(
        self, voices: Voices, player: Player, *, dispatcher: Dispatcher, clock: Clock, on_change: Callable[[], None]
    ) -> None:
        self._voices = voices
        self._player = player
        self._clock = clock
        self._on_change = on_change
        self._work = Background("speech", dispatcher)
        self._state = SpeechState.UNKNOWN
        self._checked_s: float | None = None
        self._checking = False

    @property
    def state(self) -> SpeechState:
        """Whether the terminal can speak, as far as is known."""
        return self._state

    def say(self, sentences: tuple[Sentence, ...], language: str) -> None:
        """Cut what is being said and say this. Nothing is said, and nothing waits, where nothing can be heard."""
        self._player.cut()
        if self._state is SpeechState.READY and sentences:
            turn = self._player.turn
            self._work.run(lambda: self._speak(sentences, language, turn), lambda _: None, self._lost)

    def cut(self) -> None:
        """Be silent."""
        self._player.cut()

    def tick(self) -> None:
        """Look whether anything can be heard: at the start, and again after it could not."""
        now = self._clock.monotonic()
        due = self._checked_s is None or now - self._checked_s >= TRY_AGAIN_S
        if self._state is not SpeechState.READY and due and not self._checking:
            self._checked_s, self._checking = now, True
            self._work.run(self._check, lambda _: self._found(), self._lost)

    def stop(self, timeout_s: float) -> None:
        """End the thread and what it plays."""
        self._player.cut()
        self._work.stop(timeout_s)

    # --- on the thread ----

    def _check(self) -> None:
        self._voices.check()
        self._player.check()

    def _speak(self, sentences: tuple[Sentence, ...], language: str, turn: int) -> None:
        for sentence in sentences:
            if turn != self._player.turn or not self._player.play(self._voices.sound(sentence, language), turn):
                return

    # --- back home ----

    def _found(self) -> None:
        self._checking = False
        if self._state is not SpeechState.READY:
            _LOG.info("speech ready")
            self._turn_to(SpeechState.READY)

    def _lost(self, error: Exception) -> None:
        self._checking = False
        if not isinstance(error, PlayerError | VoiceError):
            raise error
        self._checked_s = self._clock.monotonic()
        if self._state is not SpeechState.UNAVAILABLE:
            _LOG.warning("speech not available: %s", error.code)
            self._turn_to(SpeechState.UNAVAILABLE)

    def _turn_to(self, state: SpeechState) -> None:
        self._state = state
        self._on_change()
