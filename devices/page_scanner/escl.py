"""What a network scanner says of itself over eSCL: its state, its feeder.

Knows: one GET and the few elements of ScannerStatus that matter. Does not know: scanning (SANE does that).
Source: Mopria eSCL technical specification 2.97, section on ScannerStatus.
"""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.parsers import expat

from devices.errors import DeviceError
from devices.page_scanner.api import Busy, CoverOpen, Disconnected, Faulted, Jammed, PageScannerStatus, Ready

_LONGEST_ANSWER_BYTES = 64 * 1024
_DEEPEST = 32
_JAMS = frozenset({"ScannerAdfJam", "ScannerAdfMispick", "ScannerAdfMultipickDetected", "ScannerAdfInputTrayFailed"})
_OPEN = frozenset({"ScannerAdfHatchOpen", "ScannerAdfDoorOpen"})


@dataclass(frozen=True, slots=True)
class ScannerStatus:
    """The two words of a ScannerStatus; `feeder` is None for a scanner without one."""

    state: str
    feeder: str | None


def parse_status(data: bytes) -> ScannerStatus:
    """Read a ScannerStatus document.

    Raises: DeviceError `page_scanner.escl_malformed` for anything else.
    """
    found: dict[str, str] = {}
    path: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def refuse(*_: object) -> None:
        raise DeviceError("page_scanner.escl_malformed", "declaration")

    def start(name: str, _: object) -> None:
        path.append(name.rpartition(" ")[2])
        if len(path) > _DEEPEST:
            raise DeviceError("page_scanner.escl_malformed", "too deep")

    def end(_: str) -> None:
        path.pop()

    def text(data: str) -> None:
        if len(path) == 2 and path[0] == "ScannerStatus":  # jobs further down have states of their own
            found[path[1]] = found.get(path[1], "") + data

    parser.StartDoctypeDeclHandler = refuse  # and with it every entity that a stranger could define
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise DeviceError("page_scanner.escl_malformed", f"xml {error.code}") from error
    state = found.get("State", "").strip()
    if not state:
        raise DeviceError("page_scanner.escl_malformed", "no state")
    return ScannerStatus(state, found["AdfState"].strip() if "AdfState" in found else None)


def status_of(said: ScannerStatus) -> PageScannerStatus:
    """Read what a scanner says: what a person can mend first."""
    if said.feeder in _OPEN:
        return CoverOpen()
    if said.feeder in _JAMS:
        return Jammed()
    if said.state in ("Processing", "Testing"):
        return Busy()
    if said.state != "Idle":
        return Faulted("page_scanner.stopped")
    return Ready(None if said.feeder is None else said.feeder == "ScannerAdfLoaded")


def ask(base: str, timeout_s: float) -> PageScannerStatus:
    """GET `base`/ScannerStatus. Never raises."""
    parts = urlsplit(base)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=timeout_s)
    try:
        connection.request("GET", f"{parts.path.rstrip('/')}/ScannerStatus")
        answer = connection.getresponse()
        data = answer.read(_LONGEST_ANSWER_BYTES + 1)
        if answer.status == http.client.SERVICE_UNAVAILABLE:
            return Busy()
        if answer.status != http.client.OK:
            return Faulted("page_scanner.refused")
        if len(data) > _LONGEST_ANSWER_BYTES:
            return Faulted("page_scanner.bad_answer")
        return status_of(parse_status(data))
    except (DeviceError, http.client.HTTPException):
        return Faulted("page_scanner.bad_answer")
    except TimeoutError:
        return Faulted("page_scanner.no_answer")
    except OSError:
        return Disconnected()
    finally:
        connection.close()
