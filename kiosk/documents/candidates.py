"""Quadrilaterals that might be a page.

Knows: three plain ways to propose them: closed contours, the region that differs from the surroundings, and crossings of
long straight lines. Does not know: which one is right (`finder` scores them).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.documents.geometry import Array
from kiosk.documents.gradients import Gradients
from kiosk.documents.sides import places

_AROUND_PX, _LINES_AT = 31, 0.8
_LIGHTNESS_GAIN, _TINT_GAIN = 4.0, 6.0
"""How much differences from the surroundings are raised before lines are searched: white paper on white differs by five
levels of 255, less than the detector looks at."""
_SMALLEST_PX = 16
"""Of a picture, either way, in which there may be lines."""
_MAX_LINES = 18
_MAX_ALIKE = 10
_SAME_LINE_DEG, _SAME_LINE_PX = 2.5, 5.0
_BESIDE_PX = 4.0
_CLEAR_STEP = 20.0
_ALIKE_WORTH = 0.35
_MAX_QUADS = 4000
_COARSER = 2
_OTHER, _OTHER_THAN_MARGIN = 3.0, 3.0
"""Least distance from the margin's colour in Lab, absolute and as a multiple of the margin's own spread."""
_TINT = np.array((1.0, 2.25, 2.25), np.float32)
_REACH = 0.75
"""Furthest crossing from the picture's middle, in shares of it: corners of a page that is cut off lie outside."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A straight edge through (x, y). `covered`: px of it on which edges lie, between `low` and `high` along it."""

    covered: float
    x: float
    y: float
    angle: float
    low: float
    high: float

    def normal_form(self) -> tuple[float, float, float]:
        """Return (nx, ny, offset)."""
        nx, ny = -math.sin(self.angle), math.cos(self.angle)
        return nx, ny, nx * self.x + ny * self.y


def from_contours(field: Gradients, min_area: float) -> list[Array]:
    """Propose from edge contours at four scales; `min_area` in px² of the working picture."""
    quads: list[Array] = []
    for edges, gap in ((field.strong, 3), (field.strong, 7), (field.weak, 3), (field.weak, 7)):
        closed = cv2.morphologyEx(edges, cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8))
        contours = cv2.findContours(closed, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0]
        for contour in sorted(contours, key=len, reverse=True)[:30]:
            _as_quad(contour, min_area, quads)
    return quads


def from_regions(field: Gradients, min_area: float) -> list[Array]:
    """Propose what is lighter, darker or of another colour than the picture's margin."""
    lab = np.ascontiguousarray(field.lab[::_COARSER, ::_COARSER])
    rim = max(2, lab.shape[1] // 50)
    margin = np.concatenate([part.reshape(-1, 3) for part in (lab[:rim], lab[-rim:], lab[:, :rim], lab[:, -rim:])]).astype(
        np.float32
    )
    middle = np.median(margin, 0)
    distance, within = (np.sqrt(((part - middle) ** 2) @ _TINT) for part in (lab.astype(np.float32), margin))
    tint = np.abs(lab[..., 1:].astype(np.int16) - 128).sum(2)
    quads: list[Array] = []
    # Whatever is not the margin, however faint beside it: a dark stripe must not hide that the card goes on.
    other = np.where(distance > max(_OTHER, _OTHER_THAN_MARGIN * float(np.median(within))), 255, 0).astype(np.uint8)
    masks = [cv2.morphologyEx(other, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))]
    for plane in (lab[..., 0], np.clip(distance * 2, 0, 255).astype(np.uint8), cv2.convertScaleAbs(tint, alpha=3)):
        _, light = cv2.threshold(np.ascontiguousarray(plane), 0, 255, cv2.THRESH_OTSU)
        masks += [light, 255 - light]
    for mask in masks:
        opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        contours = cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
        for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:3]:
            _as_quad(contour, min_area / _COARSER**2, quads)
    # They are pulled onto their edges later: every other pixel says enough about a region.
    return [quad * _COARSER for quad in quads]


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
    for tolerance in (0.01, 0.02, 0.035, 0.045, 0.055, 0.065, 0.08):
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
    parts = _segments(field)
    if not parts:
        return []
    segments = np.vstack(parts)
    length = np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])
    order = np.argsort(-length)[:200]
    segments, length = segments[order][length[order] > 15], length[order][length[order] > 15]
    direction = (segments[:, 2:] - segments[:, :2]) / np.maximum(length, 1e-6)[:, None]
    normal = np.stack([-direction[:, 1], direction[:, 0]], 1)
    start, end = segments[:, :2], segments[:, 2:]
    # How far each segment's ends are from each other segment's line, and how nearly they run the same way.
    own = (start * normal).sum(1)
    away = np.maximum(np.abs(normal @ start.T - own[:, None]), np.abs(normal @ end.T - own[:, None]))
    alike = (np.abs(direction @ direction.T) > np.cos(np.radians(_SAME_LINE_DEG))) & (away < _SAME_LINE_PX)
    group = np.full(len(segments), -1)
    groups = 0
    for index in range(len(segments)):
        if group[index] < 0:
            group[alike[index] & (group < 0)] = groups
            groups += 1
    if not groups:
        return []
    merged = _merged(segments, length, group)
    steps = _steps_across(merged, field)
    worth = [line.covered * (_ALIKE_WORTH + min(1.0, step / _CLEAR_STEP)) for line, step in zip(merged, steps, strict=True)]
    return _mixed([merged[at].normal_form() for at in np.argsort(worth)[::-1]])


