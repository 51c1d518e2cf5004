"""`make bench-documents`, the whole gate: what comes of an empty mat, of a page that is cut off, of a page that lies well.

Knows: the way a picture takes through the worker: the mat is learned while nothing lies there, then the page is found, held
against the mat, judged, straightened. Does not know: how any of that is done. On the terminal's own mat, and on desks of any
kind that cannot be learned, as on the first day. `--pictures DIR` keeps what went wrong, to be looked at.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import cv2
import scenes
import terminal
from surfaces import Array

from devices.document_camera.scene import FRAME_MM
from kiosk.documents.capture import take
from kiosk.documents.guide import Guide
from kiosk.documents.mat import Mat
from kiosk.documents.pages import Refused
from kiosk.documents.profiles import PROFILES

FIRST_SEED, COUNT = 920_000, 24
LEAST_TAKEN = 0.95
"""Share of pages that lie whole on the mat and are taken by themselves."""
_PROFILE = PROFILES["document"]
_ANYWHERE = replace(_PROFILE, min_dpi=0)
"""Preview sized pictures of anything have fewer dots per inch than a still: that alone would refuse most of them."""
_STEP_S = 0.3
_EMPTY_FRAMES, _FRAMES = 4, 5
"""Frames that teach the mat; frames of a page that lies still, enough of them to hold it ripe."""


def main() -> int:
    """Print what was accepted and why pages were not; 1 when anything was that is not one whole page, or too few were."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=FIRST_SEED)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    seeds = range(options.seed, options.seed + options.count)
    print(f"the whole gate, {len(seeds)} pictures of each kind")
    taken, wrong = 0, 0
    for kind in terminal.KINDS:
        answers = {seed: _on_mat(kind, seed, options.pictures) for seed in seeds}
        accepted = _told("on the mat", kind, answers)
        if kind == "page":
            taken = accepted
        else:
            wrong += accepted
    for kind in ("empty", "cut_off"):
        wrong += _told("mat not learned", kind, {seed: _anywhere(scenes.shoot(kind, seed).picture) for seed in seeds})
    if wrong:
        print("MISSED  the gate: accepted what is not one whole page with something to read")
    if taken < LEAST_TAKEN * len(seeds):
        print(f"MISSED  the gate takes {taken} of {len(seeds)} whole pages by itself")
    return int(wrong > 0 or taken < LEAST_TAKEN * len(seeds))


def _told(where: str, kind: str, answers: dict[int, str]) -> int:
    """Print one line of answers; return how many were accepted."""
    accepted = [seed for seed, why in answers.items() if not why]
    told = f"accepted {len(accepted):>3}"
    if kind != "page":
        told += "  " + " ".join(map(str, accepted))
    reasons = Counter(why for why in answers.values() if why)
    print(f"  {where:<15} {kind:<15} {told}  " + "  ".join(f"{why} {count}" for why, count in reasons.most_common()))
    return len(accepted)


def _on_mat(kind: str, seed: int, pictures: Path | None) -> str:
    """Return why nothing was taken, "" when something was: a whole page by itself, anything else already by the button."""
    seen = terminal.lie(kind, seed)
    mat = Mat()
    guide = Guide(_PROFILE, FRAME_MM, mat)
    for at in range(_EMPTY_FRAMES):
        guide.sight(seen.empty, at * _STEP_S)
    sights = [guide.sight(seen.preview, (_EMPTY_FRAMES + at) * _STEP_S) for at in range(_FRAMES)]
    answer = take(seen.still, _PROFILE, FRAME_MM, mat)
    why = answer.advice.name.lower() if isinstance(answer, Refused) else ""
    if kind == "page" and not why and not any(sight.ripe for sight in sights):
        why = f"preview {sights[-1].advice.name.lower()}"
    if pictures is not None and bool(why) is (kind == "page"):
        pictures.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(pictures / f"{kind}_{seed}_{(why or 'accepted').replace(' ', '_')}.png"), seen.still)
    return why


def _anywhere(picture: Array) -> str:
    """The same where the mat is not known, by the button: what waits until it is steady is refused at least as often."""
    answer = take(picture, _ANYWHERE, None, Mat())
    return answer.advice.name.lower() if isinstance(answer, Refused) else ""


if __name__ == "__main__":
    sys.exit(main())
