"""The accessibility tree: every control has a name of its own and a role, and both journeys can be done by names alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from accessible import CONTROLS, Listener, controls, name, tree
from behind import answer
from geometry import seen
from PySide6.QtCore import QPointF
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from shots import scenes

from kiosk.session.states import State

ID = re.compile(r"[a-z_]+(\.[a-z_0-9]+)+")


@pytest.fixture(autouse=True)
def _listening(qapp: QGuiApplication) -> None:
    """Somebody listens before the first screen is there, as on a machine with a screen reader."""
    QAccessible.setActive(True)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("orientation", ["portrait", "counter"])
def test_every_control_has_a_name_of_its_own(stand_at: Callable[..., Any], orientation: str, language: str) -> None:
    """Should be called something, differently from every other control of its screen, in words and never by an id."""
    stand = stand_at(orientation, language)
    bad: list[str] = []
    for scene, show in scenes(stand.terminal, stand.screen).items():
        show()
        stand.settle()
        names = Counter(name(node) for node in controls(stand.screen.window))
        bad += [f"{scene}: {called!r} x {count}" for called, count in names.items() if count > 1 or not called]
        bad += [f"{scene}: {called}" for called in names if ID.fullmatch(called)]
    assert bad == []


def test_everything_that_can_be_pressed_is_in_the_tree(stand: Any) -> None:
    """Should find every button and field that is drawn as a control with an action, where a finger finds it."""
    lost: list[str] = []
    for scene, show in scenes(stand.terminal, stand.screen).items():
        show()
        stand.settle()
        places = {(node.rect().center().x(), node.rect().center().y()) for node in controls(stand.screen.window)}
        for one in seen(stand.screen.window):
            target = one.item.inherits("QQuickAbstractButton") or one.item.inherits("QQuickTextInput")
            if not target or not one.item.isEnabled() or one.shown.isEmpty():
                continue
            middle = stand.screen.window.mapToGlobal(one.rect.toRect().center())
            if not any(abs(middle.x() - x) <= 2 and abs(middle.y() - y) <= 2 for x, y in places):
                lost.append(f"{scene}: {one}")
    assert lost == []


def test_what_is_said_is_in_the_tree_too(stand: Any) -> None:
    """Should have each screen's title and instruction, each notice, and the words of a dialog."""
    said: list[list[str]] = []
    stand.terminal.speech.say = lambda texts, _language: said.append(list(texts))
    stand.screen.bridges.settings.setSpeech(True)
    silent: list[str] = []
    for scene, show in scenes(stand.terminal, stand.screen).items():
        stand.terminal.show(State.HOME)
        stand.settle()
        said.clear()
        show()
        stand.settle()
        texts = (QAccessible.Text.Name, QAccessible.Text.Description)
        heard = " ".join(node.text(text) for node in tree(stand.screen.window) for text in texts)
        silent += [f"{scene}: {text}" for last in said[-1:] for text in last[:2] if text not in heard]
    assert [each for each in silent if not each.startswith("idle: 30 ")] == []  # the tree counts every second


def test_a_question_hides_what_lies_under_it(stand: Any) -> None:
    """Should leave nothing to act on but the answers, as a finger finds it."""
    words = stand.terminal.words
    stand.terminal.show(State.REVIEW, leaving=True)
    stand.settle()
    answers = [words.template("zh_CN", f"screens.leave.{answer}") for answer in ("stay", "go")]
    assert [name(node) for node in controls(stand.screen.window)] == answers
    stand.terminal.show(State.MATERIALS)
    stand.terminal.bringing.open("address_proof")
    stand.settle()
    assert [name(node) for node in controls(stand.screen.window)] == [words.template("zh_CN", "screens.bring.back")]


