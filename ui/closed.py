"""The screen of a terminal that cannot be built: large words in both languages, whom to call, a code for the technician.

Knows: a fault, and as much of the configuration as could be read. Does not know: the terminal, a person, or how the fault
is mended.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickImageProvider, QQuickWindow

from kiosk.clock import CIVIL_TZ
from kiosk.config import ScreenConfig
from kiosk.words import Words, WordsError
from ui import QML_DIR
from ui.bridge.pictures import qr

if TYPE_CHECKING:
    from kiosk.config import Config
    from kiosk.faults import Fault

FILE = QML_DIR / "Closed.qml"
COUNTER_WIDTH = 1600
"""A screen that is wide and narrower than this is taken for a counter's, when no configuration says."""
_LAST_WORDS = {
    "screens.out_of_service.title": ("本终端暂停服务", "Out of service"),
    "screens.out_of_service.since": ("自 {time} 起", "Since {time}"),
    "screens.out_of_service.call": ("请拨打 {phone}", "Please call {phone}"),
    "screens.out_of_service.code": ("故障代码", "Fault code"),
}
"""For the one fault that takes the catalogue of words away."""
_LOG = logging.getLogger("ui.closed")


class ClosedLoadError(RuntimeError):
    """Not even this screen can be loaded."""


@dataclass(frozen=True)
class Closure:
    """Why the terminal is closed: `since` is aware, `cause` a stable code such as "config.bad_key", never a detail."""

    fault: Fault
    cause: str
    since: dt.datetime
    config: Config | None

    @property
    def number(self) -> str:
        """The city's number of this terminal, or nothing."""
        return self.config.terminal.number if self.config else ""

    @property
    def diagnosis(self) -> str:
        """What a technician's telephone reads: fault, terminal, time in UTC, cause. Nothing of a person."""
        since = f"{self.since.astimezone(dt.UTC):%Y%m%dT%H%MZ}"
        return ";".join((self.fault.code, self.number or "----", since, self.cause))


class ClosedScreen:
    """One window that says so. `show` may be called again when the reason changes."""

    def __init__(self) -> None:
        self._codes = _Codes()
        self._engine = QQmlApplicationEngine()
        self._engine.addImportPath(str(QML_DIR))
        self._engine.addImageProvider("closed", self._codes)
        self._window: QQuickWindow | None = None
        self._shown = ""

    @property
    def window(self) -> QQuickWindow | None:
        """The window, once it was shown."""
        return self._window

    @property
    def engine(self) -> QQmlApplicationEngine:
        """The engine, for its warnings."""
        return self._engine

    def show(self, closure: Closure) -> None:
        """Say why, in both languages. Raises `ClosedLoadError`."""
        self._codes.text = closure.diagnosis
        told = {**_told(closure), "turn": closure.diagnosis}
        if self._window is not None:
            self._window.setProperty("told", told)
            return
        screen = closure.config.terminal.screen if closure.config else ScreenConfig()
        full = screen.full_screen and QGuiApplication.platformName() != "offscreen"
        layout = screen.orientation if closure.config or not full else _layout_of_the_glass()
        self._engine.setInitialProperties(
            {"told": told, "layout": layout, "pxPerMm": screen.px_per_mm, "reducedMotion": screen.reduced_motion,
             "fitted": not full and QGuiApplication.platformName() != "offscreen"}
        )  # fmt: skip
        self._engine.load(QUrl.fromLocalFile(str(FILE)))
        roots = self._engine.rootObjects()
        if not roots or not isinstance(roots[0], QQuickWindow):
            raise ClosedLoadError(FILE.name)
        self._window = roots[0]
        if full:
            self._window.showFullScreen()
        else:
            self._window.show()

    def close(self) -> None:
        """Take the window down."""
        if self._window is not None:
            self._window.close()
            self._window = None
        self._engine.deleteLater()


class _Codes(QQuickImageProvider):
    """The diagnosis as a QR code; the name only makes the engine ask again."""

    def __init__(self) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)
        self.text = ""

    def requestImage(self, _name: str, size: QSize, _wanted: QSize) -> QImage:
        image = qr(self.text)
        size.setWidth(image.width())
        size.setHeight(image.height())
        return image


def _layout_of_the_glass() -> str:
    size = QGuiApplication.primaryScreen().size()
    if size.height() > size.width():
        return "portrait"
    return "counter" if size.width() < COUNTER_WIDTH else "landscape"


def _told(closure: Closure) -> dict[str, object]:
    """Return the sentences, each a pair of Chinese and English; a pair of empty ones is not shown."""
    say = _speaker()
    phone = closure.config.terminal.phone if closure.config else ""
    since = f"{closure.since.astimezone(CIVIL_TZ):%Y-%m-%d %H:%M}"
    return {
        "title": say("screens.out_of_service.title"),
        "since": say("screens.out_of_service.since", time=since),
        "reason": say(closure.fault.message_id),
        "call": say("screens.out_of_service.call", phone=phone) if phone else ["", ""],
        "hall": say("screens.out_of_service.call_note" if phone else "screens.out_of_service.hall"),
        "retry": say("screens.out_of_service.retry"),
        "codeLabel": say("screens.out_of_service.code"),
        "code": closure.fault.code,
        "cause": closure.cause,
        "number": closure.number,
    }


class _Speaker:
    """Says a sentence in both languages, with the last words when there is no catalogue."""

    def __init__(self, words: Words | None) -> None:
        self._words = words

    def __call__(self, ident: str, **values: str) -> list[str]:
        if self._words is not None:
            return [self._words.text(language, ident, **values) for language in ("zh_CN", "en")]
        return [text.format(**values) for text in _LAST_WORDS.get(ident, ("", ""))]


def _speaker() -> _Speaker:
    try:
        return _Speaker(Words.load())
    except WordsError as error:
        _LOG.error("no words: %s", error)
        return _Speaker(None)
