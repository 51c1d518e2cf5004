"""Serves `qsTrId("id")` from the message catalogues, in the language of the moment.

Knows: Qt's translators, their file format, and `kiosk.words`. Does not know: who chose the language, or any sentence.
A sentence with values is filled in QML by `Sentence.fill(qsTrId("id"), {name: value})` (ui/qml/Kiosk/Sentence.qml), so
that every binding that says something depends on the language and changes with it.

Each language is handed to a translator of Qt's own as a .qm file in memory. A QTranslator written in Python would be
called from Qt's type-loading thread too, and wait there for the interpreter's lock, which the main thread may hold while
it waits for that very thread: the screen stood still for ever (seen in a test).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, QObject, QTranslator
from PySide6.QtQml import QQmlEngine

from kiosk.words import Words

# The .qm format: qtbase/src/corelib/kernel/qtranslator.cpp (`do_load`, `do_translate`, `getMessage`).
_MAGIC = bytes.fromhex("3cb86418caef9c95cd211cbf60a1bddd")
_HASHES, _MESSAGES = 0x42, 0x69
_END, _TRANSLATION, _SOURCE_TEXT, _CONTEXT = 1, 3, 6, 7


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


def compiled(catalogue: Mapping[str, str]) -> bytes:
    """A .qm file with these sentences (id to text), for `qsTrId`."""
    hashes: list[tuple[int, int]] = []
    messages = bytearray()
    for ident, text in catalogue.items():
        name, words = ident.encode(), text.encode("utf-16-be")
        hashes.append((_hash(name), len(messages)))
        messages += struct.pack(">BI", _TRANSLATION, len(words)) + words
        messages += struct.pack(">BI", _SOURCE_TEXT, len(name)) + name
        messages += struct.pack(">BI", _CONTEXT, 0)  # ids have none; Qt's own strings always have one
        messages.append(_END)
    table = b"".join(struct.pack(">II", *entry) for entry in sorted(hashes))
    return _MAGIC + _section(_HASHES, table) + _section(_MESSAGES, bytes(messages))


def _catalogue(words: Words, language: str) -> dict[str, str]:
    return {ident: words.template(language, ident) for ident in sorted(words.ids(language))}


def _section(tag: int, content: bytes) -> bytes:
    return struct.pack(">BI", tag, len(content)) + content


def _hash(name: bytes) -> int:
    """The ELF hash, as Qt computes it; never 0."""
    value = 0
    for byte in name:
        value = (value << 4) + byte
        high = value & 0xF0000000
        value = (value ^ (high >> 24)) & ~high & 0xFFFFFFFF
    return value or 1
