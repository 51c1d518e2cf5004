"""The screen: everything that knows Qt, and nothing that decides."""

from pathlib import Path

QML_DIR = Path(__file__).parent / "qml"
"""Import path of our QML modules: give it to `QQmlEngine.addImportPath`."""
