"""The document camera: upright frames of the mat.

Knows: what a camera gives and what can be wrong with it. Does not know: pages, drivers.
"""

from __future__ import annotations

from devices.document_camera.api import (
    Disconnected,
    DocumentCamera,
    DocumentCameraStatus,
    Faulted,
    Picture,
    Ready,
    Stalled,
)

__all__ = ["Disconnected", "DocumentCamera", "DocumentCameraStatus", "Faulted", "Picture", "Ready", "Stalled"]
