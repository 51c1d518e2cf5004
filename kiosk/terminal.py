"""The terminal as its screen sees it: the session, the desks, what works and what does not.

Knows: which desk does which effect, and which changes are worth an event. Does not know: how its parts were built
(`bootstrap`), Qt, or what a screen looks like. Everything here runs on the session's thread.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from devices.hotplug import HotPlug
from devices.supervisor import DeviceReport, SupervisorState
from kiosk.caretaker import Caretaker, OutboxView
from kiosk.catalogue.availability import Available, Unavailable, availability
from kiosk.catalogue.loader import Catalogue
from kiosk.catalogue.models import Need, ServiceItem
from kiosk.city.line import LineWatch
from kiosk.clock import CIVIL_TZ
from kiosk.config import Config
from kiosk.documents.errands import Errands
from kiosk.documents.vision import Vision
from kiosk.events import Bus, Fact
from kiosk.fleet.catalogue import CatalogueKeeper
from kiosk.identity.assurance import Assurance
from kiosk.journeys.acting import ActingDesk
from kiosk.journeys.assist import AssistDesk
from kiosk.journeys.bringing import BringingDesk
from kiosk.journeys.certificate import CertificateDesk
from kiosk.journeys.context import Context
from kiosk.journeys.form import FormDesk
from kiosk.journeys.guard import GuardDesk
from kiosk.journeys.hand_in import CaseDesk
from kiosk.journeys.help import HelpDesk
from kiosk.journeys.identify import PersonDesk
from kiosk.journeys.materials import MaterialsDesk
from kiosk.journeys.my_cases import CaseLine, MyCasesDesk
from kiosk.journeys.rating import RatingDesk
from kiosk.journeys.rehearsal import ScriptedFault
from kiosk.journeys.staff import StaffDesk
from kiosk.journeys.stick import StickDesk
from kiosk.journeys.supplement import SupplementDesk
from kiosk.journeys.training import TrainingDesk
from kiosk.journeys.upkeep import UpkeepDesk
from kiosk.session import effects as fx
from kiosk.session import events as ev
from kiosk.session.runner import SessionRunner
from kiosk.session.states import STAFFED, Device, Journey, Plan, Session, State
from kiosk.speech import Announcer
from kiosk.words import Words
from offline_queue import Outbox


@dataclass(slots=True)
class Desks:
    """One desk for each thing that a citizen or a technician does."""

    person: PersonDesk
    acting: ActingDesk
    form: FormDesk
    materials: MaterialsDesk
    bringing: BringingDesk
    stick: StickDesk
    case: CaseDesk
    supplement: SupplementDesk
    my_cases: MyCasesDesk
    certificate: CertificateDesk
    help: HelpDesk
    rating: RatingDesk
    guard: GuardDesk
    staff: StaffDesk
    assist: AssistDesk
    training: TrainingDesk
    upkeep: UpkeepDesk


class Terminal:
    """The session and everything that it calls. Built by `kiosk.bootstrap`; owned by one thread."""

    def __init__(
        self,
        *,
        context: Context,
        runner: SessionRunner,
        desks: Desks,
        vision: Vision,
        errands: Errands,
        line: LineWatch,
        keeper: CatalogueKeeper,
        outbox: Outbox,
        speech: Announcer,
        hotplug: HotPlug | None = None,
    ) -> None:
        self._context = context
        self._runner = runner
        self._vision = vision
        self._errands = errands
        self._line = line
        self._outbox = outbox
        self._speech = speech
        self._hotplug = hotplug
        self._caretaker = Caretaker(context)
        self._keeper = keeper
        self._desks = desks
        self._reports: dict[Device, DeviceReport] = {}
        self._quit: Callable[[], None] = lambda: None
        self._line_up: bool | None = None
        self._spent = False
        context.suspect_line = line.suspect

    # --- what the screen reads ----

    @property
    def session(self) -> Session:
        """The session as it stands."""
        return self._runner.session

    @property
    def seconds_left(self) -> int | None:
        """Seconds until the session ends by itself, while the count-down runs."""
        return self._runner.seconds_left

    @property
    def bus(self) -> Bus:
        """Where changes are announced."""
        return self._context.bus

    @property
    def spent(self) -> bool:
        """This process held something of a person, who is gone: what was wiped may still lie in memory that nobody owns."""
        return self._spent

    @property
    def words(self) -> Words:
        """The message catalogues."""
        return self._context.words

    @property
    def catalogue(self) -> Catalogue:
        """What can be done here."""
        return self._context.catalogue

    @property
    def config(self) -> Config:
        """The terminal's configuration."""
        return self._context.config

    @property
    def language(self) -> str:
        """The language of this session: screen, receipt, submission."""
        return self._context.language

    @language.setter
    def language(self, language: str) -> None:
        self._context.language = language

    @property
    def person(self) -> PersonDesk:
        """Identity."""
        return self._desks.person

    @property
    def acting(self) -> ActingDesk:
        """Whom the person acts for."""
        return self._desks.acting

    @property
    def form(self) -> FormDesk:
        """The form."""
        return self._desks.form

    @property
    def materials(self) -> MaterialsDesk:
        """The papers."""
        return self._desks.materials

    @property
    def bringing(self) -> BringingDesk:
        """Papers from a phone."""
        return self._desks.bringing

    @property
    def stick(self) -> StickDesk:
        """Papers from a stick."""
        return self._desks.stick

    @property
    def case(self) -> CaseDesk:
        """Review, hand-in, receipt: of a new case, or of what is brought for one."""
        plan = self.session.plan
        brings = plan is not None and plan.journey is Journey.SUPPLEMENT
        return self._desks.supplement if brings else self._desks.case

    @property
    def my_cases(self) -> MyCasesDesk:
        """What the same person handed in before."""
        return self._desks.my_cases

    @property
    def certificate(self) -> CertificateDesk:
        """The certificate."""
        return self._desks.certificate

    @property
    def help(self) -> HelpDesk:
        """The call-back."""
        return self._desks.help

    @property
    def staff(self) -> StaffDesk:
        """The staff card."""
        return self._desks.staff

    @property
    def assist(self) -> AssistDesk:
        """A clerk's help."""
        return self._desks.assist

    @property
    def training(self) -> TrainingDesk:
        """Practice."""
        return self._desks.training

    @property
    def speech(self) -> Announcer:
        """The voice."""
        return self._speech

    @property
    def upkeep(self) -> UpkeepDesk:
        """The outbox and the devices, for staff."""
        return self._desks.upkeep

    @property
    def reports(self) -> Mapping[Device, DeviceReport]:
        """The last report of every device."""
        return {**self._reports, Device.DOCUMENT_CAMERA: self._vision.report}

    @property
    def outbox(self) -> OutboxView:
        """What waits here for the city."""
        return self._caretaker.outbox

    @property
    def waiting_count(self) -> int:
        """Submissions that the city has not received yet."""
        return self._caretaker.outbox.waiting

    @property
    def last_success(self) -> dt.datetime | None:
        """When the city last received something from here."""
        return self._caretaker.outbox.last_success

    def now(self) -> dt.datetime:
        """Return the civil time at the terminal."""
        return self._context.clock.now().astimezone(CIVIL_TZ)

    @property
    def custody(self) -> tuple[str, str]:
        """Who guards the device key, and where the key that tags persons lives."""
        return str(self._context.custody), str(self._context.tag_key.custody)

    def availability(self, item: ServiceItem) -> Available | Unavailable:
        """Say whether an item can be done here and now: before the first question."""
        health = {Need(str(kind)): self._usable(kind) for kind in Device if kind in set(map(str, Need))}
        reachable = set(self.config.reachable_assurance)
        if self.session.assisted and not item.prints:
            reachable.add(Assurance.CARD_CLERK)
        return availability(item, health, self.session.line_up, reachable, room=self._caretaker.outbox.room)

    def _usable(self, kind: Device) -> bool:
        report = self.reports.get(kind)
        return report is not None and report.state in {SupervisorState.READY, SupervisorState.DEGRADED}

    def plan(self, item: ServiceItem) -> Plan:
        """Return what an item asks of the session."""
        journey = Journey.CERTIFICATE if item.prints else Journey.APPLY
        agents = item.agent_allowed and journey is Journey.APPLY
        return Plan(item.id, journey, item.assurance, item.offline_assurance, agents)

    def cases_availability(self) -> Available | Unavailable:
        """Say whether cases can be looked for here and now: they are found by a card."""
        if self._usable(Device.ID_CARD):
            return Available(Assurance.CARD)
        return Unavailable("form.unavailable.id_card", "form.next.other_terminal")

    def cases_plan(self) -> Plan:
        """Return what *my cases* asks of the session: the card, and nothing that needs the line."""
        return Plan("", Journey.CASES, Assurance.CARD)

    def collect_availability(self) -> Available | Unavailable:
        """Say whether what is wanted or ready can be looked for: the city alone knows it."""
        if self.session.line_up:
            return self.cases_availability()
        return Unavailable("form.unavailable.line", "form.next.later")

    def collect_plan(self) -> Plan:
        """Return what *collect or supplement* asks of the session."""
        return replace(self.cases_plan(), collects=True)

    def supplement_availability(self, line: CaseLine) -> Available | Unavailable:
        """Say whether what this case waits for can be brought here and now."""
        item = self._desks.my_cases.item(line.item)
        if item is None or not any(wish.here for wish in line.wanted):
            return Unavailable("cases.bring.unknown", "form.next.window")
        if all(wish.due < self._context.today() for wish in line.wanted):
            return Unavailable("cases.bring.over", "form.next.window")
        return self.availability(item)

    def supplement_plan(self, line: CaseLine) -> Plan:
        """Return what bringing asks of the session: the person as sure as for the case itself."""
        item = self.catalogue.item(line.item)
        return Plan(item.id, Journey.SUPPLEMENT, item.assurance, item.offline_assurance)

    def result_plan(self, line: CaseLine) -> Plan | None:
        """Return what printing the result of a case asks of the session; None where it is not printed here and now."""
        item = self._desks.my_cases.printed_result(line)
        return self.plan(item) if item is not None and isinstance(self.availability(item), Available) else None

    # --- turning ----

    def handle(self, event: ev.Event) -> None:
        """Give the session an event of the screen."""
        self._runner.handle(event)

    def tick(self) -> None:
        """A few times a second: timers, the printer's progress, the outbox."""
        self._runner.tick()
        self._desks.certificate.tick()
        self._desks.bringing.tick()
        self._desks.stick.tick()
        self._keeper.tick()
        self._caretaker.tick()
        self._speech.tick()

    # --- starting and stopping ----

    def on_quit(self, call: Callable[[], None]) -> None:
        """Have `call` called when the last citizen is served after a stop was asked for."""
        self._quit = call

    def start(self) -> None:
        """Open for service: devices, camera, line."""
        self._context.audit.record("terminal.started", version=_version())
        for supervisor in self._context.devices.values():
            supervisor.start()
        if self._hotplug is not None:
            self._hotplug.start()
        self._vision.start()
        self._line.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Close in stages: no more citizens, workers joined, the store last."""
        self._speech.stop(timeout_s)
        self._line.stop(timeout_s)
        self._vision.stop()
        if self._hotplug is not None:
            self._hotplug.stop()
        for supervisor in self._context.devices.values():
            supervisor.stop(timeout_s)
        self._context.city_work.stop(timeout_s)
        self._context.store_work.stop(timeout_s)
        self._errands.stop()
        self._context.document_work.stop(timeout_s)
        self._context.vault.wipe()
        self._desks.training.close()
        self._outbox.close()
        self._context.audit.record("terminal.stopped")

    # --- what the parts report ----

    def on_device(self, kind: Device, report: DeviceReport) -> None:
        """Take a device's new report."""
        before = self._reports.get(kind)
        self._reports[kind] = report
        gone = {SupervisorState.LOST, SupervisorState.FAULTED}
        was_gone, is_gone = before is not None and before.state in gone, report.state in gone
        if is_gone and not was_gone:
            status = report.code or type(report.status).__name__
            self._context.audit.record("device.lost", "failure", device=str(kind), status=status)
            self.handle(ev.DeviceLost(kind))
        elif not is_gone and (was_gone or before is None):
            self._context.audit.record("device.back", device=str(kind))
            self.handle(ev.DeviceBack(kind))
        if kind is Device.ID_CARD:
            self._desks.person.on_report(report)
            self._desks.guard.on_report(report)
            self._desks.assist.on_report(report)
        elif kind is Device.SMART_CARD:
            self._desks.staff.on_report(report)
        self.bus.publish(Fact.DEVICES)

    def on_line(self, up: bool, reason: str) -> None:
        """Take the line's new state."""
        before, self._line_up = self._line_up, up
        if up is not before and up:
            self._context.audit.record("line.up")
        elif up is not before:
            self._context.audit.record("line.down", "failure", reason=reason)
        self._keeper.on_line(up=up)
        self.handle(ev.LineChanged(up and not self._desks.training.line_down))
        self.bus.publish(Fact.LINE)

    def on_session(self, session: Session) -> None:
        """Announce a changed session."""
        self._caretaker.on_session(session)
        self._keeper.on_session(session)
        self._desks.assist.on_session(session)
        self.bus.publish(Fact.SESSION)

    def run_effect(self, effect: fx.Effect) -> None:
        """Have the right desk do what the machine asks."""
        match effect:
            case fx.WatchCard(on=on, anew=anew):
                self._desks.person.watch(on=on, anew=anew)
            case fx.SendCode():
                self._desks.person.send_code()
            case fx.CheckCode():
                self._desks.person.check_code()
            case fx.PrintMandate():
                self._desks.acting.print_mandate()
            case fx.PrepareForm():
                self._desks.form.prepare()
            case fx.OpenCamera(material=material):
                self._desks.materials.open_camera(material)
            case fx.CloseCamera():
                self._desks.materials.close_camera()
            case fx.SubmitCase():
                self.case.submit()
            case fx.PrintReceipt():
                self.case.print_receipt()
            case fx.BeginSupplement():
                self._desks.supplement.begin()
            case fx.FindCases():
                self._desks.my_cases.find()
            case fx.ReprintReceipt():
                self._desks.my_cases.reprint()
            case fx.WithdrawCase():
                self._desks.my_cases.withdraw()
            case fx.FileCallBack():
                self._desks.help.file()
            case fx.FileRating(grade=grade):
                self._desks.rating.file(grade)
            case fx.CheckPin():
                self._desks.staff.check_pin()
            case fx.BeginAssisted() | fx.RecordConsent() | fx.RecordAttested() | fx.WatchAssent() | fx.RecordAssent():
                self._desks.assist.run(effect)
            case fx.Train(on=on):
                self._train(on=on)
            case fx.RequestCertificate() | fx.PrintCertificate() | fx.CancelPrint() | fx.RecordTaken():
                self._run_certificate(effect)
            case fx.CheckHolding():
                self._desks.guard.check()
            case fx.AlarmStation():
                self._desks.guard.alarm()
            case fx.WipePerson():
                self._wipe()
            case fx.Quit():
                self._quit()
            case fx.Record():
                self._record(effect)

    def _train(self, *, on: bool) -> None:
        self._desks.training.train(on=on)
        self.follow_line()

    def script_fault(self, fault: ScriptedFault, *, on: bool) -> None:
        """Have a fault come while somebody practises."""
        self._desks.training.arm(fault, on=on)
        self.follow_line()

    def follow_line(self) -> None:
        """Tell the session of the line as it is, or as practice has it."""
        up = bool(self._line_up) and not self._desks.training.line_down
        if up is not self.session.line_up:
            self.handle(ev.LineChanged(up))
            self.bus.publish(Fact.LINE)

    def _run_certificate(
        self, effect: fx.RequestCertificate | fx.PrintCertificate | fx.CancelPrint | fx.RecordTaken
    ) -> None:
        match effect:
            case fx.RequestCertificate():
                self._desks.certificate.request()
            case fx.PrintCertificate():
                self._desks.certificate.print()
            case fx.CancelPrint():
                self._desks.certificate.cancel()
            case fx.RecordTaken(evidence=evidence):
                self._desks.certificate.record_taken(evidence)

    def _record(self, move: fx.Record) -> None:
        self._context.audit.record(
            "session.moved",
            "na",
            session=self.session.number,
            before=str(move.before),
            after=str(move.after),
            cause=move.event,
        )

    def _wipe(self) -> None:
        if not self._context.vault.empty:
            self._spent = True
            self._context.audit.record("session.wiped", session=self.session.number)
        self._desks.bringing.close()
        self._desks.stick.close()
        self._context.vault.wipe()
        self._vision.forget()
        if self.session.state not in STAFFED:
            self._desks.upkeep.forget()
        if self.session.state in {State.ATTRACT, State.DESK, State.OUT_OF_SERVICE}:
            self._context.language = self.config.terminal.language
        self.bus.publish(Fact.PERSON)


def _version() -> str:
    from importlib.metadata import version

    return version("civic-kiosk")
