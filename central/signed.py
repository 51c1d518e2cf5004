"""Requests that carry personal data are signed by an enrolled device; here is that checked.

Knows: the four headers, the clock's tolerance, nonces. Does not know: what is asked.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from central.db import Database
from central.enrolment import Enrolment
from central.refusals import Refused
from central.settings import Settings
from central.tables import nonces
from kiosk.city.messages import MAX_SKEW_S
from kiosk.city.signing import request_to_sign, signed_by, utc_text

_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_KIOSK = re.compile(r"[0-9A-Z]{4}")


@dataclass(frozen=True, slots=True)
class DeviceGate:
    """Lets in what an enrolled terminal signed, once."""

    settings: Settings
    db: Database
    enrolment: Enrolment

    def admit(self, headers: Mapping[str, str], method: str, path: str, body: bytes) -> str:
        """Return the terminal's number, or refuse.

        401 `signature_missing`, `kiosk_unknown`, `signature_invalid`; 403 `clock_skew` (with `server_time`);
        409 `nonce_replayed`.
        """
        kiosk, stamp = headers.get("kiosk", ""), headers.get("kiosk-time", "")
        nonce, signature = headers.get("kiosk-nonce", ""), headers.get("kiosk-signature", "")
        if _KIOSK.fullmatch(kiosk) is None or _NONCE.fullmatch(nonce) is None or not signature:
            raise Refused(401, "signature_missing")
        key = self.enrolment.present_key(kiosk)
        if key is None:
            raise Refused(401, "kiosk_unknown")
        if not signed_by(key, signature, request_to_sign(method, path, stamp, nonce, body)):
            raise Refused(401, "signature_invalid")
        now = self.settings.now()
        self._near(stamp, now)
        self._once(kiosk, nonce, now)
        return kiosk

    @staticmethod
    def _near(stamp: str, now: dt.datetime) -> None:
        try:
            claimed = dt.datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.UTC)
        except ValueError as error:
            raise Refused(401, "signature_missing", "kiosk-time") from error
        if abs((claimed - now).total_seconds()) > MAX_SKEW_S:
            raise Refused(403, "clock_skew", server_time=utc_text(now))

    def _once(self, kiosk: str, nonce: str, now: dt.datetime) -> None:
        with self.db.transaction() as connection:
            # Older ones are refused for their time.
            connection.execute(delete(nonces).where(nonces.c.at < now - dt.timedelta(seconds=3 * MAX_SKEW_S)))
            try:
                connection.execute(nonces.insert().values(kiosk=kiosk, nonce=nonce, at=now))
            except IntegrityError as error:
                raise Refused(409, "nonce_replayed") from error
