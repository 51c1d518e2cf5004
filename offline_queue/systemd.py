"""The few words that systemd wants to hear from a service (sd_notify(3)), without its library.

Knows: the datagram socket and its variables. Does not know: what the service does.
"""

from __future__ import annotations

import contextlib
import os
import socket


def notify(message: str) -> None:
    """Send "READY=1", "WATCHDOG=1", "STOPPING=1" or "STATUS=..." to whoever started us, if it listens. Never fails."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as out:
        out.sendto(message.encode(), address)


def watchdog_s() -> float | None:
    """Return how often, in seconds, "WATCHDOG=1" is expected, or None."""
    asked = os.environ.get("WATCHDOG_USEC", "")
    for_us = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return int(asked) / 1_000_000 if asked.isdecimal() and for_us else None
