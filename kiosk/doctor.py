"""`kiosk doctor`: looks at every configured device as the terminal would, and says what it found.

Knows: the configuration, supervision, what a status means. Does not know: drivers, Qt, or how a program's own part is
tried (whoever calls brings the trial). Nothing is printed on paper and no
card is read. The terminal must not be running: a port has one owner, and the second is told that it is lost.
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from devices.errors import DeviceError
from devices.supervisor import DeviceReport, SupervisorState
from kiosk.bootstrap import supervise
from kiosk.clock import SystemClock
from kiosk.config import Config, ConfigError
from kiosk.dispatch import QueueDispatcher
from kiosk.health import self_test
from kiosk.session.states import Device

OK, FAILED = 0, 1
T = TypeVar("T")

USABLE = frozenset({SupervisorState.READY, SupervisorState.DEGRADED})
_LONGEST_S = 60.0
"""More than any deadline of a supervisor: its first report always comes before."""


class Attended:
    """One device under the terminal's own supervision, looked after from the calling thread."""

    def __init__(self, kind: Device, config: Config) -> None:
        self._calls = QueueDispatcher()
        self._report: DeviceReport | None = None
        self._supervisor = supervise(kind, config, SystemClock(), self._calls, self._on_change)

    def __enter__(self) -> Self:
        self._supervisor.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._supervisor.stop()

    def _on_change(self, report: DeviceReport) -> None:
        self._report = report

    def wait(self, met: Callable[[DeviceReport], bool], timeout_s: float = _LONGEST_S) -> DeviceReport | None:
        """Wait for a report that meets the condition; None when none came in time."""
        expires_s = time.monotonic() + timeout_s
        while self._report is None or not met(self._report):
            if not self._calls.run_one(max(0.0, expires_s - time.monotonic())):
                return None
        return self._report

    def do(self, work: Callable[[Any], T], *, deadline_s: float = _LONGEST_S) -> T | DeviceError:
        """Run `work(driver)` on the device's thread and wait for what became of it."""
        results: list[T | DeviceError] = []
        self._supervisor.submit(work, results.append, deadline_s=deadline_s)
        while not results:
            self._calls.run_one(deadline_s)
        return results[0]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one device. `detail`: its self test, or the code of what failed."""

    device: str
    driver: str
    state: str
    status: str
    detail: str
    took_s: float
    good: bool


def said(status: object) -> str:
    """Name a status as a technician reads it, without whatever lies on the device."""
    return "-" if status is None else type(status).__name__


def examine(kind: Device, config: Config) -> Finding:
    """Build one device's driver, read its status, run its self test, and let go of it."""
    began_s = time.monotonic()
    driver = config.devices[kind].driver

    def found(state: str, status: object, detail: str, *, good: bool) -> Finding:
        return Finding(str(kind), driver, state, said(status), detail, round(time.monotonic() - began_s, 2), good)

    try:
        attended = Attended(kind, config)
    except ConfigError as error:
        return found("missing", None, error.code, good=False)
    with attended as device:
        report = device.wait(lambda _: True)
        if report is None:
            return found("missing", None, f"{kind}.no_report", good=False)
        if report.state not in USABLE:
            return found(report.state, report.status, report.code or str(getattr(report.status, "code", "")), good=False)
        tried = device.do(self_test)
        if isinstance(tried, DeviceError):
            return found(SupervisorState.FAULTED, report.status, str(tried), good=False)
        return found(report.state, report.status, tried, good=True)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the program itself that rests on something installed."""

    name: str
    rests_on: str
    probe: Callable[[], str | None]
    """Returns the code of what stands in the way, None if nothing."""


def look(part: Part) -> Finding:
    """Try one part of the program."""
    began_s = time.monotonic()
    code = part.probe()
    state = "ready" if code is None else "missing"
    return Finding(part.name, part.rests_on, state, "-", code or "", round(time.monotonic() - began_s, 2), code is None)


def run(config: Config, *, as_json: bool, parts: Sequence[Part] = ()) -> int:
    """Examine all configured devices beside each other, then the `parts`, and print what was found.

    `FAILED` when one is of no use.
    """
    kinds = [kind for kind in Device if kind in config.devices]
    with ThreadPoolExecutor(max(1, len(kinds)), "doctor") as pool:
        findings = list(pool.map(lambda kind: examine(kind, config), kinds))
    looked = [look(part) for part in parts]
    every = [*findings, *looked]
    if as_json:
        told = {"devices": findings, "parts": looked}
        print(json.dumps({name: [dataclasses.asdict(each) for each in found] for name, found in told.items()}, indent=1))
    else:
        print(f"{'':<5} {'device':<16} {'driver':<10} {'state':<9} {'status':<15} {'s':>5}  detail")
        for each in every:
            mark = "ok" if each.good else "FAIL"
            print(
                f"{mark:<5} {each.device:<16} {each.driver:<10} {each.state:<9} {each.status:<15}"
                f" {each.took_s:>5.2f}  {each.detail}".rstrip()
            )
        print(f"{sum(each.good for each in every)} of {len(every)} can be used.")
    return OK if all(each.good for each in every) else FAILED
