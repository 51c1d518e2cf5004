"""A bare window of the same size: as soon as it is drawn it says when, and ends."""

from __future__ import annotations

import sys
import time

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickWindow

BODY = b"import QtQuick\nWindow { width: 1080; height: 1920; visible: true; Text { anchors.centerIn: parent; text: 'A' } }"

app = QGuiApplication([])
engine = QQmlApplicationEngine()
engine.loadData(BODY, QUrl("bare.qml"))
window = engine.rootObjects()[0]
assert isinstance(window, QQuickWindow)


def drawn() -> None:
    print(time.monotonic(), flush=True)
    QTimer.singleShot(0, app.quit)


window.frameSwapped.connect(drawn)
sys.exit(app.exec())
