"""The form's page as a list model: a row stays the same row while its field is typed into.

Knows: `FieldView`s and how to say them. Does not know: what is valid, or which page follows.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QByteArray, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtQml import QJSEngine, QJSValue, QmlElement, QmlSingleton

from kiosk.events import Fact
from kiosk.words import dates
from ui.bridge.given import given
from ui.bridge.settings import Settings
from ui.bridge.words import say
from ui.typing import Property

if TYPE_CHECKING:
    from kiosk.terminal import Terminal

QML_IMPORT_NAME = "Kiosk.Bridge"
QML_IMPORT_MAJOR_VERSION = 1

_FIELD = Qt.ItemDataRole.UserRole + 1
_ROOT = QModelIndex()


class FieldModel(QAbstractListModel):
    """Rows of one role, `field`: a map with everything that a control needs."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: list[dict[str, Any]] = []

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        """Return the number of fields."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the field's map."""
        return self._rows[index.row()] if index.isValid() and role == _FIELD else None

    def roleNames(self) -> dict[int, QByteArray]:
        """Name the role."""
        return {_FIELD: QByteArray(b"field")}

    def show(self, rows: list[dict[str, Any]]) -> None:
        """Show these fields: the same keys keep their rows, and these their focus; only what changed is drawn again."""
        wanted, present = [row["key"] for row in rows], [row["key"] for row in self._rows]
        if [key for key in present if key in wanted] != [key for key in wanted if key in present]:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
            return
        for at in reversed([at for at, key in enumerate(present) if key not in wanted]):
            self.beginRemoveRows(_ROOT, at, at)
            del self._rows[at]
            self.endRemoveRows()
        for at, row in enumerate(rows):
            if row["key"] not in present:
                self.beginInsertRows(_ROOT, at, at)
                self._rows.insert(at, row)
                self.endInsertRows()
        for at, row in enumerate(rows):
            if row != self._rows[at]:
                self._rows[at] = row
                where = self.index(at)
                self.dataChanged.emit(where, where, [_FIELD])


@QmlElement
@QmlSingleton
class Form(QObject):
    """The questions of the chosen service."""

    changed = Signal()

    def __init__(self, terminal: Terminal, settings: Settings) -> None:
        super().__init__()
        self._terminal = terminal
        self._settings = settings
        self._model = FieldModel(self)
        self._pages = 0
        terminal.bus.subscribe(Fact.FORM, self._follow)
        terminal.bus.subscribe(Fact.SESSION, self._follow)
        settings.languageChanged.connect(self._follow)

    @staticmethod
    def create(_engine: QJSEngine) -> QObject:
        """Return the application's instance."""
        return given(Form)

    @Slot()
    def _follow(self) -> None:
        state = self._terminal.session.state.value
        if state not in {"form", "choose"}:
            self._model.show([])
            return
        desk, page = self._terminal.form, self._terminal.session.page
        self._pages = desk.page_count
        self._model.show([self._said(field) for field in desk.fields(page)])
        self.changed.emit()

    def _said(self, field: Any) -> dict[str, Any]:
        problem = ""
        if field.problem_id:
            problem = self._terminal.words.text(self._settings.language, field.problem_id, **dict(field.problem_args or {}))
        return {
            "key": field.key,
            "label": say(field.label, self._settings),
            "help": say(field.help, self._settings),
            "allowed": self._allowed(field),
            "type": field.type,
            "value": field.value,
            "display": field.display,
            "options": [{"value": option.value, "label": say(option.label, self._settings)} for option in field.options],
            "required": field.required,
            "readonly": field.readonly,
            "source": field.source_id,
            "problem": problem,
            "keyboard": field.keyboard,
            "maxLength": field.max_length,
            "offer": field.offer,
            "earliest": field.earliest,
            "latest": field.latest,
            "parts": [self._part(part) for part in field.parts],
            "rows": field.rows,
            "national": field.national,
        }

    def _part(self, part: Any) -> dict[str, Any]:
        words = functools.partial(self._terminal.words.text, self._settings.language)
        wrong = part.problem
        return {
            "path": part.path,
            "row": part.row,
            "label": words(part.label) if isinstance(part.label, str) else say(part.label, self._settings),
            "type": part.type,
            "value": part.value,
            "options": [{"value": option.value, "label": say(option.label, self._settings)} for option in part.options],
            "required": part.required,
            "problem": "" if wrong is None else words(wrong.message_id, **wrong.args_in(self._settings.language)),
            "keyboard": part.keyboard,
        }

    def _allowed(self, field: Any) -> str:
        """Say from when to when a date can be chosen, before anybody chooses; nothing where nothing limits it."""
        words = functools.partial(self._terminal.words.text, self._settings.language)

        def day(text: str) -> str:
            when = dt.date.fromisoformat(text)
            return dates.month(when, words) if field.type == "month" else dates.day(when, words)

        match bool(field.earliest), bool(field.latest):
            case True, True:
                return words("form.allowed.between", first=day(field.earliest), last=day(field.latest))
            case True, False:
                return words("form.allowed.since", first=day(field.earliest))
            case False, True:
                return words("form.allowed.until", last=day(field.latest))
            case _:
                return ""

    @Property(QObject, constant=True)
    def fields(self) -> QObject:
        """The fields of the page."""
        return self._model

    @Property(int, notify=changed)
    def pageCount(self) -> int:
        """How many pages there are."""
        return self._pages

    @Slot(str, "QVariant")
    def set(self, key: str, value: object) -> None:
        """The person answered: text, a list of values, or a map for an address."""
        self._terminal.form.set(key, value.toVariant() if isinstance(value, QJSValue) else value)

    @Slot(str, str, "QVariant")
    def setPart(self, key: str, path: str, value: object) -> None:
        """The person answered one part: of a person, a period, or a table (`2.amount`)."""
        self._terminal.form.set_part(key, path, value.toVariant() if isinstance(value, QJSValue) else value)

    @Slot(str, str)
    def leavePart(self, key: str, path: str) -> None:
        """The person went on from one part."""
        self._terminal.form.leave_field(key, path)

    @Slot(str)
    def addRow(self, key: str) -> None:
        """Another row."""
        self._terminal.form.add_row(key)

    @Slot(str, int)
    def removeRow(self, key: str, row: int) -> None:
        """One row less."""
        self._terminal.form.remove_row(key, row)

    @Slot(str)
    def takeOffer(self, key: str) -> None:
        """What a page says is right."""
        self._terminal.form.take_offer(key)

    @Slot(str)
    def leave(self, key: str) -> None:
        """The person went on to something else: what is wrong with this field may be said now."""
        self._terminal.form.leave_field(key)

    @Slot()
    def answerPage(self) -> None:
        """The page is done, as far as the person sees."""
        self._terminal.form.answer_page()

    @Slot(str, bool, result="QVariantList")
    def divisions(self, code: str, national: bool) -> list[dict[str, str]]:
        """Return the divisions below `code`; the empty code gives the highest, of the city or of the country."""
        below = self._terminal.form.division_children(code, national=national)
        return [{"value": child, "label": name} for child, name in below]
