"""One line to a receipt printer, carried by python-escpos: TCP, a serial port or USB.

Knows: python-escpos, its profiles and its bad manners at import; how each kind of line stalls and breaks. Does not know:
commands, statuses.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import shutil
import socket
import termios
import time
from abc import ABC, abstractmethod
from typing import Any, Literal

from devices.errors import DeviceError

_SERIAL_CHUNK_BYTES = 512
"""Half a second at 9600 baud: a write that takes longer than the time limit has stalled, not just been slow."""
_USB_CHUNK_BYTES = 4096
_READ_BYTES = 64
_BITS_PER_BYTE = 10


def _vendor() -> Any:
    """Import python-escpos without what it does to the process: a handler on the root logger, an empty folder in /tmp."""
    root = logging.getLogger()
    before = list(root.handlers)
    import escpos.capabilities
    import escpos.exceptions
    import escpos.printer.network
    import escpos.printer.serial
    import escpos.printer.usb

    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
    shutil.rmtree(escpos.capabilities.pickle_dir, ignore_errors=True)
    # It tells the log of every opened port, and of a refused configuration; what matters leaves here as an exception.
    logging.getLogger("escpos").setLevel(logging.CRITICAL)
    return escpos


_ESCPOS = _vendor()


def profile_width_dots(profile: str) -> int | None:
    """Return the printable width that a python-escpos profile knows, None when it says "Unknown".

    Raises: DeviceError `receipt_printer.options`.
    """
    profiles: dict[str, Any] = _ESCPOS.capabilities.CAPABILITIES["profiles"]
    if profile not in profiles:
        raise DeviceError("receipt_printer.options", "profile")
    pixels = profiles[profile]["media"]["width"]["pixels"]
    return pixels if isinstance(pixels, int) else None


class Link(ABC):
    """An open line. Every call ends within the line's time limit; a peer that is gone is an OSError."""

    @abstractmethod
    def send(self, data: bytes) -> None:
        """Send all.

        Raises: TimeoutError when the printer stops taking bytes; OSError.
        """

    @abstractmethod
    def receive_until(self, deadline_s: float) -> bytes:
        """Return the next bytes, or b"" at the deadline (monotonic seconds).

        Raises: OSError.
        """

    @abstractmethod
    def close(self) -> None:
        """Close; harmless twice."""

    def lag_s(self) -> float:
        """Return how many seconds the line still needs for what it was given."""
        return 0.0

    def discard_input(self) -> None:
        """Throw away answers that came too late for their question.

        Raises: OSError.
        """
        while self.receive_until(0):
            pass


class NetworkLink(Link):
    """TCP, port 9100 by custom."""

    def __init__(self, host: str, port: int, *, profile: str, timeout_s: float) -> None:
        """Connect.

        Raises: OSError.
        """
        self._network: Any = _ESCPOS.printer.network.Network(host, port, timeout=timeout_s, profile=profile)
        # Not Network.open(): it knows IPv4 only and leaks the socket of a refused connection.
        self._socket = socket.create_connection((host, port), timeout=timeout_s)
        # Else the twelve bytes of a query wait for the acknowledgement of the picture before them.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._network.device = self._socket
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)

    def send(self, data: bytes) -> None:
        """Send all."""
        self._socket.sendall(data)

    def receive_until(self, deadline_s: float) -> bytes:
        """Return the next bytes, or b"" at the deadline."""
        if not self._poll.poll(max(deadline_s - time.monotonic(), 0) * 1000):
            return b""
        data = self._socket.recv(_READ_BYTES)
        if not data:
            raise ConnectionResetError
        return data

    def close(self) -> None:
        """Close; harmless twice."""
        self._network.close()


Flow = Literal["none", "dsr", "rts", "xonxoff"]


