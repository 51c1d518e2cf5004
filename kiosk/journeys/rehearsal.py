"""What stands in for the city, and before the devices, while somebody practises.

Knows: the faults that can be scripted, and that no paper leaves unmarked. Does not know: who practises, or the session.
The devices themselves are the real ones; a scripted fault is answered here, at their boundary.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from devices.errors import DeviceError
from devices.id_card import IdCard, NoCard, ReadFailed
from devices.receipt_printer import Block, CoverOpen, NoPaper, NotPrinted, PrintResult
from devices.supervisor import DeviceReport, Supervisor
from kiosk.city.client import CatalogueDownload, PlatformRejected, PlatformUnreachable, Unreachable
from kiosk.city.messages import (
    CasesAnswer,
    CertificateAnswer,
    CertificateRequest,
    CodeAnswer,
    HandoverAnswer,
    VerifyAnswer,
)
from kiosk.city.wire import PersonKey
from kiosk.clock import Clock
from kiosk.printing import practice
from kiosk.session.states import Device
from offline_queue import QueueError

CODE_FOR_S = 300


class ScriptedFault(enum.StrEnum):
    """What can be made to go wrong; each has a message `staff.training.fault.<fault>`."""

    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    CARD_UNREADABLE = "card_unreadable"
    LINE_DOWN = "line_down"


_STRIKES = {ScriptedFault.PAPER_OUT: 1, ScriptedFault.COVER_OPEN: 1, ScriptedFault.CARD_UNREADABLE: 2}
"""How often each strikes before it is mended; a card is read twice before anybody is told. The line stays down."""


class Script:
    """The faults that are to come. Written by the session's thread, used up by the devices'."""

    def __init__(self) -> None:
        self._left: dict[ScriptedFault, int] = {}

    def set(self, fault: ScriptedFault, *, on: bool) -> None:
        """Have a fault come at the next occasion, or not."""
        if on:
            self._left[fault] = _STRIKES.get(fault, 1)
        else:
            self._left.pop(fault, None)

    def __contains__(self, fault: ScriptedFault) -> bool:
        return self._left.get(fault, 0) > 0

    def strikes(self, fault: ScriptedFault) -> bool:
        """Say whether a fault strikes now; it is used up by that."""
        if fault not in self:
            return False
        self._left[fault] -= 1
        return True

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._left.clear()


class _Marked:
    """A driver of which everything is real but what is overridden."""

    def __init__(self, driver: Any, script: Script) -> None:
        self._driver = driver
        self._script = script

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)


class _ReceiptPrinter(_Marked):
    def print(self, blocks: Sequence[Block]) -> PrintResult:
        if self._script.strikes(ScriptedFault.PAPER_OUT):
            return NotPrinted(NoPaper(), started=False)
        if self._script.strikes(ScriptedFault.COVER_OPEN):
            return NotPrinted(CoverOpen(), started=False)
        result: PrintResult = self._driver.print(practice.mark_blocks(blocks, self._driver.width_dots))
        return result


class _PagePrinter(_Marked):
    def submit(self, pdf: bytes, title: str) -> int:
        return int(self._driver.submit(practice.mark_pages(pdf), title))


class _IdCardReader(_Marked):
    def read(self) -> IdCard | NoCard | ReadFailed:
        if self._script.strikes(ScriptedFault.CARD_UNREADABLE):
            return ReadFailed("id_card.read_failed")
        result: IdCard | NoCard | ReadFailed = self._driver.read()
        return result


_DRIVERS: dict[Device, Callable[[Any, Script], Any]] = {
    Device.RECEIPT_PRINTER: _ReceiptPrinter,
    Device.PAGE_PRINTER: _PagePrinter,
    Device.ID_CARD: _IdCardReader,
}


class Rehearsed:
    """A supervisor whose driver is the marked one while `on` says so; decided when work is given, not when it is done."""

    def __init__(self, kind: Device, supervisor: Supervisor[Any], script: Script, on: Callable[[], bool]) -> None:
        self._kind = kind
        self._supervisor = supervisor
        self._script = script
        self._on = on

    def submit(
        self, work: Callable[[Any], Any], done: Callable[[Any | DeviceError], None], *, deadline_s: float | None = None
    ) -> None:
        """As `Supervisor.submit`."""
        marked = _DRIVERS.get(self._kind)
        if marked is None or not self._on():
            self._supervisor.submit(work, done, deadline_s=deadline_s)
            return
        self._supervisor.submit(lambda driver: work(marked(driver, self._script)), done, deadline_s=deadline_s)

    @property
    def report(self) -> DeviceReport:
        """As `Supervisor.report`."""
        return self._supervisor.report

    def poll_now(self) -> None:
        """As `Supervisor.poll_now`."""
        self._supervisor.poll_now()

    def start(self) -> None:
        """As `Supervisor.start`."""
        self._supervisor.start()

    def stop(self, deadline_s: float) -> bool:
        """As `Supervisor.stop`."""
        return self._supervisor.stop(deadline_s)


class RehearsedDevices(Mapping[Device, Rehearsed]):
    """The terminal's supervisors, each behind the marked driver."""

    def __init__(self, real: Mapping[Device, Supervisor[Any]], script: Script, on: Callable[[], bool]) -> None:
        self._real = real
        self._script = script
        self._on = on

    def __getitem__(self, kind: Device) -> Rehearsed:
        return Rehearsed(kind, self._real[kind], self._script, self._on)

    def __iter__(self) -> Iterator[Device]:
        return iter(self._real)

    def __len__(self) -> int:
        return len(self._real)


