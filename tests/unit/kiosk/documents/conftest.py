"""Rendered frames that several tests look at; each is rendered once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2
import pytest

from devices.document_camera import Picture
from devices.document_camera.scene import Fault, Lying, Scene, exposures

Camera = Callable[..., Picture]


@cache
def _seen(lying: Lying | None, faults: frozenset[Fault], scale: float) -> Picture:
    (frame,) = exposures(Scene(lying, faults), scale=scale, count=1)
    return cv2.rotate(frame, cv2.ROTATE_90_CLOCKWISE)


@pytest.fixture(scope="session")
def seen() -> Camera:
    """Return what the camera sees: `seen(lying, *faults, scale=1)`, upright BGR."""

    def look(lying: Lying | None, *faults: Fault, scale: float = 1) -> Picture:
        return _seen(lying, frozenset(faults), scale).copy()

    return look
