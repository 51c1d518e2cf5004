"""A document camera through OpenCV's capture: a UVC camera (V4L2), an MJPEG address, or a recorded file.

Knows: sources, timeouts, how the camera hangs over the mat. Does not know: pages, processes. OpenCV's own timeouts are set
and not relied upon (its `read` waits 30 s for a stalled stream by default, and V4L2 has been seen to wait for ever):
whoever calls `read` must be able to be killed.
"""

from __future__ import annotations

import errno
import os
import socket
import time
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

import cv2
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from devices.document_camera.api import Disconnected, DocumentCameraStatus, Faulted, Picture, Ready, Stalled
from devices.document_camera.environment import shed_qt_variables
from devices.errors import DeviceError

shed_qt_variables()

_STATUS_DEADLINE_S = 0.9
_FROZEN_S = 2.0
_LONGEST_STATUS_LINE_BYTES = 1024
_MANUAL_EXPOSURE = 1  # V4L2_EXPOSURE_MANUAL, as V4L2 numbers it and OpenCV hands it on
_ERRNO_STATUS: Mapping[int, DocumentCameraStatus] = {
    errno.EBUSY: Faulted("document_camera.busy"),
    errno.EACCES: Faulted("document_camera.denied"),
    errno.EPERM: Faulted("document_camera.denied"),
}
_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


class OpenCvOptions(BaseModel):
    """What the configuration may say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str | int = Field(description="http address of an MJPEG stream, /dev/video path or its number, or a file")
    still_source: str | None = Field(None, description="address of one full-resolution JPEG, for network cameras")
    width_px: int = Field(1920, ge=160, le=8192, description="preview width asked of a UVC camera")
    height_px: int = Field(1080, ge=120, le=8192, description="preview height asked of a UVC camera")
    still_width_px: int | None = Field(None, ge=160, le=16384, description="width asked for stills; as preview if unset")
    still_height_px: int | None = Field(None, ge=120, le=16384, description="height asked for stills")
    turn_deg: Literal[0, 90, 180, 270] = Field(0, description="clockwise turn that makes a frame upright")
    least_width_px: int = Field(320, ge=1, le=16384, description="a frame that is narrower is refused")
    exposure: int | None = Field(None, ge=1, le=100_000, description="UVC: exposure in 0.1 ms; automatic if unset")
    focus: int | None = Field(None, ge=0, le=100_000, description="UVC: focus in the camera's own steps; automatic if unset")
    frame_mm: float | None = Field(None, gt=50, le=2000, description="mat length along the frame's long side")
    open_timeout_ms: int = Field(2000, ge=100, le=60000)
    read_timeout_ms: int = Field(2000, ge=100, le=60000)

    @field_validator("source")
    @classmethod
    def _number_is_device(cls, source: str | int) -> str | int:
        return f"/dev/video{source}" if isinstance(source, int) or source.isdigit() else source


OPTIONS = OpenCvOptions
"""What `kiosk check-config` holds the configuration against."""


def create(options: Mapping[str, Any]) -> OpenCvDocumentCamera:
    """Check that the camera is there.

    Raises: DeviceError `document_camera.options` (detail: the keys), `document_camera.disconnected`, `.stalled`, `.busy`,
    `.denied`, `.refused`.
    """
    try:
        parsed = OpenCvOptions.model_validate(dict(options))
    except ValidationError as error:
        keys = ",".join(sorted({".".join(str(part) for part in item["loc"]) for item in error.errors()}))
        raise DeviceError("document_camera.options", keys) from error
    camera = OpenCvDocumentCamera(parsed)
    match camera.status():
        case Disconnected():
            raise DeviceError("document_camera.disconnected", "at start")
        case Stalled():
            raise DeviceError("document_camera.stalled", "at start")
        case Faulted(code):
            raise DeviceError(code, "at start")
        case Ready():
            return camera


class OpenCvDocumentCamera:
    """A `DocumentCamera`. The stream is opened by the first `read` after start, failure or rest."""

    def __init__(self, options: OpenCvOptions) -> None:
        self._options = options
        self._source = str(options.source)
        self._capture: cv2.VideoCapture | None = None
        self._sample: bytes = b""
        self._sample_since_s = 0.0
        os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)

    @property
    def frame_mm(self) -> float | None:
        """Length of the mat along the long side of a frame."""
        return self._options.frame_mm

    def status(self) -> DocumentCameraStatus:
        """Look for the camera without starting its stream."""
        if self._capture is not None:
            return Ready()
        if self._is_address:
            return _address_status(self._source)
        try:
            # V4L2 lets anybody open the node beside the program that streams; nothing is switched on by it.
            os.close(os.open(self._source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC))
        except OSError as error:
            return _ERRNO_STATUS.get(error.errno or 0, Disconnected())
        return Ready()

    def self_test(self) -> str:
        """Take a preview frame and a still, and say how large they are."""
        preview, still = self.read(), self.still()
        self.rest()
        return f"preview {preview.shape[1]}x{preview.shape[0]}, still {still.shape[1]}x{still.shape[0]}"

    def read(self) -> Picture:
        """Return the next preview frame, upright."""
        if self._capture is None:
            self._capture = self._open(self._source, self._options.width_px, self._options.height_px)
        frame = self._take(self._capture)
        self._watch_for_freeze(frame)
        return self._upright(frame)

    def still(self) -> Picture:
        """Return one full-resolution frame, upright. A UVC camera is switched over for it and must start its stream anew."""
        options = self._options
        if options.still_source is not None:
            capture = self._open(options.still_source, 0, 0)
        elif options.still_width_px is None or options.still_height_px is None:
            return self.read()
        else:
            self.rest()
            capture = self._open(self._source, options.still_width_px, options.still_height_px)
        try:
            if options.still_source is None and self._is_device:
                for _ in range(3):  # exposure and white balance settle after the switch
                    self._take(capture)
            return self._upright(self._take(capture))
        finally:
            capture.release()

    def rest(self) -> None:
        """Stop the stream."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None
        self._sample = b""

    def close(self) -> None:
        """Let go of the camera."""
        self.rest()

    @property
    def _is_address(self) -> bool:
        return self._source.startswith(("http://", "https://", "rtsp://"))

    @property
    def _is_device(self) -> bool:
        return self._source.startswith("/dev/")

    def _open(self, source: str, width_px: int, height_px: int) -> cv2.VideoCapture:
        started_s = time.monotonic()
        if self._is_device:
            wanted = [cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")]
            wanted += [cv2.CAP_PROP_FRAME_WIDTH, width_px, cv2.CAP_PROP_FRAME_HEIGHT, height_px]
            capture = cv2.VideoCapture(source, cv2.CAP_V4L2, wanted)
        else:
            # One decoder thread: frame threads would hold frames back, and there is one core to spare at most.
            limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, self._options.open_timeout_ms]
            limits += [cv2.CAP_PROP_READ_TIMEOUT_MSEC, self._options.read_timeout_ms, cv2.CAP_PROP_N_THREADS, 1]
            capture = cv2.VideoCapture(source, cv2.CAP_FFMPEG, limits)
        if not capture.isOpened():
            capture.release()
            stalled = time.monotonic() - started_s >= 0.9 * self._options.open_timeout_ms / 1000
            raise DeviceError("document_camera.stalled" if stalled else "document_camera.disconnected", "not opened")
        if self._is_device:
            try:
                self._adjust(capture)
            except DeviceError:
                capture.release()
                raise
        return capture

    def _adjust(self, capture: cv2.VideoCapture) -> None:
        """Give a UVC camera the exposure and the focus that the configuration names; it forgets them with each opening."""
        wanted: list[tuple[int, float]] = []
        if self._options.exposure is not None:
            wanted += [(cv2.CAP_PROP_AUTO_EXPOSURE, _MANUAL_EXPOSURE), (cv2.CAP_PROP_EXPOSURE, self._options.exposure)]
        if self._options.focus is not None:
            wanted += [(cv2.CAP_PROP_AUTOFOCUS, 0), (cv2.CAP_PROP_FOCUS, self._options.focus)]
        for setting, value in wanted:
            if not capture.set(setting, value):
                raise DeviceError("document_camera.setting", f"property={setting} value={value:g}")

    def _take(self, capture: cv2.VideoCapture) -> Picture:
        started_s = time.monotonic()
        try:
            taken, frame = capture.read()
        except cv2.error as error:
            self.rest()
            raise DeviceError("document_camera.bad_frame", str(error.code)) from error
        if not taken:
            self.rest()
            stalled = time.monotonic() - started_s >= 0.9 * self._options.read_timeout_ms / 1000
            raise DeviceError("document_camera.stalled" if stalled else "document_camera.disconnected", "while reading")
        if frame.ndim != 3 or frame.shape[2] != 3:
            self.rest()
            raise DeviceError("document_camera.bad_frame", "x".join(str(n) for n in frame.shape))
        if frame.shape[1] < self._options.least_width_px:
            self.rest()
            raise DeviceError("document_camera.resolution", f"{frame.shape[1]}x{frame.shape[0]}")
        return frame

    def _watch_for_freeze(self, frame: Picture) -> None:
        """A sensor is never without noise: the same bytes for two seconds are a picture of the past."""
        sample = frame[::24, ::24].tobytes()
        now_s = time.monotonic()
        if sample != self._sample:
            self._sample, self._sample_since_s = sample, now_s
        elif now_s - self._sample_since_s > _FROZEN_S and (self._is_address or self._is_device):
            self.rest()
            raise DeviceError("document_camera.frozen")

    def _upright(self, frame: Picture) -> Picture:
        turn = self._options.turn_deg
        return frame if turn == 0 else cv2.rotate(frame, _TURNS[turn])


