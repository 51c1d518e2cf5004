"""The tokens keep what the experience promises: contrast, sizes to the finger and to the eye, motion."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QColor

from ui import QML_DIR
from ui.fonts import CAP_HEIGHT_EM

if TYPE_CHECKING:
    from conftest import Bench

GROUNDS = ("paper", "surface", "sunk", "tint")
PAIRS = [(ink, ground) for ink in ("ink", "inkSoft", "brand", "brandDeep") for ground in GROUNDS]
PAIRS += [(mark, ground) for mark in ("good", "warn", "bad") for ground in ("paper", "surface")]
PAIRS += [("good", "goodTint"), ("warn", "warnTint"), ("bad", "badTint"), ("brand", "infoTint")]
PAIRS += [("ink", "goodTint"), ("ink", "warnTint"), ("ink", "badTint"), ("bad", "tint")]
PAIRS += [("brandInk", "brand"), ("accentInk", "accent"), ("accentInk", "accentDeep")]
SCREENS = [(3.65, "portrait"), (4.03, "portrait"), (3.65, "landscape"), (5.58, "landscape"), (3.81, "counter")]


def _luminance(colour: QColor) -> float:
    """Relative luminance (WCAG 2.2, definition of relative luminance)."""

    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF())


def contrast(one: QColor, other: QColor) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("high", "least"), [(False, 10.0), (True, 20.0)])
def test_text_contrast(bench: Bench, high: bool, least: float) -> None:
    """Every ink should stand 10:1 or better on its ground, and 20:1 in high contrast."""
    bench.theme.setProperty("highContrast", high)
    weak = {
        (ink, ground): round(found, 1)
        for ink, ground in PAIRS
        if (found := contrast(bench.theme.property(ink), bench.theme.property(ground))) < least
    }
    assert weak == {}


@pytest.mark.parametrize("high", [False, True])
def test_outlines_are_seen(bench: Bench, high: bool) -> None:
    """Outlines of targets and the keypad's ring should stand 3:1 or better (WCAG 2.2, 1.4.11)."""
    bench.theme.setProperty("highContrast", high)
    for edge in ("edge", "focus", "brand", "bad"):
        for ground in ("paper", "surface"):
            assert contrast(bench.theme.property(edge), bench.theme.property(ground)) >= 3, (edge, ground)


def test_what_cannot_be_used_looks_so_in_high_contrast(bench: Bench) -> None:
    """Grey words should be read (7:1), and both they and their outline be told from live ones at a glance (2:1)."""
    bench.theme.setProperty("highContrast", True)
    colour = bench.theme.property
    assert contrast(colour("idle"), colour("sunk")) >= 7
    for idle, live in (("idle", "ink"), ("idle", "brand"), ("idleLine", "edge"), ("idleLine", "brand")):
        assert contrast(colour(idle), colour(live)) >= 2, (idle, live)


def test_the_token_is_what_it_says(bench: Bench) -> None:
    """A token should have the value written for it: QML drops the value of a property that is called on-something."""
    source = (QML_DIR / "Kiosk" / "Theme.qml").read_text(encoding="utf-8")
    assert re.findall(r"property \w+ (on[A-Z]\w*)", source) == []
    for name, value in re.findall(r'property color (\w+): highContrast \? "#\w+" : "(#\w+)"', source):
        assert bench.theme.property(name) == QColor(value), name


@pytest.mark.parametrize(("px_per_mm", "layout"), SCREENS)
@pytest.mark.parametrize("step", [0, 1, 2, 3])
def test_the_smallest_capital(bench: Bench, px_per_mm: float, layout: str, step: int) -> None:
    """Capitals should be at least 4.8 mm high in every role, size and layout."""
    for token, value in (("pxPerMm", px_per_mm), ("layout", layout), ("textStep", step)):
        bench.theme.setProperty(token, value)
    for role in ("caption", "head", "body", "lead", "title", "display"):
        assert bench.theme.property(role) * CAP_HEIGHT_EM / px_per_mm >= 4.8, role


def test_four_sizes_grow(bench: Bench) -> None:
    """Each of the four text sizes should be larger than the one before, in every role."""
    sizes = []
    for step in range(4):
        bench.theme.setProperty("textStep", step)
        sizes.append([bench.theme.property(role) for role in ("caption", "body", "lead", "title", "display")])
    assert all(all(a < b for a, b in zip(small, large, strict=True)) for small, large in pairwise(sizes))


@pytest.mark.parametrize(("px_per_mm", "layout"), SCREENS)
def test_targets_in_millimetres(bench: Bench, px_per_mm: float, layout: str) -> None:
    """Targets should measure 20 mm (25 in elder mode), keys 16 (18), with 3 and 2 mm between, whatever the pixels."""
    for token, value in (("pxPerMm", px_per_mm), ("layout", layout)):
        bench.theme.setProperty(token, value)
    for elder, target, key in ((False, 20, 16), (True, 25, 18)):
        bench.theme.setProperty("elder", elder)
        for token, least in (("target", target), ("key", key), ("gap", 3), ("keyGap", 2)):
            assert bench.theme.property(token) / px_per_mm >= least, token


def test_motion(bench: Bench) -> None:
    """Motion should last 200 ms at most, and none when it is reduced."""
    assert 0 < bench.theme.property("motion") <= 200
    bench.theme.setProperty("reducedMotion", True)
    assert bench.theme.property("motion") == 0
    assert bench.theme.property("animated") is False
