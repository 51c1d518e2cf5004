"""How this person wants the screen: language, text size, contrast, low reach, speech. All of it ends with the person.

Knows: these settings and their defaults. Does not know: what they look like (`Theme.qml`) or the session.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtQml import QJSEngine, QmlElement, QmlSingleton

from ui.bridge.given import given
from ui.typing import Property

QML_IMPORT_NAME = "Kiosk.Bridge"
QML_IMPORT_MAJOR_VERSION = 1

TEXT_SIZES = 4


@QmlElement
@QmlSingleton
class Settings(QObject):
    """The settings of the person who stands there."""

    languageChanged = Signal()
    looksChanged = Signal()

    def __init__(
        self,
        *,
        language: str,
        languages: Mapping[str, str],
        reduced_motion: bool,
        elder_text_size: int,
        speak: Callable[[str], None],
    ) -> None:
        """`languages`: what each calls itself, in the order in which they are offered; `speak`: hears of a new language
        before any screen does, which then asks in that language.
        """
        super().__init__()
        self._speak = speak
        self._languages = dict(languages)
        self._elder_text_size = elder_text_size
        self._default_language = language
        self._language = language
        self._text_size = 0
        self._high_contrast = False
        self._low_reach = False
        self._elder = False
        self._speech = False
        self._reduced_motion = reduced_motion

    @staticmethod
    def create(_engine: QJSEngine) -> QObject:
        """Return the application's instance."""
        return given(Settings)

    @Property(str, notify=languageChanged)
    def language(self) -> str:
        """`zh_CN`, `en` or a further one."""
        return self._language

    @Property(str, notify=languageChanged)
    def nextLanguage(self) -> str:
        """What the next language calls itself."""
        return self._languages[self._next()]

    def _next(self) -> str:
        offered = list(self._languages)
        return offered[(offered.index(self._language) + 1) % len(offered)]

    @Property(int, notify=looksChanged)
    def textSize(self) -> int:
        """From 0 to 3. Elder mode never goes below a size of its own."""
        return max(self._text_size, self._elder_text_size if self._elder else 0)

    @Property(bool, notify=looksChanged)
    def highContrast(self) -> bool:
        """Contrast of 20:1."""
        return self._high_contrast

    @Property(bool, notify=looksChanged)
    def lowReach(self) -> bool:
        """Everything to press stands between 380 and 1220 mm of height."""
        return self._low_reach

    @Property(bool, notify=looksChanged)
    def elder(self) -> bool:
        """Larger targets, fewer things on a page."""
        return self._elder

    @Property(bool, notify=looksChanged)
    def speech(self) -> bool:
        """What is on the screen is said aloud."""
        return self._speech

    @Property(bool, constant=True)
    def reducedMotion(self) -> bool:
        """No movement on the screen."""
        return self._reduced_motion

    @Slot(str)
    def setLanguage(self, language: str) -> None:
        """Switch the language, now, whatever is on the screen."""
        if language in self._languages and language != self._language:
            self._language = language
            self._speak(language)
            self.languageChanged.emit()

    @Slot()
    def changeLanguage(self) -> None:
        """Switch to the next language."""
        self.setLanguage(self._next())

    @Slot(int)
    def setTextSize(self, size: int) -> None:
        """Choose one of the four sizes."""
        self._text_size = min(max(size, 0), TEXT_SIZES - 1)
        self.looksChanged.emit()

    @Slot(bool)
    def setHighContrast(self, on: bool) -> None:
        """Switch the contrast."""
        self._high_contrast = on
        self.looksChanged.emit()

    @Slot(bool)
    def setLowReach(self, on: bool) -> None:
        """Move what is pressed into the lower part of the screen, or back."""
        self._low_reach = on
        self.looksChanged.emit()

    @Slot(bool)
    def setSpeech(self, on: bool) -> None:
        """Switch speech."""
        if on != self._speech:
            self._speech = on
            self.looksChanged.emit()

    def follow_elder(self, on: bool) -> None:
        """Take elder mode over from the session; it speaks until it is told not to."""
        if on != self._elder:
            self._elder = self._speech = on
            self.looksChanged.emit()

    def reset(self) -> None:
        """Forget what the last person chose."""
        self._text_size = 0
        self._high_contrast = False
        self._low_reach = False
        self._elder = False
        self._speech = False
        self.looksChanged.emit()
        self.setLanguage(self._default_language)