def _address_status(address: str) -> DocumentCameraStatus:
    """Ask for the stream and hang up at its first bytes."""
    parts = urlsplit(address)
    deadline_s = time.monotonic() + _STATUS_DEADLINE_S
    default_port = {"https": 443, "rtsp": 554}.get(parts.scheme, 80)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or default_port), _STATUS_DEADLINE_S) as line:
            if parts.scheme != "http":
                return Ready()
            line.sendall(f"GET {parts.path or '/'} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode("ascii"))
            answer = b""
            while b"\xff\xd8" not in answer and len(answer) < 65536:
                line.settimeout(max(0.01, deadline_s - time.monotonic()))
                data = line.recv(4096)
                if not data:
                    return Disconnected()
                answer += data
                if refused(answer):
                    return Faulted("document_camera.refused")
    except TimeoutError:
        return Stalled()
    except OSError:
        return Disconnected()
    return Ready()


def refused(answer: bytes) -> bool:
    """Say whether the beginning of an HTTP answer is anything but 200; the first line may still be on its way."""
    line, ended, _ = answer[:_LONGEST_STATUS_LINE_BYTES].partition(b"\r\n")
    if not ended:
        return len(answer) >= _LONGEST_STATUS_LINE_BYTES
    return not line.startswith(b"HTTP/1.") or line.split(b" ")[1:2] != [b"200"]
