"""Every screen draws, in every build of the terminal and in both languages, and says nothing in the engine's log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fake_terminal import TROUBLE

from kiosk.identity.assurance import Assurance
from kiosk.session.states import Holding, Journey, Plan, Promise, State

STATES: dict[State, tuple[dict[str, Any], ...]] = {
    State.OUTCOME: (
        {},
        {"line_up": False},
        {"promise": Promise.RECEIVED},
        {"receipt_printed": False},
        {"receipt_printed": None},
        {"notice": "submit.earlier_kept"},
    ),
    State.CONSENT: ({}, {"plan": Plan("", Journey.CASES, Assurance.CARD)}),
    State.CASES: ({}, {"busy": True}, {"line_up": False}),
    State.CASE: ({}, {"case": "KF00420000J4"}, {"case": "KF00010000K2"}, {"receipt_printed": True}, {"busy": True}),
    State.WITHDRAW: ({}, {"line_up": False}, {"busy": True}),
    State.GUARD: ({"holding": Holding.CARD}, {"holding": Holding.CARD_UNKNOWN}, {"guard_stage": 3}, {}),
    State.CODE: ({"busy": True}, {}, {"elder_offered": True}),
    State.FORM: ({"page": 0}, {"page": 1}, {"page": 2}, {"page": 1, "editing": True}),
    State.REVIEW: ({}, {"leaving": True}, {"warned": True}, {"line_up": False}),
    State.CAPTURE: ({}, {"trouble": TROUBLE}),
    State.OUT_OF_SERVICE: ({"fault": "Q-200"}, {"stopping": True}),
    State.ATTRACT: ({},),
}


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("orientation", ["portrait", "landscape", "counter"])
def test_every_screen_draws(stand_at: Callable[..., Any], orientation: str, language: str) -> None:
    """Should show the state's own screen in each of its moods, with every sentence known."""
    stand = stand_at(orientation, language)
    for state in State:
        for mood in STATES.get(state, ({},)):
            stand.terminal.show(state, **mood)
            stand.settle()
            assert stand.find(f"screen_{state}") is not None, state


@pytest.mark.parametrize("size", [0, 3])
@pytest.mark.parametrize("elder", [False, True])
def test_every_screen_draws_for_everybody(stand_at: Callable[..., Any], size: int, elder: bool) -> None:
    """Should stand every size of text, high contrast, low reach and elder mode, and keep the main action on the glass."""
    stand = stand_at("landscape" if elder else "portrait", "en")
    settings = stand.screen.bridges.settings
    settings.setTextSize(size)
    settings.setHighContrast(size == 3)
    settings.setLowReach(elder)
    width, height = stand.screen.window.width(), stand.screen.window.height()
    for state in State:
        stand.terminal.show(state, elder=elder)
        stand.settle()
        for name in ("foot_main", "foot_back", "foot_other"):
            button = stand.find(name)
            if button is None:
                continue
            corner = button.mapToScene(button.boundingRect().bottomRight())
            assert corner.x() <= width, (state, name)
            assert corner.y() <= height, (state, name)
            assert button.mapToScene(button.boundingRect().topLeft()).x() >= 0, (state, name)
