"""One screen process after another: who opens when, what a death means, and that no signal or status is lost."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.succession import Succession, wiping

pytestmark = pytest.mark.timeout(30)

SCREEN = '''
import os, socket, sys, time
log, script = sys.argv[1], sys.argv[2].split(";")
with open(log, "a+") as file:
    file.seek(0)
    number = sum(line.endswith(" born\\n") for line in file)
    file.write(f"{number} born\\n")
def note(text):
    with open(log, "a") as file:
        file.write(f"{number} {text}\\n")
link = socket.socket(fileno=int(os.environ["KIOSK_SUCCESSION"]))
lines = link.makefile("r")
for step in script[min(number, len(script) - 1)].split():
    verb, _, word = step.partition(":")
    if verb == "say":
        note("says " + word)
        link.sendall(word.encode() + b"\\n")
    elif verb == "hear":
        heard = lines.readline().strip()
        while heard == "stay" != word:  # crossed what this one had said already
            heard = lines.readline().strip()
        note("hears " + (heard or "nothing"))
        assert heard == word, (heard, word)
    elif verb == "pause":
        time.sleep(float(word))
    elif verb == "env":
        note(word + "=" + os.environ.get(word, ""))
    elif verb == "signal":
        os.kill(os.getppid(), int(word))
        signal_wait = __import__("signal").pause()
    elif verb == "end":
        os._exit(int(word))
'''
FIRST = "say:warm hear:open say:shown say:spent hear:yield say:yielded hear:leave"


def run(
    tmp_path: Path,
    *scripts: str,
    heir_s: float = 60.0,
    first: Callable[[socket.socket], int] | None = None,
) -> tuple[int, list[str]]:
    """Run a succession of screens that keep to a script, the last one's for all that follow; return status and log."""
    log, program = tmp_path / "log", tmp_path / "screen.py"
    program.write_text(SCREEN, encoding="utf-8")
    command = [sys.executable, "-S", "-E", str(program), str(log), ";".join(scripts)]
    status = Succession(command, heir_s=heir_s, first=first).run()
    return status, log.read_text(encoding="utf-8").splitlines()


def test_a_screen_that_ends_ends_it(tmp_path: Path) -> None:
    """Should return the status of a screen that nobody follows."""
    assert run(tmp_path, "say:warm hear:open say:shown end:7") == (
        7,
        ["0 born", "0 says warm", "0 hears open", "0 says shown"],
    )


def test_the_next_one_is_on_the_glass_before_the_last_one_goes(tmp_path: Path) -> None:
    """Should open the second only when the first let go, and send the first away only when the second is drawn."""
    status, log = run(tmp_path, f"{FIRST} end:0", "say:warm hear:open say:shown end:3")
    assert status == 3
    order = [log.index(line) for line in ("0 says yielded", "1 hears open", "1 says shown", "0 hears leave")]
    assert order == sorted(order)


def test_a_touch_in_between_begins_the_session(tmp_path: Path) -> None:
    """Should hand on what somebody did to the window that was about to go."""
    status, log = run(tmp_path, f"{FIRST} say:touched end:0", "say:warm hear:open say:shown hear:touch end:0")
    assert status == 0
    assert "1 hears touch" in log


def test_an_heir_that_dies_early_has_a_brother(tmp_path: Path) -> None:
    """Should start another when the old screen let go and nobody is there to open."""
    status, log = run(tmp_path, f"{FIRST} end:0", "say:warm end:9", "say:warm hear:open say:shown end:4")
    assert status == 4
    assert log.index("2 born") > log.index("1 says warm")


def test_an_heir_that_dies_late_has_a_brother(tmp_path: Path) -> None:
    """Should start another as long as the old window stands with nothing behind it."""
    status, log = run(tmp_path, f"{FIRST} end:0", "say:warm hear:open end:9", "say:warm hear:open say:shown end:4")
    assert status == 4
    assert "2 says shown" in log


def test_an_heir_that_hangs_has_a_brother(tmp_path: Path) -> None:
    """Should kill one that never draws though the old screen let go: behind its window nothing would ever answer a touch."""
    hangs = "say:warm hear:open hear:never"
    status, log = run(tmp_path, f"{FIRST} end:0", hangs, "say:warm hear:open say:shown end:4", heir_s=3.0)
    assert status == 4
    assert log.index("2 born") > log.index("1 hears open")


def test_an_heir_waits_for_as_long_as_somebody_stands_there(tmp_path: Path) -> None:
    """Should not take for hanging who is loaded and waits: the next citizen may well stay longer than loading may take."""
    long = FIRST.replace("hear:yield", "hear:yield pause:4")
    status, log = run(tmp_path, f"{long} end:0", "say:warm hear:open say:shown end:3", heir_s=3.0)
    assert status == 3
    assert sum(line.endswith("born") for line in log) == 2


def test_without_an_heir_nobody_yields(tmp_path: Path) -> None:
    """Should take the order back when the heir dies while somebody stands there: behind that glass would be nobody."""
    first = FIRST.replace("hear:yield", "hear:yield hear:stay say:spent hear:yield")
    status, log = run(tmp_path, f"{first} end:0", "say:warm end:9", "say:warm hear:open say:shown end:4")
    assert status == 4
    assert log.index("0 hears stay") < log.index("2 born") < log.index("0 says yielded")


