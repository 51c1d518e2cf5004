"""Taking in what terminals' outboxes send: sealed parts first, the envelope last, exactly once in effect.

Knows: whose signature counts, that every part is durable before the envelope is accepted. Does not know: how envelopes are
made (`offline_queue.envelope`), the accept transaction (`accepting`), what becomes of a case.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import func, select

from central import acting, lacking
from central.accepting import Accepting, Arrival, Message, stored
from central.catalogue import CatalogueDesk
from central.db import Database
from central.enrolment import Enrolment
from central.identity import IdentityDesk
from central.keys import Keys
from central.parts import Claim, ObjectStore, PartName, PartStore, Upload, pieces
from central.refusals import Refused
from central.settings import Settings
from central.tables import attachments, cases, materials, submissions
from kiosk.city.sealed import (
    CALL_BACK,
    RATING,
    WITHDRAWAL,
    CallBack,
    PartRef,
    Rating,
    Submission,
    Supplement,
    Withdrawal,
    supplement_service,
    supplemented_item,
)
from offline_queue.envelope import (
    Envelope,
    Header,
    open_form,
    open_part,
    parse,
    parse_part_authorization,
    verify,
    verify_part,
)
from offline_queue.errors import EnvelopeError
from offline_queue.signatures import PublicKey

_OTHERS: dict[str, type[Withdrawal | CallBack | Rating]] = {WITHDRAWAL: Withdrawal, CALL_BACK: CallBack, RATING: Rating}
"""What stands in the place of the service in the header of what is no submission."""

log = logging.getLogger("central")

UNCLAIMED_S = 30 * 86400.0
"""How long parts wait for their envelope. A terminal that comes later is told to send them again: nothing is lost."""


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
    accepting: Accepting
    catalogue: CatalogueDesk

    # --- parts ---

    def part_sender(self, submission_id: str, part_id: str, authorization: str, sha256: str) -> str:
        """Return the terminal whose key signed this part. Refuses 401 `signature_missing` `signature_invalid`."""
        kiosk, signature = _part_signature(authorization)

        def signed(key: PublicKey) -> bool:
            try:
                verify_part(submission_id, part_id, sha256, signature, key.raw, algorithm=key.algorithm)
            except EnvelopeError:
                return False
            return True

        if self.enrolment.signer(kiosk, signed) is None:
            raise Refused(401, "signature_invalid")
        return kiosk

    def upload_sender(self, submission_id: str, part_id: str, authorization: str) -> PartName:
        """Return the name of an upload that was begun, if the signature covers it. Refuses 404 `upload_unknown` besides."""
        name = PartName(_part_signature(authorization)[0], submission_id, part_id)
        if (upload := self.upload(name)) is None:
            raise Refused(404, "upload_unknown")
        self.part_sender(submission_id, part_id, authorization, upload.sha256)
        return name

    def begin(self, name: PartName, sha256: str, size: int) -> Upload:
        """Begin an upload, or find how far it is. Refuses as `PartStore.begin`."""
        if self.parts.upload(name) is not None or (known := self._let_go_already(name)) is None:
            return self.parts.begin(name, sha256, size)
        if (known.sha256, known.size) != (sha256, size):
            raise Refused(422, "part_differs")
        return known

    def upload(self, name: PartName) -> Upload | None:
        """Return what is here of a part; None if nobody began it."""
        return self.parts.upload(name) or self._let_go_already(name)

    def _let_go_already(self, name: PartName) -> Upload | None:
        """Return a part of what was accepted: all of it came, whoever asks again."""
        with self.db.reading() as connection:
            blob = connection.scalar(
                select(submissions.c.envelope).where(
                    submissions.c.id == name.submission, submissions.c.kiosk == name.kiosk
                )
            )
        parts = parse(blob).header.parts if blob is not None else ()
        return next((Upload(name, part.sha256, part.size, part.size) for part in parts if part.id == name.part), None)

    def sweep(self) -> int:
        """Remove sealed parts that are settled, and what never became a case, long ago; return how many files."""
        before = time.time() - UNCLAIMED_S
        return self.parts.sweep(before, self._claimed) + self.objects.sweep(before, self._referenced)

    def _claimed(self, _kiosk: str, submission_id: str) -> Claim:
        with self.db.reading() as connection:
            if connection.scalar(select(submissions.c.id).where(submissions.c.id == submission_id)) is None:
                return Claim.NONE
            files = connection.scalars(
                select(attachments.c.sha256)
                .join(cases, cases.c.id == attachments.c.case_id)
                .outerjoin(materials, materials.c.id == attachments.c.material_id)
                .where(func.coalesce(materials.c.supplement_id, cases.c.submission_id) == submission_id)
            ).all()
        try:
            for sha256 in files:
                self.objects.get(sha256)
        except Refused as refused:
            log.error("an attachment of a case is not as it was: %s %s", submission_id, refused.code)
            return Claim.DOUBTFUL
        return Claim.SETTLED

    def _referenced(self, asked: list[str]) -> set[str]:
        with self.db.reading() as connection:
            return set(connection.scalars(select(attachments.c.sha256).where(attachments.c.sha256.in_(asked))))

    # --- envelopes ---

    def take_envelope(
        self, submission_id: str, blob: bytes, must_be: Callable[[str], None]
    ) -> tuple[int, bytes]:
        """Accept an envelope; return (status, receipt): 201 the first time, 200 and the same bytes ever after.

        `must_be` refuses a terminal that the connection does not belong to.

        Refuses 401 `signature_invalid`; 409 `parts_missing` (with `parts`); 422 `envelope_malformed` `id_differs`
        `body_differs` `not_for_us` `form_invalid` `form_differs` `attachment_differs`
        `withdrawal_too_late`, and as `acting.check`, `lacking.check` and `supplements.check`. A refusal stores nothing.
        """
        envelope = self._authentic(submission_id, blob)
        must_be(envelope.header.kiosk)
        digest = hashlib.sha256(blob).hexdigest()
        try:
            message = self._checked(envelope)
        except Refused:
            # What is here already gets the answer of then, whatever has become of its parts.
            if (earlier := self._earlier(submission_id, digest)) is not None:
                return 200, earlier
            raise
        now = self.settings.now().replace(microsecond=0)
        answer = self.accepting.enter(Arrival(envelope.header, blob, digest, message, self._confirmed(message), now))
        if envelope.header.parts:
            self._let_go(envelope.header)
        return answer

    def _let_go(self, header: Header) -> None:
        """Remove the sealed parts of what was accepted: opened, durable and referred to they are here already."""
        try:
            self.parts.discard(header.kiosk, header.id)
        except OSError as error:  # the citizen has been promised, and the next sweep comes
            log.warning("sealed parts of %s stay: %s", header.id, error)

    def _checked(self, envelope: Envelope) -> Message:
        """Return what the envelope holds, with every attachment opened and durable."""
        files = self._durable_parts(envelope)
        message = self._open(envelope)
        if isinstance(message, Submission):
            acting.check(message, self.catalogue)
            lacking.check(message, self.catalogue)
        for ref in _part_refs(message):
            self._keep_attachment(envelope, ref, files)
        return message

    def _confirmed(self, message: Message) -> bool:
        """Say whether our own word proves the person; where nobody is named, nobody is confirmed."""
        if isinstance(message, Rating) or message.applicant is None:
            return False
        stood_there = message.presenter if isinstance(message, Submission) else message.applicant
        return self.identity.confirmed(message.kiosk, stood_there, message.assurance_token, message.submitted_at)

    def take_exported(self, submission_id: str, blob: bytes, parts: Mapping[str, Path]) -> int:
        """Accept what came by hand; return the status as `take_envelope`, and refuse as it does.

        `parts` are the sealed files by their digests. Nothing of them is kept before the envelope's signature holds.
        """
        header = self._authentic(submission_id, blob).header
        if self._earlier(submission_id, hashlib.sha256(blob).hexdigest()) is None:
            for part in header.parts:
                if (data := parts.get(part.sha256)) is not None:
                    self.parts.adopt(PartName(header.kiosk, header.id, part.id), part.sha256, data)
        return self.take_envelope(submission_id, blob, lambda _kiosk: None)[0]

    def _authentic(self, submission_id: str, blob: bytes) -> Envelope:
        try:
            envelope = parse(blob)
        except EnvelopeError as error:
            raise Refused(422, "envelope_malformed", error.code) from error
        if envelope.header.id != submission_id:
            raise Refused(422, "id_differs")
        if self.enrolment.signer(envelope.header.kiosk, lambda key: _signed(envelope, key)) is None:
            raise Refused(401, "signature_invalid")
        return envelope

    def _earlier(self, submission_id: str, digest: str) -> bytes | None:
        with self.db.reading() as connection:
            return stored(connection, submission_id, digest)

    def _durable_parts(self, envelope: Envelope) -> dict[str, Path]:
        header = envelope.header
        files: dict[str, Path] = {}
        missing = []
        for part in header.parts:
            found = self.parts.find(PartName(header.kiosk, header.id, part.id))
            if found is None:
                missing.append(part.id)
            elif found[1] != part.sha256:
                raise Refused(422, "part_differs", part.id)
            else:
                files[part.id] = found[0]
        if missing:
            raise Refused(409, "parts_missing", parts=missing)
        return files

    def _open(self, envelope: Envelope) -> Message:
        header = envelope.header
        try:
            form = open_form(envelope, self.keys.seal.private_bytes_raw())
            message = _kind(header.service).from_bytes(form)
        except EnvelopeError as error:
            raise Refused(422, "not_for_us", error.code) from error
        except ValidationError as error:
            keys = ",".join(sorted({".".join(map(str, each["loc"])) for each in error.errors()}))
            raise Refused(422, "form_invalid", keys[:500]) from error
        said = (message.submission_id, message.kiosk, message.code, _service(message, header))
        if said != (header.id, header.kiosk, header.code, header.service):
            raise Refused(422, "form_differs", "id, kiosk, code or item")
        if {ref.part for ref in _part_refs(message)} != {part.id for part in header.parts}:
            raise Refused(422, "form_differs", "parts")
        return message

    def _keep_attachment(self, envelope: Envelope, ref: PartRef, files: dict[str, Path]) -> None:
        try:
            plain = b"".join(open_part(envelope, ref.part, pieces(files[ref.part]), self.keys.seal.private_bytes_raw()))
        except FileNotFoundError as error:  # let go meanwhile: the same came twice at once
            raise Refused(409, "parts_missing", parts=[ref.part]) from error
        except EnvelopeError as error:
            raise Refused(422, "attachment_differs", f"{ref.part}: {error.code}") from error
        if len(plain) != ref.size_bytes or hashlib.sha256(plain).hexdigest() != ref.sha256:
            raise Refused(422, "attachment_differs", ref.part)
        self.objects.put(plain)


def _signed(envelope: Envelope, key: PublicKey) -> bool:
    try:
        verify(envelope, key.raw, algorithm=key.algorithm)
    except EnvelopeError:
        return False
    return True


def _part_signature(authorization: str) -> tuple[str, bytes]:
    try:
        return parse_part_authorization(authorization)
    except EnvelopeError as error:
        raise Refused(401, "signature_missing") from error


def _part_refs(message: Message) -> tuple[PartRef, ...]:
    return message.part_refs() if isinstance(message, Submission | Supplement) else ()


def _kind(service: str) -> type[Message]:
    """Return what an envelope holds whose header says this."""
    return Supplement if supplemented_item(service) else _OTHERS.get(service, Submission)


def _service(message: Message, header: Header) -> str:
    """Return what the header of this message has to say."""
    match message:
        case Submission(item=item):
            return item
        case Supplement(item=item):
            return supplement_service(item)
    return header.service
