"""A document camera in memory.

Knows: the frames it is given and the failure it is told to have. Does not know: time, ports, OpenCV.
"""

from __future__ import annotations

from devices.document_camera.api import Disconnected, DocumentCameraStatus, Faulted, Picture, Ready, Stalled
from devices.errors import DeviceError


class FakeDocumentCamera:
    """Gives `frame` (and `full`, or `frame` again, as the still) until `status_is` says otherwise."""

    def __init__(self, frame: Picture, full: Picture | None = None, *, frame_mm: float | None = None) -> None:
        self.frame = frame
        self.full = full
        self.status_is: DocumentCameraStatus = Ready()
        self.streaming = False
        self.closed = False
        self._frame_mm = frame_mm

    @property
    def frame_mm(self) -> float | None:
        """Length of the mat along the long side of a frame."""
        return self._frame_mm

    def status(self) -> DocumentCameraStatus:
        """Return the status that was set."""
        return self.status_is

    def read(self) -> Picture:
        """Return the frame. Raises: DeviceError that fits the status."""
        self._check()
        self.streaming = True
        return self.frame

    def still(self) -> Picture:
        """Return the still. Raises: DeviceError that fits the status."""
        self._check()
        return self.frame if self.full is None else self.full

    def rest(self) -> None:
        """Stop streaming."""
        self.streaming = False

    def close(self) -> None:
        """Stop for good."""
        self.streaming = False
        self.closed = True

    def _check(self) -> None:
        if self.closed:
            raise DeviceError("document_camera.disconnected", "closed")
        match self.status_is:
            case Disconnected():
                raise DeviceError("document_camera.disconnected")
            case Stalled():
                raise DeviceError("document_camera.stalled")
            case Faulted(code):
                raise DeviceError(code)
            case Ready():
                pass
