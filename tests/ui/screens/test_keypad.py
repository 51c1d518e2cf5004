"""Both journeys by the keys of a keypad alone: Tab, four arrows, Select, ten digits; no finger, no mouse."""

from __future__ import annotations

from typing import Any

import pytest
from behind import answer
from fake_values import ASKED_FOR
from geometry import is_a, seen
from PySide6.QtCore import QPointF, Qt
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from kiosk.identity.acting import Capacity
from kiosk.session.states import State

MOST_TABS = 90
MOST_ARROWS = 80


class Keypad:
    """Somebody at a keypad who sees where the ring stands."""

    def __init__(self, stand: Any) -> None:
        self.stand = stand
        self.window = stand.screen.window

    def press(self, key: Qt.Key, times: int = 1) -> None:
        for _ in range(times):
            QTest.keyClick(self.window, key)
            self.stand.settle()

    def type(self, digits: str) -> None:
        for digit in digits:
            self.press(Qt.Key(ord(digit)))

    def select(self) -> None:
        """Act on what the ring stands around, as soon as it listens, and let everything behind the screen answer."""
        self.stand.wait(lambda: not self.at.property("blocked"))
        self.press(Qt.Key.Key_Return)
        answer(self.stand.terminal)
        self.stand.settle()

    @property
    def at(self) -> QQuickItem:
        item: QQuickItem = self.window.activeFocusItem()
        return item

    def stands_at(self, name: str) -> bool:
        goal = self.stand.find(name)
        return goal is not None and (goal is self.at or goal.isAncestorOf(self.at))

    def tab_to(self, name: str) -> None:
        """Go on with Tab until the ring stands there."""
        passed: list[str] = []
        while not self.stands_at(name):
            assert len(passed) < MOST_TABS, f"{name} is not among {passed}"
            self.press(Qt.Key.Key_Tab)
            passed.append(self.at.objectName())
        self.ring()

    def steer_to(self, name: str) -> None:
        """Go there with the four arrows, towards where it is seen."""
        tried: set[tuple[QQuickItem, Qt.Key]] = set()
        for _ in range(MOST_ARROWS):
            if self.stands_at(name):
                self.ring()
                return
            way = next((way for way in self._ways(self.stand.item(name)) if (self.at, way) not in tried), None)
            assert way is not None, f"no way from {self.at.objectName()!r} to {name}"
            tried.add((self.at, way))
            self.press(way)
        raise AssertionError(name)

    def _ways(self, goal: QQuickItem) -> list[Qt.Key]:
        here, there = middle(self.at), middle(goal)
        across, along = there.x() - here.x(), there.y() - here.y()
        sideways = [Qt.Key.Key_Right, Qt.Key.Key_Left] if across > 0 else [Qt.Key.Key_Left, Qt.Key.Key_Right]
        upright = [Qt.Key.Key_Down, Qt.Key.Key_Up] if along > 0 else [Qt.Key.Key_Up, Qt.Key.Key_Down]
        first, second = (upright, sideways) if abs(along) > 8 else (sideways, upright)
        return [first[0], second[0], second[1], first[1]]

    def ring(self) -> None:
        """The ring is seen around what has the focus, and whole on the glass."""
        rings = [one for one in seen(self.window) if is_a(one.item, "FocusRing")]
        here = self.at.mapRectToScene(self.at.boundingRect())
        mine = [one for one in rings if one.rect.contains(here.center())]
        assert mine, f"no ring around {self.at.objectName()!r}"
        glass = self.window.contentItem().boundingRect()
        assert any(glass.contains(one.shown) and not one.shown.isEmpty() for one in mine)


def middle(item: QQuickItem) -> QPointF:
    return item.mapToScene(QPointF(item.width() / 2, item.height() / 2))


@pytest.fixture
def keypad(stand: Any) -> Keypad:
    return Keypad(stand)


@pytest.fixture(params=["tab_to", "steer_to"])
def go(request: pytest.FixtureRequest, keypad: Keypad) -> Any:
    """Go to an item and act on it: once by Tab alone, once by the arrows."""
    move = getattr(keypad, request.param)

    def act(name: str) -> None:
        move(name)
        keypad.select()

    return act


def identify(keypad: Keypad, go: Any, tile: str, item: str) -> None:
    state = keypad.stand.terminal.session
    assert state.state is State.ATTRACT
    keypad.select()
    go(tile)
    go(f"item_{item}")
    go("foot_main")
    for purpose in ("consent_identify", "consent_handle", "consent_phone"):
        go(purpose)
    go("foot_main")
    assert keypad.stand.terminal.session.state is State.CODE
    keypad.type("12345")
    keypad.press(Qt.Key.Key_Backspace)
    keypad.type("678")
    assert keypad.stand.terminal.person.code_digits == 6
    keypad.select()