def _segments(field: Gradients) -> list[Array]:
    """Return straight pieces of edges, count x 4 each: of lightness, and of the tint that varies most."""
    if min(field.height, field.width) < _SMALLEST_PX:
        return []
    lab = field.lab.astype(np.float32)
    local = lab - cv2.blur(lab, (_AROUND_PX, _AROUND_PX))
    a, b = local[..., 1], local[..., 2]
    angle = 0.5 * math.atan2(2 * float((a * b).sum()), float((a * a).sum() - (b * b).sum()))
    tint = a * np.float32(math.cos(angle)) + b * np.float32(math.sin(angle))
    found, detector = [], cv2.createLineSegmentDetector(cv2.LSD_REFINE_NONE, _LINES_AT)
    for plane, gain in ((local[..., 0], _LIGHTNESS_GAIN), (tint, _TINT_GAIN)):
        raised = np.clip(plane * np.float32(gain) + 128, 0, 255).astype(np.uint8)
        segments: Array | None = detector.detect(raised)[0]
        if segments is not None:
            found.append(segments.reshape(-1, 4).astype(np.float64))
    # The long sides of bent paper, and sides that a hand breaks in two, are pieces to the detector and lines to a vote.
    voted: Array | None = cv2.HoughLinesP(field.strong, 1, np.pi / 180, 40, minLineLength=field.height // 12, maxLineGap=8)
    return found if voted is None else [*found, voted.reshape(-1, 4).astype(np.float64)]


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


def _merged(segments: Array, length: Array, group: Array) -> list[_Line]:
    """Fit one line through the segments of each group, weighted by length."""
    ends, weight, of = segments.reshape(-1, 2), np.repeat(length, 2), np.repeat(group, 2)
    total = np.bincount(of, weight)
    centre = np.stack([np.bincount(of, weight * part) / total for part in ends.T], 1)
    spread = ends - centre[of]
    x, y = spread.T
    xx, yy, xy = (np.bincount(of, weight * each) for each in (x * x, y * y, x * y))
    angle = 0.5 * np.arctan2(2 * xy, xx - yy)
    spots = np.sort((x * np.cos(angle)[of] + y * np.sin(angle)[of]).reshape(-1, 2), axis=1)
    covered, low, high = [0.0] * len(total), [math.inf] * len(total), [-math.inf] * len(total)
    for at in np.argsort(spots[:, 0]).tolist():
        (start, end), which = spots[at].tolist(), int(group[at])
        covered[which] += max(0.0, end - max(start, high[which]))
        low[which], high[which] = min(low[which], start), max(high[which], end)
    return [
        _Line(covered[at], float(centre[at, 0]), float(centre[at, 1]), float(angle[at]), low[at], high[at])
        for at in range(len(total))
    ]


def _steps_across(lines: list[_Line], field: Gradients) -> Array:
    """Return for each line the typical difference in Lab between its two sides: a row of print is long too, but has none."""
    centre = np.array([(line.x, line.y) for line in lines])
    angle = np.array([line.angle for line in lines])
    along, normal = (np.stack([np.cos(angle + turn), np.sin(angle + turn)], 1) for turn in (0.0, np.pi / 2))
    reach = np.linspace([line.low for line in lines], [line.high for line in lines], 24, axis=1)
    points = centre[:, None] + along[:, None] * reach[..., None]
    at = [places(points + normal[:, None] * off, field)[0] for off in (-_BESIDE_PX, _BESIDE_PX)]
    one, other = (field.lab.reshape(-1, 3)[each].astype(np.float32).reshape(len(lines), 4, 6, 3).mean(2) for each in at)
    found: Array = np.median(np.abs(one - other).sum(2), axis=1)
    return found
