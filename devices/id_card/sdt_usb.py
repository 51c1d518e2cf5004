"""Driver: an SDT (SAM-V) reader on USB, whose endpoints carry the same frames as the serial line.

Knows: finding the reader, its endpoints, how a transfer fails. Does not know: what the frames mean (`reader`).

Most models take preamble and length on one OUT endpoint and the rest on another, and answer in the same way on two IN
endpoints; some have a single pair. Package: libusb-1.0-0. Models that present themselves as HID are not these.
"""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Mapping
from typing import Any

import usb.core
import usb.util
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from devices.errors import DeviceError
from devices.id_card import photo
from devices.id_card.frames import HEAD_BYTES, LONGEST_BYTES
from devices.id_card.reader import LinkLostError, PresenceAfterRead, SdtIdCardReader

_SLICE_MS = 50
_WRITE_MS = 1000
_INTERFACE = 0
_LONGEST_DRAIN = 16
_USB_ERRORS = (usb.core.USBError, OSError, NotImplementedError)
"""All that pyusb raises; by the last a backend says that it lacks a call, as libusb 0.1 does (usb.backend.IBackend)."""


class SdtUsbOptions(BaseModel):
    """What the configuration may say about this reader."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vendor_id: int = Field(default=0x0400, ge=0, le=0xFFFF, description="USB vendor")
    product_id: int = Field(default=0xC35A, ge=0, le=0xFFFF, description="USB product")
    out_head: int = Field(default=0x02, ge=0x01, le=0x0F, description="OUT endpoint of preamble and length")
    out_body: int = Field(default=0x06, ge=0x01, le=0x0F, description="OUT endpoint of the rest; the same for one pipe")
    in_head: int = Field(default=0x81, ge=0x81, le=0x8F, description="IN endpoint of preamble and length")
    in_body: int = Field(default=0x85, ge=0x81, le=0x8F, description="IN endpoint of the rest; the same for one pipe")
    presence_after_read: PresenceAfterRead = Field(
        default=PresenceAfterRead.UNTIL_READ,
        description="continuous: the reader sees a card that it has read; until_read: it answers 'no card' until the lift",
    )
    photo_decoder: str = Field(default="", description="plug-in that draws the photo; empty for none")

OPTIONS = SdtUsbOptions


def create(options: Mapping[str, Any], backend: object | None = None) -> SdtIdCardReader:
    """Find the reader and claim it. `backend` is pyusb's; None takes libusb.

    Raises: DeviceError "id_card.options" (detail: the keys), "id_card.port" (not plugged in, in use, not permitted, no
    libusb), "id_card.endpoints" (another model), "id_card.photo_decoder" (named and not installed).
    """
    try:
        parsed = SdtUsbOptions.model_validate(dict(options))
    except ValidationError as error:
        keys = ",".join(sorted({".".join(str(part) for part in item["loc"]) for item in error.errors()}))
        raise DeviceError("id_card.options", keys) from error
    draw = photo.find(parsed.photo_decoder)
    try:
        device = usb.core.find(idVendor=parsed.vendor_id, idProduct=parsed.product_id, backend=backend)
        if device is None:
            raise DeviceError("id_card.port", "not plugged in")
        link = UsbLink(device, parsed)
        link.claim()
    except (*_USB_ERRORS, ValueError) as error:  # ValueError: no libusb
        raise DeviceError("id_card.port", type(error).__name__) from error
    return SdtIdCardReader(link, parsed.presence_after_read, draw)


class UsbLink:
    """A `Link` on a pyusb device."""

    def __init__(self, device: usb.core.Device, options: SdtUsbOptions) -> None:
        self._device = device
        self._options = options
        self._next_in = options.in_head
        self._closed = False

    def claim(self) -> None:
        """Take the interface from the kernel, if it has a driver for it, and from everybody else.

        Raises: DeviceError "id_card.endpoints" (detail: those that the model does not have), and pyusb's errors.
        """
        # Asked where the system can tell at all: elsewhere no kernel driver holds a reader, and if one does, claiming fails.
        with contextlib.suppress(NotImplementedError, usb.core.USBError):
            if self._device.is_kernel_driver_active(_INTERFACE):
                self._device.detach_kernel_driver(_INTERFACE)
        self._device.set_configuration()
        usb.util.claim_interface(self._device, _INTERFACE)
        options = self._options
        there = {endpoint.bEndpointAddress for endpoint in self._device.get_active_configuration()[(_INTERFACE, 0)]}
        missing = {options.out_head, options.out_body, options.in_head, options.in_body} - there
        if missing:
            raise DeviceError("id_card.endpoints", ",".join(f"{endpoint:02x}" for endpoint in sorted(missing)))

    def send(self, frame: bytes) -> None:
        """Forget what came in before and send a frame."""
        options = self._options
        if self._closed:
            raise LinkLostError
        try:
            self._drain()
            if options.out_head == options.out_body:
                self._device.write(options.out_head, frame, _WRITE_MS)
            else:
                self._device.write(options.out_head, frame[:HEAD_BYTES], _WRITE_MS)
                self._device.write(options.out_body, frame[HEAD_BYTES:], _WRITE_MS)
        except _USB_ERRORS as error:
            raise LinkLostError from error

    def receive(self) -> bytes:
        """Return what has come in within 50 ms: a head, then its body."""
        try:
            data = self._read(self._next_in)
        except _USB_ERRORS as error:
            raise LinkLostError from error
        options = self._options
        if data and self._next_in == options.in_head:
            self._next_in = options.in_body
        elif not data:  # a body may come in pieces, and some models put a whole frame on one endpoint
            self._next_in = options.in_head if self._next_in == options.in_body else options.in_body
        return data

    def close(self) -> None:
        """Release the reader; pyusb would open it again for whoever asks, so that is refused from now on."""
        self._closed = True
        with contextlib.suppress(*_USB_ERRORS):
            usb.util.dispose_resources(self._device)

    def _drain(self) -> None:
        """Read away what an earlier command left, without waiting for more."""
        self._next_in = self._options.in_head
        for endpoint in {self._options.in_head, self._options.in_body}:
            for _ in range(_LONGEST_DRAIN):
                if not self._read(endpoint, timeout_ms=1):
                    break

    def _read(self, endpoint: int, timeout_ms: int = _SLICE_MS) -> bytes:
        try:
            return bytes(self._device.read(endpoint, LONGEST_BYTES, timeout_ms))
        except usb.core.USBTimeoutError:
            return b""
        except usb.core.USBError as error:
            if error.errno == errno.EPIPE:  # a stalled endpoint is no lost reader
                self._device.clear_halt(endpoint)
                return b""
            raise
