"""The lint sees what Python gives to QML, and QML has to be clean."""

from __future__ import annotations

from pathlib import Path

import pytest

from ui.lint import LintError, bridges, lint, write_types

BRIDGE = """
from PySide6.QtCore import QObject, Signal
from PySide6.QtQml import QmlElement, QmlSingleton
from ui.typing import Property

QML_IMPORT_NAME = "Probe.Bridge"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
@QmlSingleton
class Probe(QObject):
    screenChanged = Signal()

    @Property(str, notify=screenChanged)
    def screen(self) -> str:
        return "attract"

    @Property(str, constant=True)
    def number(self) -> str:
        return "1"
"""


@pytest.fixture
def types(tmp_path: Path) -> Path:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "probe.py").write_text(BRIDGE, encoding="utf-8")
    assert write_types(tmp_path / "source", tmp_path / "types") == ["Probe.Bridge"]
    return tmp_path / "types"


def page(folder: Path, member: str) -> Path:
    file = folder / "Page.qml"
    file.write_text(
        f"import QtQuick\nimport Probe.Bridge\n\nItem {{\n    property string s: Probe.{member}\n}}\n", encoding="utf-8"
    )
    return file


def test_a_misspelt_property_is_found(types: Path, tmp_path: Path) -> None:
    """A property that the bridge does not have should fail; those that it has, constant ones too, should pass."""
    assert "clean" in lint(types, [page(tmp_path, "screen")])
    assert "clean" in lint(types, [page(tmp_path, "number")])
    with pytest.raises(LintError, match="scren"):
        lint(types, [page(tmp_path, "scren")])


def test_our_bridges_are_found() -> None:
    """The keyboard's module should be among the modules of our own source."""
    found = bridges(Path(__file__).parents[3] / "ui")
    assert [file.name for file in found["Kiosk.Keyboard"]] == ["model.py"]
