"""Devices that come and go in a mock of the kernel, heard through udev; and a place without udev."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import pyudev

from devices.hotplug import HotPlug

ROOT = Path(__file__).parents[2]


def test_a_device_that_goes_and_comes_is_noticed_long_before_the_next_turn() -> None:
    """Should tell its owner in well under a second, though the next poll is an hour away."""
    command = ["umockdev-wrapper", sys.executable, str(ROOT / "tests" / "resources" / "hotplug_mock.py")]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["lost"] < 1.0
    assert told["back"] < 3.0
    assert told["stopped"] is True


def test_without_udev_polling_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should say so once and do nothing, rather than take the terminal down."""

    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(pyudev.Monitor, "from_netlink", refuse)
    hotplug = HotPlug(lambda: pytest.fail("heard something"))
    hotplug.start()
    hotplug.stop()
