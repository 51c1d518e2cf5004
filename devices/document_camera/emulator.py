"""A document camera on a loopback HTTP port: MJPEG preview, full-resolution still, and everything that goes wrong.

Knows: multipart/x-mixed-replace, which scene is shown and how it got there. Does not know: our driver, pages as documents.
Every scene is rendered and encoded once, in a few exposures that differ by their noise, and looped.
"""

from __future__ import annotations

import contextlib
import math
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

import cv2

from devices.document_camera.environment import shed_qt_variables
from devices.document_camera.scene import FRAME_MM, TURN_DEG, Fault, Lying, Scene, exposures, in_motion, photograph
from devices.document_camera.sheets import SHEETS
from devices.started import Started

shed_qt_variables()

R = TypeVar("R")

_FRAMES_PER_S = 15.0
_APPROACH_S = 0.9
_APPROACH_STEPS = 7
_KEPT_SCENES = 12
_BOUNDARY = "civic-kiosk-frame"
_SEND_BUFFER_BYTES = 256 * 1024
_PICTURE_FAULTS = frozenset({Fault.DARK, Fault.BLURRED, Fault.GLARE})


class DocumentCameraEmulator(Started):
    """Start with `start()` (or `with`), then lay sheets and move the switches from any thread."""

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.host = host
        self.port = port
        self._changed = threading.Condition()
        self._server: ThreadingHTTPServer | None = None
        self._acceptor: threading.Thread | None = None
        self._connections: set[socket.socket] = set()
        self._faults: frozenset[Fault] = frozenset()
        self._lying: Lying | None = None
        self._frames: list[bytes] = []
        self._approach: list[bytes] = []
        self._laid_at_s = -math.inf
        self._frozen: bytes | None = None
        self._rendered: OrderedDict[Scene, list[bytes]] = OrderedDict()
        self._moving: OrderedDict[Scene, bytes] = OrderedDict()
        self._full: OrderedDict[Scene, bytes] = OrderedDict()
        self._still = b""

    def start(self) -> None:
        """Show the empty mat and listen; a port of 0 becomes the one that the system gave, and stays."""
        self._show()
        self._plug()

    def stop(self) -> None:
        """End every connection and join the threads."""
        self._unplug()

    @property
    def options(self) -> dict[str, Any]:
        """What the `opencv` driver must be told to see this camera."""
        base = f"http://{self.host}:{self.port}"
        return {
            "source": f"{base}/stream.mjpg",
            "still_source": f"{base}/still.jpg",
            "turn_deg": TURN_DEG,
            "frame_mm": FRAME_MM,
        }

    # -- the mat -----------------------------------------------------------------------------------------------------
    @property
    def sheets(self) -> tuple[str, ...]:
        """Names of what can be laid."""
        return tuple(SHEETS)

    @property
    def lying(self) -> str | None:
        """Name of the sheet that lies on the mat."""
        return None if self._lying is None else self._lying.sheet

    def lay(self, sheet: str, *, by_hand: bool = True, x: float = 0.502, y: float = 0.497, turn_deg: float = 1.4) -> None:
        """Lay a sheet in place of whatever lies there; `by_hand` slides it in during the first second.

        `x`, `y`: its centre as a share of the upright frame. Returns when the stream shows it. Raises: KeyError.
        """
        lying = Lying(SHEETS[sheet].name, x, y, turn_deg)
        if by_hand:
            approach = [self._in_motion(scene) for scene in self._way_in(lying)]
        with self._changed:
            self._lying = lying
        self._show(approach if by_hand else [])

    def clear(self) -> None:
        """Take the sheet off the mat."""
        with self._changed:
            self._lying = None
        self._show()

    def picture(self, width_px: int = 360) -> bytes:
        """Return a small upright JPEG of what the camera sees, for whoever watches the emulator."""
        upright = photograph(self._scene())
        height_px = round(upright.shape[0] * width_px / upright.shape[1])
        small = cv2.resize(upright, (width_px, height_px), interpolation=cv2.INTER_AREA)
        return _jpeg(small, 85)

    # -- faults ------------------------------------------------------------------------------------------------------
    @property
    def faults(self) -> frozenset[Fault]:
        """The switches that are on."""
        return self._faults

    def set_fault(self, fault: Fault, on: bool) -> None:
        """Move one switch."""
        with self._changed:
            if on == (fault in self._faults):
                return
            self._faults = self._faults | {fault} if on else self._faults - {fault}
            self._frozen = self._current() if fault is Fault.FREEZE and on else None if not on else self._frozen
            self._changed.notify_all()
        if fault is Fault.DROP:
            if on:
                self._unplug()
            else:
                self._plug()
        elif fault in _PICTURE_FAULTS or fault is Fault.CUT_OFF:
            self._show()

    def clear_faults(self) -> None:
        """Move every switch back."""
        for fault in sorted(self._faults):
            self.set_fault(fault, False)

    # -- pictures ----------------------------------------------------------------------------------------------------
    def _scene(self) -> Scene:
        with self._changed:
            lying, faults = self._lying, self._faults
        if lying is not None and Fault.CUT_OFF in faults:
            lying = replace(lying, x=lying.x + 0.14, y=lying.y + 0.19, turn_deg=lying.turn_deg - 4)
        return Scene(lying, faults & _PICTURE_FAULTS)

    def _way_in(self, lying: Lying) -> list[Scene]:
        """Scenes of a sheet pushed in from the lower right, slower and slower."""
        faults = self._faults & _PICTURE_FAULTS
        left = [(1 - step / _APPROACH_STEPS) ** 2 for step in range(_APPROACH_STEPS)]
        return [
            Scene(replace(lying, x=lying.x + 0.3 * r, y=lying.y + 0.55 * r, turn_deg=lying.turn_deg - 14 * r), faults)
            for r in left
        ]

    def _show(self, approach: list[bytes] | None = None) -> None:
        """Render all that the scene needs, then show it: what rendering costs is not the camera's slowness."""
        scene = self._scene()
        frames = self._kept(self._rendered, scene, lambda: [_jpeg(picture, 85) for picture in exposures(scene)])
        still = self._kept(self._full, scene, lambda: _jpeg(exposures(scene, scale=2, count=1)[0], 92))
        with self._changed:
            self._frames, self._approach, self._still = frames, approach or [], still
            self._laid_at_s = time.monotonic()
            self._changed.notify_all()

    def _in_motion(self, scene: Scene) -> bytes:
        return self._kept(self._moving, scene, lambda: _jpeg(in_motion(scene), 80))

    def _kept(self, shelf: OrderedDict[Scene, R], scene: Scene, render: Callable[[], R]) -> R:
        """Return what was rendered for a scene before, or render it now; the oldest is forgotten."""
        with self._changed:
            known = shelf.get(scene)
        if known is None:
            known = render()
            with self._changed:
                shelf[scene] = known
                while len(shelf) > _KEPT_SCENES * (_APPROACH_STEPS if shelf is self._moving else 1):
                    shelf.popitem(last=False)
        return known

    def _current(self) -> bytes:
        """Return the JPEG that this moment shows."""
        if self._frozen is not None:
            return self._frozen
        since_s = time.monotonic() - self._laid_at_s
        if self._approach and since_s < _APPROACH_S:
            return self._approach[int(since_s / _APPROACH_S * len(self._approach))]
        return self._frames[int(time.monotonic() * _FRAMES_PER_S) % len(self._frames)]

    # -- the port ----------------------------------------------------------------------------------------------------
    def _plug(self) -> None:
        if self._server is not None:
            return
        emulator = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                emulator._serve(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = _Server((self.host, self.port), Handler)
        self.port = self._server.server_port
        self._acceptor = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="document-camera-emulator", daemon=True
        )
        self._acceptor.start()

    def _unplug(self) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        server.shutdown()
        with self._changed:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._changed.notify_all()
        server.server_close()
        if self._acceptor is not None:
            self._acceptor.join()

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        server = self._server
        connection: socket.socket = request.connection
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
        with self._changed:
            self._connections.add(connection)
        try:
            if request.path == "/stream.mjpg":
                self._stream(request, server)
            elif request.path == "/still.jpg" and self._flowing(server):
                data = self._still
                request.send_response(200)
                request.send_header("Content-Type", "image/jpeg")
                request.send_header("Content-Length", str(len(data)))
                request.end_headers()
                request.wfile.write(data)
            else:
                request.send_error(404)
        except OSError:
            pass  # the other end hung up, as those who watch cameras do
        finally:
            request.close_connection = True
            with self._changed:
                self._connections.discard(connection)

    def _stream(self, request: BaseHTTPRequestHandler, server: ThreadingHTTPServer | None) -> None:
        request.send_response(200)
        request.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={_BOUNDARY}")
        request.end_headers()
        while self._flowing(server):
            data = self._current()
            head = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
            request.wfile.write(head.encode("ascii") + data + b"\r\n")
            with self._changed:
                self._changed.wait(1 / _FRAMES_PER_S - time.monotonic() % (1 / _FRAMES_PER_S))

    def _flowing(self, server: ThreadingHTTPServer | None) -> bool:
        """Wait while the stream is stalled; say whether this connection may still send."""
        with self._changed:
            self._changed.wait_for(lambda: Fault.STALL not in self._faults or self._server is not server)
            return self._server is server


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # joined by server_close, so that nothing outlives `stop`
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a watcher hung up before it had asked."""


def _jpeg(picture: Any, quality: int) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
