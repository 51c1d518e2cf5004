"""The demo empties only what is its own, and one demo at a time."""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from kiosk.demo import main
from kiosk.demo.folder import DemoFolder, FolderError

DEMO = """
import signal, sys
from pathlib import Path
from kiosk.demo.folder import DemoFolder
from kiosk.demo.stack import Stack
stack = Stack(Path(sys.argv[1]))
stack._folder = DemoFolder.take(stack.work)
print(stack._spawn("sync", ["sleep", "3600"]).pid, flush=True)
signal.pause()
"""
"""A demo as far as this goes: the place taken, and one part that would live on."""


def test_what_was_there_before_is_never_touched(tmp_path: Path) -> None:
    """Should refuse a folder with somebody's files, and leave each of them."""
    (tmp_path / "tax.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(FolderError, match="not the demo's"):
        DemoFolder.take(tmp_path)
    assert (tmp_path / "tax.txt").read_text(encoding="utf-8") == "mine"
    assert [entry.name for entry in tmp_path.iterdir()] == ["tax.txt"]


def test_its_own_folder_begins_empty(tmp_path: Path) -> None:
    """Should take a new or an empty folder, and empty what it left itself; a link's target stays."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept", encoding="utf-8")
    place = tmp_path / "demo"
    first = DemoFolder.take(place)
    (place / "state").mkdir()
    (place / "state" / "old").write_text("old", encoding="utf-8")
    (place / "link").symlink_to(outside)
    first.close()
    second = DemoFolder.take(place)
    assert (place / "state" / "old").exists(), "not before it is sure to run"
    second.empty()
    second.close()
    assert not (place / "state").exists()
    assert not (place / "link").is_symlink()
    assert (outside / "kept").exists()


def test_a_second_demo_leaves_the_running_one_alone(tmp_path: Path) -> None:
    """Should refuse while another holds the folder, and take it when that one ends."""
    first = DemoFolder.take(tmp_path / "demo")
    (tmp_path / "demo" / "live").write_text("live", encoding="utf-8")
    with pytest.raises(FolderError, match="another demo"):
        DemoFolder.take(tmp_path / "demo")
    assert (tmp_path / "demo" / "live").exists()
    first.close()
    DemoFolder.take(tmp_path / "demo").close()


def test_who_is_refused_leaves_the_last_evidence(tmp_path: Path) -> None:
    """Should not empty the output for a demo that cannot run since another one holds the place where it works."""
    running = DemoFolder.take(tmp_path / "work")
    output = DemoFolder.take(tmp_path / "output")
    output.close()
    (tmp_path / "output" / "receipt.txt").write_text("KF", encoding="utf-8")
    options = argparse.Namespace(output=tmp_path / "output", work=tmp_path / "work")
    with pytest.raises(FolderError, match="another demo"):
        main._headless(options)
    running.close()
    assert (tmp_path / "output" / "receipt.txt").exists()


def test_who_is_killed_takes_its_parts_along(tmp_path: Path) -> None:
    """Should end each part when the demo itself is killed: the place is free when all are gone."""
    demo = subprocess.Popen([sys.executable, "-c", DEMO, str(tmp_path / "demo")], stdout=subprocess.PIPE, text=True)
    assert demo.stdout is not None
    assert demo.stdout.readline(), "the part runs"
    with pytest.raises(FolderError, match="another demo"):
        DemoFolder.take(tmp_path / "demo")
    demo.kill()
    demo.communicate()
    pause, deadline = threading.Event(), time.monotonic() + 20
    while True:
        try:
            DemoFolder.take(tmp_path / "demo").close()
            break
        except FolderError:
            assert time.monotonic() < deadline
            pause.wait(0.02)


def test_a_place_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """Should say which path, and why."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(FolderError, match="file"):
        DemoFolder.take(tmp_path / "file")
