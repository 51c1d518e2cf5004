"""What comes from a scanner is a stranger's: its pages and its words are read or refused, nothing else."""

from __future__ import annotations

import pytest

from devices.errors import DeviceError
from devices.page_scanner import Busy, CoverOpen, Faulted, Jammed, PageScannerStatus, Ready
from devices.page_scanner.escl import parse_status, status_of
from devices.page_scanner.netpbm import parse


def document(state: str, feeder: str | None, more: str = "") -> bytes:
    adf = "" if feeder is None else f"<scan:AdfState>{feeder}</scan:AdfState>"
    return (
        '<?xml version="1.0"?><scan:ScannerStatus xmlns:pwg="p" xmlns:scan="s">'
        f"<pwg:State>{state}</pwg:State>{adf}{more}</scan:ScannerStatus>"
    ).encode()


@pytest.mark.parametrize(
    ("state", "feeder", "status"),
    [
        ("Idle", None, Ready()),
        ("Idle", "ScannerAdfEmpty", Ready(feeder_loaded=False)),
        ("Idle", "ScannerAdfLoaded", Ready(feeder_loaded=True)),
        ("Idle", "ScannerAdfJam", Jammed()),
        ("Stopped", "ScannerAdfMispick", Jammed()),
        ("Stopped", "ScannerAdfHatchOpen", CoverOpen()),
        ("Processing", "ScannerAdfProcessing", Busy()),
        ("Testing", None, Busy()),
        ("Down", None, Faulted("page_scanner.stopped")),
        ("Nonsense", None, Faulted("page_scanner.stopped")),
    ],
)
def test_states_of_escl(state: str, feeder: str | None, status: PageScannerStatus) -> None:
    """Each word of the specification becomes one status; what a person can mend comes first."""
    assert status_of(parse_status(document(state, feeder))) == status


def test_a_job_of_its_own_state_is_not_the_scanners() -> None:
    """Only the state directly below the root counts."""
    jobs = "<scan:Jobs><scan:JobInfo><pwg:State>Down</pwg:State></scan:JobInfo></scan:Jobs>"
    assert status_of(parse_status(document("Idle", None, jobs))) == Ready()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<",
        b"{}",
        b"<html><body>404</body></html>",
        document("", None),
        document("Idle", None)[:-3],
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + document("&b;", None)[21:],
        b"<a>" * 40 + b"</a>" * 40,
        b"\xff\xfe" + document("Idle", None),
    ],
)
def test_other_documents_are_refused(data: bytes) -> None:
    """Half a document, another one, one that defines entities or digs deep: one coded error."""
    with pytest.raises(DeviceError) as error:
        parse_status(data)
    assert error.value.code == "page_scanner.escl_malformed"


def test_pages_of_both_kinds() -> None:
    """Grey and colour, with the comment that scanimage writes into the header."""
    grey = parse(b"P5\n# SANE data follows\n2 2\n255\n" + bytes(4), 200)
    colour = parse(b"P6 1 2 255\n" + bytes(6), 300)
    assert (grey.width_px, grey.height_px, grey.channels, grey.dpi) == (2, 2, 1, 200)
    assert (colour.width_px, colour.height_px, colour.channels, colour.pixels) == (1, 2, 3, bytes(6))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"P4\n8 1\n\x00",
        b"P5\n2 2\n255\n\x00\x00\x00",
        b"P5\n2 2\n255\n" + bytes(5),
        b"P5\n0 2\n255\n",
        b"P5\n2 2\n65535\n" + bytes(8),
        b"P6\n99999999 9\n255\n",
        b"P5\n" + b"#" * 5000 + b"\n2 2\n255\n" + bytes(4),
        b"P5\n-2 2\n255\n",
    ],
)
def test_other_pictures_are_refused(data: bytes) -> None:
    """A page that ends early is not a page."""
    with pytest.raises(DeviceError) as error:
        parse(data, 200)
    assert error.value.code == "page_scanner.pnm_malformed"