def test_three_that_die_are_a_fault(tmp_path: Path) -> None:
    """Should end with a status that the service manager restarts upon, and leave no screen behind."""
    status, log = run(tmp_path, FIRST.replace("hear:leave", "hear:"), "say:warm hear:open end:9")
    assert status == 9
    assert sum(line.endswith("born") for line in log) == 4


def window(log: Path, script: str) -> Callable[[socket.socket], int]:
    """A first window that keeps to a script."""

    def live(link: socket.socket) -> int:
        lines = link.makefile("r")
        for step in script.split():
            verb, _, word = step.partition(":")
            if verb == "say":
                link.sendall(f"{word}\n".encode())
            elif verb == "hear":
                heard = lines.readline().strip()
                with log.open("a") as file:
                    file.write(f"first hears {heard or 'nothing'}\n")
            elif verb == "signal":
                os.kill(os.getppid(), int(word))
                signal.pause()
            else:
                os._exit(int(word))
        return 0

    return live


def test_the_first_window_stands_until_the_screen_is_drawn(tmp_path: Path) -> None:
    """Should start the screen behind it, let it open at once, and send the first window away when the screen is drawn."""
    first = window(tmp_path / "log", "say:shown hear:leave")
    status, log = run(tmp_path, "say:warm hear:open say:shown end:3", first=first)
    assert status == 3
    assert log.index("0 says shown") < log.index("first hears leave")


def test_a_touch_on_the_first_window_is_told_at_once(tmp_path: Path) -> None:
    """Should reach the screen before it is drawn, also when it had not been started yet."""
    first = window(tmp_path / "log", "say:touched say:shown hear:leave")
    status, log = run(tmp_path, "hear:touch say:warm hear:open say:shown end:3", first=first)
    assert status == 3
    assert "0 hears touch" in log


def test_a_late_touch_on_the_first_window_is_told_too(tmp_path: Path) -> None:
    """Should reach the screen that has just been drawn."""
    first = window(tmp_path / "log", "say:shown hear:leave say:touched")
    status, log = run(tmp_path, "say:warm hear:open say:shown hear:touch end:3", first=first)
    assert status == 3
    assert "0 hears touch" in log


@pytest.mark.parametrize("script", ["end:9", "say:shown end:9"])
def test_a_first_window_that_falls_costs_nothing(tmp_path: Path, script: str) -> None:
    """Should serve without it, whether it fell before or after it was drawn."""
    status, log = run(tmp_path, "say:warm hear:open say:shown end:3", first=window(tmp_path / "log", script))
    assert status == 3
    assert sum(line.endswith("born") for line in log) == 1


def test_a_first_window_that_hangs_costs_a_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should start the screen all the same when the first window never draws."""
    monkeypatch.setattr("kiosk.succession.FIRST_S", 0.2)
    status, log = run(tmp_path, "say:warm hear:open say:shown end:3", first=window(tmp_path / "log", "hear:leave"))
    assert status == 3
    assert "0 says shown" in log


def test_a_screen_that_dies_behind_the_first_window_ends_it(tmp_path: Path) -> None:
    """Should end with its status, as if there had been no first window, and leave none standing."""
    first = window(tmp_path / "log", "say:shown hear:leave")
    status, log = run(tmp_path, "say:warm hear:open end:9", first=first)
    assert status == 9
    assert sum(line.endswith("born") for line in log) == 1
    assert log[-1] == "first hears nothing"


def test_a_signal_to_the_first_window_alone(tmp_path: Path) -> None:
    """Should end it, and start nothing any more."""
    log = tmp_path / "log"
    log.touch()
    status, lines = run(tmp_path, "end:3", first=window(log, f"signal:{signal.SIGTERM.value}"))
    assert status == -signal.SIGTERM
    assert lines == []


def test_a_screen_that_yielded_is_followed_behind_a_first_window_too(tmp_path: Path) -> None:
    """Should go on as ever after the first window: the next one on the glass before the last one goes."""
    first = window(tmp_path / "log", "say:shown hear:leave")
    status, log = run(tmp_path, f"{FIRST} end:0", "say:warm hear:open say:shown end:4", first=first)
    assert status == 4
    assert log.index("1 says shown") < log.index("0 hears leave")


def test_a_signal_is_handed_on(tmp_path: Path) -> None:
    """Should end the screen by the signal that ended its elder."""
    status, _ = run(tmp_path, f"say:warm hear:open say:shown signal:{signal.SIGTERM.value}")
    assert status == -signal.SIGTERM


def test_freed_memory_is_overwritten(tmp_path: Path) -> None:
    """Should start every screen with glibc's tunables and without Python's own arenas; others' tunables stay."""
    _, log = run(tmp_path, "env:GLIBC_TUNABLES env:PYTHONMALLOC end:0")
    assert "0 PYTHONMALLOC=malloc" in log
    assert any("glibc.malloc.perturb=165" in line and "tcache_count=0" in line for line in log)
    assert wiping({"GLIBC_TUNABLES": "glibc.malloc.arena_max=2"})["GLIBC_TUNABLES"].startswith("glibc.malloc.arena_max=2:")


@pytest.fixture(autouse=True)
def _no_children_left() -> Iterator[None]:
    yield
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
