"""Turns typed pinyin into candidates, from a read-only index.

Knows: how syllables are cut, and in which order candidates come. Does not know: Qt, keys, or what was typed before:
nothing is learned and nothing is stored, so the next person meets the same keyboard.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ui.keyboard.names import Names

FORMAT = "2"
LEANINGS = ("", "name", "place")
"""What a field asks for, where it is known: the order of the candidates leans to it."""
LONGEST_TYPED = 48
"""Letters that one composition takes; more are refused by the keyboard."""

_LONGEST_SYLLABLE = 6
_LONGEST_WORD = 8  # syllables
_CUTS = 24  # ways to cut one input that are followed
_WORD_BONUS = 260  # "xian" should offer 西安 among the first 先 and 现
_WHOLE_CUTS = 6  # of which rows of words are made
_BEAM = 8
_ROWS_SHOWN = 6
_NAMES = 40
_TEXT_IN_PLACE = 120  # a word of everyday text is so much less at home in an address
_FAR = 320  # a row of words that is this much dearer than the best one is nonsense
_ALIASES = {"lue": "lve", "nue": "nve", "lvan": "luan"}
_MOST = 1200


class PinyinError(Exception):
    """The index cannot be used. `code`: `pinyin.missing`, `pinyin.unreadable`, `pinyin.format`."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Candidate:
    """A text on offer, and how many of the typed letters it uses up."""

    text: str
    used: int


@dataclass(frozen=True)
class _Cut:
    """One way to read the typed letters: whole syllables, each with the place where it ends; `tail` is a syllable begun."""

    syllables: tuple[str, ...]
    ends: tuple[int, ...]
    tail: str = ""


