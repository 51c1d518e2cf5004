"""The real pcscd, in the foreground, as a child that ends with its parent.

Knows: how the daemon starts, when it is ready, how it ends. Does not know: cards, readers, whether /run is private (see
`devices.namespace`).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

PCSCD_SOCKET = Path("/run/pcscd/pcscd.comm")
_READY_S = 10.0
_END_S = 5.0
_LOOK_EVERY_S = 0.005
_PR_SET_PDEATHSIG = 1
_DAEMON_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"

_libc = ctypes.CDLL(None)


class DaemonFailed(RuntimeError):  # noqa: N818 - it says what happened
    """pcscd is missing, did not come up, or is there already; the text says which, with the end of its log."""


class Pcscd:
    """One pcscd on the fixed socket below /run. Start it from a thread that lives as long as it should."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process, None while it is stopped."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start and wait for the socket: 20 to 50 ms. Raises: DaemonFailed."""
        binary = shutil.which("pcscd", path=_DAEMON_PATH)
        if binary is None:
            raise DaemonFailed("pcscd is not installed (packages pcscd and vsmartcard-vpcd)")
        if PCSCD_SOCKET.exists() and _answers():
            raise DaemonFailed("another pcscd is running here; see devices.namespace")
        PCSCD_SOCKET.unlink(missing_ok=True)
        PCSCD_SOCKET.with_name("pcscd.pid").unlink(missing_ok=True)
        PCSCD_SOCKET.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                [binary, "--foreground"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=end_with_parent,  # noqa: PLW1509 - one prctl, no locks
            )
        expires_s = time.monotonic() + _READY_S
        while not (PCSCD_SOCKET.exists() and _answers()):
            if self._process.poll() is not None or time.monotonic() > expires_s:
                self.stop()
                raise DaemonFailed(f"pcscd did not come up: {self._log.read_text('utf-8', 'replace')[-500:]}")
            time.sleep(_LOOK_EVERY_S)  # pcscd in the foreground tells nobody that it is up

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it and wait until it is gone; SIGKILL leaves its socket behind, as a crash does."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, for example SIGSTOP: a service that takes calls and answers none."""
        if self._process is not None:
            os.kill(self._process.pid, number)


def end_with_parent() -> None:
    """Ask the kernel for SIGTERM when the thread that started us ends; for `preexec_fn`."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _answers() -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(PCSCD_SOCKET))
        except OSError:
            return False
    return True
