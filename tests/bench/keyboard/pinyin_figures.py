"""How near the top a name or an address stands when it is typed whole by pinyin: `make bench-keyboard`.

Each text is typed letter by letter into the keyboard's own model, in the kind of field that asks for it, on the portrait
screen's candidate strip. Told: how often it is the first candidate, and how often on the first page, without opening or
turning anything; of streets and of the catalogue's names too, which have no target. Does not know: how they are ranked.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections import defaultdict
from pathlib import Path

from people_and_places import Wanted, addresses, names, streets

from kiosk.catalogue.loader import Catalogue
from ui.keyboard.build import Readings
from ui.keyboard.model import INDEX, KeyboardModel, open_keyboard

COUNT = 500
SEED = 20241126
FIRST, FIRST_PAGE = 0.70, 0.95
STRIP = (819.0, 37.0, 46.0, 67.0)
"""The strip of 23.8 inch in portrait: width, a character, the space round a candidate, the narrowest; in pixels."""
FAMILY_SOUNDS = {"曾": "zeng", "任": "ren", "单": "shan", "覃": "qin", "尹": "yin", "华": "hua"}
PURPOSES = {"name": "name", "division": "place", "village": "place", "street": "place"}
MEASURED = ("name", "division", "village")


def letters_of(wanted: Wanted, readings: Readings) -> str:
    """How the text is typed."""
    syllables = list(readings.word(wanted.text) or ())
    if wanted.kind == "name":
        syllables = [syllable for character in wanted.text for syllable in (readings.word(character) or [])]
        syllables[0] = FAMILY_SOUNDS.get(wanted.text[0], syllables[0])
    return "".join(syllables)


def place_of(keyboard: KeyboardModel, wanted: str) -> int:
    """Where it stands on the first page, from 1; 0 if it does not."""
    shown = list(keyboard.candidates)
    return shown.index(wanted) + 1 if wanted in shown else 0


def phrases(readings: Readings) -> list[Wanted]:
    """The catalogue's own names of at least four syllables, in a field that says nothing."""
    found = {re.sub(r"（.*|[^一-鿿]", "", item.name.zh) for item in Catalogue.load().items}
    return [Wanted(text, "phrase") for text in sorted(found) if 4 <= len(text) <= 10 and readings.word(text)]


def main() -> int:
    """Type them all and say how it went; status 1 when a figure is missed."""
    parser = argparse.ArgumentParser(description="names and addresses by pinyin")
    parser.add_argument("--index", type=Path, default=INDEX)
    parser.add_argument("--plain", action="store_true", help="in a field that says nothing of names or places")
    parser.add_argument("--names", type=Path, help="a list of further names, one a line, instead of ours")
    parser.add_argument("--missed", action="store_true", help="print what is not on the first page")
    asked = parser.parse_args()
    dice, readings, keyboard = random.Random(SEED), Readings(), open_keyboard(asked.index)
    keyboard.fit(*STRIP, 1)
    people = names(COUNT // 2, dice)
    if asked.names is not None:
        people = [Wanted(line, "name") for line in asked.names.read_text(encoding="utf-8").split()]
    tally: dict[str, list[int]] = defaultdict(list)
    took: list[float] = []
    for wanted in [*people, *addresses(COUNT - COUNT // 2, dice), *streets(COUNT // 5, dice), *phrases(readings)]:
        keyboard.begin("pinyin" if asked.plain else PURPOSES.get(wanted.kind, "pinyin"))
        for letter in letters_of(wanted, readings):
            begun = time.perf_counter()
            keyboard.key(letter)
            took.append(time.perf_counter() - begun)
        place = place_of(keyboard, wanted.text)
        tally[wanted.kind].append(place)
        if asked.missed and place != 1:
            sys.stdout.write(f"    {wanted.text} {letters_of(wanted, readings)} {place}: {' '.join(keyboard.candidates)}\n")
    everything = [place for kind in MEASURED for place in tally[kind]]
    for kind, places in {**tally, f"{len(everything)} to be judged": everything}.items():
        sys.stdout.write(
            f"{kind:20} {len(places):4}  first {sum(p == 1 for p in places) / len(places):6.1%}"
            f"  first page {sum(p > 0 for p in places) / len(places):6.1%}\n"
        )
    first = sum(place == 1 for place in everything) / len(everything)
    page = sum(place > 0 for place in everything) / len(everything)
    reached = first >= FIRST and page >= FIRST_PAGE
    said = "reached" if reached else "MISSED"
    sys.stdout.write(f"to be reached: first {FIRST:.0%}, first page {FIRST_PAGE:.0%}: {said}\n")
    took.sort()
    middle, slow = took[len(took) // 2] * 1000, took[-len(took) // 100] * 1000
    sys.stdout.write(f"a key takes {middle:.1f} ms, of a hundred the slowest {slow:.0f} ms\n")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
