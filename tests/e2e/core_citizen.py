"""A citizen without a screen: the real terminal, turned by hand, against the whole system."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any, Self

from kiosk import bootstrap, config
from kiosk.clock import SystemClock
from kiosk.demo.stack import Stack
from kiosk.dispatch import QueueDispatcher
from kiosk.session import events as ev
from kiosk.session.states import Choice, Session, State

DEADLINE_S = 40.0
JIA = {"name": "测试甲"}


class CoreCitizen:
    """Does with the terminal what a person at the screen does, as fast as the devices allow."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.dispatcher = QueueDispatcher()
        self.terminal = bootstrap.build(config.load(stack.config), self.dispatcher, SystemClock())

    def __enter__(self) -> Self:
        self.terminal.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.terminal.stop()
        self.dispatcher.run_pending()

    @property
    def session(self) -> Session:
        return self.terminal.session

    def until(self, what: str, held: Callable[[], Any]) -> None:
        """Turn the terminal until something holds."""
        deadline = time.monotonic() + DEADLINE_S
        while not held():
            self.dispatcher.run_one(0.05)
            self.terminal.tick()
            if time.monotonic() > deadline:
                raise AssertionError(f"not {what}: {self.session}")

    def all_sent(self) -> None:
        """Turn the terminal until the city has all: asked of the store itself, the screen's count is a second old."""
        self.until("all sent", lambda: not json.loads(self.stack.kiosk("outbox", "stats", "--json"))["waiting"])

    def at(self, state: State) -> None:
        self.until(str(state), lambda: self.session.state is state)

    def do(self, *events: ev.Event) -> None:
        for event in events:
            self.terminal.handle(event)
            self.dispatcher.run_pending()

    # --- the steps ----

    def choose(self, item_id: str) -> None:
        self.do(ev.Started())
        item = self.terminal.catalogue.item(item_id)
        self.until("devices ready", lambda: self.usable(item_id))
        self.do(ev.ItemChosen(self.terminal.plan(item)), ev.Confirmed())
        if self.session.state is State.CONSENT:
            self.do(ev.Confirmed())
        assert self.session.state is State.IDENTIFY

    def usable(self, item_id: str) -> bool:
        return type(self.terminal.availability(self.terminal.catalogue.item(item_id))).__name__ == "Available"

    def identify(self, person: dict[str, Any] | None = None) -> None:
        told = len(self.messages())
        self.stack.control("/v1/id_card/place", person or JIA)
        self.at(State.CODE)
        self.until("a code", lambda: len(self.messages()) > told)
        self.until("ready for the code", lambda: not self.session.busy)
        for digit in self.code():
            self.terminal.person.type_code(digit)
        self.terminal.person.submit_code()

    def code(self) -> str:
        """Return the digits of the newest message, as a person reads them off the phone."""
        return re.search(r"\d{6}", self.messages()[-1]["text"]).group()  # type: ignore[union-attr]

    def messages(self) -> list[dict[str, Any]]:
        path = self.stack.messages_file
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []

    def fill(self, **answers: Any) -> None:
        for key, value in answers.items():
            self.terminal.form.set(key, value)
        for _ in range(10):
            if self.session.state is not State.FORM:
                return
            assert self.terminal.form.answer_page(), self.terminal.form.fields(self.session.page)

    def lay(self, material: str, *pages: str) -> None:
        self.do(ev.MaterialOpened(material))
        assert self.session.state is State.CAPTURE
        for number, page in enumerate(pages, start=1):
            self.stack.control("/v1/camera/lay", {"page": page})
            self.until(f"page {number} of {material}", lambda wanted=number: self.pages_of(material) >= wanted)
            self.stack.control("/v1/camera/clear", {})
        if self.session.state is State.CAPTURE:
            self.do(ev.Confirmed())
        assert self.session.state is State.MATERIALS

    def pages_of(self, material: str) -> int:
        return self.terminal.materials.page_count(material)

    def sign(self) -> None:
        stroke = [(x / 20, 0.4 + 0.2 * (x % 2), x / 10) for x in range(2, 18)]
        self.terminal.case.set_signature([stroke], 800, 300)
        self.do(ev.Confirmed())

    def hand_in(self) -> str:
        assert self.session.state is State.REVIEW
        self.do(ev.Confirmed())
        self.at(State.OUTCOME)
        self.until("receipt", lambda: self.session.receipt_printed is not None)
        return self.terminal.case.code

    def leave(self) -> None:
        self.do(ev.Confirmed())
        self.stack.control("/v1/id_card/lift", {})
        self.at(State.ATTRACT)

    def show_card_alone(self) -> None:
        """Identify while the line is down: no code can be sent, and the item allows the card alone.

        Who has handed the same in before is asked, and hands it in again.
        """
        self.stack.control("/v1/id_card/place", JIA)
        self.until("form or again", lambda: self.session.state in {State.FORM, State.AGAIN})
        if self.session.state is State.AGAIN:
            self.do(ev.Confirmed())
        self.at(State.FORM)
        self.do(ev.TroubleAnswered(Choice.SKIP))

    def apply(
        self, *, before_submit: Callable[[], Any] = lambda: None, with_card_alone: bool = False, quick: bool = False
    ) -> str:
        """Apply for a residence permit from touch to receipt; returns the case code."""
        self.choose("residence_permit_apply")
        if with_card_alone:
            self.show_card_alone()
        else:
            self.identify()
            self.at(State.FORM)
        town = self.terminal.form.division_children(self.terminal.form.division_children("")[0][0])[0][0]
        self.fill(
            reg_since="2025-03-01",
            reason="home" if quick else "work",
            address={"division": town, "detail": "测试路1号院2号楼301"},
            phone="13800000001",
            delivery="window",
        )
        assert self.session.state is State.MATERIALS
        self.lay("address_proof", "address_proof_1", "address_proof_2")
        if not quick:
            self.lay("employment_proof", "employment_proof")
        self.lay("id_photo", "id_photo")
        self.do(ev.Confirmed())
        self.sign()
        before_submit()
        return self.hand_in()
