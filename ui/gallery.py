"""Shows every control in every state; `python -m ui.gallery --shots DIR` paints them all to PNG without a display.

Knows: Gallery.qml and the matrix of layouts, sizes, contrasts and languages. Does not know: the application.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAGES = (
    "home",
    "form",
    "buttons",
    "notices",
    "typing",
    "rare",
    "digits",
    "choices",
    "dates",
    "dialog",
    "papers",
    "scenes",
    "signature",
)
LAYOUTS: dict[str, tuple[int, int, float]] = {
    # width and height in pixels, pixels in a millimetre
    "portrait": (1080, 1920, 3.65),  # 23.8 inch
    "landscape": (1920, 1080, 3.65),
    "counter": (1280, 800, 3.81),  # 15.6 inch
}
LANGUAGES = ("zh_CN", "en")


@dataclass(frozen=True)
class Look:
    """One picture: a page under one set of circumstances."""

    page: str
    layout: str = "portrait"
    text_step: int = 0
    high_contrast: bool = False
    language: str = "zh_CN"
    elder: bool = False
    low_reach: bool = False

    @property
    def name(self) -> str:
        """A file name that says it all."""
        marks = ("-contrast" if self.high_contrast else "") + ("-elder" if self.elder else "")
        marks += "-low" if self.low_reach else ""
        return f"{self.page}-{self.layout}-{self.language}-size{self.text_step}{marks}.png"


def looks(pages: tuple[str, ...] = PAGES, layouts: tuple[str, ...] = tuple(LAYOUTS)) -> Iterator[Look]:
    """Every page in every layout, size, contrast and language; then elder mode and low reach."""
    for page, layout, step, contrast, language in itertools.product(pages, layouts, range(4), (False, True), LANGUAGES):
        yield Look(page, layout, step, contrast, language)
    for page, layout in itertools.product(pages, layouts):
        yield Look(page, layout, 1, elder=True)
        yield Look(page, layout, 0, low_reach=True)


def main(arguments: list[str] | None = None) -> int:
    """Show one page in a window, or paint pictures into a folder."""
    parser = argparse.ArgumentParser(prog="python -m ui.gallery", description="every control in every state")
    parser.add_argument("--shots", type=Path, metavar="DIR", help="paint PNG pictures into DIR and leave")
    parser.add_argument("--page", choices=PAGES, action="append", help="only this page; may be repeated")
    parser.add_argument("--layout", choices=tuple(LAYOUTS), action="append", help="only this layout; may be repeated")
    parser.add_argument("--plain", action="store_true", help="only the smallest size in normal contrast")
    given = parser.parse_args(arguments)
    chosen = looks(tuple(given.page or PAGES), tuple(given.layout or LAYOUTS))
    wanted = [look for look in chosen if not given.plain or (look.text_step == 0 and not look.high_contrast)]
    os.environ["QT_QUICK_BACKEND"] = "software"
    if given.shots is not None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        given.shots.mkdir(parents=True, exist_ok=True)
    return _run(wanted, given.shots)


def _run(wanted: list[Look], shots: Path | None) -> int:
    # Qt reads the environment when it is loaded, so it is loaded here.
    from ui.gallery_window import GalleryWindow

    gallery = GalleryWindow()
    if shots is None:
        gallery.show(wanted[0])
        return gallery.exec()
    for look in wanted:
        gallery.show(look)
        gallery.paint(shots / look.name)
    sys.stdout.write(f"{len(wanted)} pictures in {shots}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
