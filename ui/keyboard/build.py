"""Builds the pinyin index from free dictionaries: `python -m ui.keyboard.build OUT.db`.

Knows: pypinyin (readings, MIT) and jieba (word frequencies, MIT); both are needed only here, when the terminal is
packaged. Does not know: how a person types (`pinyin.py`), or what names and addresses are made of (`build_names.py`).

Tables (no row ids, ordered as they are read; `cost` is -100 ln of the frequency's share, smaller is likelier):
  `entry(key, cost, text)`: `key` is the syllables with spaces ("bei jing"); single characters and words.
  `initials(key, cost, text, sounds)`: `key` is the first letters of a word's syllables ("bj"), `sounds` the syllables.
  `rarity(text, cost)`: single characters, however they are read.
  `family`, `given1`, `given2`, `given`, `pair`, `place(key, cost, text)`: family names, the first, second and only character
  of given names, whole ones of two characters, and what addresses are made of.
  `about(name, value)`: format and sources.
"""

from __future__ import annotations

import argparse
import math
import sqlite3
import sys
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

FORMAT = 2
WORD_FREQUENCY = 3  # the rarest that jieba counts: most names of towns and villages are among them
INITIALS_FREQUENCY = 60  # words that anybody would think of typing by first letters
CIVIC_FREQUENCY = 20_000
NAME_COST = 1350  # a rare name character: after the common, before the unheard-of
RARE_COST = 2000
LONGEST_WORD = 8
READINGS = {"𠮷": "jí", "嗯": "ēn"}  # what pypinyin lacks or spells untypeably

NAMES = Path(__file__).parent / "name_characters.txt"
CIVIC = Path(__file__).parent / "civic_words.txt"
SOURCES = sorted(Path(__file__).parent.glob("*.txt"))
"""The lists that the index is made of, beside the dictionaries."""
MORE = ("family", "given1", "given2", "given", "pair", "place")

_Row = tuple[str, int, str]
_Initials = tuple[str, int, str, str]


def plain(pinyin: str) -> str:
    """A syllable as it is typed: no tone, ü as v ("lǜ" → "lv")."""
    spelled = pinyin.lower().replace("ü", "v").replace("ǖ", "v").replace("ǘ", "v").replace("ǚ", "v").replace("ǜ", "v")
    return "".join(c for c in unicodedata.normalize("NFD", spelled.replace("ê", "e")) if c.isascii() and c.isalpha())


def han(text: str) -> bool:
    """Whether every character is a Han character."""
    return all("㐀" <= c <= "鿿" or "豈" <= c <= "\U000323af" for c in text)


class Readings:
    """How characters and words sound."""

    def __init__(self) -> None:
        from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

        self.of: dict[str, list[str]] = {}
        for code, spelled in PINYIN_DICT.items():
            self._learn(chr(code), spelled)
        for character, spelled in READINGS.items():
            self._learn(character, spelled)
        self._phrases = {word: [plain(sounds[0]) for sounds in reading] for word, reading in PHRASES_DICT.items()}
        self._longest = max(map(len, self._phrases))

    def _learn(self, character: str, spelled: str) -> None:
        # A syllable has a vowel: 嗯 is also read "n" and "ng", which would cut every word to pieces.
        sounds = list(dict.fromkeys(s for s in map(plain, spelled.split(",")) if set(s) & set("aeiouv")))
        if sounds:
            self.of[character] = sounds

    def word(self, word: str) -> list[str] | None:
        """The syllables of `word`, by the longest known phrases inside it; None when a character has no sound."""
        syllables: list[str] = []
        at = 0
        while at < len(word):
            for size in range(min(self._longest, len(word) - at), 1, -1):
                known = self._phrases.get(word[at : at + size])
                if known is not None and len(known) == size and all(set(k) & set("aeiouv") for k in known):
                    syllables += known
                    at += size
                    break
            else:
                sounds = self.of.get(word[at])
                if sounds is None:
                    return None
                syllables.append(sounds[0])
                at += 1
        return syllables


