"""Begins the catalogue of a further language: one file with everything that has to be said in it, in English so far.

Knows: the catalogues that ship, the city's texts, and how TOML quotes. Does not know: the language.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from kiosk.words import Audience, Words

PATTERN = "en"
"""What a translator reads: the words that stand in the new file until they are replaced."""
_PATTERNS_OF_WORDS = frozenset({"format.name", "format.weekdays"})
_SAID = {
    Audience.PUBLIC: "Citizens see and hear these.",
    Audience.STAFF: "Station staff and technicians see these.",
    Audience.LOG: "These stand in logs.",
}


def catalogue(words: Words, city: Iterable[tuple[str, str]], translate: Callable[[str], str] = str) -> str:
    """Return the file. `city`: each text of the city, in Chinese and in English; `translate` is given every English one."""
    lines = ["# How the language writes and joins; name: what it calls itself.", "[format]"]
    patterns = [ident for ident in sorted(words.ids(PATTERN)) if words.audience(ident) is Audience.FORMAT]
    for ident in patterns:
        pattern = words.template(PATTERN, ident)
        said = translate(pattern) if ident in _PATTERNS_OF_WORDS else pattern
        lines.append(f"{ident.partition('.')[2]} = {quoted(said)}")
    for audience, said in _SAID.items():
        lines += ["", f"# {said} What stands in {{braces}} is filled in.", f"[{audience}]"]
        for ident in sorted(words.ids(PATTERN)):
            if words.audience(ident) is audience:
                lines.append(f"{quoted(ident)} = {quoted(translate(words.template(PATTERN, ident)))}")
    lines += ["", "# The city's own texts, by their Chinese words.", "[city]"]
    lines += [f"{quoted(chinese)} = {quoted(translate(english))}" for chinese, english in dict(city).items()]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are among TOML's, DEL alone is not escaped by it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
