"""A wedge reader on a pseudo-terminal, and a camera with a still picture on a loopback HTTP port.

Knows: ports, cables, what either sends. Does not know: the drivers, the rig.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from devices.code_reader.api import Symbology
from devices.code_reader.samples import empty_view, picture_of
from devices.loopback import LoopbackHttp
from devices.named_pty import NamedPort

_IDENTIFIERS = {Symbology.QR: b"]Q1", Symbology.PDF417: b"]L2", Symbology.CODE128: b"]C0", Symbology.OTHER: b"]X0"}
_WRITE_DEADLINE_S = 2.0


class WedgeEmulator(NamedPort):
    """A reader whose port is the symlink `path`; it keeps its name over unplug and replug."""

    def __init__(self, path: Path, *, terminator: bytes = b"\r", identifiers: bool = True) -> None:
        super().__init__(path)
        self._terminator = terminator
        self._identifiers = identifiers

    def serves(self, master: int) -> None:
        """Be ready to send; nobody listens: what does not fit is lost, as on a real line."""
        os.set_blocking(master, False)

    def show(self, raw: bytes, symbology: Symbology = Symbology.QR) -> bool:
        """Read a code and send it; False when there is no cable, or nobody took it from the line in time."""
        return self.send((_IDENTIFIERS[symbology] if self._identifiers else b"") + raw + self._terminator)

    def send(self, data: bytes) -> bool:
        """Send bytes as they stand: halves, noise, floods."""
        expires_s = time.monotonic() + _WRITE_DEADLINE_S
        pause = threading.Event()
        while data:
            with self._plug:
                if self._ends is None:
                    return False
                with contextlib.suppress(BlockingIOError):
                    data = data[os.write(self._ends[0], data) :]
                    continue
            if time.monotonic() > expires_s:
                return False
            pause.wait(0.005)
        return True


class SnapshotEmulator(LoopbackHttp):
    """A camera at `url`. `status` other than 200 refuses; `body` replaces the picture by other bytes."""

    def __init__(self) -> None:
        super().__init__("emulator-code-camera")
        self.status = HTTPStatus.OK
        self.body = empty_view()

    @property
    def url(self) -> str:
        """Where the picture is."""
        return f"http://127.0.0.1:{self.port}/still"

    def server(self, address: tuple[str, int]) -> ThreadingHTTPServer:
        """Return the camera's web server."""
        emulator = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 5

            def do_GET(self) -> None:
                body = emulator.body
                self.send_response(emulator.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return ThreadingHTTPServer(address, Handler)

    def show(self, raw: bytes, symbology: Symbology = Symbology.QR) -> None:
        """Hold a code before it."""
        self.body = picture_of(raw, symbology)

    def clear(self) -> None:
        """Take it away."""
        self.body = empty_view()
