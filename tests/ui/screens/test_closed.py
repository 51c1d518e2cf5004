"""A terminal that cannot be built says so in both languages, and opens by itself when it can."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zxingcpp
from fake_terminal import FakeTerminal
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtQuick import QQuickItem

from kiosk.clock import SystemClock
from kiosk.config import Config, load
from kiosk.fleet.enrolment import EnrolmentError
from kiosk.words import Words, WordsError
from ui import fonts
from ui.app import Opening
from ui.dispatcher import QtDispatcher
from ui.keyboard import model

GOOD = """
state_dir = "state"
[terminal]
number = "0001"
name = {zh = "市民之窗", en = "Citizen's Window"}
site = {zh = "驿站", en = "Station"}
phone = "0371-12345"
[terminal.screen]
orientation = "%s"
full_screen = false
[city]
url = "https://localhost:1/"
ca_file = "ca.pem"
"""


class Door:
    """A terminal that somebody is mending."""

    def __init__(self, app: QGuiApplication, file: Path) -> None:
        self.app = app
        self.file = file
        self.built: Callable[[Config], Any] = lambda _config: FakeTerminal()
        self.opening = Opening(lambda: load(file), self.build, QtDispatcher(), SystemClock(), retry_ms=50)

    def build(self, config: Config) -> Any:
        return self.built(config)

    def configure(self, orientation: str = "portrait") -> None:
        self.file.write_text(GOOD % orientation, encoding="utf-8")

    def wait(self, met: Callable[[], bool], timeout_s: float = 60) -> None:
        deadline = time.monotonic() + timeout_s
        while not met():
            assert time.monotonic() < deadline, "never happened"
            self.app.processEvents()

    def shuts(self, code: str) -> None:
        """Wait until the closed screen bears this fault code."""
        self.wait(lambda: self.opening.closed is not None and self.opening.closed.window is not None)
        self.wait(lambda: self.text("code") == code)

    def text(self, name: str) -> str:
        assert self.opening.closed is not None
        assert self.opening.closed.window is not None
        waiting: list[QQuickItem] = [self.opening.closed.window.contentItem()]
        while waiting:
            item = waiting.pop(0)
            if item.objectName() == name and item.isVisible():
                return str(item.property("text"))
            waiting.extend(item.childItems())
        return ""

    def picture(self) -> QImage:
        assert self.opening.closed is not None
        assert self.opening.closed.window is not None
        return self.opening.closed.window.grabWindow().convertToFormat(QImage.Format.Format_Grayscale8)


@pytest.fixture
def door(qapp: QGuiApplication, pinyin_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    monkeypatch.setattr("ui.app.open_keyboard", lambda: model.open_keyboard(pinyin_index))
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    fonts.pin(qapp)
    stand = Door(qapp, tmp_path / "kiosk.toml")
    yield stand
    stand.opening.close()
    qapp.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    for number, handler in before.items():
        signal.signal(number, handler)


def scanned(image: QImage) -> str:
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    found = zxingcpp.read_barcodes(pixels[:, : image.width()])
    return found[0].text if found else ""


def test_a_bad_configuration_is_said_and_a_good_one_opens(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """Should stand there in both languages with C-400 instead of dying, and open when the file was mended."""
    door.file.write_text("state_dir = 7", encoding="utf-8")
    door.opening.start()
    door.shuts("C-400")
    assert door.text("title_zh") == "本终端暂停服务"
    assert door.text("title_en") == "Out of service"
    assert door.text("since_en").startswith("Since 20")
    assert door.text("reason_zh") == Words.load().text("zh_CN", "faults.config")
    assert door.text("call_zh") == "", "no telephone is known"
    assert "service hall" in door.text("hall_en")
    code, number, _, cause = scanned(door.picture()).split(";")
    assert (code, number, cause) == ("C-400", "----", "config.bad_key")
    door.configure()
    door.wait(lambda: door.opening.screen is not None)
    assert door.opening.screen is not None
    assert door.opening.screen.window.isVisible()
    assert door.opening.closed is None
    assert "C-400" in caplog.text
    caplog.clear()


def test_the_telephone_is_said_when_it_is_known(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """Should name the station's telephone and the terminal in the QR code, and keep the first time while it tries again."""
    tries: list[str] = []

    def not_enrolled(_config: Config) -> FakeTerminal:
        tries.append(door.text("since_zh") if door.opening.closed else "")
        raise EnrolmentError("enrolment.missing", "/secret")

    door.configure("counter")
    door.built = not_enrolled
    door.opening.start()
    door.shuts("C-410")
    assert door.text("call_zh") == "请拨打 0371-12345"
    told = scanned(door.picture())
    assert told.startswith("C-410;0001;")
    assert "secret" not in told
    door.wait(lambda: len(tries) > 2)
    assert len(set(tries[1:])) == 1
    caplog.clear()


def test_a_bug_closes_and_does_not_kill(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """Should take whatever is not expected for a bug, B-900, and go on trying."""

    def surprise(_config: Config) -> FakeTerminal:
        raise ZeroDivisionError

    door.configure()
    door.built = surprise
    door.opening.start()
    door.shuts("B-900")
    door.built = lambda _config: FakeTerminal()
    door.wait(lambda: door.opening.screen is not None)
    assert "ZeroDivisionError" in caplog.text
    caplog.clear()


def test_a_terminal_that_does_not_start_is_stopped(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """Should leave nothing running of a terminal that was built and failed to start, before the next is built."""
    seen: list[str] = []

    class Failing(FakeTerminal):
        def start(self) -> None:
            seen.append("start")
            raise OSError

        def stop(self, timeout_s: float) -> None:
            seen.append("stop")

    door.configure()
    door.built = lambda _config: Failing()
    door.opening.start()
    door.shuts("B-900")
    door.wait(lambda: len(seen) >= 4)
    assert seen[:4] == ["start", "stop", "start", "stop"]
    caplog.clear()


def test_words_that_cannot_be_read_leave_the_last_ones(
    door: Door, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Should still say in both languages that it is out of service, when the catalogue of words itself is broken."""

    def broken() -> Words:
        raise WordsError("words.not_toml", "screens.en.toml")

    def build(_config: Config) -> FakeTerminal:
        Words.load()
        raise AssertionError

    monkeypatch.setattr(Words, "load", broken)
    door.configure("landscape")
    door.built = build
    door.opening.start()
    door.shuts("C-430")
    assert (door.text("title_zh"), door.text("title_en")) == ("本终端暂停服务", "Out of service")
    assert door.text("call_en") == "Please call 0371-12345"
    assert door.text("reason_zh") == ""
    caplog.clear()
