"""Every failure that leaves a package, mapped to what is done about it.

Knows: a stable code, a severity, a recovery and a message id for each public exception. Does not know: how a failure is
shown. Asks of each: can the citizen mend it, can time, or is it our bug?
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from devices.errors import DeviceError
from kiosk.audit import AuditError
from kiosk.catalogue.errors import CatalogueError
from kiosk.city.client import PlatformRejected, PlatformUnreachable
from kiosk.config import ConfigError
from kiosk.fleet.enrolment import EnrolmentError
from kiosk.fleet.staff_pins import PinError
from kiosk.printing.certificate import CertificateMismatchError
from kiosk.printing.receipt_qr import ReceiptQrError
from kiosk.words import WordsError
from offline_queue import CustodyError, QueueError, StoreFull, StoreSalvaged


class Severity(enum.StrEnum):
    """How bad it is for the terminal."""

    NOTICE = "notice"
    DEGRADED = "degraded"
    CRITICAL = "critical"


class Recovery(enum.StrEnum):
    """What happens next."""

    RETRY = "retry"
    SKIP = "skip"
    END_SESSION = "end_session"
    OUT_OF_SERVICE = "out_of_service"


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of failure. `code` is what a technician reads on the screen."""

    code: str
    severity: Severity
    recovery: Recovery
    message_id: str


FAULTS: dict[type[Exception], Fault] = {
    DeviceError: Fault("D-100", Severity.DEGRADED, Recovery.RETRY, "faults.device"),
    StoreFull: Fault("Q-210", Severity.DEGRADED, Recovery.RETRY, "faults.store_full"),
    CustodyError: Fault("Q-220", Severity.CRITICAL, Recovery.OUT_OF_SERVICE, "faults.custody"),
    StoreSalvaged: Fault("Q-230", Severity.CRITICAL, Recovery.OUT_OF_SERVICE, "faults.store_salvaged"),
    QueueError: Fault("Q-200", Severity.CRITICAL, Recovery.OUT_OF_SERVICE, "faults.store"),
    PlatformUnreachable: Fault("P-300", Severity.NOTICE, Recovery.RETRY, "faults.line"),
    PlatformRejected: Fault("P-310", Severity.NOTICE, Recovery.SKIP, "faults.refused"),
    CertificateMismatchError: Fault("P-320", Severity.CRITICAL, Recovery.END_SESSION, "certificate.mismatch"),
    ReceiptQrError: Fault("P-330", Severity.NOTICE, Recovery.SKIP, "faults.receipt_qr"),
    ConfigError: Fault("C-400", Severity.CRITICAL, Recovery.OUT_OF_SERVICE, "faults.config"),
    EnrolmentError: Fault("C-410", Severity.CRITICAL, Recovery.OUT_OF_SERVICE, "faults.enrolment"),
    PinError: Fault("C-440", Severity.NOTICE, Recovery.RETRY, "faults.pins"),
    CatalogueError: Fault("C-420", Severity.CRITICAL, Recovery.OUT_OF_SERVICE, "faults.catalogue"),
    WordsError: Fault("C-430", Severity.CRITICAL, Recovery.OUT_OF_SERVICE, "faults.words"),
    AuditError: Fault("A-500", Severity.CRITICAL, Recovery.OUT_OF_SERVICE, "faults.audit"),
}
BUG = Fault("B-900", Severity.CRITICAL, Recovery.OUT_OF_SERVICE, "faults.bug")


def fault_of(error: BaseException) -> Fault:
    """Return the fault of an exception; whatever is not listed is our bug."""
    for kind in type(error).__mro__:
        fault = FAULTS.get(kind)
        if fault is not None:
            return fault
    return BUG


def by_code(code: str) -> Fault:
    """Return the fault with this code, our bug for one that is not known."""
    return next((fault for fault in FAULTS.values() if fault.code == code), BUG)
