"""The real window over a fake terminal; a warning of the engine fails the test."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPointF
from PySide6.QtGui import QGuiApplication
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

sys.path.insert(0, str(Path(__file__).parent))

from fake_terminal import FakeTerminal

from kiosk.session import events as ev
from ui import fonts
from ui.app import Screen
from ui.keyboard import model


class Stand:
    """A person before the terminal."""

    def __init__(self, app: QGuiApplication, orientation: str, language: str) -> None:
        self.app = app
        self.terminal = FakeTerminal(orientation=orientation, language=language)
        self.screen = Screen(self.terminal)  # type: ignore[arg-type]
        self.warnings: list[str] = []
        self.screen.engine.warnings.connect(lambda found: self.warnings.extend(w.toString() for w in found))
        self.screen.open(full_screen=False)
        self._device = QTest.createTouchDevice()
        self.settle()

    def settle(self) -> None:
        for _ in range(2):
            self.app.processEvents()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            self.screen.window.grabWindow()

    def wait(self, met: Callable[[], bool], timeout_s: float = 60) -> None:
        deadline = time.monotonic() + timeout_s
        while not met():
            assert time.monotonic() < deadline, "never happened"
            self.app.processEvents()

    def find(self, name: str) -> QQuickItem | None:
        waiting = [self.screen.window.contentItem()]
        while waiting:
            item = waiting.pop(0)
            if not item.isVisible():
                continue
            if item.objectName() == name:
                return item
            waiting.extend(item.childItems())
        return None

    def item(self, name: str) -> QQuickItem:
        found = self.find(name)
        assert found is not None, name
        return found

    def tap(self, name: str, down: float = 0.5) -> None:
        item = self.item(name)
        point = item.mapToScene(QPointF(item.width() / 2, item.height() * down)).toPoint()
        QTest.touchEvent(self.screen.window, self._device).press(0, point, self.screen.window).commit()
        QTest.touchEvent(self.screen.window, self._device).release(0, point, self.screen.window).commit()
        self.settle()

    def answer(self, name: str) -> None:
        """Tap a dialog's button, as soon as the dialog listens."""
        self.wait(lambda: not self.item(name).property("blocked"))
        self.tap(name)

    def drag(self, name: str, right: float, down: float, within: str) -> None:
        """Drag an item by shares of the picture that another one shows."""
        item, picture = self.item(name), self.item(within).property("shown")
        start = item.mapToScene(QPointF(item.width() / 2, item.height() / 2))
        end = start + QPointF(right * picture.width(), down * picture.height())
        touch = QTest.touchEvent(self.screen.window, self._device)
        touch.press(0, start.toPoint(), self.screen.window).commit()
        for share in (0.3, 0.7, 1.0):
            at = (start + (end - start) * share).toPoint()
            QTest.touchEvent(self.screen.window, self._device).move(0, at, self.screen.window).commit()
        QTest.touchEvent(self.screen.window, self._device).release(0, end.toPoint(), self.screen.window).commit()
        self.settle()

    @property
    def said(self) -> list[ev.Event]:
        """The events that the screens sent, without the signs of life."""
        return [event for event in self.terminal.seen if not isinstance(event, ev.Touched)]

    def close(self) -> None:
        self.screen.close()
        self.app.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def stand_at(
    qapp: QGuiApplication, pinyin_index: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Stand]]:
    monkeypatch.setattr(model, "INDEX", pinyin_index)
    monkeypatch.setattr("ui.app.open_keyboard", lambda: model.open_keyboard(pinyin_index))
    fonts.pin(qapp)
    stands: list[Stand] = []

    def make(orientation: str = "portrait", language: str = "zh_CN") -> Stand:
        stands.append(Stand(qapp, orientation, language))
        return stands[-1]

    yield make
    for stand in stands:
        stand.close()
        assert stand.warnings == []


@pytest.fixture
def stand(stand_at: Callable[..., Stand]) -> Stand:
    return stand_at()
