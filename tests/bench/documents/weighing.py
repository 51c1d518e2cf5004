"""Finds the weights with which `kiosk.documents` adds up evidence; run by hand, it writes them to their file.

Knows: rendered photographs of seeds below the held-out ones, the measures of every quad that is proposed for them, a ranking
by softmax in which "there is no page" competes too. Does not know: the pictures that decide.

What is wanted is overlap: a quad is worth more the nearer it is to the truth, and the loss is the worth that is expected.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import cv2
import numpy as np
import scenes
from finding import HELD_OUT
from surfaces import Array

from kiosk.documents.bends import corners_of, traced
from kiosk.documents.evidence import measured
from kiosk.documents.finder import leaving, proposed, working
from kiosk.documents.gradients import Gradients, exposed, gradients_of
from kiosk.documents.judgement import Weights, write
from kiosk.documents.neighbours import neighbours
from kiosk.documents.score import overlap
from kiosk.documents.sides import fitted

_KINDS = ("desk", "white", "hand", "bent", "desk", "cut_off", "white", "hand", "bent", "empty", "cut_off")
_SHARE = 0.45
"""Size of the pictures; the finder looks at fewer pixels still."""
_MIN_SHARE = 0.03
_BENDING, _MOVING = 14, 5
_WORTHLESS, _FULL = 0.75, 0.98
_STARTS, _SUMS, _STEPS, _RATE, _DECAY = 3, 8, 450, 0.03, 4e-3

Case = tuple[Array, Array]
"""Measures of every choice, the last being "nothing", and what each is worth, 0 to 1."""


def main() -> None:
    """Render, measure, weigh, write the file, say how often the weights choose rightly."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=40_000)
    parser.add_argument("--count", type=int, default=701)
    options = parser.parse_args()
    if options.seed + options.count > HELD_OUT:
        raise SystemExit("these seeds are held out")
    cv2.setNumThreads(1)
    cases = list(_cases(options.seed, options.count))
    found = together([weighed(cases, start) for start in range(1, _STARTS + 1)])
    write(found)
    scores = [np.append(found.score(measures[:-1, :-1], measures[:-1, -1]), 0.0) for measures, _ in cases]
    right = [worth[int(score.argmax())] for score, (_, worth) in zip(scores, cases, strict=True)]
    print(f"{len(cases)} pictures, mean worth of what is chosen {np.mean(right):.4f}")


def _cases(first_seed: int, count: int) -> Iterator[Case]:
    for at in range(count):
        kind = _KINDS[at % len(_KINDS)]
        shot = scenes.shoot(kind, first_seed + at, share=_SHARE)
        small, scale = working(_exposed_otherwise(shot.picture, first_seed + at))
        true = None if shot.quad is None else (shot.quad + 0.5) * scale - 0.5
        case = case_of(gradients_of(exposed(small, _MIN_SHARE)), true, kind)
        if case is not None:
            yield case


def _exposed_otherwise(picture: Array, seed: int) -> Array:
    """Take every other picture as a camera would that misjudges the light or its colour, or sees none."""
    rng = np.random.default_rng((seed, *b"exposure"))
    gain = (1.0, 1.0, rng.uniform(0.15, 0.7), rng.uniform(1.05, 1.4))[int(rng.integers(4))]
    colour = 1 + rng.normal(0, 0.12, 3) * (rng.random() < 0.3)
    levels = np.clip(picture * (gain * colour) + rng.normal(0, rng.uniform(0, 3), picture.shape), 0, 255).astype(np.uint8)
    if rng.random() < 0.1:
        levels = cv2.cvtColor(cv2.cvtColor(levels, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 96))]
    return cv2.imdecode(cv2.imencode(".jpg", levels, quality)[1], cv2.IMREAD_COLOR)


def case_of(field: Gradients, true: Array | None, kind: str) -> Case | None:
    """Measure everything proposed for a picture; None where nothing that is right was proposed."""
    quads, measures, out = _choices(field)
    if true is None:
        worth = out.astype(float) if kind == "cut_off" else np.zeros(len(quads))
    else:
        near = np.array([overlap(quad, true) for quad in quads])
        worth = np.clip((near - _WORTHLESS) / (_FULL - _WORTHLESS), 0, 1) ** 2 * ~out
    if true is not None and not worth.any():
        return None
    nothing = np.zeros((1, measures.shape[1] + 1))
    return (
        np.concatenate([np.concatenate([measures, out[:, None]], 1), nothing]),
        np.append(worth, true is None),
    )


