"""The platform's keys and certificates: made once by `init`, read by `serve`.

Knows: the TLS authority (EC P-256) and server certificate, the authority of terminals' certificates, the sealing key
(X25519), the signing key (Ed25519), the test authority that signs certificates (PAdES), the staff password's hash. Does not
know: what is signed or sealed with them.
The signing authority is a test one; a real seal belongs to the city's seal platform.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import ipaddress
import json
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from central.files import make_private_dir, sync_dir, write_durably
from central.kiosk_ca import KioskCa
from central.settings import Settings

_DAY = dt.timedelta(days=1)
_SCRYPT_COST = {"n": 2**14, "r": 8, "p": 1}
STAFF_USER = "staff"


class StateError(Exception):
    """The state directory cannot be used. `code` is stable."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """Everything private that a serving platform holds."""

    seal: X25519PrivateKey
    sign: Ed25519PrivateKey
    code_secret: bytes
    """Keys the hashes of one-time codes: six digits alone would be found by trying."""
    staff_salt: bytes
    staff_hash: bytes
    kiosk_ca: KioskCa
    pdf_key: Path
    pdf_certificate: Path
    pdf_authority: Path

    @property
    def seal_public(self) -> bytes:
        """The X25519 public key, 32 bytes."""
        return self.seal.public_key().public_bytes_raw()

    @property
    def sign_public(self) -> bytes:
        """The Ed25519 public key, 32 bytes."""
        return self.sign.public_key().public_bytes_raw()

    def staff_password_holds(self, password: str) -> bool:
        """Say whether this is the staff password."""
        return hmac.compare_digest(_scrypt(password, self.staff_salt), self.staff_hash)


def key_id(public_key: bytes) -> str:
    """Return a key's name: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def init(settings: Settings, *, staff_password: str | None = None) -> str:
    """Make every key, certificate and the staff password, whole or not at all. Return the password.

    Raises `StateError` (`already_initialised`).
    """
    if settings.keys_dir.exists():
        raise StateError("already_initialised", str(settings.state_dir))
    password = staff_password or secrets.token_urlsafe(12)
    for directory in (settings.state_dir, settings.parts_dir, settings.store_dir, settings.codes_dir):
        make_private_dir(directory)
    fresh = settings.state_dir / f".keys.{secrets.token_hex(4)}"
    make_private_dir(fresh)
    try:
        now = settings.now()
        authority = _tls(fresh, now)
        _pdf_signer(fresh, now)
        _kiosk_authority(fresh, now)
        _put_key(fresh / "seal.key", X25519PrivateKey.generate())
        _put_key(fresh / "sign.key", Ed25519PrivateKey.generate())
        write_durably(fresh / "codes.secret", secrets.token_bytes(32))
        salt = secrets.token_bytes(16)
        staff = {"salt": salt.hex(), "hash": _scrypt(password, salt).hex()}
        write_durably(fresh / "staff.json", json.dumps(staff).encode())
        write_durably(settings.ca_file, authority, mode=0o644)
        fresh.rename(settings.keys_dir)
        sync_dir(settings.state_dir)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return password


def load(settings: Settings) -> Keys:
    """Read the keys. Raises `StateError` (`not_initialised`, `keys_readable_by_others`)."""
    directory = settings.keys_dir
    if not directory.is_dir():
        raise StateError("not_initialised", str(settings.state_dir))
    for path in directory.iterdir():
        if path.stat().st_mode & 0o077:
            raise StateError("keys_readable_by_others", str(path))
    try:
        staff = json.loads((directory / "staff.json").read_bytes())
        seal, sign = _get_key(directory / "seal.key"), _get_key(directory / "sign.key")
        if not isinstance(seal, X25519PrivateKey) or not isinstance(sign, Ed25519PrivateKey):
            raise StateError("keys_damaged", str(directory))
        return Keys(
            seal=seal,
            sign=sign,
            code_secret=(directory / "codes.secret").read_bytes(),
            staff_salt=bytes.fromhex(staff["salt"]),
            staff_hash=bytes.fromhex(staff["hash"]),
            kiosk_ca=KioskCa.load(directory / "kiosk-ca.key", directory / "kiosk-ca.pem"),
            pdf_key=directory / "pdf-signer.key",
            pdf_certificate=directory / "pdf-signer.pem",
            pdf_authority=directory / "pdf-ca.pem",
        )
    except (OSError, ValueError, KeyError) as error:
        raise StateError("keys_damaged", str(directory)) from error


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, dklen=32, **_SCRYPT_COST)


def _put_key(path: Path, key: PrivateKeyTypes) -> None:
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_durably(path, pem)


def _get_key(path: Path) -> PrivateKeyTypes:
    return serialization.load_pem_private_key(path.read_bytes(), password=None)


# --- certificates ----------------------------------------------------------------------------------------------------


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Civic Kiosk reference platform"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _usage(*, signs: bool, commits: bool = False, certifies: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=commits,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certifies,
        crl_sign=certifies,
        encipher_only=False,
        decipher_only=False,
    )


@dataclass(frozen=True, slots=True)
class _Authority:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: dt.datetime, days: int
) -> x509.CertificateBuilder:
    # Valid from the day before: a terminal's clock may be behind.
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + days * _DAY)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _authority(common_name: str, now: dt.datetime) -> _Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(common_name)
    certificate = (
        _builder(name, name, key, now, 3650)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=False, certifies=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return _Authority(key, certificate)


def _issue(
    authority: _Authority, common_name: str, now: dt.datetime, *extensions: tuple[x509.ExtensionType, bool]
) -> _Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.certificate.subject
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    builder = (
        _builder(_name(common_name), issuer, key, now, 730)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(identifier, critical=False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return _Authority(key, builder.sign(authority.key, hashes.SHA256()))


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _tls(directory: Path, now: dt.datetime) -> bytes:
    """Make the authority that terminals pin and the server's certificate; return the authority's PEM."""
    authority = _authority("Civic Kiosk platform CA", now)
    server = _issue(
        authority,
        "localhost",
        now,
        (_usage(signs=True), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (
            x509.SubjectAlternativeName(
                [
                    x509.DNSName("localhost"),
                    x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
                    x509.IPAddress(ipaddress.ip_address("::1")),
                ]
            ),
            False,
        ),
    )
    _put_key(directory / "ca.key", authority.key)
    _put_key(directory / "server.key", server.key)
    write_durably(directory / "server.pem", _pem(server.certificate))
    return _pem(authority.certificate)


def _pdf_signer(directory: Path, now: dt.datetime) -> None:
    authority = _authority("Civic Kiosk TEST document CA (no legal force)", now)
    signer = _issue(
        authority, "Civic Kiosk TEST document signer (no legal force)", now, (_usage(signs=True, commits=True), True)
    )
    _put_key(directory / "pdf-ca.key", authority.key)
    _put_key(directory / "pdf-signer.key", signer.key)
    write_durably(directory / "pdf-ca.pem", _pem(authority.certificate))
    write_durably(directory / "pdf-signer.pem", _pem(signer.certificate))


def _kiosk_authority(directory: Path, now: dt.datetime) -> None:
    authority = _authority("Civic Kiosk terminals CA", now)
    _put_key(directory / "kiosk-ca.key", authority.key)
    write_durably(directory / "kiosk-ca.pem", _pem(authority.certificate))


def umask_private() -> None:
    """Let files of this process be its owner's alone, whatever the shell said."""
    os.umask(0o077)
