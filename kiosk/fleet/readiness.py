"""Is this terminal ready to serve? What is asked, what was found, and the verdict.

Knows: which finding is a remark and which forbids service. Does not know: words (it names messages), paper, or how the
findings were come by. Nothing here names a citizen.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from devices.supervisor import DeviceReport, SupervisorState
from kiosk.clock import CIVIL_TZ, ClockQuality
from kiosk.health import status_name
from kiosk.session.states import Device
from offline_queue import Stats

OLD_H = 24
"""A submission that waits longer than this though the line is up wants somebody's look."""


class Mark(enum.StrEnum):
    """What a finding means."""

    PLAIN = "plain"
    GOOD = "good"
    REMARK = "remark"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Said:
    """A message by its id and values, or, without an id, a text that is no language's: a number, a code."""

    message_id: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One finding."""

    label: Said
    value: Said
    mark: Mark = Mark.PLAIN


@dataclass(frozen=True, slots=True)
class Section:
    """Findings that belong together; `title` is a message id."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found, all of it at `at`."""

    at: dt.datetime
    number: str
    site: str
    version: str
    catalogue: str
    custody: str
    clock: ClockQuality
    line_up: bool
    fault: str
    outbox: Stats
    audit_lines: int | None
    """How many lines the audit log has, whole; None when its chain is broken."""
    reports: Mapping[Device, DeviceReport]
    drivers: Mapping[Device, str]
    """The driver of each device that the configuration names."""
    now_s: float
    """Monotonic seconds, as the reports count."""


def sections(facts: Facts) -> tuple[Section, ...]:
    """Return the whole report."""
    return (_terminal(facts), _line(facts), _outbox(facts), _devices(facts))


def verdict(report: tuple[Section, ...]) -> Mark:
    """Return the worst of what was found: `GOOD`, `REMARK` or `BAD`."""
    marks = {line.mark for section in report for line in section.lines}
    return Mark.BAD if Mark.BAD in marks else Mark.REMARK if Mark.REMARK in marks else Mark.GOOD


def _terminal(facts: Facts) -> Section:
    trusted = {ClockQuality.SYNCHRONISED: Mark.GOOD, ClockQuality.FREE_RUNNING: Mark.REMARK}
    audit = Line(_label("audit"), Said("staff.report.audit_broken"), Mark.BAD)
    if facts.audit_lines is not None:
        audit = Line(_label("audit"), Said("staff.report.audit_whole", {"count": facts.audit_lines}), Mark.GOOD)
    lines = (
        Line(_label("number"), Said(text=f"{facts.number} · {facts.site}")),
        Line(_label("version"), Said(text=facts.version)),
        Line(_label("catalogue"), Said(text=facts.catalogue)),
        Line(_label("custody"), Said(text=facts.custody)),
        Line(_label("clock"), Said(f"staff.report.clock.{facts.clock}"), trusted.get(facts.clock, Mark.BAD)),
        audit,
        Line(
            _label("fault"),
            Said(text=facts.fault) if facts.fault else Said("staff.report.no_fault"),
            Mark.BAD if facts.fault else Mark.GOOD,
        ),
    )
    return Section("staff.terminal", lines)


def _line(facts: Facts) -> Section:
    agent = facts.outbox.agent
    up = Line(
        _label("line"),
        Said("staff.line_up" if facts.line_up else "staff.line_down"),
        Mark.GOOD if facts.line_up else Mark.REMARK,
    )
    reason = (Line(_label("line_reason"), Said(text=agent.reason), Mark.REMARK),) if agent.reason else ()
    return Section("staff.line", (up, Line(_label("last_success"), _when(agent.last_success)), *reason))


def _outbox(facts: Facts) -> Section:
    stats, counts = facts.outbox, facts.outbox.counts
    oldest = stats.agent.oldest
    old = facts.line_up and oldest is not None and facts.at - oldest > dt.timedelta(hours=OLD_H)
    room = stats.free_bytes > stats.watermark_bytes
    lines = (
        Line(
            _label("counts"),
            Said(
                "staff.outbox_figures",
                {"waiting": counts.waiting, "parked": counts.parked, "received": counts.received},
            ),
            Mark.REMARK if counts.parked else Mark.GOOD,
        ),
        Line(_label("oldest"), _when(oldest), Mark.REMARK if old else Mark.PLAIN),
        *(Line(_label("parked_for"), Said(text=f"{reason}: {count}"), Mark.REMARK) for reason, count in stats.reasons),
        Line(
            _label("room"),
            Said("staff.report.room_figures", {"free": _mb(stats.free_bytes), "least": _mb(stats.watermark_bytes)}),
            Mark.GOOD if room else Mark.BAD,
        ),
    )
    return Section("staff.outbox", lines)


_DEVICE_MARKS = {
    SupervisorState.READY: Mark.GOOD,
    SupervisorState.DEGRADED: Mark.REMARK,
}


def _devices(facts: Facts) -> Section:
    return Section("staff.report.devices", tuple(_device(facts, kind) for kind in Device if kind in facts.drivers))


def _device(facts: Facts, kind: Device) -> Line:
    label, report = Said(f"screens.device.{kind}"), facts.reports.get(kind)
    if report is None:
        return Line(label, Said("staff.report.no_report", {"driver": facts.drivers[kind]}), Mark.BAD)
    state = str(report.state).lower()
    values = {
        "driver": facts.drivers[kind],
        "state": Said(f"staff.supervisor.{state}"),
        "status": Said(f"staff.status.{status_name(report.status)}") if report.status else Said(text=report.code or "-"),
        "minutes": max(0, int((facts.now_s - report.since_s) / 60)),
    }
    return Line(label, Said("staff.report.device", values), _DEVICE_MARKS.get(report.state, Mark.BAD))


def _label(name: str) -> Said:
    return Said(f"staff.report.{name}")


def _when(at: dt.datetime | None) -> Said:
    return Said("staff.report.never") if at is None else Said(text=f"{at.astimezone(CIVIL_TZ):%Y-%m-%d %H:%M}")


def _mb(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
