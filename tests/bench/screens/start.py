"""From the start of the process to the first frame: the terminal, a bare QML window, and Chromium with one static page.

Knows: how each says that it is drawn. Does not know: what makes it slow. All three in turns within one run.
"""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from kiosk.demo.stack import Stack
from kiosk.succession import wiping
from tests.bench.figures import Figure

RUNS = 5
DEADLINE_S = 60.0
PAGE = b"""<!doctype html><meta charset=utf-8><body style="font-size:8vh"><h1>24</h1><script>
requestAnimationFrame(() => requestAnimationFrame(() => fetch('/drawn')))</script>"""


def measure(directory: Path) -> Iterator[Figure]:
    """Yield the ratio to the bare window, and to Chromium where there is one."""
    seconds: dict[str, list[float]] = {}
    with Stack(directory / "stack", env={"QT_QPA_PLATFORM": "offscreen"}) as stack:
        ours = {
            "bare": [sys.executable, str(Path(__file__).with_name("bare.py"))],
            "attract": [sys.executable, "-m", "tests.bench.screens.attract", str(stack.config)],
        }
        browser = shutil.which("chromium")
        for turn in range(RUNS + 1):  # the first warms the caches of the disk and of QML
            for name, command in ours.items():
                seconds.setdefault(name, []).extend([_drawn(command)] if turn else [_drawn(command)][:0])
            if browser:
                seconds.setdefault("chromium", []).extend([_browsed(browser, directory)][: 1 if turn else 0])
    bare, attract = statistics.median(seconds["bare"]), statistics.median(seconds["attract"])
    note = f"{1000 * attract:.0f} ms against {1000 * bare:.0f} ms, median of {RUNS}"
    yield Figure("start to the attract screen, against a bare QML window", attract / bare, most=1.6, note=note)
    if browser:
        page = statistics.median(seconds["chromium"])
        note = f"{1000 * page:.0f} ms, headless"
        yield Figure("start to the attract screen, against Chromium's static page", attract / page, most=1.0, note=note)


def _drawn(command: list[str]) -> float:
    environment = {**wiping(os.environ), "QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}
    begun = time.monotonic()
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=DEADLINE_S, check=True
    )
    return float(done.stdout.split()[0]) - begun


def _browsed(browser: str, directory: Path) -> float:
    """Return the seconds until a fresh Chromium has drawn one page from this machine."""
    drawn: list[float] = []
    said = threading.Event()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/drawn":
                drawn.append(time.monotonic())
                said.set()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(PAGE)

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        profile = directory / "profile"
        begun = time.monotonic()
        process = subprocess.Popen(
            [browser, "--headless=new", "--no-sandbox", "--kiosk", "--window-size=1080,1920", "--no-first-run",
             f"--user-data-dir={profile}", f"http://127.0.0.1:{server.server_port}/"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            if not said.wait(DEADLINE_S):
                raise TimeoutError("chromium drew nothing")
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            server.shutdown()
    return drawn[0] - begun
