"""What is signed over what between a terminal and the city, and the one spelling in which it is.

Knows: bytes, hashes, signatures; both sides import this one module. Does not know: the messages' shapes.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import json
import unicodedata

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import JsonValue

from offline_queue.signatures import PublicKey


def canonical_json(value: JsonValue) -> bytes:
    """Return the one spelling of `value` that is signed: sorted keys, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def utc_text(when: dt.datetime) -> str:
    """Return an aware time as `2026-11-23T08:00:00Z`."""
    return when.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def subject_hash(name: str, number: str) -> str:
    """Return the hash by which a certificate names its subject: SHA-256, hex.

    Both sides normalise alike (NFKC, no white space, upper case): one name comes from a card, the other from a register.
    """
    return hashlib.sha256(f"civic-kiosk subject v1\n{_flat(name)}\n{_flat(number)}".encode()).hexdigest()


def _flat(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


def request_to_sign(method: str, path: str, time: str, nonce: str, body: bytes) -> bytes:
    """Return what the device key signs over a request; `path` as on the wire, with its query if any."""
    return f"civic-kiosk request v1\n{method}\n{path}\n{time}\n{nonce}\n{hashlib.sha256(body).hexdigest()}".encode()


def enrolment_to_sign(
    code: str, device_public_key: str, nonce: str, algorithm: str = "ed25519", custody: str = "software"
) -> bytes:
    """Return what a new device key signs to prove that it is held by whoever typed the code."""
    return f"civic-kiosk enrol v2\n{code}\n{algorithm}\n{custody}\n{device_public_key}\n{nonce}".encode()


def certificate_statement_to_sign(statement: str) -> bytes:
    """Return what the platform key signs over the statement of a certificate."""
    return f"civic-kiosk certificate v1\n{statement}".encode()


def certificate_mark_to_sign(short_id: str, licence_id: str, issued_on: str, valid_to: str, digest: bytes) -> bytes:
    """Return what the platform key signs for the QR code on the paper.

    The code stands inside the file, so it cannot cover the file's own hash: `digest` is the first 16 bytes of the SHA-256
    of what the certificate says. The rest is printed beside it, so that a stranger can check the paper without a line.
    """
    return f"civic-kiosk mark v1\n{short_id}\n{licence_id}\n{issued_on}\n{valid_to}\n{digest.hex()}".encode()


def signature_holds(public_key: bytes, signature_b64: str, message: bytes) -> bool:
    """Say whether `signature_b64` is an Ed25519 signature of `message` by `public_key` (32 bytes)."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(base64.b64decode(signature_b64, validate=True), message)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def signed_by(key: PublicKey, signature_b64: str, message: bytes) -> bool:
    """Say whether `signature_b64` is the signature of `message` by an enrolled terminal's `key`, by that key's algorithm."""
    try:
        return key.holds(base64.b64decode(signature_b64, validate=True), message)
    except binascii.Error:
        return False
