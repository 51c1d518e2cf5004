"""Every screen measured: nothing cut, broken, overlapping, small or close, in any build, size, contrast, mode and language.

A screen that never comes to rest (a layout that chases itself) is caught by the time limit of the test.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from geometry import complaints
from shots import BEFORE_ANYBODY, scenes

from kiosk.events import Fact

SMALL, LARGE = 0, 3
ALL = [
    (orientation, size, elder, low, contrast, language)
    for orientation in ("portrait", "landscape", "counter")
    for size, elder, low, contrast in product((SMALL, LARGE), (False, True), (False, True), (False, True))
    if not (orientation == "counter" and low)  # a counter has no low reach
    for language in ("zh_CN", "en")
]


def _tells_most(build: tuple[str, int, bool, bool, bool, str]) -> bool:
    """Say whether a build is measured every time; `make test-every-build` measures the others too."""
    _, size, elder, low, contrast, language = build
    # The outlines of high contrast are thicker and nothing is thinner: it is measured where the most has to find room,
    # and once for each other size and mode.
    where = contrast is ((size == LARGE and not elder) or (elder and low is (size == SMALL)))
    # One mode alone is measured in one language: the longer one where letters are large, the denser where they are small.
    return where and (elder is low or language == ("en" if size == LARGE else "zh_CN"))


BUILDS = ALL if os.environ.get("EVERY_BUILD") else [build for build in ALL if _tells_most(build)]


@pytest.mark.parametrize(("orientation", "size", "elder", "low", "contrast", "language"), BUILDS)
def test_every_screen_can_be_read_and_hit(
    stand_at: Callable[..., Any], orientation: str, size: int, elder: bool, low: bool, contrast: bool, language: str
) -> None:
    """Should show every word whole, and every target in its size and at its distance."""
    stand = stand_at(orientation, language)
    settings = stand.screen.bridges.settings
    settings.setTextSize(size)
    settings.setLowReach(low)
    settings.setHighContrast(contrast)
    found: list[str] = []
    for name, scene in scenes(stand.terminal, stand.screen).items():
        if name in BEFORE_ANYBODY and (size, elder, low) != (SMALL, False, False):
            continue
        scene()
        if elder:
            stand.terminal.session = replace(stand.terminal.session, elder=True)
            stand.terminal.publish(Fact.SESSION)
        stand.settle()
        millimetre = stand.terminal.config.terminal.screen.px_per_mm
        found += [
            f"{name}: {complaint}"
            for complaint in complaints(
                stand.screen.window, px_per_mm=millimetre, target_mm=25 if elder else 20, key_mm=18 if elder else 16
            )
        ]
    assert found == []
