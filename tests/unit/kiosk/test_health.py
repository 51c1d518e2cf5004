"""Every status of every device means something for the terminal."""

from __future__ import annotations

import typing

import pytest

from devices import code_reader, document_camera, id_card, page_printer, page_scanner, receipt_printer, smart_card
from devices.supervisor import SupervisorState
from kiosk.health import POLLS, STATES, state_of
from kiosk.session.states import Device

UNIONS: dict[Device, object] = {
    Device.ID_CARD: id_card.IdCardReaderStatus,
    Device.SMART_CARD: smart_card.SmartCardReaderStatus,
    Device.RECEIPT_PRINTER: receipt_printer.ReceiptPrinterStatus,
    Device.PAGE_PRINTER: page_printer.PagePrinterStatus,
    Device.CODE_READER: code_reader.CodeReaderStatus,
    Device.PAGE_SCANNER: page_scanner.PageScannerStatus,
    Device.DOCUMENT_CAMERA: document_camera.DocumentCameraStatus,
}
STATUSES: list[type] = [status for union in UNIONS.values() for status in typing.get_args(union)]


@pytest.mark.parametrize("status", STATUSES, ids=lambda status: f"{status.__module__.split('.')[1]}.{status.__name__}")
def test_every_status_is_mapped(status: type) -> None:
    """A status that is added to a kind must be given a meaning here."""
    assert status in STATES


def test_nothing_else_is_mapped() -> None:
    """A status that was removed from its kind goes from the table, too."""
    assert set(STATES) == set(STATUSES)


def test_every_kind_is_polled() -> None:
    """Whatever the configuration can name can be read."""
    assert set(POLLS) == set(UNIONS) == set(Device)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (id_card.NoCard(), SupervisorState.READY),
        (id_card.PresenceUnknown(), SupervisorState.READY),
        (id_card.Faulted("id_card.checksum"), SupervisorState.FAULTED),
        (id_card.Disconnected(), SupervisorState.LOST),
        (smart_card.CardPresent(b""), SupervisorState.READY),
        (receipt_printer.PaperLow(), SupervisorState.DEGRADED),
        (receipt_printer.NoPaper(), SupervisorState.FAULTED),
        (receipt_printer.Offline(), SupervisorState.FAULTED),
        (page_printer.TonerLow(), SupervisorState.DEGRADED),
        (page_printer.TonerEmpty(), SupervisorState.FAULTED),
        (page_printer.Jammed(), SupervisorState.FAULTED),
        (page_printer.Disconnected(), SupervisorState.LOST),
        (document_camera.Stalled(), SupervisorState.FAULTED),
    ],
)
def test_what_a_status_means(status: object, state: SupervisorState) -> None:
    """Low still works, empty does not, and who cannot be reached must be built anew."""
    assert state_of(status) is state


@pytest.mark.parametrize("status", [None, "Ready", object()])
def test_an_unknown_status_is_no_good_news(status: object) -> None:
    """A third-party driver that answers something of its own is not taken for ready."""
    assert state_of(status) is SupervisorState.FAULTED
