"""Whether a case, and what was brought for it later, still is what its terminal signed: shown from the record and the opened
attachments, without sealed parts.

Knows: the envelope names each sealed part by its digest and is signed; sealing the attachment again with the key that the
envelope holds must give that digest. Does not know: whether the platform's own keys were stolen.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from central.db import Reader
from central.keys import load
from central.parts import ObjectStore
from central.refusals import Refused
from central.settings import Settings
from central.tables import attachments, cases, device_keys, submissions, supplements
from kiosk.city.sealed import Supplement
from kiosk.city.signing import utc_text
from offline_queue.envelope import Envelope, PartSealer, open_form, parse, unwrap, verify
from offline_queue.errors import EnvelopeError
from offline_queue.signatures import Algorithm, PublicKey


@dataclass(frozen=True, slots=True)
class Evidence:
    """What can be shown of one case, or of one supplement to it."""

    submission_id: str
    kiosk: str
    seq: int
    received_at: str
    signed: bool
    """A key of the terminal signed the envelope, which is the one that the receipt speaks of."""
    opens: bool
    """The form in it can be opened, and is authentic."""
    attachments: dict[str, str]
    """Part -> `same`, or why it is not shown to be what was signed: `missing`, `damaged`, `differs`."""

    @property
    def holds(self) -> bool:
        """Everything is as it was signed."""
        return self.signed and self.opens and set(self.attachments.values()) <= {"same"}

    def fields(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self) | {"holds": self.holds}


def evidence(settings: Settings, code: str) -> list[Evidence]:
    """Return what can be shown of each case of this code, then of each supplement to one of them. Raises `StateError`."""
    private = load(settings).seal.private_bytes_raw()
    store = ObjectStore(settings.store_dir)
    record = Reader(settings.record)
    try:
        with record.reading() as connection:
            rows = connection.execute(
                select(submissions, cases.c.id.label("case_id"))
                .join(cases, cases.c.submission_id == submissions.c.id)
                .where(cases.c.code == code)
                .order_by(cases.c.id)
            ).all()
            case_ids = [row.case_id for row in rows]
            brought = connection.execute(
                select(submissions)
                .join(supplements, supplements.c.submission_id == submissions.c.id)
                .where(supplements.c.case_id.in_(case_ids))
                .order_by(supplements.c.received_at)
            ).all()
            keys = connection.execute(select(device_keys)).all()
            files = connection.execute(select(attachments).where(attachments.c.case_id.in_(case_ids))).all()
    finally:
        record.close()
    found = []
    for row in (*rows, *brought):
        envelope = parse(row.envelope)
        theirs = [PublicKey(Algorithm(key.algorithm), key.public_key) for key in keys if key.kiosk == row.kiosk]
        if row in brought:
            opened = _named(envelope, private)
        else:
            opened = {file.part: file.sha256 for file in files if file.case_id == row.case_id}
        found.append(
            Evidence(
                submission_id=row.id,
                kiosk=row.kiosk,
                seq=row.seq,
                received_at=utc_text(row.received_at),
                signed=envelope.sha256 == row.sha256 and any(_signed(envelope, key) for key in theirs),
                opens=_opens(envelope, private),
                attachments=_attachments(envelope, private, store, opened),
            )
        )
    return found


def _named(envelope: Envelope, private: bytes) -> dict[str, str]:
    """Return what a supplement's own form says of its parts: the record files them under its materials."""
    try:
        form = open_form(envelope, private)
    except EnvelopeError:
        return {}
    return {ref.part: ref.sha256 for ref in Supplement.from_bytes(form).part_refs()}


def _signed(envelope: Envelope, key: PublicKey) -> bool:
    try:
        verify(envelope, key.raw, algorithm=key.algorithm)
    except EnvelopeError:
        return False
    return True


def _opens(envelope: Envelope, private: bytes) -> bool:
    try:
        open_form(envelope, private)
    except EnvelopeError:
        return False
    return True


def _attachments(envelope: Envelope, private: bytes, store: ObjectStore, opened: dict[str, str]) -> dict[str, str]:
    try:
        key = unwrap(envelope, private)
    except EnvelopeError:
        return {part.id: "differs" for part in envelope.header.parts}
    found = {}
    for part in envelope.header.parts:
        try:
            plain = store.get(opened.get(part.id, ""))
        except Refused as refused:
            found[part.id] = "missing" if refused.status == 404 else "damaged"
            continue
        sealer = PartSealer(key, envelope.header.id, part.id)
        sealer.update(plain)
        sealer.finish()
        found[part.id] = "same" if sealer.info(part.media_type).sha256 == part.sha256 else "differs"
    return found
