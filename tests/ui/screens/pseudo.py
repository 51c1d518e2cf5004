"""A third language for tests, made from English: longer by two fifths, every vowel with an accent, each text in brackets.

What has no brackets, or a bare vowel, did not come out of a catalogue; what is cut at this length would be cut in a
language that needs more room. Knows: how `kiosk words` begins a catalogue. Does not know: any screen.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from kiosk import words
from kiosk.catalogue import divisions
from kiosk.catalogue.loader import Catalogue
from kiosk.words import begin

LANGUAGE = "qps"
LONGER = 1.4
_BARE = "aeiouyAEIOUYcnCN"
_ACCENTED = str.maketrans(_BARE, "áéíóúýÁÉÍÓÚÝçñÇÑ")
_PLACE = re.compile(r"(\{[a-z_0-9]+\})")
UNTRANSLATED = re.compile(r"[A-Za-z0-9]*[aeiouyAEIOUY][A-Za-z0-9]*|[\u3400-\u9fff]+")
"""A word that a catalogue of this language cannot hold: a bare vowel, or Chinese."""


def pseudo(text: str) -> str:
    """Return an English text in the third language; its places for values stay as they are, Chinese becomes a sign."""
    bare = len(without_places(text))
    more = max(0, math.ceil(bare * (LONGER - 1)) - len("[]"))
    said = ""
    for place, piece in enumerate(_PLACE.split(text)):
        longer = piece if place % 2 else _longer(piece, math.ceil(more * len(piece) / max(1, bare)))
        said += longer
    return f"[{said}]"


def without_places(text: str) -> str:
    """Return the text itself, without what is filled in."""
    return _PLACE.sub("", text)


def _longer(text: str, more: int) -> str:
    """Double letters, the vowels first, as often as `more`."""
    for doubled in ("[aeiou]", "[b-df-hj-np-tv-z]", "[A-Z]"):
        said = []
        for letter in text:
            twice = more > 0 and re.fullmatch(doubled, letter) is not None
            more -= twice
            said.append(letter * (2 if twice else 1))
        text = "".join(said)
    return re.sub(r"[\u3400-\u9fff]+", "¤", text.translate(_ACCENTED))


def home(folder: Path) -> Path:
    """Return a folder with the catalogues that ship, and one file more: this language."""
    for file in Path(str(words.HOME)).glob("*.toml"):
        (folder / file.name).symlink_to(file)
    texts = chain(Catalogue.load().texts(), divisions.current().texts(), divisions.national().texts())
    made = begin.catalogue(words.shipped(), ((text.zh, text.en) for text in texts), pseudo)
    (folder / f"{LANGUAGE}.toml").write_text(made, encoding="utf-8")
    return folder


def bare(shown: Iterable[str], allowed: Iterable[str]) -> list[str]:
    """Return the texts that hold a word of no catalogue, when all that is data is taken out of them."""
    data = sorted(allowed, key=len, reverse=True)
    found = []
    for text in shown:
        rest = text
        for one in data:
            rest = rest.replace(one, " ")
        if (word := UNTRANSLATED.search(rest)) is not None:
            found.append(f"{word[0]!r} in {text!r}")
    return found
