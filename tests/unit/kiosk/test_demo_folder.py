"""The demo empties only what is its own, and one demo at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.demo.folder import DemoFolder, FolderError


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
    DemoFolder.take(place).close()
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


def test_a_place_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """Should say which path, and why."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(FolderError, match="file"):
        DemoFolder.take(tmp_path / "file")
