"""The ESC/POS driver beyond the contract: options, bits, speed, hostile peers."""

from __future__ import annotations

import gc
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.errors import DeviceError
from devices.receipt_printer import Cut, Disconnected, Faulted, NotPrinted, Printed, Raster, Ready, Text
from devices.receipt_printer.api import FAULT_CODES
from devices.receipt_printer.emulator import Paper, ReceiptPrinterEmulator, SerialReceiptPrinterEmulator
from devices.receipt_printer.escpos import EscposReceiptPrinter, create


@pytest.fixture
def emulator() -> Iterator[ReceiptPrinterEmulator]:
    with ReceiptPrinterEmulator() as running:
        yield running


@pytest.fixture
def printer(emulator: ReceiptPrinterEmulator) -> Iterator[EscposReceiptPrinter]:
    opened = create({"host": emulator.host, "port": emulator.port, "timeout_s": 20.0, "processing_s": 20.0})
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("options", "keys"),
    [
        ({}, "host|serial|usb"),
        ({"host": "h", "serial": "/dev/printer"}, "host|serial|usb"),
        ({"usb": "04B8"}, "usb"),
        ({"serial": "s", "baud": 1200}, "baud"),
        ({"serial": "s", "paper_mm": 70}, "paper_mm"),
        ({"host": ""}, "host"),
        ({"host": "h", "port": 0}, "port"),
        ({"host": "h", "port": "9100"}, "port"),
        ({"host": "h", "width_dots": 575}, "width_dots"),
        ({"host": "h", "timeout_s": 0}, "timeout_s"),
        ({"host": "h", "colour": True}, "colour"),
        ({"host": "h", "profile": "none-such"}, "profile"),
        ({"host": "h", "profile": "TM-T88III"}, "width_dots>512"),
    ],
)
def test_bad_options_are_named(options: dict[str, object], keys: str) -> None:
    """It should refuse them by key, before it opens anything."""
    with pytest.raises(DeviceError) as error:
        create(options)
    assert (error.value.code, error.value.detail) == ("receipt_printer.options", keys)


@pytest.mark.parametrize(
    ("options", "dots"), [({}, 576), ({"paper_mm": 58}, 384), ({"paper_mm": 58, "width_dots": 360}, 360)]
)
def test_the_roll_gives_the_width(emulator: ReceiptPrinterEmulator, options: dict[str, object], dots: int) -> None:
    """It should be as wide as the paper, unless the configuration knows better."""
    opened = create({"host": emulator.host, "port": emulator.port, **options})
    assert opened.width_dots == dots
    opened.close()


def test_without_a_knife_the_paper_is_fed_to_the_tear_bar(emulator: ReceiptPrinterEmulator) -> None:
    """It should not send a cut to a printer that has nothing to cut with."""
    opened = create({"host": emulator.host, "port": emulator.port, "cutter": False})
    assert opened.print((Text("a"), Cut())) == Printed()
    assert emulator.receipts()[0].cuts == 0
    assert emulator.jobs[0].endswith(b"\x1bd\x05")
    assert opened.retract() is False
    opened.close()


def test_a_printer_without_a_near_end_sensor_is_not_believed_about_it(emulator: ReceiptPrinterEmulator) -> None:
    """It should ignore a bit that floats."""
    emulator.set_paper(Paper.LOW)
    opened = create({"host": emulator.host, "port": emulator.port, "near_end": False})
    assert opened.status() == Ready()
    opened.close()


@pytest.mark.parametrize("line", [{"serial": "/dev/no-such-printer"}, {"usb": "0001:0001"}])
def test_a_line_that_is_not_there_is_a_coded_error(line: dict[str, str]) -> None:
    """It should say unreachable on a serial port and on USB as it does on the network."""
    with pytest.raises(DeviceError) as error:
        create(line)
    assert error.value.code == "receipt_printer.unreachable"


def test_the_collector_of_garbage_leaves_the_port_open(tmp_path: Path) -> None:
    """The library's printer, which closes what it opened when it is collected, has no hold on a port in use."""
    with SerialReceiptPrinterEmulator(tmp_path / "printer") as serial:
        printer = create({"serial": str(serial.path)})
        gc.collect()
        assert printer.print([Raster(8, 1, b"\x80"), Cut()]) == Printed()
        assert isinstance(printer.status(), Ready)
        printer.close()


