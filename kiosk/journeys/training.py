"""Practising with the real screens and devices, and nothing of it real.

Knows: that practice has an outbox, a key and a log of its own, in a folder that goes with it; that the change-over waits in
the store's and the city's own queues, so that each piece of work belongs wholly to one side. Does not know: who may (the
machine says when). A folder that is still there at the start is what a power cut left of a practice: it is removed, and that
is written down.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk.audit import AuditError, AuditLog
from kiosk.audit.writer import Disposition
from kiosk.city.client import CityClient
from kiosk.clock import Clock
from kiosk.events import Fact
from kiosk.identity import case_code
from kiosk.journeys.context import Context
from kiosk.journeys.rehearsal import ClosedDoor, NoCity, RehearsedDevices, Script, ScriptedFault
from kiosk.journeys.staff import StaffDesk
from kiosk.session import events as ev
from offline_queue import Limits, Outbox, QueueError, Recipient, Sealing

FOLDER = "training"
KIOSK = "TRNG"
"""No terminal bears this number: a case code of practice is one to the eye, and to the city none at all."""


ALWAYS_REAL = frozenset({"terminal", "device", "line", "fault", "staff", "report"})
"""What is told of the machine and of those who look after it is told in earnest, also while somebody practises."""


class PracticeLog(AuditLog):
    """Keeps what is said of citizens in practice apart, and hands everything else on."""

    def __init__(self, path: Path, clock: Clock, real: AuditLog) -> None:
        super().__init__(path, clock)
        self._real = real
        self.on_failure = real.on_failure

    def record(self, event: str, disposition: Disposition = "success", **fields: str | int | None) -> None:
        """As `AuditLog.record`."""
        if event.partition(".")[0] in ALWAYS_REAL:
            self._real.record(event, disposition, **fields)
        else:
            super().record(event, disposition, **fields)


class TrainingDesk:
    """Does what `fx.Train` asks, and holds the script of faults."""

    def __init__(self, context: Context, staff: StaffDesk) -> None:
        self._context = context
        self._staff = staff
        self._folder = context.config.state_dir / FOLDER
        self._by = ""
        self.on = False
        self.script = Script()
        self._real = (context.outbox, context.city, context.audit, context.sign)
        self._outbox: Outbox | None = None
        """Practice's own, only ever touched by the store's thread."""
        context.devices = cast("Any", RehearsedDevices(context.devices, self.script, lambda: self.on))
        if self._folder.exists():
            shutil.rmtree(self._folder)
            context.audit.record("training.left", by="", cause="restart")

    # --- beginning and ending ----

    def train(self, *, on: bool) -> None:
        """Put practice between the terminal and what is real, or take it away again."""
        if on:
            self._enter()
        else:
            self._leave()
        self._context.bus.publish(Fact.STAFF)

    def _enter(self) -> None:
        context, self._by = self._context, self._staff.staff_id
        context.audit.record("training.entered", by=self._by)
        self.on = True

        def failed(error: Exception) -> None:
            if not isinstance(error, OSError | QueueError | AuditError):
                raise error
            context.handle(ev.TrainingEnded())

        def opened(sign: Callable[[bytes], bytes]) -> None:
            if self.on:
                context.sign = sign

        context.store_work.run(self._open, opened, failed)
        context.city_work.run(lambda: self._set_city(NoCity(context.clock, self.script)), lambda _: None, failed)

    def _open(self) -> Callable[[bytes], bytes]:
        context = self._context
        # from here on nothing can reach the real one, whatever goes wrong below
        context.outbox = cast("Outbox", ClosedDoor())
        shutil.rmtree(self._folder, ignore_errors=True)
        key, reader = Ed25519PrivateKey.generate(), X25519PrivateKey.generate()
        sealing = Sealing(
            kiosk=KIOSK,
            recipients=(Recipient("training", reader.public_key().public_bytes_raw()),),
            sign=key.sign,
            mint_code=lambda seq: case_code.mint(KIOSK, seq),
        )
        self._outbox = Outbox.open(
            self._folder / "outbox", sealing=sealing, limits=Limits(ballast_bytes=0), now=context.clock.now
        )
        context.audit = PracticeLog(self._folder / "audit.jsonl", context.clock, self._real[2])
        context.outbox = self._outbox
        return key.sign

    def _leave(self) -> None:
        context = self._context
        outbox, city, audit, sign = self._real
        self.on = False
        self.script.clear()
        context.sign = sign

        def close() -> None:
            context.outbox, context.audit = outbox, audit
            if self._outbox is not None:
                self._outbox.close()
                self._outbox = None
            shutil.rmtree(self._folder, ignore_errors=True)

        def failed(error: Exception) -> None:
            raise error

        by, cause = self._by, "card" if self._staff.staff_id == "" else "asked"
        context.store_work.run(close, lambda _: audit.record("training.left", by=by, cause=cause), failed)
        context.city_work.run(lambda: self._set_city(city), lambda _: None, failed)

    def _set_city(self, city: object) -> None:
        self._context.city = cast("CityClient", city)

    def close(self) -> None:
        """The program ends: nothing of practice stays, whatever was at work. The workers have ended before."""
        if not self.on and self._outbox is None:
            return
        outbox, city, audit, sign = self._real
        context = self._context
        self.on = False
        context.outbox, context.city, context.audit, context.sign = outbox, city, audit, sign
        if self._outbox is not None:
            with contextlib.suppress(QueueError):
                self._outbox.close()
            self._outbox = None
        shutil.rmtree(self._folder, ignore_errors=True)
        audit.record("training.left", by=self._by, cause="stopped")

    # --- the script ----

    def arm(self, fault: ScriptedFault, *, on: bool) -> None:
        """Have a fault come at its next occasion, or not. The line is down until it is said to be up again."""
        if not self.on:
            return
        self.script.set(fault, on=on)
        self._real[2].record("training.scripted", by=self._by, fault=str(fault), on=str(on).lower())
        self._context.bus.publish(Fact.STAFF)

    @property
    def line_down(self) -> bool:
        """The script keeps the line down."""
        return self.on and ScriptedFault.LINE_DOWN in self.script
