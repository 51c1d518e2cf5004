"""The audit log: catalogued events in a chain that shows every change, and that a power cut cannot stop."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kiosk.audit import EVENTS, AuditError, AuditLog, verify_chain
from kiosk.audit.catalogue import markdown
from kiosk.clock import ClockQuality

ROOT = Path(__file__).resolve().parents[4]
NOW = dt.datetime(2026, 11, 27, 19, 12, tzinfo=dt.UTC)


class StillClock:
    def now(self) -> dt.datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0

    def quality(self) -> ClockQuality:
        return ClockQuality.SYNCHRONISED


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "audit.jsonl"


def opened(path: Path) -> AuditLog:
    return AuditLog(path, StillClock())


def written(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def refused(path: Path) -> AuditError:
    with pytest.raises(AuditError) as caught:
        verify_chain(path)
    return caught.value


def test_a_line_says_what_happened(path: Path) -> None:
    """Number, UTC time, event, disposition, its fields, and the hash of the line before; nothing else."""
    opened(path).record("identity.card_refused", "failure", session=3, reason="expired")
    assert written(path) == [
        {
            "seq": 1,
            "at": "2026-11-27T19:12:00.000+00:00",
            "event": "identity.card_refused",
            "disposition": "failure",
            "session": 3,
            "reason": "expired",
            "prev": "0" * 64,
        }
    ]


def test_lines_are_chained_over_restarts(path: Path) -> None:
    """Each line names the SHA-256 of the bytes before it, and a restarted program goes on with the same chain."""
    opened(path).record("terminal.started", version="1")
    log = opened(path)
    log.record("line.up")
    log.record("terminal.stopped")
    lines = path.read_bytes().splitlines(keepends=True)
    assert [json.loads(line)["prev"] for line in lines[1:]] == [hashlib.sha256(line).hexdigest() for line in lines[:-1]]
    assert verify_chain(path) == (3, hashlib.sha256(lines[-1]).hexdigest())


def test_an_empty_log_is_a_whole_chain(tmp_path: Path) -> None:
    """No file yet is no broken chain."""
    assert verify_chain(tmp_path / "none") == (0, "0" * 64)


@pytest.mark.parametrize("event", ["", "session.renamed", "terminal"])
def test_an_unknown_event_is_refused(path: Path, event: str) -> None:
    """What is not catalogued is never written."""
    log = opened(path)
    with pytest.raises(AuditError) as caught:
        log.record(event)
    assert (caught.value.code, caught.value.detail) == ("audit.unknown_event", event)
    assert not path.exists()


def test_an_unlisted_field_is_refused_by_name(path: Path) -> None:
    """Personal data cannot slip in: the error names the field and never its value."""
    log = opened(path)
    with pytest.raises(AuditError) as caught:
        log.record("identity.card_read", session=1, name="测试甲", number="990000199001010017")
    assert (caught.value.code, caught.value.detail) == ("audit.unlisted_field", "identity.card_read: name, number")
    assert "测试甲" not in str(caught.value)
    assert not path.exists()


def test_no_listed_field_is_personal() -> None:
    """The allow-list itself holds no field that would name a person."""
    personal = {"name", "number", "id_no", "phone", "address", "birth", "person", "applicant", "answers", "digits", "token"}
    assert not personal & {field for event in EVENTS.values() for field in event.fields}


def test_no_listed_field_hides_one_of_the_lines_own() -> None:
    """A field by the name of the chain's own would break it."""
    own = {"seq", "at", "event", "disposition", "prev"}
    assert not own & {field for event in EVENTS.values() for field in event.fields}


def test_a_changed_line_is_named(path: Path) -> None:
    """Whoever edits one line breaks the chain at the next."""
    log = opened(path)
    for number in range(4):
        log.record("line.down", "failure", reason=f"r{number}")
    lines = path.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b"r1", b"rx")
    path.write_bytes(b"".join(lines))
    error = refused(path)
    assert (error.code, error.detail) == ("audit.broken_chain", "3")
    with pytest.raises(AuditError):
        opened(path)


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_missing_line_is_named(path: Path, gone: int) -> None:
    """A line that was cut out leaves a gap that shows."""
    log = opened(path)
    for _ in range(4):
        log.record("line.up")
    lines = path.read_bytes().splitlines(keepends=True)
    del lines[gone]
    path.write_bytes(b"".join(lines))
    assert (refused(path).code, refused(path).detail) == ("audit.broken_chain", str(gone + 1))


@pytest.mark.parametrize("garbage", [b"\xff\n", b"not json\n", b"[]\n", b"3\n", b"null\n", b"\n"])
def test_a_garbled_line_is_named(path: Path, garbage: bytes) -> None:
    """Whatever stands in the middle of the file, the answer is a coded failure with the line's number."""
    opened(path).record("line.up")
    first = path.read_bytes()
    path.write_bytes(first + garbage + first)
    error = refused(path)
    assert (error.code, error.detail) == ("audit.garbled_line", "2")


