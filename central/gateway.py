"""How a message reaches a telephone.

Knows: the interface, and a sandbox that writes to a file and sends nothing. Does not know: what a message is for.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
from pathlib import Path
from typing import Protocol

from kiosk.city.messages import GatewayInfo
from kiosk.city.signing import utc_text


class MessageGateway(Protocol):
    """Sends short messages. `send` returns when the operator has taken the message over; OSError if it cannot."""

    @property
    def info(self) -> GatewayInfo:
        """What terminals are told about it."""
        ...

    def send(self, phone: str, text: str, at: dt.datetime) -> None:
        """Send `text` to a mainland mobile number."""
        ...


class SandboxGateway:
    """Appends a JSON line {"at", "to", "text"} to a private file."""

    info = GatewayInfo(name="sandbox", sandbox=True)

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def send(self, phone: str, text: str, at: dt.datetime) -> None:
        """Write the message down."""
        line = json.dumps({"at": utc_text(at), "to": phone, "text": text}, ensure_ascii=False) + "\n"
        with self._lock:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(line.encode())
