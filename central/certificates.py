"""Issuing certificates, and answering whether one is good.

Knows: levels, numbering (GB/T 36904), idempotence, the signed statement, verification states. Does not know: what the
certificate says (`insurance`), how it is drawn (`certificate_pdf`).
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.engine import Row
from sqlalchemy.exc import IntegrityError

from central import insurance, tokens
from central.certificate_pdf import CertificateRenderer
from central.db import Database
from central.identity import IdentityDesk
from central.keys import Keys
from central.refusals import Refused
from central.register import Register, Resident
from central.settings import CIVIL_TZ, Settings
from central.tables import certificates
from kiosk.city.messages import CertificateAnswer, CertificateRequest, PrefillAnswer, PrefillRequest, VerificationAnswer
from kiosk.city.signing import canonical_json, certificate_mark_to_sign, certificate_statement_to_sign, utc_text
from kiosk.identity.numbers import mod_37_36

PER_DAY = 20
_ROOT = "1.2.156.3005.2."
# SAMPLE: the type is numbered under the city bureau's synthetic code; a real one is the defining ministry's.
_TYPE = "11410200MB9Y00032Q002"
_ISSUER = "11410200MB9Y00032Q"
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class _Number:
    short_id: str
    licence_id: str
    issued_at: dt.datetime
    valid_to: dt.date

    @property
    def issued_on(self) -> dt.date:
        return self.issued_at.astimezone(CIVIL_TZ).date()

    @property
    def grouped(self) -> str:
        return "-".join(self.short_id[at : at + 4] for at in (0, 4, 8))


@dataclass(frozen=True, slots=True)
class CertificateDesk:
    """Issues, finds, revokes."""

    settings: Settings
    keys: Keys
    db: Database
    register: Register
    identity: IdentityDesk
    renderer: CertificateRenderer

    def issue(self, kiosk: str, request: CertificateRequest) -> CertificateAnswer:
        """Issue, or return what this `request_id` was given before.

        Refuses 404 `item_not_issued_here` `person_unknown`, 403 `assurance_too_low` `token_expired`, 422 `params_invalid`
        `request_differs`, 409 `no_record`, 429 `too_many_certificates`.
        """
        now = self.settings.now()
        if request.item != insurance.ITEM:
            raise Refused(404, "item_not_issued_here")
        self._level(kiosk, request, now)
        digest = hashlib.sha256(
            canonical_json(request.model_dump(mode="json", exclude={"assurance_token"}))
        ).hexdigest()
        if (earlier := self._earlier(kiosk, request.request_id, digest)) is not None:
            return earlier
        resident = self.register.find(request.person)
        if resident is None:
            raise Refused(404, "person_unknown")
        self._within_rate(resident, now)
        number = _number(now)
        pdf, answer = self._make(resident, request.params, number)
        try:
            with self.db.transaction() as connection:
                connection.execute(
                    certificates.insert().values(
                        id=number.short_id,
                        kiosk=kiosk,
                        request_id=request.request_id,
                        request_sha256=digest,
                        subject_hash=resident.subject_hash,
                        item=request.item,
                        title=insurance.TITLE["zh"],
                        holder_masked=_masked(resident),
                        licence_id=number.licence_id,
                        assurance="card+code",
                        issued_at=now,
                        valid_to=number.valid_to,
                        sha256=hashlib.sha256(pdf).hexdigest(),
                        pdf=pdf,
                        statement=answer.statement,
                        statement_signature=answer.statement_signature,
                    )
                )
        except IntegrityError as error:
            # The same request came twice at once: the first to commit counts.
            earlier = self._earlier(kiosk, request.request_id, digest)
            if earlier is None:
                raise Refused(503, "busy") from error
            return earlier
        return answer

    def prefill(self, kiosk: str, request: PrefillRequest) -> PrefillAnswer:
        """Return the answers with which the person's certificate has something to say.

        Refuses 404 `item_not_issued_here` `person_unknown`, 403 `assurance_too_low` `token_expired`.
        """
        now = self.settings.now()
        if request.item != insurance.ITEM:
            raise Refused(404, "item_not_issued_here")
        self._level(kiosk, request, now)
        resident = self.register.find(request.person)
        if resident is None:
            raise Refused(404, "person_unknown")
        return PrefillAnswer(answers=insurance.on_record(resident, now))

    def _level(self, kiosk: str, request: CertificateRequest | PrefillRequest, now: dt.datetime) -> None:
        if self.identity.confirmed(kiosk, request.person, request.assurance_token, now):
            return
        assured = tokens.read(self.keys, request.assurance_token) if request.assurance_token else None
        # Only a token that would otherwise do is called expired.
        if assured is not None and self.identity.confirmed(
            kiosk, request.person, request.assurance_token, assured.expires_at
        ):
            raise Refused(403, "token_expired")
        raise Refused(403, "assurance_too_low")

    def _earlier(self, kiosk: str, request_id: str, digest: str) -> CertificateAnswer | None:
        with self.db.reading() as connection:
            row = connection.execute(
                select(certificates).where(certificates.c.kiosk == kiosk, certificates.c.request_id == request_id)
            ).first()
        if row is None:
            return None
        if row.request_sha256 != digest:
            raise Refused(422, "request_differs")
        return _answer(row.id, row.pdf, row.statement, row.statement_signature)

    def _within_rate(self, resident: Resident, now: dt.datetime) -> None:
        day = dt.timedelta(days=1)
        with self.db.reading() as connection:
            count = connection.scalar(
                select(func.count()).where(
                    certificates.c.subject_hash == resident.subject_hash, certificates.c.issued_at > now - day
                )
            )
        if (count or 0) >= PER_DAY:
            raise Refused(429, "too_many_certificates", retry_after_s=3600)

    def _make(self, resident: Resident, params: dict[str, Any], number: _Number) -> tuple[bytes, CertificateAnswer]:
        content = insurance.content(resident, params, number.issued_at)
        issued_on = number.issued_on
        url = f"{self.settings.public_url.rstrip('/')}/v/{number.short_id}"
        data = {
            **content.data,
            "licence_id": number.licence_id,
            "short_id": number.grouped,
            "valid_to": number.valid_to.isoformat(),
            "issued_on": f"{issued_on.year}年{issued_on.month}月{issued_on.day}日",
            "verify_host": url.rsplit("/", 1)[0] + "/",
        }
        digest = hashlib.sha256(canonical_json(data)).digest()[:16]
        mark = self.keys.sign.sign(
            certificate_mark_to_sign(
                number.short_id, number.licence_id, issued_on.isoformat(), number.valid_to.isoformat(), digest
            )
        )
        fragment = base64.urlsafe_b64encode(digest + mark).rstrip(b"=").decode()
        drawn = self.renderer.draw(data, f"{url}#{fragment}", number.issued_at)
        pdf = self.renderer.seal(drawn, reason="Sample, no legal force")
        statement = canonical_json(
            {
                "certificate_id": number.short_id,
                "licence_id": number.licence_id,
                "sha256": hashlib.sha256(pdf).hexdigest(),
                "subject_hash": resident.subject_hash,
                "issued_at": utc_text(number.issued_at),
                "valid_to": number.valid_to.isoformat(),
                "verify_url": url,
                "without_record": list(content.without_record),
            }
        ).decode()
        signature = self.keys.sign.sign(certificate_statement_to_sign(statement))
        return pdf, _answer(number.short_id, pdf, statement, base64.b64encode(signature).decode())

    def verify(self, short_id: str) -> VerificationAnswer:
        """Say whether a certificate is good; nothing of the person beyond the masked name."""
        wanted = short_id.replace("-", "").upper()[:64]
        with self.db.reading() as connection:
            row = connection.execute(select(certificates).where(certificates.c.id == wanted)).first()
        if row is None:
            return VerificationAnswer(state="not_found", certificate_id="")
        return VerificationAnswer(
            state=self._state(row),
            certificate_id=row.id,
            licence_id=row.licence_id,
            title=row.title,
            holder_masked=row.holder_masked,
            issued_on=row.issued_at.astimezone(CIVIL_TZ).date(),
            valid_to=row.valid_to,
        )

    def _state(self, row: Row[Any]) -> Any:
        if row.revoked_at is not None:
            return "revoked"
        today = self.settings.now().astimezone(CIVIL_TZ).date()
        return "expired" if today > row.valid_to else "valid"

    def recent(self, limit: int = 50) -> list[tuple[str, str, str, dt.datetime, str]]:
        """Return (id, title, masked holder, issued_at, state) of the newest certificates."""
        with self.db.reading() as connection:
            rows = connection.execute(
                select(certificates).order_by(certificates.c.issued_at.desc()).limit(limit)
            ).all()
        return [(row.id, row.title, row.holder_masked, row.issued_at, self._state(row)) for row in rows]

    def revoke(self, short_id: str) -> None:
        """Declare a certificate void. Refuses 404 `not_found`; twice is once."""
        with self.db.transaction() as connection:
            if connection.scalar(select(certificates.c.id).where(certificates.c.id == short_id)) is None:
                raise Refused(404, "not_found")
            connection.execute(
                update(certificates)
                .where(certificates.c.id == short_id, certificates.c.revoked_at.is_(None))
                .values(revoked_at=self.settings.now())
            )


def _number(now: dt.datetime) -> _Number:
    today = now.astimezone(CIVIL_TZ).date()
    serial, version = f"{today:%Y%m%d}{secrets.randbelow(10**8):08d}", "001"
    check = mod_37_36(_TYPE + _ISSUER + serial + version)
    return _Number(
        short_id="".join(secrets.choice(_ALPHABET) for _ in range(12)),
        licence_id=f"{_ROOT}{_TYPE}.{_ISSUER}.{serial}.{version}.{check}",
        issued_at=now,
        valid_to=today + dt.timedelta(days=insurance.VALID_DAYS),
    )


def _masked(resident: Resident) -> str:
    return resident.name[:1] + "*" * max(1, len(resident.name) - 1)


def _answer(short_id: str, pdf: bytes, statement: str, signature: str) -> CertificateAnswer:
    return CertificateAnswer(
        certificate_id=short_id,
        pdf_b64=base64.b64encode(pdf).decode(),
        statement=statement,
        statement_signature=signature,
    )
