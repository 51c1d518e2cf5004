"""`make experience`: the pictures of docs/experience.md, drawn anew.

    python tests/ui/screens/experience_pictures.py docs/pictures/experience

Knows: which screens the page shows, in which build, and how they are made small. Does not know: the screens (`shots.py`).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

_SHOTS = Path(__file__).with_name("shots.py")
_ENGLISH = (
    "attract home home_shelf home_search guide for_whom consent identify code form1 form_place form_pinyin form_hand "
    "form_problem materials capture capture_corners materials_phone materials_stick sign review outcome guard cases case "
    "withdraw cases_collect case_wanted materials_wanted review_supplement case_result "
    "guide_certificate choose preview print taken help elder_offer idle staff_pin staff staff_outbox desk confirm "
    "out_of_service"
)
BUILDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "en": (_ENGLISH, ("--english",)),
    "zh": ("form1", ()),
    "zh-elder": ("home", ("--elder", "--size", "2")),
    "en-largest": ("guide", ("--english", "--size", "3")),
    "en-contrast": ("form1", ("--english", "--contrast")),
    "en-low": ("home", ("--english", "--low")),
    "en-landscape": ("review", ("--english", "--landscape")),
    "zh-counter": ("form1", ("--counter",)),
}
"""What is drawn: build -> its screens, the arguments of `shots.py`."""
WIDTH, WIDE, COLOURS = 300, 540, 48
"""Of a standing and of a lying picture, in pixels; and of what may be told apart in one."""


def main() -> int:
    """Draw every build and keep the pictures small; 1 when a build could not be drawn or warned."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    for build, (screens, arguments) in BUILDS.items():
        with tempfile.TemporaryDirectory() as drawn:
            command = [sys.executable, str(_SHOTS), drawn, *screens.split(), *arguments]
            if subprocess.run(command, check=False).returncode != 0:
                return 1
            for name in screens.split():
                _small(Path(drawn) / f"{name}.png", folder / f"{build}-{name}.png")
    return 0


def _small(drawn: Path, kept: Path) -> None:
    with Image.open(drawn) as image:
        width = WIDTH if image.height > image.width else WIDE
        small = image.convert("RGB").resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)
        small.quantize(COLOURS, dither=Image.Dither.NONE).save(kept, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
