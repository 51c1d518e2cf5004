"""`make bench-documents`, the whole gate: what comes of an empty mat, of a page that is cut off, of a page that lies well.

Knows: the way a picture takes through the worker: the mat is learned while nothing lies there, then the page is found, held
against the mat, judged, straightened. Does not know: how any of that is done. Once with the mat learned, and once on desks
of any kind that cannot be learned, as on the first day.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

import cv2
import scenes
from surfaces import Array

from kiosk.documents.capture import take
from kiosk.documents.guide import Guide
from kiosk.documents.mat import Mat
from kiosk.documents.pages import CapturedPage
from kiosk.documents.profiles import PROFILES

FIRST_SEED, COUNT = 920_000, 24
_PROFILE = replace(PROFILES["document"], min_dpi=0)
"""Preview sized pictures have fewer dots per inch than a still: that alone would refuse most of them."""
_FRAME_S = 1 / 12
_EMPTY_FRAMES = 4


def main() -> int:
    """Print what was accepted; 1 when anything was that is not one whole page, or nothing at all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=FIRST_SEED)
    parser.add_argument("--count", type=int, default=COUNT)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    seeds = range(options.seed, options.seed + options.count)
    accepted = {kind: [seed for seed in seeds if _on_mat(kind, seed)] for kind in ("empty", "cut_off", "desk")}
    anywhere = {
        kind: [seed for seed in seeds if _accepts(Mat(), scenes.shoot(kind, seed).picture)] for kind in ("empty", "cut_off")
    }
    print(f"the whole gate, {len(seeds)} pictures of each kind")
    for where, found in (("on the mat", accepted), ("mat not learned", anywhere)):
        for kind, these in found.items():
            print(f"  {where:<15} {kind:<8} accepted {len(these)}  {' '.join(map(str, these)) if kind != 'desk' else ''}")
    wrong = any(found[kind] for found in (accepted, anywhere) for kind in ("empty", "cut_off"))
    if wrong or not accepted["desk"]:
        print("MISSED  the gate: accepted without a whole page" if wrong else "MISSED  the gate accepts nothing")
    return int(wrong or not accepted["desk"])


def _on_mat(kind: str, seed: int) -> bool:
    empty, shot = scenes.lie(kind, seed)
    mat = Mat()
    guide = Guide(_PROFILE, None, mat)
    for at in range(_EMPTY_FRAMES):
        guide.sight(empty, at * _FRAME_S)
    return _accepts(mat, shot.picture)


def _accepts(mat: Mat, picture: Array) -> bool:
    """Ask for the page at once, by the button: what waits until it is steady is refused at least as often."""
    return isinstance(take(picture, _PROFILE, None, mat), CapturedPage)


if __name__ == "__main__":
    sys.exit(main())
