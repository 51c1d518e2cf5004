"""A real TPM 2.0 in software (`swtpm`) on a socket, for as long as a test needs it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from offline_queue.tpm import Tpm

_DEADLINE_S = 60.0


class SoftwareTpm:
    """One chip: its state is a folder, so it can be switched off and on, or replaced by another one."""

    def __init__(self, folder: Path) -> None:
        # A Unix socket's address may have 108 bytes, and the driver appends `.ctrl` to it.
        self._sockets = Path(tempfile.mkdtemp(prefix="tpm"))
        self._state = (folder / "tpm").resolve()
        self._state.mkdir(parents=True, exist_ok=True)
        self._process: subprocess.Popen[bytes] | None = None
        self.tpm = Tpm(f"swtpm:path={self._sockets / 's'}")

    def on(self) -> None:
        server, control = self._sockets / "s", self._sockets / "s.ctrl"
        self._process = subprocess.Popen(
            ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={self._state}", "--server", f"type=unixio,path={server}",
             "--ctrl", f"type=unixio,path={control}", "--flags", "not-need-init,startup-clear"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + _DEADLINE_S
        while not (server.exists() and control.exists()):
            assert self._process.poll() is None, "swtpm ended"
            assert time.monotonic() < until, "swtpm does not come up"

    def off(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_DEADLINE_S)
            self._process = None
        for name in ("s", "s.ctrl"):
            (self._sockets / name).unlink(missing_ok=True)

    def replace(self) -> None:
        """Another chip of the same make: nothing of the first one is in it."""
        self.off()
        shutil.rmtree(self._state)
        self._state.mkdir()
        self.on()

    def close(self) -> None:
        self.off()
        shutil.rmtree(self._sockets)


@pytest.fixture
def chip(tmp_path: Path) -> Iterator[SoftwareTpm]:
    chip = SoftwareTpm(tmp_path)
    try:
        chip.on()
        yield chip
    finally:
        chip.close()
