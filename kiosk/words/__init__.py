"""Every sentence that the terminal says, by message id, in every language.

Knows: the catalogues beside this module, their audiences, and how a sentence takes its values. Does not know: Qt,
which language a session speaks, or who asks.

A catalogue is a TOML file named `<area>.<language>.toml` or `<language>.toml`. Its top tables are

- audiences (`public`, `staff`, `log`): a key is a dotted id (nested tables are joined with dots), a value is a text with
  `{name}` placeholders;
- `format`: how the language writes and joins, under ids that begin with `format.`;
- `city`: the city's own texts (services, departments, divisions) by their Chinese words. Chinese and English have none:
  those two stand beside each other in the data of `kiosk.catalogue`.

A further language is one further file; `kiosk words NEW` begins it.
"""

from __future__ import annotations

import functools
import logging
import re
import string
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

__all__ = ["Audience", "Words", "WordsError", "ids_used", "shipped"]

logger = logging.getLogger(__name__)

_NAME = re.compile(r"^(?:(?P<area>[a-z][a-z0-9_]*)\.)?(?P<language>[a-z]{2,3}(?:_[A-Z]{2})?)\.toml$")
HOME: Traversable = resources.files(__name__)
"""Where the catalogues stand that ship with the program."""
FIRST = ("zh_CN", "en")
"""The languages of the city's own data, in the order in which they are offered; any further one comes after them."""
_CITY = "city"
_ID_PART = re.compile(r"^[a-z0-9_+-]+$")


class Audience(StrEnum):
    """Who may see or hear a sentence: speech, screen and log never borrow from each other."""

    PUBLIC = "public"
    STAFF = "staff"
    LOG = "log"
    FORMAT = "format"
    """Nobody: patterns that put other words together, never said by themselves."""


class WordsError(Exception):
    """A catalogue cannot be used. `code` is stable; `detail` names the file and the key."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class _Visible(dict[str, object]):
    """Leaves a placeholder standing when nobody brought its value."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


