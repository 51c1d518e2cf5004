"""A first boot with the stand-in terminal, each part in the process that it has in `kiosk run`.

`first_boot.py MODE CONFIG FOLDER` runs the succession; the same program with KIOSK_SUCCESSION set is the screen behind the
first window. What happens is told by files in FOLDER. Modes: `alone` (nothing follows), `touched`, `untouched`, `closed`
(touched before a terminal that cannot be built), `slow` (touched, and never opens).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

MODE, CONFIG, FOLDER = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
DONE = 7


def tell(name: str, text: str = "") -> None:
    """Write a file at once and whole."""
    part = FOLDER / f"{name}.part"
    part.write_text(text, encoding="utf-8")
    part.rename(FOLDER / name)


def run() -> int:
    """Be `kiosk run`, with a finger before its first window and this program as the screen behind it."""
    from kiosk import cli, succession

    class Watched(succession.Succession):
        def __init__(self, _command: list[str], **options: object) -> None:
            super().__init__([sys.executable, *sys.argv], **options)  # type: ignore[arg-type]

        def _show_first(self, run: object) -> object:
            def watched(link: object) -> int:
                _watch()
                return run(link)  # type: ignore[operator, no-any-return]

            return super()._show_first(watched)  # type: ignore[arg-type]

        def _start_behind(self) -> None:
            if MODE == "alone":
                self._stopping = 15
                self._serving.tell("leave")  # type: ignore[union-attr]
            else:
                super()._start_behind()

    succession.Succession = Watched  # type: ignore[misc]
    return cli.main(["run", "--config", str(CONFIG)])


def _watch() -> None:
    """In the first window's process: tell what was loaded when it was drawn, and touch it."""
    from ui import first

    drawn = first.FirstWindow._drawn

    def told(window: first.FirstWindow) -> None:
        if not (FOLDER / "drawn").exists():
            modules = sorted(sys.modules)
            window.window.grabWindow().save(str(FOLDER / "first.png"))
            tell("drawn", json.dumps({"pid": os.getpid(), "modules": modules}))
            if MODE in {"touched", "closed", "slow"}:
                _touch(window)
        drawn(window)

    first.FirstWindow._drawn = told  # type: ignore[method-assign]
    first.FirstWindow._now = staticmethod(  # type: ignore[method-assign]
        lambda: {"time": "03:12", "month": 11, "day": 28, "weekday": "saturday"}
    )


def _touch(first: object) -> None:
    from PySide6.QtCore import QPoint, QTimer
    from PySide6.QtTest import QTest

    window = first.window  # type: ignore[attr-defined]

    def press() -> None:
        device = QTest.createTouchDevice()
        QTest.touchEvent(window, device).press(0, QPoint(300, 300), window).commit()
        QTest.touchEvent(window, device).release(0, QPoint(300, 300), window).commit()

    QTimer.singleShot(0, press)


def screen() -> int:
    """Be the screen behind it; end once the first window's process is gone."""
    from fake_terminal import FakeTerminal
    from PySide6.QtCore import QTimer

    from kiosk.clock import SystemClock
    from kiosk.config import ConfigError, load
    from ui import app as ui_app
    from ui.dispatcher import QtDispatcher
    from ui.keyboard import model
    from ui.succession import Heir

    ui_app.open_keyboard = lambda: model.open_keyboard(FOLDER / "pinyin.db")
    app = ui_app.application()
    terminal = FakeTerminal()

    def build(_config: object) -> FakeTerminal:
        if MODE == "closed":
            raise ConfigError("config.bad_key", "for the test")
        return terminal

    opening = ui_app.Opening(lambda: load(CONFIG), build, QtDispatcher(), SystemClock())  # type: ignore[arg-type]
    heir = Heir.of_environment(opening)
    assert heir is not None
    if MODE != "slow":
        heir.start()
    pid = json.loads((FOLDER / "drawn").read_text())["pid"]

    def look() -> None:
        if not Path(f"/proc/{pid}").exists():
            seen = [type(event).__name__ for event in terminal.seen]
            tell("seen", json.dumps({"seen": seen, "closed": opening.closed is not None}))
            app.exit(DONE)

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(10)
    status = app.exec()
    opening.close()
    return status


if __name__ == "__main__":
    sys.exit(screen() if "KIOSK_SUCCESSION" in os.environ else run())
