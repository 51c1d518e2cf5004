"""The OpenCV driver's options and what importing it leaves behind."""

from __future__ import annotations

import os
import subprocess
import sys

import cv2
import pytest

from devices.document_camera import Disconnected
from devices.document_camera.opencv import OpenCvDocumentCamera, OpenCvOptions, create
from devices.errors import DeviceError


def test_bad_options_name_their_keys() -> None:
    """An unknown key and a bad turn should both be named, and nothing opened."""
    with pytest.raises(DeviceError) as raised:
        create({"source": "x", "turn_deg": 45, "zoom": 2})
    assert raised.value.code == "document_camera.options"
    assert raised.value.detail == "turn_deg,zoom"


@pytest.mark.parametrize("source", [3, "3", "/dev/video3"])
def test_a_number_means_a_video_device(source: str | int) -> None:
    """A device number, as text or number, should be the device's path."""
    assert OpenCvOptions.model_validate({"source": source}).source == "/dev/video3"


def test_a_missing_device_is_disconnected() -> None:
    """No node, no camera: as a status, and as the error of `create`."""
    options = {"source": "/dev/video-that-is-not-there"}
    assert OpenCvDocumentCamera(OpenCvOptions.model_validate(options)).status() == Disconnected()
    with pytest.raises(DeviceError) as raised:
        create(options)
    assert raised.value.code == "document_camera.disconnected"


class _Uvc:
    """A capture that takes only some settings, as UVC cameras do, and remembers them."""

    def __init__(self, knows: set[int]) -> None:
        self._knows = knows
        self.set_to: list[tuple[int, float]] = []

    def set(self, setting: int, value: float) -> bool:
        self.set_to.append((setting, value))
        return setting in self._knows


def test_exposure_and_focus_are_set_by_hand() -> None:
    """The automatic goes off before the value is set; what is not configured is left alone."""
    camera = OpenCvDocumentCamera(OpenCvOptions.model_validate({"source": 0, "exposure": 156, "focus": 30}))
    capture = _Uvc({cv2.CAP_PROP_AUTO_EXPOSURE, cv2.CAP_PROP_EXPOSURE, cv2.CAP_PROP_AUTOFOCUS, cv2.CAP_PROP_FOCUS})
    camera._adjust(capture)  # type: ignore[arg-type]
    assert capture.set_to == [
        (cv2.CAP_PROP_AUTO_EXPOSURE, 1),
        (cv2.CAP_PROP_EXPOSURE, 156),
        (cv2.CAP_PROP_AUTOFOCUS, 0),
        (cv2.CAP_PROP_FOCUS, 30),
    ]
    untouched = _Uvc(set())
    OpenCvDocumentCamera(OpenCvOptions.model_validate({"source": 0}))._adjust(untouched)  # type: ignore[arg-type]
    assert untouched.set_to == []


def test_a_setting_that_the_camera_does_not_know_is_told() -> None:
    """A camera without manual focus must not be taken for one that is focused."""
    camera = OpenCvDocumentCamera(OpenCvOptions.model_validate({"source": 0, "focus": 30}))
    with pytest.raises(DeviceError) as raised:
        camera._adjust(_Uvc(set()))  # type: ignore[arg-type]
    assert raised.value.code == "document_camera.setting"


def test_opencv_leaves_no_qt_variables_behind() -> None:
    """A process that imports the driver should hand its children the Qt variables that it was given, and no others."""
    code = "import devices.document_camera.opencv, os; print(sorted(n for n in os.environ if n.startswith('QT_QPA_')))"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QT_QPA_")}
    environment |= {"PYTHONPATH": os.pathsep.join(sys.path)}
    shown = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
