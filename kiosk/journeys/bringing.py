"""Papers from the person's phone: a code on the screen, the files that come, the pages that they become.

Knows: the hand-over that is open and for which material. Does not know: how a file is judged (`kiosk.documents`), how it
travels (`kiosk.city.client`), screens. Nothing is asked for once the person has left the list of materials.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from kiosk.city.client import PlatformRejected, PlatformUnreachable
from kiosk.city.messages import HandoverAnswer
from kiosk.documents.errands import Imported, NotImported
from kiosk.events import Fact
from kiosk.journeys.context import Context
from kiosk.journeys.materials import MaterialsDesk
from kiosk.session import events as ev
from kiosk.session.states import State

ASK_EVERY_S = 1.5
NO_LINE = "documents.bring.no_line"
OVER = "documents.bring.over"
TakeIn = Callable[..., Imported | NotImported]


@dataclass(frozen=True, slots=True)
class Bringing:
    """What the screen shows. `said`: message id of what happened last; `claimed`: a phone has begun to send."""

    material: str = ""
    url: str = ""
    claimed: bool = False
    pages: int = 0
    said: str = ""


class BringingDesk:
    """One hand-over at a time, for one material."""

    def __init__(self, context: Context, materials: MaterialsDesk, take_in: TakeIn) -> None:
        self._context = context
        self._materials = materials
        self._take_in = take_in
        self._view = Bringing()
        self._before = 0
        """Pages of the material when the code was shown."""
        self._token = ""
        self._taken = 0
        self._next_at = 0.0
        self._busy = False

    @property
    def view(self) -> Bringing:
        """What the screen shows. Pages about which the person is still asked are not counted."""
        pages = self._materials.page_count(self._view.material) - self._before
        return replace(self._view, pages=max(0, pages)) if self._view.material else self._view

    def open(self, material: str) -> None:
        """Show a code for this material."""
        self.close()
        self._before = self._materials.page_count(material)
        self._show(Bringing(material))
        shown = self._view

        def opened(answer: HandoverAnswer) -> None:
            if self._view is not shown:
                self._end(answer.token)
                return
            self._token, self._taken, self._busy = answer.token, 0, False
            self._show(replace(shown, url=answer.url))

        self._context.city_work.run(self._context.city.open_handover, opened, self._failed)

    def close(self) -> None:
        """Take the code off the screen; what was sent and not fetched is forgotten by the city."""
        if self._token:
            self._end(self._token)
        self._token, self._busy = "", False
        if self._view.material:
            self._show(Bringing())

    def tick(self) -> None:
        """Ask for the next file now and then while a code is shown; stop when the person has gone on."""
        session = self._context.session()
        if self.view.material and session.state is not State.MATERIALS:
            self._materials.leave_brought()
            self.close()
        now = self._context.clock.monotonic()
        if not self._token or self._busy or now < self._next_at or self._materials.doubled is not None:
            return
        self._busy, self._next_at = True, now + ASK_EVERY_S
        token, taken = self._token, self._taken
        self._context.city_work.run(
            lambda: self._context.city.fetch_handover(token, taken), lambda found: self._came(token, *found), self._failed
        )

    def _came(self, token: str, claimed: bool, data: bytes) -> None:
        if token != self._token:
            return
        if claimed and not self.view.claimed:
            self._show(replace(self._view, claimed=True))
            self._context.handle(ev.Touched())  # whoever is busy with a phone is here
        if not data:
            self._busy = False
            return
        material = self.view.material
        room, photo = self._materials.room(material)

        def judged(answer: Imported | NotImported) -> None:
            if token != self._token:
                return
            self._busy, self._next_at, self._taken = False, 0.0, self._taken + 1
            if isinstance(answer, NotImported):
                self._show(replace(self._view, said=answer.reason))
                return
            self._materials.add(material, answer.pages)
            said = answer.notes[0] if answer.notes else ""
            self._show(replace(self._view, said=said))

        self._context.document_work.run(
            lambda: self._take_in(data, "phone", room=room, photo=photo), judged, self._failed
        )

    def _end(self, token: str) -> None:
        # Whether the city hears of it or not: it forgets the files by itself when their minutes are over.
        self._context.city_work.run(lambda: self._context.city.close_handover(token), lambda _: None, _not_needed)

    def _failed(self, error: Exception) -> None:
        self._busy = False
        match error:
            case PlatformUnreachable():
                self._context.suspect_line()
                self._show(replace(self._view, said=NO_LINE))
            case PlatformRejected():
                self._token = ""
                self._show(replace(self._view, url="", said=OVER))
            case _:
                raise error

    def _show(self, view: Bringing) -> None:
        self._view = view
        self._context.bus.publish(Fact.MATERIALS)


def _not_needed(error: Exception) -> None:
    if not isinstance(error, PlatformRejected | PlatformUnreachable):
        raise error
