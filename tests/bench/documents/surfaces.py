"""What pages lie on in the bench: wood, cloth, stone, plain mats, pale desks, clutter. Every one is drawn, seeded.

Knows: textures as float32 BGR, 0 to 1. Does not know: paper, cameras.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Rng = np.random.Generator


def clouds(
    rng: Rng, height: int, width: int, cells: float, octaves: int = 3, stretch: tuple[float, float] = (1, 1)
) -> Array:
    """Return smooth noise around 0, about -1 to 1; `cells` blotches along the long side, `stretch` multiplies (y, x)."""
    total = np.zeros((height, width), np.float32)
    weight, long = 1.0, max(height, width)
    for octave in range(octaves):
        n = cells * 2**octave
        rows = max(2, min(height, round(n * height / long * stretch[0])))
        columns = max(2, min(width, round(n * width / long * stretch[1])))
        grid = rng.normal(0, 0.5, (rows, columns)).astype(np.float32)
        total += weight * cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
        weight *= 0.5
    return total


def tone(rng: Rng, low: float, high: float, tint: float = 0.15) -> Array:
    """Return a colour whose lightness lies between the bounds."""
    value = rng.uniform(low, high)
    return np.clip(value * (1 + rng.uniform(-tint, tint, 3)), 0.01, 0.99).astype(np.float32)


def _coloured(shade: Array, dark: Array, light: Array) -> Array:
    share = np.clip(shade, 0, 1)[..., None]
    return (dark * (1 - share) + light * share).astype(np.float32)


def plain(rng: Rng, height: int, width: int) -> Array:
    base = tone(rng, 0.05, 0.75, 0.35)
    texture = clouds(rng, height, width, rng.uniform(2, 8)) * rng.uniform(0.0, 0.03)
    texture += clouds(rng, height, width, rng.uniform(200, 700), 1) * rng.uniform(0, 0.03)
    return base * (1 + texture[..., None])


def pale(rng: Rng, height: int, width: int) -> Array:
    base = tone(rng, 0.72, 0.9, 0.03)
    texture = clouds(rng, height, width, rng.uniform(2, 6)) * rng.uniform(0.0, 0.02)
    texture += clouds(rng, height, width, rng.uniform(100, 500), 1) * rng.uniform(0, 0.012)
    return base * (1 + texture[..., None])


def wood(rng: Rng, height: int, width: int) -> Array:
    along = rng.uniform(0.5, 2.5)
    across = rng.uniform(12, 60)
    rings = clouds(rng, height, width, 1, 4, (across, along)) + 0.4 * clouds(rng, height, width, 1, 2, (400, along * 4))
    if rng.random() < 0.5:
        rings = np.sin(rings * rng.uniform(3, 9)) * 0.7
    light = tone(rng, 0.12, 0.7, 0.1) * np.array([0.6, 0.82, 1.1], np.float32)
    board = _coloured(0.5 + 0.5 * rings, light * rng.uniform(0.55, 0.92), light)
    if rng.random() < 0.5:
        for y in np.cumsum(rng.uniform(0.12, 0.35, 9)) * height:
            if y < height:
                cv2.line(board, (0, int(y)), (width, int(y)), tuple(map(float, light * 0.35)), int(rng.integers(1, 5)))
                board[int(y) :] *= rng.uniform(0.85, 1.12)
    return board


def cloth(rng: Rng, height: int, width: int) -> Array:
    base = tone(rng, 0.08, 0.6, 0.5)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    pitch = rng.uniform(3, 14)
    weave = np.sin(x * 2 * np.pi / pitch) * np.sin(y * 2 * np.pi / pitch) * rng.uniform(0.03, 0.12)
    folds = clouds(rng, height, width, rng.uniform(1.5, 4), 2, (1, rng.uniform(1, 4))) * rng.uniform(0.05, 0.25)
    surface = base * (1 + weave + folds)[..., None]
    if rng.random() < 0.4:
        other = tone(rng, 0.2, 0.8, 0.5)
        wide = rng.uniform(0.03, 0.12) * width
        stripes = (np.sin(x * np.pi / wide) > 0.2) | ((np.sin(y * np.pi / wide) > 0.2) & (rng.random() < 0.5))
        surface = np.where(stripes[..., None], surface * (other / base), surface)
    return surface.astype(np.float32)


def marble(rng: Rng, height: int, width: int) -> Array:
    turbulence = clouds(rng, height, width, rng.uniform(2, 5), 5)
    veins = np.exp(-np.abs(turbulence) * rng.uniform(8, 25))
    light = tone(rng, 0.2, 0.78, 0.06)
    return _coloured(1 - veins * rng.uniform(0.2, 0.8), light * rng.uniform(0.3, 0.8), light)


def granite(rng: Rng, height: int, width: int) -> Array:
    speckle = clouds(rng, height, width, rng.uniform(80, 300), 3)
    light = tone(rng, 0.15, 0.65, 0.08)
    return _coloured(0.5 + speckle * rng.uniform(0.3, 1.0), light * rng.uniform(0.4, 0.8), light)


def tiles(rng: Rng, height: int, width: int) -> Array:
    surface = marble(rng, height, width) if rng.random() < 0.5 else plain(rng, height, width)
    pitch = int(rng.uniform(0.1, 0.5) * max(height, width))
    groove = tuple(map(float, surface.mean((0, 1)) * rng.uniform(0.4, 1.3)))
    thick = int(rng.integers(2, 12))
    for at in range(int(rng.uniform(0, pitch)), max(height, width), pitch):
        cv2.line(surface, (at, 0), (at, height), groove, thick)
        cv2.line(surface, (0, at), (width, at), groove, thick)
    return surface


def clutter(rng: Rng, height: int, width: int) -> Array:
    """Put books, sheets, pens and cups on one of the other surfaces."""
    surface = np.ascontiguousarray(np.clip(_one_of(rng, _CALM)(rng, height, width), 0, 1))
    long = max(height, width)
    for _ in range(int(rng.integers(3, 12))):
        centre = rng.uniform(-0.05, 1.05, 2) * (width, height)
        colour = tuple(map(float, tone(rng, 0.05, 0.95, 0.5)))
        kind = rng.integers(0, 4)
        if kind <= 1:
            box = cv2.boxPoints((tuple(centre), tuple(rng.uniform(0.05, 0.3, 2) * long), float(rng.uniform(0, 180))))
            cv2.fillConvexPoly(surface, np.rint(box + rng.uniform(2, 9)).astype(np.int32), (0.05, 0.05, 0.06), cv2.LINE_AA)
            cv2.fillConvexPoly(surface, np.rint(box).astype(np.int32), colour, cv2.LINE_AA)
        elif kind == 2:
            end = centre + rng.normal(0, 0.15, 2) * long
            cv2.line(surface, _int(centre), _int(end), colour, int(rng.uniform(0.004, 0.014) * long), cv2.LINE_AA)
        else:
            radius = int(rng.uniform(0.02, 0.09) * long)
            cv2.circle(surface, _int(centre), radius, colour, -1, cv2.LINE_AA)
            cv2.circle(surface, _int(centre), int(radius * 0.8), tuple(c * 0.7 for c in colour), -1, cv2.LINE_AA)
    return surface


def room(rng: Rng, height: int, width: int) -> Array:
    """Show what is behind a page held in the hand: a room, out of focus."""
    return cv2.GaussianBlur(clutter(rng, height, width), (0, 0), float(rng.uniform(2, 22)))


def turned(rng: Rng, draw: Callable[[Rng, int, int], Array], height: int, width: int) -> Array:
    """Draw a surface and turn it by any angle, so that its lines do not run along the picture."""
    if rng.random() < 0.35:
        return np.clip(draw(rng, height, width), 0, 1).astype(np.float32)
    side = int(np.hypot(height, width)) + 4
    large = draw(rng, side, side)
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), float(rng.uniform(0, 360)), 1.0)
    matrix[:, 2] += ((width - side) / 2, (height - side) / 2)
    return np.clip(cv2.warpAffine(large, matrix, (width, height), borderMode=cv2.BORDER_REFLECT), 0, 1)


def _one_of(rng: Rng, kinds: tuple[Callable[[Rng, int, int], Array], ...]) -> Callable[[Rng, int, int], Array]:
    return kinds[int(rng.integers(len(kinds)))]


def _int(point: Array) -> tuple[int, int]:
    return int(point[0]), int(point[1])


_CALM = (plain, wood, cloth, marble, granite)
DESKS = (plain, plain, wood, wood, cloth, marble, granite, tiles, pale, clutter, clutter)
"""Surfaces of the desk set, the usual ones more often."""
