"""Speech as the screen asks for it: texts in, and what may be heard of them goes to the speaker.

Knows: the reader of the catalogue in force, and whether only one person listens. Does not know: which screen asks, or how
sound is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from kiosk.catalogue.loader import Catalogue
from kiosk.config import Config
from kiosk.speech.pack import VoicePack, VoicePackError
from kiosk.speech.reader import Reader, Sentence
from kiosk.speech.speaker import SpeechState
from kiosk.words import Words


class Speaking(Protocol):
    """What says it: `kiosk.speech.speaker.Speaker`."""

    @property
    def state(self) -> SpeechState:
        """Whether anything can be said."""
        ...

    def say(self, sentences: tuple[Sentence, ...], language: str) -> None:
        """Cut what is being said and say this."""
        ...

    def cut(self) -> None:
        """Be silent."""
        ...

    def tick(self) -> None:
        """Look after itself."""
        ...

    def stop(self, timeout_s: float) -> None:
        """End."""
        ...


class Announcer:
    """The voice of one terminal. Belongs to the session's thread; keeps nothing of what was said."""

    def __init__(
        self,
        speaker: Speaking,
        *,
        words: Words,
        config: Config,
        catalogue: Callable[[], Catalogue],
    ) -> None:
        self._speaker = speaker
        self._words = words
        self._config = config
        self._catalogue = catalogue
        self._reader: tuple[Catalogue, Reader] | None = None
        self._headset = False

    @property
    def state(self) -> SpeechState:
        """Whether the terminal can speak, as far as is known."""
        return self._speaker.state

    @property
    def private(self) -> bool:
        """Only the person who stands here hears it: through a handset, or a headset that is plugged in."""
        return self._config.speech.private or self._headset

    @property
    def headset(self) -> bool:
        """A headset is plugged in, as far as a keypad with a socket has told."""
        return self._headset

    def plug(self, plugged: bool) -> None:
        """Take note of a headset; what is being said ends with either."""
        self._headset = plugged
        self._speaker.cut()

    def say(self, texts: Iterable[str], language: str) -> None:
        """Say what may be heard of these texts of a screen in `language`; what was being said is cut."""
        if self._speaker.state is SpeechState.READY:
            read = self._read().read
            found = (read(text, language, private=self.private) for text in texts)
            self._speaker.say(tuple(sentence for sentence in found if sentence is not None), language)

    def name(self, texts: Iterable[str], language: str) -> None:
        """Say the names of a control: of one that ends in a person's value, what comes before it; nothing cuts nothing."""
        if self._speaker.state is SpeechState.READY:
            read = self._read().named
            found = (read(text, language, private=self.private) for text in texts)
            if sentences := tuple(sentence for sentence in found if sentence is not None):
                self._speaker.say(sentences, language)

    def silence(self) -> None:
        """End what is being said."""
        self._speaker.cut()

    def tick(self) -> None:
        """A few times a second: is there a sound card?"""
        self._speaker.tick()

    def stop(self, timeout_s: float) -> None:
        """End the thread and what it plays."""
        self._speaker.stop(timeout_s)

    def _read(self) -> Reader:
        catalogue = self._catalogue()
        if self._reader is None or self._reader[0] is not catalogue:
            self._reader = catalogue, Reader(self._words, catalogue, self._config)
        return self._reader[1]


def packs(folders: Iterable[Path], tell: Callable[[str], None]) -> tuple[VoicePack, ...]:
    """Return the voice packs of these folders; one that cannot be used is told of, and another voice speaks."""
    found: list[VoicePack] = []
    for folder in folders:
        try:
            found.append(VoicePack.load(folder))
        except VoicePackError as error:
            tell(str(error))
    return tuple(found)
