"""Enrolment of terminals: one-time codes, device keys, and whose signature counts.

Knows: codes (stored hashed, single use, at most a day), keys in force and retired. Does not know: requests over HTTP.

A code is a file until it is used, because the command that makes one must not open the serving process's database.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, func, select, update

from central.db import Database
from central.files import write_durably
from central.keys import Keys, key_id
from central.refusals import Refused
from central.settings import Settings
from central.tables import device_keys, kiosks, submissions, used_codes
from kiosk.city.messages import EnrolAnswer, EnrolRequest, GatewayInfo, PlatformKey
from kiosk.city.signing import enrolment_to_sign, signed_by
from offline_queue.signatures import Algorithm, PublicKey

MAX_HOURS = 24
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_NUMBER = re.compile(f"[{_ALPHABET}]{{4}}")


def new_code(settings: Settings, kiosk: str, hours: float = MAX_HOURS) -> str:
    """Make a code for terminal `kiosk`, such as `7KQ2-M9XD-04TR-8WNE` (80 bits). ValueError for a bad number or time."""
    if _NUMBER.fullmatch(kiosk) is None or not 0 < hours <= MAX_HOURS:
        raise ValueError("kiosk or hours")
    code = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
    expires = settings.now() + dt.timedelta(hours=hours)
    body = json.dumps({"kiosk": kiosk, "expires_at": expires.isoformat()}).encode()
    write_durably(settings.codes_dir / f"{_hash(code)}.json", body)
    return code


def _hash(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The desk that enrols terminals and knows their keys."""

    settings: Settings
    keys: Keys
    db: Database
    gateway: GatewayInfo
    _remembered: dict[str, tuple[PublicKey, ...]] = field(default_factory=dict, repr=False)

    def enrol(self, request: EnrolRequest) -> EnrolAnswer:
        """Take a terminal in. Asking again with the same code and the same key (a lost answer) answers again."""
        try:
            public_key = base64.b64decode(request.device_public_key, validate=True)
        except binascii.Error as error:
            raise Refused(422, "bad_request", "device_public_key") from error
        key = PublicKey(Algorithm(request.algorithm), public_key)
        message = enrolment_to_sign(
            request.code, request.device_public_key, request.nonce, request.algorithm, request.custody
        )
        if not signed_by(key, request.signature, message):
            raise Refused(403, "proof_invalid")
        code_hash = _hash(request.code)
        now = self.settings.now()
        with self.db.transaction() as connection:
            used = connection.execute(select(used_codes).where(used_codes.c.code_hash == code_hash)).first()
            if used is None:
                number = self._redeem(code_hash, now)
                self._enter(connection, number, key, code_hash, now, custody=request.custody)
            elif used.public_key == public_key:
                number = used.kiosk
            else:
                raise Refused(403, "code_used")
            highest = connection.scalar(select(func.max(submissions.c.seq)).where(submissions.c.kiosk == number))
        (self.settings.codes_dir / f"{code_hash}.json").unlink(missing_ok=True)
        return EnrolAnswer(
            kiosk=number,
            platform_seal_keys=(_public(self.keys.seal_public),),
            platform_sign_key=_public(self.keys.sign_public),
            next_seq=(highest or 0) + 1,
            gateway=self.gateway,
            time=now,
        )

    def _redeem(self, code_hash: str, now: dt.datetime) -> str:
        try:
            ticket = json.loads((self.settings.codes_dir / f"{code_hash}.json").read_bytes())
        except FileNotFoundError as error:
            raise Refused(403, "code_unknown") from error
        if dt.datetime.fromisoformat(ticket["expires_at"]) < now:
            raise Refused(403, "code_expired")
        return str(ticket["kiosk"])

    @staticmethod
    def _enter(
        connection: Connection, number: str, key: PublicKey, code_hash: str, now: dt.datetime, *, custody: str
    ) -> None:
        connection.execute(used_codes.insert().values(code_hash=code_hash, kiosk=number, public_key=key.raw, used_at=now))
        if connection.execute(select(kiosks.c.number).where(kiosks.c.number == number)).first() is None:
            connection.execute(kiosks.insert().values(number=number, enrolled_at=now, contiguous=0))
        connection.execute(
            update(device_keys)
            .where(device_keys.c.kiosk == number, device_keys.c.retired_at.is_(None))
            .values(retired_at=now)
        )
        connection.execute(
            device_keys.insert().values(
                kiosk=number, public_key=key.raw, algorithm=str(key.algorithm), custody=custody, enrolled_at=now
            )
        )

    def present_key(self, kiosk: str) -> PublicKey | None:
        """Return the key that signs the terminal's requests now, with the algorithm that it was enrolled with."""
        return next(iter(self._keys(kiosk, device_keys.c.retired_at.is_(None))), None)

    def signer(self, kiosk: str, holds: Callable[[PublicKey], bool]) -> PublicKey | None:
        """Return that key of all the terminal ever had for which `holds`: papers may be older than its present one.

        A key never stops counting for papers, so those once read are remembered; what none of them signed is looked up.
        """
        for key in self._remembered.get(kiosk, ()):
            if holds(key):
                return key
        if keys := self._keys(kiosk):
            self._remembered[kiosk] = keys
        return next((key for key in keys if holds(key)), None)

    def _keys(self, kiosk: str, *which: ColumnElement[bool]) -> tuple[PublicKey, ...]:
        with self.db.reading() as connection:
            rows = connection.execute(
                select(device_keys.c.algorithm, device_keys.c.public_key)
                .where(device_keys.c.kiosk == kiosk, *which)
                .order_by(device_keys.c.id.desc())
            )
            return tuple(PublicKey(Algorithm(row.algorithm), row.public_key) for row in rows)


def _public(key: bytes) -> PlatformKey:
    return PlatformKey(key_id=key_id(key), public_key=base64.b64encode(key).decode())
