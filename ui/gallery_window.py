"""The gallery's window: one engine, one page at a time, dressed as asked.

Knows: how Theme and translator are set. Does not know: which pages and looks are wanted.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QObject, QTimer
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickWindow  # without it the root object arrives as a plain QWindow

from kiosk.words import Words
from ui import QML_DIR, fonts
from ui.keyboard.model import Keyboard, open_keyboard
from ui.translator import WordsTranslator

if TYPE_CHECKING:
    from ui.gallery import Look


class GalleryWindow:
    """One window that is dressed anew for every look."""

    def __init__(self) -> None:
        running = QGuiApplication.instance()
        self._app = running if isinstance(running, QGuiApplication) else QGuiApplication(["gallery"])
        fonts.pin(self._app)
        self._translator = WordsTranslator(Words.load(), "zh_CN")
        self._translator.install()
        self._keyboard = Keyboard(open_keyboard())
        self._engine = QQmlApplicationEngine()
        self.warnings: list[str] = []
        self._engine.warnings.connect(self._warned)
        self._engine.addImportPath(str(QML_DIR))
        self._engine.setInitialProperties({"page": ""})
        self._engine.load(str(QML_DIR / "Gallery.qml"))
        roots = self._engine.rootObjects()
        if not roots or not isinstance(roots[0], QQuickWindow):
            raise SystemExit("\n".join(self.warnings))
        self.window: QQuickWindow = roots[0]

    def _warned(self, warnings: list[object]) -> None:
        self.warnings += [str(w.toString()) for w in warnings]  # type: ignore[attr-defined]

    @property
    def theme(self) -> QObject:
        """The Theme singleton of this engine."""
        theme = self._engine.singletonInstance("Kiosk", "Theme")
        if not isinstance(theme, QObject):
            raise TypeError("Theme")
        return theme

    def show(self, look: Look) -> None:
        """Dress the window as `look` says."""
        from ui.gallery import LAYOUTS

        width, height, px_per_mm = LAYOUTS[look.layout]
        tokens: dict[str, object] = {
            "pxPerMm": px_per_mm,
            "layout": look.layout,
            "textStep": look.text_step,
            "highContrast": look.high_contrast,
            "elder": look.elder,
            "lowReach": look.low_reach,
            "reducedMotion": True,
        }
        self.window.setProperty("page", "")
        for token, value in tokens.items():
            self.theme.setProperty(token, value)
        self.window.resize(width, height)
        self.window.setProperty("language", look.language)
        self._translator.speak(look.language, self._engine)
        self.window.setProperty("page", look.page)

    def grab(self) -> QImage:
        """The picture, when layout and fades have come to rest."""
        rest = QEventLoop()
        QTimer.singleShot(220, rest.quit)
        rest.exec()
        return self.window.grabWindow()

    def paint(self, file: Path) -> None:
        """Save the picture. Raises OSError when it cannot be written."""
        if not self.grab().save(str(file)):
            raise OSError(str(file))

    def exec(self) -> int:
        """Stay until the window is closed."""
        return self._app.exec()
