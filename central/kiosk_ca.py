"""The small authority that gives terminals their client certificates for TLS.

Knows: its key, how long a certificate holds, what stands in one. Does not know: who may have one (`signed` admits by the
device key), connections (`peer`). A ministry's own authority can stand here: a request comes in, a certificate goes out.

Thirty days, not one: a terminal that was dark for weeks renews with its device key, which never expires, and whoever only
had the line cut must still come back without help.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from central.refusals import Refused

LIFETIME = dt.timedelta(days=30)
_BACKDATED = dt.timedelta(days=1)
"""A terminal's clock may be behind."""


@dataclass(frozen=True, slots=True, repr=False)
class KioskCa:
    """The authority."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def load(cls, key: Path, certificate: Path) -> KioskCa:
        """Read the authority. Raises OSError, ValueError."""
        private = serialization.load_pem_private_key(key.read_bytes(), password=None)
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise ValueError("not an EC key")
        return cls(private, x509.load_pem_x509_certificate(certificate.read_bytes()))

    def issue(self, request: str, kiosk: str, now: dt.datetime) -> str:
        """Certify the key of a PEM request for terminal `kiosk`, whatever name the request asks for; return the PEM.

        Refuses 422 `bad_tls_request`.
        """
        try:
            asked = x509.load_pem_x509_csr(request.encode())
            key = asked.public_key()
            good = isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
            if not good or not asked.is_signature_valid:
                raise Refused(422, "bad_tls_request", "key")
        except (ValueError, UnsupportedAlgorithm) as error:
            raise Refused(422, "bad_tls_request") from error
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)  # it signs, and nothing else
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, kiosk)]))
            .issuer_name(self.certificate.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _BACKDATED)
            .not_valid_after(now + LIFETIME)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .add_extension(authority, critical=False)
            .sign(self.key, hashes.SHA256())
        )
        return certificate.public_bytes(serialization.Encoding.PEM).decode()
