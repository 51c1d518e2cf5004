"""A bench for QML: offscreen, drawn by the software renderer, and strict: a warning of the engine fails the test."""

from __future__ import annotations

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_QUICK_BACKEND"] = "software"

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickItem, QQuickWindow
from PySide6.QtTest import QTest

from kiosk.words import Words
from ui import QML_DIR, fonts
from ui.handwriting.ink import Ink
from ui.handwriting.recogniser import Recogniser
from ui.keyboard import build, build_names
from ui.keyboard.model import INDEX, Keyboard, KeyboardModel
from ui.keyboard.pinyin import Pinyin
from ui.translator import WordsTranslator

HEAD = "import QtQuick\nimport Kiosk\nimport Kiosk.controls\nimport Kiosk.Keyboard\n"


def items_of(item: QQuickItem) -> Iterator[QQuickItem]:
    """The item and everything that is drawn inside it; findChild does not reach the delegates of repeaters."""
    yield item
    for child in item.childItems():
        yield from items_of(child)


class Bench:
    """One engine with our modules, one window, a finger and a keypad."""

    def __init__(self, app: QGuiApplication, keyboard: KeyboardModel, translator: WordsTranslator) -> None:
        self.app = app
        self.keyboard = keyboard
        self.translator = translator
        self._singleton = Keyboard(keyboard)
        self.warnings: list[str] = []
        self.engine = QQmlApplicationEngine()
        self.engine.warnings.connect(lambda found: self.warnings.extend(w.toString() for w in found))
        self.engine.addImportPath(str(QML_DIR))
        self.window: QQuickWindow = None  # type: ignore[assignment]

    @property
    def theme(self) -> QObject:
        theme = self.engine.singletonInstance("Kiosk", "Theme")
        assert isinstance(theme, QObject)
        return theme

    def load(self, body: str, width: int = 1080, height: int = 1920) -> QQuickWindow:
        """Show `body` inside a window."""
        source = f"{HEAD}Window {{ width: {width}; height: {height}; visible: true\n{body}\n}}"
        self.engine.loadData(source.encode(), QUrl("bench.qml"))
        return self._found()

    def load_file(self, file: Path, properties: dict[str, Any]) -> QQuickWindow:
        self.engine.setInitialProperties(properties)
        self.engine.load(QUrl.fromLocalFile(str(file)))
        return self._found()

    def _found(self) -> QQuickWindow:
        roots = self.engine.rootObjects()
        assert roots, self.warnings
        assert isinstance(roots[-1], QQuickWindow)
        self.window = roots[-1]
        assert QTest.qWaitForWindowExposed(self.window, 60_000)
        self.window.requestActivate()
        assert QTest.qWaitForWindowActive(self.window, 60_000)
        self.settle()
        return self.window

    def settle(self) -> None:
        """Let layouts come to rest: positioners place their items only when a frame is drawn."""
        for _ in range(2):
            self.app.processEvents()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            if self.window is not None:
                self.window.grabWindow()

    def wait(self, met: Callable[[], bool], timeout_s: float = 60) -> None:
        """Turn the event loop until `met`, at most `timeout_s`."""
        deadline = time.monotonic() + timeout_s
        while not met():
            assert time.monotonic() < deadline, "never happened"
            self.app.processEvents()

    def items(self) -> Iterator[QQuickItem]:
        yield from items_of(self.window.contentItem())

    def item(self, name: str) -> QQuickItem:
        for item in self.items():
            if item.objectName() == name and item.isVisible():
                return item
        raise LookupError(name)

    def middle(self, item: QQuickItem) -> QPoint:
        return item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).toPoint()

    def finger(self) -> Any:
        """The device of the one finger, for a touch that is taken apart."""
        return _touch_device()

    def touch(self, *points: QPoint) -> None:
        """One finger: down at the first point, along the others, up at the last."""
        device = self.finger()
        QTest.touchEvent(self.window, device).press(0, points[0], self.window).commit()
        for point in points[1:]:
            QTest.touchEvent(self.window, device).move(0, point, self.window).commit()
        QTest.touchEvent(self.window, device).release(0, points[-1], self.window).commit()
        self.settle()

    def tap(self, name: str) -> None:
        self.touch(self.middle(self.item(name)))

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.window, key, modifier)
        self.settle()

    def walk(self, name: str) -> None:
        """Move the focus to `name` with the four arrows, as somebody does who looks at the screen."""
        goal = self.item(name)
        tried: set[tuple[str, Qt.Key]] = set()
        for _ in range(60):
            at = self.window.activeFocusItem()
            if at is goal:
                return
            here, there = self.middle(at), self.middle(goal)
            across, along = there.x() - here.x(), there.y() - here.y()
            sideways = Qt.Key.Key_Right if across > 0 else Qt.Key.Key_Left
            upright = Qt.Key.Key_Down if along > 0 else Qt.Key.Key_Up
            ways = [upright, sideways] if abs(along) > 8 else [sideways, upright]
            way = next((way for way in ways if (str(here), way) not in tried), None)
            assert way is not None, f"no way from {at.objectName()} to {name}"
            tried.add((str(here), way))
            self.key(way)
        raise AssertionError(name)

    def close(self) -> None:
        for root in self.engine.rootObjects():
            if isinstance(root, QQuickWindow):
                root.close()
        self.window = None  # type: ignore[assignment]
        self.engine.deleteLater()
        self.settle()


_devices: list[Any] = []


def _touch_device() -> Any:
    if not _devices:
        _devices.append(QTest.createTouchDevice())
    return _devices[0]


@pytest.fixture(scope="session")
def qapp_cls() -> type[QGuiApplication]:
    """Qt Quick needs no widgets."""
    return QGuiApplication


@pytest.fixture(scope="session")
def pinyin_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index as packaged, or a fresh one where the packaged one is missing or older than its sources."""
    sources = [Path(build.__file__), Path(build_names.__file__), *build.SOURCES]
    if INDEX.is_file() and INDEX.stat().st_mtime >= max(source.stat().st_mtime for source in sources):
        return INDEX
    made = tmp_path_factory.mktemp("pinyin") / "pinyin.db"
    subprocess.run([sys.executable, "-m", "ui.keyboard.build", str(made)], check=True, capture_output=True, timeout=110)
    return made


@pytest.fixture
def bench(qapp: QGuiApplication, pinyin_index: Path) -> Iterator[Bench]:
    fonts.pin(qapp)
    translator = WordsTranslator(Words.load(), "zh_CN")
    translator.install()
    engine = Pinyin(pinyin_index)
    stand = Bench(qapp, KeyboardModel(engine, Ink(lambda: Recogniser(engine.rarity()))), translator)
    yield stand
    stand.close()
    engine.close()
    translator.remove()
    assert stand.warnings == []
