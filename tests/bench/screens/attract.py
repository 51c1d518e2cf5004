"""The terminal itself, real and enrolled: as soon as its attract screen is drawn it says when, and ends.

Run as `python -m tests.bench.screens.attract CONFIG`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtQuick import QQuickWindow

import ui.app
from kiosk.clock import SystemClock
from ui.dispatcher import QtDispatcher


def main() -> int:
    def load() -> object:
        from kiosk import config

        return config.load(Path(sys.argv[1]))

    def build(config: object) -> object:
        from kiosk import bootstrap

        return bootstrap.build(config, dispatcher, clock)  # type: ignore[arg-type]

    app = ui.app.application()
    dispatcher, clock = QtDispatcher(), SystemClock()
    opening = ui.app.Opening(load, build, dispatcher, clock)  # type: ignore[arg-type]

    def shown(window: QQuickWindow, _opened: object) -> None:
        window.frameSwapped.connect(drawn)

    def drawn() -> None:
        print(time.monotonic(), flush=True)
        QTimer.singleShot(0, app.quit)

    opening.on_shown = shown
    opening.start()
    status = app.exec()
    opening.close()
    return status


if __name__ == "__main__":
    sys.exit(main())
