"""`make bench-documents`, the blur gate: how many blurred pages it catches at how many false alarms.

Knows: rendered pages as they come out of the straightening, sharp as a camera sees them or blurred and with fresh noise on
top. Does not know: how sharpness is measured.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

import cv2
import numpy as np
import papers
from print_peers import laplacian
from surfaces import Array, Rng

from kiosk.documents.quality import MIN_SHARPNESS, sharpness

FIRST_SEED, COUNT = 910_000, 40
FALSE_ALARMS = 0.05
REACH = {"sigma 1.5 px": 0.90, "motion 9 px": 0.85}
_LONG_PX = 1200
_PAGES = (papers.letter, papers.form, papers.real_sheet, papers.receipt, papers.card, papers.book)


def _shaken(page: Array, rng: Rng, length: int = 9) -> Array:
    """Move the camera by `length` px in any direction while the shutter is open."""
    kernel = np.zeros((length, length), np.float32)
    angle, middle = rng.uniform(0, np.pi), (length - 1) / 2
    for step in np.linspace(-middle, middle, 8 * length):
        kernel[round(middle + step * np.sin(angle)), round(middle + step * np.cos(angle))] += 1
    return cv2.filter2D(page, -1, kernel / kernel.sum())


BLURS: Mapping[str, Callable[[Array, Rng], Array]] = {
    "sigma 1.5 px": lambda page, _: cv2.GaussianBlur(page, (0, 0), 1.5),
    "sigma 2 px": lambda page, _: cv2.GaussianBlur(page, (0, 0), 2.0),
    "sigma 3 px": lambda page, _: cv2.GaussianBlur(page, (0, 0), 3.0),
    "motion 9 px": _shaken,
}


def sharp_page(seed: int) -> Array:
    """Return a page as a good lens and sensor see it, float32 BGR 0 to 255 without noise."""
    rng = np.random.default_rng((seed, 9))
    print_ = _PAGES[seed % len(_PAGES)](rng).print_
    scale = _LONG_PX / print_.shape[0]
    page = cv2.resize(print_, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(page, (0, 0), float(rng.uniform(0.4, 0.75))) * 255 * rng.uniform(0.75, 1.0)


def noisy(page: Array, rng: Rng) -> Array:
    """Add the sensor's noise. Returns uint8."""
    return np.clip(page + rng.normal(0, rng.uniform(1, 4), page.shape), 0, 255).astype(np.uint8)


def main() -> int:
    """Print a table; 1 when a figure is missed."""
    sharp: list[float] = []
    blurred: dict[str, list[float]] = {name: [] for name in BLURS}
    usual: dict[str, list[float]] = {name: [] for name in ("sharp", *BLURS)}
    for seed in range(FIRST_SEED, FIRST_SEED + COUNT):
        rng = np.random.default_rng((seed, 10))
        page = sharp_page(seed)
        seen = cv2.cvtColor(noisy(page, rng), cv2.COLOR_BGR2GRAY)
        sharp.append(_measured(seen))
        usual["sharp"].append(laplacian(seen))
        for name, blur in BLURS.items():
            seen = cv2.cvtColor(noisy(blur(page, rng), rng), cv2.COLOR_BGR2GRAY)
            blurred[name].append(_measured(seen))
            usual[name].append(laplacian(seen))
    at_most = float(np.quantile(sharp, FALSE_ALARMS))
    alarms = float((np.array(sharp) < MIN_SHARPNESS).mean())
    print(
        f"blur gate on {COUNT} pages: threshold {MIN_SHARPNESS}, false alarms {alarms:.1%}; at 5 % it would be {at_most:.4f}"
    )
    missed = alarms > FALSE_ALARMS
    for name, values in blurred.items():
        caught, possible = (float((np.array(values) < limit).mean()) for limit in (MIN_SHARPNESS, at_most))
        peer = float((np.array(usual[name]) < np.quantile(usual["sharp"], FALSE_ALARMS)).mean())
        short = caught < REACH.get(name, 0)
        missed = missed or short
        ratio = f"x{possible / peer:.2f}" if peer else "no ratio to none"
        print(
            f"  {name:<13} caught {caught:6.1%} (at 5 % false alarms {possible:6.1%}; "
            f"variance of the Laplacian {peer:6.1%}, {ratio}){'  MISSED' if short else ''}"
        )
    return int(missed)


def _measured(grey: Array) -> float:
    found = sharpness(grey)
    return 1.0 if found is None else found


if __name__ == "__main__":
    sys.exit(main())
