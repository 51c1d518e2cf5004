"""The platform's receipt: its word that it holds a submission, signed. `docs/FORMAT.md` is its description.

Knows: its fields, its signature, and which submission it must speak of. Pure; the platform shares this module. Does not
know: envelopes, or who waits for it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from offline_queue.errors import EnvelopeError
from offline_queue.signatures import Algorithm, holds
from offline_queue.strict import DIGEST, ID, KIOSK, MAX_SEQ, canonical, integer, json_object, text

VERSION = 1
Sign = Callable[[bytes], bytes]
"""sign(message) -> 64-byte Ed25519 signature of the platform."""

_DOMAIN = b"civic-kiosk platform receipt v1\n"
_SIGNATURE = re.compile(r"[0-9a-f]{128}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform's word that it holds a submission, envelope and every part, on stable storage."""

    kiosk: str
    seq: int
    id: str
    sha256: str
    """Of the envelope's blob, hex."""
    received_at: dt.datetime
    """The platform's clock, UTC, whole seconds."""
    contiguous: int
    """The highest sequence number below which nothing of this terminal is missing."""


def sign_receipt(receipt: Receipt, sign: Sign) -> bytes:
    """Return the receipt as JSON bytes with the platform's Ed25519 signature inside."""
    fields = _fields(receipt)
    return canonical({**fields, "signature": sign(_DOMAIN + canonical(fields)).hex()})


def verify_receipt(
    data: bytes, platform_public_key: bytes, *, kiosk: str, seq: int, submission_id: str, sha256: str
) -> Receipt:
    """Return the receipt if the platform signed it and it speaks of exactly this submission.

    Raises `EnvelopeError`: receipt.malformed, receipt.signature, receipt.other (of another kiosk, seq, id or digest).
    """
    fields = json_object(data, "receipt.malformed")
    signature = fields.pop("signature", None)
    if not isinstance(signature, str) or _SIGNATURE.fullmatch(signature) is None:
        raise EnvelopeError("receipt.malformed", "signature")
    if fields.keys() != {"v", "kiosk", "seq", "id", "sha256", "received_at", "contiguous"} or fields["v"] != VERSION:
        raise EnvelopeError("receipt.malformed", "fields")
    receipt = Receipt(
        kiosk=text(fields["kiosk"], KIOSK, "receipt.malformed"),
        seq=integer(fields["seq"], 0, MAX_SEQ, "receipt.malformed"),
        id=text(fields["id"], ID, "receipt.malformed"),
        sha256=text(fields["sha256"], DIGEST, "receipt.malformed"),
        received_at=_time(text(fields["received_at"], _TIME, "receipt.malformed")),
        contiguous=integer(fields["contiguous"], 0, MAX_SEQ, "receipt.malformed"),
    )
    message = _DOMAIN + canonical(_fields(receipt))
    if not holds(Algorithm.ED25519, platform_public_key, bytes.fromhex(signature), message):
        raise EnvelopeError("receipt.signature")
    if (receipt.kiosk, receipt.seq, receipt.id, receipt.sha256) != (kiosk, seq, submission_id, sha256):
        raise EnvelopeError("receipt.other", receipt.id)
    return receipt


def _fields(receipt: Receipt) -> dict[str, Any]:
    return {
        "v": VERSION,
        "kiosk": receipt.kiosk,
        "seq": receipt.seq,
        "id": receipt.id,
        "sha256": receipt.sha256,
        "received_at": receipt.received_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "contiguous": receipt.contiguous,
    }


def _time(text: str) -> dt.datetime:
    try:
        return dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.UTC)
    except ValueError as error:
        raise EnvelopeError("receipt.malformed", "received_at") from error
