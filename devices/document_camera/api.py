"""What a document camera gives: upright frames of the mat, and what can be wrong with it.

Knows: frames, their scale, the closed union of statuses. Does not know: pages, quality, processes, OpenCV.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy.typing as npt

Picture = npt.NDArray[Any]
"""Height x width x 3, BGR, uint8."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Gives frames, or would."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """There is no camera at the configured place."""


@dataclass(frozen=True, slots=True)
class Stalled:
    """The camera is there and its connection open, but no frames come, or always the same one."""


@dataclass(frozen=True, slots=True)
class Faulted:
    """There, but unusable. Code: one of `FAULT_CODES`."""

    code: str


DocumentCameraStatus = Ready | Disconnected | Stalled | Faulted

FAULT_CODES = frozenset({"document_camera.busy", "document_camera.denied", "document_camera.refused"})
"""Every code that `Faulted` can carry: used by another program, not permitted, the server answers something else."""

ERROR_CODES = frozenset(
    {
        "document_camera.options",
        "document_camera.disconnected",
        "document_camera.stalled",
        "document_camera.frozen",
        "document_camera.bad_frame",
        "document_camera.resolution",
        "document_camera.setting",
        *FAULT_CODES,
    }
)
"""Every code that a `DeviceError` of this kind can carry."""


class DocumentCamera(Protocol):
    """One camera, used by one thread, only in the vision worker: `read` may hang whatever its deadline says."""

    @property
    def frame_mm(self) -> float | None:
        """Length of the mat along the long side of a frame, None when nobody measured it."""

    def status(self) -> DocumentCameraStatus:
        """Say how the camera is, without starting its stream. Within a second; never raises."""

    def read(self) -> Picture:
        """Return the next preview frame, upright; starts the stream when it rests.

        Raises: DeviceError with one of `ERROR_CODES`. The next call starts anew.
        """

    def still(self) -> Picture:
        """Return one frame at the camera's full resolution, upright. Raises as `read` does."""

    def rest(self) -> None:
        """Stop the stream (and the camera's lamp with it) until the next `read`."""

    def close(self) -> None:
        """Let go of the camera; harmless twice."""
