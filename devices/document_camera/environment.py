"""What importing OpenCV leaves behind in the environment.

Knows: opencv-python points Qt's plugin and font variables at its own bundled Qt 5 (`cv2/config-3.py`), and child processes
would inherit that. Does not know: Qt.
"""

from __future__ import annotations

import os
from pathlib import Path

_VARIABLES = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")


def shed_qt_variables() -> None:
    """Remove the variables that point into OpenCV's package; leave those that somebody else set."""
    import cv2

    package = str(Path(cv2.__file__).parent)
    for name in _VARIABLES:
        if os.environ.get(name, "").startswith(package):
            del os.environ[name]
