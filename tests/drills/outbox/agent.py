"""The sync agent of the drills as a process, ended at any time: `python -m tests.drills.outbox.agent <settings.json>`.

Prints `UP` when it is about to send and its greatest memory in KiB (`VmHWM`) once a second and at its end. Settings may hold
the deadlines `connect_s`, `silence_s`, `answer_s`, and a `control`: a fault that the drill has to find.
"""

from __future__ import annotations

import json
import logging
import random
import re
import signal
import sys
import threading
import warnings
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.fleet.sync import told_time
from offline_queue import Outbox, receipts
from offline_queue import transport as transport_module
from offline_queue.answers import LinkDown, LinkReason
from offline_queue.breaker import Waits
from offline_queue.sync import Pace, SyncAgent
from offline_queue.transport import HttpTransport

PACE = Pace(idle_s=0.2, probe_s=0.05, waits=Waits(base_s=0.05, cap_s=0.5, least_s=0.01, longest_asked_s=1.0))


def peak_kib() -> int:
    """Return the most memory that this process ever had resident."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) if found else 0


def main() -> None:
    """Send until asked to stop."""
    settings = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    logging.basicConfig(level=logging.CRITICAL)
    warnings.filterwarnings("ignore", "System time is way off")  # so it is
    _break(settings.get("control", ""))
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    outbox = Outbox.open(Path(settings["outbox"]))
    transport = HttpTransport(
        settings["url"],
        ca_file=Path(settings["ca"]),
        own_certificate=Path(settings["certificate"]),
        connect_s=settings.get("connect_s", 2.0),
        silence_s=settings.get("silence_s", 1.5),
        answer_s=settings.get("answer_s", 5.0),
        told_time=lambda: told_time(outbox),
    )
    agent = SyncAgent(
        outbox,
        transport,
        sign=Ed25519PrivateKey.from_private_bytes(bytes.fromhex(settings["device"])).sign,
        platform_public_key=bytes.fromhex(settings["platform"]),
        pace=PACE,
        rng=random.Random().random,
    )
    print("UP", flush=True)

    def tell() -> None:
        while not stop.wait(1.0):
            print(peak_kib(), flush=True)

    threading.Thread(target=tell, daemon=True).start()
    agent.run(stop)
    print(peak_kib(), flush=True)
    outbox.close()


def _break(control: str) -> None:
    match control:
        case "trusts any receipt":
            receipts.verify_receipt = lambda *_, **__: None
        case "reads any length":
            transport_module.MAX_ANSWER_BYTES = 110 * 2**20
        case "knows one reason":
            judge = transport_module.of_the_line
            transport_module.of_the_line = lambda *answer: judge(*answer) and LinkDown(LinkReason.NO_ANSWER)


if __name__ == "__main__":
    main()
