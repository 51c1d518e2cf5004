"""What stands on the screens of a terminal without desks: sample codes, texts, lines, papers and a configuration."""

from __future__ import annotations

import datetime as dt
import functools
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pseudo
from PIL import Image, ImageDraw

from kiosk.catalogue.loader import Catalogue
from kiosk.config import Config, parse
from kiosk.session import events as ev

WAITING = "KF00420003G7"
CALLED = "KF00420000N8"
ASKED_FOR = "KF00010000K2"
BROUGHT = "KF00420004H5"
SATURDAY_NIGHT = dt.datetime(2026, 11, 28, 3, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


@functools.cache
def shipped() -> Catalogue:
    """The catalogue as it ships: nothing changes it, so it is read once."""
    return Catalogue.load()


@dataclass(frozen=True)
class Text:
    zh: str
    en: str

    def in_language(self, language: str) -> str:
        if language == pseudo.LANGUAGE:
            return pseudo.pseudo(self.en)
        return self.en if language.startswith("en") else self.zh


@dataclass(frozen=True)
class Option:
    value: str
    label: Text


@dataclass(frozen=True)
class FieldView:
    key: str
    label: Text
    type: str = "text"
    value: Any = ""
    display: str = ""
    help: Text | None = None
    options: tuple[Option, ...] = ()
    required: bool = True
    readonly: bool = False
    source_id: str = ""
    mask: str | None = None
    problem_id: str = ""
    problem_args: dict[str, Any] = field(default_factory=dict)
    keyboard: str = "none"
    max_length: int = 60
    offer: str = ""
    earliest: str = ""
    latest: str = ""
    parts: tuple[Any, ...] = ()
    rows: int = 0
    national: bool = False


@dataclass(frozen=True)
class MaterialView:
    key: str
    name: Text
    state: str
    note: Text | None = None
    reason_id: str = ""
    pages: int = 0
    min_pages: int = 1
    max_pages: int = 1
    profile: str = "document"
    required: bool = True
    later_by: dt.date | None = None


@dataclass(frozen=True)
class ReviewLine:
    section: str
    label: str
    value: str
    target: ev.FieldReopened | None = None
    by: str = ""


@dataclass(frozen=True)
class PreviewFrame:
    seq: int
    width: int
    height: int
    rgb: bytes
    outline: tuple[tuple[float, float], ...] | None
    advice: str


def png(image: Image.Image, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def paper(width: int, height: int, lines: int, *, mark: int = 0) -> Image.Image:
    """A sheet with grey bars for lines: something to look at, nothing to read."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((width * 0.25, height * 0.06, width * 0.75, height * 0.085), fill=(60, 60, 70))
    for line in range(lines):
        top = height * (0.14 + 0.8 * line / lines)
        right = width * (0.9 - 0.13 * ((line + mark) % 3))
        draw.rectangle((width * 0.1, top, right, top + height * 0.012), fill=(150, 150, 160))
    draw.ellipse((width * 0.68, height * 0.78, width * 0.9, height * 0.78 + width * 0.22), outline=(190, 40, 40), width=5)
    return image


def frame(*, outline: bool = True) -> PreviewFrame:
    image = Image.new("RGB", (960, 720), (88, 92, 98))
    corners = ((0.27, 0.12), (0.71, 0.14), (0.75, 0.9), (0.24, 0.88))
    ImageDraw.Draw(image).polygon([(x * 960, y * 720) for x, y in corners], fill=(244, 242, 236))
    draw = ImageDraw.Draw(image)
    for line in range(14):
        draw.rectangle((310, 150 + 34 * line, 640 - 50 * (line % 3), 158 + 34 * line), fill=(150, 148, 144))
    rgb = np.asarray(image, dtype=np.uint8).tobytes()
    advice = "documents.advice.hold_still" if outline else "documents.advice.move_in"
    return PreviewFrame(1, 960, 720, rgb, corners if outline else None, advice)


def config(orientation: str = "portrait", language: str = "zh_CN") -> Config:

    return parse(
        {
            "state_dir": "state",
            "terminal": {
                "number": "0042",
                "name": {"zh": "市民之窗 · 24小时自助终端", "en": "Citizen's Window, 24 hours"},
                "site": {"zh": "金明广场站", "en": "Jinming Square"},
                "phone": "0371-12345",
                "language": language,
                "screen": {"orientation": orientation, "full_screen": False, "reduced_motion": True},
            },
            "city": {"url": "https://city.test", "ca_file": "ca.pem"},
        },
        source="test",
        base=Path(),
    )
