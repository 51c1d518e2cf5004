"""What the keys of the touch keyboard do: modes, the letters typed or strokes written so far, and pages of candidates.

Knows: where candidates come from, and the text that leaves by signals. Does not know: the field that takes the text, or
what a key or the pad looks like. Nothing typed or written outlives `clear`, which leaving a field calls, nor the person's
choice of mode `forget`, which the end of every session calls.
"""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QObject, QPointF, Signal, Slot
from PySide6.QtQml import QJSEngine, QmlElement, QmlSingleton, QmlUncreatable

from ui.handwriting.ink import Ink
from ui.handwriting.recogniser import Recogniser
from ui.keyboard.pinyin import LEANINGS, LONGEST_TYPED, Candidate, Pinyin, PinyinError
from ui.typing import Property

QML_IMPORT_NAME = "Kiosk.Keyboard"
QML_IMPORT_MAJOR_VERSION = 1

INDEX = Path(__file__).parent / "pinyin.db"
"""Where `make` and the package put the index."""

MODES = ("pinyin", "handwriting", "letters", "digits", "id", "amount", "symbols")
_SWITCHABLE = frozenset({"pinyin", "handwriting", "letters", "symbols"})

logger = logging.getLogger(__name__)


@QmlElement
@QmlUncreatable("The application makes it")
class KeyboardModel(QObject):  # type: ignore[operator]  # the stub knows QmlUncreatable as a class only
    """One keyboard. Text leaves by `committed`, deletion by `erased`; `finished` is the key that closes the keyboard."""

    committed = Signal(str)
    erased = Signal()
    finished = Signal()
    modeChanged = Signal()
    typedChanged = Signal()

    def __init__(self, engine: Pinyin | None, ink: Ink | None = None, parent: QObject | None = None) -> None:
        """Without an engine the keyboard offers handwriting, letters, digits and symbols."""
        super().__init__(parent)
        self._engine = engine
        self._ink = ink or Ink(Recogniser)
        self._purpose = self._first = self._mode = "pinyin" if engine else "letters"
        self._by_hand: bool | None = None
        self._leaning = ""
        self._shift = False
        self._typed = ""
        self._found: list[Candidate] = []
        self._pages: list[tuple[int, int]] = []
        self._page = 0
        self._expanded = False
        self._cell = (900.0, 36.0, 30.0, 60.0)
        self._rows = 1

    # ------------------------------------------------------------------ what the panel reads

    @Property(bool, constant=True)
    def speaksPinyin(self) -> bool:
        """The index is there."""
        return self._engine is not None

    @Property(str, notify=modeChanged)
    def mode(self) -> str:
        """`pinyin`, `handwriting`, `letters`, `digits`, `id` (with X), `amount` (with a point) or `symbols`."""
        return self._mode

    @Property(bool, notify=modeChanged)
    def switchable(self) -> bool:
        """The person may choose another mode: not where only digits make sense."""
        return self._purpose in _SWITCHABLE

    @Property(bool, notify=modeChanged)
    def shift(self) -> bool:
        """The next letter is a capital."""
        return self._shift

    @Property(str, notify=typedChanged)
    def preedit(self) -> str:
        """Letters typed and not yet chosen from."""
        return self._typed

    @Property("QVariantList", notify=typedChanged)
    def ink(self) -> list[list[QPointF]]:
        """The strokes on the pad, in heights of the pad."""
        return [[QPointF(x, y) for x, y in stroke] for stroke in self._ink.strokes]

    @Property(str, notify=modeChanged)
    def handFault(self) -> str:
        """Why nobody can write by hand here, as a code; empty while one can."""
        return self._ink.fault

    @Property(bool, notify=typedChanged)
    def composing(self) -> bool:
        """Letters or strokes wait for a choice."""
        return bool(self._typed or self._ink.strokes)

    @Property("QStringList", notify=typedChanged)
    def candidates(self) -> list[str]:
        """The page of candidates that fits the panel."""
        if not self._pages:
            return []
        begin, end = self._pages[self._page]
        return [candidate.text for candidate in self._found[begin:end]]

    @Property(bool, notify=typedChanged)
    def hasNext(self) -> bool:
        """There are further candidates."""
        return self._page + 1 < len(self._pages)

    @Property(bool, notify=typedChanged)
    def hasPrevious(self) -> bool:
        """There were candidates before these."""
        return self._page > 0

    @Property(bool, notify=typedChanged)
    def expanded(self) -> bool:
        """The candidates take the place of the keys."""
        return self._expanded

    # ------------------------------------------------------------------ what the panel says

    @Slot(str)
    @Slot(str, bool)
    def begin(self, purpose: str, by_hand: bool = False) -> None:
        """A field of this purpose is written now: a mode, `name` or `place`. What was typed and not chosen is dropped.

        Words are written `by_hand` first where that is asked for, unless the person has chosen between the two already.
        """
        self.clear()
        if purpose not in {*MODES, *LEANINGS}:
            logger.error("keyboard.unknown_purpose %s", purpose)
            purpose = "pinyin"
        self._leaning = purpose if purpose in LEANINGS else ""
        if self._leaning:
            purpose = "pinyin"
        self._purpose = self._first = purpose
        wanted = by_hand if self._by_hand is None else self._by_hand
        if purpose == "pinyin" and wanted and self._ink.ready():
            self._first = "handwriting"
        self._set_mode(self._first)

    @Slot(str)
    def setMode(self, mode: str) -> None:
        """The person chose another mode."""
        if mode not in MODES or self._purpose not in _SWITCHABLE:
            return
        if self._ink.strokes:
            self._blot()  # who changes over has not found the character
        self._take_first()
        if mode in {"pinyin", "handwriting"}:
            self._by_hand = mode == "handwriting" and self._ink.ready()
        self._set_mode(mode)

    @Slot()
    def toggleShift(self) -> None:
        """Make the next letter a capital, or not."""
        self._shift = not self._shift
        self.modeChanged.emit()

    @Slot(str)
    def key(self, key: str) -> None:
        """A key with a character was pressed."""
        if self._mode == "pinyin" and key.isascii() and (key.isalpha() or (key == "'" and self._typed)):
            if len(self._typed) < LONGEST_TYPED:
                self._type(self._typed + key.lower())
            return
        self._take_first()
        self.committed.emit(key.upper() if self._shift and key.isalpha() else key)
        if self._shift:
            self.toggleShift()

    @Slot()
    def space(self) -> None:
        """Choose the first candidate, or write a space."""
        if self.composing:
            self.pick(0)
        else:
            self.committed.emit(" ")

    @Slot()
    def enter(self) -> None:
        """Write the letters as they are, take the likeliest for the strokes, or be done."""
        if self._typed:
            letters = self._typed
            self._type("")
            self.committed.emit(letters)
        elif self._ink.strokes:
            self._take_first()
        else:
            self.finished.emit()

    @Slot()
    def backspace(self) -> None:
        """Take the last letter back, or all strokes, or erase before the cursor."""
        if self._typed:
            self._type(self._typed[:-1])
        elif self._ink.strokes:
            self._blot()
        else:
            self.erased.emit()

    @Slot(int)
    def pick(self, index: int) -> None:
        """Choose a candidate of the page; letters that it does not use stay."""
        begin = self._pages[self._page][0] if self._pages else 0
        if not 0 <= begin + index < len(self._found):
            return
        chosen = self._found[begin + index]
        self._ink.clear()
        self._type(self._typed[chosen.used :].lstrip("'"))
        self.committed.emit(chosen.text)

    @Slot("QVariantList")
    def write(self, points: list[QPointF]) -> None:
        """A stroke was written on the pad; its points are in heights of the pad."""
        if self._mode == "handwriting":
            self._ink.write([(point.x(), point.y()) for point in points])
            self._read()

    @Slot()
    def undoStroke(self) -> None:
        """Take the last stroke back."""
        self._ink.undo()
        self._read()

    @Slot()
    def clearInk(self) -> None:
        """Take all strokes back."""
        self._blot()

    @Slot()
    def nextPage(self) -> None:
        """Show further candidates."""
        if self._page + 1 < len(self._pages):
            self._page += 1
            self.typedChanged.emit()

    @Slot()
    def previousPage(self) -> None:
        """Show the candidates before."""
        if self._page > 0:
            self._page -= 1
            self.typedChanged.emit()

    @Slot(bool)
    def expand(self, on: bool) -> None:
        """Give the candidates the place of the keys, or give it back."""
        if on != self._expanded and (self.composing or not on):
            self._expanded = on
            self._paginate()

    @Slot(float, float, float, float, int)
    def fit(self, width: float, character: float, padding: float, least: float, rows: int) -> None:
        """How wide a row of candidates is, and a character, the space round a candidate, the narrowest; rows if expanded."""
        if (width, character, padding, least) != self._cell or rows != self._rows:
            self._cell, self._rows = (width, character, padding, least), rows
            self._paginate()

    @Slot()
    def clear(self) -> None:
        """Forget everything typed and written, and go back to the first mode."""
        self._ink.clear()
        self._type("")
        self._shift = False
        self._set_mode(self._first)

    @Slot()
    def forget(self) -> None:
        """The person has gone: nothing of theirs stays, nor how they liked to write."""
        self._by_hand = None
        self._first = self._purpose
        self.clear()

    # ------------------------------------------------------------------ inside

    def _set_mode(self, mode: str) -> None:
        self._mode = "letters" if mode == "pinyin" and self._engine is None else mode
        self._shift = False
        self.modeChanged.emit()

    def _take_first(self) -> None:
        if self.composing:
            self.pick(0)
            if self._typed:
                self.enter()
            self._blot()

    def _blot(self) -> None:
        self._ink.clear()
        self._read()

    def _read(self) -> None:
        """See what the strokes may be."""
        self._found = [Candidate(character, 0) for character in self._ink.characters()]
        if not self._ink.strokes:
            self._expanded = False
        self._paginate()

    def _type(self, typed: str) -> None:
        self._typed = typed
        self._found = self._engine.candidates(typed, self._leaning) if self._engine is not None and typed else []
        if not typed:
            self._expanded = False
        self._paginate()

    def _paginate(self) -> None:
        width, character, padding, least = self._cell
        rows = self._rows if self._expanded else 1
        self._pages, begin, row, used = [], 0, 1, 0.0
        for at, candidate in enumerate(self._found):
            cell = max(least, len(candidate.text) * character + padding)
            if used + cell > width and at > begin:
                row, used = row + 1, 0.0
                if row > rows:
                    self._pages.append((begin, at))
                    begin, row = at, 1
            used += cell
        if begin < len(self._found):
            self._pages.append((begin, len(self._found)))
        self._page = 0
        self.typedChanged.emit()


@QmlElement
@QmlSingleton
class Keyboard(QObject):
    """Where QML finds the one keyboard."""

    _given: Keyboard | None = None

    def __init__(self, model: KeyboardModel) -> None:
        super().__init__()
        self._model = model
        Keyboard._given = self
        # The engine would delete what `create` returns.
        QJSEngine.setObjectOwnership(self, QJSEngine.ObjectOwnership.CppOwnership)

    @staticmethod
    def create(_engine: QJSEngine) -> QObject:
        """Return the instance that the application made; make it before the engine loads."""
        if Keyboard._given is None:
            raise RuntimeError("Keyboard")
        return Keyboard._given

    @Property(KeyboardModel, constant=True)
    def model(self) -> KeyboardModel:
        """The keyboard."""
        return self._model


def open_keyboard(index: Path = INDEX) -> KeyboardModel:
    """The keyboard over this index; without pinyin, and with a coded line in the log, when the index cannot be used."""
    try:
        engine = Pinyin(index)
    except PinyinError as error:
        logger.error("keyboard.%s %s", error.code, error.detail)
        return KeyboardModel(None)
    return KeyboardModel(engine, Ink(lambda: Recogniser(engine.rarity())))
