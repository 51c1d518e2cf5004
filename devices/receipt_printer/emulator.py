"""A receipt printer on a TCP port, a pseudo-terminal or USB, that can run dry, open, fall silent and be unplugged.

Knows: the three kinds of line, and how each of them breaks. Does not know: our driver; what a printer does (`machine`).
"""

from __future__ import annotations

import array
import contextlib
import errno
import os
import select
import socket
import struct
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import usb.backend
import usb.core

from devices.named_pty import open_named
from devices.receipt_printer.machine import Line, Paper, PrinterMachine
from devices.started import Started

__all__ = ["Paper", "ReceiptPrinterEmulator", "SerialReceiptPrinterEmulator", "UsbReceiptPrinterEmulator"]

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_CHUNK_BYTES = 4096
_USB_OUT, _USB_IN, _BULK, _PRINTER_CLASS = 0x01, 0x82, 0x02, 0x07


class ReceiptPrinterEmulator(Started, PrinterMachine):
    """On TCP, loopback only. Start with `start()` (or `with`)."""

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0, width_dots: int = 576) -> None:
        super().__init__(width_dots)
        self.host = host
        self.port = port
        self._listener: socket.socket | None = None
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._acceptor: threading.Thread | None = None

    def start(self) -> None:
        """Listen; a port of 0 becomes the one that the system gave, and stays."""
        with self._changed:
            if self._listener is not None:
                return
            listener = socket.create_server((self.host, self.port))
            self.port = listener.getsockname()[1]
            self._listener = listener
            self._acceptor = threading.Thread(
                target=self._accept, args=(listener,), name="receipt-printer-emulator", daemon=True
            )
            self._acceptor.start()

    def stop(self) -> None:
        """Stop listening, close every connection, join the threads."""
        self.unplug()

    def unplug(self) -> None:
        """Cut the power: connections are reset, new ones refused, the queue is lost; paper and cover stay as they are."""
        with self._changed:
            threads = [self._acceptor, *self._connections.values()]
        self._cut_power()
        for thread in threads:
            if thread is not None and thread is not threading.current_thread():
                thread.join(5)

    def replug(self) -> None:
        """Give the power back on the same port."""
        self.start()

    def _cut_power(self) -> None:
        with self._changed:
            super()._cut_power()
            listener, self._listener = self._listener, None
            if listener is not None:
                with contextlib.suppress(OSError):
                    listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
                listener.close()
            for connection in self._connections:
                _reset(connection)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            thread = threading.Thread(
                target=self._serve, args=(connection,), name="receipt-printer-emulator-line", daemon=True
            )
            with self._changed:
                if self._listener is not listener:  # the power went while this one was being let in
                    _reset(connection)
                    connection.close()
                    return
                self._connections[connection] = thread
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        def say(data: bytes) -> None:
            with contextlib.suppress(OSError):
                connection.sendall(data)

        line = Line(say)
        try:
            with connection:
                while data := connection.recv(65536):
                    if self.take(line, data):
                        self._cut_power()
                        return
        except OSError:
            return
        finally:
            with self._changed:
                self._connections.pop(connection, None)


