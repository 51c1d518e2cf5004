"""The screen's side of the vision worker: starts it, listens to it, kills it when it falls silent, starts it again.

Knows: one child process, its deadline, its shared frames. Does not know: OpenCV, pages' contents, Qt.
A stalled capture cannot be interrupted from inside its process (OpenCV's read waits 30 s and more), so silence is the
signal and SIGKILL the cure.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from devices.document_camera import Disconnected, DocumentCameraStatus, Faulted, Ready, Stalled
from devices.supervisor import Backoff, DeviceReport, SupervisorState
from kiosk.dispatch import Dispatcher
from kiosk.documents.frames import FrameBuffer, allocate
from kiosk.documents.page_wire import unpacked_page, unpacked_refusal
from kiosk.documents.pages import (
    CaptureRefused,
    Outline,
    PageCaptured,
    PreviewChanged,
    PreviewFrame,
    VisionBack,
    VisionEvent,
    VisionLost,
)
from kiosk.documents.wire import Message, Unpacker, WireError, packed

log = logging.getLogger(__name__)

KIND = "document_camera"
PROFILES = ("document", "form", "photo")
_ROOT = Path(__file__).resolve().parents[2]
_FAULTY = frozenset(
    {
        "vision.unknown_driver",
        "document_camera.options",
        "document_camera.denied",
        "document_camera.refused",
        "document_camera.busy",
    }
)
"""Codes that time does not cure; the worker tries on all the same."""
_STATUS: Mapping[str, DocumentCameraStatus] = {
    "document_camera.disconnected": Disconnected(),
    "document_camera.stalled": Stalled(),
    "document_camera.frozen": Stalled(),
    "vision.silent": Stalled(),
}


class Clock(Protocol):
    """The one hand of a clock that is needed here."""

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        ...


@dataclass(frozen=True, slots=True)
class VisionConfig:
    """`driver`: name of the entry point `document_camera.<driver>`, or `module:function`; `options` go to it as they stand.

    `corner_network`: file of a network that votes on a page's corners. `preview_px`: long side of preview frames.
    `deadline_s`: silence after which a worker is killed; `start_deadline_s`: the same for its first word, since it imports
    OpenCV first.
    """

    driver: str
    options: Mapping[str, Any] = field(default_factory=dict)
    corner_network: Path | None = None
    preview_px: int = 960
    deadline_s: float = 2.5
    start_deadline_s: float = 20.0
    backoff: Backoff = field(default_factory=Backoff)


class Vision:
    """Owns the worker. Methods may be called from any thread and never wait for the worker; events come by dispatcher."""

    def __init__(
        self,
        config: VisionConfig,
        *,
        clock: Clock,
        dispatcher: Dispatcher,
        on_event: Callable[[VisionEvent], None],
    ) -> None:
        self._config = config
        self._clock = clock
        self._dispatcher = dispatcher
        self._on_event = on_event
        self._memory = allocate(config.preview_px)
        self._frames = FrameBuffer(self._memory)
        self._woken = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._lock = threading.Lock()
        self._commands: list[bytes] = []
        self._profile: str | None = None
        self._taking = True
        self._lying: tuple[str, bytes] | None = None
        self._run_no = 0
        self._seq = 0
        self._told_frame = False
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._worker_pid: int | None = None
        self._failures = 0
        self._report = DeviceReport(KIND, SupervisorState.LOST, None, clock.monotonic())

    # -- for the owner -----------------------------------------------------------------------------------------------
    def start(self) -> None:
        """Start the worker; `VisionBack` tells when the camera answers."""
        self._thread = threading.Thread(target=self._turn, name="vision", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Kill the worker, overwrite the frames and let go of everything. For good."""
        self._stopping.set()
        self._wake()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if not self._frames_closed:
            self._frames.wipe()
            self._frames.close()
            os.close(self._memory)
            os.close(self._woken)

    def start_preview(self, profile: str, *, taking: bool = True) -> None:
        """Show the mat. `profile`: one of `PROFILES`. `taking`: see `take_by_itself`. Raises: ValueError.

        A preview that was not stopped goes on, as after a loss of the camera: a page that was taken and lies there still is
        not taken again.
        """
        if profile not in PROFILES:
            raise ValueError(profile)
        with self._lock:
            self._run_no += 1
            if profile != self._profile:
                self._lying = None
            self._profile, self._taking = profile, taking
            self._commands.append(self._preview(profile))
        self._wake()

    def take_by_itself(self, on: bool) -> None:
        """Take pages as they lie still, or only show them until there is room for one, or a question is answered."""
        with self._lock:
            self._taking = on
            self._commands.append(packed({"do": "taking", "on": on}))
        self._wake()

    def kept(self, sha256: str) -> None:
        """What lies there is kept though its picture was refused: it is not to be taken again."""
        with self._lock:
            self._commands.append(packed({"do": "kept", "sha256": sha256}))
        self._wake()

    def give_back(self, sha256: str) -> None:
        """A page that was captured is not kept: it may be taken again though it still lies there."""
        with self._lock:
            if self._lying is not None and self._lying[0] == sha256:
                self._lying = None
            self._commands.append(packed({"do": "give_back", "sha256": sha256}))
        self._wake()

    def stop_preview(self) -> None:
        """Let the camera rest. What is still on its way is dropped."""
        self._end_run("stop")

    def capture(self, outline: Outline | None = None) -> None:
        """Take the page now, steady or not: `PageCaptured` or `CaptureRefused` follows, or `VisionLost`.

        `outline`: its corners as somebody set them by hand, shares of the picture; None to have them found.
        """
        with self._lock:
            if self._profile is not None:
                self._commands.append(packed({"do": "capture", "outline": outline}))
        self._wake()

    def forget(self) -> None:
        """Stop the preview and overwrite every frame, here and in the worker."""
        self._end_run("forget")
        self._frames.wipe()

    def latest_frame(self) -> PreviewFrame | None:
        """Return a copy of the newest frame of the running preview."""
        if self._profile is None or self._frames_closed:
            return None
        frame = self._frames.read()
        if frame is None or frame.run != self._run_no:
            return None
        corners = frame.note["outline"]
        outline: Outline | None = None
        if corners is not None:
            a, b, c, d = ((float(x), float(y)) for x, y in corners)
            outline = (a, b, c, d)
        return PreviewFrame(frame.seq, frame.width, frame.height, frame.rgb, outline, frame.note["advice"])

    @property
    def report(self) -> DeviceReport:
        """How the camera is: READY, LOST while it is away or its worker restarts, FAULTED when a human is needed."""
        return self._report

    @property
    def worker_pid(self) -> int | None:
        """Process id of the present worker."""
        return self._worker_pid

    # -- the thread --------------------------------------------------------------------------------------------------
    @property
    def _frames_closed(self) -> bool:
        return self._frames.closed

    def _end_run(self, command: str) -> None:
        with self._lock:
            self._profile = self._lying = None
            self._run_no += 1
            self._commands.append(packed({"do": command}))
        self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(OSError):
            os.eventfd_write(self._woken, 1)

    def _turn(self) -> None:
        while not self._stopping.is_set():
            code = self._serve()
            if self._stopping.is_set():
                return
            self._lost(code)
            self._failures += 1
            self._stopping.wait(self._config.backoff.delay_s(self._failures))

    def _serve(self) -> str:
        """Run one worker to its end and say why it ended."""
        here, there = socket.socketpair()
        with here:
            with there:
                worker = subprocess.Popen(
                    [
                        *(sys.executable, "-m", "kiosk.documents.worker", "--socket", str(there.fileno())),
                        *("--frames", str(self._memory), "--parent", str(os.getpid())),
                    ],
                    pass_fds=(there.fileno(), self._memory),
                    env=_environment(),
                    stdin=subprocess.DEVNULL,
                )
            self._worker_pid = worker.pid
            unpacker = Unpacker()
            try:
                return self._converse(here, unpacker)
            except OSError:
                return "vision.ended"
            except WireError:
                return "vision.silent"
            finally:
                self._worker_pid = None
                worker.send_signal(signal.SIGKILL)
                worker.wait()
                unpacker.wipe()

    def _converse(self, line: socket.socket, unpacker: Unpacker) -> str:
        config = self._config
        line.settimeout(config.deadline_s)
        line.sendall(
            packed(
                {
                    "do": "open",
                    "driver": config.driver,
                    "options": dict(config.options),
                    "corner_network": None if config.corner_network is None else str(config.corner_network),
                    "preview_px": config.preview_px,
                    "first_seq": self._seq,
                }
            )
        )
        with self._lock:
            self._commands.clear()
            if self._profile is not None:
                self._commands.append(self._preview(self._profile))
        spoke = False
        deadline_s = self._clock.monotonic() + config.start_deadline_s
        while True:
            for command in self._taken_commands():
                line.sendall(command)
            left_s = deadline_s - self._clock.monotonic()
            if left_s <= 0:
                return "vision.silent" if spoke else "vision.not_started"
            ready, _, _ = select.select([line.fileno(), self._woken], [], [], left_s)
            if self._stopping.is_set():
                return "vision.ended"
            if self._woken in ready:
                os.eventfd_read(self._woken)
            if line.fileno() in ready:
                data = line.recv(1 << 18)
                if not data:
                    return "vision.ended"
                spoke = True
                deadline_s = self._clock.monotonic() + config.deadline_s
                for event, blob in unpacker.feed(data):
                    self._heard(event, blob)

    def _preview(self, profile: str) -> bytes:
        key, look = self._lying or ("", b"")
        command = {"do": "preview", "profile": profile, "run": self._run_no, "taking": self._taking, "lying": key}
        return packed(command, look)

    def _taken_commands(self) -> list[bytes]:
        with self._lock:
            commands, self._commands = self._commands, []
        return commands

    def _heard(self, event: Message, blob: bytes) -> None:
        match event["ev"]:
            case "up":
                self._back()
            case "down":
                self._lost(str(event["code"]))
            case "network":
                log.warning("corner network not used: %s", event["code"], extra={"code": event["code"]})
            case "frame":
                self._seq = int(event["seq"])
                if event["run"] == self._run_no and not self._told_frame:
                    self._told_frame = True
                    self._dispatcher.post(self._tell_frame)
            case "page" if event["run"] == self._run_no:
                self._post(PageCaptured(unpacked_page(event["page"], blob)), event["run"])
            case "lying":
                self._post_lying(event["run"], (str(event["sha256"]), blob) if blob else None)
            case "refused" if event["run"] == self._run_no:
                refused = unpacked_refusal(event["refused"], blob)
                self._post(CaptureRefused(refused, asked=bool(event["asked"])), event["run"])
            case _:
                pass

    def _tell_frame(self) -> None:
        """One event at a time: a slow screen gets fewer, not a queue of them."""
        self._told_frame = False
        if self._profile is not None:
            self._on_event(PreviewChanged(self._seq))

    def _post_lying(self, run: int, lying: tuple[str, bytes] | None) -> None:
        """Remember for the next worker what lies there; in its turn, so that it is known of no page that never arrived."""

        def remember() -> None:
            with self._lock:
                if run == self._run_no:
                    self._lying = lying

        self._dispatcher.post(remember)

    def _post(self, event: VisionEvent, run: int | None = None) -> None:
        def deliver() -> None:
            if run is None or run == self._run_no:
                self._on_event(event)

        self._dispatcher.post(deliver)

    def _back(self) -> None:
        self._failures = 0
        if self._report.state is not SupervisorState.READY:
            if self._report.code is not None:
                log.info("document camera is back", extra={"code": self._report.code})
            self._report = DeviceReport(KIND, SupervisorState.READY, Ready(), self._clock.monotonic())
            self._post(VisionBack())

    def _lost(self, code: str) -> None:
        before = self._report
        if before.code == code:
            return
        state = SupervisorState.FAULTED if code in _FAULTY else SupervisorState.LOST
        status = _STATUS.get(code, Faulted(code) if code in _FAULTY else None)
        self._report = DeviceReport(KIND, state, status, self._clock.monotonic(), code)
        if before.code is None:
            log.warning("document camera lost: %s", code, extra={"code": code})
            self._post(VisionLost(code))


def _environment() -> dict[str, str]:
    """The worker's environment: this tree importable, and no proxy between it and a camera on the terminal's own wire."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    path = [str(_ROOT), *filter(None, [kept.get("PYTHONPATH")])]
    return kept | {"PYTHONPATH": os.pathsep.join(path), "OPENCV_FFMPEG_LOGLEVEL": "-8"}