class Words:
    """The catalogues of all languages, read once. Immutable; safe to read from any thread."""

    def __init__(
        self,
        texts: Mapping[str, Mapping[str, str]],
        audiences: Mapping[str, Audience],
        city: Mapping[str, Mapping[str, str]] = {},
    ) -> None:
        """`texts` is language → id → text; `audiences` is id → audience; `city` is language → Chinese text → text."""
        self._texts = {language: dict(catalogue) for language, catalogue in texts.items()}
        self._audiences = dict(audiences)
        self._city = {language: dict(texts) for language, texts in city.items()}
        self._missed: set[tuple[str, str]] = set()

    @classmethod
    def load(cls, directory: Path | None = None) -> Words:
        """Read every catalogue of this package, or of `directory`.

        Raises `WordsError`: `words.not_toml`, `words.bad_name`, `words.bad_table`, `words.bad_id`, `words.not_text`,
        `words.bad_placeholder`, `words.duplicate`, `words.two_audiences`.
        """
        root: Traversable = directory if directory is not None else HOME
        texts: dict[str, dict[str, str]] = {}
        city: dict[str, dict[str, str]] = {}
        audiences: dict[str, Audience] = {}
        for file in sorted((f for f in root.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name):
            language, entries, told = _read(file)
            city.setdefault(language, {}).update(told)
            catalogue = texts.setdefault(language, {})
            for audience, ident, text in entries:
                if ident in catalogue:
                    raise WordsError("words.duplicate", f"{file.name}: {ident}")
                if audiences.setdefault(ident, audience) is not audience:
                    raise WordsError("words.two_audiences", f"{file.name}: {ident}")
                catalogue[ident] = text
        return cls(texts, audiences, city)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages there are, in the order in which they are offered, such as `("zh_CN", "en")`."""
        return tuple(sorted(self._texts, key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name)))

    def ids(self, language: str) -> frozenset[str]:
        """The ids that `language` has a text for."""
        return frozenset(self._texts.get(language, ()))

    def audience(self, ident: str) -> Audience | None:
        """Who may see `ident`; None when nobody knows the id."""
        return self._audiences.get(ident)

    def template(self, language: str, ident: str) -> str:
        """The text with its placeholders standing. An unknown id comes back visibly, as `⟦id⟧`, and is logged once."""
        text = self._texts.get(language, {}).get(ident)
        if text is not None:
            return text
        if (language, ident) not in self._missed:
            self._missed.add((language, ident))
            logger.error("words.unknown_id %s %s", language, ident)
        return f"⟦{ident}⟧"

    def text(self, language: str, ident: str, **values: object) -> str:
        """The sentence of `ident` with `values` filled in. Never raises: a sentence must not end a session."""
        return fill(self.template(language, ident), values)

    def city(self, language: str, chinese: str) -> str | None:
        """What a further language says for a text of the city, by its Chinese words; None when it has nothing for it."""
        return self._city.get(language, {}).get(chinese)

    def city_texts(self, language: str) -> frozenset[str]:
        """The Chinese words of the texts that a further language says."""
        return frozenset(self._city.get(language, ()))

    def gaps(self) -> list[str]:
        """What differs between the languages: ids that one of them lacks, placeholders that do not agree."""
        found: list[str] = []
        for ident in sorted(self._audiences):
            names = {
                language: placeholders(catalogue[ident])
                for language, catalogue in self._texts.items()
                if ident in catalogue
            }
            found += [f"{ident}: no text in {language}" for language in self.languages if language not in names]
            if len(set(names.values())) > 1:
                found.append(f"{ident}: placeholders differ")
        return found


@functools.cache
def shipped() -> Words:
    """The catalogues that ship with the program, read once."""
    return Words.load()


def fill(template: str, values: Mapping[str, object]) -> str:
    """Put `values` where `{name}` stands in `template`; what is not given stays standing."""
    # No attribute or index access: a template names values and nothing else, so none of it can be reached.
    return re.sub(r"\{([a-z][a-z0-9_]*)\}", lambda m: str(_Visible(values)[m[1]]), template)


def placeholders(template: str) -> frozenset[str]:
    """The names that `template` wants values for. Raises ValueError when a brace does not fit."""
    names: set[str] = set()
    for _, name, spec, conversion in string.Formatter().parse(template):
        if name is None:
            continue
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or spec or conversion:
            raise ValueError(name)
        names.add(name)
    return frozenset(names)


def ids_used(paths: Iterable[Path]) -> dict[str, set[str]]:
    """The message ids that source files name, with the files that name them.

    Reads `.qml`, `.js` and `.py` files (folders are walked). QML: the literal inside `qsTrId("…")`. Python: every string
    literal that looks like a dotted id, because the core passes ids around as values; the caller intersects these with
    the ids that exist.
    """
    found: dict[str, set[str]] = {}
    for path in _sources(paths):
        pattern = _IN_PYTHON if path.suffix == ".py" else _IN_QML
        for match in pattern.finditer(path.read_text(encoding="utf-8")):
            found.setdefault(match[1], set()).add(str(path))
    return found


_IN_QML = re.compile(r"""qsTrId\(\s*["']([^"']+)["']""")
_IN_PYTHON = re.compile(r"""["']([a-z][a-z0-9_]*(?:\.[a-z0-9_+-]+)+)["']""")


def _sources(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.suffix in {".qml", ".js", ".py"})
        else:
            yield path


def _read(file: Traversable) -> tuple[str, list[tuple[Audience, str, str]], dict[str, str]]:
    match = _NAME.fullmatch(file.name)
    if match is None:
        raise WordsError("words.bad_name", file.name)
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WordsError("words.not_toml", f"{file.name}: {error}") from error
    entries: list[tuple[Audience, str, str]] = []
    told: dict[str, str] = {}
    for table, content in data.items():
        if table == _CITY and isinstance(content, dict) and match["language"] not in FIRST:
            told = _told(file.name, content)
            continue
        if table not in set(Audience) or not isinstance(content, dict):
            raise WordsError("words.bad_table", f"{file.name}: {table}")
        prefix = f"{table}." if table == Audience.FORMAT else ""
        entries += [(Audience(table), ident, text) for ident, text in _flat(file.name, content, prefix)]
    return match["language"], entries, told


def _told(source: str, table: Mapping[str, Any]) -> dict[str, str]:
    for chinese, text in table.items():
        if not isinstance(text, str) or not text.strip():
            raise WordsError("words.not_text", f"{source}: {_CITY}.{chinese}")
    return dict(table)


def _flat(source: str, table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        ident = f"{prefix}{key}"
        if not all(_ID_PART.fullmatch(part) for part in ident.split(".")):
            raise WordsError("words.bad_id", f"{source}: {ident}")
        if isinstance(value, dict):
            yield from _flat(source, value, f"{ident}.")
        elif isinstance(value, str):
            try:
                placeholders(value)
            except ValueError as error:
                raise WordsError("words.bad_placeholder", f"{source}: {ident}: {error}") from error
            yield ident, value
        else:
            raise WordsError("words.not_text", f"{source}: {ident}")
