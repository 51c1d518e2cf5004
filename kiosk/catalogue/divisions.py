"""Administrative divisions, as cascades: this city's, and the country's down to the cities.

Knows: city, counties and towns with their 12-digit codes (GB/T 2260 + GB/T 10114), from data/divisions.csv; provinces and
cities at prefecture level, from data/divisions_national.csv. Does not know: villages (no table was to be had), functional
areas, the counties of other cities, or those that a province governs without a city between.
"""

from __future__ import annotations

import csv
import enum
import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kiosk.catalogue.errors import CatalogueError
from kiosk.catalogue.models import Text
from kiosk.words import shipped

_DATA = Path(__file__).parent / "data" / "divisions.csv"
_NATIONAL = Path(__file__).parent / "data" / "divisions_national.csv"


class Level(enum.StrEnum):
    """Steps of the cascade. Streets, towns, townships and farms are all `TOWN`."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWN = "town"


_LEVELS = {
    "province": Level.PROVINCE,
    "city": Level.CITY,
    "county": Level.COUNTY,
    "street": Level.TOWN,
    "town": Level.TOWN,
    "township": Level.TOWN,
    "quasi_township": Level.TOWN,
}
_PARENT_LEVEL = {Level.COUNTY: Level.CITY, Level.TOWN: Level.COUNTY}


@dataclass(frozen=True, slots=True)
class Division:
    """One division; `parent` is the code above it, outside the table for the city itself."""

    code: str
    name: Text
    level: Level
    parent: str


class Divisions:
    """The table, with the cascade's questions. Get the one that ships from `current()`."""

    def __init__(self, rows: Iterable[Division]) -> None:
        self._by_code = {row.code: row for row in rows}
        self._below: dict[str, list[Division]] = {}
        for row in self._by_code.values():
            self._below.setdefault(row.parent, []).append(row)

    @classmethod
    def load(cls, path: Path = _DATA) -> Divisions:
        """Read a table; CatalogueError names the row that does not fit."""
        with path.open(encoding="utf-8", newline="") as file:
            rows = [_division(record, path.name) for record in csv.DictReader(file)]
        table = cls(rows)
        for number, row in enumerate(rows, start=2):
            above = table.get(row.parent)
            if row.level in _PARENT_LEVEL and (above is None or above.level is not _PARENT_LEVEL[row.level]):
                raise CatalogueError("catalogue.division_parent", path.name, f"{number}.{row.code}")
        if len(table._by_code) != len(rows):
            raise CatalogueError("catalogue.duplicate", path.name, "code")
        return table

    def get(self, code: str) -> Division | None:
        """Return the division with this code, if it is in the table."""
        return self._by_code.get(code)

    def city(self) -> Division:
        """Return the city of the table."""
        return next(row for row in self._by_code.values() if row.level is Level.CITY)

    def children(self, code: str) -> tuple[Division, ...]:
        """Return the divisions right below `code`, in the table's order; none for a town or an unknown code.

        The empty code stands above the whole country.
        """
        return tuple(self._below.get(code, ()))

    def path(self, code: str) -> tuple[Division, ...]:
        """Return city, county and town down to `code`; empty for an unknown code."""
        chain: list[Division] = []
        found = self.get(code)
        while found is not None:
            chain.append(found)
            found = self.get(found.parent)
        return tuple(reversed(chain))

    def texts(self) -> Iterator[Text]:
        """Return every name."""
        return (row.name for row in self._by_code.values())

    def full_name(self, code: str, language: str) -> str:
        """Return the whole name, put together as the language does it: 开封市龙亭区, Longting District, Kaifeng."""
        name = ""
        for row in self.path(code):
            smaller = row.name.in_language(language)
            name = shipped().text(language, "format.place", larger=name, smaller=smaller) if name else smaller
        return name


@functools.cache
def current() -> Divisions:
    """Return the table that ships with the program."""
    return Divisions.load()


@functools.cache
def national() -> Divisions:
    """Return the country's provinces and cities; a city that is a province (直辖市) stands among these."""
    return Divisions.load(_NATIONAL)


def _division(record: dict[str, str], file: str) -> Division:
    code = record.get("code") or ""
    if len(code) != 12 or not code.isascii() or not code.isdigit():
        raise CatalogueError("catalogue.code", file, code)
    level = _LEVELS.get(record.get("level") or "")
    zh, en = record.get("name") or "", record.get("name_en") or ""
    if level is None or not zh or not en:
        raise CatalogueError("catalogue.shape", file, code)
    return Division(code, Text(zh=zh, en=en), level, record.get("parent_code") or "")