class Pinyin:
    """The candidate engine. Opens the index read-only; every call is a few milliseconds and leaves no trace."""

    def __init__(self, index: Path) -> None:
        """Raises `PinyinError` when the index is missing, unreadable or of another format."""
        if not index.is_file():
            raise PinyinError("pinyin.missing", str(index))
        try:
            self._db = sqlite3.connect(f"{index.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
            row = self._db.execute("SELECT value FROM about WHERE name = 'format'").fetchone()
            keys = self._db.execute("SELECT DISTINCT key FROM entry WHERE key NOT LIKE '% %'").fetchall()
        except sqlite3.Error as error:
            raise PinyinError("pinyin.unreadable", f"{index}: {error}") from error
        if row is None or row[0] != FORMAT:
            raise PinyinError("pinyin.format", f"{index}: {row}")
        self._names = Names(self._db)
        self._kept: dict[tuple[str, int, bool], list[tuple[int, str]]] = {}
        self._syllables = frozenset(key for (key,) in keys) | frozenset(_ALIASES)
        self._begun = frozenset(s[:n] for s in self._syllables for n in range(1, len(s)))

    def close(self) -> None:
        """Close the index."""
        self._db.close()

    def candidates(self, typed: str, leaning: str = "") -> list[Candidate]:
        """What `typed` (a to z, apostrophe between syllables) may mean, the likeliest first, as `leaning` says."""
        typed = typed[:LONGEST_TYPED].lower()
        if not typed.strip("'"):
            return []
        place = leaning == "place"
        self._kept.clear()  # the rows of this answer alone: nothing that was typed stays
        cuts = list(self._cuts(typed))
        whole = [cut for cut in cuts if not cut.tail and cut.ends and cut.ends[-1] == len(typed)]
        begun = [cut for cut in cuts if cut.tail]
        found: dict[str, Candidate] = {}
        for source in (
            self._named(whole, len(typed)) if leaning == "name" else (),
            self._composed(whole, len(typed), place=place) if place else (),
            self._exact(whole, len(typed), place=place),
            self._composed(whole, len(typed), place=place),
            self._finished(begun, len(typed)) if not whole else (),
            self._abbreviated(typed),
            self._composed_then_begun(typed, begun, place=place) if not whole else (),
            self._leading(whole or begun or cuts, place=place),
        ):
            for candidate in source:
                found.setdefault(candidate.text, candidate)
        self._kept.clear()
        return list(found.values())[:_MOST]

    def rarity(self) -> dict[str, float]:
        """Minus the logarithm of each single character's share: how rare it is, in whatever way it is read."""
        return {text: cost / 100 for text, cost in self._db.execute("SELECT text, cost FROM rarity")}

    # ------------------------------------------------------------------ cutting

    def _cuts(self, typed: str) -> Iterator[_Cut]:
        """Ways to cut, fewest syllables first; whole ones, ones that end in a syllable begun, else the longest start."""
        paths: list[tuple[tuple[str, ...], tuple[int, ...]]] = [((), ())]
        stuck: list[_Cut] = []
        followed = 0
        while paths and followed < _CUTS * 8:
            followed += 1
            syllables, ends = paths.pop(0)
            at = ends[-1] if ends else 0
            while at < len(typed) and typed[at] == "'":
                at += 1
            if at == len(typed):
                yield _Cut(syllables, (*ends[:-1], at) if ends else ends)
                continue
            rest = typed[at:].split("'", 1)[0]
            steps = [n for n in range(min(_LONGEST_SYLLABLE, len(rest)), 0, -1) if rest[:n] in self._syllables]
            if at + len(rest) == len(typed) and rest in self._begun:
                yield _Cut(syllables, ends, rest)
            elif not steps:
                stuck.append(_Cut(syllables, ends))
            paths += [((*syllables, _ALIASES.get(rest[:n], rest[:n])), (*ends, at + n)) for n in steps]
        yield from sorted((cut for cut in stuck if cut.ends), key=lambda cut: -cut.ends[-1])[:2]

    # ------------------------------------------------------------------ sources, in the order of their worth

    def _named(self, cuts: Iterable[_Cut], used: int) -> Iterator[Candidate]:
        """Names that sound exactly so."""
        best: dict[str, int] = {}
        for cut in cuts:
            for cost, text in self._names.of(cut.syllables):
                best[text] = min(best.get(text, cost), cost)
        yield from (Candidate(text, used) for text in sorted(best, key=lambda text: (best[text], text))[:_NAMES])

    def _exact(self, cuts: Iterable[_Cut], used: int, *, place: bool) -> Iterator[Candidate]:
        """Words and characters that sound exactly so."""
        rows = [
            (cost - (_WORD_BONUS if len(cut.syllables) > 1 else 0), text)
            for cut in cuts
            for cost, text in self._rows(" ".join(cut.syllables), _MOST, place=place)
        ]
        yield from (Candidate(text, used) for _, text in sorted(rows))

    def _composed(self, cuts: list[_Cut], used: int, *, place: bool) -> Iterator[Candidate]:
        """The likeliest rows of words, when the input is longer than one word."""
        best: dict[str, float] = {}
        for cut in cuts[:_WHOLE_CUTS]:
            if len(cut.syllables) > 1:
                for cost, text in self._rows_of_words(cut.syllables, place=place):
                    best[text] = min(best.get(text, cost), cost)
        ranked = sorted(best.items(), key=lambda item: item[1])[:_ROWS_SHOWN]
        yield from (Candidate(text, used) for text, cost in ranked if cost <= ranked[0][1] + _FAR)

    def _composed_then_begun(self, typed: str, cuts: list[_Cut], *, place: bool) -> Iterator[Candidate]:
        """A row of words over the whole syllables of an input whose last syllable is only begun."""
        for cut in cuts[:2]:
            if len(cut.syllables) > 1:
                used = cut.ends[-1]
                rows = self._rows_of_words(cut.syllables, place=place)[:2]
                yield from (Candidate(text, used) for _, text in rows if used < len(typed))

    def _finished(self, cuts: list[_Cut], used: int) -> Iterator[Candidate]:
        """Words whose last syllable is only begun: "zhongg" for 中国."""
        rows: list[tuple[int, str]] = []
        for cut in cuts:
            size = len(cut.syllables)
            start = " ".join((*cut.syllables, cut.tail))
            rows += self._db.execute(
                "SELECT cost, text FROM entry WHERE key >= ? AND key < ?"
                " AND length(key) - length(replace(key, ' ', '')) = ? ORDER BY cost LIMIT 60",
                (start, start + "{", size),
            )
        yield from (Candidate(text, used) for _, text in sorted(rows)[:60])

    def _abbreviated(self, typed: str) -> Iterator[Candidate]:
        """Words by first letters ("sfz" for 身份证), or by syllables and first letters mixed ("shenfz")."""
        for parts in self._abbreviations(typed):
            key = "".join(part[0] for part in parts)
            rows = self._db.execute("SELECT text, sounds FROM initials WHERE key = ? ORDER BY cost LIMIT 400", (key,))
            fitting = (
                Candidate(text, len(typed))
                for text, sounds in rows
                if all(sound.startswith(part) for sound, part in zip(sounds.split(" "), parts, strict=True))
            )
            yield from (candidate for candidate, _ in zip(fitting, range(12), strict=False))

    def _leading(self, cuts: list[_Cut], *, place: bool) -> Iterator[Candidate]:
        """What the beginning may mean, when the person wants to choose piece by piece: longest first."""
        longest = max((len(cut.syllables) for cut in cuts), default=0)
        for size in range(min(longest, _LONGEST_WORD), 0, -1):
            rows = [
                (cost, text, cut.ends[size - 1])
                for cut in cuts[:4]
                if len(cut.syllables) >= size
                for cost, text in self._rows(" ".join(cut.syllables[:size]), 40 if size > 1 else _MOST, place=place)
            ]
            yield from (Candidate(text, used) for _, text, used in sorted(rows))

    # ------------------------------------------------------------------ the index

    def _rows(self, key: str, limit: int, *, place: bool) -> list[tuple[int, str]]:
        """Words that sound like `key`, the cheapest first; where a place is asked for, what addresses are made of too."""
        kept = self._kept.get((key, limit, place))
        if kept is not None:
            return kept
        table = "SELECT cost, text FROM {} WHERE key = ? ORDER BY cost LIMIT ?"
        rows = self._db.execute(table.format("entry"), (key, limit)).fetchall()
        if place:
            best = {text: cost + _TEXT_IN_PLACE for cost, text in reversed(rows)}
            for cost, text in self._db.execute(table.format("place"), (key, limit)):
                best[text] = min(cost, best.get(text, cost))
            rows = sorted((cost, text) for text, cost in best.items())[:limit]
        self._kept[key, limit, place] = rows
        return rows

    def _rows_of_words(self, syllables: tuple[str, ...], *, place: bool) -> list[tuple[float, str]]:
        """The cheapest rows of words that sound like `syllables` (a Viterbi search that keeps the best `_BEAM`)."""
        best: list[list[tuple[float, str]]] = [[(0.0, "")]]
        for end in range(1, len(syllables) + 1):
            reached: dict[str, float] = {}
            for begin in range(max(0, end - _LONGEST_WORD), end):
                for cost, word in self._rows(" ".join(syllables[begin:end]), _BEAM, place=place):
                    for sofar, text in best[begin]:
                        reached[text + word] = min(reached.get(text + word, 1e9), sofar + cost)
            best.append(sorted((cost, text) for text, cost in reached.items())[:_BEAM])
        return best[-1]

    def _abbreviations(self, typed: str) -> list[tuple[str, ...]]:
        """Ways to read the letters as beginnings of syllables: each alone, zh ch sh kept, whole syllables kept."""
        letters = typed.replace("'", "")
        if not 2 <= len(letters) <= 12:
            return []
        doubles = {"zh", "ch", "sh"}
        readings = (
            tuple(letters),
            self._read(letters, lambda part: part in doubles),
            self._read(letters, lambda part: part in doubles or part in self._syllables),
        )
        return [parts for parts in dict.fromkeys(readings) if 2 <= len(parts) <= _LONGEST_WORD]

    @staticmethod
    def _read(letters: str, whole: Callable[[str], bool]) -> tuple[str, ...]:
        parts: list[str] = []
        at = 0
        while at < len(letters):
            size = next((n for n in range(_LONGEST_SYLLABLE, 1, -1) if whole(letters[at : at + n])), 1)
            parts.append(letters[at : at + size])
            at += size
        return tuple(parts)
