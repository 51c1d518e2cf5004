"""A child without a new interpreter: its status, its signals, and nothing of its parent's running on in it."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest

from kiosk.forked import Forked

pytestmark = pytest.mark.timeout(30)


def never() -> int:
    while True:
        signal.pause()


def test_its_status_is_what_it_returned() -> None:
    """Should be a process of its own that ends with what it returned."""
    read, write = os.pipe()

    def tell() -> int:
        os.write(write, str(os.getpid()).encode())
        return 7

    child = Forked(tell)
    assert child.wait() == 7
    assert os.read(read, 20) == str(child.pid).encode()
    assert child.poll() == 7
    child.send_signal(signal.SIGTERM)  # to nobody: its number may be another's by now
    os.close(read)
    os.close(write)


def test_a_bug_is_a_status(capfd: pytest.CaptureFixture[str]) -> None:
    """Should end with 1 and the traceback, and not go on with what the parent was doing."""

    def fail() -> int:
        raise LookupError("gone")

    assert Forked(fail).wait() == 1
    assert "LookupError: gone" in capfd.readouterr().err


def test_it_ends_by_signals_as_a_new_process_does() -> None:
    """Should not have its parent's handlers, nor the parent's mask, whenever the signal comes."""
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: None)
    try:
        child = Forked(never)
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0)
        child.send_signal(signal.SIGTERM)
        assert child.wait() == -signal.SIGTERM
        assert signal.pthread_sigmask(signal.SIG_BLOCK, []) & {signal.SIGTERM, signal.SIGINT} == set()
    finally:
        signal.signal(signal.SIGTERM, before)


def test_it_can_be_killed() -> None:
    """Should end one that hears nothing."""

    def deaf() -> int:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            signal.pause()

    child = Forked(deaf)
    child.kill()
    assert child.wait() == -signal.SIGKILL
