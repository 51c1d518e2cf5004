"""`make screens`: every screen in every build, on sheets that a person can look through.

    python tests/ui/screens/contact_sheets.py FOLDER [build …]

Knows: the builds, and how small pictures are laid out on a sheet. Does not know: the screens (`shots.py` draws them).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from ui.fonts import FILES

_SHOTS = Path(__file__).with_name("shots.py")
_LAYOUTS = {"portrait": (), "landscape": ("--landscape",), "counter": ("--counter",)}
_LANGUAGES = {"zh": (), "en": ("--english",)}
_EXTREMES = {
    "largest": ("--size", "3"),
    "contrast": ("--contrast",),
    "largest-contrast": ("--size", "3", "--contrast"),
    "elder": ("--elder", "--size", "2"),
}
BUILDS: dict[str, tuple[str, ...]] = {
    **{f"{lay}-{lang}": (*_LAYOUTS[lay], *_LANGUAGES[lang]) for lay in _LAYOUTS for lang in _LANGUAGES},
    **{
        f"{lay}-{lang}-{name}": (*_LAYOUTS[lay], *_LANGUAGES[lang], *arguments)
        for name, arguments in _EXTREMES.items()
        for lay, lang in (("portrait", "zh"), ("portrait", "en"), ("counter", "en"))
    },
    "portrait-zh-low": ("--low",),
    "portrait-en-low": ("--english", "--low"),
}
"""Name -> arguments of `shots.py`: each layout in each language, then the extremes of size, contrast and reach."""

AT_ONCE = 2
_SHEET_WIDTH, _SHEET_HEIGHT, _GAP, _CAPTION = 2400, 1140, 16, 26
_THUMB_WIDTH = {"portrait": 270, "landscape": 440, "counter": 440}


def main() -> int:
    """Draw the builds and lay out their sheets; 1 when a build could not be drawn or warned."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("builds", nargs="*", choices=[[], *BUILDS])
    asked = parser.parse_args()
    builds = asked.builds or list(BUILDS)
    good = True
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for at, (name, code) in enumerate(pool.map(lambda name: (name, _draw(name, asked.folder / name)), builds), 1):
            good = good and code == 0
            sheets = _sheets(asked.folder / name, name)
            print(f"{at:2}/{len(builds)}  {name:32} {'' if code == 0 else 'FAILED  '}{', '.join(sheets)}", flush=True)
    return 0 if good else 1


def _draw(name: str, folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    return subprocess.run([sys.executable, str(_SHOTS), str(folder), *BUILDS[name]], check=False).returncode


def _sheets(folder: Path, name: str) -> list[str]:
    """Lay the pictures of a folder out beside it; return the names of the sheets."""
    width = _THUMB_WIDTH[name.split("-", maxsplit=1)[0]]
    font = ImageFont.truetype(str(FILES[0]), 16)
    made = []
    for number, page in enumerate(_pages(sorted(folder.glob("*.png")), width), 1):
        sheet = Image.new("RGB", (_SHEET_WIDTH, _SHEET_HEIGHT), "#777")
        draw = ImageDraw.Draw(sheet)
        for picture, x, y, height in page:
            with Image.open(picture) as image:
                sheet.paste(image.convert("RGB").resize((width, height)), (x, y + _CAPTION))
            draw.text((x, y), picture.stem, fill="white", font=font)
        made.append(f"{name}-{number}.png")
        sheet.save(folder.parent / made[-1])
    return made


def _pages(pictures: list[Path], width: int) -> Iterator[list[tuple[Path, int, int, int]]]:
    """Yield what stands on each sheet: picture, left and upper edge, height."""
    page: list[tuple[Path, int, int, int]] = []
    x = y = _GAP
    for picture in pictures:
        with Image.open(picture) as image:
            height = round(image.height * width / image.width)
        if x + width > _SHEET_WIDTH:
            x, y = _GAP, y + height + _CAPTION + _GAP
        if y + height + _CAPTION > _SHEET_HEIGHT:
            yield page
            page, x, y = [], _GAP, _GAP
        page.append((picture, x, y, height))
        x += width + _GAP
    if page:
        yield page


if __name__ == "__main__":
    sys.exit(main())
