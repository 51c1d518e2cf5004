"""The voice as the screens use it: what is open is said, again when it is asked for, and nothing of it is kept for the next.

Knows: the terminal's announcer, the person's setting, the words that are on the screen now. Does not know: sound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtQml import QJSEngine, QmlElement, QmlSingleton

from kiosk.events import Fact
from kiosk.speech import SpeechState
from ui.bridge.given import given
from ui.bridge.settings import Settings
from ui.typing import Property

if TYPE_CHECKING:
    from kiosk.terminal import Terminal

QML_IMPORT_NAME = "Kiosk.Bridge"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
@QmlSingleton
class Speech(QObject):
    """Speech, on or off."""

    changed = Signal()

    def __init__(self, terminal: Terminal, settings: Settings) -> None:
        super().__init__()
        self._terminal = terminal
        self._settings = settings
        self._number = terminal.session.number
        self._who = 0
        self._words: list[str] = []
        self._was_on = False
        terminal.bus.subscribe(Fact.SPEECH, self._follow)
        terminal.bus.subscribe(Fact.SESSION, self._follow_session)
        settings.looksChanged.connect(self._follow)

    @staticmethod
    def create(_engine: QJSEngine) -> QObject:
        """Return the application's instance."""
        return given(Speech)

    @Property(bool, notify=changed)
    def available(self) -> bool:
        """Something can be heard here; true until it is known that nothing can."""
        return self._terminal.speech.state is not SpeechState.UNAVAILABLE

    @Property(bool, notify=changed)
    def on(self) -> bool:
        """What is on the screen is said."""
        return self.available and self._settings.speech

    @Slot()
    def _follow(self) -> None:
        on = self._settings.speech and self._terminal.speech.state is SpeechState.READY
        if on and not self._was_on:
            self._terminal.speech.say(self._words, self._settings.language)
        elif self._was_on and not on:
            self._terminal.speech.silence()
        self._was_on = on
        self.changed.emit()

    def _follow_session(self) -> None:
        if self._terminal.session.number == self._number:
            return
        self._number = self._terminal.session.number
        self._who, self._words = 0, []
        self._terminal.speech.silence()
        if self._terminal.speech.headset:
            self._settings.setSpeech(True)

    @Slot(int, "QStringList")
    def open(self, who: int, words: list[str]) -> None:
        """Say what is on the screen now; of what was said already by the same frame or dialog, only what is new."""
        fresh = [word for word in words if word not in self._words] if who == self._who else words
        self._who, self._words = who, list(words)
        if self.on and fresh:
            self._terminal.speech.say(fresh, self._settings.language)

    @Slot("QStringList")
    def tell(self, names: list[str]) -> None:
        """Say the name of the control that the keypad has come to, or what it has changed there."""
        if self.on:
            self._terminal.speech.name((name for name in names if name), self._settings.language)

    @Slot()
    def toggle(self) -> None:
        """Turn speech on, or off again."""
        self._settings.setSpeech(not self._settings.speech)

    def repeat(self) -> None:
        """Say the screen again; turn speech on where it is off."""
        if self.on:
            self._terminal.speech.say(self._words, self._settings.language)
        else:
            self._settings.setSpeech(True)

    def plug(self, plugged: bool) -> None:
        """A headset was plugged in, which turns speech on for whoever wears it, or pulled out."""
        self._terminal.speech.plug(plugged)
        self._settings.setSpeech(plugged)
