"""Recognises one handwritten character with zinnia: strokes in, characters out, the likeliest first.

Knows: libzinnia's C interface (BSD licence; `zinnia.h` of release 0.06) and Debian's model of the 6763 characters of
GB 2312 (LGPL 2.1; a file of its own, read and never changed). Does not know: Qt, the pad, or what was written before:
the model is read-only and nothing is learned.

zinnia compares the strokes in the order and number in which they were written and where they stand in their box; it
knows no cursive hand. What it says is weighed with how common a character is, at two sizes, because that was measured to
help (`tests/bench/keyboard/handwriting_figures.py`).
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from pathlib import Path

from ui.handwriting import gaps, leaning

LIBRARY = "libzinnia.so.0"
"""From Debian's libzinnia0."""
MODEL = Path("/usr/share/tegaki/models/zinnia/handwriting-zh_CN.model")
"""From Debian's tegaki-zinnia-simplified-chinese."""

Stroke = Sequence[tuple[float, float]]
"""The points of one stroke, in any unit that is the same to the right and down."""

MOST_STROKES = 64
MOST_POINTS = 512
"""Points of one stroke that are looked at; a finger that rests long sends more."""

_BOX = 1000  # zinnia counts in whole numbers
_FILLS = (0.5, 0.84)  # of the box: 口 is written small in the samples and 国 large
_LEAST = 0.05  # of the writing surface: a dot is not blown up to fill the box
_ASKED = 120  # answers of which the two sizes are merged
_COMMON = 0.04  # of zinnia's score, for a character that is e times as common
_UNHEARD = 20.0  # what a character counts that is in no list


class HandwritingError(Exception):
    """Handwriting cannot be had. `code`: `handwriting.library_missing`, `.model_missing`, `.model_unreadable`."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class Recogniser:
    """The recogniser over one model. Opens it once (5 ms; it is mapped, not copied); an answer takes 10 to 30 ms."""

    def __init__(self, rarity: Mapping[str, float] | None = None, *, model: Path = MODEL, library: str = LIBRARY) -> None:
        """`rarity`: minus the logarithm of each character's share. Raises `HandwritingError`."""
        self._rarity = rarity or {}
        self._zinnia = _load(library)
        if not model.is_file():
            raise HandwritingError("handwriting.model_missing", str(model))
        self._recogniser = self._zinnia.zinnia_recognizer_new()
        if not self._zinnia.zinnia_recognizer_open(self._recogniser, str(model).encode()):
            said = self._zinnia.zinnia_recognizer_strerror(self._recogniser) or b""
            self._zinnia.zinnia_recognizer_destroy(self._recogniser)
            raise HandwritingError("handwriting.model_unreadable", f"{model}: {said.decode(errors='replace')}")

    def close(self) -> None:
        """Give the model back; the recogniser is not used any more."""
        self._zinnia.zinnia_recognizer_destroy(self._recogniser)

    def characters(self, strokes: Sequence[Stroke], most: int = 60) -> list[str]:
        """What the strokes may be, at most `most` characters, the likeliest first; none without strokes."""
        used = [list(stroke)[:MOST_POINTS] for stroke in strokes[:MOST_STROKES] if stroke]
        if not used:
            return []
        scores = self._weighed(used)
        turned = _foot_first(used)
        for character, score in (self._weighed(turned) if turned else {}).items():
            scores[character] = max(score, scores.get(character, score))
        first = gaps.met(used) or leaning.met(used)
        return [*first, *(c for c in sorted(scores, key=lambda c: -scores[c]) if c not in first)][:most]

    def _weighed(self, strokes: Sequence[Stroke]) -> dict[str, float]:
        """The mean of zinnia's scores at both sizes, with how common each character is."""
        sizes = [self._scores(_placed(strokes, fill)) for fill in _FILLS]
        least = [min(scores.values(), default=0.0) for scores in sizes]
        return {
            character: sum(scores.get(character, low) for scores, low in zip(sizes, least, strict=True)) / len(sizes)
            - _COMMON * self._rarity.get(character, _UNHEARD)
            for character in set().union(*sizes)
        }

    def _scores(self, placed: list[list[tuple[int, int]]]) -> dict[str, float]:
        zinnia = self._zinnia
        written = zinnia.zinnia_character_new()
        try:
            zinnia.zinnia_character_set_width(written, _BOX)
            zinnia.zinnia_character_set_height(written, _BOX)
            for number, stroke in enumerate(placed):
                for x, y in stroke:
                    zinnia.zinnia_character_add(written, number, x, y)
            result = zinnia.zinnia_recognizer_classify(self._recogniser, written, _ASKED)
        finally:
            zinnia.zinnia_character_destroy(written)
        if not result:
            return {}
        try:
            return {
                zinnia.zinnia_result_value(result, at).decode(): zinnia.zinnia_result_score(result, at)
                for at in range(zinnia.zinnia_result_size(result))
            }
        finally:
            zinnia.zinnia_result_destroy(result)


