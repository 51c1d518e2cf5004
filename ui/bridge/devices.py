"""The devices as the staff page shows them.

Knows: supervisor reports. Does not know: what repairs a device.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtQml import QJSEngine, QmlElement, QmlSingleton

from kiosk.events import Fact
from kiosk.health import status_name
from kiosk.session.states import Device
from ui.bridge.given import given
from ui.typing import Property

if TYPE_CHECKING:
    from kiosk.terminal import Terminal

QML_IMPORT_NAME = "Kiosk.Bridge"
QML_IMPORT_MAJOR_VERSION = 1


@QmlElement
@QmlSingleton
class Devices(QObject):
    """Every device with its state."""

    changed = Signal()

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal
        terminal.bus.subscribe(Fact.DEVICES, self.changed.emit)

    @staticmethod
    def create(_engine: QJSEngine) -> QObject:
        """Return the application's instance."""
        return given(Devices)

    @Property("QVariantList", notify=changed)
    def rows(self) -> list[dict[str, Any]]:
        """Each device: `kind`, supervisor `state`, `status` (its union's member), `detail`, `since` when."""
        reports = self._terminal.reports
        return [self._row(device, reports.get(device)) for device in Device]

    def _row(self, device: Device, report: Any) -> dict[str, Any]:
        if report is None:
            return {"kind": device.value, "state": "absent", "status": "", "detail": "", "since": ""}
        status = report.status
        return {
            "kind": device.value,
            "state": str(report.state).lower(),
            "status": status_name(status),
            "detail": str(report.code or getattr(status, "code", "")),
            "since": self._since(report.since_s),
        }

    def _since(self, since_s: float) -> str:
        """Say when: an age would stand still on a page that nothing happens on."""
        now = self._terminal.now()
        at = now - dt.timedelta(seconds=max(0.0, time.monotonic() - since_s))
        return f"{at:%H:%M}" if at.date() == now.date() else f"{at:%m-%d %H:%M}"
