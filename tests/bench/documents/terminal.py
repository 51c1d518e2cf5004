"""What lies on the terminal's mat, under the terminal's own camera: things of true size, a camera that hangs where it hangs.

Knows: the mat, sizes in mm, one lamp, the shadow of whoever stands there, a camera in focus that sets its exposure by what
lies there. Does not know: the gate. Whatever the citizen has no part in (lens, tone curve, JPEG) stays as it is from one
picture to the next; `scenes` has the photographs that anybody takes anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import papers
import scenes
import surfaces
from surfaces import Array, Rng

from devices.document_camera.scene import FRAME_MM, UPRIGHT_PX
from kiosk.documents import geometry

KINDS = ("page", "empty", "cut_off", "blank", "cut_band")
STILL_PX = (1350, 2400)
"""142 dots per inch: the least that a still may have, and a little, for the sake of time."""
_PX_PER_MM = STILL_PX[1] / FRAME_MM
_ROOM_MM = 5.0
"""Of mat that is seen on every side of a whole page; the citizen is asked to move what lies nearer to the border."""
_BETWEEN = 1.35
"""Height over width between US Letter and A4: a letter of the former is as wide as that."""
_CUT_MM = 3.0
"""What is outside the picture, at the least, of a page that is cut off."""

Draw = Callable[[Rng], papers.Page]
Thing = tuple[Draw, float, float]
_READ: tuple[Thing, ...] = (
    (papers.letter, 210, 210),
    (papers.letter, 148, 210),
    (papers.form, 210, 210),
    (papers.real_sheet, 210, 210),
    (papers.real_sheet, 210, 210),
    (papers.photograph, 130, 205),
    (papers.receipt, 57, 80),
    (papers.card, 54, 54),
    (papers.card, 54, 54),
    (papers.book, 105, 150),
)
"""What people bring, and the width in mm that it comes in: sheets, a receipt, cards, pages of a register or of a booklet."""
_BLANK: Thing = (papers.blank, 210, 210)
_COVER: Thing = (papers.cover, 88, 125)
"""A booklet's dark outside: it can be cut off like anything, but on a dark mat nobody promises that it is taken."""


@dataclass(frozen=True)
class Seen:
    """Upright BGR pictures. `quad`: 4 x 2 px of the still, None without a whole page."""

    empty: Array
    preview: Array
    still: Array
    quad: Array | None


