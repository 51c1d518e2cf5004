"""An SDT reader on USB, below pyusb: a backend in libusb's place, whose endpoints answer with bytes.

Knows: descriptors, bulk transfers, two endpoints each way or one, an unplugged cable. Does not know: what the module answers
(`sam_module`), the driver. Real libusb, its timing and the kernel are not in it.
"""

from __future__ import annotations

import array
import errno
import threading
from types import SimpleNamespace
from typing import Any

import usb.backend
import usb.core
import usb.util

from devices.id_card.frames import HEAD_BYTES, PREAMBLE, Scanner
from devices.id_card.sam_module import SamModule

_MOST_PACKET_BYTES = 64
_DEVICE, _CONFIGURATION, _INTERFACE, _ENDPOINT = 1, 2, 4, 5


class UsbSdtEmulator(SamModule, usb.backend.IBackend):  # type: ignore[misc]  # pyusb has no types
    """One reader on one bus. `split` puts head and body of a frame on endpoints of their own."""

    def __init__(self, *, split: bool = True, presence_after_read: str = "until_read") -> None:
        super().__init__(presence_after_read=presence_after_read)
        self.outs = (0x02, 0x06) if split else (0x02,)
        self.ins = (0x81, 0x85) if split else (0x81,)
        self.plugged = True
        self.kernel_driver = False
        self.busy = False
        self._scanner = Scanner()
        self._waiting: dict[int, bytes] = dict.fromkeys(self.ins, b"")
        self._arrived = threading.Condition()

    @property
    def options(self) -> dict[str, Any]:
        """What the driver must be told to see this reader."""
        return {"out_head": self.outs[0], "out_body": self.outs[-1], "in_head": self.ins[0], "in_body": self.ins[-1]}

    def unplug(self) -> None:
        """Pull the cable: every transfer fails, and the bus is empty."""
        with self._arrived:
            self.plugged = False
            self._arrived.notify_all()

    def replug(self) -> None:
        """Put it back: a reader that starts anew."""
        self.start_anew()
        self._waiting = dict.fromkeys(self.ins, b"")
        self.plugged = True

    # -- pyusb's backend --------------------------------------------------------------------------------------------

    def enumerate_devices(self) -> Any:
        """Return what is on the bus."""
        return iter([self] if self.plugged else [])

    def get_device_descriptor(self, _: object) -> Any:
        """Describe the reader."""
        return SimpleNamespace(
            bLength=18, bDescriptorType=_DEVICE, bcdUSB=0x0110, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0,
            bMaxPacketSize0=8, idVendor=0x0400, idProduct=0xC35A, bcdDevice=0x0100, iManufacturer=0, iProduct=0,
            iSerialNumber=0, bNumConfigurations=1, address=3, bus=1, port_number=1, port_numbers=(1,), speed=2,
        )  # fmt: skip

    def get_configuration_descriptor(self, _: object, config: int) -> Any:
        """Describe its one configuration."""
        self._one(config)
        return SimpleNamespace(
            bLength=9, bDescriptorType=_CONFIGURATION, wTotalLength=0, bNumInterfaces=1, bConfigurationValue=1,
            iConfiguration=0, bmAttributes=0x80, bMaxPower=50, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, _: object, intf: int, alt: int, config: int) -> Any:
        """Describe its one interface."""
        self._one(config, intf, alt)
        return SimpleNamespace(
            bLength=9, bDescriptorType=_INTERFACE, bInterfaceNumber=0, bAlternateSetting=0,
            bNumEndpoints=len(self.outs) + len(self.ins), bInterfaceClass=0xFF, bInterfaceSubClass=0, bInterfaceProtocol=0,
            iInterface=0, extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(self, _: object, ep: int, intf: int, alt: int, config: int) -> Any:
        """Describe an endpoint."""
        self._one(config, intf, alt)
        return SimpleNamespace(
            bLength=7, bDescriptorType=_ENDPOINT, bEndpointAddress=(*self.outs, *self.ins)[ep],
            bmAttributes=usb.util.ENDPOINT_TYPE_BULK, wMaxPacketSize=_MOST_PACKET_BYTES, bInterval=0, bRefresh=0,
            bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, dev: object) -> object:
        """Open it; the handle is the device."""
        self._there()
        return dev

    def close_device(self, _handle: object) -> None:
        """Close it."""

    def get_configuration(self, _handle: object) -> int:
        """Return the active configuration."""
        self._there()
        return 1

    def set_configuration(self, _handle: object, _value: int) -> None:
        """Take the configuration."""
        self._there()
        if self.busy:
            raise usb.core.USBError("busy", -6, errno.EBUSY)

    def claim_interface(self, _handle: object, _intf: int) -> None:
        """Take the interface; the kernel's driver must have let go of it."""
        self._there()
        if self.kernel_driver:
            raise usb.core.USBError("busy", -6, errno.EBUSY)

    def release_interface(self, _handle: object, _intf: int) -> None:
        """Let go of it."""

    def is_kernel_driver_active(self, _handle: object, _intf: int) -> bool:
        """Say whether the kernel holds it."""
        return self.kernel_driver

    def detach_kernel_driver(self, _handle: object, _intf: int) -> None:
        """Take it from the kernel."""
        self.kernel_driver = False

    def clear_halt(self, _handle: object, ep: int) -> None:
        """Go on after a stall."""

    def bulk_write(self, _handle: object, ep: int, _intf: int, data: Any, _timeout: int) -> int:
        """Take bytes from the host and put the answer, if they complete a frame, on the IN endpoints."""
        self._there()
        if ep not in self.outs:
            raise usb.core.USBError("no such endpoint", -5, errno.ENOENT)
        raw = bytes(data)
        if len(self.outs) > 1 and raw.startswith(PREAMBLE) != (ep == self.outs[0]):
            return len(raw)  # the wrong pipe: the module does not listen there
        while (frame := self._scanner.feed(raw)) is not None:
            raw = b""
            answer = self.answer(frame)
            with self._arrived:
                head = max(0, answer.find(PREAMBLE)) + HEAD_BYTES if len(self.ins) > 1 else len(answer)
                self._waiting[self.ins[0]] += answer[:head]
                self._waiting[self.ins[-1]] += answer[head:]
                self._arrived.notify_all()
        return len(data)

    def bulk_read(self, _handle: object, ep: int, _intf: int, buff: Any, timeout: int) -> int:
        """Give what waits on an endpoint, or time out."""
        self._there()
        if ep not in self.ins:
            raise usb.core.USBError("no such endpoint", -5, errno.ENOENT)
        with self._arrived:
            self._arrived.wait_for(lambda: bool(self._waiting[ep]) or not self.plugged, timeout / 1000)
            self._there()
            piece, self._waiting[ep] = self._waiting[ep][: len(buff)], self._waiting[ep][len(buff) :]
        if not piece:
            raise usb.core.USBTimeoutError("timed out", -7, errno.ETIMEDOUT)
        buff[: len(piece)] = array.array("B", piece)
        return len(piece)

    def _there(self) -> None:
        if not self.plugged:
            raise usb.core.USBError("no such device", -4, errno.ENODEV)

    @staticmethod
    def _one(*numbers: int) -> None:
        if any(numbers):
            raise IndexError
