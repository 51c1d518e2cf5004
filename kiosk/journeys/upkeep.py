"""What staff do at the terminal itself: look over the outbox, move a row, try a device, print the readiness report.

Knows: that only whoever signed in may, that every look and every act is written down with their card's number, and that a
row is moved, never dropped. Does not know: what stands in a submission; nobody on this machine can read that.
"""

from __future__ import annotations

import enum
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any

from devices.errors import DeviceError
from devices.receipt_printer import NotPrinted
from devices.supervisor import DeviceReport
from kiosk import health
from kiosk.audit import AuditError, verify_chain
from kiosk.catalogue.models import ServiceItem
from kiosk.clock import CIVIL_TZ
from kiosk.events import Fact
from kiosk.fleet import readiness, removable
from kiosk.fleet.readiness import Mark
from kiosk.journeys.context import Context
from kiosk.journeys.staff import StaffDesk
from kiosk.printing import readiness as paper
from kiosk.printing import trial
from kiosk.session.states import Device, State
from offline_queue import Counts, Exported, QueueError, Row, RowState

MOST_ROWS, MOST_REPORTS = 40, 20
REASONS = ("asked_by_department", "suspected_duplicate")
"""Why staff set a waiting submission aside: a code, because a sentence could name somebody."""


class TrialState(enum.StrEnum):
    """How the trial of a device stands; each has a message `staff.trial.<state>`."""

    RUNNING = "running"
    PASSED = "passed"
    SLIP = "slip"
    """A slip came out, as far as the printer knows: an eye must judge it."""
    PAGE = "page"
    """A page was handed to the printer."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of trying a device. `detail`: what its self test said, or the code of what failed."""

    state: TrialState
    detail: str = ""


class ReportState(enum.StrEnum):
    """How the readiness report stands; each but the first has a message `staff.report.is.<state>`."""

    NONE = ""
    RUNNING = "running"
    PRINTED = "printed"
    """Handed to the printer, and kept in the terminal."""
    KEPT = "kept"
    """Kept in the terminal alone: the printer did not take it."""
    FAILED = "failed"


