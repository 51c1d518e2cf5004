"""Signature, review and outcome of the case.

Knows: strokes as QML gives them, and the desk's lines. Does not know: what is sealed or promised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtQml import QJSEngine, QmlElement, QmlSingleton

from kiosk.events import Fact
from kiosk.identity import case_code
from ui.bridge.given import given
from ui.bridge.settings import Settings
from ui.typing import Property

if TYPE_CHECKING:
    from kiosk.terminal import Terminal

QML_IMPORT_NAME = "Kiosk.Bridge"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
@QmlSingleton
class Case(QObject):
    """What is handed in."""

    changed = Signal()
    reviewChanged = Signal()

    def __init__(self, terminal: Terminal, settings: Settings) -> None:
        super().__init__()
        self._terminal = terminal
        self._settings = settings
        self._lines: tuple[Any, ...] = ()
        terminal.bus.subscribe(Fact.CASE, self._follow)
        terminal.bus.subscribe(Fact.SESSION, self._follow)
        settings.languageChanged.connect(self._follow)

    @staticmethod
    def create(_engine: QJSEngine) -> QObject:
        """Return the application's instance."""
        return given(Case)

    @Slot()
    def _follow(self) -> None:
        in_review = self._terminal.session.state.value in {"review", "confirm"}
        lines = tuple(self._terminal.case.review()) if in_review else ()
        if lines != self._lines:
            self._lines = lines
            self.reviewChanged.emit()
        self.changed.emit()

    @Property(bool, notify=changed)
    def signed(self) -> bool:
        """There is a signature."""
        return self._terminal.session.personal and self._terminal.case.has_signature

    @Property("QVariantList", notify=changed)
    def strokes(self) -> list[Any]:
        """The signature so far: lists of points `{x, y, t}`, x and y in 0..1 of the pad, t in milliseconds."""
        if not self._terminal.session.personal:
            return []
        return [[{"x": x, "y": y, "t": 1000 * t} for x, y, t in stroke] for stroke in self._terminal.case.strokes]

    @Slot("QVariantList", int, int)
    def sign(self, strokes: list[list[dict[str, float]]], width: int, height: int) -> None:
        """Take over the strokes: points `{x, y, t}`, x and y in 0..1 of a pad of that many pixels, t in milliseconds."""
        taken = [[(point["x"], point["y"], point["t"] / 1000) for point in stroke] for stroke in strokes]
        self._terminal.case.set_signature(taken, width, height)

    @Property("QVariantList", notify=reviewChanged)
    def review(self) -> list[dict[str, Any]]:
        """Everything that is handed in, line by line; `section` is a message id."""
        return [
            {
                "section": line.section,
                "label": line.label,
                "value": line.value,
                "by": line.by,
                "leads": line.target is not None,
                "line": number,
            }
            for number, line in enumerate(self._lines)
        ]

    @Slot(int)
    def reopen(self, line: int) -> None:
        """A line of the review was pressed."""
        target = self._lines[line].target if 0 <= line < len(self._lines) else None
        if target is not None:
            self._terminal.handle(target)

    @Property(str, notify=changed)
    def code(self) -> str:
        """The human case code, once it is committed, in the groups in which the receipt shows it."""
        code = self._terminal.case.code
        return case_code.group(code) if code else ""

    @Property("QVariantList", notify=changed)
    def promises(self) -> list[dict[str, str]]:
        """What happens next and by when, as the receipt says it: `label` and `value`."""
        if not self._terminal.case.code:
            return []
        return [{"label": label, "value": value} for label, value in self._terminal.case.promise_lines()]

    @Property(bool, notify=changed)
    def hasReceipt(self) -> bool:
        """There is a picture of the receipt."""
        return self._terminal.case.receipt_png is not None
