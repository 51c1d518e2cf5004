"""Builds the object graph from the configuration, by hand: the one place that knows who is real and who is an emulator.

Knows: every collaborator, and which driver the configuration names. Does not know: what any of them does once it runs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from devices.hotplug import HotPlug
from devices.supervisor import DeviceReport, Supervisor
from kiosk.audit import AuditLog
from kiosk.background import Background
from kiosk.city.client import CityClient, PlatformRejected, PlatformUnreachable
from kiosk.city.line import LineWatch
from kiosk.clock import Clock
from kiosk.config import Config
from kiosk.dispatch import Dispatcher
from kiosk.documents.errands import Errands
from kiosk.documents.pages import VisionEvent
from kiosk.documents.vision import Vision, VisionConfig
from kiosk.drivers import driver_factory
from kiosk.events import Bus, Fact
from kiosk.fleet import custody, enrolment, removable
from kiosk.fleet.catalogue import CatalogueKeeper, CatalogueStore
from kiosk.health import POLLS
from kiosk.identity import case_code
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
from kiosk.journeys.my_cases import MyCasesDesk
from kiosk.journeys.rating import RatingDesk
from kiosk.journeys.reading import ReadingDesk
from kiosk.journeys.staff import StaffDesk
from kiosk.journeys.stick import StickDesk, Sticks, Unread
from kiosk.journeys.supplement import SupplementDesk
from kiosk.journeys.training import TrainingDesk
from kiosk.journeys.upkeep import UpkeepDesk
from kiosk.journeys.vault import Vault
from kiosk.session.runner import SessionRunner
from kiosk.session.states import Device
from kiosk.speech import Announcer, Speaker
from kiosk.speech.announcer import packs
from kiosk.speech.player import Player
from kiosk.speech.voices import Voices
from kiosk.terminal import Desks, Terminal
from kiosk.words import shipped
from offline_queue import DeviceKey, Outbox, Recipient, Sealing

_LOG = logging.getLogger("kiosk.bootstrap")

POLL_S: dict[Device, float] = {Device.ID_CARD: 0.25, Device.SMART_CARD: 0.25, Device.CODE_READER: 0.25}
"""The readers are what a person waits for; the others are asked so often that a pulled plug shows within a second."""
OTHER_POLL_S = 0.5
CALL_DEADLINE_S: dict[Device, float] = {
    Device.RECEIPT_PRINTER: 25.0,
    Device.PAGE_PRINTER: 15.0,
    Device.PAGE_SCANNER: 15.0,
}


def open_outbox(config: Config, record: enrolment.Enrolment, key: DeviceKey) -> Outbox:
    """Open the outbox as this terminal: sealed to the platform's keys, signed by the device key."""
    sealing = Sealing(
        kiosk=record.kiosk,
        recipients=tuple(Recipient(each.key_id, each.raw()) for each in record.platform_seal_keys),
        sign=key.sign,
        mint_code=lambda seq: case_code.mint(record.kiosk, seq),
        next_seq=record.next_seq,
    )
    return Outbox.open(config.outbox_dir, sealing=sealing)


def city_client(config: Config, record: enrolment.Enrolment, key: DeviceKey, clock: Clock) -> CityClient:
    """Build the client of the central platform."""
    return CityClient(str(config.city.url), config.city.ca_file, record.kiosk, key.sign, clock)


