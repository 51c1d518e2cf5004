"""Runs below umockdev: a device that comes, goes and comes again in a mock of the kernel. Prints what its owner heard.

Knows: umockdev's test bed. Does not know: pytest; `tests/component/test_hotplug.py` runs it and judges.
"""

from __future__ import annotations

import json
import queue
import sys
import time
from collections.abc import Callable
from typing import Any

sys.path.append("/usr/lib/python3/dist-packages")  # Debian's bindings of GObject, which no wheel brings

import gi
import pyudev

from devices.errors import DeviceError
from devices.hotplug import HotPlug
from devices.supervisor import DeviceReport, Supervisor, SupervisorState

gi.require_version("UMockdev", "1.0")
from gi.repository import UMockdev  # noqa: E402 - after its version was asked for

POLL_S = 3600.0
PATIENCE_S = 60.0


class Reader:
    """Is there as long as the mock kernel says so."""

    def close(self) -> None: ...


def there() -> bool:
    return any(device.attributes.get("idVendor") == b"0400" for device in pyudev.Context().list_devices(subsystem="usb"))


def create() -> Reader:
    if not there():
        raise DeviceError("reader.unreachable")
    return Reader()


def poll(_: Reader) -> tuple[SupervisorState, object]:
    return (SupervisorState.READY, "here") if there() else (SupervisorState.LOST, "gone")


class Owner:
    def __init__(self) -> None:
        self.calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.heard: list[DeviceReport] = []

    def post(self, call: Callable[[], None]) -> None:
        self.calls.put(call)

    def until(self, state: SupervisorState) -> float:
        began_s = time.monotonic()
        while not self.heard or self.heard[-1].state is not state:
            self.calls.get(timeout=PATIENCE_S)()
        return time.monotonic() - began_s


class Clock:
    def monotonic(self) -> float:
        return time.monotonic()


def plug(bed: Any) -> str:
    attributes = ["idVendor", "0400", "idProduct", "c35a"]
    properties = ["ID_VENDOR_ID", "0400", "ID_MODEL_ID", "c35a", "DEVTYPE", "usb_device"]
    return str(bed.add_device("usb", "1-1.2", None, attributes, properties))


def unplug(bed: Any, path: str) -> None:
    bed.uevent(path, "remove")
    bed.remove_device(path)


def main() -> None:
    bed = UMockdev.Testbed.new()
    owner = Owner()
    supervisor: Supervisor[Reader] = Supervisor(
        "reader", create, poll, clock=Clock(), dispatcher=owner, on_change=owner.heard.append, poll_interval_s=POLL_S
    )
    hotplug = HotPlug(supervisor.poll_now)
    hotplug.start()
    path = plug(bed)
    supervisor.start()
    told = {"ready": owner.until(SupervisorState.READY)}
    unplug(bed, path)
    told["lost"] = owner.until(SupervisorState.LOST)
    plug(bed)
    told["back"] = owner.until(SupervisorState.READY)
    hotplug.stop()
    hotplug.stop()
    told["stopped"] = supervisor.stop(PATIENCE_S)
    print(json.dumps(told))


main()
