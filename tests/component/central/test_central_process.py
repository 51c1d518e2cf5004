"""The `kiosk-central` command as people start, kill and misuse it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from central import keys
from central.cli import main
from central.settings import Settings
from central.sockets import exclusive, listen

if TYPE_CHECKING:
    import conftest

Start = Callable[[], tuple[subprocess.Popen[bytes], str]]
COMMAND = [sys.executable, "-m", "central"]


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.fixture
def state(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert main(["init", "--state", str(tmp_path / "state")]) == 0
    assert "staff password (shown once)" in capsys.readouterr().out
    return tmp_path / "state"


@pytest.fixture
def start(state: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def begin() -> tuple[subprocess.Popen[bytes], str]:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--state", str(state), "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        started.append(process)
        assert process.stdout is not None
        line, until = b"", time.monotonic() + 60
        while not line.endswith(b"\n"):
            assert select.select([process.stdout], [], [], until - time.monotonic())[0], "no word from the platform"
            line += os.read(process.stdout.fileno(), 200)
            assert line, "the platform ended"
        found = re.fullmatch(rb"listening on (https://localhost:\d+)\n", line)
        assert found
        return process, found[1].decode()

    yield begin
    for process in started:
        process.kill()
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()


def test_a_killed_platform_gives_the_same_receipt_afterwards(
    state: Path, start: Start, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    """It should hold after kill -9 what it answered before, and stop cleanly when asked."""
    kinds: conftest = sys.modules[type(request.getfixturevalue("platforms")("sqlite")).__module__]  # type: ignore[valid-type]
    process, url = start()
    settings = Settings(state)
    assert main(["enrol-code", "--state", str(state), "--kiosk", "0001"]) == 0
    code = capsys.readouterr().out.strip()
    assert re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", code)
    platform = kinds.Platform(settings, keys.load(settings), url, kinds.ManualClock())
    device = kinds.Device(platform, "0001")
    _, sealed = device.handed_in({"address": b"pages" * 100_000})
    first = device.deliver(sealed)
    assert first.status_code == 201
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    again, platform.url = start()
    assert device.put_envelope(sealed).content == first.content
    platform.hang_up()
    again.send_signal(signal.SIGTERM)
    assert again.wait(20) in (0, -signal.SIGTERM)


def test_an_operator_s_look_disturbs_nobody(
    state: Path, start: Start, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    """`cases` and `gaps` beside a serving process should see whole cases, cost it none, and read on after its kill -9."""
    kinds: conftest = sys.modules[type(request.getfixturevalue("platforms")("sqlite")).__module__]  # type: ignore[valid-type]
    process, url = start()
    settings = Settings(state)
    platform = kinds.Platform(settings, keys.load(settings), url, kinds.ManualClock())
    device = kinds.Device(platform, "0001")
    waiting = [device.handed_in({"address": b"pages" * 10})[1] for _ in range(30)]

    def look(what: str) -> list[dict[str, Any]]:
        assert main([what, "--state", str(state), "--json"]) == 0
        found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
        return found

    with ThreadPoolExecutor(1) as terminal:
        sending = terminal.submit(lambda: [device.deliver(sealed).status_code for sealed in waiting[1:]])
        counts = []
        while not sending.done():
            listed = look("cases")
            counts.append(len(listed))
            assert all(len(case["attachments"]) == 1 for case in listed)
            assert [gap["last"] for gap in look("gaps")] in ([], [1])
        assert sending.result() == [201] * 29
    assert counts == sorted(counts)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    before = settings.database.read_bytes()
    assert len(look("cases")) == 29
    assert [(gap["first"], gap["last"]) for gap in look("gaps")] == [(1, 1)]
    assert settings.database.read_bytes() == before
    platform.hang_up()
    with contextlib.closing(sqlite3.connect(f"file:{settings.database}?mode=ro", uri=True)) as record:
        assert record.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_private_files_are_private(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It should let nobody else read a key, and refuse to serve when somebody could."""
    for path in state.rglob("*"):
        assert not path.stat().st_mode & 0o077 or path.name == "ca.pem", path
    (state / "keys" / "sign.key").chmod(0o644)
    assert main(["enrol-code", "--state", str(state), "--kiosk", "0001"]) == 3
    assert "chmod 600" in capsys.readouterr().err


def test_misuse_is_answered_in_words_and_codes(state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It should never make a second platform in one place, nor serve where there is none."""
    assert main(["init", "--state", str(state)]) == 3
    assert "nothing was changed" in capsys.readouterr().err
    assert main(["serve", "--state", str(tmp_path / "nowhere"), "--port", "0"]) == 3
    assert "init" in capsys.readouterr().err
    assert main(["enrol-code", "--state", str(state), "--kiosk", "00O1"]) == 2
    assert capsys.readouterr().out == ""
    with pytest.raises(SystemExit, match="2"):
        main([])


def test_an_answer_does_not_wait_for_its_head() -> None:
    """Whoever connects should get a connection on which nothing is held back until what went before is acknowledged."""
    with listen("127.0.0.1", 0) as waiting, socket.create_connection(waiting.getsockname()):
        connection, _ = waiting.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_one_state_directory_has_one_platform(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It should refuse a second process on the same record, and a port that somebody has."""
    with exclusive(Settings(state)):
        assert main(["serve", "--state", str(state), "--port", "0"]) == 3
    assert "another process" in capsys.readouterr().err
    with listen("127.0.0.1", 0) as taken:
        assert main(["serve", "--state", str(state), "--port", str(taken.getsockname()[1])]) == 4
