"""The first window: the attract screen to the eye, one touch taken and kept, words when it lasts, and nothing left of it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_terminal import FakeTerminal
from geometry import complaints, seen
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from kiosk.glance import Glance
from kiosk.words import Words
from ui import fonts
from ui.first import IDS, OPENING, FirstWindow

LAYOUTS = [(orientation, language) for orientation in ("portrait", "landscape", "counter") for language in ("zh_CN", "en")]
CONFIG = """
state_dir = "state"
[terminal]
number = "0042"
name = {zh = "市民之窗 · 24小时自助终端", en = "Citizen's Window, 24 hours"}
site = {zh = "金明广场站", en = "Jinming Square"}
phone = "0371-12345"
language = "%s"
[terminal.screen]
orientation = "%s"
full_screen = false
reduced_motion = true
[city]
url = "https://city.test"
ca_file = "ca.pem"
"""
HEAVY = {"pydantic", "numpy", "cv2", "apsw", "requests", "cryptography", "kiosk.terminal", "kiosk.config", "kiosk.session",
         "kiosk.catalogue", "kiosk.words", "ui.app", "ui.bridge", "ui.keyboard"}  # fmt: skip
"""What the attract screen does not need."""


class Boot:
    """`kiosk run` at the start of the machine, in its own processes."""

    def __init__(self, folder: Path, index: Path) -> None:
        self.folder = folder
        (folder / "pinyin.db").symlink_to(index)
        self.process: subprocess.Popen[bytes] | None = None

    def begin(self, mode: str, orientation: str = "portrait", language: str = "zh_CN") -> None:
        config = self.folder / "kiosk.toml"
        config.write_text(CONFIG % (language, orientation), encoding="utf-8")
        program = Path(__file__).with_name("first_boot.py")
        self.process = subprocess.Popen([sys.executable, str(program), mode, str(config), str(self.folder)])

    def ends(self) -> int:
        assert self.process is not None
        return self.process.wait(100)

    def told(self, name: str) -> Any:
        """Wait until one of the processes tells this."""
        assert self.process is not None
        while not (self.folder / name).exists():
            with contextlib.suppress(subprocess.TimeoutExpired):
                assert self.process.wait(0.01) is None, "it ended before"
        return json.loads((self.folder / name).read_text())

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def boot(tmp_path: Path, pinyin_index: Path) -> Iterator[Boot]:
    made = Boot(tmp_path, pinyin_index)
    yield made
    made.close()


@pytest.mark.parametrize(("orientation", "language"), LAYOUTS)
def test_nobody_sees_the_change(boot: Boot, stand_at: Callable[..., Any], orientation: str, language: str) -> None:
    """Should be the attract screen to the last point, so that one goes unseen when the other comes."""
    boot.begin("alone", orientation, language)
    own = stand_at(orientation, language).screen.window.grabWindow()
    assert boot.ends() == 0
    early = QImage(str(boot.folder / "first.png")).convertToFormat(own.format())
    assert early.size() == own.size()
    assert early == own


def test_nothing_of_the_terminal_is_loaded_before_it(boot: Boot) -> None:
    """Should be drawn before any of what takes long has been imported."""
    boot.begin("alone")
    assert boot.ends() == 0
    loaded = set(json.loads((boot.folder / "drawn").read_text())["modules"])
    assert "ui.first" in loaded
    assert loaded & HEAVY == set()


def test_a_touch_begins_the_session_behind_it(boot: Boot) -> None:
    """Should be handed to the terminal that opens behind it, and leave no process."""
    boot.begin("touched")
    assert boot.ends() == 7
    assert json.loads((boot.folder / "seen").read_text())["seen"].count("Started") == 1


def test_without_a_touch_nobody_is_welcomed(boot: Boot) -> None:
    """Should leave the attract screen standing."""
    boot.begin("untouched")
    assert boot.ends() == 7
    assert "Started" not in json.loads((boot.folder / "seen").read_text())["seen"]


def test_a_terminal_that_does_not_open_says_so(boot: Boot) -> None:
    """Should give way to the closed screen, with the touch forgotten."""
    boot.begin("closed")
    assert boot.ends() == 7
    told = json.loads((boot.folder / "seen").read_text())
    assert told["closed"] is True
    assert "Started" not in told["seen"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(boot: Boot, number: signal.Signals) -> None:
    """Should end the first window, and what loads behind it, as soon as it is told to."""
    boot.begin("slow")
    pid = boot.told("drawn")["pid"]
    assert boot.process is not None
    boot.process.send_signal(number)
    assert boot.ends() == 0
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


class Entrance:
    """Somebody before the first window, with the other end of its socket."""

    def __init__(self, app: QGuiApplication, glance: Glance) -> None:
        self.app = app
        self.link, self._theirs = socket.socketpair()
        self.link.setblocking(False)
        self.heard = ""
        self.warnings: list[str] = []
        self.first = FirstWindow(glance, self._theirs)
        self.first.engine.warnings.connect(lambda found: self.warnings.extend(w.toString() for w in found))
        self.first.open()
        self.wait(lambda: self.words() == ["shown"])
        self.first.window.requestActivate()
        assert QTest.qWaitForWindowActive(self.first.window, 60_000)

    def words(self) -> list[str]:
        """Everything that it said so far."""
        with contextlib.suppress(BlockingIOError):
            self.heard += self.link.recv(4096).decode()
        return self.heard.split()

    def wait(self, met: Callable[[], bool], timeout_s: float = 60) -> None:
        deadline = time.monotonic() + timeout_s
        while not met():
            assert time.monotonic() < deadline, "never happened"
            self.app.processEvents()

    def touch(self) -> None:
        window, device = self.first.window, QTest.createTouchDevice()
        QTest.touchEvent(window, device).press(0, QPoint(300, 300), window).commit()
        QTest.touchEvent(window, device).release(0, QPoint(300, 300), window).commit()
        self.app.processEvents()

    def key(self, key: Qt.Key) -> None:
        QTest.keyClick(self.first.window, key)
        self.app.processEvents()

    def call(self) -> QQuickItem:
        """The words of the invitation."""
        return next(one.item for one in seen(self.first.window) if one.item.objectName() == "attract_call")

    def ground(self) -> str:
        """The colour of the invitation."""
        item = self.call()
        while not item.inherits("QQuickRectangle"):
            item = item.parentItem()
        return str(item.property("color").name())

    def close(self) -> None:
        self.first.close()
        self.first.deleteLater()
        self.app.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self._theirs.close()
        self.link.close()


def glance_of(terminal: FakeTerminal) -> Glance:
    ours = terminal.config.terminal
    return Glance(
        state_dir=terminal.config.state_dir, language=ours.language, name=ours.name.in_language(ours.language),
        site=ours.site.in_language(ours.language), number=ours.number, orientation=ours.screen.orientation,
        px_per_mm=ours.screen.px_per_mm, full_screen=False, reduced_motion=True,
    )  # fmt: skip


@pytest.fixture
def entrance(qapp: QGuiApplication) -> Iterator[Callable[..., Entrance]]:
    fonts.pin(qapp)
    made: list[Entrance] = []

    def make(orientation: str = "portrait", language: str = "zh_CN") -> Entrance:
        made.append(Entrance(qapp, glance_of(FakeTerminal(orientation=orientation, language=language))))
        return made[-1]

    yield make
    for one in made:
        one.close()
        assert one.warnings == []


@pytest.mark.parametrize("act", ["touch", Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_5])
def test_one_press_is_taken_shown_and_kept(entrance: Callable[..., Entrance], act: Any) -> None:
    """Should look pressed from the touch or key on, also when the finger has gone, and say so once."""
    at = entrance()
    before = at.ground()
    for _ in range(2):
        at.touch() if act == "touch" else at.key(act)
    at.wait(lambda: "touched" in at.words())
    assert at.words() == ["shown", "touched"]
    assert at.ground() != before


def test_the_socket_of_a_keypad_is_no_press(entrance: Callable[..., Entrance]) -> None:
    """Should not take a handset that is plugged in for somebody who wants to begin; the key after it is one."""
    at = entrance()
    at.key(Qt.Key.Key_F15)
    at.key(Qt.Key.Key_F16)
    assert at.first.window.property("taken") is False
    at.key(Qt.Key.Key_Select)
    at.wait(lambda: at.words() == ["shown", "touched"])


@pytest.mark.parametrize(("orientation", "language"), LAYOUTS)
def test_whoever_has_to_wait_is_told(entrance: Callable[..., Entrance], orientation: str, language: str) -> None:
    """Should say in both languages that it is opening, to whoever touched it, and everything can be read all the while."""
    at = entrance(orientation, language)
    words = Words.load()
    assert at.call().property("text") == words.text(language, "screens.attract.instruction")
    measured = {"px_per_mm": 3.65, "target_mm": 20.0, "key_mm": 16.0}
    assert complaints(at.first.window, **measured) == []
    at.touch()
    both = "\n".join(words.text(each, OPENING) for each in ("zh_CN", "en"))
    at.wait(lambda: at.call().property("text") == both)
    at.first.window.grabWindow()
    assert complaints(at.first.window, **measured) == []


def test_its_words_are_read_and_no_others(entrance: Callable[..., Entrance]) -> None:
    """Should show no id in a sentence's place, in any language."""
    for _, language in LAYOUTS[:2]:
        at = entrance(language=language)
        texts = [str(one.item.property("text")) for one in seen(at.first.window) if one.item.inherits("QQuickText")]
        assert len(texts) > 10
        assert [text for text in texts if text in IDS or text.startswith(("screens.", "controls.", "format."))] == []


def test_the_socket_that_closes_ends_it(entrance: Callable[..., Entrance], monkeypatch: pytest.MonkeyPatch) -> None:
    """Should leave when nobody is there any more to tell it to."""
    left: list[bool] = []
    monkeypatch.setattr("ui.first.QGuiApplication.quit", lambda: left.append(True))
    at = entrance()
    at.link.shutdown(socket.SHUT_WR)
    at.wait(lambda: left == [True])
