"""From the start of the process to the first frame: `kiosk run`, a bare QML window, and Chromium with one static page.

Knows: how each says that it is drawn: the bare window by a line, `kiosk run` by its log, the page by a request. Does not
know: what makes it slow. All three in turns within one run, all with the environment that a service manager gives.
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
from tests.bench.figures import Figure

RUNS = 5
DEADLINE_S = 60.0
DRAWN = b"is on the glass"
PAGE = b"""<!doctype html><meta charset=utf-8><body style="font-size:8vh"><h1>24</h1><script>
requestAnimationFrame(() => requestAnimationFrame(() => fetch('/drawn')))</script>"""


def measure(directory: Path) -> Iterator[Figure]:
    """Yield the ratio to the bare window, and to Chromium where there is one."""
    seconds: dict[str, list[float]] = {"bare": [], "first": [], "attract": [], "chromium": []}
    with Stack(directory / "stack", env={"QT_QPA_PLATFORM": "offscreen"}) as stack:
        browser = shutil.which("chromium")
        for turn in range(RUNS + 1):  # the first warms the caches of the disk and of QML
            first, attract = _booted(stack.config)
            found = {"bare": _bare(), "first": first, "attract": attract}
            if browser:
                found["chromium"] = _browsed(browser, directory)
            for name, one in found.items() if turn else ():
                seconds[name].append(one)
    bare, first, attract = (statistics.median(seconds[name]) for name in ("bare", "first", "attract"))
    note = f"{1000 * first:.0f} ms against {1000 * bare:.0f} ms, median of {RUNS}"
    yield Figure("start to the first interactive frame, against a bare QML window", first / bare, most=1.6, note=note)
    yield Figure("start to the terminal's own attract screen", attract, "s", note="behind the first window")
    if browser:
        page = statistics.median(seconds["chromium"])
        note = f"{1000 * page:.0f} ms, headless"
        name = "start to the first interactive frame, against Chromium's static page"
        yield Figure(name, first / page, most=1.0, note=note)


def _environment() -> dict[str, str]:
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}


def _bare() -> float:
    """Return the seconds until a bare window is drawn."""
    command = [sys.executable, str(Path(__file__).with_name("bare.py"))]
    begun = time.monotonic()
    done = subprocess.run(
        command, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=DEADLINE_S, check=True
    )
    return float(done.stdout.split()[0]) - begun


def _booted(config: Path) -> tuple[float, float]:
    """Return the seconds until the first window of `kiosk run` is drawn, and until the terminal's own is."""
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "kiosk", "run", "--config", str(config)],
        env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    watchdog = threading.Timer(DEADLINE_S, process.kill)
    watchdog.start()
    try:
        drawn: list[float] = []
        while len(drawn) < 2 and (line := process.stderr.readline()):
            if DRAWN in line:
                drawn.append(time.monotonic() - begun)
    finally:
        watchdog.cancel()
        process.terminate()
        process.wait()
    if len(drawn) < 2:
        raise TimeoutError("kiosk run did not open")
    return drawn[0], drawn[1]


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
