"""What names and addresses are made of, for the pinyin index: read from jieba's words and from the lists beside this file.

Knows: jieba's kinds of words (nr: persons, ns: places), the lists of family names, of given characters and of address words,
and this terminal's divisions. Does not know: the index's format, or how a person types. Persons are counted and not kept: of
each name only how often its parts occur.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.catalogue import divisions

if TYPE_CHECKING:
    from ui.keyboard.build import Readings

FAMILIES = Path(__file__).parent / "family_names.txt"
GIVEN = Path(__file__).parent / "given_characters.txt"
ADDRESS = Path(__file__).parent / "address_words.txt"

_LIKED = 0.35  # of all names bear what the list of given characters says
_NEAR = 0.6  # how far a given name of one character is judged by such names, beside by what ends longer ones
_WHOLE = 0.5  # how far a given name that was met whole is believed, beside what its characters say
_DIVISION = 560  # cost of one of this terminal's divisions, as if half of all addresses named one of 135
_ADDRESS = (400, 520, 620, 700, 760)  # cost of the address words, line by line
_PLACE_BONUS = 150  # any place is likelier in an address than in a text
_RARE = 3  # jieba's count of most places

_Row = tuple[str, int, str]


def kinds() -> Iterator[tuple[str, int, str]]:
    """Word, count and kind of every word of jieba's."""
    import jieba

    with (Path(jieba.__file__).parent / "dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, count, kind = line.split()
            yield word, int(count), kind


def families(readings: Readings) -> list[tuple[str, str, float]]:
    """Family name, its syllables, its share. The share follows the rank: the shape is that of the census."""
    found: dict[str, tuple[str, str, float]] = {}
    for name, _, sound in (word.partition("=") for word in _words(FAMILIES)):
        syllables = readings.word(name)
        if name not in found and syllables is not None:
            spelled = _spaced(sound, len(name), readings) if sound else " ".join(syllables)
            found[name] = name, spelled, 0.075 / (1 + len(found) / 6) ** 1.35
    return list(found.values())


def rows(readings: Readings, words: Iterable[tuple[str, int, str]]) -> dict[str, list[_Row]]:
    """The rows of each table that stands beside the words."""
    known = families(readings)
    persons, places = _split(words, {name for name, _, _ in known})
    tables: dict[str, list[_Row]] = {"family": [(key, _cost(share), name) for name, key, share in known]}
    liked = {line.split()[0]: line.split()[1:] for line in _lines(GIVEN)}
    only = _shares(Counter(given for given in persons.elements() if len(given) == 1))
    firsts = _shares(Counter(given[0] for given in persons.elements() if len(given) == 2))
    seconds = _shares(Counter(given[1] for given in persons.elements() if len(given) == 2))
    first, second = _mixed(firsts, liked["first"]), _mixed(seconds, liked["second"])
    only = _mixed(only, liked["only"])
    # The corpus' two characters are often a word; what ends a longer name is what a short one is made of.
    short = {text: _NEAR * only.get(text, 0.0) + (1 - _NEAR) * second.get(text, 0.0) for text in {**second, **only}}
    own = _own_sounds()
    for table, shares in (("given", short), ("given1", first), ("given2", second)):
        tables[table] = [
            (sound, _cost(share), text)
            for text, share in shares.items()
            for sound in own.get(text, readings.of.get(text, [])[:1])
        ]
    pairs = _mixed(_shares(Counter({given: count for given, count in persons.items() if len(given) == 2})), liked["whole"])
    tables["pair"] = []
    for given, share in pairs.items():
        syllables = readings.word(given)
        if persons[given] != 1 and syllables is not None:
            by_parts = firsts.get(given[0], 0.0) * seconds.get(given[1], 0.0)
            cost = _cost(_WHOLE * share + (1 - _WHOLE) * by_parts)
            tables["pair"].append((" ".join(syllables), cost, given))
    tables["place"] = list(_places(readings, places, tables["family"]))
    return tables


def _shares(counts: Counter[str]) -> dict[str, float]:
    total = counts.total()
    return {text: count / total for text, count in counts.items()}


def _mixed(shares: dict[str, float], liked: list[str]) -> dict[str, float]:
    """The shares with the liked ones among them, each place in their list a little less."""
    weights = {text: 1 / (at + 12) for at, text in enumerate(liked)}
    total = sum(weights.values())
    return {
        text: (1 - _LIKED) * shares.get(text, 0.0) + _LIKED * weights.get(text, 0.0) / total
        for text in {**shares, **weights}
    }


def _own_sounds() -> dict[str, list[str]]:
    """How characters sound in names, where that is said."""
    from ui.keyboard.build import NAMES

    return {line.split()[0]: line.split()[1:] for line in _lines(NAMES)}


def _split(words: Iterable[tuple[str, int, str]], known: set[str]) -> tuple[Counter[str], dict[str, int]]:
    """How often each given name is borne (each bearer once), and the places with their counts."""
    persons: Counter[str] = Counter()
    places: dict[str, int] = {}
    for word, count, kind in words:
        if kind == "nr" and 2 <= len(word) <= 3 and word[0] in known:
            persons[word[1:]] += 1
        elif kind == "ns" and 2 <= len(word) <= 8:
            places[word] = count
    return persons, places


def _places(readings: Readings, places: dict[str, int], family: list[_Row]) -> Iterator[_Row]:
    total = sum(places.values()) * 20  # of all words, one in twenty is a place
    costs: dict[str, int] = {word: _cost(max(count, _RARE) / total) - _PLACE_BONUS for word, count in places.items()}
    for line, cost in zip(_lines(ADDRESS), _ADDRESS, strict=True):
        costs.update(dict.fromkeys(line.split(), cost))
    table = divisions.current()
    city = table.city()
    for above in (city, *table.children(city.code)):
        for division in (above, *table.children(above.code)):
            name = division.name.zh
            short = name.removesuffix("街道") if name.endswith("街道") else name.rstrip("镇乡区县市")
            costs[name] = _DIVISION
            if len(short) > 1:
                costs[short] = min(costs.get(short, _DIVISION + 80), _DIVISION + 80)
    for word, cost in costs.items():
        syllables = readings.word(word)
        if syllables is not None:
            yield " ".join(syllables), cost, word
    # Villages are called after families.
    yield from ((key, 350 + round(0.6 * cost), name) for key, cost, name in family[:120] if len(name) == 1)


def _spaced(sound: str, size: int, readings: Readings) -> str:
    """`moqi` as two syllables."""
    if size == 1:
        return sound
    known = {syllable for sounds in readings.of.values() for syllable in sounds}
    at = next(at for at in range(1, len(sound)) if sound[:at] in known and sound[at:] in known)
    return f"{sound[:at]} {sound[at:]}"


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def _words(path: Path) -> list[str]:
    return " ".join(_lines(path)).split()


def _cost(share: float) -> int:
    return round(-100 * math.log(share))
