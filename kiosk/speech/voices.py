"""Makes sound of sentences: a recording where the voice pack has all of it, espeak-ng otherwise.

Knows: voice packs and the program `espeak-ng` (GPL, therefore a process of its own; it is told the words on its standard
input, since arguments are seen by every process of the machine). Does not know: when something is said, or sound cards.
"""

from __future__ import annotations

import logging
import re
import shutil
import subprocess
from collections.abc import Iterable

from kiosk.speech.pack import Sound, VoicePack, VoicePackError
from kiosk.speech.reader import Sentence

PROGRAM = "espeak-ng"
_VOICES = {"zh_CN": "cmn", "en": "en-gb"}
_WORDS_PER_MINUTE = 150
_DEADLINE_S = 20.0
_RATE_HZ = 22_050
_HEADER = 44
_PAUSE_S = 0.12
"""Between recorded fragments of one sentence that were spoken one by one."""
_LOG = logging.getLogger("kiosk.speech")


class VoiceError(Exception):
    """There is no voice for a sentence. `code` is stable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Voices:
    """The voices of one terminal. Used by one thread at a time."""

    def __init__(self, packs: Iterable[VoicePack], *, program: str = PROGRAM) -> None:
        self._packs = {pack.language: pack for pack in packs}
        self._program = program
        self._told: set[str] = set()

    def check(self) -> None:
        """Raise `VoiceError` when nobody can speak: `speech.no_voice`."""
        if not self._packs and shutil.which(self._program) is None:
            raise VoiceError("speech.no_voice")

    def sound(self, sentence: Sentence, language: str) -> Sound:
        """Return the sound of a sentence. Raises `VoiceError`: `speech.no_voice`, `speech.voice_hung`."""
        pack = self._packs.get(language)
        if pack is not None and all(pack.has(words) for words in sentence):
            try:
                return _joined([pack.recording(words) for words in sentence])
            except VoicePackError as error:
                if error.detail not in self._told:
                    self._told.add(error.detail)
                    _LOG.warning("%s", error)
        return self._synthesised(sentence, language)

    def _synthesised(self, sentence: Sentence, language: str) -> Sound:
        joint = "" if language.startswith("zh") else " "
        # A telephone number is no number of thousands.
        words = re.sub(r"\d{5,}", lambda match: " ".join(match[0]), joint.join(sentence))
        voice = _VOICES.get(language, language.partition("_")[0])
        command = [self._program, "-v", voice, "-s", str(_WORDS_PER_MINUTE), "--stdin", "--stdout"]
        try:
            done = subprocess.run(command, input=words.encode(), capture_output=True, timeout=_DEADLINE_S, check=False)
        except FileNotFoundError as error:
            raise VoiceError("speech.no_voice") from error
        except subprocess.TimeoutExpired as error:
            raise VoiceError("speech.voice_hung") from error
        if done.returncode != 0 or not done.stdout.startswith(b"RIFF"):
            raise VoiceError("speech.no_voice")
        # Its header was written before the length was known.
        return Sound(_RATE_HZ, done.stdout[_HEADER:])


def _joined(sounds: list[Sound]) -> Sound:
    """Return the fragments one after the other. Raises `VoicePackError` when they are not of one rate."""
    rates = {sound.rate_hz for sound in sounds}
    if len(rates) > 1:
        raise VoicePackError("speech.bad_recording", "recordings of different rates")
    rate = rates.pop()
    return Sound(rate, bytes(2 * int(_PAUSE_S * rate)).join(sound.samples for sound in sounds))
