"""What the hardware still holds of the person when the session is over.

Knows: how to ask the card reader. Does not know: how long to remind, or whom to alarm (the machine says when).
"""

from __future__ import annotations

from devices.id_card import CardPresent, PresenceUnknown
from devices.supervisor import DeviceReport
from kiosk.journeys.context import Context
from kiosk.session import events as ev
from kiosk.session.states import Device, Holding, State


class GuardDesk:
    """Answers `CheckHolding`, and watches for the card being lifted while the guard screen stands."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def check(self) -> None:
        """Ask the reader now; its next report answers."""
        reader = self._context.devices.get(Device.ID_CARD)
        if reader is None:
            self._answer(None)
            return
        reader.submit(lambda driver: driver.status(), lambda status: self._answer(self._holding(status)))

    def on_report(self, report: DeviceReport) -> None:
        """Take a new status of the reader while the guard stands."""
        if self._context.session().state is State.GUARD:
            self._answer(self._holding(report.status))

    def _holding(self, status: object) -> Holding | None:
        match status:
            case CardPresent():
                return Holding.CARD
            case PresenceUnknown():
                return Holding.CARD_UNKNOWN
            case _:
                return None  # no card, or no reader that could hold one

    def _answer(self, holding: Holding | None) -> None:
        session = self._context.session()
        self._context.handle(ev.HoldingChecked(session.number, holding))

    def alarm(self) -> None:
        """Record that something was left behind and the station was told."""
        session = self._context.session()
        held = "" if session.holding is None else str(session.holding)
        self._context.audit.record("guard.alarmed", "failure", session=session.number, holding=held or "paper")
