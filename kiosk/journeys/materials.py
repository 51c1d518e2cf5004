"""The papers of a case and their pages: those under the camera, and those that come as files.

Knows: the captured pages, and what is asked about them. Does not know: which papers are asked for (`asked_papers`), how a
page is found or straightened, or how a PDF is written (`kiosk.documents`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kiosk.catalogue.materials import AskedMaterial
from kiosk.catalogue.models import Material, Profile
from kiosk.documents.looks import alike
from kiosk.documents.pages import (
    CapturedPage,
    CaptureRefused,
    Outline,
    PageCaptured,
    PreviewChanged,
    PreviewFrame,
    Refused,
    VisionBack,
    VisionEvent,
    VisionLost,
)
from kiosk.documents.vision import Vision
from kiosk.events import Fact
from kiosk.journeys.asked_papers import AskedPapers, MaterialView
from kiosk.journeys.context import Context
from kiosk.journeys.reading import ReadingDesk
from kiosk.journeys.vault import Doubled
from kiosk.session import events as ev
from kiosk.session.states import Device, Hand, State

MOVED_SHARE = 0.03
"""Of the picture, by which a corner has moved when a hand moved it."""
MOVED_FRAMES = 5
"""In a row: an outline may flicker."""


class MaterialsDesk:
    """The list of materials, and the camera while one is open."""

    def __init__(self, context: Context, vision: Vision, reading: ReadingDesk) -> None:
        self._context = context
        self._papers = AskedPapers(context)
        self._vision = vision
        self._reading = reading
        self._refused_at: Outline | None = None
        """Where the page lay that was refused last."""
        self._waved_off = ""
        """The refusal that the person has put away: it does not come back by itself while the page lies as it did."""
        self._elsewhere = 0
        self._under_camera = ""

    # --- the list ----

    def asked(self) -> tuple[AskedMaterial, ...]:
        """Return the materials that the answers ask for; the signature has its own step."""
        return self._papers.asked()

    def views(self) -> tuple[MaterialView, ...]:
        """Return one line for each material."""
        return self._papers.views()

    def bring_later(self, key: str) -> None:
        """The person will bring this one after the hand-in; what was laid of it so far is not handed in."""
        view = next((view for view in self.views() if view.key == key), None)
        if view is not None and view.later_by is not None and view.state in {"needed", "partly"}:
            self._context.vault.pages.pop(key, None)
            self._context.vault.later.add(key)
            self._context.audit.record("material.later", session=self._context.session().number, material=key)
            self._changed()

    def later(self) -> tuple[MaterialView, ...]:
        """Return what is still to be brought."""
        return tuple(view for view in self.views() if view.state == "later")

    @property
    def complete(self) -> bool:
        """Say whether every required material is here, or may be brought later and is meant to be."""
        return all(view.state in {"have", "done", "later"} or not view.required for view in self.views())

    # --- pages ----

    @property
    def open_key(self) -> str:
        """The material under the camera."""
        return self._context.session().material

    def page_count(self, material: str) -> int:
        """Return how many pages a material has."""
        return len(self._context.vault.pages.get(material, ()))

    def page_image(self, material: str, index: int) -> bytes:
        """Return one page as JPEG."""
        return self._context.vault.pages[material][index].jpeg

    def remove_page(self, material: str, index: int) -> None:
        """Take one page out."""
        pages = self._context.vault.pages.get(material, [])
        if 0 <= index < len(pages):
            gone = pages.pop(index)
            if self.open_key == material:
                # It may lie there still, and so may one for which there was no room before.
                self._vision.give_back(gone.sha256)
                self._vision.take_by_itself(on=True)
            self._changed()

    def move_page(self, material: str, index: int, by: int) -> None:
        """Change a page's place among its own: `by` -1 towards the first, 1 towards the last. Not past either end."""
        pages = self._context.vault.pages.get(material, [])
        if 0 <= index < len(pages) and 0 <= index + by < len(pages):
            pages.insert(index + by, pages.pop(index))
            self._changed()

    def turn_page(self, material: str, index: int) -> None:
        """Turn a page a quarter clockwise. Its picture and its hash stay; how it is shown changes."""
        pages = self._context.vault.pages.get(material, [])
        if 0 <= index < len(pages):
            pages[index] = replace(pages[index], turned=(pages[index].turned + 90) % 360)
            self._changed()

    def page_turned(self, material: str, index: int) -> int:
        """Return by how many degrees clockwise a page is to be shown turned."""
        return self._context.vault.pages[material][index].turned

    def _note_hand(self, key: str) -> None:
        session = self._context.session()
        if session.assisted:
            self._context.vault.brought_by[key] = str(session.hand)

    def _changed(self) -> None:
        self._context.bus.publish(Fact.MATERIALS)
        self._context.handle(ev.Touched())

    def room(self, key: str) -> tuple[int, bool]:
        """Return how many more pages a material can take, and whether it is a portrait."""
        material = self._papers.material(key)
        if material is None:
            return 0, False
        return material.pages_max - self.page_count(key), material.profile is Profile.PHOTO

    def add(self, key: str, pages: Sequence[CapturedPage]) -> None:
        """Take the pages of a file, in their order, up to one that looks like an earlier one: then the person is asked."""
        context = self._context
        if not context.session().personal or self.doubled is not None or len(pages) > self.room(key)[0]:
            return
        context.vault.later.discard(key)
        self._bring(key, tuple(pages))

    def _bring(self, key: str, pages: tuple[CapturedPage, ...]) -> None:
        for at, page in enumerate(pages):
            earlier = self._earlier(key, page)
            if earlier is not None:
                self._context.vault.doubled = Doubled(key, page, earlier, pages[at + 1 :])
                break
            self._keep_brought(key, page)
        self._changed()

    def _keep_brought(self, key: str, page: CapturedPage) -> None:
        context = self._context
        context.vault.pages.setdefault(key, []).append(page)
        self._note_hand(key)
        self._reading.page_taken(key, page)
        context.audit.record("material.brought", session=context.session().number, material=key, source=page.source)

    def _earlier(self, key: str, page: CapturedPage) -> int | None:
        """Return the number, from 0, of the page of a material that this one looks like."""
        pages = self._context.vault.pages.get(key, ())
        return next((at for at, each in enumerate(pages) if _same(each, page)), None)

    # --- the camera ----

    def open_camera(self, key: str) -> None:
        """Show the camera for this material, or go on with it after the camera was lost: what was said then still holds."""
        if key != self._under_camera:
            self._forget_refusal()
        self._under_camera = key
        self._context.vault.later.discard(key)  # it is here after all
        material = self._papers.material(key)
        if material is not None and material.profile is not None:
            self._vision.start_preview(str(material.profile), taking=self.room(key)[0] > 0 and self.doubled is None)

    def close_camera(self) -> None:
        """Stop the preview and forget the last frame."""
        self.answer_doubled(keep=False)  # whoever leaves the camera has not said that it is another page
        self._forget_refusal()
        self._under_camera = ""
        self._vision.stop_preview()
        self._vision.forget()

    def capture(self, outline: Outline | None = None) -> None:
        """Take the page now, steady or not, within corners set by hand if there are any."""
        if self.doubled is None and self.room(self.open_key)[0] > 0:
            self._vision.capture(outline)

    def frame(self) -> PreviewFrame | None:
        """Return the newest frame of the live picture."""
        return self._vision.latest_frame()

    def on_event(self, event: VisionEvent) -> None:
        """Take what the vision worker said."""
        context = self._context
        match event:
            case PreviewChanged():
                self._follow_refused()
                context.bus.publish(Fact.FRAME)
            case PageCaptured(page=page):
                self._take(page)
            case CaptureRefused(refused=refused, asked=asked):
                self._refuse(refused, asked=asked)
            case VisionLost(code=code):
                context.audit.record("device.lost", "failure", device=str(Device.DOCUMENT_CAMERA), status=code)
                context.handle(ev.DeviceLost(Device.DOCUMENT_CAMERA))
                context.bus.publish(Fact.DEVICES)
            case VisionBack():
                context.audit.record("device.back", device=str(Device.DOCUMENT_CAMERA))
                context.handle(ev.DeviceBack(Device.DOCUMENT_CAMERA))
                context.bus.publish(Fact.DEVICES)

    def _take(self, page: CapturedPage) -> None:
        context = self._context
        session = context.session()
        if session.state is not State.CAPTURE:
            return  # the person has left the camera; a late page is nobody's
        material = self._papers.material(session.material)
        if material is None:
            return
        pages = context.vault.pages.setdefault(material.key, [])
        if len(pages) >= material.pages_max or self.doubled is not None:
            self._vision.give_back(page.sha256)  # it lies there still, and is taken when its turn comes
            return
        self._forget_refusal()
        self._take_in(material, page)

    def _take_in(self, material: Material, page: CapturedPage) -> None:
        """Keep a page, unless it looks like an earlier one: then the person is asked."""
        earlier = self._earlier(material.key, page)
        if earlier is None:
            self._keep(material, page)
            return
        self._vision.take_by_itself(on=False)
        self._context.vault.doubled = Doubled(material.key, page, earlier)
        self._changed()

    def _keep(self, material: Material, page: CapturedPage) -> None:
        context, session = self._context, self._context.session()
        pages = context.vault.pages.setdefault(material.key, [])
        pages.append(page)
        self._note_hand(material.key)
        self._reading.page_taken(material.key, page)
        context.audit.record(
            "material.captured", session=session.number, material=material.key, dpi=round(page.dpi)
        )
        if page.kept_anyway:
            context.audit.record(
                "material.kept_anyway",
                session=session.number, material=material.key, reason=page.kept_anyway, by=page.kept_by,
            )  # fmt: skip
        self._changed()
        if len(pages) == material.pages_max:
            context.handle(ev.MaterialCaptured(session.number))

    # --- a picture that is not good enough ----

    @property
    def refused(self) -> Refused | None:
        """The picture that was not good enough, while it is to be looked at."""
        return self._context.vault.refused

    def _refuse(self, refused: Refused, *, asked: bool) -> None:
        if self._context.session().state is not State.CAPTURE or self.doubled is not None:
            return
        shown = self.refused
        if not asked and refused.advice in {self._waved_off, "" if shown is None else shown.advice}:
            return
        frame = self._vision.latest_frame()
        self._context.vault.refused, self._waved_off = refused, ""
        self._refused_at, self._elsewhere = None if frame is None else frame.outline, 0
        self._context.bus.publish(Fact.MATERIALS)
        if asked:
            self._context.handle(ev.Touched())

    def wave_off(self) -> None:
        """The person has seen why, and looks at the live picture again."""
        if self.refused is not None:
            self._context.vault.refused, self._waved_off = None, self.refused.advice
            self._changed()

    @property
    def keepable(self) -> bool:
        """Say whether a clerk is here who may keep the refused page all the same, and has the screen."""
        session, refused = self._context.session(), self.refused
        helps = session.clerk and session.hand is Hand.CLERK and self._context.vault.clerk != ""
        return helps and refused is not None and refused.page is not None and self.room(session.material)[0] > 0

    def keep_anyway(self) -> None:
        """The clerk who helps answers for the page whose picture was refused."""
        refused, material = self.refused, self._papers.material(self.open_key)
        if not self.keepable or refused is None or refused.page is None or material is None:
            return
        page = replace(refused.page, kept_anyway=str(refused.advice), kept_by=self._context.vault.clerk)
        self._vision.kept(page.sha256)
        self._forget_refusal()
        self._take_in(material, page)

    def _follow_refused(self) -> None:
        """Put the refusal away when the paper is moved: somebody does something about it, and wants to see what."""
        if self.refused is None and not self._waved_off:
            return
        frame = self._vision.latest_frame()
        outline = None if frame is None else frame.outline
        self._elsewhere = self._elsewhere + 1 if _moved(self._refused_at, outline) else 0
        if self._elsewhere >= MOVED_FRAMES:
            self._forget_refusal()

    def _forget_refusal(self) -> None:
        self._waved_off, self._elsewhere = "", 0
        if self.refused is not None:
            self._context.vault.refused = None
            self._context.bus.publish(Fact.MATERIALS)

    # --- the same page again ----

    @property
    def doubled(self) -> Doubled | None:
        """The page that looks like an earlier one, while the person has not said whether it is."""
        return self._context.vault.doubled

    def answer_doubled(self, *, keep: bool) -> None:
        """Keep the page that looks like an earlier one, or leave it out."""
        context, doubled = self._context, self.doubled
        if doubled is None:
            return
        context.vault.doubled = None
        answer = "kept" if keep else "left_out"
        context.audit.record(
            "material.doubled", session=context.session().number, material=doubled.material, answer=answer
        )
        material = self._papers.material(doubled.material)
        if doubled.page.source != "camera":
            if keep and material is not None:
                self._keep_brought(material.key, doubled.page)
            self._bring(doubled.material, () if material is None else doubled.then)
            return
        self._vision.take_by_itself(on=True)
        if keep and material is not None:
            self._keep(material, doubled.page)
        else:
            self._changed()

    def leave_brought(self) -> None:
        """Whoever goes away from files before they have answered has not said that they are other pages."""
        doubled = self.doubled
        if doubled is not None and doubled.page.source != "camera":
            self._context.vault.doubled = replace(doubled, then=())
            self.answer_doubled(keep=False)


def _moved(before: Outline | None, now: Outline | None) -> bool:
    """Say whether a page lies elsewhere, or came, or went."""
    if before is None or now is None:
        return before is not now
    corners = zip(before, now, strict=True)
    return any(max(abs(x - left), abs(y - top)) > MOVED_SHARE for (x, y), (left, top) in corners)


def _same(one: CapturedPage, other: CapturedPage) -> bool:
    """Say whether two pages are pictures of the same sheet, or the same picture."""
    return one.sha256 == other.sha256 or alike(one.look, other.look)
