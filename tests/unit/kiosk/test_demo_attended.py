"""What the demo does about a part that falls, and a disk that is too small for a terminal."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from kiosk.demo.folder import FolderError
from kiosk.demo.main import JOURNEY_DEADLINE_S, PartEndedError, accompany, attend
from kiosk.demo.stack import Stack


class Parts:
    """Parts that fall one after the other, one at every look."""

    def __init__(self, *fallen: tuple[str, str]) -> None:
        self._coming = list(fallen)
        self._down: dict[str, str] = {}
        self.syncs = 0

    def look(self, _seconds: float) -> None:
        if "sync" not in self._down and self._coming:
            name, how = self._coming.pop(0)
            self._down[name] = how

    def ended(self, name: str) -> str | None:
        return self._down.get(name)

    def log(self, name: str) -> Path:
        return Path("work") / f"{name}.log"

    def start_sync(self) -> None:
        self.syncs += 1
        del self._down["sync"]


def test_a_killed_sync_agent_is_started_again_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Should say each time in one line what fell and where its log is, and go on until the terminal is closed."""
    parts = Parts(("sync", "killed by SIGKILL"), ("sync", "exit code 1"), ("kiosk", "exit code 0"))
    assert attend(parts, parts.look) == 0
    said = capsys.readouterr()
    assert parts.syncs == 2
    assert [line.split("(")[1].split(")")[0] for line in said.err.splitlines()] == ["killed by SIGKILL", "exit code 1"]
    assert "work/sync.log" in said.err
    assert said.out == "The terminal was closed: the demo ends.\n"


@pytest.mark.parametrize("name", ["kiosk", "dock", "central", "rig"])
@pytest.mark.parametrize("look_after", [attend, accompany])
def test_a_part_that_falls_ends_the_demo_with_a_word(name: str, look_after: Callable[..., object]) -> None:
    """Should fail, with a display and without one, and say which part fell, how, and where its log is."""
    parts = Parts((name, "killed by SIGKILL"))
    with pytest.raises(PartEndedError) as ended:
        look_after(parts, parts.look)
    assert f"(killed by SIGKILL), and the demo with it; its log: work/{name}.log" in str(ended.value)


def test_without_a_display_a_killed_sync_agent_is_started_again_too(capsys: pytest.CaptureFixture[str]) -> None:
    """Should say so in one line and go on until the scripted citizen is done, however that one ends."""
    parts = Parts(("sync", "killed by SIGKILL"), ("kiosk", "exit code 1"))
    assert accompany(parts, parts.look) == "exit code 1"
    assert parts.syncs == 1
    assert "the sync agent ended (killed by SIGKILL) and is started again" in capsys.readouterr().err


def test_a_scripted_citizen_who_is_never_done_is_not_waited_for_for_ever() -> None:
    """Should say how long it was waited for."""
    times = iter((0.0, 1.0, JOURNEY_DEADLINE_S + 1))
    assert accompany(Parts(), lambda _: None, lambda: next(times)) == f"not done after {JOURNEY_DEADLINE_S:.0f} s"


@pytest.mark.parametrize(
    ("program", "how"),
    [("import os; os.kill(os.getpid(), 9)", "killed by SIGKILL"), ("raise SystemExit(3)", "exit code 3")],
)
def test_how_a_process_ended(tmp_path: Path, program: str, how: str) -> None:
    """Should name the signal or the exit code of a real process."""
    stack = Stack(tmp_path)
    part: subprocess.Popen[bytes] = stack._spawn("kiosk", [sys.executable, "-c", program])
    part.wait()
    assert stack.ended("kiosk") == how
    stack.stop()


def test_a_disk_on_which_a_terminal_takes_nothing_in_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should refuse before anything starts, with the folder, what is free, and what to do."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=39_000_000))
    with pytest.raises(FolderError, match=r"39 MB free.*--work") as refused, Stack(tmp_path / "work"):
        pass
    assert str(tmp_path / "work") in refused.value.detail
