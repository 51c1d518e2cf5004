"""What each preview frame means: the outline, the advice, and whether now is the moment.

Knows: one profile's page in a run of frames. Does not know: where frames come from, what is done with the answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.documents.finder import Absence, examine
from kiosk.documents.geometry import Array, area
from kiosk.documents.hidden_bands import may_go_on
from kiosk.documents.looks import packed, unpacked
from kiosk.documents.mat import ADVICE, Foreground, Laid, Mat, laid
from kiosk.documents.pages import Advice, Outline
from kiosk.documents.profiles import Profile, paper_of
from kiosk.documents.quality import Quality, measure
from kiosk.documents.steady import HOLD_S, Phase, Steadiness
from kiosk.documents.straighten import look_of, straighten

_JUDGE_DPI = 110
"""Resolution at which a preview frame is judged; finer costs more than it tells."""
_JUDGE_EVERY_S = 0.25
_LEARN_AFTER = 3
"""Frames in a row without a page before the mat is taken for empty."""


@dataclass(frozen=True, slots=True)
class Sight:
    """`outline` in shares of the frame. `ripe`: take the picture now."""

    outline: Outline | None
    advice: Advice
    ripe: bool


class Guide:
    """Judges preview frames of one profile, in order. `frame_mm`: what the frame's long side covers, if known.

    `mat`: outlives the guide; learned here while nothing lies there.
    """

    def __init__(self, profile: Profile, frame_mm: float | None, mat: Mat | None = None) -> None:
        self._mat = mat if mat is not None else Mat()
        self._empty = 0
        self._profile = profile
        self._frame_mm = frame_mm
        self._steadiness = Steadiness()
        self._look: Array | None = None
        self._judged: Quality | None = None
        self._judged_at_s = -HOLD_S

    def sight(self, frame: Array, now_s: float) -> Sight:
        """Judge one upright BGR frame."""
        height, width = frame.shape[:2]
        longest = max(height, width)
        seen = self._mat.foreground(frame)
        # Without its picture the mat is only known to be dark.
        found = examine(frame, min_share=self._profile.min_share, on_mat=seen is None)
        wrong = self._lies(frame, seen, None if isinstance(found, Absence) else (found.quad + 0.5) / (width, height))
        if isinstance(found, Absence):
            self._pause(now_s, longest)
            cut_off = found is Absence.CUT_OFF or wrong is Laid.CUT_OFF
            return Sight(None, Advice.MOVE_INTO_FRAME if cut_off else Advice.LAY_PAGE, False)
        outline = outline_of(found.quad, width, height)
        if wrong is not None:
            self._pause(now_s, longest)
            return Sight(None if wrong is Laid.NOTHING else outline, ADVICE[wrong], False)
        self._look = look_of(frame, found.quad)
        phase = self._steadiness.update(now_s, found.quad, self._look, longest)
        px_per_mm = None if self._frame_mm is None else longest / self._frame_mm
        if px_per_mm is not None and may_go_on(found.quad, self._profile.papers, px_per_mm, (width, height)):
            return Sight(outline, Advice.MOVE_INTO_FRAME, False)
        paper = paper_of(found.quad, self._profile, px_per_mm)
        if paper is None or area(found.quad) > self._profile.max_share * width * height:
            return Sight(outline, Advice.WRONG_SIZE, False)
        if phase is Phase.TAKEN:
            return Sight(outline, Advice.NEXT, False)
        if phase is Phase.MOVING:
            self._judged = None
            return Sight(outline, Advice.HOLD_STILL, False)
        if self._judged is None or now_s - self._judged_at_s >= _JUDGE_EVERY_S:
            self._judged = measure(straighten(frame, found.quad, paper, _JUDGE_DPI))
            self._judged_at_s = now_s
        fault = self._judged.fault
        if fault is not None:
            return Sight(outline, fault, False)
        return Sight(outline, Advice.GOOD if phase is Phase.STEADY else Advice.HOLD_STILL, phase is Phase.STEADY)

    def _pause(self, now_s: float, longest: int) -> None:
        self._steadiness.update(now_s, None, None, longest)
        self._judged = None

    def _lies(self, frame: Array, seen: Foreground | None, outline: Array | None) -> Laid | None:
        """Compare with the empty mat, and learn or follow it while nothing lies there."""
        if seen is None:
            self._empty = self._empty + 1 if outline is None else 0
            if self._empty >= _LEARN_AFTER:
                self._mat.learn(frame)
            return None
        if outline is None:
            self._mat.follow(seen)
        return laid(seen, outline)

    def taken(self, key: str) -> None:
        """Remember that the page last seen has been taken. `key`: names it."""
        if self._look is not None:
            self._steadiness.taken(self._look, key)

    @property
    def lying(self) -> tuple[str, bytes] | None:
        """The name and the packed look of the page that was taken and lies there still: what `go_on` takes up."""
        lying = self._steadiness.lying
        return None if lying is None else (lying[1], packed(lying[0]))

    def go_on(self, key: str, look: bytes) -> None:
        """Take up what the guide before knew, whose camera was lost."""
        self._steadiness.go_on(unpacked(look), key)

    def give_back(self, key: str) -> None:
        """The page of this name is not kept after all."""
        self._steadiness.give_back(key)

    def refused(self) -> None:
        """The picture was not good enough after all: hold still again before the next."""
        self._steadiness.restart()

    def forget(self) -> None:
        """Know nothing of any page."""
        self._steadiness.forget()
        if self._look is not None:
            self._look.fill(0)
        self._look = self._judged = None


def outline_of(quad: Array, width: int, height: int) -> Outline:
    """Return corners in px as shares of the frame."""
    points = (quad + 0.5) / (width, height)
    a, b, c, d = ((float(x), float(y)) for x, y in points)
    return (a, b, c, d)
