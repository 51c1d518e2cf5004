"""The materials of the case and the pages that were laid under the camera.

Knows: `MaterialView`s and how to say them. Does not know: pictures (see `ui.bridge.pictures`) or what makes a page good.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtQml import QJSEngine, QmlElement, QmlSingleton

from kiosk.documents.errands import Imported, NotImported
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


@QmlElement
@QmlSingleton
class Materials(QObject):
    """What belongs to the case on paper."""

    changed = Signal()
    listChanged = Signal()
    filesChanged = Signal()

    def __init__(self, terminal: Terminal, settings: Settings) -> None:
        super().__init__()
        self._terminal = terminal
        self._settings = settings
        self._list: list[dict[str, Any]] = []
        self._files: list[dict[str, Any]] = []
        terminal.bus.subscribe(Fact.MATERIALS, self._follow)
        terminal.bus.subscribe(Fact.SESSION, self._follow)
        settings.languageChanged.connect(self._follow)

    @staticmethod
    def create(_engine: QJSEngine) -> QObject:
        """Return the application's instance."""
        return given(Materials)

    @Slot()
    def _follow(self) -> None:
        """Tell of the list only when it differs: a list that is made anew under a finger would swallow its press."""
        if (views := self._views()) != self._list:
            self._list = views
            self.listChanged.emit()
        if (files := self._stick_files()) != self._files:
            self._files = files
            self.filesChanged.emit()
        self.changed.emit()

    def _views(self) -> list[dict[str, Any]]:
        if not self._terminal.session.personal:
            return []
        words = functools.partial(self._terminal.words.text, self._settings.language)
        return [
            {
                "key": view.key,
                "name": say(view.name, self._settings),
                "note": say(view.note, self._settings),
                "state": str(view.state),
                "reason": view.reason_id or "",
                "pages": view.pages,
                "minPages": view.min_pages,
                "maxPages": view.max_pages,
                "profile": str(view.profile),
                "required": view.required,
                "laterBy": "" if view.later_by is None else dates.day_of_week(view.later_by, words),
            }
            for view in self._terminal.materials.views()
        ]

    @Property("QVariantList", notify=listChanged)
    def views(self) -> list[dict[str, Any]]:
        """Every material with its state: `have`, `needed`, `partly`, `done` or `later`."""
        return self._list

    @Property("QVariantMap", notify=changed)
    def open(self) -> dict[str, Any]:
        """The material under the camera, or an empty map."""
        key = self._terminal.session.material
        return next((view for view in self._list if view["key"] == key), {})

    @Property(bool, notify=changed)
    def complete(self) -> bool:
        """Nothing is missing."""
        return self._terminal.session.personal and self._terminal.materials.complete

    @Property(str, notify=changed)
    def refusal(self) -> str:
        """Message id of why the last picture was not good enough, while it is to be looked at, or nothing."""
        refused = self._terminal.materials.refused
        return "" if refused is None else str(refused.advice)

    @Property("QVariantList", notify=changed)
    def refusedPlaces(self) -> list[dict[str, float]]:
        """Where in that picture: `left`, `top`, `width`, `height` as shares of it."""
        refused = self._terminal.materials.refused
        names = ("left", "top", "width", "height")
        return [] if refused is None else [dict(zip(names, place, strict=True)) for place in refused.places]

    @Property(bool, notify=changed)
    def keepable(self) -> bool:
        """A clerk is here who may keep it all the same."""
        return self._terminal.materials.keepable

    @Slot()
    def keepAnyway(self) -> None:
        """The clerk answers for the page."""
        self._terminal.materials.keep_anyway()

    @Slot()
    def waveOff(self) -> None:
        """The person has seen why, and wants the live picture back."""
        self._terminal.materials.wave_off()

    @Property("QVariantMap", notify=changed)
    def doubled(self) -> dict[str, Any]:
        """A page that looks like an earlier one: `material`, which page, from 0, `earlier` is, whether it came as a `file`.

        Else an empty map.
        """
        doubled = self._terminal.materials.doubled
        if doubled is None:
            return {}
        return {"material": doubled.material, "earlier": doubled.earlier, "file": doubled.page.source != "camera"}

    @Slot(bool)
    def answerDoubled(self, keep: bool) -> None:
        """Keep the page that looks like an earlier one, or leave it out."""
        self._terminal.materials.answer_doubled(keep=keep)

    @Property("QVariantMap", notify=changed)
    def bringing(self) -> dict[str, Any]:
        """The code for a phone: `material` (none: no code is shown), `url`, `claimed`, `pages`, `said` (message id)."""
        view = self._terminal.bringing.view
        return {
            "material": view.material, "url": view.url, "claimed": view.claimed, "pages": view.pages, "said": view.said,
        }  # fmt: skip

    @Slot(str)
    def bringLater(self, material: str) -> None:
        """It is not here, and will be brought after the hand-in."""
        self._terminal.materials.bring_later(material)

    @Slot(str)
    def bring(self, material: str) -> None:
        """Files are to come from the person's phone."""
        self._terminal.bringing.open(material)

    @Slot()
    def endBringing(self) -> None:
        """Nothing more comes from the phone."""
        self._terminal.bringing.close()

    # --- the stick ---

    @Property(str, notify=changed)
    def stickWanting(self) -> str:
        """Message id of why there is no stick to look at; empty when there is one."""
        return self._terminal.stick.wanting

    @Property("QVariantMap", notify=changed)
    def stickLook(self) -> dict[str, Any]:
        """The look at a stick: `material` (none: nobody looks), `busy`, `pages` taken, `said` (message id)."""
        view = self._terminal.stick.view
        return {"material": view.material, "busy": view.busy, "pages": view.pages, "said": view.said}

    @Property("QVariantList", notify=filesChanged)
    def stickFiles(self) -> list[dict[str, Any]]:
        """Each file: `number`, `name`, `state` (`judging`, `ready`, `taken`, `refused`), `reason` (message id), `pages`."""
        return self._files

    def _stick_files(self) -> list[dict[str, Any]]:
        desk = self._terminal.stick
        return [
            {
                "number": number,
                "name": file.path.name,
                "state": (
                    "judging" if file.answer is None
                    else "refused" if isinstance(file.answer, NotImported)
                    else "taken" if desk.taken(number)
                    else "ready"
                ),
                "reason": file.answer.reason if isinstance(file.answer, NotImported) else "",
                "pages": len(file.answer.pages) if isinstance(file.answer, Imported) else 0,
            }
            for number, file in enumerate(desk.files)
        ]  # fmt: skip

    @Slot(str)
    def lookAtStick(self, material: str) -> None:
        """Files are to come from a stick."""
        self._terminal.stick.open(material)

    @Slot(int)
    def chooseFile(self, number: int) -> None:
        """A file was touched."""
        self._terminal.stick.choose(number)

    @Slot()
    def closeStick(self) -> None:
        """Nothing more comes from the stick."""
        self._terminal.stick.close()

    @Slot(str, int)
    def removePage(self, material: str, page: int) -> None:
        """Throw one page away."""
        self._terminal.materials.remove_page(material, page)

    @Slot("QVariantList")
    def captureWithin(self, corners: list[Any]) -> None:
        """Take the page within four corners set by hand: x and y of each, as shares of the picture."""
        x, y = [float(each) for each in corners[::2]], [float(each) for each in corners[1::2]]
        a, b, c, d = zip(x, y, strict=True)
        self._terminal.materials.capture((a, b, c, d))

    @Slot(str, int, int)
    def movePage(self, material: str, page: int, by: int) -> None:
        """Put one page before or behind its neighbour."""
        self._terminal.materials.move_page(material, page, by)

    @Slot(str, int)
    def turnPage(self, material: str, page: int) -> None:
        """Turn one page a quarter clockwise."""
        self._terminal.materials.turn_page(material, page)

    @Slot()
    def capture(self) -> None:
        """Take the page that lies there now."""
        self._terminal.materials.capture()
