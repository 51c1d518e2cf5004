"""Redraws the pictures of docs/documents.md from rendered photographs.

Knows: which scenes show which step. Does not know: anything that the pipeline does.
"""

from __future__ import annotations

import sys
from pathlib import Path

import blurring
import cv2
import numpy as np
import scenes
from surfaces import Array

from devices.document_camera.scene import Lying, Scene, exposures
from kiosk.documents.finder import FoundPage, examine
from kiosk.documents.mat import Mat
from kiosk.documents.quality import measure

_HIGH = 420
_GREEN, _AMBER = (140, 211, 25), (60, 150, 255)


def main() -> int:
    """Write three strips into the folder given."""
    folder = Path(sys.argv[1])
    cv2.imwrite(str(folder / "finding.jpg"), _strip([_found(kind, seed) for kind, seed in _FOUND]))
    cv2.imwrite(str(folder / "mat.jpg"), _strip(_mat()))
    cv2.imwrite(str(folder / "quality.jpg"), _strip(_faults()))
    return 0


_FOUND = (("desk", 10_004), ("white", 10_003), ("hand", 10_003), ("bent", 10_006))


def _found(kind: str, seed: int) -> Array:
    picture = scenes.shoot(kind, seed).picture
    found = examine(picture)
    if isinstance(found, FoundPage):
        corners = np.rint(found.quad).astype(np.int32)
        cv2.polylines(picture, [corners], True, _GREEN, max(4, max(picture.shape) // 200), cv2.LINE_AA)
    return picture


def _mat() -> list[Array]:
    """Show the empty mat, an arm over a page, and what differs between the two."""
    empty, page = (
        cv2.rotate(exposures(Scene(lying), count=1)[0], cv2.ROTATE_90_CLOCKWISE)
        for lying in (None, Lying("address_proof_1", 0.5, 0.5, 1.4))
    )
    cv2.line(page, (1080, 1190), (760, 1060), (128, 160, 205), 90, cv2.LINE_AA)
    mat = Mat()
    mat.learn(empty)
    seen = mat.foreground(page)
    assert seen is not None
    mask = cv2.resize(seen.mask * 255, (1080, 1920), interpolation=cv2.INTER_NEAREST)
    return [empty, page, cv2.cvtColor(mask, cv2.COLOR_GRAY2BGR)]


def _faults() -> list[Array]:
    """Show a page with a soft corner and one with glare, each with its mark."""
    rng = np.random.default_rng(1)
    page = blurring.noisy(blurring.sharp_page(24), rng)
    height, width = page.shape[:2]
    soft = page.copy()
    soft[: height // 3, width * 2 // 3 :] = cv2.GaussianBlur(soft[: height // 3, width * 2 // 3 :], (0, 0), 3)
    spot = np.zeros((height, width), np.float32)
    cv2.ellipse(spot, (width // 3, height // 2), (width // 6, height // 12), 20, 0, 360, 255.0, -1)
    shiny = np.clip(page * 0.9 + cv2.GaussianBlur(spot, (0, 0), 12)[..., None], 0, 255).astype(np.uint8)
    for picture in (soft, shiny):
        for fault in measure(picture).faults:
            left, top, wide, high = fault.place
            a = (int(left * width), int(top * height))
            b = (int((left + wide) * width), int((top + high) * height))
            cv2.rectangle(picture, a, b, _AMBER, 6, cv2.LINE_AA)
    return [page, soft, shiny]


def _strip(pictures: list[Array]) -> Array:
    parts = []
    for picture in pictures:
        scale = _HIGH / picture.shape[0]
        parts += [
            cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA),
            np.full((_HIGH, 12, 3), 255, np.uint8),
        ]
    return np.hstack(parts[:-1])


if __name__ == "__main__":
    sys.exit(main())