def _choices(field: Gradients) -> tuple[Array, Array, Array]:
    """Return quads, measures and whether they leave the picture, the likely ones a second time with bowed sides."""
    found = list(proposed(field, _MIN_SHARE * field.width * field.height))
    quads = np.concatenate(found) if found else np.zeros((0, 4, 2))
    measures, out = measured(quads, field), leaving(quads, field)
    likely = np.argsort(-(measures[:, :4].sum(1) - 9 * out))[:_MOVING]
    moved = [neighbours(quads[at], field) for at in likely if not out[at]]
    if sum(map(len, moved)):
        beside = fitted(np.concatenate(moved), field)
        quads = np.concatenate([quads, beside])
        measures, out = np.concatenate([measures, measured(beside, field)]), np.append(out, leaving(beside, field))
    whole = np.flatnonzero(~out)
    whole = whole[np.argsort(-measures[whole, :4].sum(1))[:_BENDING]]
    bows = traced(field, quads[whole]) if len(whole) else np.zeros((0, 4, 3))
    bent = np.abs(bows[..., 2]).max(1, initial=0) > 0
    if bent.any():
        chords = quads[whole][bent]
        measures = np.concatenate([measures, measured(chords, field, bows[bent])])
        quads = np.concatenate([quads, [corners_of(chord, bow) for chord, bow in zip(chords, bows[bent], strict=True)]])
        out = np.append(out, np.zeros(len(chords), bool))
    return quads, measures, out


def together(found: list[Weights]) -> Weights:
    """Take the mean of several findings: what only one of them believes counts for little."""
    count = len(found)
    return Weights(
        sum(each.alone for each in found) / count,
        np.concatenate([each.shared for each in found], 1),
        np.concatenate([each.start for each in found]),
        np.concatenate([each.worth for each in found]) / count,
        sum(each.even for each in found) / count,
    )


def weighed(cases: list[Case], seed: int) -> Weights:
    """Raise the worth that is to be expected of a choice, by Adam from a chance start."""
    every = np.concatenate([measures for measures, _ in cases])
    worth = np.concatenate([of for _, of in cases])
    start = np.cumsum([0, *(len(of) for _, of in cases)])[:-1]
    case = np.repeat(np.arange(len(cases)), [len(of) for _, of in cases])
    nothing = np.zeros(len(every))
    nothing[np.append(start[1:], len(every)) - 1] = 1
    middle, spread = every.mean(0), every.std(0) + 1e-6
    plain = (every - middle) / spread * (1 - nothing)[:, None]
    rng = np.random.default_rng(seed)
    count = every.shape[1]
    part = {
        "alone": np.zeros(count),
        "even": np.zeros(1),
        "shared": rng.normal(0, 0.4, (count, _SUMS)),
        "start": np.zeros(_SUMS),
        "worth": rng.normal(0, 0.1, _SUMS),
    }
    first, second = ({name: np.zeros_like(of) for name, of in part.items()} for _ in range(2))
    for step in range(1, _STEPS + 1):
        level = np.tanh(plain @ part["shared"] + part["start"]) * (1 - nothing)[:, None]
        score = plain @ part["alone"] + level @ part["worth"] + nothing * part["even"]
        power = np.exp(score - np.maximum.reduceat(score, start)[case])
        chance = power / np.add.reduceat(power, start)[case]
        gain = chance * worth
        slope = chance - gain / np.maximum(np.add.reduceat(gain, start), 1e-9)[case]
        slope /= len(cases)
        back = np.outer(slope, part["worth"]) * (1 - level**2) * (1 - nothing)[:, None]
        slopes = {
            "alone": plain.T @ slope,
            "even": np.array([nothing @ slope]),
            "shared": plain.T @ back,
            "start": back.sum(0),
            "worth": level.T @ slope,
        }
        rate = _RATE * min(1.0, 4 * (1 - step / _STEPS))
        for name, now in part.items():
            down = slopes[name] + (_DECAY * now if name != "even" else 0)
            first[name] = 0.9 * first[name] + 0.1 * down
            second[name] = 0.999 * second[name] + 0.001 * down**2
            part[name] = now - rate * (first[name] / (1 - 0.9**step)) / (np.sqrt(second[name] / (1 - 0.999**step)) + 1e-8)
    # Folded back, so that the finder need not know means and spreads.
    alone, shared = part["alone"] / spread, part["shared"] / spread[:, None]
    even = float(part["even"][0]) + float(middle @ alone)
    return Weights(alone, shared, part["start"] - middle @ shared, part["worth"], even)


if __name__ == "__main__":
    main()
