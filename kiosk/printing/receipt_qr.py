"""The receipt's QR code: what was handed in, signed by the terminal.

Any window can check it with the terminal's public key, even if the terminal never comes back. It holds no personal data.

Format: `KFR1.` + base64url(canonical JSON) + `.` + base64url(the device key's signature over the domain line and the JSON).
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass

from offline_queue.signatures import Algorithm, holds

_PREFIX = "KFR1"
_DOMAIN = b"civic-kiosk receipt v1\n"
_MAX_CHARS = 1024


class ReceiptQrError(Exception):
    """The text is not a receipt of ours, or its signature is not the terminal's. `code` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class ReceiptClaim:
    """What the terminal vouches for."""

    code: str
    item: str
    submitted_at: dt.datetime
    digest: str
    """SHA-256 of the sealed envelope, hex: ties the paper to the bytes that the city received."""


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _b64(data) != text:  # Python skips what is not base64; one receipt has one spelling
        raise ValueError("spelling")
    return data


def make(claim: ReceiptClaim, sign: Callable[[bytes], bytes]) -> str:
    """Return the QR code's text."""
    stamp = claim.submitted_at.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    fields = {"c": claim.code, "d": claim.digest, "i": claim.item, "t": stamp}
    body = json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
    return f"{_PREFIX}.{_b64(body)}.{_b64(sign(_DOMAIN + body))}"


def verify(text: str, public_key: bytes, *, algorithm: Algorithm = Algorithm.ED25519) -> ReceiptClaim:
    """Check `text` against the terminal's public key by the algorithm it was enrolled with. Raises `ReceiptQrError`."""
    parts = text.split(".")
    if len(text) > _MAX_CHARS or len(parts) != 3 or parts[0] != _PREFIX:
        raise ReceiptQrError("receipt_qr.not_ours")
    try:
        body, signature = _unb64(parts[1]), _unb64(parts[2])
    except (binascii.Error, ValueError) as error:
        raise ReceiptQrError("receipt_qr.garbled") from error
    if not holds(algorithm, public_key, signature, _DOMAIN + body):
        raise ReceiptQrError("receipt_qr.signature")
    try:
        fields = json.loads(body)
        stamp = dt.datetime.strptime(fields["t"], "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
        return ReceiptClaim(code=fields["c"], item=fields["i"], submitted_at=stamp, digest=fields["d"])
    except (ValueError, KeyError, TypeError) as error:
        raise ReceiptQrError("receipt_qr.garbled") from error
