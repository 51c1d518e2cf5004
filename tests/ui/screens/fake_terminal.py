"""A terminal without desks, devices or a city: the real session machine, and answers that a test sets."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace
from typing import Any

from fake_desks import (
    FakeActing,
    FakeAssist,
    FakeBringing,
    FakeCase,
    FakeCertificate,
    FakeForm,
    FakeHelp,
    FakeMaterials,
    FakeMyCases,
    FakePerson,
    FakeReport,
    FakeSpeaker,
    FakeStaff,
    FakeStick,
    FakeTraining,
    FakeUpkeep,
    NoCard,
    PaperLow,
    Ready,
)
from fake_values import SATURDAY_NIGHT, WAITING, config, shipped

from kiosk import words
from kiosk.catalogue.availability import Available, Unavailable, availability
from kiosk.catalogue.loader import Catalogue
from kiosk.catalogue.models import Need, ServiceItem
from kiosk.dispatch import QueueDispatcher
from kiosk.events import Bus, Fact
from kiosk.identity.acting import Capacity
from kiosk.identity.assurance import Assurance
from kiosk.journeys.my_cases import CaseLine
from kiosk.journeys.rehearsal import ScriptedFault
from kiosk.session import effects as fx
from kiosk.session import events as ev
from kiosk.session.machine import step
from kiosk.session.states import Choice, Device, Journey, Plan, Promise, Session, State, Trouble
from kiosk.speech import Announcer


class FakeTerminal:
    """The signatures of `kiosk.terminal.Terminal`."""

    def __init__(self, *, orientation: str = "portrait", language: str = "zh_CN", catalogue: Catalogue | None = None) -> None:  # noqa: E501
        self.session = Session()
        self.seen: list[ev.Event] = []
        self.calls: list[tuple[Any, ...]] = []
        self.effects: list[fx.Effect] = []
        self._queue = QueueDispatcher()
        self.bus = Bus(self._queue)
        self.words = words.shipped()
        self.catalogue = catalogue or shipped()
        self.config = config(orientation, language)
        self.language = language
        self.quit: Any = None
        self.seconds_left: int | None = None
        self.waiting_count = 0
        self.room = True
        self.last_success: dt.datetime | None = SATURDAY_NIGHT
        self.person = FakePerson(self)
        self.acting = FakeActing(self)
        self.form = FakeForm(self)
        self.materials = FakeMaterials(self)
        self.bringing = FakeBringing(self)
        self.stick = FakeStick(self)
        self.case = FakeCase(self)
        self.my_cases = FakeMyCases()
        self.speaker = FakeSpeaker()
        self.speech = Announcer(
            self.speaker,
            words=self.words,
            config=self.config,
            catalogue=lambda: self.catalogue,
        )
        self.help = FakeHelp(self)
        self.staff = FakeStaff(self)
        self.assist = FakeAssist()
        self.training = FakeTraining()
        self.upkeep = FakeUpkeep(self)
        self.certificate = FakeCertificate()
        self.health = dict.fromkeys(Need, True)
        self.reports: dict[Device, FakeReport] = {
            Device.ID_CARD: FakeReport("id_card", "ready", NoCard()),
            Device.DOCUMENT_CAMERA: FakeReport("document_camera", "lost", None, time.monotonic() - 75, "document_camera.no_stream"),  # noqa: E501
            Device.RECEIPT_PRINTER: FakeReport("receipt_printer", "degraded", PaperLow(), time.monotonic() - 5000),
            Device.PAGE_PRINTER: FakeReport("page_printer", "ready", Ready()),
        }

    def publish(self, fact: Fact) -> None:
        self.bus.publish(fact)
        self._queue.run_pending()

    def handle(self, event: ev.Event) -> None:
        self.seen.append(event)
        moved = step(self.session, event)
        self.session = moved.session
        self.effects += moved.effects
        self.publish(Fact.SESSION)

    def tick(self) -> None: ...

    def script_fault(self, fault: ScriptedFault, *, on: bool) -> None:
        self.training.script.set(fault, on=on)
        self.publish(Fact.STAFF)

    def now(self) -> dt.datetime:
        return SATURDAY_NIGHT

    def plan(self, item: Any) -> Plan:
        journey = Journey.CERTIFICATE if str(item.mode) == "query_print" else Journey.APPLY
        agents = item.agent_allowed and journey is Journey.APPLY
        return Plan(item.id, journey, Assurance.CARD_CODE, agents=agents)

    def availability(self, item: ServiceItem) -> Available | Unavailable:
        return availability(item, self.health, self.session.line_up, {Assurance.CARD, Assurance.CARD_CODE}, room=self.room)

    def collect_plan(self) -> Plan:
        return replace(self.cases_plan(), collects=True)

    def collect_availability(self) -> Available | Unavailable:
        if self.session.line_up:
            return self.cases_availability()
        return Unavailable("form.unavailable.line", "form.next.later")

    def supplement_availability(self, line: CaseLine) -> Available | Unavailable:
        return self.availability(self.catalogue.item(line.item))

    def supplement_plan(self, line: CaseLine) -> Plan:
        return Plan(line.item, Journey.SUPPLEMENT, Assurance.CARD_CODE, Assurance.CARD)

    def result_plan(self, line: CaseLine) -> Plan | None:
        return None

    def cases_plan(self) -> Plan:
        return Plan("", Journey.CASES, Assurance.CARD)

    def cases_availability(self) -> Available | Unavailable:
        if self.health[Need.ID_CARD]:
            return Available(Assurance.CARD)
        return Unavailable("form.unavailable.id_card", "form.next.other_terminal")

    def on_quit(self, call: Any) -> None:
        self.quit = call

    def start(self) -> None: ...

    def stop(self, timeout_s: float) -> None: ...

    def show(self, state: State, **changes: Any) -> None:
        """Stand in `state` as somebody would who came there by the apply or the certificate journey."""
        certificate = state in {State.CHOOSE, State.PREPARE, State.PREVIEW, State.PRINT, State.TAKEN}
        journey = Journey.CERTIFICATE if certificate else Journey.APPLY
        item = "social_participation_cert" if certificate else "residence_permit_apply"
        without_plan = {State.ATTRACT, State.HOME, State.STAFF_PIN, State.STAFF, State.DESK, State.OUT_OF_SERVICE}
        early = {*without_plan, State.GUIDE, State.FOR_WHOM, State.CONSENT, State.IDENTIFY}
        agents = journey is Journey.APPLY
        plan = None if state in without_plan else Plan(item, journey, Assurance.CARD_CODE, agents=agents)
        base: dict[str, Any] = {"state": state, "plan": plan, "personal": state not in early, "material": "address_proof" if state is State.CAPTURE else ""}  # noqa: E501
        if state in {State.CASES, State.CASE, State.WITHDRAW}:
            base |= {"plan": self.cases_plan(), "case": "" if state is State.CASES else WAITING}
        if state in {State.PRINCIPAL, State.RELATION}:
            base |= {"capacity": Capacity.ASKED}
        if state is State.OUTCOME:
            base |= {"promise": Promise.KEPT, "receipt_printed": True}
        self.session = replace(Session(number=self.session.number), **{**base, **changes})
        self.publish(Fact.SESSION)


LAY_AGAIN = Trouble("identify.lay_again", (Choice.RETRY, Choice.LEAVE))
NO_PAPER = Trouble("receipt.no_paper", (Choice.RETRY, Choice.SKIP))
NO_RECORD = Trouble("certificate.no_record", (Choice.CHANGE, Choice.LEAVE))
TROUBLE = Trouble("session.lost.document_camera", (Choice.RETRY, Choice.SKIP, Choice.LEAVE))
STRANGER = Trouble("session.staff_card.untrusted", (Choice.SKIP,), detail="S0002")
