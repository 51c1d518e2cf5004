"""A clerk and a resident at one keypad: from the staff card to the next resident, by Tab, arrows, Select and digits."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from test_keypad import Keypad

from kiosk.identity.assurance import Assurance
from kiosk.session import events as ev
from kiosk.session.states import Hand, State


@pytest.fixture
def keypad(stand: Any) -> Keypad:
    return Keypad(stand)


@pytest.fixture(params=["tab_to", "steer_to"])
def go(request: pytest.FixtureRequest, keypad: Keypad) -> Any:
    """Go to an item and act on it: once by Tab alone, once by the arrows."""

    def act(name: str) -> None:
        getattr(keypad, request.param)(name)
        keypad.select()

    return act


def sign_in(keypad: Keypad, go: Any) -> None:
    """The card is put in; its PIN and everything after it are keys."""
    terminal = keypad.stand.terminal
    terminal.handle(ev.StaffCardShown())
    keypad.stand.settle()
    assert terminal.session.state is State.STAFF_PIN
    keypad.type("24681")
    keypad.press(Qt.Key.Key_Backspace)
    keypad.type("10")
    keypad.select()
    assert terminal.session.state is State.STAFF
    go("staff_assist")
    assert terminal.session.state is State.DESK


def identify(keypad: Keypad, go: Any) -> None:
    """The clerk calls the resident, chooses the service with them and looks at person and card."""
    terminal = keypad.stand.terminal
    go("foot_main")
    assert (terminal.session.state, terminal.session.hand) == (State.HOME, Hand.CLERK)
    go("tile_apply")
    go("item_residence_permit_apply")
    go("foot_main")
    for purpose in ("consent_identify", "consent_handle", "consent_phone"):
        go(purpose)
    go("foot_main")
    assert terminal.session.state is State.ATTEST
    go("foot_main")
    assert (terminal.session.state, terminal.session.assurance) == (State.FORM, Assurance.CARD_CLERK)


def fill_in(keypad: Keypad, go: Any) -> None:
    """The clerk types what is known; the keypad is passed over, and the resident says why they apply."""
    terminal = keypad.stand.terminal
    go("field_phone")
    keypad.type("13800000001")
    keypad.press(Qt.Key.Key_Down)
    keypad.steer_to("key_done")
    keypad.select()
    go("foot_main")
    go("foot_main")
    assert (terminal.session.page, terminal.session.hand) == (2, Hand.CLERK)
    go("tool_hand")
    assert terminal.session.hand is Hand.RESIDENT
    go("choice_work")
    go("foot_main")
    assert terminal.session.state is State.MATERIALS


def scan_and_sign(keypad: Keypad, go: Any) -> None:
    """The papers, and the resident's own name."""
    terminal = keypad.stand.terminal
    for paper in ("address_proof", "work_proof"):
        go(f"scan_{paper}")
        go("capture_manual")
    go("foot_main")
    assert terminal.session.state is State.SIGN
    go("sign_pad")
    keypad.press(Qt.Key.Key_Right, 6)
    keypad.select()
    go("foot_main")
    assert terminal.session.state is State.REVIEW


def test_a_resident_is_helped_by_keys(keypad: Keypad, go: Any) -> None:
    """Should lead a clerk from the card to the next resident, who confirms with their own key what the clerk entered."""
    terminal = keypad.stand.terminal
    sign_in(keypad, go)
    identify(keypad, go)
    fill_in(keypad, go)
    scan_and_sign(keypad, go)
    go("tool_hand")
    assert terminal.session.hand is Hand.CLERK
    go("foot_main")
    assert (terminal.session.state, terminal.session.hand) == (State.CONFIRM, Hand.RESIDENT)
    go("foot_back")
    assert (terminal.session.state, terminal.session.assented) == (State.REVIEW, False)
    go("foot_main")
    go("foot_main")
    assert (terminal.session.state, terminal.session.assented) == (State.OUTCOME, True)
    go("foot_main")
    session = terminal.session
    assert (session.state, session.clerk, session.assisted, session.personal) == (State.DESK, True, False, False)
    assert ("set", "phone", "13800000001") in terminal.calls
    assert ("set", "reason", "work") in terminal.calls
    assert ev.Attested(True) in keypad.stand.said


def test_the_way_back_from_the_desk_is_found_by_keys(keypad: Keypad, go: Any) -> None:
    """Should lead from between two residents to the staff pages, and out."""
    terminal = keypad.stand.terminal
    sign_in(keypad, go)
    go("foot_other")
    assert terminal.session.state is State.STAFF
    go("staff_assist")
    go("foot_back")
    assert (terminal.session.state, terminal.session.clerk) == (State.ATTRACT, False)
