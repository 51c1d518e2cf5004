"""What the rest of the terminal knows of paper under the camera: pages, preview frames, advice, events.

Knows: values only. Does not know: pixels' meaning, OpenCV, processes, Qt.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Literal

Point = tuple[float, float]
Outline = tuple[Point, Point, Point, Point]
Place = tuple[float, float, float, float]
"""Left, top, width, height as shares of a picture."""


class Advice(enum.StrEnum):
    """What to tell the citizen now: message ids."""

    LAY_PAGE = "documents.advice.lay_page"
    MOVE_INTO_FRAME = "documents.advice.move_into_frame"
    TOO_DARK = "documents.advice.too_dark"
    BLANK = "documents.advice.blank"
    """Nothing is printed or written on this side."""
    HAND = "documents.advice.hand"
    ONE_PAGE = "documents.advice.one_page"
    HOLD_STILL = "documents.advice.hold_still"
    BLURRED = "documents.advice.blurred"
    GLARE = "documents.advice.glare"
    LEANING = "documents.advice.leaning"
    TOO_SMALL = "documents.advice.too_small"
    WRONG_SIZE = "documents.advice.wrong_size"
    GOOD = "documents.advice.good"
    NEXT = "documents.advice.next"
    """This page is taken; another may be laid."""


PageSource = Literal["camera", "phone", "usb"]


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of print. `box`: left, top, width, height in px of the page's JPEG. `sure`: 0 to 1, its worst character."""

    text: str
    box: tuple[float, float, float, float]
    sure: float

    def __repr__(self) -> str:
        """Show everything but the words."""
        return f"TextLine({len(self.text)} characters, {self.sure:.2f})"


@dataclass(frozen=True, slots=True)
class CapturedPage:
    """One straightened page, in memory only. `dpi` is the true scale of the picture; `sharpness` see `quality`.

    `evidence`: the untouched picture that the page was made from, cut to the page, JPEG; of an import, nothing: there the
    hash is that of the file as it came. `bitonal`: the same page as Group 4 TIFF, where the profile wants one. `turned`:
    degrees clockwise that it is to be shown at. `look`: by which a sheet is known again (`looks`).
    `lines`: what was read of it. `kept_anyway`: the advice that a clerk, whose number is `kept_by`, did not follow.
    """

    jpeg: bytes
    width_px: int
    height_px: int
    dpi: int
    sha256: str
    sharpness: float
    profile: str
    paper: str
    evidence: bytes = b""
    evidence_sha256: str = ""
    bitonal: bytes = b""
    source: PageSource = "camera"
    turned: int = 0
    look: bytes = field(default=b"", repr=False)
    kept_anyway: str = ""
    kept_by: str = ""
    lines: tuple[TextLine, ...] = field(default=(), repr=False)

    def __repr__(self) -> str:
        """Show everything but the picture."""
        return f"CapturedPage({self.paper} {self.width_px}x{self.height_px} {self.dpi} dpi {self.sha256[:12]})"


@dataclass(frozen=True, slots=True)
class Refused:
    """A picture that is not good enough. `advice`: what to change. `picture`: what was seen, JPEG, and `places` where in it.

    `page`: what it would be if somebody answers for it all the same; None where no page could be cut out of the picture.
    """

    advice: Advice
    places: tuple[Place, ...] = ()
    picture: bytes = field(default=b"", repr=False)
    page: CapturedPage | None = None


@dataclass(frozen=True, slots=True)
class PreviewFrame:
    """`rgb`: width x height x 3 bytes, rows without padding. `outline`: the page's corners, shares of width and height."""

    seq: int
    width: int
    height: int
    rgb: bytes
    outline: Outline | None
    advice: str

    def __repr__(self) -> str:
        """Show everything but the picture."""
        return f"PreviewFrame({self.seq} {self.width}x{self.height} {self.advice})"


@dataclass(frozen=True, slots=True)
class PreviewChanged:
    """A newer frame can be had; several may have passed since the last of these."""

    seq: int


@dataclass(frozen=True, slots=True)
class PageCaptured:
    """A page was taken, by itself or on demand."""

    page: CapturedPage


@dataclass(frozen=True, slots=True)
class CaptureRefused:
    """A picture was taken and is not good enough. `asked`: on demand, not by itself."""

    refused: Refused
    asked: bool = True


@dataclass(frozen=True, slots=True)
class VisionLost:
    """Nothing can be seen until `VisionBack`. `code`: one of `document_camera.*` or `vision.*`."""

    code: str


@dataclass(frozen=True, slots=True)
class VisionBack:
    """The camera answers: at first, and again after each `VisionLost`."""


VisionEvent = PreviewChanged | PageCaptured | CaptureRefused | VisionLost | VisionBack

VISION_CODES = frozenset({"vision.silent", "vision.ended", "vision.not_started", "vision.unknown_driver"})
"""Codes of `VisionLost` beside the camera's own: the worker hung, died, did not come up, or has no such driver."""
