"""From a touch to what is seen of it, and how long a frame takes, while the camera previews and an outbox is written.

Knows: the real screen over the stand-in terminal, frames of the camera's size at its rate, an outbox that seals and commits
in a process of its own without a pause. Does not know: the wires of the camera.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from kiosk.succession import wiping
from tests.bench.figures import Figure

SECONDS, TOUCHES = 60.0, 90
PREVIEW_MS = 1000 // 15
FOLDER = Path(__file__).resolve().parents[2] / "ui" / "screens"
WAYS = (("attract", "attract_start", "home"), ("guide", "foot_main", "consent"), ("capture", "foot_main", "materials"))
"""Where a touch is made, on what, and which screen follows."""
FULL_GLASS = "attract_start"
"""The one target without a pressed look: the whole glass."""


def measure(directory: Path) -> Iterator[Figure]:
    """Yield touch to press, touch to screen, and the frames."""
    out = directory / "touching.json"
    environment = {**wiping(os.environ), "PYTHONPATH": f"{FOLDER}:{os.environ.get('PYTHONPATH', '')}"}
    writing = [sys.executable, "-m", "tests.bench.outbox.child", "rounds", str(directory), "100000", "500", "sealed"]
    outbox = subprocess.Popen(writing, stdout=subprocess.DEVNULL)
    try:
        subprocess.run([sys.executable, "-m", __spec__.name, str(out)], env=environment, check=True)
        assert outbox.poll() is None, "the outbox was written all the while"
    finally:
        outbox.kill()
        outbox.wait()
    found: dict[str, list[float]] = json.loads(out.read_text())
    yield Figure("touch to visible press", max(found["press"]), "frames", most=1, note=f"{len(found['press'])} touches")
    yield Figure("touch to next screen, p99", _p99(found["next"]), "ms", most=100, note=_note(found["next"]))
    yield Figure("frame, p99", _p99(found["frame"]), "ms", most=25, note=_note(found["frame"]))
    yield Figure("longest frame", max(found["frame"]), "ms", most=100, note=f"{SECONDS:.0f} s of preview")


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


def _note(values: list[float]) -> str:
    return f"median {statistics.median(values):.1f} ms of {len(values)}"


class Glass:
    """The screen, a finger, and a camera at 15 frames a second."""

    def __init__(self) -> None:
        from fake_terminal import FakeTerminal
        from PySide6.QtCore import QTimer
        from PySide6.QtTest import QTest

        from ui.app import Screen, application
        from ui.hand import Hand

        self.app = application()
        self.terminal = FakeTerminal()
        self.screen = Screen(self.terminal)  # type: ignore[arg-type]
        self.screen.open(full_screen=False)
        self.hand = Hand(self.screen.window)
        self._test, self._device = QTest, QTest.createTouchDevice()
        self.frames: list[float] = []
        self._came = 0.0
        self._seq = 0
        self._still = self.terminal.materials.frame()
        self.terminal.materials.frame = lambda: self._still
        self.drawn = 0
        self.screen.window.frameSwapped.connect(self._drawn)
        self._camera = QTimer(self.screen)
        self._camera.setInterval(PREVIEW_MS)
        self._camera.timeout.connect(self._frame)
        self._camera.start()

    def _frame(self) -> None:
        from kiosk.events import Fact

        self._seq += 1
        self._still = replace(self._still, seq=self._seq)
        self._came = time.perf_counter()
        self.terminal.publish(Fact.FRAME)

    def _drawn(self) -> None:
        self.drawn += 1
        if self._came:
            self.frames.append(1000 * (time.perf_counter() - self._came))
            self._came = 0.0

    def until(self, held: Any) -> None:
        while not held():
            self.app.processEvents()

    def stand(self, name: str) -> None:
        from kiosk.session.states import State

        self.terminal.show(State(name))
        self.until(lambda: self.hand.ready(f"screen_{name}"))
        for _ in range(2):  # at rest nothing is drawn unasked
            at = self.drawn
            self.screen.window.update()
            self.until(lambda at=at: self.drawn > at)

    def touch(self, name: str) -> Any:
        item = self.hand.find(name)
        assert item is not None, name
        return item, item.mapToScene(item.boundingRect().center()).toPoint()

    def press_to_screen(self, name: str, after: str) -> tuple[int, float]:
        """Touch and lift; return the frames until the press was drawn (0: no look) and ms until the next screen was."""
        window = self.screen.window
        item, point = self.touch(name)
        begun, seen = self.drawn, []
        link = window.beforeRendering.connect(lambda: seen.append(self.drawn) if item.property("down") else None)
        self._test.touchEvent(window, self._device).press(0, point, window).commit()
        self.until(lambda: self.drawn > begun or name == FULL_GLASS)
        window.beforeRendering.disconnect(link)
        frames = 0 if name == FULL_GLASS else seen[0] - begun + 1 if seen else 99
        shown: list[float] = []
        link = window.frameSwapped.connect(
            lambda: shown.append(time.perf_counter()) if not shown and self.hand.find(f"screen_{after}") else None
        )
        lifted = time.perf_counter()
        self._test.touchEvent(window, self._device).release(0, point, window).commit()
        self.until(lambda: shown)
        window.frameSwapped.disconnect(link)
        return frames, 1000 * (shown[0] - lifted)


def main() -> int:
    """Touch, then look at a minute of preview; write what was found."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    glass = Glass()
    found: dict[str, list[float]] = {"press": [], "next": []}
    for before, _, after in WAYS:  # everybody's first time is nobody's figure: fonts and code are loaded
        glass.stand(before)
        glass.stand(after)
    for turn in range(TOUCHES):
        before, name, after = WAYS[turn % len(WAYS)]
        if before == "capture":  # enough pages, so that one may go on
            glass.terminal.materials.pages_of("address_proof", 2)
        glass.stand(before)
        glass.until(lambda wanted=name: glass.hand.ready(wanted))
        pressed, shown = glass.press_to_screen(name, after)
        found["press"] += [pressed] if pressed else []
        found["next"].append(shown)
    glass.stand("capture")
    glass.frames.clear()
    end = time.monotonic() + SECONDS
    glass.until(lambda: time.monotonic() > end)
    found["frame"] = glass.frames
    Path(sys.argv[1]).write_text(json.dumps(found))
    glass.stand("attract")
    glass.screen.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
