"""The screen as assistive technology has it: names, roles, states and actions, and nothing of QML.

Knows: `QAccessible`. Does not know: object names, pixels, or any one screen.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtQuick import QQuickWindow

Role = QAccessible.Role
CONTROLS = frozenset(
    {Role.Button, Role.CheckBox, Role.RadioButton, Role.EditableText, Role.SpinBox, Role.Slider, Role.ComboBox, Role.Link}
)
"""What can be acted on."""


def name(node: QAccessibleInterface) -> str:
    """What it is called; Qt keeps the name of a password field silent, so its description has it."""
    called: str = node.text(QAccessible.Text.Name).strip()
    return called or node.text(QAccessible.Text.Description).strip()


def tree(window: QQuickWindow) -> Iterator[QAccessibleInterface]:
    """Everything that is visible to assistive technology, in its order."""
    waiting = [QAccessible.queryAccessibleInterface(window)]
    while waiting:
        node = waiting.pop(0)
        if node is None or not node.isValid() or node.state().invisible:
            continue
        yield node
        waiting[:0] = [node.child(at) for at in range(node.childCount())]


def controls(window: QQuickWindow) -> list[QAccessibleInterface]:
    """What can be acted on now; below an open dialog nothing can."""
    return [node for node in tree(window) if node.role() in CONTROLS and not node.state().disabled]


class NotFoundError(LookupError):
    """Nothing is called so, or more than one thing is."""


class Listener:
    """Somebody who uses the terminal through assistive technology alone."""

    def __init__(self, window: QQuickWindow) -> None:
        self._window = window

    def heard(self) -> list[str]:
        """The names of everything on the screen, in its order."""
        return [called for node in tree(self._window) if (called := name(node))]

    def find(self, called: str) -> QAccessibleInterface:
        """The one control with this name. Raises `NotFoundError`."""
        found = [node for node in controls(self._window) if name(node) == called]
        if len(found) != 1:
            raise NotFoundError(f"{called}: {len(found)} among {[name(node) for node in controls(self._window)]}")
        return found[0]

    def press(self, called: str) -> None:
        """Act on the control with this name. Raises `NotFoundError`."""
        actions = self.find(called).actionInterface()
        if actions is None or "Press" not in actions.actionNames():
            raise NotFoundError(f"{called} cannot be pressed")
        actions.doAction("Press")
