"""The client certificate that this terminal shows to the platform: asked for at enrolment, renewed long before it is over.

Knows: one file with key and certificate, when it is due. Does not know: who else uses the line, or what is sent with it.

The request is signed with the device key, so a terminal whose certificate ran out in the dark comes back by itself.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kiosk.city.client import PlatformRejected, PlatformUnreachable
from kiosk.city.messages import TlsAnswer

_LOG = logging.getLogger("kiosk.tls")
_RENEW_AT = 0.5
"""Of its life: what is left must outlast a line that is down for two weeks."""


class Certifies(Protocol):
    """The city, as far as it is needed here."""

    def tls_certificate(self, request: str) -> TlsAnswer:
        """Certify the key of a PEM request."""
        ...


def path(state_dir: Path) -> Path:
    """Return where certificate and key lie, one after the other."""
    return state_dir / "tls.pem"


def due(state_dir: Path, now: dt.datetime) -> bool:
    """Say whether there is no certificate, or half of its life has gone, or it cannot be read."""
    try:
        certificate = x509.load_pem_x509_certificate(path(state_dir).read_bytes())
    except (OSError, ValueError):
        return True
    begun, over = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return not begun <= now < begun + (over - begun) * _RENEW_AT


def renew(state_dir: Path, city: Certifies) -> None:
    """Have a fresh key certified, and keep both, whole or not at all. Raises the platform's two exceptions."""
    key = ec.generate_private_key(ec.SECP256R1())
    # The platform writes the name itself, whatever stands here.
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "terminal")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    answer = city.tls_certificate(request.public_bytes(serialization.Encoding.PEM).decode())
    try:
        certified = x509.load_pem_x509_certificate(answer.certificate.encode()).public_key()
    except ValueError as error:
        raise PlatformRejected("bad_tls_certificate") from error
    if certified != key.public_key():
        raise PlatformRejected("bad_tls_certificate", "another key")
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    _keep(path(state_dir), answer.certificate.encode() + pem)


def upkeep(state_dir: Path, city: Certifies, now: dt.datetime, *, refused: bool = False) -> None:
    """Renew when due, or when the city `refused` what we have: our clock may be slow, its authority may be a new one.

    A city that does not answer is asked again next time; nothing else may stop because of it.
    """
    if not (refused or due(state_dir, now)):
        return
    try:
        renew(state_dir, city)
        _LOG.info("client certificate renewed")
    except PlatformUnreachable as error:
        _LOG.info("client certificate not renewed: %s", error.reason.value)
    except PlatformRejected as error:
        _LOG.warning("client certificate refused: %s", error.code)


def _keep(target: Path, data: bytes) -> None:
    draft = target.with_suffix(".new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(target)
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
