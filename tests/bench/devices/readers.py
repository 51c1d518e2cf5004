"""Figures of the readers: the smart card reader on the real pcscd with virtual cards, the identity card reader on its line.

Knows: emulators and drivers of both. Does not know: the table. Figures that are compared are taken in turn, in one run.
"""

from __future__ import annotations

import contextlib
import functools
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import serial
from row import Row, at_most
from smartcard import scard

from devices.id_card import sdt
from devices.id_card.api import IdCard
from devices.id_card.emulator import SdtEmulator
from devices.id_card.frames import Command, request
from devices.id_card.samples import SAMPLE_CARDS
from devices.rig_daemons import Pcscd
from devices.smart_card import pcsc
from devices.smart_card.api import CardPresent, NoCard, StaffCard, TravelDocument
from devices.smart_card.emulator import StaffCardChip, VpcdSlot
from devices.smart_card.iso7816 import ask, read_binary
from devices.smart_card.passport_chip import PassportChip
from devices.smart_card.samples import SAMPLE_PASSPORTS, SAMPLE_STAFF
from devices.smart_card.staff_card import SELECT_APPLICATION, SELECT_RECORD

T = TypeVar("T")

READER = "Virtual PCD 00 00"
APDUS = 2000
READS = 20
PATIENCE_S = 10.0
BITS_PER_BYTE, BAUD = 10, 115200
SW_BYTES = 2


def rows(folder: Path) -> Iterator[Row]:
    """Measure everything that the readers have figures for."""
    with _pcscd(folder):
        yield _round_trips()
        yield _staff_card()
        yield from _passports()
    yield _identity_card(folder)


@contextlib.contextmanager
def _pcscd(folder: Path) -> Iterator[None]:
    daemon = Pcscd(folder / "pcscd.log")
    daemon.start()
    try:
        yield
    finally:
        daemon.stop()


def _timed(deed: Callable[[], T], times: list[float]) -> T:
    """Do it, and note how long it took, in ms."""
    began_ns = time.perf_counter_ns()
    done = deed()
    times.append((time.perf_counter_ns() - began_ns) / 1e6)
    return done


@contextlib.contextmanager
def _inserted(chip: Any) -> Iterator[pcsc.PcscSmartCardReader]:
    slot, reader = VpcdSlot(), pcsc.create({"reader": READER})
    slot.insert(chip)
    _settle(reader, CardPresent)
    try:
        yield reader
    finally:
        slot.stop()
        _settle(reader, NoCard)  # pcscd looks every 0.4 s: a card changed in between is for it the old one
        reader.close()


def _settle(reader: pcsc.PcscSmartCardReader, kind: type[CardPresent | NoCard]) -> None:
    expires_s, pause = time.monotonic() + PATIENCE_S, threading.Event()
    while not isinstance(reader.status(), kind):
        if time.monotonic() > expires_s:
            raise TimeoutError(kind.__name__)
        pause.wait(0.01)


def _round_trips() -> Row:
    """The same command on the same connection, by scard itself and by the driver's channel, in turn."""
    with _inserted(StaffCardChip(SAMPLE_STAFF["S0001"])):
        _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        _, card, protocol = scard.SCardConnect(context, READER, scard.SCARD_SHARE_EXCLUSIVE, protocols)
        channel = pcsc.CardChannel(card, protocol, extended=False)
        ask(channel, SELECT_APPLICATION)
        ask(channel, SELECT_RECORD)
        command = read_binary(0, 64)
        plain = list(command.encode())
        expected = ask(channel, command)
        pci = scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0

        def raw() -> None:
            result, answer = scard.SCardTransmit(card, pci, plain)
            assert (result, len(answer)) == (scard.SCARD_S_SUCCESS, len(expected) + SW_BYTES)

        def ours() -> None:
            assert ask(channel, command) == expected

        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(APDUS):
            _timed(raw, times[0])
            _timed(ours, times[1])
        scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)
        scard.SCardReleaseContext(context)
    by_scard, by_driver = (statistics.median(each) for each in times)
    return at_most(
        "APDU round trip by the driver against raw scard", 1.2, by_driver / by_scard, "x",
        f"{by_driver:.3f} ms against {by_scard:.3f} ms, medians of {APDUS}",
    )  # fmt: skip


def _staff_card() -> Row:
    """Seven APDUs take milliseconds; with the kernel's delayed ACKs they would take a third of a second."""
    with _inserted(StaffCardChip(SAMPLE_STAFF["S0001"])) as reader:
        taken: list[float] = []
        read = functools.partial(reader.read_staff_card, bytes(32))
        for _ in range(READS):
            assert isinstance(_timed(read, taken), StaffCard)
    return at_most("staff card: select, record, challenge", 100.0, statistics.median(taken), " ms", f"median of {READS}")


def _passports() -> Iterator[Row]:
    passport = SAMPLE_PASSPORTS["passport"]
    for extended in (True, False):
        chip = PassportChip(passport, extended=extended)
        with _inserted(chip) as reader:
            taken: list[float] = []
            read = functools.partial(reader.read_travel_document, passport.key)
            for _ in range(READS):
                chip.apdus = 0
                document = _timed(read, taken)
                assert isinstance(document, TravelDocument), document
                assert document.face is not None
                assert len(document.face.data) == passport.face_bytes
        length = "extended" if extended else "short"
        yield Row(
            f"passport: BAC, DG1, DG2 with a face of {passport.face_bytes} B, {length} length", "none set",
            f"{statistics.median(taken):.1f} ms  (median of {READS}, {chip.apdus} APDUs, a chip that needs no time)",
        )  # fmt: skip


class _Counting(SdtEmulator):
    """Counts the bytes that go over its paced line."""

    sent = 0

    def answer(self, *arguments: Any) -> bytes:
        data = super().answer(*arguments)
        self.sent += len(data)
        return data


def _identity_card(folder: Path) -> Row:
    """Against the time that the answers alone take on the line: requests are not counted in our favour.

    The bare port is read in turn with it, which shows what a machine that is busy with other things adds to both.
    """
    with _Counting(folder / "id-card", presence_after_read="continuous") as emulator:
        emulator.place(SAMPLE_CARDS["测试甲"])
        by_driver: list[float] = []
        by_port: list[float] = []
        for _ in range(READS):
            reader = sdt.create({"port": str(emulator.path), "presence_after_read": "continuous"})
            emulator.sent = 0
            card = _timed(reader.read, by_driver)
            reader.close()
            assert isinstance(card, IdCard)
            with serial.Serial(str(emulator.path), BAUD, timeout=PATIENCE_S) as port:
                _timed(functools.partial(_bare, port), by_port)
        wire_ms = emulator.sent / 2 * BITS_PER_BYTE * 1000 / BAUD
    whole_ms, bare_ms = statistics.median(by_driver), statistics.median(by_port)
    return at_most(
        "identity card read whole, against its answers' time at 115200", 1.15, whole_ms / wire_ms, "x",
        f"{whole_ms:.1f} ms against {wire_ms:.1f} ms on the wire and {bare_ms:.1f} ms by the bare port, median of {READS}",
    )  # fmt: skip


def _bare(port: serial.Serial) -> None:
    """Send the three requests and read as many bytes as answer each."""
    for command, answer_bytes in ((Command.FIND, 15), (Command.SELECT, 19), (Command.READ, 1295)):
        port.write(request(command))
        assert len(port.read(answer_bytes)) == answer_bytes
