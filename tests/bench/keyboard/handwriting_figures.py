"""How near the top a character stands when it is written by hand: `make bench-keyboard STROKES=FOLDER`.

FOLDER holds one SVG a character, named by its code point, whose `clip-path` lines are the middles of its strokes in order,
on a grid of 1024 with y upwards from 900 (as the Make Me a Hanzi project publishes them; nothing of it is kept here). Each
character is shaken stroke by stroke, sheared, turned, and written somewhere on the pad. Characters are drawn by seed, common
ones more often. Told: how often the character is first, among five, ten and twenty, beside zinnia's bare answer.
Does not know: how real people write; nothing here replaces trying it with them.
"""

from __future__ import annotations

import argparse
import math
import random
import re
import sys
import time
from itertools import pairwise
from pathlib import Path

from ui.handwriting.recogniser import Recogniser, _placed
from ui.keyboard.model import INDEX
from ui.keyboard.pinyin import Pinyin

COUNT, SEED = 600, 20241126
COMMON = 3500
Point = tuple[float, float]


def strokes_of(svg: str) -> list[list[Point]]:
    """The strokes of one character on a sheet of 1 by 1, with points all along them."""
    found = []
    for line in re.findall(r'clip-path="url\([^"]*\)" d="([^"]*)"', svg):
        numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", line)]
        corners = [(x / 900, (900 - y) / 900) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        stroke = [corners[0]]
        for (x0, y0), (x1, y1) in pairwise(corners):
            steps = max(1, int(math.dist((x0, y0), (x1, y1)) / 0.03))
            stroke += [(x0 + (x1 - x0) * n / steps, y0 + (y1 - y0) * n / steps) for n in range(1, steps + 1)]
        found.append(stroke)
    return found


def by_hand(strokes: list[list[Point]], dice: random.Random) -> list[list[Point]]:
    """The same character as no machine writes it."""
    shear, turn, stretch = dice.gauss(0, 0.08), dice.gauss(0, 0.05), 1 + dice.gauss(0, 0.1)
    size = dice.uniform(0.45, 0.9)
    left, top = dice.uniform(0, 1 - size), dice.uniform(0, 1 - size)
    written = []
    for stroke in strokes:
        right, down, grown = dice.gauss(0, 0.025), dice.gauss(0, 0.025), 1 + dice.gauss(0, 0.07)
        middle_x = sum(x for x, _ in stroke) / len(stroke)
        middle_y = sum(y for _, y in stroke) / len(stroke)
        wave, phase = dice.gauss(0, 0.01), dice.random() * 6
        points = []
        for at, (x, y) in enumerate(stroke):
            moved_x = middle_x + (x - middle_x) * grown + right + wave * math.sin(at / 4 + phase) - 0.5
            moved_y = middle_y + (y - middle_y) * grown + down + wave * math.cos(at / 5 + phase) - 0.5
            moved_x = moved_x * stretch + shear * moved_y
            turned_x = moved_x * math.cos(turn) - moved_y * math.sin(turn) + 0.5
            turned_y = moved_x * math.sin(turn) + moved_y * math.cos(turn) + 0.5
            points.append((turned_x * size + left, turned_y * size + top))
        written.append(points)
    return written


def main() -> int:
    """Write them all and say how it went."""
    parser = argparse.ArgumentParser(description="characters by hand")
    parser.add_argument("folder", type=Path, help="SVG files of strokes")
    folder: Path = parser.parse_args().folder
    rarity = Pinyin(INDEX).rarity()
    there = {chr(int(file.stem)): file for file in folder.glob("*.svg") if file.stem.isdigit()}
    common = sorted(there.keys() & rarity.keys(), key=lambda character: (rarity[character], character))[:COMMON]
    dice = random.Random(SEED)
    weights = [math.exp(-0.35 * rarity[character]) for character in common]
    chosen: dict[str, None] = {}
    while len(chosen) < min(COUNT, len(common)):
        chosen[dice.choices(common, weights)[0]] = None
    written = {c: by_hand(strokes_of(there[c].read_text(encoding="utf-8")), dice) for c in chosen}
    recogniser = Recogniser(rarity)

    def bare(strokes: list[list[Point]]) -> list[str]:
        scores = recogniser._scores([[(round(x * 1000), round(y * 1000)) for x, y in stroke] for stroke in strokes])
        return sorted(scores, key=lambda character: -scores[character])

    def middle(strokes: list[list[Point]]) -> list[str]:
        scores = recogniser._scores(_placed(strokes, 0.84))
        return sorted(scores, key=lambda character: -scores[character])

    for name, read in (("zinnia alone", bare), ("in the middle", middle), ("as we ask it", recogniser.characters)):
        begun = time.perf_counter()
        places = [(read(strokes).index(c) if c in read(strokes) else 999) for c, strokes in written.items()]
        took = (time.perf_counter() - begun) / len(written) / 2 * 1000
        told = "  ".join(f"{most:2}: {sum(place < most for place in places) / len(places):6.1%}" for most in (1, 5, 10, 20))
        sys.stdout.write(f"{name:14} {len(places)} characters  {told}  {took:.0f} ms\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
