"""Which papers a case asks for, given the answers, and how far each of them is.

Knows: the chosen item, its registers, the case that is open, what was laid. Does not know: how pages come.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from kiosk.catalogue import proxies
from kiosk.catalogue.materials import AskedMaterial, asked_materials
from kiosk.catalogue.models import Material, Profile, Provide, ServiceItem, Text
from kiosk.journeys import receipts
from kiosk.journeys.context import Context
from kiosk.session.states import Journey
from kiosk.words.dates import Say

MaterialState = Literal["have", "needed", "partly", "done", "later"]


@dataclass(frozen=True, slots=True)
class MaterialView:
    """One line of the list of materials."""

    key: str
    name: Text
    note: Text | None
    state: MaterialState
    reason_id: str
    pages: int
    min_pages: int
    max_pages: int
    profile: str
    required: bool
    later_by: dt.date | None = None
    """By which day it may be brought, where the item lets one begin without it."""


def amount(view: MaterialView, say: Say) -> str:
    """Say how much there is of a material: pages, or photos."""
    return say("paper.photos" if view.profile == Profile.PHOTO else "paper.pages", pages=view.pages)


class AskedPapers:
    """The list of papers; nothing of it is kept, so that it is always that of the answers."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def asked(self) -> tuple[AskedMaterial, ...]:
        """Return the materials that the answers ask for; the signature has its own step."""
        item = self._context.item()
        if item is None:
            return ()
        plan = self._context.session().plan
        if plan is not None and plan.journey is Journey.SUPPLEMENT:
            return self._wanted(item)
        connected = {register.id for register in self._context.catalogue.registers if register.connected}
        wanted = asked_materials(item, self._context.vault.answers, connected)
        proof = proxies.paper(self._context.session().capacity)
        first = () if proof is None else (proof,)
        return (*first, *(asked for asked in wanted if asked.way is not Provide.SIGN))

    def _wanted(self, item: ServiceItem) -> tuple[AskedMaterial, ...]:
        """Return what the open case waits for, as far as it comes as pages: all of it, and now."""
        waits = self._context.vault.supplementing
        wanted = () if waits is None else waits.wanted
        return tuple(
            AskedMaterial(material.model_copy(update={"later_days": None}), True, (Provide.SCAN,), None)
            for material in item.materials
            if material.key in wanted and material.profile is not None
        )

    def views(self) -> tuple[MaterialView, ...]:
        """Return one line for each material."""
        return tuple(self._view(asked) for asked in self.asked())

    def _view(self, asked: AskedMaterial) -> MaterialView:
        material = asked.material
        pages = len(self._context.vault.pages.get(material.key, ()))
        state: MaterialState
        if asked.way not in {Provide.SCAN, None}:
            state = "have"
        elif pages >= material.pages_min:
            state = "done"
        elif material.later_days is not None and material.key in self._context.vault.later:
            state = "later"
        else:
            state = "partly" if pages else "needed"
        return MaterialView(
            key=material.key,
            name=material.name,
            note=material.note,
            state=state,
            reason_id=(asked.reason_id or "") if asked.way is Provide.SCAN else "",
            pages=pages,
            min_pages=material.pages_min,
            max_pages=material.pages_max,
            profile="" if material.profile is None else str(material.profile),
            required=asked.required,
            later_by=self._later_by(asked),
        )

    def _later_by(self, asked: AskedMaterial) -> dt.date | None:
        item, days = self._context.item(), asked.material.later_days
        if item is None or days is None or not asked.required:
            return None
        handed_in = self._context.vault.submitted_at or self._context.clock.now()
        return receipts.bring_by(self._context, item, handed_in, days)

    def material(self, key: str) -> Material | None:
        """Return the material of this key, if it is asked for."""
        return next((asked.material for asked in self.asked() if asked.material.key == key), None)
