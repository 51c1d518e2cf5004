"""How what stands on the screen is read aloud, and what of it is not.

Knows: the sentences that are nobody's in particular (the public catalogues, the city's own texts, the station's names)
and which values may be put into them. Does not know: recordings or sound. What is none of these is taken to be the
person's and is said only into a headset.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kiosk.catalogue.loader import Catalogue
from kiosk.catalogue.models import Text as CityText
from kiosk.config import Config, Text
from kiosk.speech import figures
from kiosk.words import Audience, Words

Sentence = tuple[str, ...]
"""Fragments that follow one another without a pause; each can be a recording."""

FIGURES = frozenset(
    {"count", "day", "days", "detail", "first", "last", "max", "maximum", "min", "minimum", "missing", "month", "months",
     "page", "pages", "row", "seconds", "step", "time", "year", "years"}
)  # fmt: skip
"""Values that may be figures: counts, limits and moments of the errand, never of the person."""
NAMES = frozenset(
    {"code", "department", "hours", "kiosk", "item", "label", "limit", "name", "number", "office", "option", "other",
     "phone", "question", "reason", "weekday", "what", "when"}
)  # fmt: skip
"""Values that are said when they are the city's or the station's own words; a person's are not."""
PERSONAL = frozenset({"date", "example", "expected", "names", "relation", "total", "value"})
"""Values that are never said aloud."""

_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_FIGURE = re.compile(r"\d{1,4}")
_SAID = re.compile(r"\w")
"""A mark that only joins words is nothing to say."""


@dataclass(frozen=True, slots=True)
class _Form:
    """A sentence with places for values: its pattern, and what stands around the places."""

    pattern: re.Pattern[str]
    names: tuple[str, ...]
    literals: tuple[str, ...]


class Reader:
    """Turns texts of the screen into sentences to be spoken. Keeps nothing of what it was given to read."""

    def __init__(self, words: Words, catalogue: Catalogue, config: Config) -> None:
        self._words = words
        own: dict[str, CityText | Text] = dict(city_texts(catalogue))
        own |= dict(_station(config))
        self._names = {config.terminal.phone, config.terminal.number}
        self._known: dict[str, frozenset[str]] = {}
        self._forms: dict[str, tuple[_Form, ...]] = {}
        for language in words.languages:
            plain = {_tidy(text.in_language(language)) for text in own.values()}
            templates = [words.template(language, ident) for ident in public_ids(words, language)]
            whole = {_tidy(each) for each in templates if not _PLACE.search(each) and _SAID.search(each)}
            self._known[language] = frozenset(plain | whole)
            forms = [_form(each) for each in templates if _PLACE.search(each) and fragments(each)]
            # The one with the most words of its own is the one that was meant.
            self._forms[language] = tuple(sorted(forms, key=lambda form: -len("".join(form.literals))))

    def read(self, text: str, language: str, *, private: bool = False) -> Sentence | None:
        """Return how `text` is said, or None for what is not said aloud; `private` is a listener with a headset."""
        text = _tidy(text)
        if not re.search(r"\w", text) or language not in self._known:
            return None
        found = self._public(text, language, private=private)
        if found is None and private:
            return self._spell(text, language)
        return found

    def named(self, text: str, language: str, *, private: bool = False) -> Sentence | None:
        """Return how the name of a control is said: of a label with a person's value behind it, the label."""
        whole = self.read(text, language, private=private)
        if whole is not None:
            return whole
        parts = _tidy(text).split(" ")
        for end in range(len(parts) - 1, 0, -1):
            begun = " ".join(parts[:end])
            if begun in self._known.get(language, ()):
                rest = self.named(" ".join(parts[end:]), language)
                return (begun, *(rest or (self._words.template(language, "speech.on_screen"),)))
        return None

    def _public(self, text: str, language: str, *, private: bool = False) -> Sentence | None:
        if text in self._known[language] or text in self._names:
            return self._spell(text, language) if text in self._names else (text,)
        if figures.is_moment(text):
            return self._spell(text, language)
        if figures.is_case_code(text):
            return figures.digits(text, lambda ident: self._words.template(language, ident))
        for form in self._forms[language]:
            match = form.pattern.fullmatch(text)
            if match is not None:
                return tuple(self._filled(form, match.groups(), language, private=private))
        return None

    def _filled(self, form: _Form, values: tuple[str, ...], language: str, *, private: bool) -> Iterator[str]:
        for at, literal in enumerate(form.literals):
            if re.search(r"\w", literal):
                yield literal.strip()
            if at < len(values):
                yield from self._value(form.names[at], values[at], language, form.literals[at + 1], private=private)

    def _value(self, name: str, value: str, language: str, after: str, *, private: bool) -> Sentence:
        """Return a value as it is said; in its place, that it stands on the screen."""
        figure = name in FIGURES and (_FIGURE.fullmatch(value) is not None or figures.is_moment(value))
        if figure or private:
            return self._spell(value, language, after)
        if name not in PERSONAL:
            found = self._public(value, language)
            if found is not None:
                return found
        return (self._words.template(language, "speech.on_screen"),)

    def _spell(self, text: str, language: str, after: str = "") -> Sentence:
        if text in self._names:
            return figures.digits(text, lambda ident: self._words.template(language, ident))
        return figures.spell(text, language, lambda ident: self._words.template(language, ident), after)


def public_ids(words: Words, language: str) -> list[str]:
    """Return the ids of what may be said to everybody."""
    return [ident for ident in sorted(words.ids(language)) if words.audience(ident) is Audience.PUBLIC]


def fragments(template: str) -> tuple[str, ...]:
    """Return what stands around the places of a template: what is recorded of it."""
    parts = _PLACE.split(template)[::2]
    return tuple(_tidy(part) for part in parts if re.search(r"\w", part))


def city_texts(catalogue: Catalogue) -> Iterator[tuple[str, CityText]]:
    """Return the city's texts that screens show to the public: a dotted id, then the text."""
    for event in catalogue.life_events:
        yield f"city.life.{event.id}", event.name
    for department in catalogue.departments:
        yield f"city.department.{department.id}", department.name
    for item in catalogue.items:
        begun = f"city.item.{item.id}"
        for part, text in (
            ("name", item.name), ("summary", item.summary), ("eligibility", item.eligibility),
            ("result", item.result.name), ("collected", item.result.collected), ("fee", item.fee.note),
        ):  # fmt: skip
            if text is not None:
                yield f"{begun}.{part}", text
        for material in item.materials:
            yield f"{begun}.material.{material.key}", material.name
            if material.note is not None:
                yield f"{begun}.material.{material.key}.note", material.note
        for field in item.fields:
            yield f"{begun}.field.{field.key}", field.label
            if field.help is not None:
                yield f"{begun}.field.{field.key}.help", field.help
            for option in field.options:
                yield f"{begun}.field.{field.key}.{option.value}", option.label


def _station(config: Config) -> Iterator[tuple[str, Text]]:
    yield "station.name", config.terminal.name
    yield "station.site", config.terminal.site


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _form(template: str) -> _Form:
    parts = _PLACE.split(_tidy(template))
    literals, names = tuple(parts[::2]), tuple(parts[1::2])
    pattern = "".join(re.escape(literal) + ("(.+?)" if at < len(names) else "") for at, literal in enumerate(literals))
    return _Form(re.compile(pattern), names, literals)
