"""Invented staff cards for emulators and tests.

Knows: two members of staff who do not exist, and their worthless keys. Does not know: readers, sockets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from devices.smart_card.staff_card import SIGNATURE_BYTES, StaffRecord

_SEED = 20261123


@dataclass(frozen=True, slots=True)
class SampleStaffCard:
    """A staff card with its private key, which a real one would never give away."""

    staff_id: str
    name: str
    role: str
    private_key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def public_key(self) -> bytes:
        """X9.62 uncompressed, 65 bytes."""
        return self.private_key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )

    @property
    def record(self) -> StaffRecord:
        """What the card's record says."""
        return StaffRecord(self.staff_id, self.name, self.role, self.public_key)

    def sign(self, challenge: bytes) -> bytes:
        """Sign as the card does: r || s."""
        half = SIGNATURE_BYTES // 2
        r, s = decode_dss_signature(self.private_key.sign(challenge, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(half, "big") + s.to_bytes(half, "big")


def _sample(number: int, name: str, role: str) -> SampleStaffCard:
    key = ec.derive_private_key(_SEED * 1000 + number, ec.SECP256R1())
    return SampleStaffCard(f"S{number:04d}", name, role, key)


SAMPLE_STAFF: Mapping[str, SampleStaffCard] = {
    card.staff_id: card for card in (_sample(1, "测试站务员", "keeper"), _sample(2, "测试维护员", "technician"))
}
"""By staff number: S0001 keeps the lobby, S0002 repairs."""
