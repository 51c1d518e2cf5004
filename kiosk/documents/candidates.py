"""Quadrilaterals that might be a page.

Knows: three plain ways to propose them: closed contours, the region that differs from the surroundings, and crossings of
long straight lines. Does not know: which one is right (`finder` scores them).
"""

from __future__ import annotations

import cv2
import numpy as np

from kiosk.documents.geometry import Array
from kiosk.documents.gradients import Gradients

_MAX_LINES = 18
_MAX_ALIKE = 10
_MAX_QUADS = 4000
_REACH = 0.75
"""Furthest crossing from the picture's middle, in shares of it: corners of a page that is cut off lie outside."""


def from_contours(field: Gradients, min_area: float) -> list[Array]:
    """Propose from edge contours at three scales; `min_area` in px² of the working picture."""
    quads: list[Array] = []
    for edges, gap in ((field.strong, 3), (field.strong, 7), (field.weak, 3)):
        closed = cv2.morphologyEx(edges, cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8))
        contours = cv2.findContours(closed, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0]
        for contour in sorted(contours, key=len, reverse=True)[:30]:
            _as_quad(contour, min_area, quads)
    return quads


def from_regions(field: Gradients, min_area: float) -> list[Array]:
    """Propose what is lighter, darker or of another colour than the picture's margin."""
    lab = field.lab
    rim = max(4, field.width // 50)
    margin = np.concatenate([part.reshape(-1, 3) for part in (lab[:rim], lab[-rim:], lab[:, :rim], lab[:, -rim:])]).astype(
        np.float32
    )
    distance = np.linalg.norm((lab.astype(np.float32) - np.median(margin, 0)) * (1, 1.5, 1.5), axis=2)
    tint = np.abs(lab[..., 1].astype(np.int16) - 128) + np.abs(lab[..., 2].astype(np.int16) - 128)
    quads: list[Array] = []
    for plane in (lab[..., 0], np.clip(distance * 2, 0, 255).astype(np.uint8), cv2.convertScaleAbs(tint, alpha=3)):
        _, light = cv2.threshold(np.ascontiguousarray(plane), 0, 255, cv2.THRESH_OTSU)
        for mask in (light, 255 - light):
            opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
            contours = cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
            for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:3]:
                _as_quad(contour, min_area, quads)
    return quads


def from_lines(field: Gradients) -> Array:
    """Propose every convincing quadrilateral between long straight lines, n x 4 x 2."""
    lines = _lines(field)
    if len(lines) < 2:
        return np.zeros((0, 4, 2), np.float32)
    # The picture's own border too: a page that is cut off must be able to say so, or a smaller rectangle wins.
    lines += [(1.0, 0.0, 0.0), (1.0, 0.0, field.width - 1.0), (0.0, 1.0, 0.0), (0.0, 1.0, field.height - 1.0)]
    normals = np.array([[x, y] for x, y, _ in lines])
    offsets = np.array([offset for _, _, offset in lines])
    first, second = np.triu_indices(len(lines), 1)
    cosine = np.abs((normals[first] * normals[second]).sum(1))
    facing = np.stack([first, second], 1)[cosine > np.cos(np.radians(35))]
    crossing = _crossings(normals, offsets, field)
    if len(facing) < 2:
        return np.zeros((0, 4, 2), np.float32)
    one, other = np.triu_indices(len(facing), 1)
    a, b = facing[one].T
    c, d = facing[other].T
    quads = np.stack([crossing[a, c], crossing[a, d], crossing[b, d], crossing[b, c]], 1)
    whole: Array = quads[~np.isnan(quads).any((1, 2))][:_MAX_QUADS].astype(np.float32)
    return whole


def _as_quad(contour: Array, min_area: float, quads: list[Array]) -> None:
    hull = cv2.convexHull(contour)
    if cv2.contourArea(hull) < min_area:
        return
    length = cv2.arcLength(hull, True)
    for tolerance in (0.01, 0.02, 0.035, 0.055, 0.08):
        corners = cv2.approxPolyDP(hull, tolerance * length, True)
        if len(corners) == 4:
            quads.append(corners[:, 0].astype(np.float32))
            return


