"""The screen: everything that knows Qt, and nothing that decides."""

import builtins
from pathlib import Path

_plain_import = builtins.__import__

import PySide6.QtCore  # noqa: E402, F401 - comes before every other part of Qt

# From here on PySide would read the source of every module that anybody imports, to learn whether `__feature__` concerns
# it, and the standard library would keep all those lines: 22 MB. Nothing here uses `__feature__`.
builtins.__import__ = _plain_import

QML_DIR = Path(__file__).parent / "qml"
"""Import path of our QML modules: give it to `QQmlEngine.addImportPath`."""
