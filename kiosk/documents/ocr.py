"""Print to text: where lines stand, and what they say.

Knows: the detector's map (differentiable binarisation), boxes around it, the recogniser's outputs (connectionist temporal
classification), both run by `cv2.dnn`; which way up a page is. Does not know: documents, fields, processes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from kiosk.documents.geometry import Array
from kiosk.documents.ocr_models import Models
from kiosk.documents.pages import TextLine

_DETECT_SIDE_PX = 1280
"""Ten-point print of an A4 page is still 12 px high then, which the detector finds."""
_STEP_PX = 32
_MAP_LIMIT = 0.3
_BOX_LIMIT = 0.5
_GROW = 1.6
_LEAST_PX = 3
_LINE_HEIGHT_PX = 48
_LINE_WIDTHS_PX = (160, 320, 480, 640, 960, 1280, 1920)
"""Lines are padded to the next of these: each further size costs the network a new plan."""
_BATCH_PX = 1280
"""Widths of the lines that are read at once, added up: what the network needs of memory grows with it."""
_LEAST_SURE = 0.3
_UPRIGHT_SURE = 0.8
_CLEARLY_SURER = 0.15
_SAME_ROW = 0.55
_MARKS = frozenset(" :：;；,，.。、·-—_<《》()（）〔〕“”\"'")
"""How sure a line is, is asked of its letters and figures: a colon that might be full-width changes no value."""


class Ocr:
    """The two networks, loaded once. Not for several threads at a time."""

    def __init__(self, models: Models) -> None:
        self._detector = cv2.dnn.readNetFromONNX(str(models.detector))
        self._recogniser = cv2.dnn.readNetFromONNX(str(models.recogniser))
        self._characters = models.characters

    def read(self, page: Array) -> tuple[TextLine, ...]:
        """Return the lines of a BGR page in reading order, each with its box in px of the page."""
        boxes = self.boxes(page)
        crops = [_straight(page, box) for box in boxes]
        lines = []
        for box, (text, sure) in zip(boxes, self.lines(crops), strict=True):
            if text.strip() and sure >= _LEAST_SURE:
                left, top = box.min(0)
                right, bottom = box.max(0)
                spot = (float(left), float(top), float(right - left), float(bottom - top))
                lines.append(TextLine(text.strip(), spot, round(sure, 4)))
        return tuple(in_order(lines))

    def read_upright(self, page: Array) -> tuple[int, tuple[TextLine, ...]]:
        """Return by how many degrees clockwise the page is to be turned, and its lines as they stand then.

        It is turned only where that is sure: lines that stand on end, or that make no sense, do so the other way round.
        """
        lines = self.read(page)
        standing = sum(line.box[3] > line.box[2] for line in lines) * 2 > len(lines)
        if not lines or (not standing and sureness(lines) >= _UPRIGHT_SURE):
            return 0, lines
        tried = {turn: self.read(np.rot90(page, -turn // 90).copy()) for turn in ((90, 270) if standing else (180,))}
        turn = max(tried, key=lambda each: sureness(tried[each]))
        better = _UPRIGHT_SURE if standing else max(_UPRIGHT_SURE, sureness(lines) + _CLEARLY_SURER)
        return (turn, tried[turn]) if sureness(tried[turn]) >= better else (0, lines)

    # --- where ----

    def boxes(self, page: Array) -> list[Array]:
        """Return the corners of each line, clockwise from its top left, in px of the page."""
        height, width = page.shape[:2]
        scale = min(1.0, _DETECT_SIDE_PX / max(height, width))
        size = tuple(max(_STEP_PX, round(side * scale / _STEP_PX) * _STEP_PX) for side in (width, height))
        small = cv2.resize(page, (size[0], size[1]), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        self._detector.setInput(_blob(small))
        heat = self._detector.forward()[0, 0]
        mask = cv2.dilate((heat > _MAP_LIMIT).astype(np.uint8), np.ones((2, 2), np.uint8))
        contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        factor = np.array([width / size[0], height / size[1]])
        found = []
        for contour in contours:
            box = _box(heat, contour)
            if box is not None:
                found.append(np.clip(box * factor, 0, [width - 1, height - 1]))
        return found

    # --- what ----

    def lines(self, crops: Sequence[Array]) -> list[tuple[str, float]]:
        """Return text and sureness (of the worst character, 0 to 1) of each picture of one line."""
        answers: list[tuple[str, float]] = [("", 0.0)] * len(crops)
        by_width: dict[int, list[int]] = {}
        scaled = [_scaled(crop) for crop in crops]
        for number, crop in enumerate(scaled):
            wide = next((each for each in _LINE_WIDTHS_PX if crop.shape[1] <= each), _LINE_WIDTHS_PX[-1])
            by_width.setdefault(wide, []).append(number)
        for wide, numbers in by_width.items():
            at_once = max(1, _BATCH_PX // wide)
            for start in range(0, len(numbers), at_once):
                part = numbers[start : start + at_once]
                batch = np.zeros((len(part), 3, _LINE_HEIGHT_PX, wide), np.float32)
                for row, number in enumerate(part):
                    crop = scaled[number][:, :wide]
                    batch[row, :, :, : crop.shape[1]] = _blob(crop)[0]
                self._recogniser.setInput(batch)
                for number, output in zip(part, self._recogniser.forward(), strict=True):
                    answers[number] = self._decoded(output)
        return answers

    def _decoded(self, output: Array) -> tuple[str, float]:
        best, sure = output.argmax(1), output.max(1)
        text, least = [], 1.0
        for at, code in enumerate(best):
            if code and (at == 0 or code != best[at - 1]):
                text.append(self._characters[code - 1])
                # one character may stand over several steps: the surest of them counts
                end = at
                while end < len(best) and best[end] == code:
                    end += 1
                if text[-1] not in _MARKS:
                    least = min(least, float(sure[at:end].max()))
        return "".join(text), least if text else 0.0


def sureness(lines: Sequence[TextLine]) -> float:
    """Return how sure lines are as a whole, 0 to 1: each counts by its letters."""
    letters = sum(len(line.text) for line in lines)
    return sum(line.sure * len(line.text) for line in lines) / letters if letters else 0.0


def turned_back(line: TextLine, turn: int, width: float, height: float) -> TextLine:
    """Return a line of a page that was turned clockwise by `turn` degrees where it stands on the page as it was, in px."""
    left, top, wide, high = line.box
    match turn:
        case 90:
            box = (top, height - left - wide, high, wide)
        case 180:
            box = (width - left - wide, height - top - high, wide, high)
        case 270:
            box = (width - top - high, left, high, wide)
        case _:
            box = line.box
    return TextLine(line.text, box, line.sure)


def in_order(lines: Sequence[TextLine]) -> list[TextLine]:
    """Return lines from top to bottom, those on one height from left to right."""
    rest = sorted(lines, key=lambda line: line.box[1] + line.box[3] / 2)
    rows: list[list[TextLine]] = []
    for line in rest:
        middle = line.box[1] + line.box[3] / 2
        last = rows[-1] if rows else []
        if last and abs(middle - (last[0].box[1] + last[0].box[3] / 2)) < _SAME_ROW * min(last[0].box[3], line.box[3]):
            last.append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: line.box[0])]


def _blob(picture: Array) -> Array:
    blob: Array = cv2.dnn.blobFromImage(picture, 1 / 127.5, mean=(127.5, 127.5, 127.5))
    return blob


def _box(heat: Array, contour: Array) -> Array | None:
    """Return the grown rectangle around one blot of the map, or None when it is too small or too faint."""
    centre, (across, down), angle = cv2.minAreaRect(contour)
    if min(across, down) < _LEAST_PX:
        return None
    left, top, width, height = cv2.boundingRect(contour)
    inside = np.zeros((height, width), np.uint8)
    cv2.fillPoly(inside, [contour - [left, top]], 1)
    if cv2.mean(heat[top : top + height, left : left + width], inside)[0] < _BOX_LIMIT:
        return None
    by = across * down * _GROW / (2 * (across + down))
    box = cv2.boxPoints((centre, (across + 2 * by, down + 2 * by), angle))
    box = box[np.argsort(np.arctan2(box[:, 1] - box[:, 1].mean(), box[:, 0] - box[:, 0].mean()))]
    return np.roll(box, -int(np.argmin(box.sum(1))), axis=0)


def _straight(page: Array, box: Array) -> Array:
    """Cut one line out of the page, along its box; one that stands on end is laid down."""
    lengths = [float(np.linalg.norm(b - a)) for a, b in pairwise([*box, box[0]])]
    width, height = max(1, round(max(lengths[0], lengths[2]))), max(1, round(max(lengths[1], lengths[3])))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(box.astype(np.float32), target)
    line = cv2.warpPerspective(page, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.rot90(line).copy() if height > 1.5 * width and height > 2 * _LINE_HEIGHT_PX else line


def _scaled(crop: Array) -> Array:
    width = min(_LINE_WIDTHS_PX[-1], max(8, round(crop.shape[1] * _LINE_HEIGHT_PX / crop.shape[0])))
    shrinks = crop.shape[0] > _LINE_HEIGHT_PX
    return cv2.resize(crop, (width, _LINE_HEIGHT_PX), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