class Person:
    """Somebody who knows the words of the screen, and finds everything by them."""

    def __init__(self, stand: Any) -> None:
        self.stand = stand
        self.terminal = stand.terminal
        self.listener = Listener(stand.screen.window)
        stand.wait(lambda: stand.item("screen_attract").opacity() == 1)  # the first screen has come up

    def word(self, ident: str) -> str:
        text: str = self.terminal.words.template("zh_CN", ident)
        return text

    def press(self, *names: str) -> None:
        for called in names:
            self.listener.press(called)
            self.stand.settle()
            answer(self.terminal)
            self.stand.settle()

    def press_word(self, *idents: str) -> None:
        self.press(*(self.word(ident) for ident in idents))

    def write(self, label: str, keys: str) -> None:
        """Give the field of this name the focus, and press the keys of the keyboard that opens."""
        self.listener.find(label).actionInterface().doAction("SetFocus")
        self.stand.settle()
        self.press(*keys, self.word("controls.key_done"))

    def draw(self, called: str) -> None:
        """Draw a stroke across what has this name, where the tree says that it lies."""
        node = next(node for node in tree(self.stand.screen.window) if name(node) == called)
        rect = node.rect().translated(-self.stand.screen.window.position())
        points = [QPointF(rect.left() + rect.width() * x, rect.center().y()).toPoint() for x in (0.2, 0.4, 0.6)]
        window, device = self.stand.screen.window, self.stand._device
        QTest.touchEvent(window, device).press(0, points[0], window).commit()
        for point in points[1:]:
            QTest.touchEvent(window, device).move(0, point, window).commit()
            self.stand.settle()
        QTest.touchEvent(window, device).release(0, points[-1], window).commit()
        self.stand.settle()

    def identify(self, tile: str, item: str, begin: str) -> None:
        self.press_word("screens.attract.instruction", tile)
        self.press(self.terminal.catalogue.item(item).name.zh)
        self.press_word(begin, "screens.consent.identify", "screens.consent.handle", "screens.consent.phone")
        self.press_word("screens.consent.agree")
        self.press(*"123456")
        self.press_word("screens.code.submit")


def test_a_residence_permit_is_applied_for_by_names(stand: Any) -> None:
    """Should lead from the attract screen to the receipt and back to it, finding every control by what it is called."""
    person = Person(stand)
    terminal = person.terminal
    person.identify("screens.home.tile.apply", "residence_permit_apply", "screens.guide.begin")
    assert terminal.session.state is State.FORM
    person.write("手机号码", "13800000001")
    person.press_word("screens.form.next")
    person.press(f"居住登记日期 {person.word('controls.year')} {person.word('controls.less')}")
    person.press_word("screens.form.next")
    person.press("合法稳定就业")
    person.press_word("screens.form.next")
    assert terminal.session.state is State.MATERIALS
    for paper in ("居住地住址证明", "就业证明"):
        person.press(f"{person.word('screens.materials.scan')} {paper}")
        person.press_word("screens.capture.manual")
    person.press_word("screens.materials.next")
    person.draw(person.word("screens.sign.here"))
    person.press_word("screens.sign.done", "screens.review.submit")
    assert terminal.session.state is State.OUTCOME
    assert "KF 0042 0003G 7" in person.listener.heard()
    person.press_word("screens.outcome.done")
    assert terminal.session.state is State.ATTRACT
    assert ("set", "phone", "13800000001") in terminal.calls


def test_a_certificate_is_printed_by_names(stand: Any) -> None:
    """Should lead from the attract screen to the paper and back to it."""
    person = Person(stand)
    terminal = person.terminal
    person.identify("screens.home.tile.print", "social_participation_cert", "screens.guide.print")
    assert terminal.session.state is State.CHOOSE
    person.press("工伤", f"起始月份 {person.word('controls.year')} {person.word('controls.less')}")
    person.press_word("screens.form.next", "screens.preview.print", "screens.taken.done")
    assert terminal.session.state is State.ATTRACT
    assert ("set", "kinds", ["pension", "injury"]) in terminal.calls


def test_roles_say_what_can_be_done(stand: Any) -> None:
    """Should tell boxes to tick, one answer among several, fields, dialogs and headings from buttons."""
    Role = QAccessible.Role  # noqa: N806 - Qt's own name
    wanted = {
        State.CONSENT: (Role.CheckBox, Role.Button, Role.Heading),
        State.FORM: (Role.EditableText, Role.Button),
        State.CHOOSE: (Role.CheckBox, Role.SpinBox, Role.Grouping),
        State.SIGN: (Role.Canvas, Role.Button),
    }
    for state, roles in wanted.items():
        stand.terminal.show(state)
        stand.settle()
        found = {node.role() for node in tree(stand.screen.window)}
        assert set(roles) <= found, state
        assert found & CONTROLS
    stand.terminal.show(State.REVIEW, leaving=True)
    stand.settle()
    assert Role.Dialog in {node.role() for node in tree(stand.screen.window)}