class NoCity:
    """Answers as the city might, without a wire: any code holds, nobody has a case, nothing is issued."""

    def __init__(self, clock: Clock, script: Script) -> None:
        self._clock = clock
        self._script = script

    def _line(self) -> None:
        if ScriptedFault.LINE_DOWN in self._script:
            raise PlatformUnreachable(Unreachable.CONNECT)

    def catalogue(self, etag: str = "") -> CatalogueDownload | None:
        """There is no newer catalogue."""
        del etag
        return None

    def request_code(self, person: PersonKey) -> CodeAnswer:
        """Send nothing; whatever is typed will do."""
        del person
        self._line()
        return CodeAnswer(challenge="training", phone_masked="138****0000", expires_in_s=CODE_FOR_S, resend_after_s=60)

    def verify_code(self, challenge: str, code: str) -> VerifyAnswer:
        """Take any code, and give no word of the city's for it."""
        del challenge, code
        self._line()
        until = self._clock.now() + dt.timedelta(seconds=CODE_FOR_S)
        return VerifyAnswer(assurance_token="", level="card+code", expires_at=until)

    def cases(self, person: PersonKey, assurance_token: str = "") -> CasesAnswer:
        """Nobody has a case."""
        del person, assurance_token
        self._line()
        return CasesAnswer(level="card", as_of=self._clock.now(), cases=())

    def issue_certificate(self, request: CertificateRequest) -> CertificateAnswer:
        """Issue nothing: what looks like a certificate is one, on whatever paper."""
        del request
        self._line()
        raise PlatformRejected("training")

    def open_handover(self) -> HandoverAnswer:
        """No phone can reach what is not there."""
        raise PlatformUnreachable(Unreachable.CONNECT)

    def fetch_handover(self, token: str, taken: int) -> tuple[bool, bytes]:
        """As `open_handover`."""
        del token, taken
        raise PlatformUnreachable(Unreachable.CONNECT)

    def close_handover(self, token: str) -> None:
        """Nothing was opened."""
        del token


class ClosedDoor:
    """Where an outbox should be, and none may be: whatever is asked of it is refused with a code."""

    def __getattr__(self, name: str) -> Any:
        raise QueueError("training.closed", name)