class SerialReceiptPrinterEmulator(Started, PrinterMachine):
    """On a pseudo-terminal whose name is the symlink `path`; it keeps its name over unplug and replug."""

    def __init__(self, path: Path, *, width_dots: int = 576) -> None:
        super().__init__(width_dots)
        self.path = path
        self._ends: tuple[int, int] | None = None
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Open the port; it can be used when this returns."""
        with self._changed:
            if self._ends is not None:
                return
            self._ends = open_named(self.path)
            self._ending = threading.Event()
            self._thread = threading.Thread(
                target=self._serve, args=(self._ends, self._ending), name="receipt-printer-serial", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """Close the port and join the thread."""
        self.unplug()

    def unplug(self) -> None:
        """Pull the cable: whoever has the port open gets errors, its name goes, the queue is lost."""
        with self._changed:
            thread, self._thread = self._thread, None
            self._cut_power()
        if thread is not None:
            thread.join()

    def replug(self) -> None:
        """Put the cable back: the same name, a new terminal."""
        self.start()

    def _cut_power(self) -> None:
        super()._cut_power()
        self._ends = None
        self._ending.set()
        self.path.unlink(missing_ok=True)

    def _serve(self, ends: tuple[int, int], ending: threading.Event) -> None:
        master = ends[0]

        def say(data: bytes) -> None:
            with contextlib.suppress(OSError):
                os.write(master, data)

        line = Line(say)
        waits = select.poll()
        waits.register(master, select.POLLIN)
        while not ending.is_set():
            if waits.poll(20) and self.take(line, os.read(master, _CHUNK_BYTES)):
                with self._changed:
                    self._thread = None
                    self._cut_power()
        for end in ends:
            os.close(end)


class UsbReceiptPrinterEmulator(PrinterMachine, usb.backend.IBackend):  # type: ignore[misc]  # pyusb has no types
    """A printer-class device that pyusb finds: hand `self` to it as its backend. No bus, no kernel: calls in one process.

    Calls that no printer driver makes are left to pyusb's own base class, which raises NotImplementedError: a driver that
    began to make one would be told at once.
    """

    def __init__(self, vendor: int = 0x04B8, product: int = 0x0E15, *, width_dots: int = 576) -> None:
        super().__init__(width_dots)
        self._ids = (vendor, product)
        self._plugged = False
        self._answers = bytearray()
        self._line = Line(self._answers.extend)

    def __enter__(self) -> Self:
        self.replug()
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()

    def replug(self) -> None:
        """Plug it in."""
        with self._changed:
            self._plugged = True

    def unplug(self) -> None:
        """Pull the cable: every call says that there is no such device."""
        with self._changed:
            self._cut_power()

    def _cut_power(self) -> None:
        super()._cut_power()
        self._plugged = False
        self._answers.clear()
        self._line = Line(self._answers.extend)
        self._changed.notify_all()

    # -- as pyusb's backend ------------------------------------------------------------------------------------------
    def enumerate_devices(self) -> list[str]:
        """Return the one device, or none."""
        with self._changed:
            return ["printer"] if self._plugged else []

    def get_device_descriptor(self, _device: str) -> Any:
        """Describe the device."""
        vendor, product = self._ids
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x0200, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0,
            bMaxPacketSize0=64, idVendor=vendor, idProduct=product, bcdDevice=0x0100, iManufacturer=0, iProduct=0,
            iSerialNumber=0, bNumConfigurations=1, address=1, bus=1, port_number=1, port_numbers=(1,), speed=3,
        )  # fmt: skip

    def get_configuration_descriptor(self, _device: str, _number: int) -> Any:
        """Describe its one configuration."""
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1, bConfigurationValue=1, iConfiguration=0,
            bmAttributes=0xC0, bMaxPower=1, extra_descriptors=b"",
        )  # fmt: skip

    def get_interface_descriptor(self, _device: str, interface: int, alternate: int, _configuration: int) -> Any:
        """Describe its one interface."""
        if (interface, alternate) != (0, 0):
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0, bNumEndpoints=2,
            bInterfaceClass=_PRINTER_CLASS, bInterfaceSubClass=1, bInterfaceProtocol=2, iInterface=0, extra_descriptors=b"",
        )  # fmt: skip

    def get_endpoint_descriptor(self, _device: str, endpoint: int, *_: int) -> Any:
        """Describe one of its two bulk endpoints."""
        address = (_USB_OUT, _USB_IN)[endpoint]
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=address, bmAttributes=_BULK, wMaxPacketSize=64, bInterval=0,
            bRefresh=0, bSynchAddress=0, extra_descriptors=b"",
        )  # fmt: skip

    def open_device(self, device: str) -> str:
        """Open it."""
        self._present_or_gone()
        return device

    def close_device(self, _handle: str) -> None:
        """Close it."""

    def set_configuration(self, _handle: str, _value: int) -> None:
        """Choose the one that there is."""
        self._present_or_gone()

    def get_configuration(self, _handle: str) -> int:
        """Return the one that there is."""
        return 1

    def claim_interface(self, _handle: str, _interface: int) -> None:
        """Claim it."""
        self._present_or_gone()

    def release_interface(self, _handle: str, _interface: int) -> None:
        """Release it."""

    def reset_device(self, _handle: str) -> None:
        """Forget what was not fetched."""
        with self._changed:
            self._answers.clear()

    def bulk_write(self, _handle: str, _endpoint: int, _interface: int, data: array.array[int], _timeout_ms: int) -> int:
        """Take bytes."""
        with self._changed:
            self._present_or_gone()
            if self.take(self._line, data.tobytes()):
                self._cut_power()
                self._present_or_gone()
            return len(data)

    def bulk_read(
        self, _handle: str, _endpoint: int, _interface: int, buffer: array.array[int], timeout_ms: int
    ) -> int:
        """Give what there is to answer, or wait for it."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._answers) or not self._plugged, timeout_ms / 1000)
            self._present_or_gone()
            if not self._answers:
                raise usb.core.USBTimeoutError("timeout", errno=errno.ETIMEDOUT)
            count = min(len(self._answers), len(buffer))
            buffer[:count] = array.array("B", self._answers[:count])
            del self._answers[:count]
            return count

    def _present_or_gone(self) -> None:
        if not self._plugged:
            raise usb.core.USBError("no such device", errno=errno.ENODEV)


def _reset(connection: socket.socket) -> None:
    """Make the close of a connection a reset, and wake the thread that reads from it, which closes."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        connection.shutdown(socket.SHUT_RDWR)
