"""What every desk is given: the collaborators, wired once by `kiosk.bootstrap`.

Knows: names and types of the collaborators. Does not know: how any of them is built.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from devices.supervisor import Supervisor
from kiosk.audit import AuditLog
from kiosk.background import Background
from kiosk.catalogue.loader import Catalogue
from kiosk.catalogue.models import ServiceItem
from kiosk.city.client import CityClient
from kiosk.clock import CIVIL_TZ, Clock
from kiosk.config import Config
from kiosk.events import Bus
from kiosk.fleet.enrolment import Enrolment
from kiosk.journeys.vault import Vault
from kiosk.session.events import Event
from kiosk.session.states import Device, Session
from kiosk.words import Words
from offline_queue import Custody, Outbox
from offline_queue.tag_keys import TagKey


@dataclass(slots=True)
class Context:
    """The collaborators of the desks. `handle` and `session` reach the one session runner."""

    config: Config
    enrolment: Enrolment
    clock: Clock
    bus: Bus
    words: Words
    catalogue: Catalogue
    vault: Vault
    audit: AuditLog
    outbox: Outbox
    city: CityClient
    city_work: Background
    store_work: Background
    document_work: Background
    """Reading pages and taking files in: minutes of work, in processes of their own."""
    devices: Mapping[Device, Supervisor[Any]]
    sign: Callable[[bytes], bytes]
    """Signs with the device key: the receipt's QR code and requests to the city."""
    custody: Custody
    """Who guards the device key."""
    tag_key: TagKey
    """Tells the same card again among what waits here."""
    handle: Callable[[Event], None]
    session: Callable[[], Session]
    language: str = "zh_CN"
    suspect_line: Callable[[], None] = lambda: None
    """Called when a call to the city got no answer: the line's watch then looks at once."""

    def today(self) -> dt.date:
        """Return the civil date at the terminal."""
        return self.clock.now().astimezone(CIVIL_TZ).date()

    def item(self) -> ServiceItem | None:
        """Return the item that was chosen; whoever comes for their own cases has chosen none."""
        plan = self.session().plan
        return None if plan is None or not plan.item_id else self.catalogue.item(plan.item_id)

    def say(self, message_id: str, **args: object) -> str:
        """Return a message in the session's language."""
        return self.words.text(self.language, message_id, **args)
