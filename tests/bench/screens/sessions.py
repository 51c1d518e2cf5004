"""Sessions one after another on one screen: what stays behind of each.

Knows: the screens that a visit passes, in a process of its own with the memory settings of a terminal. Does not know: whose
visit it is. `python -m tests.bench.screens.sessions COUNT` prints the table for COUNT sessions: `make soak` asks for 10,000.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from kiosk.succession import wiping
from tests.bench.figures import Figure, table

COUNT, POINTS = 120, 20
FOLDER = Path(__file__).resolve().parents[2] / "ui" / "screens"


def measure(directory: Path, count: int = COUNT) -> Iterator[Figure]:
    """Yield the slope of the memory after warm-up, and the drift of what must not drift."""
    out = directory / "sessions.json"
    command = [sys.executable, "-m", __spec__.name, str(count), "--child", str(out)]
    environment = {**wiping(os.environ), "PYTHONPATH": f"{FOLDER}:{os.environ.get('PYTHONPATH', '')}"}
    subprocess.run(command, env=environment, check=True)
    points: list[dict[str, Any]] = json.loads(out.read_text())
    warm = points[len(points) // 3 :]
    slope = statistics.linear_regression([p["session"] for p in warm], [p["own"] for p in warm]).slope
    note = f"{count} sessions, {warm[0]['own']:.1f} MB to {warm[-1]['own']:.1f} MB after warm-up"
    yield Figure("memory of its own over 1,000 sessions", 1000 * slope, "MB", most=1.0, note=note)
    for what, name in (("true", "references to True"), ("threads", "threads"), ("handles", "file handles")):
        values = [p[what] for p in warm]
        yield Figure(f"{name} over the sessions", max(values) - values[0], "more", most=3 if what == "true" else 0)


def serve(count: int) -> list[dict[str, float]]:
    """Serve sessions on one real screen over the stand-in terminal; return what was held on the way."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from fake_terminal import FakeTerminal
    from PySide6.QtCore import QCoreApplication, QEvent
    from PySide6.QtTest import QTest

    from kiosk.events import Fact
    from kiosk.session.states import State
    from tests.bench.screens import processes
    from ui.app import Screen, application

    app = application()
    terminal = FakeTerminal()
    screen = Screen(terminal)  # type: ignore[arg-type]
    screen.open(full_screen=False)
    way = (
        State.HOME, State.GUIDE, State.CONSENT, State.IDENTIFY, State.CODE, State.FORM, State.CAPTURE, State.REVIEW,
        State.OUTCOME, State.PREVIEW, State.GUARD,
    )  # fmt: skip
    points = []
    for session in range(1, count + 1):
        for state in way:
            terminal.show(state)
            if state is State.FORM:
                for letter in "kaifeng":
                    screen.keyboard.key(letter)
            QTest.qWait(1)
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            screen.window.grabWindow()
        terminal.seen.clear()
        terminal.effects.clear()
        terminal.calls.clear()
        terminal.session = replace(terminal.session, state=State.ATTRACT, number=session, plan=None)
        terminal.publish(Fact.SESSION)
        QTest.qWait(1)
        if session == 1:
            gc.collect()
            gc.freeze()
        if session % max(1, count // POINTS) == 0:
            held = {"own": processes.own_mb(), "threads": processes.threads(), "handles": processes.handles()}
            points.append({"session": session, "true": sys.getrefcount(True), **held})
    screen.close()
    app.processEvents()
    return points


def main() -> int:
    """Print the table; 1 if something was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int, nargs="?", default=COUNT)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child is not None:
        options.child.write_text(json.dumps(serve(options.count)))
        return 0
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        figures = list(measure(Path(folder), options.count))
    print(table(figures))
    return 0 if all(one.holds for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
