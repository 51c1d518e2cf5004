"""The real form desk over the fake terminal: every field of the catalogue, with its own rules."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from fake_terminal import FakeTerminal
from fake_values import SATURDAY_NIGHT

from kiosk.catalogue.models import ServiceItem
from kiosk.identity.assurance import Assurance
from kiosk.journeys.context import Context
from kiosk.journeys.form import FormDesk
from kiosk.journeys.materials import MaterialsDesk
from kiosk.journeys.vault import Vault
from kiosk.session.states import Journey, Plan, State


class _Surroundings(SimpleNamespace):
    """What of a context a form desk asks for; the language is whatever the terminal's is now."""

    terminal: FakeTerminal

    @property
    def language(self) -> str:
        return self.terminal.language

    def item(self) -> ServiceItem | None:
        plan = self.terminal.session.plan
        return None if plan is None or not plan.item_id else self.terminal.catalogue.item(plan.item_id)


class WholeForm:
    """Stands somebody before the form of any item."""

    def __init__(self, terminal: FakeTerminal) -> None:
        self.vault = Vault()
        self._terminal = terminal
        context = _Surroundings(
            terminal=terminal,
            catalogue=terminal.catalogue,
            words=terminal.words,
            vault=self.vault,
            bus=SimpleNamespace(publish=terminal.publish),
            session=lambda: terminal.session,
            handle=terminal.handle,
            today=SATURDAY_NIGHT.date,
            say=lambda ident, **args: terminal.words.text(terminal.language, ident, **args),
        )
        self.desk = FormDesk(cast("Context", context), cast("MaterialsDesk", terminal.materials))

    def open(self, item: ServiceItem, page: int = 0) -> None:
        """Show a page of an item's form; what stands in the vault is what was answered so far."""
        self._terminal.form = self.desk  # type: ignore[assignment]
        state = State.CHOOSE if item.prints else State.FORM
        journey = Journey.CERTIFICATE if item.prints else Journey.APPLY
        self._terminal.show(state, plan=Plan(item.id, journey, Assurance.CARD_CODE), page=page)
