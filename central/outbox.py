"""Taking in what terminals' outboxes send: sealed parts first, the envelope last, exactly once in effect.

Knows: whose signature counts, that every part is durable before the envelope is accepted, the accept transaction and its
receipt. Does not know: how envelopes are made (`offline_queue.envelope`), what becomes of a case.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from anyio.to_thread import run_sync
from pydantic import ValidationError
from sqlalchemy import Connection, select, update

from central import cases, withdrawals
from central.db import Database
from central.enrolment import Enrolment
from central.identity import IdentityDesk
from central.keys import Keys
from central.parts import ObjectStore, PartStore
from central.refusals import Refused
from central.settings import Settings
from central.tables import kiosks, submissions
from kiosk.city.messages import WITHDRAWAL, PartRef, Submission, Withdrawal
from offline_queue.envelope import (
    Envelope,
    Receipt,
    open_form,
    open_part,
    parse,
    parse_part_authorization,
    sign_receipt,
    verify,
    verify_part,
)
from offline_queue.errors import EnvelopeError

_PIECE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class OutboxDesk:
    """Accepts parts and envelopes of enrolled terminals."""

    settings: Settings
    keys: Keys
    db: Database
    enrolment: Enrolment
    identity: IdentityDesk
    parts: PartStore
    objects: ObjectStore

    # --- parts ---

    async def take_part(
        self, submission_id: str, part_id: str, authorization: str, sha256: str, chunks: AsyncIterator[bytes]
    ) -> bool:
        """Store a sealed part durably; False if it was there already.

        Refuses 401 `signature_missing` `signature_invalid`, 422 `bad_id` `digest_mismatch` `part_differs`, 413 `too_large`.
        Nothing is read of the body before the signature over its digest holds.
        """
        kiosk = await run_sync(self._part_sender, submission_id, part_id, authorization, sha256)
        temporary = await self.parts.receive(chunks, sha256)
        return await run_sync(self.parts.keep, temporary, kiosk, submission_id, part_id, sha256)

    def _part_sender(self, submission_id: str, part_id: str, authorization: str, sha256: str) -> str:
        try:
            kiosk, signature = parse_part_authorization(authorization)
        except EnvelopeError as error:
            raise Refused(401, "signature_missing") from error
        for key in self.enrolment.every_key(kiosk):
            try:
                verify_part(submission_id, part_id, sha256, signature, key.raw, algorithm=key.algorithm)
            except EnvelopeError:
                continue
            return kiosk
        raise Refused(401, "signature_invalid")

    # --- envelopes ---

    def take_envelope(self, submission_id: str, blob: bytes) -> tuple[int, bytes]:
        """Accept an envelope; return (status, receipt): 201 the first time, 200 and the same bytes ever after.

        Refuses 401 `signature_invalid`; 409 `parts_missing` (with `parts`); 422 `envelope_malformed` `id_differs`
        `body_differs` `not_for_us` `form_invalid` `form_differs` `attachment_differs`
        `withdrawal_too_late`. A refusal stores nothing.
        """
        envelope = self._authentic(submission_id, blob)
        digest = hashlib.sha256(blob).hexdigest()
        if (earlier := self._earlier(submission_id, digest)) is not None:
            return 200, earlier
        files = self._durable_parts(envelope)
        submission = self._open(envelope)
        for ref in _part_refs(submission):
            self._keep_attachment(envelope, ref, files)
        person, token = submission.applicant, submission.assurance_token
        confirmed = self.identity.confirmed(submission.kiosk, person, token, submission.submitted_at)
        now = self.settings.now().replace(microsecond=0)
        with self.db.transaction() as connection:
            # Again, now that nobody else can commit: what came twice at once is one case.
            if (earlier := _stored(connection, submission_id, digest)) is not None:
                return 200, earlier
            receipt = self._accept(connection, envelope, blob, digest, now)
            if isinstance(submission, Withdrawal):
                withdrawals.enter(connection, submission, confirmed=confirmed, received_at=now)
            else:
                cases.create(connection, submission, confirmed=confirmed, received_at=now)
        return 201, receipt

    def _authentic(self, submission_id: str, blob: bytes) -> Envelope:
        try:
            envelope = parse(blob)
        except EnvelopeError as error:
            raise Refused(422, "envelope_malformed", error.code) from error
        if envelope.header.id != submission_id:
            raise Refused(422, "id_differs")
        for key in self.enrolment.every_key(envelope.header.kiosk):
            try:
                verify(envelope, key.raw, algorithm=key.algorithm)
            except EnvelopeError:
                continue
            return envelope
        raise Refused(401, "signature_invalid")

    def _earlier(self, submission_id: str, digest: str) -> bytes | None:
        with self.db.transaction() as connection:
            return _stored(connection, submission_id, digest)

    def _durable_parts(self, envelope: Envelope) -> dict[str, Path]:
        header = envelope.header
        files: dict[str, Path] = {}
        missing = []
        for part in header.parts:
            found = self.parts.find(header.kiosk, header.id, part.id)
            if found is None:
                missing.append(part.id)
            elif found[1] != part.sha256:
                raise Refused(422, "part_differs", part.id)
            else:
                files[part.id] = found[0]
        if missing:
            raise Refused(409, "parts_missing", parts=missing)
        return files

    def _open(self, envelope: Envelope) -> Submission | Withdrawal:
        header = envelope.header
        try:
            form = open_form(envelope, self.keys.seal.private_bytes_raw())
            submission = (Withdrawal if header.service == WITHDRAWAL else Submission).from_bytes(form)
        except EnvelopeError as error:
            raise Refused(422, "not_for_us", error.code) from error
        except ValidationError as error:
            keys = ",".join(sorted({".".join(map(str, each["loc"])) for each in error.errors()}))
            raise Refused(422, "form_invalid", keys[:500]) from error
        service = WITHDRAWAL if isinstance(submission, Withdrawal) else submission.item
        said = (submission.submission_id, submission.kiosk, submission.code, service)
        if said != (header.id, header.kiosk, header.code, header.service):
            raise Refused(422, "form_differs", "id, kiosk, code or item")
        if {ref.part for ref in _part_refs(submission)} != {part.id for part in header.parts}:
            raise Refused(422, "form_differs", "parts")
        return submission

    def _keep_attachment(self, envelope: Envelope, ref: PartRef, files: dict[str, Path]) -> None:
        try:
            plain = b"".join(open_part(envelope, ref.part, _pieces(files[ref.part]), self.keys.seal.private_bytes_raw()))
        except EnvelopeError as error:
            raise Refused(422, "attachment_differs", f"{ref.part}: {error.code}") from error
        if len(plain) != ref.size_bytes or hashlib.sha256(plain).hexdigest() != ref.sha256:
            raise Refused(422, "attachment_differs", ref.part)
        self.objects.put(plain)

    def _accept(self, connection: Connection, envelope: Envelope, blob: bytes, digest: str, now: dt.datetime) -> bytes:
        header = envelope.header
        contiguous = _contiguous(connection, header.kiosk, header.seq)
        receipt = sign_receipt(
            Receipt(
                kiosk=header.kiosk,
                seq=header.seq,
                id=header.id,
                sha256=digest,
                received_at=now,
                contiguous=contiguous,
            ),
            self.keys.sign.sign,
        )
        connection.execute(
            submissions.insert().values(
                id=header.id,
                kiosk=header.kiosk,
                seq=header.seq,
                sha256=digest,
                received_at=now,
                envelope=blob,
                receipt=receipt,
            )
        )
        connection.execute(update(kiosks).where(kiosks.c.number == header.kiosk).values(contiguous=contiguous))
        return receipt


def _stored(connection: Connection, submission_id: str, digest: str) -> bytes | None:
    row = connection.execute(
        select(submissions.c.sha256, submissions.c.receipt).where(submissions.c.id == submission_id)
    ).first()
    if row is None:
        return None
    if row.sha256 != digest:
        raise Refused(422, "body_differs")
    return bytes(row.receipt)


def _contiguous(connection: Connection, kiosk: str, arriving: int) -> int:
    """Return the highest number up to which nothing of this terminal is missing, with `arriving` counted in."""
    contiguous = connection.scalar(select(kiosks.c.contiguous).where(kiosks.c.number == kiosk)) or 0
    later = connection.scalars(
        select(submissions.c.seq)
        .where(submissions.c.kiosk == kiosk, submissions.c.seq > contiguous)
        .order_by(submissions.c.seq)
    )
    for seq in sorted({*later, arriving}):
        if seq > contiguous + 1:
            break
        contiguous = max(contiguous, seq)
    return int(contiguous)


def _part_refs(message: Submission | Withdrawal) -> tuple[PartRef, ...]:
    return () if isinstance(message, Withdrawal) else message.part_refs()


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            yield piece
