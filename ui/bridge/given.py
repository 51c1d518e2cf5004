"""Hands QML the one instance of each bridge that the application built.

Knows: QML singletons and who owns them. Does not know: what any bridge does.
"""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QObject
from PySide6.QtQml import QJSEngine

B = TypeVar("B", bound=QObject)
_GIVEN: dict[type[QObject], QObject] = {}


def give(bridge: QObject) -> None:
    """Let QML meet this instance whenever it names its type. Python keeps it: an engine would delete what it is given."""
    QJSEngine.setObjectOwnership(bridge, QJSEngine.ObjectOwnership.CppOwnership)
    _GIVEN[type(bridge)] = bridge


def given(kind: type[B]) -> B:
    """Return the instance that was given for this type. Raises `KeyError` before the application gave one."""
    bridge = _GIVEN[kind]
    if not isinstance(bridge, kind):
        raise TypeError(kind.__name__)
    return bridge