def frequencies() -> dict[str, int]:
    """How often each word stands in jieba's corpus; the words of this counter as often as common ones."""
    import jieba

    counts: dict[str, int] = {}
    with (Path(jieba.__file__).parent / "dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, count, *_ = line.split(" ")
            if len(word) <= LONGEST_WORD and han(word):
                counts[word] = int(count)
    for line in CIVIC.read_text(encoding="utf-8").splitlines():
        for word in () if line.startswith("#") else line.split():
            counts[word] = max(counts.get(word, 0), CIVIC_FREQUENCY)
    return counts


def name_characters() -> dict[tuple[str, str], int]:
    """Cost of each (character, syllable) of the list of name characters."""
    found: dict[tuple[str, str], int] = {}
    for line in NAMES.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            character, *sounds = line.split()
            found.update(dict.fromkeys(((character, sound) for sound in sounds), NAME_COST))
    return found


def rows(readings: Readings, counts: dict[str, int]) -> tuple[list[_Row], list[_Initials]]:
    """The rows of both tables."""
    total = sum(counts.values())
    spoken: dict[tuple[str, str], float] = defaultdict(float)
    entries: list[_Row] = []
    initials: list[_Initials] = []
    for word, count in counts.items():
        if len(word) == 1:
            if word in readings.of:
                spoken[word, readings.of[word][0]] += count
            continue
        syllables = readings.word(word)
        if syllables is None:
            continue
        # What a character sounds like inside words tells how common each of its readings is; a character that never
        # stands alone (most of them) is still wanted in names, so it inherits a part of its words.
        for character, syllable in zip(word, syllables, strict=True):
            spoken[character, syllable] += count * 0.3
        if count >= WORD_FREQUENCY:
            cost = _cost(count, total)
            entries.append((" ".join(syllables), cost, word))
            if count >= INITIALS_FREQUENCY:
                initials.append(("".join(s[0] for s in syllables), cost, word, " ".join(syllables)))
    entries += _characters(readings, spoken, total)
    return entries, initials


def _characters(readings: Readings, spoken: dict[tuple[str, str], float], total: int) -> Iterator[_Row]:
    names = name_characters()
    wanted = {(c, s) for c, sounds in readings.of.items() if han(c) for s in sounds} | set(names)
    for character, syllable in wanted:
        count = spoken.get((character, syllable), 0.0)
        cost = _cost(count, total) if count else RARE_COST + (0 if "一" <= character <= "鿿" else 50)
        yield syllable, min(cost, names.get((character, syllable), cost)), character


def _cost(count: float, total: int) -> int:
    return round(-100 * math.log(count / total))


def write(
    path: Path, entries: Iterable[_Row], initials: Iterable[_Initials], more: Mapping[str, Iterable[_Row]] | None = None
) -> None:
    """Write the index; it appears under its name only when it is whole. `more`: the rows of each table of `MORE`."""
    draft = path.with_suffix(".part")
    draft.unlink(missing_ok=True)
    with sqlite3.connect(draft) as db:
        ordered = "PRIMARY KEY(key, cost, text)) WITHOUT ROWID"
        db.execute(f"CREATE TABLE entry(key TEXT, cost INT, text TEXT, {ordered}")
        db.executemany("INSERT OR IGNORE INTO entry VALUES (?, ?, ?)", sorted(entries))
        db.execute(f"CREATE TABLE initials(key TEXT, cost INT, text TEXT, sounds TEXT, {ordered}")
        db.executemany("INSERT OR IGNORE INTO initials VALUES (?, ?, ?, ?)", sorted(initials))
        for table in MORE:
            db.execute(f"CREATE TABLE {table}(key TEXT, cost INT, text TEXT, {ordered}")
            found = sorted((more or {}).get(table, ()))
            db.executemany(f"INSERT OR IGNORE INTO {table} VALUES (?, ?, ?)", found)  # noqa: S608  # one of MORE
        db.execute("CREATE TABLE rarity(text TEXT PRIMARY KEY, cost INT) WITHOUT ROWID")
        db.execute("INSERT INTO rarity SELECT text, min(cost) FROM entry WHERE key NOT LIKE '% %' GROUP BY text")
        db.execute("CREATE TABLE about(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID")
        sources = (("format", str(FORMAT)), ("sources", "pypinyin (MIT), jieba (MIT)"))
        db.executemany("INSERT INTO about VALUES (?, ?)", sources)
    db.execute("VACUUM")
    db.close()
    draft.replace(path)


def main(arguments: list[str] | None = None) -> int:
    """Build the index and say how large it is and how long it took."""
    parser = argparse.ArgumentParser(prog="python -m ui.keyboard.build", description="build the pinyin index")
    parser.add_argument("out", type=Path, help="file to write, such as ui/keyboard/pinyin.db")
    out: Path = parser.parse_args(arguments).out
    begun = time.monotonic()
    from ui.keyboard import build_names

    readings, counts = Readings(), frequencies()
    entries, initials = rows(readings, counts)
    write(out, entries, initials, build_names.rows(readings, build_names.kinds()))
    size_mb, took_s = out.stat().st_size / 1e6, time.monotonic() - begun
    sys.stdout.write(f"{out}: {len(entries)} entries, {size_mb:.1f} MB, {took_s:.1f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
