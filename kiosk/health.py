"""What a device's status means for the terminal: usable, usable for now, waiting for hands, or gone.

Knows: each kind's closed union of statuses. Does not know: drivers, or what is shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from devices import code_reader, document_camera, id_card, page_printer, page_scanner, receipt_printer, smart_card
from devices.self_test import SelfTesting
from devices.supervisor import SupervisorState
from kiosk.session.states import Device

_GOOD = (
    id_card.NoCard,
    id_card.CardPresent,
    id_card.PresenceUnknown,
    smart_card.NoCard,
    smart_card.CardPresent,
    receipt_printer.Ready,
    page_printer.Ready,
    code_reader.Ready,
    page_scanner.Ready,
    document_camera.Ready,
)
_GONE = (
    id_card.Disconnected,
    smart_card.Disconnected,
    receipt_printer.Disconnected,
    page_printer.Disconnected,
    code_reader.Disconnected,
    page_scanner.Disconnected,
    document_camera.Disconnected,
)
_LOW = (receipt_printer.PaperLow, page_printer.PaperLow, page_printer.TonerLow)
_BROKEN = (
    id_card.Faulted,
    smart_card.Faulted,
    receipt_printer.Faulted,
    receipt_printer.NoPaper,
    receipt_printer.CoverOpen,
    receipt_printer.Offline,
    page_printer.Faulted,
    page_printer.NoPaper,
    page_printer.CoverOpen,
    page_printer.Jammed,
    page_printer.TonerEmpty,
    code_reader.Faulted,
    page_scanner.Faulted,
    page_scanner.Busy,
    page_scanner.CoverOpen,
    page_scanner.Jammed,
    document_camera.Stalled,
    document_camera.Faulted,
)


STATES: dict[type, SupervisorState] = {
    **dict.fromkeys(_GOOD, SupervisorState.READY),
    **dict.fromkeys(_LOW, SupervisorState.DEGRADED),
    **dict.fromkeys(_BROKEN, SupervisorState.FAULTED),
    **dict.fromkeys(_GONE, SupervisorState.LOST),
}
"""Every status of every kind."""


def state_of(status: object) -> SupervisorState:
    """Return how far a device with this status can be used; what no union of ours names cannot be trusted to work."""
    return STATES.get(type(status), SupervisorState.FAULTED)


def _poll(driver: Any) -> tuple[SupervisorState, object]:
    status = driver.status()
    return state_of(status), status


POLLS: dict[Device, Callable[[Any], tuple[SupervisorState, object]]] = dict.fromkeys(Device, _poll)
"""How each kind is read. In the terminal the document camera lives in a process of its own and reports by itself."""


def self_test(driver: Any) -> str:
    """Have a driver that can try its device do so; say what it found, nothing for one that cannot. Raises `DeviceError`."""
    return driver.self_test() if isinstance(driver, SelfTesting) else ""


def status_name(status: object | None) -> str:
    """Return what a status is called in a message `staff.status.<name>`; nothing for none."""
    return "" if status is None else re.sub(r"(?<!^)(?=[A-Z])", "_", type(status).__name__).lower()
