"""What is printed on the bench's pages: letters, forms, receipts, cards, book pages, photographs, nothing.

Knows: ink on paper, float32 BGR 0 to 1 with an opacity mask. Does not know: where a page lies.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from surfaces import Array, Rng, clouds, tone

from devices.document_camera.sheets import SHEETS

_LONG_PX = 1700


@dataclass(frozen=True)
class Page:
    """`print_`: height x width x 3. `opaque`: height x width, 0 where the sheet is torn off or a corner is rounded."""

    print_: Array
    opaque: Array


def _blank(rng: Rng, aspect: float, low: float = 0.86, high: float = 0.97, tint: float = 0.02) -> Array:
    height, width = _LONG_PX, round(_LONG_PX / aspect)
    paper = np.ones((height, width, 3), np.float32) * tone(rng, low, high, tint)
    return np.ascontiguousarray(paper * (1 + 0.01 * clouds(rng, height, width, 40, 2)[..., None]))


def _words(rng: Rng, paper: Array, box: tuple[int, int, int, int], size: float, ink: Array) -> None:
    """Fill a box (left, top, right, bottom) with lines of words made of strokes."""
    left, top, right, bottom = box
    y, leading = top + size, size * rng.uniform(1.5, 2.4)
    thick = max(1, round(size * 0.12))
    while y < bottom:
        x, end = left, right if rng.random() > 0.2 else left + (right - left) * rng.uniform(0.2, 0.9)
        while x < end:
            for _ in range(int(rng.integers(1, 8))):
                w = size * rng.uniform(0.35, 0.7)
                a = (int(x), int(y - size * rng.uniform(0.5, 0.9)))
                cv2.rectangle(paper, a, (int(x + w * 0.8), int(y)), ink.tolist(), thick) if rng.random() < 0.5 else cv2.line(
                    paper, a, (int(x + w * 0.6), int(y)), ink.tolist(), thick
                )
                x += w
            x += size * 0.5
        y += leading


def letter(rng: Rng) -> Page:
    paper = _blank(rng, rng.choice([1.414, 1.414, 1.294]))
    h, w = paper.shape[:2]
    ink = tone(rng, 0.05, 0.3, 0.2)
    margin = int(w * rng.uniform(0.07, 0.16))
    _words(
        rng,
        paper,
        (margin, int(h * rng.uniform(0.05, 0.2)), w - margin, int(h * rng.uniform(0.4, 0.95))),
        rng.uniform(11, 26),
        ink,
    )
    if rng.random() < 0.3:
        cv2.rectangle(paper, (0, 0), (w, int(h * rng.uniform(0.04, 0.14))), tone(rng, 0.2, 0.7, 0.5).tolist(), -1)
    return _whole(paper)


def form(rng: Rng) -> Page:
    paper = _blank(rng, 1.414)
    h, w = paper.shape[:2]
    ink = tone(rng, 0.05, 0.35, 0.2)
    left, top = int(w * rng.uniform(0.03, 0.12)), int(h * rng.uniform(0.04, 0.15))
    right, bottom = w - left, int(h * rng.uniform(0.7, 0.97))
    thick = int(rng.integers(2, 7))
    cv2.rectangle(paper, (left, top), (right, bottom), ink.tolist(), thick)
    rows = int(rng.integers(4, 20))
    for row in range(1, rows):
        y = top + (bottom - top) * row // rows
        cv2.line(paper, (left, y), (right, y), ink.tolist(), thick)
        _words(rng, paper, (left + 20, y - 30, left + int(w * rng.uniform(0.1, 0.7)), y - 20), 16, ink)
    for share in rng.uniform(0.2, 0.9, int(rng.integers(1, 5))):
        x = int(left + (right - left) * share)
        cv2.line(paper, (x, top), (x, bottom), ink.tolist(), thick)
    return _whole(paper)


def real_sheet(rng: Rng) -> Page:
    return _whole(_sheet(str(rng.choice(["address_proof_1", "address_proof_2", "employment_proof", "study_proof"]))).copy())


@lru_cache(maxsize=8)
def _sheet(name: str) -> Array:
    drawn = np.asarray(SHEETS[name].draw(145))[..., ::-1].astype(np.float32) / 255
    return np.ascontiguousarray(drawn)


def blank(rng: Rng) -> Page:
    return _whole(_blank(rng, 1.414))


def photograph(rng: Rng) -> Page:
    """Print a picture within a border, as a magazine page or a poster."""
    paper = _blank(rng, rng.uniform(1.2, 1.6))
    h, w = paper.shape[:2]
    inset = int(w * rng.uniform(0.03, 0.12))
    bottom = int(h * rng.uniform(0.3, 0.8))
    size = (bottom - inset, w - 2 * inset)
    picture = np.stack([0.5 + 0.4 * clouds(rng, *size, 4, 4) for _ in range(3)], 2)
    paper[inset:bottom, inset : w - inset] = np.clip(picture, 0, 1)
    _words(rng, paper, (inset, bottom + 30, w - inset, h - inset), rng.uniform(14, 24), tone(rng, 0.05, 0.3))
    return _whole(paper)


def receipt(rng: Rng) -> Page:
    paper = _blank(rng, rng.uniform(1.5, 3.4), 0.82, 0.95)
    h, w = paper.shape[:2]
    ink = tone(rng, 0.1, 0.45, 0.1)
    _words(rng, paper, (int(w * 0.08), int(h * 0.08), int(w * 0.9), int(h * 0.85)), rng.uniform(18, 34), ink)
    page = _whole(paper)
    if rng.random() < 0.6:
        teeth = (np.abs(np.sin(np.arange(w) * rng.uniform(0.05, 0.3))) * rng.uniform(2, 14)).astype(int)
        for x, tooth in enumerate(teeth):
            page.opaque[:tooth, x] = 0
    return page


def card(rng: Rng) -> Page:
    """An ID-1 card: tinted, with a portrait, a stripe or a frame, and rounded corners."""
    paper = _blank(rng, 1.586, 0.55, 0.95, 0.12)
    h, w = paper.shape[:2]
    wash = clouds(rng, h, w, 5, 3)[..., None] * rng.uniform(0, 0.12, 3)
    paper = np.ascontiguousarray(np.clip(paper * (1 + wash), 0, 1).astype(np.float32))
    ink = tone(rng, 0.05, 0.4, 0.3)
    box = (int(w * 0.08), int(h * rng.uniform(0.35, 0.5)), int(w * 0.92), int(h * rng.uniform(0.7, 0.92)))
    _words(rng, paper, box, rng.uniform(22, 50), ink)
    if rng.random() < 0.6:
        cv2.rectangle(
            paper, (int(w * 0.1), int(h * 0.08)), (int(w * 0.5), int(h * 0.32)), tone(rng, 0.1, 0.6, 0.4).tolist(), -1
        )
    if rng.random() < 0.4:
        x = int(w * rng.uniform(0.04, 0.1))
        cv2.rectangle(paper, (x, 0), (x + int(w * 0.2), h), (0.06, 0.06, 0.07), -1)
    if rng.random() < 0.3:
        inset = int(w * rng.uniform(0.03, 0.07))
        cv2.rectangle(paper, (inset, inset), (w - inset, h - inset), ink.tolist(), 5)
    radius = int(0.037 * h)
    opaque = np.zeros((h, w), np.float32)
    cv2.rectangle(opaque, (radius, 0), (w - radius, h), 1.0, -1)
    cv2.rectangle(opaque, (0, radius), (w, h - radius), 1.0, -1)
    for x in (radius, w - radius - 1):
        for y in (radius, h - radius - 1):
            cv2.circle(opaque, (x, y), radius, 1.0, -1)
    return Page(paper, opaque)


def book(rng: Rng) -> Page:
    paper = _blank(rng, rng.uniform(1.35, 1.6), 0.7, 0.9, 0.06)
    h, w = paper.shape[:2]
    inset = int(w * rng.uniform(0.02, 0.1))
    _words(rng, paper, (inset, int(h * 0.06), w - inset, int(h * 0.95)), rng.uniform(18, 26), tone(rng, 0.05, 0.25, 0.05))
    return _whole(paper)


def cover(rng: Rng) -> Page:
    """A booklet's cover, dark: passport, household register."""
    paper = _blank(rng, rng.uniform(1.35, 1.5), 0.08, 0.45, 0.6)
    h, w = paper.shape[:2]
    gold = tone(rng, 0.4, 0.9, 0.3).tolist()
    cv2.circle(
        paper, (w // 2, int(h * rng.uniform(0.3, 0.5))), int(w * rng.uniform(0.08, 0.2)), gold, int(rng.integers(3, 30))
    )
    _words(rng, paper, (int(w * 0.25), int(h * 0.6), int(w * 0.75), int(h * 0.75)), rng.uniform(40, 70), np.array(gold))
    return _whole(paper)


def _whole(paper: Array) -> Page:
    return Page(paper, np.ones(paper.shape[:2], np.float32))


PAGES = (letter, letter, form, real_sheet, real_sheet, blank, photograph, receipt, card, card, book, cover)
PALE = tuple(page for page in PAGES if page is not cover)
"""What may lie white on white."""
