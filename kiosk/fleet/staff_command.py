"""`kiosk staff`: a PIN for the configuration, a card unlocked. Knows: the console. Does not know: cards, screens."""

from __future__ import annotations

import getpass
import sys

from kiosk.audit import AuditLog
from kiosk.clock import SystemClock
from kiosk.config import Config
from kiosk.fleet.outbox import who
from kiosk.fleet.staff_pins import PinCounter, record_of

OK, FAILED = 0, 1


def pin() -> int:
    """Ask for a PIN twice, unseen, and print its record. Raises `PinError` for what is none."""
    typed = getpass.getpass("PIN: ")
    if typed != getpass.getpass("again: "):
        print("kiosk staff: these are two PINs", file=sys.stderr)
        return FAILED
    print(f'pin = "{record_of(typed)}"')
    return OK


def unlock(config: Config, staff_id: str) -> int:
    """Forget the wrong tries of a card that the configuration names. Raises `PinError`."""
    if staff_id not in {card.staff_id for card in config.staff_cards}:
        print(f"kiosk staff: no card {staff_id[:12]!r} in the configuration", file=sys.stderr)
        return FAILED
    PinCounter(config.state_dir, SystemClock()).unlock(staff_id)
    AuditLog(config.state_dir / "audit.jsonl", SystemClock()).record("staff.unlocked", by=who(), staff_id=staff_id)
    print(f"{staff_id}: unlocked")
    return OK