class SerialLink(Link):
    """A serial port, or a USB printer that shows itself as one."""

    def __init__(self, path: str, baud: int, flow: Flow, *, profile: str, timeout_s: float) -> None:
        """Open the port.

        Raises: OSError.
        """
        self._baud = baud
        printer: Any = _ESCPOS.printer.serial.Serial(
            path, baud, timeout=timeout_s, xonxoff=flow == "xonxoff", dsrdtr=flow == "dsr", profile=profile
        )
        with _unreachable_as_os_error(path):
            printer.open()
        self._port: Any = printer.device
        self._port.rtscts = flow == "rts"
        self._port.write_timeout = timeout_s
        self._poll = select.poll()
        self._poll.register(self._port.fileno(), select.POLLIN)

    def send(self, data: bytes) -> None:
        """Send all, in pieces small enough for their own time limit."""
        from serial import SerialTimeoutException

        for start in range(0, len(data), _SERIAL_CHUNK_BYTES):
            try:
                self._port.write(data[start : start + _SERIAL_CHUNK_BYTES])
            except SerialTimeoutException as error:
                raise TimeoutError from error

    def receive_until(self, deadline_s: float) -> bytes:
        """Return the next bytes, or b"" at the deadline."""
        if not self._poll.poll(max(deadline_s - time.monotonic(), 0) * 1000):
            return b""
        data = os.read(self._port.fileno(), _READ_BYTES)
        if not data:
            raise ConnectionResetError
        return data

    def lag_s(self) -> float:
        """Return how long the kernel's buffer takes at this speed. Raises: OSError."""
        return float(self._port.out_waiting * _BITS_PER_BYTE / self._baud)

    def close(self) -> None:
        """Close without waiting for the rest to go out (Serial.close() would, for ever); harmless twice."""
        if self._port.is_open:
            with contextlib.suppress(OSError, termios.error):  # the second one comes from a port that is gone
                self._port.reset_output_buffer()
            self._port.close()


class UsbLink(Link):
    """A printer-class USB device through libusb; the endpoints are read from its descriptors."""

    def __init__(self, vendor: int, product: int, *, profile: str, timeout_s: float) -> None:
        """Claim the device.

        Raises: OSError.
        """
        import usb.core
        import usb.util

        self._core: Any = usb.core
        self._timeout_ms = max(round(timeout_s * 1000), 1)
        self._printer: Any = _ESCPOS.printer.usb.Usb(vendor, product, {}, self._timeout_ms, profile=profile)
        with _unreachable_as_os_error(f"{vendor:04x}:{product:04x}"):
            self._printer.open()
        self._device: Any = self._printer.device
        self._out, self._in = self._endpoint(usb.util.ENDPOINT_OUT), self._endpoint(usb.util.ENDPOINT_IN)

    def _endpoint(self, direction: int) -> int:
        """Return the first bulk endpoint of this direction. Raises: OSError."""
        import usb.util

        for interface in self._device.get_active_configuration():
            for endpoint in interface:
                bulk = usb.util.endpoint_type(endpoint.bmAttributes) == usb.util.ENDPOINT_TYPE_BULK
                if bulk and usb.util.endpoint_direction(endpoint.bEndpointAddress) == direction:
                    return int(endpoint.bEndpointAddress)
        self.close()
        raise OSError("endpoint")

    def send(self, data: bytes) -> None:
        """Send all."""
        for start in range(0, len(data), _USB_CHUNK_BYTES):
            piece = data[start : start + _USB_CHUNK_BYTES]
            while piece:
                try:
                    written = self._device.write(self._out, piece, self._timeout_ms)
                except self._core.USBTimeoutError as error:
                    raise TimeoutError from error
                piece = piece[written:]

    def receive_until(self, deadline_s: float) -> bytes:
        """Return the next bytes, or b"" at the deadline; libusb takes 0 for "for ever", so a look takes 1 ms."""
        while True:
            left_ms = max(round((deadline_s - time.monotonic()) * 1000), 1)
            try:
                data = bytes(self._device.read(self._in, _READ_BYTES, left_ms))
            except self._core.USBTimeoutError:
                data = b""
            if data or time.monotonic() >= deadline_s:
                return data

    def close(self) -> None:
        """Close; harmless twice."""
        with contextlib.suppress(OSError):
            self._printer.close()


@contextlib.contextmanager
def _unreachable_as_os_error(what: str) -> Any:
    """Turn python-escpos' own word for "not there" into ours, and pyusb's for "no libusb"."""
    try:
        yield
    except (_ESCPOS.exceptions.DeviceNotFoundError, ValueError) as error:
        raise ConnectionRefusedError(what) from error
