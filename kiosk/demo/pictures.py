"""The README's pictures, drawn from what a run of the demo left behind.

Knows: which screens make a good front door, and how large a picture in a README may be. Does not know how they came to be.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

HERO = ("home", "capture", "outcome")
_SCREEN_PX = 420
_GAP_PX = 36
_PAPER = (244, 246, 248)
_BEZEL = (38, 44, 52)


def draw(evidence: Path, target: Path) -> None:
    """Draw hero.png, receipt.png and certificate.png from the demo's `evidence` folder into `target`."""
    target.mkdir(parents=True, exist_ok=True)
    screens = [_screen(evidence / "screens", name) for name in HERO]
    _beside([_framed(screen) for screen in screens]).save(target / "hero.png", optimize=True)
    _shrunk(Image.open(evidence / "receipt.png").convert("L"), 420).save(target / "receipt.png", optimize=True)
    _shrunk(Image.open(evidence / "certificate.png").convert("RGB"), 620).save(target / "certificate.png", optimize=True)


def _screen(folder: Path, name: str) -> Image.Image:
    """Return the last screenshot of a screen: NN-name.png."""
    found = sorted(folder.glob(f"*-{name}.png"))
    if not found:
        raise FileNotFoundError(f"{folder}/*-{name}.png")
    return _shrunk(Image.open(found[-1]).convert("RGB"), _SCREEN_PX)


def _shrunk(image: Image.Image, width: int) -> Image.Image:
    return image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)


def _framed(screen: Image.Image) -> Image.Image:
    """Put a terminal's plain dark frame around a screen."""
    border = 14
    framed = Image.new("RGB", (screen.width + 2 * border, screen.height + 2 * border), _PAPER)
    ImageDraw.Draw(framed).rounded_rectangle((0, 0, framed.width - 1, framed.height - 1), 18, fill=_BEZEL)
    framed.paste(screen, (border, border))
    return framed


def _beside(images: list[Image.Image]) -> Image.Image:
    width = sum(image.width for image in images) + _GAP_PX * (len(images) + 1)
    height = max(image.height for image in images) + 2 * _GAP_PX
    sheet = Image.new("RGB", (width, height), _PAPER)
    left = _GAP_PX
    for image in images:
        sheet.paste(image, (left, _GAP_PX))
        left += image.width + _GAP_PX
    return sheet.quantize(192, dither=Image.Dither.NONE)