def test_no_printer_at_the_port_is_a_coded_error() -> None:
    """It should not open what is not there."""
    with socket.socket() as held:  # taken and deaf, so that nobody else is given the port meanwhile
        held.bind(("127.0.0.1", 0))
        with pytest.raises(DeviceError) as error:
            create({"host": "127.0.0.1", "port": held.getsockname()[1]})
    assert error.value.code == "receipt_printer.unreachable"


def test_a_jammed_knife_is_named(emulator: ReceiptPrinterEmulator, printer: EscposReceiptPrinter) -> None:
    """It should tell the knife from the paper, and recover."""
    emulator.set_cutter_jammed(True)
    assert printer.status() == Faulted("receipt_printer.cutter")
    emulator.set_cutter_jammed(False)
    assert printer.status() == Ready()


def test_the_rest_of_a_torn_receipt_does_not_come_out_after_the_refill(
    emulator: ReceiptPrinterEmulator, printer: EscposReceiptPrinter
) -> None:
    """It should make the printer forget its queue, whatever was still in it."""
    emulator.run_out_after(500)
    result = printer.print((Raster(576, 100, bytes(7200)), Text("the end"), Cut()))
    assert isinstance(result, NotPrinted)
    emulator.refill()
    assert printer.status() == Ready()
    assert [len(job) for job in emulator.jobs] == [500]


def test_a_printer_that_takes_the_bytes_and_never_finishes_is_not_believed() -> None:
    """It should not call printed what no GS r has confirmed."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_answer_status_only, args=(server,))
        thread.start()
        printer = create({"host": "127.0.0.1", "port": server.getsockname()[1], "timeout_s": 20.0, "processing_s": 0.4})
        assert printer.print((Text("a"), Cut())) == NotPrinted(Faulted("receipt_printer.not_processed"), started=True)
        printer.close()
        thread.join(5)


def _answer_status_only(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        while data := connection.recv(4096):
            connection.sendall(b"\x12" * data.count(b"\x10\x04"))


@pytest.mark.parametrize("garbage", [b"\xff\xff\xff\xff", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x16\x1a\x96\x12"])
def test_something_else_at_the_port_is_faulted(garbage: bytes) -> None:
    """It should not read a printer's state out of a stranger's bytes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_answer_garbage, args=(server, garbage))
        thread.start()
        printer = create({"host": "127.0.0.1", "port": server.getsockname()[1], "timeout_s": 0.3})
        status = printer.status()
        assert isinstance(status, Faulted)
        assert status.code in FAULT_CODES
        printer.close()
        thread.join(5)


def _answer_garbage(server: socket.socket, garbage: bytes) -> None:
    connection, _ = server.accept()
    with connection:
        while connection.recv(4096):
            try:
                connection.sendall(garbage)
            except OSError:
                return


def test_a_line_that_breaks_and_comes_back_inside_a_receipt_is_not_printed(
    emulator: ReceiptPrinterEmulator, printer: EscposReceiptPrinter
) -> None:
    """It should not go on with the second half on the new connection."""
    emulator.unplug_after(20_000)
    back = threading.Event()

    def plug_in_at_once() -> None:
        while not back.is_set():
            emulator.replug()

    thread = threading.Thread(target=plug_in_at_once)
    thread.start()
    result = printer.print((Raster(576, 1600, bytes(72 * 1600)), Cut()))
    back.set()
    thread.join()
    assert result == NotPrinted(Disconnected(), started=True)
    assert not any(receipt.complete for receipt in emulator.receipts())


def test_paper_that_ends_with_the_last_byte_is_not_called_printed(
    emulator: ReceiptPrinterEmulator, printer: EscposReceiptPrinter
) -> None:
    """It should look at the paper once more after the end."""
    blocks = (Text("a"), Cut())
    assert printer.print(blocks) == Printed()
    emulator.run_out_after(len(emulator.jobs[0]))
    assert isinstance(printer.print(blocks), NotPrinted)