def test_a_residence_permit_is_applied_for_by_keys(keypad: Keypad, go: Any) -> None:
    """Should lead from the attract screen to the receipt and back to it, form, camera and signature included."""
    terminal = keypad.stand.terminal
    identify(keypad, go, "tile_apply", "residence_permit_apply")
    assert terminal.session.state is State.FORM
    go("field_phone")
    keypad.type("13800000001")
    keypad.press(Qt.Key.Key_Down)
    keypad.steer_to("key_done")
    keypad.select()
    go("foot_main")
    assert terminal.session.page == 1
    go("year_less")
    go("place_chosen")
    go("place_990101001002")
    go("field_address")
    keypad.press(Qt.Key.Key_Down)
    for letter in "lu":
        keypad.steer_to(f"key_{letter}")
        keypad.select()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down):
        keypad.press(key)
        assert keypad.at.objectName().startswith("key_")  # letters that wait for their character hold the keypad
    keypad.steer_to("key_space")
    keypad.select()
    assert len(keypad.stand.item("field_address").property("text")) == 1
    keypad.steer_to("key_done")
    keypad.select()
    go("foot_main")
    assert terminal.session.page == 2
    go("choice_work")
    go("foot_main")
    assert terminal.session.state is State.MATERIALS
    for paper in ("address_proof", "work_proof"):
        go(f"scan_{paper}")
        assert terminal.session.state is State.CAPTURE
        go("capture_manual")
    go("foot_main")
    assert terminal.session.state is State.SIGN
    go("sign_pad")
    keypad.press(Qt.Key.Key_Right, 8)
    keypad.press(Qt.Key.Key_Down, 3)
    keypad.select()
    (stroke,) = terminal.case.strokes
    assert stroke[-1][0] - stroke[0][0] == pytest.approx(0.24)
    assert stroke[-1][1] > stroke[0][1]
    go("foot_main")
    assert terminal.session.state is State.REVIEW
    go("review_3")
    assert terminal.session.state is State.FORM
    go("foot_back")
    go("foot_main")
    assert terminal.session.state is State.OUTCOME
    go("foot_main")
    assert terminal.session.state is State.ATTRACT
    assert ("set", "phone", "13800000001") in terminal.calls
    assert ("set", "reason", "work") in terminal.calls


def test_a_certificate_is_printed_by_keys(keypad: Keypad, go: Any) -> None:
    """Should lead from the attract screen to the paper and back to it."""
    terminal = keypad.stand.terminal
    identify(keypad, go, "tile_print", "social_participation_cert")
    assert terminal.session.state is State.CHOOSE
    go("choice_injury")
    go("year_less")
    go("foot_main")
    assert terminal.session.state is State.PREVIEW
    go("foot_main")
    assert terminal.session.state is State.TAKEN
    go("foot_main")
    assert terminal.session.state is State.ATTRACT
    assert ("set", "kinds", ["pension", "injury"]) in terminal.calls


def test_what_a_case_waits_for_is_brought_by_keys(keypad: Keypad, go: Any) -> None:
    """Should lead from the tile over the case and its pages to the receipt and back to the attract screen."""
    terminal = keypad.stand.terminal
    terminal.my_cases.wait_for()
    keypad.select()
    go("tile_collect")
    for purpose in ("consent_identify", "consent_handle"):
        go(purpose)
    go("foot_main")
    assert terminal.session.state is State.CASES
    go(f"case_{ASKED_FOR}")
    assert terminal.session.case == ASKED_FOR
    go("foot_main")
    assert terminal.session.state is State.CODE
    keypad.type("123456")
    keypad.select()
    assert terminal.session.state is State.MATERIALS
    for paper in ("address_proof", "work_proof"):
        go(f"scan_{paper}")
        assert terminal.session.state is State.CAPTURE
        while terminal.session.state is State.CAPTURE:
            go("capture_manual")
    go("foot_main")
    assert terminal.session.state is State.REVIEW
    go("review_2")
    assert (terminal.session.state, terminal.session.editing) == (State.MATERIALS, True)
    go("foot_back")
    go("foot_main")
    assert terminal.session.state is State.OUTCOME
    go("foot_main")
    assert terminal.session.state is State.ATTRACT


def test_a_question_over_the_screen_is_answered_by_keys(keypad: Keypad) -> None:
    """Should hold the keypad until it is answered, and give it back to the screen."""
    terminal = keypad.stand.terminal
    terminal.show(State.REVIEW)
    keypad.stand.settle()
    keypad.tab_to("tool_help")
    keypad.select()
    keypad.press(Qt.Key.Key_Up)
    keypad.tab_to("foot_back")
    keypad.select()
    keypad.tab_to("foot_other")
    keypad.select()
    assert terminal.session.leaving
    keypad.press(Qt.Key.Key_Tab)
    assert keypad.stands_at("overlay_second")
    keypad.press(Qt.Key.Key_Up)
    keypad.select()
    assert not terminal.session.leaving
    assert terminal.session.state is State.REVIEW


def test_a_new_screen_begins_at_its_first_question(keypad: Keypad) -> None:
    """Should go down into the page from a new screen, and up to its main action; neither leads past the tools."""
    terminal = keypad.stand.terminal
    for key, name in ((Qt.Key.Key_Down, "consent_identify"), (Qt.Key.Key_Up, "foot_main")):
        terminal.show(State.HOME)
        keypad.stand.settle()
        terminal.show(State.CONSENT)
        keypad.stand.settle()
        keypad.press(key)
        assert keypad.stands_at(name)


def test_somebody_else_is_applied_for_by_keys(keypad: Keypad, go: Any) -> None:
    """From the guide to the relation and into the form; what was typed of the other person stands there already."""
    terminal = keypad.stand.terminal
    terminal.show(State.GUIDE)
    keypad.stand.settle()
    go("guide_other")
    go("whom_asked")
    assert (terminal.session.state, terminal.session.capacity) == (State.CONSENT, Capacity.ASKED)
    terminal.show(State.PRINCIPAL)
    keypad.stand.settle()
    for field, text in (("name", "测试乙"), ("number", "990000195801010025")):
        terminal.acting.write(field, text)
    go("foot_main")
    assert terminal.session.state is State.RELATION
    go("choice_spouse")
    assert terminal.acting.relation == "spouse"
    go("foot_main")
    assert terminal.session.state is State.FORM
