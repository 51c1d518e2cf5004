"""Files on their way from a person's phone to the terminal before them: held in memory, for minutes, then gone.

Knows: which terminal opened a hand-over, which phone it belongs to, bounds. Does not know: what a file is (the terminal
judges it), who the person is, pages. Nothing is written to a disk; a restart forgets everything and people send again.

The token in the QR code lets a phone bring files and read nothing back. It serves the phone that sends first, until it runs
out or the terminal closes it; only that terminal, by its signature, takes the files.
"""

from __future__ import annotations

import base64
import datetime as dt
import secrets
import threading
from dataclasses import dataclass, field

from central.refusals import Refused
from central.settings import Settings
from kiosk.city.messages import HandoverAnswer, HandoverFile

LIFETIME = dt.timedelta(minutes=10)
MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_FILES = 20
"""Of one hand-over, in all."""
MAX_WAITING_BYTES = 60 * 1024 * 1024
"""Of one hand-over, not yet taken."""
MAX_TOTAL_BYTES = 400 * 1024 * 1024
MAX_OPEN = 2000
_TOKEN_BYTES = 16


@dataclass(slots=True)
class _Open:
    kiosk: str
    ends_at: dt.datetime
    phone: str = ""
    brought: int = 0
    taken: int = 0
    waiting: list[bytes] = field(default_factory=list, repr=False)


class HandoverDesk:
    """Opens, fills, empties and closes hand-overs. Called from several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._base = (settings.handover_url or settings.public_url).rstrip("/")
        self._open: dict[str, _Open] = {}
        self._lock = threading.Lock()

    def open(self, kiosk: str) -> HandoverAnswer:
        """Begin one for a terminal; the one that it had open ends. Refuses with 429 when too many are open."""
        with self._lock:
            self._forget_old()
            for token in [token for token, each in self._open.items() if each.kiosk == kiosk]:
                del self._open[token]
            if len(self._open) >= MAX_OPEN:
                raise Refused(429, "handover_too_many")
            token, ends_at = secrets.token_urlsafe(_TOKEN_BYTES), self._settings.now() + LIFETIME
            self._open[token] = _Open(kiosk, ends_at)
        return HandoverAnswer(token=token, url=f"{self._base}/u/{token}", expires_at=ends_at)

    def look(self, token: str, phone: str) -> None:
        """Refuse with 404 when there is no such hand-over any more, with 409 when it serves another phone."""
        with self._lock:
            self._for_phone(token, phone)

    def bring(self, token: str, phone: str, data: bytes) -> int:
        """Take a file from the phone; return how many it has brought. Refuses with 404, 409, 413 or 429."""
        if not data:
            raise Refused(422, "handover_empty")
        if len(data) > MAX_FILE_BYTES:
            raise Refused(413, "too_large")
        with self._lock:
            each = self._for_phone(token, phone)
            total = sum(len(file) for other in self._open.values() for file in other.waiting)
            waiting = sum(len(file) for file in each.waiting)
            if each.brought >= MAX_FILES or waiting + len(data) > MAX_WAITING_BYTES:
                raise Refused(429, "handover_full")
            if total + len(data) > MAX_TOTAL_BYTES:
                raise Refused(429, "handover_busy")
            each.phone = phone
            each.brought += 1
            each.waiting.append(data)
            return each.brought

    def fetch(self, kiosk: str, token: str, taken: int) -> HandoverFile:
        """Return the next file, and forget those that the terminal says it has: a lost answer loses no file."""
        with self._lock:
            each = self._for_kiosk(kiosk, token)
            while each.taken < taken and each.waiting:
                each.waiting.pop(0)
                each.taken += 1
            if each.taken != taken:
                raise Refused(409, "handover_count", str(each.taken))
            data = each.waiting[0] if each.waiting else b""
            return HandoverFile(claimed=bool(each.phone), number=each.taken, data=base64.b64encode(data).decode())

    def close(self, kiosk: str, token: str) -> None:
        """End it; what was not taken is forgotten."""
        with self._lock:
            self._for_kiosk(kiosk, token)
            del self._open[token]

    def _forget_old(self) -> None:
        now = self._settings.now()
        for token in [token for token, each in self._open.items() if each.ends_at <= now]:
            del self._open[token]

    def _for_phone(self, token: str, phone: str) -> _Open:
        self._forget_old()
        each = self._open.get(token)
        if each is None:
            raise Refused(404, "handover_over")
        if each.phone and not secrets.compare_digest(each.phone, phone):
            raise Refused(409, "handover_other_phone")
        return each

    def _for_kiosk(self, kiosk: str, token: str) -> _Open:
        self._forget_old()
        each = self._open.get(token)
        if each is None or each.kiosk != kiosk:
            raise Refused(404, "handover_over")
        return each