def build(config: Config, dispatcher: Dispatcher, clock: Clock) -> Terminal:
    """Build the whole terminal. Opens files; touches no device and no line before `Terminal.start`."""
    record = enrolment.load(config.state_dir, config.terminal.number)
    key = custody.enrolled_key(config, record)
    bus, vault = Bus(dispatcher), Vault()
    wired: dict[str, Terminal] = {}

    def terminal() -> Terminal:
        return wired["terminal"]

    def reports_of(kind: Device) -> Callable[[DeviceReport], None]:
        return lambda report: terminal().on_device(kind, report)

    devices: dict[Device, Supervisor[Any]] = {
        kind: supervise(kind, config, clock, dispatcher, reports_of(kind))
        for kind in config.devices
        if kind is not Device.DOCUMENT_CAMERA
    }
    runner = SessionRunner(
        clock=clock,
        run_effect=lambda effect: terminal().run_effect(effect),
        on_change=lambda session: terminal().on_session(session),
    )
    city = city_client(config, record, key, clock)
    store = CatalogueStore(config.state_dir)
    context = Context(
        config=config,
        enrolment=record,
        clock=clock,
        bus=bus,
        words=shipped(),
        catalogue=store.load(),
        vault=vault,
        audit=AuditLog(config.state_dir / "audit.jsonl", clock),
        outbox=open_outbox(config, record, key),
        city=city,
        city_work=Background("city", dispatcher),
        store_work=Background("store", dispatcher),
        document_work=Background("documents", dispatcher),
        devices=devices,
        sign=key.sign,
        custody=key.custody,
        tag_key=custody.tag_key(config),
        handle=runner.handle,
        session=lambda: runner.session,
        language=config.terminal.language,
    )
    # the terminal is not built yet: it is looked up when the first event comes
    vision = _vision(config, clock, dispatcher, lambda event: terminal().materials.on_event(event))  # noqa: PLW0108
    errands = Errands()
    materials = MaterialsDesk(context, vision, ReadingDesk(context, errands.read_page))
    form, acting = FormDesk(context, materials), ActingDesk(context)
    staff = StaffDesk(context)
    desks = Desks(
        person=PersonDesk(context, acting),
        acting=acting,
        form=form,
        materials=materials,
        bringing=BringingDesk(context, materials, errands.take_in),
        stick=StickDesk(context, materials, errands.take_in, *_sticks(config)),
        case=CaseDesk(context, form, materials),
        supplement=SupplementDesk(context, form, materials),
        my_cases=MyCasesDesk(context),
        certificate=CertificateDesk(context, form),
        help=HelpDesk(context),
        rating=RatingDesk(context),
        guard=GuardDesk(context),
        staff=staff,
        assist=AssistDesk(context, staff),
        training=TrainingDesk(context, staff),
        upkeep=UpkeepDesk(context, staff, lambda: terminal().reports),
    )
    line = LineWatch(_probe(city), dispatcher=dispatcher, on_change=lambda up, why: terminal().on_line(up, why))
    wired["terminal"] = Terminal(
        context=context,
        runner=runner,
        desks=desks,
        vision=vision,
        errands=errands,
        line=line,
        keeper=CatalogueKeeper(context, store),
        outbox=context.outbox,
        speech=_speech(context, dispatcher),
        hotplug=HotPlug(lambda: _look_again(devices.values())),
    )
    return wired["terminal"]


def _sticks(config: Config) -> tuple[Sticks, Unread]:
    """Where persons' sticks are looked for: at the one place where the machine mounts one, or wherever one is mounted."""
    place = config.stick
    if place is None:
        return removable.sticks, removable.unread
    return (lambda: ((place,),) if place.is_mount() else ()), (lambda: False)


def _look_again(supervisors: Iterable[Supervisor[Any]]) -> None:
    for supervisor in supervisors:
        supervisor.poll_now()


def supervise(
    kind: Device, config: Config, clock: Clock, dispatcher: Dispatcher, on_change: Callable[[DeviceReport], None]
) -> Supervisor[Any]:
    """Build the supervisor of one configured device; it touches nothing before its `start`. Raises `ConfigError`."""
    chosen = config.devices[kind]
    create = driver_factory(str(kind), chosen.driver)
    options = dict(chosen.options)
    return Supervisor(
        str(kind),
        lambda: create(options),
        POLLS[kind],
        clock=clock,
        dispatcher=dispatcher,
        on_change=on_change,
        poll_interval_s=POLL_S.get(kind, OTHER_POLL_S),
        call_deadline_s=CALL_DEADLINE_S.get(kind, 5.0),
    )


def _speech(context: Context, dispatcher: Dispatcher) -> Announcer:
    config = context.config
    voices = Voices(packs(config.speech.voice_packs, lambda trouble: _LOG.error("voice pack: %s", trouble)))
    speaker = Speaker(
        voices,
        Player(config.speech.output),
        dispatcher=dispatcher,
        clock=context.clock,
        on_change=lambda: context.bus.publish(Fact.SPEECH),
    )
    return Announcer(
        speaker,
        words=context.words,
        config=config,
        catalogue=lambda: context.catalogue,
    )


def _vision(
    config: Config, clock: Clock, dispatcher: Dispatcher, on_event: Callable[[VisionEvent], None]
) -> Vision:
    camera = config.devices.get(Device.DOCUMENT_CAMERA)
    chosen = VisionConfig("none") if camera is None else VisionConfig(
        camera.driver, camera.options, config.documents.corner_network
    )
    return Vision(chosen, clock=clock, dispatcher=dispatcher, on_event=on_event)


def _probe(city: CityClient) -> Callable[[], str | None]:
    def probe() -> str | None:
        try:
            city.ping()
        except PlatformUnreachable as error:
            return str(error.reason)
        except PlatformRejected as error:
            return error.code
        return None

    return probe
