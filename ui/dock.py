"""The dock: a window beside the demo's terminal, with the hands of a citizen and the state of the emulated devices.

Knows: the rig's control port, over HTTP. Does not know: the terminal, or any device.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

os.environ.setdefault("QT_QUICK_BACKEND", "software")

from PySide6.QtCore import QObject, QSize, QUrl, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtQml import QJSEngine, QmlElement, QmlSingleton, QQmlApplicationEngine
from PySide6.QtQuick import QQuickImageProvider, QQuickWindow

from kiosk.words import shipped
from ui import QML_DIR
from ui.app import application
from ui.bridge.given import give, given
from ui.dispatcher import QtDispatcher
from ui.translator import WordsTranslator
from ui.typing import Property

QML_IMPORT_NAME = "Kiosk.Bench"
QML_IMPORT_MAJOR_VERSION = 1

LOOK_S = 0.5
DEADLINE_S = 3.0
_PICTURES = {"receipt": "receipt_printer/last.png", "certificate": "page_printer/last.png"}


class DockLoadError(RuntimeError):
    """The dock's own files cannot be loaded."""


@dataclass(frozen=True)
class Seen:
    """What one look at the bench found. `pictures` are PNG by name."""

    state: dict[str, Any] = field(default_factory=dict)
    messages: tuple[dict[str, str], ...] = ()
    pictures: dict[str, bytes] = field(default_factory=dict)


class BenchPort(threading.Thread):
    """Looks at the control port and gives it orders, on a thread of its own; tells by the dispatcher."""

    def __init__(self, address: str, bench: Bench, dispatcher: QtDispatcher) -> None:
        super().__init__(name="dock-port", daemon=True)
        self._address = address.rstrip("/")
        self._bench = bench
        self._dispatcher = dispatcher
        self._orders: queue.SimpleQueue[tuple[str, str] | None] = queue.SimpleQueue()
        self._printed: dict[str, int] = {}
        self._pictures: dict[str, bytes] = {}

    def order(self, action: str, order: str) -> None:
        """Have one thing done: `order` is JSON."""
        self._orders.put((action, order))

    def stop(self) -> None:
        """End after what is under way."""
        self._orders.put(None)
        self.join(DEADLINE_S)

    def run(self) -> None:
        """Do orders as they come, and look twice a second."""
        while True:
            try:
                order = self._orders.get(timeout=LOOK_S)
            except queue.Empty:
                pass
            else:
                if order is None:
                    return
                self._ask(order[0], order[1].encode())
            seen = self._look()
            self._dispatcher.post(lambda seen=seen: self._bench.show(seen))  # type: ignore[misc]

    def _look(self) -> Seen | None:
        state = self._ask("state")
        if state is None:
            return None
        found = json.loads(state)
        messages = json.loads(self._ask("messages") or b'{"messages": []}')["messages"]
        for name, path in _PICTURES.items():
            printed = int(found[path.split("/", maxsplit=1)[0]]["printed"])
            if printed != self._printed.get(name) and printed > 0:
                picture = self._ask(path)
                if picture is not None:
                    self._pictures[name], self._printed[name] = picture, printed
        return Seen(found, tuple(messages), dict(self._pictures))

    def _ask(self, name: str, body: bytes | None = None) -> bytes | None:
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self._address}/v1/{name}", body, headers)  # noqa: S310 - the rig on loopback
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:  # noqa: S310
                return bytes(answer.read())
        except (OSError, urllib.error.URLError):
            return None


@QmlElement
@QmlSingleton
class Bench(QObject):
    """The bench as QML sees it."""

    changed = Signal()
    languageChanged = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._seen = Seen()
        self._there = False
        self._turns = 0
        self._language = "zh_CN"
        self.port: BenchPort | None = None

    @staticmethod
    def create(_engine: QJSEngine) -> QObject:
        """Return the program's instance."""
        return given(Bench)

    def show(self, seen: Seen | None) -> None:
        """Take what was seen; None when the port did not answer."""
        there = seen is not None
        if there == self._there and (seen is None or seen == self._seen):
            return
        self._there = there
        if seen is not None:
            self._turns += seen.pictures != self._seen.pictures
            self._seen = seen
        self.changed.emit()

    def picture(self, name: str) -> QImage:
        """Return the last picture of that name, or a null image."""
        return QImage.fromData(self._seen.pictures.get(name, b""))

    @Property(bool, notify=changed)
    def there(self) -> bool:
        """The port answers."""
        return self._there

    @Property("QVariantMap", notify=changed)
    def state(self) -> dict[str, Any]:
        """Everything that the port tells of the bench."""
        return self._seen.state

    @Property("QVariantList", notify=changed)
    def messages(self) -> list[dict[str, str]]:
        """What came on the citizen's telephone, the newest first: `to`, `text`, `at`."""
        return list(reversed(self._seen.messages))

    @Property("QStringList", notify=changed)
    def pictures(self) -> list[str]:
        """The names of the pictures that there are."""
        return sorted(self._seen.pictures)

    @Property(int, notify=changed)
    def turns(self) -> int:
        """Grows with every new picture, so that it is drawn again."""
        return self._turns

    @Property(str, notify=languageChanged)
    def language(self) -> str:
        """The dock's language."""
        return self._language

    @Property(str, notify=languageChanged)
    def nextLanguage(self) -> str:
        """What the next language calls itself."""
        return shipped().text(self._next(), "format.name")

    def _next(self) -> str:
        offered = shipped().languages
        return offered[(offered.index(self._language) + 1) % len(offered)]

    @Slot()
    def switchLanguage(self) -> None:
        """Speak the next language."""
        self._language = self._next()
        self.languageChanged.emit()

    @Slot(str, "QVariantMap")
    def order(self, action: str, order: dict[str, Any]) -> None:
        """Have one thing done at the bench."""
        if self.port is not None:
            self.port.order(action, json.dumps(order))


class _Pictures(QQuickImageProvider):
    def __init__(self, bench: Bench) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)
        self._bench = bench

    def requestImage(self, name: str, size: QSize, _wanted: QSize) -> QImage:
        image = self._bench.picture(name.split("/", maxsplit=1)[0])
        size.setWidth(image.width())
        size.setHeight(image.height())
        return image


class Dock:
    """The window over one control port. Raises `DockLoadError` when it cannot be loaded."""

    def __init__(self, control: str) -> None:
        self.bench = Bench()
        give(self.bench)
        self._pictures = _Pictures(self.bench)
        self._translator = WordsTranslator(shipped(), self.bench.language)
        self._translator.install()
        self.engine = QQmlApplicationEngine()
        self.engine.addImportPath(str(QML_DIR))
        self.engine.addImageProvider("bench", self._pictures)
        self.bench.languageChanged.connect(lambda: self._translator.speak(self.bench.language, self.engine))
        self.engine.load(QUrl.fromLocalFile(str(QML_DIR / "Dock.qml")))
        roots = self.engine.rootObjects()
        if not roots or not isinstance(roots[0], QQuickWindow):
            raise DockLoadError("Dock.qml")
        self.window = roots[0]
        self.bench.port = BenchPort(control, self.bench, QtDispatcher(self.bench))
        self.bench.port.start()

    def close(self) -> None:
        """Let go of the port and take the window down."""
        if self.bench.port is not None:
            self.bench.port.stop()
        self.window.close()
        self.engine.deleteLater()
        self._translator.remove()


def main(control: str) -> int:
    """Show the dock until its window is closed. `control` is the address of the rig's control port."""
    app = application()
    dock = Dock(control)
    status = app.exec()
    dock.close()
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
