"""The ways of a citizen through the terminal on the bench, each to the state where a test begins.

Knows: what a person does at each step, and which state follows. Does not know: how the terminal is built.
"""

from __future__ import annotations

import hashlib
import io

from PIL import Image

from devices.id_card import IdCard
from devices.id_card.fakes import FakeIdCardReader
from devices.id_card.samples import SAMPLE_CARDS
from kiosk.documents.pages import CapturedPage, PageCaptured
from kiosk.session import events as ev
from kiosk.session.states import Choice, Session, State
from kiosk.terminal import Terminal

PERMIT = "residence_permit_apply"
CERTIFICATE = "social_participation_cert"
JIA = SAMPLE_CARDS["测试甲"]
STROKES = [[(0.1, 0.5, 0.0), (0.4, 0.4, 0.1), (0.8, 0.6, 0.3)]]


def jpeg(colour: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 60), (colour, 200, 200)).save(out, "JPEG")
    return out.getvalue()


def page(colour: int = 10) -> CapturedPage:
    data = jpeg(colour)
    return CapturedPage(
        jpeg=data,
        width_px=40,
        height_px=60,
        dpi=200,
        sha256=hashlib.sha256(data).hexdigest(),
        sharpness=10.0,
        profile="document",
        paper="A4",
    )


class Citizen:
    """Somebody who goes to a state by the shortest way. The bench brings the terminal and turns it."""

    terminal: Terminal
    reader: FakeIdCardReader

    def turn(self) -> None:
        """Run what is due until nothing is."""
        raise NotImplementedError

    def poll(self) -> None:
        """Let every supervisor look at its driver, then run what follows."""
        raise NotImplementedError

    def handle(self, *events: ev.Event) -> None:
        for event in events:
            self.terminal.handle(event)
            self.turn()

    @property
    def session(self) -> Session:
        return self.terminal.session

    def state(self) -> State:
        # A call, because a type checker takes an attribute for unchanged after whatever changed it.
        return self.terminal.session.state

    def to_identify(self, item_id: str = PERMIT) -> None:
        plan = self.terminal.plan(self.terminal.catalogue.item(item_id))
        self.handle(ev.Started(), ev.ItemChosen(plan), ev.Confirmed())
        if self.state() is State.CONSENT:
            self.handle(ev.Confirmed())
        assert self.state() in {State.IDENTIFY, State.CODE}  # a card may lie there already

    def lay_card(self, card: IdCard = JIA) -> None:
        self.reader.place(card)
        self.poll()

    def lift_card(self) -> None:
        self.reader.lift()
        self.poll()

    def type_code(self, digits: str = "123456") -> None:
        for digit in digits:
            self.terminal.person.type_code(digit)
        self.terminal.person.submit_code()
        self.turn()

    def past_code(self, item_id: str = PERMIT) -> None:
        self.to_identify(item_id)
        self.lay_card()
        assert self.state() is State.CODE
        self.type_code()

    def to_form(self, item_id: str = PERMIT) -> None:
        """To what is asked: of a certificate by *back* from its preview, unless that did not come."""
        self.past_code(item_id)
        if self.state() is State.AGAIN:
            self.handle(ev.Confirmed())
        if self.state() is State.PREVIEW:
            self.handle(ev.BackPressed())
        assert self.state() in {State.FORM, State.CHOOSE}

    def to_prepare(self) -> None:
        """The code is right, and the city has not yet said what it has on record."""
        self.to_identify(CERTIFICATE)
        self.lay_card()
        self.city_work.hold()
        for digit in "123456":
            self.terminal.person.type_code(digit)
        self.terminal.person.submit_code()
        self.city_work.release()
        self.city_work.hold()
        self.turn()
        assert self.state() is State.PREPARE

    def fill_permit(self, reason: str = "home") -> None:
        form = self.terminal.form
        for key, value in (
            ("reg_since", "2024-01-05"),
            ("reason", reason),
            ("address", {"division": self.town(), "detail": "示范路1号"}),
            ("phone", "13800000001"),
        ):
            form.set(key, value)
        self.turn()
        while self.state() is State.FORM:
            before = self.session.page
            assert form.answer_page(), [view for view in form.fields(before) if view.problem_id]
            self.turn()
        assert self.state() is State.MATERIALS

    def town(self) -> str:
        below = self.terminal.form.division_children("")
        county = below[0][0]
        return self.terminal.form.division_children(county)[0][0]

    def lay_page(self, colour: int = 10) -> None:
        self.terminal.materials.on_event(PageCaptured(page(colour)))
        self.turn()

    def lay_materials(self) -> None:
        for view in self.terminal.materials.views():
            if view.state in {"have", "done"}:
                continue
            self.handle(ev.MaterialOpened(view.key))
            assert self.state() is State.CAPTURE
            for number in range(view.pages, view.max_pages):
                self.lay_page(10 + 20 * number)
            assert self.state() is State.MATERIALS
        assert self.terminal.materials.complete

    def to_review(self, reason: str = "home") -> None:
        self.to_form()
        self.fill_permit(reason)
        self.lay_materials()
        self.handle(ev.Confirmed())
        assert self.state() is State.SIGN
        self.terminal.case.set_signature(STROKES, 600, 300)
        self.handle(ev.Confirmed())
        assert self.state() is State.REVIEW

    def to_outcome(self) -> None:
        self.to_review()
        self.handle(ev.Confirmed())
        assert self.state() is State.OUTCOME

    def to_preview(self) -> None:
        self.past_code(CERTIFICATE)
        assert self.state() is State.PREVIEW

    def choose(self) -> None:
        """Answer every page of the certificate's form as it stands."""
        while self.state() is State.CHOOSE:
            assert self.terminal.form.answer_page()
            self.turn()

    def choose_until_trouble(self) -> None:
        """Answer the pages until the city has said no."""
        for _ in range(self.terminal.form.page_count):
            if self.session.trouble is None:
                assert self.terminal.form.answer_page()
                self.turn()
        assert self.session.trouble is not None

    def retry(self) -> None:
        self.handle(ev.TroubleAnswered(Choice.RETRY))

    def leave(self) -> None:
        self.handle(ev.CancelPressed(), ev.LeaveAnswered(leave=True))
