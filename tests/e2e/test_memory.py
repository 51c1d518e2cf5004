"""What is left of a person in the screen's memory, seen from outside; and the process that showed them goes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.demo.stack import Stack

NAME, NUMBER = "测试甲", "990000199001010017"
FORMS = ("utf-8", "utf-16-le", "utf-32-le")
DEADLINE_S = 90.0
PROGRAM = Path(__file__).with_name("screen_kiosk.py")


def occurrences(pid: int) -> int:
    """Count the name and the number in everything that the process can write to, in every form that Python and Qt use."""
    wanted = re.compile(b"|".join(re.escape(text.encode(form)) for text in (NAME, NUMBER) for form in FORMS))
    count = 0
    process = Path(f"/proc/{pid}")
    with (process / "maps").open(encoding="ascii") as maps, (process / "mem").open("rb", buffering=0) as memory:
        for line in maps:
            span, mode, *_ = line.split()
            if "w" not in mode:
                continue
            begin, end = (int(each, 16) for each in span.split("-"))
            try:
                memory.seek(begin)
                count += len(wanted.findall(memory.read(end - begin)))
            except OSError:
                continue  # a mapping of a device, or one that has just gone
    return count


def wait(what: str, held: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not held():
        assert time.monotonic() < deadline, what
        threading.Event().wait(0.02)


@pytest.mark.e2e
@pytest.mark.timeout(240)
def test_nobody_is_left_in_the_screen(stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Should reach nothing of the person afterwards, and make way for a screen that knows nobody."""
    stack.control("/v1/network/restore", {})
    stack.control("/v1/id_card/lift", {})
    (tmp_path / "look").touch()
    told = len(messages(stack))
    command = [sys.executable, "-c", RELAY, str(PROGRAM), str(stack.config), str(tmp_path)]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    with (tmp_path / "log").open("w") as log:
        relay = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        at = tmp_path / "at"
        wait("identify", lambda: at.exists() and at.read_text() == "identify")
        first = int((tmp_path / "first").read_text())
        before = occurrences(first)
        stack.control("/v1/id_card/place", {"name": NAME})
        wait("a code", lambda: len(messages(stack)) > told)
        found = re.search(r"\d{6}", messages(stack)[-1])
        assert found is not None
        (tmp_path / "code.part").write_text(found.group())
        (tmp_path / "code.part").rename(tmp_path / "code")
        wait("preview", lambda: at.read_text() == "preview")
        during = occurrences(first)
        stack.control("/v1/id_card/lift", {})
        (tmp_path / "seen").touch()
        wait("the attract screen", (tmp_path / "wiped").exists)
        after = occurrences(first)
        with capsys.disabled():
            print(f"\nname or number in the screen's memory: {before} before, {during} shown, {after} after")
        (tmp_path / "secrets").write_text(f"{NAME} {NUMBER}", encoding="utf-8")
        (tmp_path / "look").unlink()
        wait("the report", (tmp_path / "report.json").exists)
        wait("the next screen", lambda: not Path(f"/proc/{first}").exists())
        second = int((tmp_path / "second").read_text())
        assert relay.poll() is None
        successor = occurrences(second)
        assert json.loads((tmp_path / "report.json").read_text("utf-8")) == []
        assert during > before, "the search finds what is there"
        assert successor == before  # a shipped sentence names the demo's person
        relay.terminate()
        assert relay.wait(30) == 0
    finally:
        if relay.poll() is None:
            relay.kill()
            relay.wait()
    assert "bug" not in (tmp_path / "log").read_text(encoding="utf-8")


RELAY = "import sys; from kiosk.succession import Succession; sys.exit(Succession([sys.executable, *sys.argv[1:]]).run())"


def messages(stack: Stack) -> list[str]:
    path = stack.messages_file
    return [json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()] if path.exists() else []