def _crossings(normals: Array, offsets: Array, field: Gradients) -> Array:
    """Return where each pair of lines meets, n x n x 2; NaN when too parallel or outside the picture."""
    determinant = normals[:, None, 0] * normals[None, :, 1] - normals[None, :, 0] * normals[:, None, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        x = (offsets[:, None] * normals[None, :, 1] - offsets[None, :] * normals[:, None, 1]) / determinant
        y = (normals[:, None, 0] * offsets[None, :] - normals[None, :, 0] * offsets[:, None]) / determinant
        inside = (np.abs(x / field.width - 0.5) < _REACH) & (np.abs(y / field.height - 0.5) < _REACH)
    points = np.stack([x, y], 2)
    points[~inside | (np.abs(determinant) < np.sin(np.radians(40)))] = np.nan
    return points


def _lines(field: Gradients) -> list[tuple[float, float, float]]:
    """Return the longest straight edges as (nx, ny, offset), merged from collinear segments, best covered first."""
    segmented: Array | None = cv2.createLineSegmentDetector(0).detect(np.ascontiguousarray(field.lab[..., 0]))[0]
    voted: Array | None = cv2.HoughLinesP(field.strong, 1, np.pi / 360, 40, minLineLength=field.height // 12, maxLineGap=8)
    parts = [part.reshape(-1, 4).astype(np.float64) for part in (segmented, voted) if part is not None]
    if not parts:
        return []
    segments = np.vstack(parts)
    length = np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])
    order = np.argsort(-length)[:200]
    segments, length = segments[order][length[order] > 15], length[order][length[order] > 15]
    direction = (segments[:, 2:] - segments[:, :2]) / np.maximum(length, 1e-6)[:, None]
    used = np.zeros(len(segments), bool)
    merged: list[tuple[float, tuple[float, float, float]]] = []
    for index in range(len(segments)):
        if used[index]:
            continue
        normal = np.array([-direction[index, 1], direction[index, 0]])
        near = np.maximum(
            np.abs((segments[:, :2] - segments[index, :2]) @ normal),
            np.abs((segments[:, 2:] - segments[index, :2]) @ normal),
        )
        along = np.abs(direction @ direction[index])
        members = ~used & (along > np.cos(np.radians(2.5))) & (near < 5)
        used |= members
        merged.append(_merge(segments[members], length[members]))
    merged.sort(key=lambda item: -item[0])
    return _mixed([line for _, line in merged])


def _mixed(lines: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Keep the best lines of every direction: rows of print would crowd out the two sides that cross them."""
    kept: list[tuple[float, float, float]] = []
    for line in lines:
        alike = sum(abs(line[0] * other[0] + line[1] * other[1]) > np.cos(np.radians(35)) for other in kept)
        if alike < _MAX_ALIKE:
            kept.append(line)
        if len(kept) == _MAX_LINES:
            break
    return kept


def _merge(segments: Array, length: Array) -> tuple[float, tuple[float, float, float]]:
    """Fit one line through segments, weighted by length; return the px of it that they cover, and the line."""
    ends = segments.reshape(-1, 2)
    weight = np.repeat(length, 2)
    centre = (ends * weight[:, None]).sum(0) / weight.sum()
    spread = ends - centre
    _, vectors = np.linalg.eigh((spread * weight[:, None]).T @ spread)
    along = vectors[:, 1]
    spans = np.sort(np.stack([(segments[:, :2] - centre) @ along, (segments[:, 2:] - centre) @ along], 1), axis=1)
    covered, reached = 0.0, -np.inf
    for start, end in spans[np.argsort(spans[:, 0])]:
        covered += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    normal = (-along[1], along[0])
    return covered, (normal[0], normal[1], float(normal[0] * centre[0] + normal[1] * centre[1]))
