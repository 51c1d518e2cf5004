"""Full names from syllables: a family name and a given name, each as likely as it is borne.

Knows: the tables of the index that say what names are made of. Does not know: how syllables are cut, or other words.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

_FAMILIES = 10  # of one sound that are tried
_PAIRS = 60
_HALVES = 14  # first and second characters of a given name that are put together
_NOT_MET = 150  # a given name that is not known whole
_GIVEN_ALONE = 140  # who asks for a name gets a given name alone one time in four
_PART = 60

_Row = tuple[int, str]


class Names:
    """What one row of syllables may be as a name."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def of(self, syllables: tuple[str, ...]) -> Iterator[_Row]:
        """Cost and text of every name that sounds so, in no order: full, or a family or given name alone."""
        match syllables:
            case (one,):
                yield from self._rows("family", one, 40)
                for table in ("given", "given1", "given2"):
                    yield from self._dearer(self._rows(table, one, 40), _GIVEN_ALONE + _PART)
            case (_, _, _, _, _, *_):
                return
            case _:
                if len(syllables) == 2:
                    yield from self._dearer(self._given(syllables), _GIVEN_ALONE)
                    yield from self._dearer(self._rows("family", " ".join(syllables), 5), _PART)
                for size in (1, 2):
                    if 1 <= len(syllables) - size <= 2:
                        given = list(self._given(syllables[size:]))
                        for family_cost, family in self._rows("family", " ".join(syllables[:size]), _FAMILIES):
                            yield from ((family_cost + cost, family + text) for cost, text in given)

    def _given(self, syllables: tuple[str, ...]) -> Iterator[_Row]:
        if len(syllables) == 1:
            yield from self._rows("given", syllables[0], _PAIRS)
            return
        met = self._rows("pair", " ".join(syllables), _PAIRS)
        yield from met
        whole = {text for _, text in met}
        second = self._rows("given2", syllables[1], _HALVES)
        for first_cost, first in self._rows("given1", syllables[0], _HALVES):
            yield from ((first_cost + cost + _NOT_MET, first + text) for cost, text in second if first + text not in whole)

    @staticmethod
    def _dearer(rows: Iterator[_Row] | list[_Row], by: int) -> Iterator[_Row]:
        yield from ((cost + by, text) for cost, text in rows)

    def _rows(self, table: str, key: str, limit: int) -> list[_Row]:
        query = f"SELECT cost, text FROM {table} WHERE key = ? ORDER BY cost LIMIT ?"  # noqa: S608  # one of our own tables
        return self._db.execute(query, (key, limit)).fetchall()
