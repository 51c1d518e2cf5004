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
from typing import Self

from devices.code_reader.api import Symbology
from devices.code_reader.samples import empty_view, picture_of
from devices.named_pty import open_named

_IDENTIFIERS = {Symbology.QR: b"]Q1", Symbology.PDF417: b"]L2", Symbology.CODE128: b"]C0", Symbology.OTHER: b"]X0"}
_WRITE_DEADLINE_S = 2.0


class WedgeEmulator:
    """A reader whose port is the symlink `path`; it keeps its name over unplug and replug."""

    def __init__(self, path: Path, *, terminator: bytes = b"\r", identifiers: bool = True) -> None:
        self.path = path
        self._terminator = terminator
        self._identifiers = identifiers
        self._lock = threading.Lock()
        self._ends: tuple[int, int] | None = None

    def start(self) -> None:
        """Open the port; it can be used when this returns."""
        self.replug()

    def stop(self) -> None:
        """Close the port."""
        self.unplug()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def plugged(self) -> bool:
        """Whether the port exists."""
        with self._lock:
            return self._ends is not None

    def unplug(self) -> None:
        """Pull the cable: the port's users get errors, its name goes."""
        with self._lock:
            ends, self._ends = self._ends, None
            if ends is not None:
                self.path.unlink(missing_ok=True)
                for end in ends:
                    os.close(end)

    def replug(self) -> None:
        """Put the cable back: the same name, a new terminal."""
        with self._lock:
            if self._ends is not None:
                return
            self._ends = open_named(self.path)
            os.set_blocking(self._ends[0], False)  # nobody listens: what does not fit is lost, as on a real line

    def show(self, raw: bytes, symbology: Symbology = Symbology.QR) -> bool:
        """Read a code and send it; False when there is no cable, or nobody took it from the line in time."""
        return self.send((_IDENTIFIERS[symbology] if self._identifiers else b"") + raw + self._terminator)

    def send(self, data: bytes) -> bool:
        """Send bytes as they stand: halves, noise, floods."""
        expires_s = time.monotonic() + _WRITE_DEADLINE_S
        pause = threading.Event()
        while data:
            with self._lock:
                if self._ends is None:
                    return False
                with contextlib.suppress(BlockingIOError):
                    data = data[os.write(self._ends[0], data) :]
                    continue
            if time.monotonic() > expires_s:
                return False
            pause.wait(0.005)
        return True


class SnapshotEmulator:
    """A camera at `url`. `status` other than 200 refuses; `body` replaces the picture by other bytes."""

    def __init__(self) -> None:
        self.port = 0
        self.status = HTTPStatus.OK
        self.body = empty_view()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where the picture is."""
        return f"http://127.0.0.1:{self.port}/still"

    def start(self) -> None:
        """Listen; a port of 0 becomes the one that the system gave, and stays."""
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

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_port
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="emulator-code-camera", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        server, self._server = self._server, None
        if server is not None and self._thread is not None:
            server.shutdown()
            server.server_close()
            self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def show(self, raw: bytes, symbology: Symbology = Symbology.QR) -> None:
        """Hold a code before it."""
        self.body = picture_of(raw, symbology)

    def clear(self) -> None:
        """Take it away."""
        self.body = empty_view()
