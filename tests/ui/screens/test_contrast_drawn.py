"""Every word of every screen, measured against what it is drawn on: 10:1, and 20:1 in high contrast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from geometry import Seen, painted, seen
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from PySide6.QtQuick import QQuickItem, QQuickWindow
from shots import scenes

from kiosk.catalogue.models import Need
from kiosk.events import Fact
from kiosk.speech import SpeechState

GREY = 7.0
"""Of what cannot be pressed now: in high contrast its grey alone tells it from the rest, and it has to be read."""


def is_grey(item: QQuickItem | None) -> bool:
    """A button that is off, or one that waits for something and says what when it is pressed."""
    while item is not None:
        if not item.isEnabled() or item.property("waits"):
            return True
        item = item.parentItem()
    return False


def luminance(colour: QColor) -> float:
    """Relative luminance (WCAG 2.2)."""
    channels = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: QColor, other: QColor) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def over(above: QColor, below: QColor) -> QColor:
    """What is seen of a colour that lets the one below through."""
    share = above.alphaF()
    mixed = [
        share * a + (1 - share) * b
        for a, b in zip(above.getRgbF()[:3], below.getRgbF()[:3], strict=True)  # type: ignore[index,unused-ignore]
    ]
    return QColor.fromRgbF(*mixed)


def ground(one: Seen, before: list[Seen], window: QQuickWindow) -> QColor:
    """The colour that was painted last where the words stand."""
    middle: QPointF = painted(one).center()
    colour = window.color()
    for below in before:
        if below.item.inherits("QQuickRectangle") and below.shown.contains(middle):
            colour = over(below.item.property("color"), colour)
    return colour


def weak(window: QQuickWindow, least: float) -> Iterator[str]:
    drawn = seen(window)
    for at, one in enumerate(drawn):
        if not one.item.inherits("QQuickText") or not one.item.property("text") or one.shown.isEmpty():
            continue
        if one.item.rotation() != 0:
            continue  # the watermark of a preview, which must let the paper through
        below = ground(one, drawn[:at], window)
        found = contrast(over(one.item.property("color"), below), below)
        if found < (min(least, GREY) if is_grey(one.item) else least):
            yield f"{found:.1f}: {one}"


@pytest.mark.parametrize(("high", "least"), [(False, 10.0), (True, 20.0)])
@pytest.mark.parametrize("available", [True, False])
def test_every_word_stands_out(stand_at: Callable[..., Any], high: bool, least: float, available: bool) -> None:
    """Should be readable on every screen: buttons that are pressed or grey, notices, and words over the camera."""
    stand = stand_at()
    stand.screen.bridges.settings.setHighContrast(high)
    if not available:
        stand.terminal.health = dict.fromkeys(Need, False)
        stand.terminal.speaker.state = SpeechState.UNAVAILABLE
        stand.terminal.publish(Fact.DEVICES)
        stand.terminal.publish(Fact.SPEECH)
    found: list[str] = []
    for name, scene in scenes(stand.terminal, stand.screen).items():
        scene()
        stand.settle()
        found += [f"{name} {each}" for each in weak(stand.screen.window, least)]
    assert found == []
