"""Finds the weights with which `kiosk.documents.finder` adds up evidence; run by hand, its result is written there.

Knows: rendered photographs of seeds below the held-out ones, the measures of every quad that is proposed for them, a ranking
by softmax in which "there is no page" competes too. Does not know: the pictures that decide.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from finding import HELD_OUT
from surfaces import Array

from kiosk.documents.evidence import NAMES, measured
from kiosk.documents.finder import leaving, proposed, working
from kiosk.documents.gradients import gradients_of
from kiosk.documents.score import overlap, read_truth

_GOOD = 0.88
_STEPS, _RATE, _DECAY = 4000, 0.05, 2e-4
_MIN_SHARE = 0.03

Case = tuple[Array, Array]
"""Measures of every choice, the last being "nothing", and which of them are right."""


def main() -> None:
    """Print weights and how often they choose rightly."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, help="folder that `scenes.write_set` left")
    options = parser.parse_args()
    cases = [case for size in (0, 1920) for case in _cases(options.folder, size)]
    weights = _weighed(cases)
    right = sum(bool(good[int((measures @ weights).argmax())]) for measures, good in cases)
    print(f"{right} of {len(cases)} right")
    scaled = weights[:-2]
    print(f"nothing at {weights[-1]:.2f}, leaving {weights[-2]:+.2f}")
    print(", ".join(f"{name} {weight:.2f}" for name, weight in zip(NAMES, scaled, strict=True)))
    print("(" + ", ".join(f"{weight:.2f}" for weight in scaled) + ")")


def _cases(folder: Path, max_side: int) -> list[Case]:
    truth = read_truth(folder)
    cases = []
    for entry in (*truth.images, *truth.negatives):
        if int(Path(entry.file).stem.rpartition("_")[2]) >= HELD_OUT:
            raise SystemExit(f"{entry.file} is held out")
        picture = cv2.imread(str(folder / entry.file))
        small = min(1.0, max_side / max(picture.shape[:2])) if max_side else 1.0
        if small < 1:
            picture = cv2.resize(picture, None, fx=small, fy=small, interpolation=cv2.INTER_AREA)
        elif max_side:
            continue
        shrunk, scale = working(picture)
        field = gradients_of(shrunk)
        found = list(proposed(field, _MIN_SHARE * field.width * field.height))
        if not found:
            continue
        quads = np.concatenate(found)
        out = leaving(quads, field)
        if entry.quad is None:
            good = out if entry.kind == "cut_off" else np.zeros(len(quads), bool)
        else:
            true = (np.array(entry.quad) * small + 0.5) * scale - 0.5
            good = np.array([overlap(quad, true) for quad in quads])
            good = (good >= max(_GOOD, 0.97 * good.max())) & ~out
        measures = np.concatenate([measured(quads, field), out[:, None], np.zeros((len(quads), 1))], 1)
        nothing = np.zeros((1, measures.shape[1]))
        nothing[0, -1] = 1
        right = np.append(good, entry.quad is None)
        if right.any():
            cases.append((np.concatenate([measures, nothing]), right))
    return cases


def _weighed(cases: list[Case]) -> Array:
    """Raise the likelihood of a right choice, by Adam."""
    weights = np.zeros(cases[0][0].shape[1])
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    start = np.cumsum([0, *(len(good) for _, good in cases)])
    every = np.concatenate([measures for measures, _ in cases])
    good = np.concatenate([right for _, right in cases])
    case = np.repeat(np.arange(len(cases)), np.diff(start))
    for step in range(1, _STEPS + 1):
        score = every @ weights
        score -= np.maximum.reduceat(score, start[:-1])[case]
        power = np.exp(score)
        of_all = power / np.add.reduceat(power, start[:-1])[case]
        among = np.add.reduceat(power * good, start[:-1])[case]
        of_good = np.where(good, power / np.maximum(among, 1e-30), 0)
        slope = every.T @ (of_good - of_all) / len(cases) - _DECAY * weights
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope**2
        weights += _RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-9)
    return weights


if __name__ == "__main__":
    main()