@dataclass(frozen=True)
class _Camera:
    blur_px: float
    curve: float
    grain: float
    jpeg: int

    def picture(self, rng: Rng, scene: Array, size: tuple[int, int]) -> Array:
        """Take a scene of float 0 to 1 at a size (width, height)."""
        seen = scene if size == STILL_PX else cv2.resize(scene, size, interpolation=cv2.INTER_AREA)
        seen = np.clip(cv2.GaussianBlur(seen, (0, 0), self.blur_px), 0, 1) ** self.curve * 255
        tile = cv2.GaussianBlur(rng.normal(0, 1, (520, 520, 3)).astype(np.float32), (0, 0), 0.6) * 1.6 * self.grain
        grain = np.tile(tile, (size[1] // 520 + 1, size[0] // 520 + 1, 1))[: size[1], : size[0]]
        levels = np.clip(seen + grain, 0, 255).astype(np.uint8)
        return cv2.imdecode(cv2.imencode(".jpg", levels, [cv2.IMWRITE_JPEG_QUALITY, self.jpeg])[1], cv2.IMREAD_COLOR)


def lie(kind: str, seed: int) -> Seen:
    """Show the mat empty, and then with what a kind of picture shows; one seed gives always the same."""
    rng = np.random.default_rng((seed, KINDS.index(kind), *b"mat"))
    width, height = STILL_PX
    tone = surfaces.tone(rng, 0.06, 0.25, 0.15)
    mat = tone * (1 + surfaces.clouds(rng, height, width, 500, 1)[..., None] * 0.03)
    camera = _Camera(rng.uniform(0.5, 0.75), rng.uniform(0.9, 1.1), rng.uniform(0.5, 2.5), int(rng.integers(80, 96)))
    lamp, scene, quad = _lamp(rng), mat, None
    if kind == "cut_band":
        page, quad = _banded(rng, tone)
        scene = scenes.laid(rng, mat, page, quad, rng.normal(0, 0.0015, 4), held=False)
    elif kind != "empty":
        things = {"blank": (_BLANK,), "cut_off": (*_READ, _BLANK, _COVER)}.get(kind, _READ)
        draw, least_mm, most_mm = things[int(rng.integers(len(things)))]
        page = draw(rng)
        wide_mm = rng.uniform(least_mm, most_mm)
        if wide_mm == geometry.A4.width_mm and page.opaque.shape[0] / page.opaque.shape[1] < _BETWEEN:
            wide_mm = geometry.LETTER.width_mm
        quad = _corners(rng, page, wide_mm, cut=kind == "cut_off")
        scene = scenes.laid(rng, mat, page, quad, rng.normal(0, 0.0015, 4), held=False)
    level = rng.uniform(0.88, 1.02) * (1 + rng.normal(0, 0.02, 3))
    # White paper makes the camera shorten its exposure: the empty mat was seen brighter.
    before = camera.picture(rng, _under(mat, lamp) * (level * rng.uniform(0.95, 1.3)), UPRIGHT_PX)
    after = _under(scene, lamp * _somebody(rng)) * level
    whole = None if quad is None or kind.startswith("cut") else np.roll(quad, -int(np.argmin(quad.sum(1))), 0)
    return Seen(before, camera.picture(rng, after, UPRIGHT_PX), camera.picture(rng, after, STILL_PX), whole)


def _corners(rng: Rng, page: papers.Page, width_mm: float, *, cut: bool) -> Array:
    """Return where the camera sees a page that somebody has laid roughly straight, px."""
    frame = np.array(STILL_PX, float)
    rows, columns = page.opaque.shape
    half = np.array([width_mm, width_mm * rows / columns]) * _PX_PER_MM / 2
    tilt = rng.normal(0, 0.015, 2)
    while True:
        turn = np.radians(rng.normal(0, 3) + rng.choice([0, 0, 90, 180, 270]))
        flat = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
        flat = flat @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        flat = (flat + (rng.random(2) - 0.5) * frame) / frame[1]
        quad: Array = flat / (1 + flat @ tilt)[:, None] * frame[1] + frame / 2 - 0.5
        room_mm = np.concatenate([quad, frame - 1 - quad], 1).min() / _PX_PER_MM
        inside = ((quad > 0) & (quad < frame - 1)).all(1).sum()
        if room_mm >= _ROOM_MM if not cut else room_mm <= -_CUT_MM and inside >= 1:
            return quad


def _banded(rng: Rng, tone: Array) -> tuple[papers.Page, Array]:
    """Return an A4 sheet with a band of nearly the mat's colour at one end, and where: the picture's border cuts it."""
    page = papers.real_sheet(rng)
    rows, columns = page.opaque.shape
    band = round(rows * rng.uniform(0.08, 0.2))
    page.print_[:band] = tone * (1 + rng.normal(0, 0.04, 3))
    width, height = np.array([210, 210 * rows / columns]) * _PX_PER_MM
    outside = rng.uniform(_CUT_MM * _PX_PER_MM, height * band / rows - _ROOM_MM * _PX_PER_MM)
    turn = np.radians(rng.normal(0, 1.5))
    flat = np.array([[-width / 2, 0], [width / 2, 0], [width / 2, height], [-width / 2, height]])
    flat = flat @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    frame = np.array(STILL_PX, float)
    quad: Array = flat + np.array([frame[0] / 2 + rng.uniform(-1, 1) * _ROOM_MM * _PX_PER_MM, -outside])
    return page, quad if rng.random() < 0.5 else frame - 1 - quad


def _lamp(rng: Rng) -> Array:
    """Return the light at each place of the mat, small: one lamp to a side, the lens's falloff to the corners."""
    y, x = np.mgrid[-1:1:240j, -1:1:135j].astype(np.float32)
    slope = rng.normal(0, 0.05, 2)
    light: Array = 1 + slope[0] * x + slope[1] * y - rng.uniform(0.02, 0.1) * (x * x + y * y)
    return light.astype(np.float32)


def _somebody(rng: Rng) -> Array:
    """Return what a person who bends over the mat leaves of the light: most often all, else a soft edged part."""
    light = np.ones((240, 135), np.float32)
    if rng.random() < 0.4:
        points = np.array([rng.uniform(0, 135), 260]) + rng.normal(0, (50, 70), (6, 2))
        blob = np.zeros_like(light)
        cv2.fillConvexPoly(blob, cv2.convexHull(np.rint(points).astype(np.int32)), 1.0)
        light -= cv2.GaussianBlur(blob, (0, 0), float(rng.uniform(8, 25))) * rng.uniform(0.06, 0.25)
    return light


def _under(scene: Array, light: Array) -> Array:
    return scene * cv2.resize(light, STILL_PX, interpolation=cv2.INTER_CUBIC)[..., None]
