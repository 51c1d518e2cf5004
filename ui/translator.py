"""Serves `qsTrId("id")` from the message catalogues, in the language of the moment.

Knows: Qt's translators, their file format, and `kiosk.words`. Does not know: who chose the language, or any sentence.
A sentence with values is filled in QML by `Sentence.fill(qsTrId("id"), {name: value})` (ui/qml/Kiosk/Sentence.qml), so
that every binding that says something depends on the language and changes with it.

Each language is handed to a translator of Qt's own as a .qm file in memory. A QTranslator written in Python would be
called from Qt's type-loading thread too, and wait there for the interpreter's lock, which the main thread may hold while
it waits for that very thread: the screen stood still for ever (seen in a test).
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, QTranslator
from PySide6.QtQml import QQmlEngine

from kiosk.words import Words
from ui.qm import compiled


class WordsTranslator:
    """The translators of all languages, one of them installed. Install it before the engine loads.

    An id without a sentence shows as the id itself: seen, never a crash. A test finds such ids before anybody sees them.
    """

    def __init__(self, words: Words, language: str, parent: QObject | None = None) -> None:
        """Raises KeyError for a language that has no catalogue."""
        # Qt reads from these bytes as long as the translator lives.
        self._files = {name: compiled(_catalogue(words, name)) for name in words.languages}
        self._translators = {name: QTranslator(parent) for name in words.languages}
        for name, translator in self._translators.items():
            if not translator.load(self._files[name]):
                raise RuntimeError(name)
        self._translators[language]
        self._language = language
        self._installed = False

    @property
    def language(self) -> str:
        """The language spoken now, such as "zh_CN"."""
        return self._language

    def install(self) -> None:
        """Put the language's translator into the application."""
        self._installed = QCoreApplication.installTranslator(self._translators[self._language])

    def remove(self) -> None:
        """Take it out again."""
        QCoreApplication.removeTranslator(self._translators[self._language])
        self._installed = False

    def speak(self, language: str, engine: QQmlEngine | None = None) -> None:
        """Change the language; `engine` re-reads every sentence on the screen, mid-form, values kept."""
        if language == self._language or language not in self._translators:
            return
        before, self._language = self._language, language
        if self._installed:
            # The new one first: between the two, no sentence is ever without words.
            QCoreApplication.installTranslator(self._translators[language])
            QCoreApplication.removeTranslator(self._translators[before])
        if engine is not None:
            engine.retranslate()


def _catalogue(words: Words, language: str) -> dict[str, str]:
    return {ident: words.template(language, ident) for ident in sorted(words.ids(language))}
