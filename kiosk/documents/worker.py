"""The vision worker: a process of its own that looks at the mat, so that a hanging camera can be killed.

Knows: commands in, events out (`wire`), frames to shared memory (`frames`). Does not know: sessions, Qt, files: no picture
ever leaves its memory for a disk.

Started by `vision` with inherited descriptors; dies with its parent. Events: `alive` (the camera answers or is resting),
`up`, `down` {code}, `network` {code} (it cannot be used), `frame` {seq, run}, `page` {run, page} and `refused` {run,
refused, asked} with their pictures, `lying` {run, sha256} with the look of the page that was taken and lies there still, or
nothing. Commands: `open` {driver, options, corner_network, preview_px, first_seq}, `preview` {profile, run, taking, lying}
with what the last `lying` said, `taking` {on}, `kept` {sha256}, `give_back` {sha256}, `capture` {outline}, `stop`, `forget`.
"""

from __future__ import annotations

import argparse
import ctypes
import importlib
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from devices.document_camera import DocumentCamera, Picture
from devices.document_camera.environment import shed_qt_variables
from devices.errors import DeviceError
from kiosk.documents.camera_thread import CameraThread
from kiosk.documents.capture import take
from kiosk.documents.corner_network import CornerNetwork, load
from kiosk.documents.frames import FrameBuffer
from kiosk.documents.guide import Guide
from kiosk.documents.mat import Mat
from kiosk.documents.network_file import NetworkRefused
from kiosk.documents.page_wire import packed_page, packed_refusal
from kiosk.documents.pages import Advice, CapturedPage, Outline
from kiosk.documents.profiles import PROFILES, Profile
from kiosk.documents.wire import Message, Unpacker, packed

_FRAMES_PER_S = 12.0
_HINT_S = 1.5
_PR_SET_PDEATHSIG = 1
_ENTRY_POINTS = "civic_kiosk.devices"


def main(argv: Sequence[str]) -> int:
    """Run until the socket closes or the parent dies."""
    parser = argparse.ArgumentParser(prog="kiosk.documents.worker")
    for name in ("socket", "frames", "parent"):
        parser.add_argument(f"--{name}", type=int, required=True)
    arguments = parser.parse_args(argv)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != arguments.parent:
        return 1  # it died before it could be asked to take us along
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    shed_qt_variables()
    cv2.setNumThreads(1)
    line = socket.socket(fileno=arguments.socket)
    frames = FrameBuffer(arguments.frames)
    os.close(arguments.frames)
    Worker(line, frames).run()
    return 0


def camera_factory(driver: str, options: Mapping[str, Any]) -> Callable[[], DocumentCamera]:
    """Return what opens the camera. `driver`: name of an entry point `document_camera.<driver>`, or `module:function`.

    The returned call raises DeviceError, `vision.unknown_driver` among others.
    """

    def build() -> DocumentCamera:
        try:
            if ":" in driver:
                module, _, function = driver.partition(":")
                create = getattr(importlib.import_module(module), function)
            else:
                (point,) = entry_points(group=_ENTRY_POINTS, name=f"document_camera.{driver}")
                create = point.load()
        except (ImportError, AttributeError, ValueError) as error:
            raise DeviceError("vision.unknown_driver", driver) from error
        camera: DocumentCamera = create(options)
        return camera

    return build