@pytest.mark.parametrize("kept", [1, 30, -2])
def test_a_torn_last_line_is_set_aside(path: Path, kept: int) -> None:
    """A power cut inside a write costs that line, is written down, and does not stop the log."""
    log = opened(path)
    log.record("terminal.started", version="1")
    whole = path.read_bytes()
    log.record("line.up")
    torn = path.read_bytes()[len(whole) :][:kept]
    path.write_bytes(whole + torn)
    opened(path).record("line.up")
    assert [entry["event"] for entry in written(path)] == ["terminal.started", "log.torn_line", "line.up"]
    assert written(path)[1]["bytes"] == len(torn)
    assert path.with_suffix(".torn").read_bytes() == torn + b"\n"
    assert verify_chain(path)[0] == 3


def test_a_full_disk_leaves_no_half_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a write that went in halfway the file is as before, and the log goes on when there is room again."""
    log = opened(path)
    log.record("line.up")
    before = path.read_bytes()
    real = os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda handle, data: real(handle, data[:20]))
        with pytest.raises(AuditError) as caught:
            log.record("line.up")
    assert (caught.value.code, caught.value.detail) == ("audit.write", str(errno.ENOSPC))
    assert path.read_bytes() == before
    log.record("line.up")
    assert verify_chain(path)[0] == 2


def test_a_disk_that_cannot_keep_is_a_failure(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that may not be on the disk counts as not written, and its number is not used up."""

    def broken(_handle: int) -> None:
        raise OSError(errno.EIO, "")

    log = opened(path)
    with monkeypatch.context() as dying:
        dying.setattr(os, "fsync", broken)
        with pytest.raises(AuditError):
            log.record("line.up")
    log.record("line.up")
    assert verify_chain(path)[0] == 1


def test_a_failure_goes_to_who_watches(path: Path) -> None:
    """With somebody watching, a dead disk does not break off the citizen's work; a bug in the call still raises."""
    log = opened(path)
    told: list[AuditError] = []
    log.on_failure = told.append
    path.mkdir()
    log.record("line.up")
    assert [error.code for error in told] == ["audit.write"]
    with pytest.raises(AuditError):
        log.record("line.sideways")


def test_a_place_that_cannot_be_used_is_said_so(tmp_path: Path) -> None:
    """A file where the folder should be is a coded failure."""
    (tmp_path / "state").write_text("", encoding="ascii")
    with pytest.raises(AuditError) as caught:
        opened(tmp_path / "state" / "audit.jsonl")
    assert caught.value.code == "audit.unreadable"


def test_threads_share_one_chain(path: Path) -> None:
    """Lines from several threads are whole and in one order."""
    log = opened(path)

    def write() -> None:
        for _ in range(20):
            log.record("line.up")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verify_chain(path)[0] == 80


def test_two_programs_share_one_chain(path: Path) -> None:
    """The terminal and a command of its staff write in turn, and neither breaks the other's chain."""
    terminal, command = opened(path), opened(path)
    for log in (terminal, command, command, terminal, command):
        log.record("line.up")
    assert verify_chain(path)[0] == 5


def test_what_another_program_broke_is_found_at_the_next_line(path: Path) -> None:
    """A line that does not fit, or a log that became shorter, is a broken chain, told to whoever watches."""
    log = opened(path)
    log.record("line.up")
    whole = path.read_bytes()
    told: list[AuditError] = []
    log.on_failure = told.append
    path.write_bytes(whole + whole)
    log.record("line.up")
    path.write_bytes(whole[:10])
    log.record("line.up")
    assert [(error.code, error.detail) for error in told] == [("audit.broken_chain", "2"), ("audit.broken_chain", "1")]


def test_a_line_that_another_program_left_unfinished_is_set_aside(path: Path) -> None:
    """A command that was killed inside a write costs its own line and nothing else."""
    log = opened(path)
    log.record("line.up")
    with path.open("ab") as other:
        other.write(b'{"seq":2,')
    log.record("line.up")
    assert [entry["event"] for entry in written(path)] == ["line.up", "log.torn_line", "line.up"]
    assert verify_chain(path)[0] == 3


def test_the_page_for_auditors_is_not_stale() -> None:
    """docs/audit.md is what the program prints today."""
    assert (ROOT / "docs" / "audit.md").read_text(encoding="utf-8") == markdown()


def test_the_command_prints_the_page() -> None:
    """`python -m kiosk.audit` prints it, without a word on the error stream."""
    done = subprocess.run([sys.executable, "-m", "kiosk.audit"], cwd=ROOT, capture_output=True, timeout=60, check=True)
    assert (done.stdout.decode(), done.stderr) == (markdown(), b"")
