"""What can be done here: shelves, search, and the guide of the chosen item.

Knows: catalogue records and how to say them. Does not know: why something is unavailable (the terminal says a message id).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtQml import QJSEngine, QmlElement, QmlSingleton

from kiosk.catalogue.materials import Alternatives, by_answer
from kiosk.events import Fact
from kiosk.session import events as ev
from kiosk.session.states import State
from ui.bridge.given import given
from ui.bridge.settings import Settings
from ui.bridge.words import say
from ui.typing import Property

if TYPE_CHECKING:
    from kiosk.catalogue.models import Material, Option, ServiceItem
    from kiosk.terminal import Terminal

QML_IMPORT_NAME = "Kiosk.Bridge"
QML_IMPORT_MAJOR_VERSION = 1

SHOWN = 8
"""Items of a search that are shown: the best stand first, and another letter is less work than another page."""
SHELF = 12
"""Items of a shelf that are shown at first, and with every *more*: a tile costs a screen some milliseconds."""
_PRINT = frozenset({"query_print"})
_APPLY = frozenset({"apply_full", "apply_prefill", "pay", "guide_only"})


@QmlElement
@QmlSingleton
class Catalogue(QObject):
    """The services, as the home screen and the guide show them."""

    shelfChanged = Signal()
    foundChanged = Signal()
    lifeEventsChanged = Signal()
    guideChanged = Signal()

    def __init__(self, terminal: Terminal, settings: Settings) -> None:
        super().__init__()
        self._terminal = terminal
        self._settings = settings
        self._shelf = ""
        self._wanted = ""
        self._limit = SHELF
        self._count = 0
        self._found: list[dict[str, Any]] = []
        self._life: list[dict[str, str]] = []
        self._guide: dict[str, Any] = {}
        for fact in (Fact.CATALOGUE, Fact.DEVICES, Fact.LINE, Fact.OUTBOX, Fact.SESSION):
            terminal.bus.subscribe(fact, self._follow)
        settings.languageChanged.connect(self._follow)
        self._follow()

    @staticmethod
    def create(_engine: QJSEngine) -> QObject:
        """Return the application's instance."""
        return given(Catalogue)

    @Slot()
    def _follow(self) -> None:
        """Tell only what differs: a list that is made anew under a finger would swallow its press."""
        if self._terminal.session.state in {State.ATTRACT, State.DESK} and self._shelf:
            self._shelf, self._wanted = "", ""
            self.shelfChanged.emit()
        if (found := self._find()) != self._found:
            self._found = found
            self.foundChanged.emit()
        if (life := self._moments()) != self._life:
            self._life = life
            self.lifeEventsChanged.emit()
        if (guide := self._explain()) != self._guide:
            self._guide = guide
            self.guideChanged.emit()

    # --- the shelf that is open ---

    @Property(str, notify=shelfChanged)
    def shelf(self) -> str:
        """`print`, `apply`, `information`, `life`, `all`, `search`, or nothing: the tiles."""
        return self._shelf

    @Property(str, notify=shelfChanged)
    def wanted(self) -> str:
        """The life event of the shelf, or what is searched for."""
        return self._wanted

    @Slot(str, str)
    def look(self, shelf: str, wanted: str) -> None:
        """Open a shelf; the empty name goes back to the tiles."""
        self._shelf, self._wanted, self._limit = shelf, wanted, SHOWN if shelf == "search" else SHELF
        self._follow()
        self.shelfChanged.emit()

    @Slot(str, str)
    def search(self, text: str, begun: str) -> None:
        """Search for what was written, with what is just being typed (`begun`) where that finds anything."""
        language = self._settings.language
        whole = text + begun
        self.look("search", whole if not begun or self._terminal.catalogue.search(whole, language) else text)

    @Slot()
    def more(self) -> None:
        """Show as many items of the shelf again."""
        self._limit += SHELF
        self._follow()

    @Property("QVariantList", notify=foundChanged)
    def found(self) -> list[dict[str, Any]]:
        """The first items of the open shelf: what can be done now stands first, what never can be here last."""
        return self._found

    @Property(int, constant=True)
    def shown(self) -> int:
        """How many items of a search `found` has at most."""
        return SHOWN

    @Property(int, notify=foundChanged)
    def count(self) -> int:
        """How many items the open shelf has in all."""
        return self._count

    def _find(self) -> list[dict[str, Any]]:
        chosen = self._chosen()
        self._count = len(chosen)
        if self._shelf == "search":
            return [self._row(item) for item in chosen[: self._limit]]
        rows = [(item, self._row(item)) for item in chosen]
        rows.sort(key=lambda pair: (pair[1]["reason"] != "", not pair[0].available))
        return [row for _, row in rows[: self._limit]]

    def _chosen(self) -> tuple[ServiceItem, ...]:
        catalogue = self._terminal.catalogue
        match self._shelf:
            case "print":
                return tuple(item for item in catalogue.items if item.mode.value in _PRINT and not _is_notice(item))
            case "apply":
                return tuple(item for item in catalogue.items if item.mode.value in _APPLY)
            case "information":
                return tuple(item for item in catalogue.items if _is_notice(item))
            case "life":
                return catalogue.of_life_event(self._wanted)
            case "search":
                return catalogue.search(self._wanted, self._settings.language)
            case "all":
                return catalogue.items
            case _:
                return ()

    def _row(self, item: ServiceItem) -> dict[str, Any]:
        return {
            "id": item.id,
            "name": say(item.name, self._settings),
            "summary": say(item.summary, self._settings),
            "mode": item.mode.value,
            **self._obstacle(item),
        }

    def _obstacle(self, item: ServiceItem) -> dict[str, str]:
        """Say why it cannot be done now and what to do instead: message ids, empty while it can."""
        answer = self._terminal.availability(item)
        return {"reason": getattr(answer, "reason_id", ""), "nextStep": getattr(answer, "next_step_id", "")}

    @Property("QVariantList", notify=lifeEventsChanged)
    def lifeEvents(self) -> list[dict[str, str]]:
        """Moments of life that have items."""
        return self._life

    def _moments(self) -> list[dict[str, str]]:
        catalogue = self._terminal.catalogue
        return [
            {"id": event.id, "name": say(event.name, self._settings)}
            for event in catalogue.life_events
            if catalogue.of_life_event(event.id)
        ]

    @Slot(str)
    def choose(self, item_id: str) -> None:
        """Begin with this item."""
        item = self._terminal.catalogue.item(item_id)
        if not self._obstacle(item)["reason"]:
            self._terminal.handle(ev.ItemChosen(self._terminal.plan(item)))

    # --- the guide ---

    @Property("QVariantMap", notify=guideChanged)
    def guide(self) -> dict[str, Any]:
        """Everything to know of the chosen item before it begins, or an empty map."""
        return self._guide

    def _explain(self) -> dict[str, Any]:
        plan = self._terminal.session.plan
        if plan is None or not plan.item_id:
            return {}
        item = self._terminal.catalogue.item(plan.item_id)
        return {
            "id": item.id,
            "name": say(item.name, self._settings),
            "summary": say(item.summary, self._settings),
            "office": say(self._terminal.catalogue.department(item.department).name, self._settings),
            "who": say(item.eligibility, self._settings),
            "bring": [self._asked(one) for one in by_answer(item, filter(self._is_brought, item.materials))],
            "spared": [self._said(m) for m in item.materials if self._is_spared(m)],
            "promised": {"value": item.promised_limit.value, "unit": item.promised_limit.unit.value},
            "statutory": {"value": item.legal_limit.value, "unit": item.legal_limit.unit.value} if item.legal_limit else {},
            "charged": item.fee.charged,
            "feeNote": say(item.fee.note, self._settings),
            "result": say(item.result.name, self._settings),
            "collected": say(item.result.collected, self._settings),
            "assurance": plan.assurance.value,
            "sample": item.sample,
            **self._obstacle(item),
        }

    def _asked(self, one: Material | Alternatives) -> dict[str, Any]:
        """Say a material, or what the answer to a question decides: each choice with its options, and who brings nothing."""
        if not isinstance(one, Alternatives):
            return self._said(one)
        return {
            "question": say(one.question.label, self._settings),
            "choices": [
                {"when": self._named(options), "bring": [self._said(material) for material in materials]}
                for options, materials in one.choices
            ],
            "rest": self._named(one.rest),
        }

    def _named(self, options: tuple[Option, ...]) -> list[str]:
        return [say(option.label, self._settings) for option in options]

    def _said(self, material: Material) -> dict[str, str]:
        return {"name": say(material.name, self._settings), "note": say(material.note, self._settings)}

    def _is_spared(self, material: Material) -> bool:
        """The city has it and is asked for it: only a connected register counts."""
        provide = {way.value for way in material.provide}
        if not provide & {"share", "e_certificate"} or material.register_id is None:
            return False
        return self._terminal.catalogue.register(material.register_id).connected

    def _is_brought(self, material: Material) -> bool:
        provide = {way.value for way in material.provide}
        return bool(provide & {"read", "scan"}) and not self._is_spared(material)


def _is_notice(item: ServiceItem) -> bool:
    return item.assurance.value == "none" and item.mode.value in _PRINT