class Worker:
    """Turns commands, frames and stills into events, on one thread; the camera has its own."""

    def __init__(self, line: socket.socket, frames: FrameBuffer) -> None:
        self._line = line
        self._frames = frames
        self._woken = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._camera: CameraThread | None = None
        self._up: bool | None = None
        self._preview_px = 960
        self._mat = Mat()
        self._network: CornerNetwork | None = None
        self._by_hand: Outline | None = None
        self._seq = 0
        self._run_no = 0
        self._profile: Profile | None = None
        self._guide: Guide | None = None
        self._due_s = 0.0
        self._taking = True
        self._asked = False
        self._capturing = False
        self._hint: tuple[Advice, float] | None = None
        self._before: tuple[str, bytes] | None = None
        self._told_lying = ""

    def run(self) -> None:
        """Turn until the other end closes."""
        unpacker = Unpacker()
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._line, selectors.EVENT_READ)
            waiting.register(self._woken, selectors.EVENT_READ)
            while True:
                for key, _ in waiting.select():
                    if key.fd == self._woken:
                        os.eventfd_read(self._woken)
                        self._hear()
                        continue
                    data = self._line.recv(65536)
                    if not data:
                        return
                    for command, blob in unpacker.feed(data):
                        self._obey(command, blob)

    def _obey(self, command: Message, blob: bytes) -> None:
        match command["do"]:
            case "open":
                self._preview_px = int(command["preview_px"])
                self._seq = int(command["first_seq"])
                factory = camera_factory(command["driver"], command["options"])
                self._camera = CameraThread(factory, lambda: os.eventfd_write(self._woken, 1))
                self._camera.start()
                self._network = self._loaded(command["corner_network"])  # while the camera comes up
            case "preview":
                self._profile, self._run_no = PROFILES[command["profile"]], int(command["run"])
                self._guide, self._taking = None, bool(command["taking"])
                self._before, self._told_lying = (command["lying"], blob) if blob else None, command["lying"]
                self._stream(True)
            case "taking":
                self._taking = bool(command["on"])
            case "kept":
                if self._guide is not None:
                    self._guide.taken(command["sha256"])
                    self._tell_lying(self._guide)
            case "give_back":
                if self._guide is not None:
                    self._guide.give_back(command["sha256"])
                    self._tell_lying(self._guide)
            case "capture":
                if self._camera is not None and self._profile is not None:
                    self._asked = self._capturing = True
                    self._by_hand = outline_in(command)
                    self._camera.want_still()
            case "stop" | "forget" as what:
                self._stream(False)
                self._profile = None
                if self._guide is not None:
                    self._guide.forget()
                self._guide = self._before = None
                if what == "forget":
                    self._frames.wipe()
            case _:
                pass

    def _loaded(self, file: str | None) -> CornerNetwork | None:
        """Return the network that votes, None where there is none or it cannot be used: pages are found without it."""
        if file is None:
            return None
        try:
            return load(Path(file))
        except NetworkRefused as error:
            self._send({"ev": "network", "code": error.code})
            return None

    def _stream(self, on: bool) -> None:
        self._asked = self._capturing = False
        self._hint = self._by_hand = None
        if self._camera is not None:
            self._camera.stream(on)

    def _hear(self) -> None:
        if self._camera is None:
            return
        news = self._camera.collect()
        if news.lost is not None:
            self._up = self._asked = self._capturing = False
            self._send({"ev": "down", "code": news.lost})
            return
        if not self._up:
            self._up = True
            self._send({"ev": "up"})
        if self._profile is not None and self._guide is None:
            self._guide = Guide(self._profile, news.frame_mm, self._mat)
            if self._before is not None:
                self._guide.go_on(*self._before)
                self._before = None
        if self._profile is None or self._guide is None:
            self._send({"ev": "alive"})
            _wipe(news.frame, news.still)
            return
        if news.still is not None and self._capturing:
            self._take(news.still, self._profile, news.frame_mm, news.taken_s)
        elif news.frame is not None and news.taken_s >= self._due_s:
            self._due_s = max(news.taken_s, self._due_s + 1 / _FRAMES_PER_S)
            self._show(news.frame, self._guide, news.taken_s)
        else:
            self._send({"ev": "alive"})
        _wipe(news.frame, news.still)

    def _show(self, frame: Picture, guide: Guide, now_s: float) -> None:
        sight = guide.sight(frame, now_s)
        advice = sight.advice
        if self._hint is not None and now_s < self._hint[1] and advice is Advice.HOLD_STILL:
            advice = self._hint[0]
        height, width = frame.shape[:2]
        scale = min(1.0, self._preview_px / max(height, width))
        small = cv2.resize(frame, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
        rgb = np.ascontiguousarray(cv2.cvtColor(small, cv2.COLOR_BGR2RGB))
        self._seq += 1
        note = {"outline": sight.outline, "advice": advice}
        self._frames.write(self._seq, self._run_no, (small.shape[1], small.shape[0]), rgb.tobytes(), note)
        self._send({"ev": "frame", "seq": self._seq, "run": self._run_no})
        self._tell_lying(guide)
        if sight.ripe and self._taking and not self._capturing and self._camera is not None:
            self._capturing = True
            self._camera.want_still()

    def _take(self, still: Picture, profile: Profile, frame_mm: float | None, now_s: float) -> None:
        asked, self._asked, self._capturing = self._asked, False, False
        outline, self._by_hand = self._by_hand, None
        self._send({"ev": "alive"})
        if not asked and not self._taking:
            return
        taken = take(still, profile, frame_mm, self._mat, outline, voter=self._network)
        if self._guide is None:
            return
        if isinstance(taken, CapturedPage):
            self._guide.taken(taken.sha256)
            fields, blob = packed_page(taken)
            self._send({"ev": "page", "run": self._run_no, "page": fields}, blob)
            self._tell_lying(self._guide)
            return
        self._guide.refused()
        self._hint = (taken.advice, now_s + _HINT_S)
        fields, blob = packed_refusal(taken)
        self._send({"ev": "refused", "run": self._run_no, "refused": fields, "asked": asked}, blob)

    def _tell_lying(self, guide: Guide) -> None:
        """Let the other end remember which page is done with: this process may be gone at any time."""
        key, look = guide.lying or ("", b"")
        if key != self._told_lying:
            self._told_lying = key
            self._send({"ev": "lying", "run": self._run_no, "sha256": key}, look)

    def _send(self, event: Message, blob: bytes = b"") -> None:
        self._line.sendall(packed(event, blob))


def outline_in(command: Message) -> Outline | None:
    """Return the four corners that a command carries, if it does."""
    corners = command.get("outline")
    if corners is None:
        return None
    a, b, c, d = ((float(x), float(y)) for x, y in corners)
    return (a, b, c, d)


def _wipe(*pictures: Picture | None) -> None:
    for picture in pictures:
        if picture is not None and picture.flags.writeable:
            picture.fill(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
