"""Serves `qsTrId("id")` from the message catalogues, in the language of the moment.

Knows: Qt's translator interface and `kiosk.words`. Does not know: who chose the language, or any sentence.
A sentence with values is filled in QML by `Words.fill(qsTrId("id"), {name: value})` (ui/qml/Kiosk/Words.qml), so that
every binding that says something depends on the language and changes with it.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, QTranslator
from PySide6.QtQml import QQmlEngine

from kiosk.words import Words


class WordsTranslator(QTranslator):
    """A translator over `Words`. Install it before the engine loads; switch with `speak`."""

    def __init__(self, words: Words, language: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._language = language

    def language(self) -> str:
        """The language spoken now, such as "zh_CN"."""
        return self._language

    def install(self) -> None:
        """Put this translator into the application."""
        QCoreApplication.installTranslator(self)

    def speak(self, language: str, engine: QQmlEngine | None = None) -> None:
        """Change the language; `engine` re-reads every sentence on the screen, mid-form, values kept."""
        if language == self._language:
            return
        self._language = language
        if engine is not None:
            engine.retranslate()

    def isEmpty(self) -> bool:
        """Never empty: Qt would leave an empty translator out."""
        return False

    def translate(
        self, context: str, source_text: str, disambiguation: str | None = None, n: int = -1  # noqa: ARG002
    ) -> str:
        """The sentence of a message id. Qt's own strings carry a context and stay as they are."""
        # Called from Qt's type-loading threads too, for Qt's own strings: only reads, and never raises.
        if context:
            return source_text
        return self._words.template(self._language, source_text)
