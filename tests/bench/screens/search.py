"""How long the search takes from a key to its answer, and to the picture of it: `make bench-search`.

Knows: a catalogue of 300 items, every beginning of drawn names, initials and codes, the real screen without a window.
Does not know: how it searches.
"""

from __future__ import annotations

import os
import random
import statistics
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")

from fake_terminal import FakeTerminal
from many_items import catalogue
from PySide6.QtTest import QTest

from kiosk.catalogue.loader import Catalogue
from kiosk.session.states import State
from ui.app import Screen, application
from ui.bridge.catalogue import Catalogue as CatalogueBridge
from ui.bridge.given import given

ITEMS, WANTED, SEED = 300, 60, 20261126
FRAME_MS = 1000 / 60


def texts(many: Catalogue) -> list[str]:
    """Return what is typed, letter by letter, for drawn items."""
    drawn = random.Random(SEED).sample(many.items, WANTED)
    whole = [text for item in drawn for text in (item.name.zh, item.initials, item.catalog_code)]
    return [text[:length] for text in whole for length in range(1, min(len(text), 12) + 1)]


def main() -> None:
    """Print the figures."""
    app = application()
    many = catalogue(ITEMS)
    screen = Screen(terminal := FakeTerminal(catalogue=many))  # type: ignore[arg-type]
    screen.open(full_screen=False)
    terminal.show(State.HOME)
    bridge = given(CatalogueBridge)
    bridge.look("search", "")
    QTest.qWait(300)
    answers, pictures = [], []
    for text in texts(many):
        begun = time.perf_counter()
        bridge.search(text, "")
        answered = time.perf_counter()
        screen.window.grabWindow()
        answers.append(1000 * (answered - begun))
        pictures.append(1000 * (time.perf_counter() - begun))
    print(f"{len(many.items)} items, {len(answers)} keys, seed {SEED}; one frame is {FRAME_MS:.1f} ms")
    for name, figures in (("key to answer", answers), ("key to picture (whole screen drawn by the CPU)", pictures)):
        cuts = statistics.quantiles(figures, n=100)
        within = 100 * sum(figure <= FRAME_MS for figure in figures) / len(figures)
        print(f"{name:<50} p50 {cuts[49]:6.1f} ms  p99 {cuts[98]:6.1f} ms  within a frame {within:5.1f} %")
    terminal.show(State.ATTRACT)
    QTest.qWait(50)
    screen.close()
    app.processEvents()


if __name__ == "__main__":
    main()
