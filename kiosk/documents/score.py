"""Scores the page finder on a folder of photographs whose corners are known: `kiosk documents score DIR`.

Knows: `quads.json` (images with a quad and a subset, negatives without), overlap of quadrilaterals, CPU time. Does not know:
how a page is found. Times leave out reading and decoding; one OpenCV thread, so that they compare from machine to machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
from pydantic import BaseModel, Field, ValidationError

from kiosk.documents.corner_network import load, overlap
from kiosk.documents.finder import find_page
from kiosk.documents.geometry import Array

Finder = Callable[[Array], Array | None]
"""Takes a BGR picture, returns 4 x 2 corners in px or None."""


class ScoreError(Exception):
    """The folder cannot be scored. `code` is stable."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


class Entry(BaseModel):
    """One picture with its truth; a negative has no quad."""

    file: str
    width: int
    height: int
    quad: Annotated[list[tuple[float, float]], Field(min_length=4, max_length=4)] | None = None
    subset: str = "negative"
    kind: str = ""


class Truth(BaseModel):
    """A whole `quads.json`."""

    images: list[Entry]
    negatives: list[Entry] = []


@dataclass(frozen=True, slots=True)
class Judged:
    """What one picture came to. `iou`: 0 when nothing was found; of a negative, 1 when something was accepted."""

    file: str
    subset: str
    kind: str
    found: bool
    iou: float
    cpu_ms: float


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of one subset."""

    subset: str
    count: int
    mean_iou: float
    worst_iou: float
    share_95: float
    share_90: float
    misses: int
    median_ms: float
    p95_ms: float

    def line(self) -> str:
        """Say it as one line of a table."""
        return (
            f"{self.subset:<10} n {self.count:>4}  mean {self.mean_iou:.4f}  worst {self.worst_iou:.3f}  "
            f">=.95 {self.share_95:6.1%}  >=.90 {self.share_90:6.1%}  none {self.misses:>3}  "
            f"cpu ms {self.median_ms:6.1f} p95 {self.p95_ms:6.1f}"
        )


def read_truth(folder: Path) -> Truth:
    """Read a folder's `quads.json`. Raises: ScoreError."""
    file = folder / "quads.json"
    try:
        truth = Truth.model_validate_json(file.read_bytes())
    except OSError as error:
        raise ScoreError("score.no_truth", f"{file}: {error.strerror}") from error
    except ValidationError as error:
        first, where = error.errors()[0], ".".join(map(str, error.errors()[0]["loc"]))
        raise ScoreError("score.no_truth", f"{file}: {where + ': ' if where else ''}{first['msg']}") from error
    if not truth.images and not truth.negatives:
        raise ScoreError("score.no_truth", f"{file}: no pictures")
    return truth


def report(
    folder: Path, *, max_side: int = 0, thorough: bool = False, each: bool = False, network: Path | None = None
) -> Iterator[str]:
    """Yield the lines of a whole report, `each`: with one for every picture. Raises: ScoreError, NetworkRefused.

    `network`: file of a corner network that votes.
    """
    judged = []
    voter = None if network is None else load(network)
    for one in judge(folder, lambda picture: find_page(picture, thorough=thorough, voter=voter), max_side=max_side):
        judged.append(one)
        if each:
            yield f"{one.iou:.4f}  {one.cpu_ms:6.1f} ms  {one.subset:<8}  {one.file}"
    yield from (row.line() for row in rows(judged))
    yield from (f"accepted without a whole page, {kind}: {count} of {of}" for kind, (count, of) in accepted(judged).items())


def judge(folder: Path, finder: Finder, *, max_side: int = 0, limit_kind: str = "") -> Iterator[Judged]:
    """Let a finder look at every picture, reduced to `max_side` px on its long side (0: as stored). Raises: ScoreError."""
    truth = read_truth(folder)
    cv2.setNumThreads(1)
    # The first call of all pays for memory and for code that is loaded, in no picture's name.
    finder(np.zeros((1080, 1920, 3), np.uint8))
    for entry in (*truth.images, *truth.negatives):
        if limit_kind and entry.kind != limit_kind:
            continue
        picture, scale = _read(folder, entry, max_side)
        started_s = time.process_time()
        quad = finder(picture)
        cpu_ms = (time.process_time() - started_s) * 1000
        if entry.quad is None:
            iou = 0.0 if quad is None else 1.0
        else:
            iou = 0.0 if quad is None else overlap(quad, (np.array(entry.quad) + 0.5) * scale - 0.5)
        yield Judged(entry.file, entry.subset, entry.kind, quad is not None, iou, cpu_ms)


def rows(judged: list[Judged]) -> list[Row]:
    """Sum up: one row for each subset of positives, and one for all of them."""
    positives = [one for one in judged if one.subset != "negative"]
    names = sorted({one.subset for one in positives})
    parts = [(name, [one for one in positives if one.subset == name]) for name in names]
    return [_row(name, part) for name, part in [*parts, ("all", positives)] if part]


def accepted(judged: list[Judged]) -> dict[str, tuple[int, int]]:
    """Return for each kind of negative how many were accepted, and of how many."""
    negatives = [one for one in judged if one.subset == "negative"]
    return {
        kind: (sum(one.found for one in negatives if one.kind == kind), sum(one.kind == kind for one in negatives))
        for kind in sorted({one.kind for one in negatives})
    }


def _row(name: str, part: list[Judged]) -> Row:
    iou = np.array([one.iou for one in part])
    cpu = np.array([one.cpu_ms for one in part])
    return Row(
        subset=name,
        count=len(part),
        mean_iou=float(iou.mean()),
        worst_iou=float(iou.min()),
        share_95=float((iou >= 0.95).mean()),
        share_90=float((iou >= 0.90).mean()),
        misses=sum(not one.found for one in part),
        median_ms=float(np.median(cpu)),
        p95_ms=float(np.percentile(cpu, 95)),
    )


def _read(folder: Path, entry: Entry, max_side: int) -> tuple[Array, float]:
    picture: Any = cv2.imread(str(folder / entry.file), cv2.IMREAD_COLOR)
    if picture is None:
        raise ScoreError("score.unreadable", entry.file)
    if picture.shape[:2] != (entry.height, entry.width):
        height, width = picture.shape[:2]
        raise ScoreError("score.other_size", f"{entry.file}: {width} x {height} px, not {entry.width} x {entry.height}")
    longest = max(picture.shape[:2])
    if not 0 < max_side < longest:
        return picture, 1.0
    scale = max_side / longest
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), scale
