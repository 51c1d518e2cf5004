"""Two algorithms, one form of signature, and never the wrong one."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from offline_queue.signatures import Algorithm, PublicKey, fixed_ecdsa, holds

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
MESSAGE = b"message"


def p256() -> tuple[ec.EllipticCurvePrivateKey, PublicKey]:
    private = ec.derive_private_key(7, ec.SECP256R1())
    raw = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return private, PublicKey(Algorithm.ECDSA_P256, raw)


def test_both_algorithms_verify_their_own() -> None:
    """A signature should hold for its message and its key alone."""
    edwards = Ed25519PrivateKey.from_private_bytes(b"d" * 32)
    first = PublicKey(Algorithm.ED25519, edwards.public_key().public_bytes_raw())
    assert first.holds(edwards.sign(MESSAGE), MESSAGE)
    assert not first.holds(edwards.sign(MESSAGE), b"another")
    private, second = p256()
    fixed = fixed_ecdsa(private.sign(MESSAGE, ec.ECDSA(SHA256())))
    assert second.holds(fixed, MESSAGE)
    assert not second.holds(fixed, b"another")
    assert not first.holds(fixed, MESSAGE)
    assert not second.holds(edwards.sign(MESSAGE), MESSAGE)


def test_one_signature_has_one_spelling() -> None:
    """The twin of an ECDSA signature (r, n - s), which anybody can make, should be refused."""
    private, key = p256()
    fixed = fixed_ecdsa(private.sign(MESSAGE, ec.ECDSA(SHA256())))
    r, s = int.from_bytes(fixed[:32], "big"), int.from_bytes(fixed[32:], "big")
    assert fixed_ecdsa(encode_dss_signature(r, ORDER - s)) == fixed
    assert not key.holds(r.to_bytes(32, "big") + (ORDER - s).to_bytes(32, "big"), MESSAGE)


@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize("raw", [b"", b"x" * 32, b"\x04" + b"x" * 64, b"\x02" + b"\x01" * 32, b"\x00"])
def test_malformed_keys_and_signatures_hold_nothing(algorithm: Algorithm, raw: bytes) -> None:
    """Whatever is no key or no signature should be answered with no, never with an exception."""
    for signature in (b"", b"s" * 63, b"s" * 64, b"\x00" * 64, b"\xff" * 64, b"s" * 65):
        assert not holds(algorithm, raw, signature, MESSAGE)
    if algorithm is Algorithm.ECDSA_P256:
        assert not PublicKey(algorithm, raw).usable


def test_a_compressed_point_is_not_taken() -> None:
    """One key should have one spelling, too."""
    private, key = p256()
    assert key.usable
    small = private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    assert not PublicKey(Algorithm.ECDSA_P256, small).usable
    r, s = decode_dss_signature(private.sign(MESSAGE, ec.ECDSA(SHA256())))
    assert len(fixed_ecdsa(encode_dss_signature(r, s))) == 64
