"""What an overhead camera sees: a sheet on a dark matte mat under one uneven lamp.

Knows: where paper lies, light, shadow, lens falloff, defocus, sensor noise; all seeded, so that a scene is the same every
time. Does not know: what is printed on the paper (`sheets`), JPEG, ports (`emulator`).

The camera hangs with the long side of its sensor along the long side of A4, so the sensor sees pages sideways, top to the
left, as most A4 document cameras do; frames here are upright (portrait) and `sensor_view` turns them.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from devices.document_camera.sheets import SHEETS

Picture = npt.NDArray[Any]
"""Height x width x 3, BGR, uint8."""

SEED = 20261123
FRAME_MM = 430.0
"""Length of the mat that the long side of the frame covers."""
UPRIGHT_PX = (1080, 1920)
"""Width and height of an upright preview frame."""
STILL_SCALE = 2
TURN_DEG = 90
"""Clockwise turn that makes a sensor frame upright."""
_DRAWN_DPI = 300
_PERSPECTIVE = 0.012
_VARIANTS = 4
_NOISE_SLACK = 64
_SHADOW_PX = (270, 480)
_UNIT = 255


class Fault(enum.StrEnum):
    """What can be wrong with the picture or the camera."""

    STALL = "stall"
    """The connection stays open and no more bytes come."""
    DROP = "drop"
    """The camera is gone: connections end, new ones are refused."""
    FREEZE = "freeze"
    """The same frame again and again, noise and all."""
    DARK = "dark"
    BLURRED = "blurred"
    GLARE = "glare"
    CUT_OFF = "cut_off"
    """Pages are laid so that an edge is outside the picture."""


@dataclass(frozen=True, slots=True)
class Lying:
    """How a sheet lies: centre as a share of the upright frame, turn clockwise in degrees."""

    sheet: str
    x: float = 0.5
    y: float = 0.5
    turn_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class Scene:
    """A sheet or the empty mat, and what is wrong with the picture of it."""

    lying: Lying | None
    faults: frozenset[Fault] = frozenset()


def corners(lying: Lying, *, scale: float = 1) -> Picture:
    """Return the true corners of the sheet in an upright frame, 4 x 2 px: top left, top right, bottom right, bottom left."""
    sheet = SHEETS[lying.sheet]
    width, height = round(UPRIGHT_PX[0] * scale), round(UPRIGHT_PX[1] * scale)
    px_per_mm = height / FRAME_MM
    half = np.array([sheet.width_mm, sheet.height_mm]) * px_per_mm / 2
    flat = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    turn = np.radians(lying.turn_deg)
    flat = flat @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    flat += np.array([lying.x * width, lying.y * height])
    # The camera is not quite square to the mat: a mild tilt about both axes.
    seen = (flat - (width / 2, height / 2)) / height
    depth = 1 + seen @ np.array([_PERSPECTIVE, -2 * _PERSPECTIVE])
    points: Picture = seen / depth[:, None] * height + (width / 2, height / 2)
    points -= 0.5
    return points


def photograph(scene: Scene, *, scale: float = 1) -> Picture:
    """Return an upright noiseless frame of `scene`, `UPRIGHT_PX` times `scale`."""
    picture = _mat(scale)
    if scene.lying is not None:
        picture = _laid(picture, scene.lying, scale)
    strength = 0.13 if Fault.DARK in scene.faults else 1.0
    picture = cv2.multiply(picture, _light(scale), scale=strength / _UNIT)
    if Fault.GLARE in scene.faults and scene.lying is not None:
        picture = _glare(picture, scene.lying, scale)
    if Fault.BLURRED in scene.faults:
        return cv2.GaussianBlur(picture, (0, 0), 3.6 * scale)
    # A lens resolves a little less than its sensor.
    return cv2.GaussianBlur(picture, (3, 3), 0.55)


def exposures(scene: Scene, *, scale: float = 1, count: int = _VARIANTS) -> list[Picture]:
    """Return `count` sensor frames (landscape) of `scene` that differ in noise only."""
    still = cv2.rotate(photograph(scene, scale=scale), cv2.ROTATE_90_COUNTERCLOCKWISE)
    return [_with_noise(still, index) for index in range(count)]


def in_motion(scene: Scene) -> Picture:
    """Return a preview sensor frame of a sheet that moves: half as sharp, at a fraction of the effort."""
    blurred = cv2.resize(photograph(scene, scale=0.5), UPRIGHT_PX, interpolation=cv2.INTER_LINEAR)
    return _with_noise(cv2.rotate(blurred, cv2.ROTATE_90_COUNTERCLOCKWISE), 0)


def _with_noise(picture: Picture, index: int) -> Picture:
    height, width = picture.shape[:2]
    left, top = np.random.default_rng((SEED, index)).integers(0, _NOISE_SLACK, 2)
    return cv2.add(picture, _noise(height, width)[top : top + height, left : left + width], dtype=cv2.CV_8U)


@lru_cache(maxsize=2)
def _noise(height: int, width: int) -> Picture:
    """Return noise for frames of this size and some slack to shift it by, int8."""
    tile = np.rint(np.random.default_rng(SEED).normal(0, 2.1, (512, 512, 3))).astype(np.int8)
    rows, columns = height + _NOISE_SLACK, width + _NOISE_SLACK
    return np.ascontiguousarray(np.tile(tile, (-(-rows // 512), -(-columns // 512), 1))[:rows, :columns])


@lru_cache(maxsize=3)
def _mat(scale: float) -> Picture:
    """Dark rubber with a fine grain and a slightly blotchy tone."""
    rng = np.random.default_rng(SEED + 1)
    width, height = round(UPRIGHT_PX[0] * scale), round(UPRIGHT_PX[1] * scale)
    blotches = cv2.resize(rng.normal(0, 2.2, (12, 7)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    grain = cv2.resize(rng.normal(0, 3.2, (960, 540)).astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    tone = blotches + grain
    return np.clip(np.array([58, 55, 50], np.float32) + tone[..., None], 0, 255).astype(np.uint8)


@lru_cache(maxsize=3)
def _light(scale: float) -> Picture:
    """Return `_UNIT` times the light at each pixel: one lamp up and to the left, and the lens's falloff to the corners."""
    width, height = UPRIGHT_PX
    y, x = np.mgrid[0 : height // 8, 0 : width // 8].astype(np.float32) * 8 / height
    lamp: Picture = 0.845 + 0.125 * np.exp(-((x - 0.16) ** 2 + (y - 0.3) ** 2) / 0.42)
    falloff: Picture = 1 - 0.2 * ((x - width / height / 2) ** 2 + (y - 0.5) ** 2)
    gain: Picture = cv2.resize(
        lamp * falloff * _UNIT, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_CUBIC
    )
    # Dithered, or the steps of eight bits would show as bands on white paper.
    gain = gain + np.random.default_rng(SEED).random((1, round(width * scale)), np.float32) - 0.5
    return np.rint(cv2.merge([gain * 0.97, gain, gain * 1.015])).clip(0, 255).astype(np.uint8)


@lru_cache(maxsize=1)
def _drawn(name: str) -> Picture:
    """Return the sheet as drawn, with the paper's own faint shading."""
    drawn = cv2.cvtColor(np.asarray(SHEETS[name].draw(_DRAWN_DPI)), cv2.COLOR_RGB2BGR)
    height, width = drawn.shape[:2]
    rng = np.random.default_rng((SEED, sum(name.encode())))
    waves = np.clip(rng.normal(0, 1.0, (5, 4)), -2, 2)
    small = cv2.resize(((0.975 + 0.01 * waves) * 255).astype(np.float32), (64, 90), interpolation=cv2.INTER_CUBIC)
    shading = cv2.resize(np.rint(small).astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.multiply(drawn, cv2.merge([shading] * 3), scale=1 / 255)


@lru_cache(maxsize=18)
def _paper(name: str, scale: float) -> Picture:
    """The sheet at about the resolution of the frame, so that laying it does not alias."""
    ratio = UPRIGHT_PX[1] * scale / FRAME_MM * 25.4 / _DRAWN_DPI
    return cv2.resize(_drawn(name), None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)


def _laid(picture: Picture, lying: Lying, scale: float) -> Picture:
    height, width = picture.shape[:2]
    paper = _paper(lying.sheet, scale)
    rows, columns = paper.shape[:2]
    source = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32) - np.float32(0.5)
    quad = corners(lying, scale=scale).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(source, quad)
    smooth = cv2.INTER_LINEAR if scale < 1 else cv2.INTER_CUBIC
    laid = cv2.warpPerspective(paper, matrix, (width, height), flags=smooth, borderMode=cv2.BORDER_REPLICATE)
    # The outline is drawn with sub-pixel corners, so that the paper's edge is neither jagged nor displaced.
    mask = np.zeros((height, width), np.uint8)
    cv2.fillConvexPoly(mask, np.rint(quad * 256).astype(np.int32), 255, cv2.LINE_AA, 8)
    small = cv2.resize(mask, (_SHADOW_PX[0], _SHADOW_PX[1]), interpolation=cv2.INTER_AREA)
    shift = np.array([[1, 0, 1.4], [0, 1, 1.8]])
    shadow = cv2.GaussianBlur(cv2.warpAffine(small, shift, (small.shape[1], small.shape[0])), (0, 0), 2.2)
    clear = 255 - cv2.resize((shadow * 0.45).astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    dimmed = cv2.multiply(picture, cv2.merge([clear] * 3), scale=1 / 255)
    share = cv2.merge([mask] * 3)
    return cv2.add(cv2.multiply(laid, share, scale=1 / 255), cv2.multiply(dimmed, 255 - share, scale=1 / 255))


def _glare(picture: Picture, lying: Lying, scale: float) -> Picture:
    """A lamp mirrored in a glossy film: a burnt-out spot a third of the way down the sheet."""
    quad = corners(lying, scale=scale)
    centre = quad[0] * 0.4 + quad[1] * 0.25 + quad[2] * 0.15 + quad[3] * 0.2
    spot: Picture = np.zeros(picture.shape[:2], np.float32)
    size = float(np.linalg.norm(quad[1] - quad[0]))
    axes = (round(size * 0.16), round(size * 0.09))
    cv2.ellipse(spot, (round(centre[0]), round(centre[1])), axes, 20, 0, 360, 255.0, -1)
    spot = cv2.GaussianBlur(spot, (0, 0), size * 0.02)
    return cv2.add(picture, cv2.merge([spot] * 3), dtype=cv2.CV_8U)
