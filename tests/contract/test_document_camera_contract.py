"""What every document camera must do: the fake, and the OpenCV driver in front of its emulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from devices.document_camera import Disconnected, DocumentCamera, Ready, Stalled
from devices.document_camera.api import ERROR_CODES
from devices.document_camera.emulator import DocumentCameraEmulator
from devices.document_camera.fakes import FakeDocumentCamera
from devices.document_camera.opencv import create
from devices.document_camera.scene import Fault
from devices.errors import DeviceError


@dataclass
class Subject:
    """A camera and the switches of the world that it looks at."""

    camera: DocumentCamera
    set_gone: Callable[[bool], None]
    set_stalled: Callable[[bool], None]


@pytest.fixture(params=["fake", "opencv"])
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    if request.param == "fake":
        fake = FakeDocumentCamera(np.full((32, 18, 3), 7, np.uint8), frame_mm=400.0)

        def status(value: Disconnected | Stalled) -> Callable[[bool], None]:
            return lambda on: setattr(fake, "status_is", value if on else Ready())

        yield Subject(fake, status(Disconnected()), status(Stalled()))
        fake.close()
        return
    with DocumentCameraEmulator() as emulator:
        camera = create({**emulator.options, "open_timeout_ms": 1500, "read_timeout_ms": 700})
        yield Subject(
            camera,
            lambda on: emulator.set_fault(Fault.DROP, on),
            lambda on: emulator.set_fault(Fault.STALL, on),
        )
        camera.close()


def test_frames_and_stills_are_upright_colour_pictures(subject: Subject) -> None:
    """Preview and still should be BGR bytes of the same proportions, the still at least as large."""
    camera = subject.camera
    assert camera.status() == Ready()
    frame, still = camera.read(), camera.still()
    for picture in (frame, still):
        assert picture.dtype == np.uint8
        assert picture.ndim == 3
        assert picture.shape[2] == 3
        assert picture.shape[0] > picture.shape[1]
    assert still.shape[0] / still.shape[1] == pytest.approx(frame.shape[0] / frame.shape[1])
    assert still.size >= frame.size
    assert camera.frame_mm is not None


def test_a_lost_camera_is_told_and_comes_back(subject: Subject) -> None:
    """Unplugged: an error with a code, a status; plugged in again: frames from the same driver."""
    camera = subject.camera
    camera.read()
    subject.set_gone(True)
    with pytest.raises(DeviceError) as raised:
        for _ in range(200):  # frames that were on their way
            camera.read()
    assert raised.value.code == "document_camera.disconnected"
    assert camera.status() == Disconnected()
    subject.set_gone(False)
    assert camera.status() == Ready()
    assert camera.read().ndim == 3


def test_a_stalled_camera_is_told_apart_from_a_lost_one(subject: Subject) -> None:
    """The connection stands and nothing comes: `Stalled`, and an error in time."""
    camera = subject.camera
    camera.read()
    subject.set_stalled(True)
    with pytest.raises(DeviceError) as raised:
        for _ in range(200):
            camera.read()
    assert raised.value.code == "document_camera.stalled"
    assert raised.value.code in ERROR_CODES
    assert camera.status() == Stalled()
    subject.set_stalled(False)
    assert camera.read().ndim == 3


def test_a_resting_camera_reads_again(subject: Subject) -> None:
    """Rest should stop the stream, say Ready, and cost nothing but the next start; closing twice is harmless."""
    camera = subject.camera
    camera.read()
    camera.rest()
    assert camera.status() == Ready()
    assert camera.read().ndim == 3
    camera.close()
    camera.close()
