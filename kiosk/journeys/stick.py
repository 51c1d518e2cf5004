"""Papers from a person's USB stick: what is on it, judged one by one, and the pages of those that are chosen.

Knows: which stick is there, and for which material it is looked at. Does not know: how a file is judged or drawn
(`kiosk.documents`), screens. Nothing is read before somebody asks, or once the person has left the list of materials. What
is shown of a file is what passed the gate, and what is taken is what was shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from kiosk.documents.errands import Imported, NotImported
from kiosk.documents.stick import Found, Unreadable, papers, read
from kiosk.events import Fact
from kiosk.journeys.bringing import TakeIn
from kiosk.journeys.context import Context
from kiosk.journeys.materials import MaterialsDesk
from kiosk.journeys.vault import StickFile
from kiosk.session import events as ev
from kiosk.session.states import State

LOOK_EVERY_S = 1.0
UNREAD_LOOKS = 5
"""In a row: what has just been put in takes a moment until it is mounted."""
NONE = "screens.materials.stick_none"
TWO = "screens.materials.stick_two"
UNREAD = "screens.materials.stick_unread"
GONE = "documents.import.lost"
NOTHING = "documents.stick.nothing"
MORE = "documents.stick.more"
FULL = "documents.import.too_many_pages"
Sticks = Callable[[], tuple[tuple[Path, ...], ...]]
"""For each stick that is there, where its file systems are mounted."""
Unread = Callable[[], bool]
"""Whether one is there that is not mounted."""


@dataclass(frozen=True, slots=True)
class Looking:
    """What the screen shows. `said`: message id of what happened last. `pages`: taken since it was opened."""

    material: str = ""
    busy: bool = False
    pages: int = 0
    said: str = ""


class StickDesk:
    """One look at one stick at a time, for one material."""

    def __init__(self, context: Context, materials: MaterialsDesk, take_in: TakeIn, sticks: Sticks, unread: Unread) -> None:
        self._context = context
        self._materials = materials
        self._take_in = take_in
        self._sticks = sticks
        self._unread = unread
        self._unread_for = 0
        self._view = Looking()
        self._before = 0
        """Pages of the material when the look began."""
        self.wanting = NONE
        """Message id of why there is no stick to look at, as of the last look; empty when there is one."""
        self._next_at = 0.0
        self._look = 0
        """Counts looks: what an earlier one still brings is nobody's."""

    @property
    def view(self) -> Looking:
        """What the screen shows. Pages about which the person is still asked are not counted."""
        pages = self._materials.page_count(self._view.material) - self._before
        return replace(self._view, pages=max(0, pages)) if self._view.material else self._view

    @property
    def files(self) -> tuple[StickFile, ...]:
        """What was found on the stick, newest first."""
        return self._context.vault.stick

    def taken(self, number: int) -> bool:
        """Say whether all pages of a file are among the material's."""
        answer = self.files[number].answer
        here = {page.sha256 for page in self._context.vault.pages.get(self.view.material, ())}
        return isinstance(answer, Imported) and all(page.sha256 in here for page in answer.pages)

    def tick(self) -> None:
        """See now and then, while it matters, whether a stick is there; put everything away when the person has gone on."""
        here = self._context.session().state is State.MATERIALS
        if self.view.material and not here:
            self._materials.leave_brought()
            self.close()
        now = self._context.clock.monotonic()
        if not here or now < self._next_at:
            return
        self._next_at = now + LOOK_EVERY_S
        wanting = self._what_is_wanting()
        if wanting != self.wanting:
            self.wanting = wanting
            self._context.bus.publish(Fact.MATERIALS)

    def _what_is_wanting(self) -> str:
        """Of two sticks nobody knows whose the other is; one that cannot be mounted is not the person's fault."""
        sticks = len(self._sticks())
        self._unread_for = self._unread_for + 1 if self._unread() else 0
        if sticks > 1:
            return TWO
        if sticks == 1:
            return ""
        return UNREAD if self._unread_for >= UNREAD_LOOKS else NONE

    def open(self, material: str) -> None:
        """Look at what is on the stick, for this material."""
        self.close()
        sticks = self._sticks()
        if len(sticks) != 1 or not self._context.session().personal:
            return
        self._look += 1
        look = self._look
        self._before = self._materials.page_count(material)
        self._show(Looking(material, busy=True))

        def found(answer: tuple[tuple[Found, ...], bool]) -> None:
            if look != self._look:
                return
            files, more = answer
            self._context.vault.stick = tuple(StickFile(each.path, each.kind) for each in files)
            said = NOTHING if not files else MORE if more else ""
            self._show(replace(self._view, busy=False, said=said))
            self._judge(look, 0)

        self._context.document_work.run(lambda: papers(*sticks[0]), found, lambda error: self._failed(look, error))

    def _judge(self, look: int, number: int) -> None:
        """Send the next file through the gate, and so on: one at a time, so that nothing else waits long for its turn."""
        if number >= len(self.files):
            return
        path = self.files[number].path
        room, photo = self._materials.room(self.view.material)

        def work() -> Imported | NotImported:
            try:
                return self._take_in(read(path), "usb", room=max(1, room), photo=photo)
            except Unreadable:
                return NotImported(GONE)

        def judged(answer: Imported | NotImported) -> None:
            if look != self._look:
                return
            files = list(self.files)
            files[number] = replace(files[number], answer=answer)
            self._context.vault.stick = tuple(files)
            self._context.bus.publish(Fact.MATERIALS)
            self._judge(look, number + 1)

        self._context.document_work.run(work, judged, lambda error: self._failed(look, error))

    def choose(self, number: int) -> None:
        """Take a file's pages, or say why not."""
        self._context.handle(ev.Touched())
        if not 0 <= number < len(self.files) or self.taken(number) or self._materials.doubled is not None:
            return
        answer, material = self.files[number].answer, self.view.material
        if isinstance(answer, NotImported):
            self._show(replace(self._view, said=answer.reason))
        elif answer is not None and len(answer.pages) > self._materials.room(material)[0]:
            self._show(replace(self._view, said=FULL))
        elif answer is not None:
            self._materials.add(material, answer.pages)
            said = answer.notes[0] if answer.notes else ""
            self._show(replace(self._view, said=said))

    def close(self) -> None:
        """Put the list away, and forget what stands on the stick."""
        self._look += 1
        self._context.vault.stick = ()
        if self._view.material:
            self._show(Looking())

    def _failed(self, look: int, error: Exception) -> None:
        if not isinstance(error, Unreadable):
            raise error
        if look == self._look:
            self._show(replace(self._view, busy=False, said=GONE))

    def _show(self, view: Looking) -> None:
        self._view = view
        self._context.bus.publish(Fact.MATERIALS)
