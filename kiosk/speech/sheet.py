"""The reading list for somebody who lends the terminal a voice, and the manifest of what was recorded.

Knows: every sentence that can be spoken, piece by piece, and how its recording is to be called. Does not know: sound.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kiosk.catalogue.loader import Catalogue
from kiosk.identity import case_code
from kiosk.speech.pack import MANIFEST, VoicePackError, read_wav
from kiosk.speech.reader import city_texts, fragments, public_ids
from kiosk.words import Words
from kiosk.words.begin import quoted

ZH, EN = "zh_CN", "en"


@dataclass(frozen=True, slots=True)
class Row:
    """One recording: the id of its sentence, its words in both languages (either may be empty), its file."""

    ident: str
    zh: str
    en: str
    file: str

    def words(self, language: str) -> str:
        """Return what is spoken in this language."""
        return self.zh if language == ZH else self.en


@dataclass(frozen=True, slots=True)
class Bound:
    """What a folder holds: recordings taken, those missing, files of no sentence, and files that are no recording."""

    taken: int
    missing: tuple[str, ...]
    strange: tuple[str, ...]
    bad: tuple[str, ...]


def rows(words: Words, catalogue: Catalogue) -> tuple[Row, ...]:
    """Return the reading list: the program's sentences first, then the city's; no words twice."""
    found: dict[tuple[str, str], Row] = {}
    for row in (*_of_words(words), *_of_codes(), *_of_city(catalogue)):
        found.setdefault((row.zh, row.en), row)
    return tuple(found.values())


def _of_words(words: Words) -> Iterator[Row]:
    for ident in public_ids(words, ZH):
        zh, en = fragments(words.template(ZH, ident)), fragments(words.template(EN, ident))
        whole = "{" not in words.template(ZH, ident)
        for at in range(max(len(zh), len(en))):
            file = f"{ident}.wav" if whole else f"{ident}.{at + 1}.wav"
            yield Row(ident, zh[at] if at < len(zh) else "", en[at] if at < len(en) else "", file)


def _of_codes() -> Iterator[Row]:
    for letter in sorted(set(case_code.ALPHABET + case_code.PREFIX) - set("0123456789")):
        yield Row(f"speech.letter.{letter.lower()}", letter, letter, f"speech.letter.{letter.lower()}.wav")


def _of_city(catalogue: Catalogue) -> Iterator[Row]:
    for ident, text in city_texts(catalogue):
        yield Row(ident, " ".join(text.zh.split()), " ".join(text.en.split()), f"{ident}.wav")


def as_csv(listed: Iterable[Row]) -> str:
    """Write the list for a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("id", "zh", "en", "file"))
    writer.writerows((row.ident, row.zh, row.en, row.file) for row in listed)
    return out.getvalue()


def as_markdown(listed: Iterable[Row]) -> str:
    """Write the list to be read from paper."""
    lines = ["| id | 中文 | English | file |", "|---|---|---|---|"]
    lines += ["| " + " | ".join(_cell(each) for each in (row.ident, row.zh, row.en, row.file)) + " |" for row in listed]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def bind(folder: Path, listed: Iterable[Row], *, language: str, name: str) -> Bound:
    """Look at every recording of the folder and write the manifest of those that can be used."""
    wanted: dict[str, str] = {}
    for row in listed:
        if words := row.words(language):
            wanted.setdefault(row.file, words)
    taken: dict[str, str] = {}
    bad: list[str] = []
    strange: list[str] = []
    rate_hz: int | None = None
    for path in sorted(folder.glob("*.wav")):
        if path.name not in wanted:
            strange.append(path.name)
            continue
        try:
            sound = read_wav(path)
        except VoicePackError as error:
            bad.append(error.detail)
            continue
        rate_hz = rate_hz or sound.rate_hz
        if sound.rate_hz != rate_hz:
            bad.append(f"{path.name}: {sound.rate_hz} Hz beside {rate_hz} Hz")
            continue
        taken[path.name] = wanted[path.name]
    lines = ["format = 1", f"language = {quoted(language)}", f"name = {quoted(name)}", "", "[recordings]"]
    lines += [f"{quoted(file)} = {quoted(words)}" for file, words in sorted(taken.items())]
    (folder / MANIFEST).write_text("\n".join(lines) + "\n", encoding="utf-8")
    spoken = set(taken.values())
    missing = tuple(file for file, words in wanted.items() if words not in spoken)
    return Bound(len(taken), missing, tuple(strange), tuple(bad))
