"""`kiosk demo`: the whole system on this machine, doing its whole job.

Knows: with a display, a window beside the dock; without one, a scripted citizen whose every step is checked. Does not
know: how a part works, or what is checked (`checks`).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, Protocol

from devices import namespace
from kiosk.demo.checks import Evidence, check_all
from kiosk.demo.folder import DemoFolder, FolderError, too_full
from kiosk.demo.stack import Stack, StackError

WORK = Path("build/demo")
OUTPUT = Path("demo-output")
JOURNEY_DEADLINE_S = 360.0
INTERRUPTED = 130
LOOK_S = 0.2
RESTART_S = 2.0
"""As in civic-kiosk-sync.service."""
CLOSED = "exit code 0"
ENDING = {"kiosk": "terminal", "dock": "dock", "central": "central platform", "rig": "rig of emulated devices"}
"""The parts without which there is nothing to see, as a person calls them."""


def main(argv: Sequence[str]) -> int:
    """Run the demo. Exits 0 only if every check held."""
    parser = argparse.ArgumentParser(prog="kiosk demo", description="The whole system against emulated devices.")
    parser.add_argument("--headless", action="store_true", help="a scripted citizen, even where there is a display")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where the evidence is left")
    parser.add_argument("--work", type=Path, default=WORK, help="where the system keeps its state while it runs")
    parser.add_argument("--pictures", type=Path, help="also draw the README's pictures into this folder")
    options = parser.parse_args(argv)
    namespace.reenter()
    display = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _interrupt)  # else the parts would go on without it
    try:
        if display and not options.headless:
            return _windowed(options.work)
        return _headless(options)
    except (StackError, FolderError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.")
        return INTERRUPTED


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _windowed(work: Path) -> int:
    with Stack(work.resolve(), windowed=True) as stack:
        stack.start_dock()
        stack.start_kiosk("--control", stack.control_url)
        print("The terminal and its dock are open: lay a card on the reader in the dock. Close the terminal to end.")
        return attend(stack)


class Attended(Protocol):
    """The parts, as far as they are looked after here."""

    def ended(self, name: str) -> str | None:
        """Say how a part ended; None while it runs."""
        ...

    def log(self, name: str) -> Path:
        """Return where its log is."""
        ...

    def start_sync(self) -> None:
        """Start the sync agent."""
        ...


def attend(stack: Attended, pause: Callable[[float], None] = time.sleep) -> int:
    """Start a fallen sync agent again, as its unit would; return the exit code when any other part has ended."""
    while True:
        pause(LOOK_S)  # polled: nothing waits for the first of several processes to end
        for name, title in ENDING.items():
            if (how := stack.ended(name)) is None:
                continue
            if how == CLOSED and name in {"kiosk", "dock"}:
                print(f"The {title} was closed: the demo ends.")
                return 0
            print(f"demo: the {title} ended ({how}), and the demo with it; its log: {stack.log(name)}", file=sys.stderr)
            return 1
        if (how := stack.ended("sync")) is not None:
            print(f"demo: the sync agent ended ({how}) and is started again; its log: {stack.log('sync')}", file=sys.stderr)
            pause(RESTART_S)
            stack.start_sync()


def _headless(options: argparse.Namespace) -> int:
    output = DemoFolder.take(options.output.resolve())
    try:
        return _served(options, output)
    finally:
        output.close()


def _served(options: argparse.Namespace, folder: DemoFolder) -> int:
    begun, output = time.monotonic(), folder.path
    with Stack(options.work.resolve(), env={"QT_QPA_PLATFORM": "offscreen"}) as stack:
        folder.empty()  # not before this demo is sure to run: the last one's evidence stays
        up = time.monotonic()
        print(f"up in {up - begun:.1f} s: central, emulated devices, sync agent")
        screen = stack.start_kiosk(
            "--robot", "both", "--control", stack.control_url, "--shots", str(output / "screens")
        )
        try:
            code = screen.wait(JOURNEY_DEADLINE_S)
        except subprocess.TimeoutExpired:
            code = -1
        result = _result(stack)
        if code != 0 or result is None:
            print(f"the scripted citizen did not get through (exit {code}):\n{stack.log_tail('kiosk', 40)}", file=sys.stderr)
            if (trouble := too_full(stack.work)) is not None:
                print(f"demo: {trouble}", file=sys.stderr)
            _keep_logs(stack, output)
            return 1
        served = time.monotonic()
        evidence = Evidence.gather(stack, output, result)
        findings = check_all(evidence)
        summary: dict[str, Any] = {
            "ok": all(finding.ok for finding in findings),
            "checks": {finding.name: finding.detail if finding.ok else f"FAILED: {finding.detail}" for finding in findings},
            "seconds": {"start": round(up - begun, 1), "journeys": round(served - up, 1)},
            "steps": result["steps"],
            "case_code": result["case_code"],
        }
        _keep_logs(stack, output)
    (output / "summary.json").write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for finding in findings:
        print(f"{'ok    ' if finding.ok else 'FAILED'} {finding.name}: {finding.detail}")
    if options.pictures is not None and summary["ok"]:
        from kiosk.demo.pictures import draw

        draw(output, options.pictures.resolve())
    print(f"evidence in {options.output}/: screens, receipt, certificate, case, summary.json")
    return 0 if summary["ok"] else 1


def _result(stack: Stack) -> dict[str, Any] | None:
    """Return the scripted citizen's last line, if it got that far."""
    for line in reversed(stack.log_tail("kiosk", 200).splitlines()):
        if line.startswith("{"):
            found: dict[str, Any] = json.loads(line)
            return found
    return None


def _keep_logs(stack: Stack, output: Path) -> None:
    logs = output / "logs"
    logs.mkdir(exist_ok=True)
    for log in stack.work.glob("*.log"):
        shutil.copy(log, logs / log.name)
