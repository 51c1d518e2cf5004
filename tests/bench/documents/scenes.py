"""Photographs of pages that nobody took: drawn pages on drawn desks through a drawn camera, with the truth of their corners.

Knows: perspective, curl, hands, shadows, light, blur, noise, JPEG; one seed gives one picture, always the same. Does not
know: the finder. `write_set` leaves a folder of the shape that `kiosk documents score` reads.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import papers
import surfaces
from surfaces import Array, Rng

KINDS = ("desk", "white", "hand", "bent", "empty", "cut_off")
SUBSET = {"desk": "desk", "white": "hard", "hand": "hard", "bent": "hard"}
_FRAMES = ((1349, 2400), (1080, 1920), (1920, 1080), (1800, 2400), (2400, 1800), (1500, 2000), (1080, 1440), (1200, 1600))
_CORNERS = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)


@dataclass(frozen=True)
class Shot:
    """`quad`: 4 x 2 px clockwise from the top left as the camera sees it, None for a picture without a whole page."""

    picture: Array
    quad: Array | None
    kind: str


def shoot(kind: str, seed: int, *, share: float = 1.0) -> Shot:
    """Render one picture of a kind, at a share of its usual size."""
    rng = np.random.default_rng((seed, KINDS.index(kind)))
    width, height = (round(each * share) for each in _FRAMES[int(rng.integers(len(_FRAMES)))])
    if kind == "empty":
        draw = _pick(rng, (*surfaces.DESKS[:7], surfaces.pale, surfaces.plain))
        return Shot(_developed(rng, _lit(rng, surfaces.turned(rng, draw, height, width))), None, kind)
    page = _pick(rng, papers.PALE if kind == "white" else papers.PAGES)(rng)
    aspect = page.print_.shape[0] / page.print_.shape[1]
    quad = _seen(rng, aspect, width, height, steep=kind in {"hand", "bent"}, cut=kind == "cut_off")
    desk = surfaces.turned(rng, _desk(rng, kind), height, width)
    if kind == "white":
        desk = _alike(rng, page, height, width)
    bend = rng.normal(0, {"hand": 0.012, "bent": 0.028}.get(kind, 0.0015), 4)
    scene = laid(rng, desk, page, quad, bend, held=kind == "hand")
    if kind == "hand" or (kind == "bent" and rng.random() < 0.3):
        scene = _fingers(rng, scene, quad)
    ordered = np.roll(quad, -int(np.argmin(quad.sum(1))), 0)
    return Shot(_developed(rng, _lit(rng, scene)), None if kind == "cut_off" else ordered, kind)


def write_set(folder: Path, first_seed: int, counts: dict[str, int]) -> None:
    """Render `counts[kind]` pictures of each kind into a folder and write its `quads.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    images: list[dict[str, object]] = []
    negatives: list[dict[str, object]] = []
    for kind, count in counts.items():
        for seed in range(first_seed, first_seed + count):
            shot = shoot(kind, seed)
            name = f"{kind}_{seed}.jpg"
            cv2.imwrite(str(folder / name), shot.picture, [cv2.IMWRITE_JPEG_QUALITY, 92])
            size = {"file": name, "width": shot.picture.shape[1], "height": shot.picture.shape[0]}
            if shot.quad is None:
                negatives.append({**size, "why": "empty desk" if kind == "empty" else "cut off", "kind": kind})
            else:
                images.append({**size, "quad": shot.quad.round(2).tolist(), "subset": SUBSET[kind], "kind": kind})
    truth = {"version": 1, "corner_order": "TL,TR,BR,BL", "images": images, "negatives": negatives}
    (folder / "quads.json").write_text(json.dumps(truth, indent=1))


def _pick(rng: Rng, kinds: tuple[Callable[..., object], ...]) -> Callable[..., object]:
    return kinds[int(rng.integers(len(kinds)))]


def _desk(rng: Rng, kind: str) -> Callable[[Rng, int, int], Array]:
    if kind == "hand":
        return surfaces.room
    return _pick(rng, surfaces.DESKS)


def _alike(rng: Rng, page: papers.Page, height: int, width: int) -> Array:
    """Return a pale desk whose tone is a few levels from the paper's."""
    paper = np.median(page.print_[page.opaque > 0].reshape(-1, 3)[::97], 0)
    base = paper * rng.uniform(0.87, 0.965) * (1 + rng.uniform(-0.025, 0.025, 3))
    texture = surfaces.clouds(rng, height, width, rng.uniform(2, 6)) * rng.uniform(0, 0.015)
    texture += surfaces.clouds(rng, height, width, rng.uniform(200, 700), 1) * rng.uniform(0, 0.01)
    return (base * (1 + texture[..., None])).astype(np.float32)


def _seen(rng: Rng, aspect: float, width: int, height: int, *, steep: bool, cut: bool) -> Array:
    """Return where a camera at a chance place sees the page's corners, px."""
    while True:
        tilt = np.radians(rng.normal(0, 14 if steep else 9, 2))
        roll = np.radians(rng.normal(0, 9) + rng.choice([0, 0, 0, 0, 90, 180, rng.uniform(0, 360)]))
        flat = (_CORNERS - 0.5) * (1, aspect)
        turned = flat @ np.array([[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]])
        depth = 1 + (turned * np.sin(tilt)).sum(1) / (aspect * rng.uniform(1.2, 2.4))
        seen = turned * np.cos(tilt) / depth[:, None]
        seen -= (seen.min(0) + seen.max(0)) / 2
        extent = np.ptp(seen, axis=0)
        share = rng.uniform(0.45, 0.94)
        seen *= share * min(width / extent[0], height / extent[1])
        slack = np.array([width, height]) - np.ptp(seen, axis=0)
        quad: Array = seen + np.array([width, height]) / 2 + rng.uniform(-0.5, 0.5, 2) * slack * 0.9
        if not cut:
            return quad
        angle = rng.uniform(0, 2 * np.pi)
        quad = quad + np.array([np.cos(angle), np.sin(angle)]) * rng.uniform(0.1, 0.6, 2) * (width, height)
        beyond = np.maximum(np.maximum(-quad, quad - (width, height)), 0).max() / max(width, height)
        inside = ((quad > 0) & (quad < (width, height))).all(1).sum()
        if beyond > 0.02 and inside >= 1:
            return quad


def laid(rng: Rng, desk: Array, page: papers.Page, quad: Array, bend: Array, *, held: bool) -> Array:
    """Put the page on the desk: bent as told, with its shadow."""
    height, width = desk.shape[:2]
    rows, columns = page.opaque.shape
    ratio = min(1.0, 1.1 * np.linalg.norm(quad[3] - quad[0]) / rows)
    size = (max(8, round(columns * ratio)), max(8, round(rows * ratio)))
    print_ = cv2.resize(page.print_, size, interpolation=cv2.INTER_AREA)
    opaque = cv2.resize(page.opaque, size, interpolation=cv2.INTER_AREA)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    back = cv2.getPerspectiveTransform(quad.astype(np.float32), _CORNERS.astype(np.float32))
    depth = back[2, 0] * x + back[2, 1] * y + back[2, 2]
    u = (back[0, 0] * x + back[0, 1] * y + back[0, 2]) / depth
    v = (back[1, 0] * x + back[1, 1] * y + back[1, 2]) / depth
    arch_u = np.sin(np.pi * np.clip(u, -0.1, 1.1)).astype(np.float32)
    arch_v = np.sin(np.pi * np.clip(v, -0.1, 1.1)).astype(np.float32)
    bent_v = v + (bend[0] * (1 - v) + bend[1] * v) * arch_u
    bent_u = u + (bend[2] * (1 - u) + bend[3] * u) * arch_v
    map_x = (bent_u * size[0] - 0.5).astype(np.float32)
    map_y = (bent_v * size[1] - 0.5).astype(np.float32)
    paper = cv2.remap(print_, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    mask = cv2.remap(opaque, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)[..., None]
    shade = 1 + 4 * (bend[0] * arch_u * np.cos(np.pi * u) + bend[2] * arch_v * np.cos(np.pi * v))
    shadow = _shadow(rng, mask[..., 0]) * (0.15 if held else rng.uniform(0.15, 0.6))
    return desk * (1 - shadow[..., None]) * (1 - mask) + paper * shade[..., None].astype(np.float32) * mask


def _shadow(rng: Rng, mask: Array) -> Array:
    height, width = mask.shape
    small = cv2.resize(mask, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    shift = np.concatenate([np.eye(2), rng.normal(0, max(height, width) * 0.0007, (2, 1))], 1)
    moved = cv2.warpAffine(small, shift, (small.shape[1], small.shape[0]))
    soft = cv2.GaussianBlur(moved, (0, 0), float(rng.uniform(0.6, 5)))
    return cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)


def _fingers(rng: Rng, scene: Array, quad: Array) -> Array:
    """Hold the page by one or two of its sides."""
    skin = np.array([0.42, 0.55, 0.78], np.float32) * rng.uniform(0.45, 1.1)
    length = np.linalg.norm(quad[1] - quad[0])
    for side in rng.choice(4, int(rng.integers(1, 3)), replace=False):
        a, b = quad[side], quad[(side + 1) % 4]
        inward = quad.mean(0) - (a + b) / 2
        inward /= np.linalg.norm(inward)
        for _ in range(int(rng.integers(1, 4))):
            tip = a + (b - a) * rng.uniform(0.1, 0.9) + inward * length * rng.uniform(0.02, 0.12)
            lean = inward + rng.normal(0, 0.35, 2)
            root = tip - lean / np.linalg.norm(lean) * length * rng.uniform(0.4, 0.9)
            wide = int(max(6, length * rng.uniform(0.05, 0.09)))
            finger = np.zeros(scene.shape[:2], np.float32)
            cv2.line(
                finger,
                tuple(np.rint(tip).astype(int).tolist()),
                tuple(np.rint(root).astype(int).tolist()),
                1.0,
                wide,
                cv2.LINE_AA,
            )
            small = cv2.resize(finger, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
            round_ = cv2.resize(
                cv2.GaussianBlur(small, (0, 0), wide / 14), scene.shape[1::-1], interpolation=cv2.INTER_LINEAR
            )
            share = finger[..., None]
            scene = scene * (1 - share) + skin * (0.45 + 0.6 * round_[..., None]) * share
    return scene


def _lit(rng: Rng, scene: Array) -> Array:
    """Light the scene: a slope, falloff to the corners, now and then somebody's shadow."""
    height, width = scene.shape[:2]
    y, x = np.mgrid[-1:1:60j, -1:1:60j].astype(np.float32)
    slope = rng.normal(0, 0.12, 2)
    light = 1 + slope[0] * x + slope[1] * y - rng.uniform(0, 0.12) * (x * x + y * y)
    for _ in range(int(rng.choice([0, 0, 1, 2]))):
        blob = np.zeros((240, 240), np.float32)
        points = rng.uniform(-60, 300, 2) + rng.normal(0, 80, (5, 2))
        cv2.fillConvexPoly(blob, cv2.convexHull(np.rint(points).astype(np.int32)), 1.0)
        blob = cv2.GaussianBlur(blob, (0, 0), float(rng.uniform(1, 16)))
        light = cv2.resize(light, (240, 240)) * (1 - blob * rng.uniform(0.1, 0.45))
    level = rng.uniform(0.72, 1.02) * (1 + rng.normal(0, 0.03, 3))
    light = cv2.resize(light.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return (scene * light[..., None] * level).astype(np.float32)


def _developed(rng: Rng, scene: Array) -> Array:
    """Expose the scene: lens, hand, sensor, JPEG. Returns uint8."""
    picture = cv2.GaussianBlur(scene, (0, 0), float(rng.uniform(0.5, 1.4)))
    if rng.random() < 0.15:
        length = int(rng.integers(3, 8))
        kernel = np.zeros((length, length), np.float32)
        angle = rng.uniform(0, np.pi)
        middle = (length - 1) / 2
        for step in np.linspace(-middle, middle, 4 * length):
            kernel[round(middle + step * np.sin(angle)), round(middle + step * np.cos(angle))] = 1
        picture = cv2.filter2D(picture, -1, kernel / kernel.sum())
    picture = np.clip(picture, 0, 1) ** rng.uniform(0.8, 1.15) * 255
    grain = rng.normal(0, 1, (520, 520, 3)).astype(np.float32)
    grain = cv2.GaussianBlur(grain, (0, 0), 0.6) * 1.6 * rng.uniform(0.4, 5)
    height, width = scene.shape[:2]
    picture += np.tile(grain, (height // 520 + 1, width // 520 + 1, 1))[:height, :width]
    levels = np.clip(picture, 0, 255).astype(np.uint8)
    encoded = cv2.imencode(".jpg", levels, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 96))])[1]
    return cv2.imdecode(encoded, cv2.IMREAD_COLOR)
