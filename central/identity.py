"""One-time codes to the telephone that the register holds: from a card to *card and code*.

Knows: codes, tries, rates. Does not know: how a message travels (`gateway`), what the level opens.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import logging
import secrets
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.engine import Row

from central import tokens
from central.db import Database
from central.gateway import MessageGateway
from central.keys import Keys
from central.refusals import Refused
from central.register import Register, Resident
from central.settings import Settings
from central.tables import challenges, misses
from kiosk.city.messages import CodeAnswer, CodeRequest, VerifyAnswer, VerifyRequest
from kiosk.city.signing import subject_hash
from kiosk.city.wire import PersonKey

CODE_LIFETIME = dt.timedelta(minutes=5)
RESEND_AFTER = dt.timedelta(seconds=60)
TRIES = 3
CODES_PER_HOUR = 5
MISSES_PER_HOUR = 60
_HOUR = dt.timedelta(hours=1)
_LOG = logging.getLogger("central")


@dataclass(frozen=True, slots=True)
class IdentityDesk:
    """Sends codes and checks them."""

    settings: Settings
    keys: Keys
    db: Database
    register: Register
    gateway: MessageGateway

    def request(self, kiosk: str, request: CodeRequest) -> CodeAnswer:
        """Send a code.

        Refuses 404 `person_unknown`, 409 `no_phone`, 429 `code_too_soon`, `code_too_many`, `asked_too_often`,
        424 `code_not_sent` (RFC 4918 section 11.4: the message gateway failed).
        """
        now = self.settings.now()
        resident = self._known(kiosk, request.person, now)
        if not resident.phone:
            raise Refused(409, "no_phone")
        challenge, code = secrets.token_hex(16), f"{secrets.randbelow(10**6):06d}"
        with self.db.transaction() as connection:
            self._within_rate(connection, resident.subject_hash, now)
            connection.execute(delete(challenges).where(challenges.c.created_at < now - 24 * _HOUR))
            # A new code ends the older ones: only what came last on the telephone counts.
            connection.execute(
                update(challenges)
                .where(challenges.c.subject_hash == resident.subject_hash, challenges.c.used_at.is_(None))
                .values(tries_left=0)
            )
            connection.execute(
                challenges.insert().values(
                    id=challenge,
                    kiosk=kiosk,
                    subject_hash=resident.subject_hash,
                    code_mac=self._mac(challenge, code),
                    created_at=now,
                    expires_at=now + CODE_LIFETIME,
                    tries_left=TRIES,
                )
            )
        minutes = int(CODE_LIFETIME.total_seconds() // 60)
        try:
            self.gateway.send(
                resident.phone, f"【市民之窗】验证码 {code}，{minutes} 分钟内有效。工作人员不会向您索要验证码。", now
            )
        except OSError as error:
            _LOG.error("the message gateway took no message: %s", error)
            with self.db.transaction() as connection:  # what never came counts for nothing
                connection.execute(delete(challenges).where(challenges.c.id == challenge))
            raise Refused(424, "code_not_sent") from error
        return CodeAnswer(
            challenge=challenge,
            phone_masked=f"{resident.phone[:3]}****{resident.phone[-4:]}",
            expires_in_s=int(CODE_LIFETIME.total_seconds()),
            resend_after_s=int(RESEND_AFTER.total_seconds()),
        )

    def _known(self, kiosk: str, person: PersonKey, now: dt.datetime) -> Resident:
        resident = self.register.find(person)
        with self.db.transaction() as connection:
            connection.execute(delete(misses).where(misses.c.at < now - _HOUR))
            missed = connection.scalar(select(func.count()).where(misses.c.kiosk == kiosk)) or 0
            if resident is None:
                connection.execute(misses.insert().values(kiosk=kiosk, at=now))
        if missed >= MISSES_PER_HOUR:
            raise Refused(429, "asked_too_often", retry_after_s=3600)
        if resident is None:
            # The same word for an unknown number and for a name that does not go with it.
            raise Refused(404, "person_unknown")
        return resident

    @staticmethod
    def _within_rate(connection: Connection, subject: str, now: dt.datetime) -> None:
        sent = connection.execute(
            select(challenges.c.created_at, challenges.c.used_at)
            .where(challenges.c.subject_hash == subject, challenges.c.created_at > now - _HOUR)
            .order_by(challenges.c.created_at)
        ).all()
        # Who has just used a code holds the telephone, and may begin the next thing without waiting.
        if sent and sent[-1].used_at is None and (wait := sent[-1].created_at + RESEND_AFTER - now) > dt.timedelta(0):
            raise Refused(429, "code_too_soon", retry_after_s=int(wait.total_seconds()) + 1)
        if len(sent) >= CODES_PER_HOUR:
            oldest = sent[0].created_at
            raise Refused(429, "code_too_many", retry_after_s=int((oldest + _HOUR - now).total_seconds()) + 1)

    def verify(self, kiosk: str, challenge: str, request: VerifyRequest) -> VerifyAnswer:
        """Check typed digits.

        Refuses 404 `challenge_unknown`, 409 `code_used`, 410 `code_late`, 403 `code_wrong` or `code_exhausted`.
        """
        now = self.settings.now()
        outcome: Literal["right", "wrong"]
        with self.db.transaction() as connection:
            row = connection.execute(
                select(challenges).where(challenges.c.id == challenge, challenges.c.kiosk == kiosk)
            ).first()
            row = _open(row, now)
            right = hmac.compare_digest(row.code_mac, self._mac(challenge, request.code))
            outcome = "right" if right else "wrong"
            change = {"used_at": now} if right else {"tries_left": row.tries_left - 1}
            connection.execute(update(challenges).where(challenges.c.id == challenge).values(**change))
        if outcome == "wrong":
            left = row.tries_left - 1
            raise Refused(403, "code_wrong" if left else "code_exhausted", tries_left=left)
        expires = now + tokens.LIFETIME
        token = tokens.make(self.keys, tokens.Assured(kiosk, row.subject_hash, "card+code", expires))
        return VerifyAnswer(assurance_token=token, level="card+code", expires_at=expires)

    def confirmed(self, kiosk: str, person: PersonKey, token: str, at: dt.datetime) -> bool:
        """Say whether `token` raised this person to *card and code* at this terminal, and held at time `at`."""
        assured = tokens.read(self.keys, token) if token else None
        return (
            assured is not None
            and assured.kiosk == kiosk
            and assured.person == subject_hash(person.name, person.number)
            and assured.level == "card+code"
            and at <= assured.expires_at
        )

    def _mac(self, challenge: str, code: str) -> str:
        return hmac.new(self.keys.code_secret, f"{challenge}\n{code}".encode(), hashlib.sha256).hexdigest()


def _open(row: Row[tuple[object, ...]] | None, now: dt.datetime) -> Row[tuple[object, ...]]:
    if row is None:
        raise Refused(404, "challenge_unknown")
    if row.used_at is not None:
        raise Refused(409, "code_used")
    if now > row.expires_at:
        raise Refused(410, "code_late")
    if row.tries_left < 1:
        raise Refused(403, "code_exhausted", tries_left=0)
    return row
