"""`kiosk sync`: the sync agent of this terminal, as a process of its own.

Knows: which outbox, which platform, which keys. Does not know: how anything is sent (`offline_queue`).
"""

from __future__ import annotations

import logging
import signal
import threading
from types import FrameType

from kiosk.config import Config
from kiosk.fleet import custody, enrolment
from offline_queue import Outbox
from offline_queue.sync import SyncAgent
from offline_queue.transport import HttpTransport

_LOG = logging.getLogger("kiosk.sync")


def run(config: Config) -> int:
    """Send until asked to stop. Raises `QueueError` when the store fails, or when another agent runs already."""
    record = enrolment.load(config.state_dir)
    key = custody.enrolled_key(config, record)
    outbox = Outbox.open(config.outbox_dir)
    stop = threading.Event()

    def asked(number: int, _frame: FrameType | None) -> None:
        _LOG.info("asked to stop by signal %d", number)
        stop.set()

    signal.signal(signal.SIGTERM, asked)
    signal.signal(signal.SIGINT, asked)
    transport = HttpTransport(str(config.city.url), ca_file=config.city.ca_file)
    try:
        agent = SyncAgent(
            outbox, transport, sign=key.sign, platform_public_key=record.platform_sign_key.raw()
        )
        agent.run(stop)
    finally:
        outbox.close()
    return 0