class ExportState(enum.StrEnum):
    """How carrying the outbox away stands; each but the first has a message `staff.export.is.<state>`."""

    NONE = ""
    RUNNING = "running"
    DONE = "done"
    """Written, brought to the medium, read back whole."""
    LEFT_OUT = "left_out"
    """As above, but for some that could not be read here."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Export:
    """What came of carrying the outbox away. `detail`: the folder on the stick, or the code of what failed."""

    state: ExportState = ExportState.NONE
    items: int = 0
    detail: str = ""


class UpkeepDesk:
    """The outbox, the devices and the readiness report as staff see them."""

    def __init__(
        self,
        context: Context,
        staff: StaffDesk,
        reports: Callable[[], Mapping[Device, DeviceReport]],
        sticks: Callable[[], tuple[Path, ...]] = removable.usb_mounts,
    ) -> None:
        self._sticks = sticks
        self.stick = False
        """One stick, and no second one, is there to be written to, as of the last look."""
        self.export = Export()
        self._context = context
        self._staff = staff
        self._reports = reports
        self.report = ReportState.NONE
        self._trials: dict[Device, Trial] = {}
        self.rows: tuple[Row, ...] = ()
        """What the city has not received, oldest first, as far as a page shows."""
        self.counts = Counts(0, 0, 0)
        self.failed = ""
        """The code of what kept the outbox from being read or moved, or nothing."""

    @property
    def signed_in(self) -> bool:
        """Say whether somebody who may is there."""
        return self._context.session().state is State.STAFF and self._staff.staff_id != ""

    # --- the outbox ----

    def look(self) -> None:
        """Read the outbox anew."""
        if not self.signed_in:
            return
        self._context.audit.record("outbox.shown", by=self._staff.staff_id)
        self._run(lambda: None, lambda _: None)

    def retry(self, seq: int) -> None:
        """Let a parked submission wait again."""
        self._move(seq, "outbox.retried", lambda row: self._context.outbox.retry(row.seq))

    def park(self, seq: int, reason: str) -> None:
        """Set a waiting submission aside for one of `REASONS`."""
        if reason not in REASONS:
            raise ValueError(reason)
        self._move(
            seq, "outbox.parked", lambda row: self._context.outbox.park_by_staff(row.seq, f"staff.{reason}"), reason=reason
        )

    def _move(self, seq: int, event: str, move: Callable[[Row], bool], **facts: str) -> None:
        row = next((row for row in self.rows if row.seq == seq), None)
        if row is None or not self.signed_in:
            return
        by = self._staff.staff_id

        def moved(done: bool) -> None:
            disposition = "success" if done else "failure"
            self._context.audit.record(event, disposition, by=by, row=row.seq, code=row.code, **facts)  # type: ignore[arg-type]
            self._context.bus.publish(Fact.OUTBOX)

        self._run(lambda: move(row), moved)

    def _run(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Do something with the store, then read it again, both on the store's thread."""
        outbox = self._context.outbox

        def both() -> tuple[Any, tuple[Row, ...], Counts]:
            result = work()
            self.stick = len(self._sticks()) == 1
            held = (row for row in outbox.every_row(state=None) if row.state is not RowState.RECEIVED)
            return result, tuple(itertools.islice(held, MOST_ROWS)), outbox.counts()

        def read(found: tuple[Any, tuple[Row, ...], Counts]) -> None:
            result, rows, counts = found
            done(result)
            if not self.signed_in:
                return  # what was done is written down; there is nobody to show it to
            self.rows, self.counts, self.failed = rows, counts, ""
            self._context.bus.publish(Fact.STAFF)

        def failed(error: Exception) -> None:
            self.failed = str(getattr(error, "code", type(error).__name__))
            self._context.bus.publish(Fact.STAFF)
            raise error

        self._context.store_work.run(both, read, failed)

    def carry_away(self) -> None:
        """Write what is held, sealed as it lies, to the one stick that is there. The rows stay until the city's receipt."""
        if not self.signed_in or self.export.state is ExportState.RUNNING:
            return
        context, by = self._context, self._staff.staff_id
        self._set_export(Export(ExportState.RUNNING))

        def work() -> Exported | None:
            sticks = self._sticks()
            return context.outbox.export(sticks[0]) if len(sticks) == 1 else None

        def done(made: Exported | None) -> None:
            if made is None:  # pulled, or a second one came
                self._set_export(Export(ExportState.FAILED, detail="export.no_stick"))
                return
            context.audit.record(
                "outbox.exported", "failure" if made.left_out else "success",
                by=by, export=made.directory.name, items=made.items, left_out=len(made.left_out),
            )  # fmt: skip
            state = ExportState.LEFT_OUT if made.left_out else ExportState.DONE
            self._set_export(Export(state, made.items, made.directory.name))

        def failed(error: Exception) -> None:
            if not isinstance(error, OSError | QueueError):
                raise error
            code = error.code if isinstance(error, QueueError) else type(error).__name__
            context.audit.record("outbox.not_exported", "failure", by=by, reason=code)
            self._set_export(Export(ExportState.FAILED, detail=code))

        context.store_work.run(work, done, failed)

    def _set_export(self, export: Export) -> None:
        self.export = export if self.signed_in else Export()
        self._context.bus.publish(Fact.STAFF)

    def item(self, service: str) -> ServiceItem | None:
        """Return the service of a row, or None for what is no service or not offered any more."""
        try:
            return self._context.catalogue.item(service)
        except KeyError:
            return None

    # --- the devices ----

    @property
    def trials(self) -> Mapping[Device, Trial]:
        """What came of the devices that were tried since somebody signed in."""
        return MappingProxyType(self._trials)

    def can_try(self, kind: Device) -> bool:
        """Say whether a device can be tried from here: the document camera lives in a process of its own."""
        return kind in self._context.devices

    def try_device(self, kind: Device) -> None:
        """Try a device as `kiosk doctor` does; a printer prints what `kiosk devices test` prints."""
        supervisor = self._context.devices.get(kind)
        running = self._trials.get(kind)
        if supervisor is None or not self.signed_in or (running and running.state is TrialState.RUNNING):
            return
        by = self._staff.staff_id
        self._set(kind, Trial(TrialState.RUNNING))

        def done(result: Trial | DeviceError) -> None:
            found = Trial(TrialState.FAILED, result.code) if isinstance(result, DeviceError) else result
            disposition = "failure" if found.state is TrialState.FAILED else "success"
            self._context.audit.record("device.tried", disposition, by=by, device=str(kind), result=str(found.state))  # type: ignore[arg-type]
            if self.signed_in:
                self._set(kind, found)

        supervisor.submit(_TRIALS.get(kind, _self_test), done)

    def _set(self, kind: Device, trial: Trial) -> None:
        self._trials[kind] = trial
        self._context.bus.publish(Fact.STAFF)

    # --- the readiness report ----

    def make_report(self) -> None:
        """Look at everything, keep the report as a PDF, and hand it to the page printer."""
        if not self.signed_in or self.report is ReportState.RUNNING:
            return
        context, by = self._context, self._staff.staff_id
        session, reports, config = context.session(), self._reports(), context.config
        self._set_report(ReportState.RUNNING)

        def work() -> tuple[bytes, Mark, str]:
            facts = readiness.Facts(
                at=context.clock.now(),
                number=config.terminal.number,
                site=config.terminal.site.in_language(context.language),
                version=version("civic-kiosk"),
                catalogue=context.catalogue.version,
                custody=f"{context.custody} · {context.tag_key.custody}",
                clock=context.clock.quality(),
                line_up=session.line_up,
                fault=session.fault,
                outbox=context.outbox.stats(),
                audit_lines=_audit_lines(config.state_dir / "audit.jsonl"),
                reports=reports,
                drivers={kind: device.driver for kind, device in config.devices.items()},
                now_s=context.clock.monotonic(),
            )
            found = readiness.sections(facts)
            mark = readiness.verdict(found)
            at = facts.at.astimezone(CIVIL_TZ)
            head = (
                context.say("staff.report.title"),
                f"{facts.number} · {facts.site}",
                context.say("staff.report.made", time=f"{at:%Y-%m-%d %H:%M}", staff=by),
            )
            made = paper.pdf(head, context.say(f"staff.report.verdict.{mark}"), found, context.say)
            return made, mark, _keep(config.state_dir / "reports", f"readiness-{at:%Y%m%d-%H%M%S}.pdf", made)

        def done(result: tuple[bytes, Mark, str]) -> None:
            made, mark, name = result
            context.audit.record("report.made", by=by, verdict=str(mark), file=name)
            self._print(made, name)

        def failed(error: Exception) -> None:
            self._set_report(ReportState.FAILED)
            if not isinstance(error, OSError | QueueError):
                raise error
            reason = error.code if isinstance(error, QueueError) else type(error).__name__
            context.audit.record("report.failed", "failure", by=by, reason=reason)

        context.store_work.run(work, done, failed)

    def _print(self, made: bytes, name: str) -> None:
        printer = self._context.devices.get(Device.PAGE_PRINTER)
        if printer is None:
            self._set_report(ReportState.KEPT)
            return

        def sent(result: int | DeviceError) -> None:
            if isinstance(result, DeviceError):
                self._context.audit.record("report.not_printed", "failure", reason=result.code)
            self._set_report(ReportState.KEPT if isinstance(result, DeviceError) else ReportState.PRINTED)

        title = Path(name).stem  # a printer's title holds no dot
        printer.submit(lambda driver: driver.submit(made, title), sent)

    def _set_report(self, state: ReportState) -> None:
        self.report = state if self.signed_in else ReportState.NONE
        self._context.bus.publish(Fact.STAFF)

    def forget(self) -> None:
        """Whoever was here has left."""
        self._trials.clear()
        self.report = ReportState.NONE
        self.export, self.stick = Export(), False
        self.rows, self.counts, self.failed = (), Counts(0, 0, 0), ""
        self._context.bus.publish(Fact.STAFF)


def _self_test(driver: Any) -> Trial:
    return Trial(TrialState.PASSED, health.self_test(driver))


def _slip(driver: Any) -> Trial:
    result = trial.slip(driver)
    if isinstance(result, NotPrinted):
        return Trial(TrialState.FAILED, type(result.status).__name__)
    return Trial(TrialState.SLIP)


def _page(driver: Any) -> Trial:
    driver.submit(trial.page(), "test-page")
    return Trial(TrialState.PAGE)


_TRIALS: Mapping[Device, Callable[[Any], Trial]] = {Device.RECEIPT_PRINTER: _slip, Device.PAGE_PRINTER: _page}


def _audit_lines(path: Path) -> int | None:
    try:
        return verify_chain(path)[0]
    except AuditError:
        return None


def _keep(folder: Path, name: str, made: bytes) -> str:
    """Keep a report, and no more than the newest few: they name no citizen, but a disk is small. Raises `OSError`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f"{name}.new"
    draft.write_bytes(made)
    draft.replace(folder / name)
    for old in sorted(folder.glob("readiness-*.pdf"))[:-MOST_REPORTS]:
        old.unlink()
    return name