def probe(model: Path = MODEL) -> str | None:
    """Open the recogniser as the pad does and read a stroke; return the code of what stands in the way, None if nothing."""
    try:
        recogniser = Recogniser(model=model)
    except HandwritingError as error:
        return error.code
    answers = recogniser.characters([[(10, 50), (90, 48)]])
    recogniser.close()
    return None if answers else "handwriting.no_answer"


def _edges(strokes: Sequence[Stroke]) -> tuple[float, float, float, float]:
    """Left, top, width, height."""
    across = [x for stroke in strokes for x, _ in stroke]
    down = [y for stroke in strokes for _, y in stroke]
    return min(across), min(down), max(across) - min(across), max(down) - min(down)


def _placed(strokes: Sequence[Stroke], fill: float) -> list[list[tuple[int, int]]]:
    """The character in the middle of zinnia's box, `fill` of it large: where it was written, and how large, says nothing."""
    left, top, width, height = _edges(strokes)
    scale = fill * _BOX / max(width, height, _LEAST)
    right, below = (_BOX - width * scale) / 2, (_BOX - height * scale) / 2
    return [[(round((x - left) * scale + right), round((y - top) * scale + below)) for x, y in stroke] for stroke in strokes]


def _foot_first(strokes: list[list[tuple[float, float]]]) -> list[list[tuple[float, float]]] | None:
    """The strokes as the model's writers ordered them where 辶 seems to be written last, as it is taught; or None."""
    if len(strokes) < 4:
        return None
    left, top, width, height = _edges(strokes)
    foot = strokes[-1]
    runs_below = foot[0][0] < left + 0.3 * width < left + 0.8 * width < foot[-1][0]
    if not runs_below or min(y for _, y in foot) < top + 0.55 * height:
        return None
    dot_left, dot_top, dot_width, dot_height = _edges([strokes[-3]])
    small = max(dot_width, dot_height) < 0.35 * max(width, height)
    if small and dot_left + dot_width < left + 0.45 * width and dot_top + dot_height < top + 0.5 * height:
        return strokes[-3:] + strokes[:-3]
    return None


def _load(library: str) -> ctypes.CDLL:
    try:
        zinnia = ctypes.CDLL(library)
    except OSError as error:
        raise HandwritingError("handwriting.library_missing", library) from error
    handle, size, text = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p
    for name, answer, arguments in (
        ("zinnia_recognizer_new", handle, ()),
        ("zinnia_recognizer_open", ctypes.c_int, (handle, text)),
        ("zinnia_recognizer_strerror", text, (handle,)),
        ("zinnia_recognizer_classify", handle, (handle, handle, size)),
        ("zinnia_recognizer_destroy", None, (handle,)),
        ("zinnia_character_new", handle, ()),
        ("zinnia_character_set_width", None, (handle, size)),
        ("zinnia_character_set_height", None, (handle, size)),
        ("zinnia_character_add", ctypes.c_int, (handle, size, ctypes.c_int, ctypes.c_int)),
        ("zinnia_character_destroy", None, (handle,)),
        ("zinnia_result_size", size, (handle,)),
        ("zinnia_result_value", text, (handle, size)),
        ("zinnia_result_score", ctypes.c_float, (handle, size)),
        ("zinnia_result_destroy", None, (handle,)),
    ):
        try:
            function = getattr(zinnia, name)
        except AttributeError as error:
            raise HandwritingError("handwriting.library_missing", f"{library}: {name}") from error
        function.restype, function.argtypes = answer, arguments
    return zinnia
