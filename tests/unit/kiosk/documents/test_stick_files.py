"""What is found on a stranger's stick, and what is passed over: links, pipes, other names than contents, and too much."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kiosk.documents import stick
from kiosk.documents.kinds import FileKind
from kiosk.documents.stick import MAX_FILE_BYTES, Unreadable, papers, read

JPEG, PDF = b"\xff\xd8\xff\xe0 picture", b"%PDF-1.7 pages"


def names(root: Path) -> list[str]:
    found, _ = papers(root)
    return [each.path.name for each in found]


def put(root: Path, name: str, data: bytes, changed: float = 0.0) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (changed, changed))
    return path


def test_papers_are_told_by_what_they_hold_newest_first(tmp_path: Path) -> None:
    """Whatever their names say; a text called .jpg is none."""
    put(tmp_path, "a.txt", JPEG, 10)
    put(tmp_path, "b.jpg", b"words", 20)
    put(tmp_path, "papers/c.bin", PDF, 30)
    put(tmp_path, "empty.pdf", b"", 40)
    found, more = papers(tmp_path)
    assert [(each.path.name, each.kind) for each in found] == [("c.bin", FileKind.PDF), ("a.txt", FileKind.JPEG)]
    assert not more
    assert read(found[0].path) == PDF


def test_every_file_system_of_a_stick_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest of all come first; of a stick that says that it has a hundred, some."""
    roots = [tmp_path / str(number) for number in range(3)]
    for number, root in enumerate(roots):
        put(root, f"{number}.jpg", JPEG, 10 * number)
    assert [each.path.name for each in papers(*roots)[0]] == ["2.jpg", "1.jpg", "0.jpg"]
    monkeypatch.setattr(stick, "MOST_SYSTEMS", 2)
    assert [each.path.name for each in papers(*roots)[0]] == ["1.jpg", "0.jpg"]


def test_what_is_no_plain_file_is_passed_over(tmp_path: Path) -> None:
    """A link out of the stick, a link to a folder, a pipe that nobody writes to, hidden files, folders without end."""
    outside = put(tmp_path, "outside/secret.jpg", JPEG)
    root = tmp_path / "stick"
    put(root, "whole.jpg", JPEG)
    put(root, ".hidden.jpg", JPEG)
    put(root, "$RECYCLE.BIN/old.jpg", JPEG)
    put(root, "1/2/3/deep.jpg", JPEG)
    (root / "link.jpg").symlink_to(outside)
    (root / "folder").symlink_to(outside.parent)
    (root / "round").symlink_to(root)
    os.mkfifo(root / "pipe.jpg")
    assert names(root) == ["whole.jpg"]
    for name in ("link.jpg", "pipe.jpg", "1", "nothing.jpg"):
        with pytest.raises(Unreadable):
            read(root / name)


def test_a_stick_full_of_files_costs_no_more_than_some(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest are shown and it is said that there are more; after so many entries nobody looks on."""
    monkeypatch.setattr(stick, "MOST_FILES", 3)
    monkeypatch.setattr(stick, "MOST_ENTRIES", 40)
    for number in range(30):
        put(tmp_path, f"{number}.jpg", JPEG, number)
    found, more = papers(tmp_path)
    assert [each.path.name for each in found] == ["29.jpg", "28.jpg", "27.jpg"]
    assert more
    for number in range(100):
        put(tmp_path, f"x{number}", b"")
    assert len(papers(tmp_path)[0]) <= 3


def test_no_more_of_a_file_is_read_than_may_be_taken(tmp_path: Path) -> None:
    """A file of many gigabytes is a few bytes on a stick; one byte too many is enough to say that it is too large."""
    path = tmp_path / "large.jpg"
    with path.open("wb") as file:
        file.write(JPEG)
        file.truncate(1 << 40)
    assert len(read(path)) == MAX_FILE_BYTES + 1


def test_a_stick_that_is_gone_is_unreadable(tmp_path: Path) -> None:
    """Pulled between the look and the list."""
    with pytest.raises(Unreadable):
        papers(tmp_path / "gone")


def test_a_file_whose_reading_fails_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A damaged stick fails in the middle of a file."""
    path = put(tmp_path, "a.jpg", JPEG)

    def broken(*_: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(stick, "_opened", broken)
    with pytest.raises(Unreadable):
        read(path)
    assert names(tmp_path) == []
