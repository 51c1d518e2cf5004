"""Whose signature holds: the two algorithms that a terminal's key may have.

Knows: Ed25519 and ECDSA P-256 as 64 fixed bytes each. Pure, shared with the platform. Does not know: private keys, who
guards them, or what is signed. Which algorithm counts is said by whoever enrolled the key, never by what was signed.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

SIGNATURE_BYTES = 64
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Algorithm(enum.StrEnum):
    """How a key signs. A TPM 2.0 has no Ed25519, so a key that lives in one signs with the second."""

    ED25519 = "ed25519"
    """RFC 8032; the public key is 32 raw bytes."""
    ECDSA_P256 = "ecdsa-p256"
    """FIPS 186-5 over SHA-256; r and s, 32 bytes each, s in the lower half; the key is X9.62 uncompressed, 65 bytes."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A terminal's key as it was enrolled."""

    algorithm: Algorithm
    raw: bytes

    def holds(self, signature: bytes, message: bytes) -> bool:
        """Say whether `signature` is this key's over `message`."""
        return holds(self.algorithm, self.raw, signature, message)

    @property
    def usable(self) -> bool:
        """Say whether the bytes are a key of this algorithm at all."""
        try:
            _load(self.algorithm, self.raw)
        except ValueError:
            return False
        return True


def holds(algorithm: Algorithm, public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether `signature` (64 bytes) is that of `message` by `public_key`. False for anything malformed."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    try:
        key = _load(algorithm, public_key)
        if isinstance(key, Ed25519PublicKey):
            key.verify(signature, message)
        else:
            r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            if s > _P256_ORDER // 2:
                return False  # one signature, one spelling: nobody can make a second one from it
            key.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def fixed_ecdsa(der: bytes) -> bytes:
    """Return a DER-encoded P-256 signature in its fixed form, s in the lower half. ValueError for anything else."""
    r, s = decode_dss_signature(der)
    return r.to_bytes(32, "big") + min(s, _P256_ORDER - s).to_bytes(32, "big")


def _load(algorithm: Algorithm, raw: bytes) -> Ed25519PublicKey | ec.EllipticCurvePublicKey:
    match algorithm:
        case Algorithm.ED25519:
            return Ed25519PublicKey.from_public_bytes(raw)
        case Algorithm.ECDSA_P256:
            if len(raw) != 65:
                raise ValueError("not an uncompressed point")
            return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
