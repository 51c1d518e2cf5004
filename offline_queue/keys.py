"""The terminal's signing key and who guards it: a plain file, a sealed file; the TPM has a module of its own (`tpm`).

Knows: Ed25519, key files, and how each of them is opened. Does not know: enrolment, or what is signed. A key in a file is a
file: its custody says so, and nothing ever falls back from one custody to another.
"""

from __future__ import annotations

import base64
import enum
import json
import os
import secrets
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from offline_queue.durable import sync_directory
from offline_queue.errors import CustodyError
from offline_queue.signatures import Algorithm, PublicKey

CREDENTIAL = "civic-kiosk-device-key"
"""The name that binds a systemd credential to its use."""
_CREDS_DEADLINE_S = 30.0
_MAX_FILE_BYTES = 64 * 1024
_SCRYPT = {"n": 2**17, "r": 8, "p": 1}
"""128 MiB and some tenths of a second for each guess (RFC 7914)."""
_MIN_PASSPHRASE_BYTES = 12
_SEALED_DOMAIN = b"civic-kiosk device key v1\n"


class Custody(enum.StrEnum):
    """Where the private key lives, from the weakest."""

    SOFTWARE = "software"
    """A file that root, and whoever takes the disk, can copy."""
    PASSPHRASE = "passphrase"  # noqa: S105 - the name of a custody
    """A file sealed by a passphrase: as good as the passphrase and the place that it is kept in."""
    SYSTEMD_CREDS = "systemd-creds"
    """A file sealed by systemd to this machine: by its TPM, or else by a host key on the same disk."""
    TPM = "tpm"
    """Made in the TPM and never outside of it: root can use it while the machine runs, nobody can copy it."""


class DeviceKey(Protocol):
    """A key that can sign."""

    @property
    def custody(self) -> Custody:
        """Who guards the key."""
        ...

    @property
    def public(self) -> PublicKey:
        """The public key with its algorithm."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature. Raises `CustodyError` when the guardian does not answer."""
        ...


class _FileKey:
    """An Ed25519 key that was read from some file into this process."""

    custody: Custody

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public_bytes = private.public_key().public_bytes_raw()
        self.public = PublicKey(Algorithm.ED25519, self.public_bytes)

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature."""
        return self._private.sign(message)


class SoftwareDeviceKey(_FileKey):
    """A key in a file (PKCS#8 PEM, mode 0600)."""

    custody = Custody.SOFTWARE

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a new key, durable and whole before its name exists. Raises `CustodyError`: key.exists, key.unwritable."""
        private = Ed25519PrivateKey.generate()
        write_new(path, _pem(private))
        return cls(private)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the key. Raises `CustodyError`: key.missing, key.readable_by_others, key.unreadable, key.damaged."""
        return cls(_private(read_private(path), path))


class PassphraseDeviceKey(_FileKey):
    """A key in a file that a passphrase opens: scrypt, then AES-256-GCM."""

    custody = Custody.PASSPHRASE

    @classmethod
    def create(cls, path: Path, passphrase: bytes) -> Self:
        """Make a new key. Raises `CustodyError`: key.passphrase_short, key.exists, key.unwritable."""
        if len(passphrase) < _MIN_PASSPHRASE_BYTES:
            raise CustodyError("key.passphrase_short", str(len(passphrase)))
        private, salt, nonce = Ed25519PrivateKey.generate(), os.urandom(16), os.urandom(12)
        sealed = AESGCM(_stretched(passphrase, salt)).encrypt(nonce, _pem(private), _SEALED_DOMAIN)
        fields = {"v": 1, "salt": _b64(salt), "nonce": _b64(nonce), "sealed": _b64(sealed)}
        write_new(path, json.dumps(fields).encode())
        return cls(private)

    @classmethod
    def load(cls, path: Path, passphrase: bytes) -> Self:
        """Open the key. Raises `CustodyError` as a plain file does, and key.passphrase_wrong."""
        data = read_private(path)
        try:
            fields = json.loads(data)
            salt, nonce, sealed = (base64.b64decode(fields[name], validate=True) for name in ("salt", "nonce", "sealed"))
            pem = AESGCM(_stretched(passphrase, salt)).decrypt(nonce, sealed, _SEALED_DOMAIN)
        except InvalidTag as error:
            raise CustodyError("key.passphrase_wrong", str(path)) from error
        except (ValueError, KeyError, TypeError) as error:
            raise CustodyError("key.damaged", str(path)) from error
        return cls(_private(pem, path))


class SystemdCredsDeviceKey(_FileKey):
    """A key in a file that systemd sealed to this machine (`systemd-creds`).

    A service gets it opened, in memory, from `LoadCredentialEncrypted=`; a technician with root opens the file itself.
    """

    custody = Custody.SYSTEMD_CREDS

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a new key and have systemd seal it. Raises `CustodyError`: key.creds_failed, key.exists, key.unwritable."""
        private = Ed25519PrivateKey.generate()
        write_new(path, _systemd_creds("encrypt", _pem(private), "-", "-"))
        return cls(private)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Take what systemd opened for this service, or have it opened. Raises `CustodyError` as the other files do."""
        handed = os.environ.get("CREDENTIALS_DIRECTORY")
        if handed is not None:
            opened = Path(handed) / CREDENTIAL
            return cls(_private(read_private(opened), opened))
        return cls(_private(_systemd_creds("decrypt", read_private(path), "-", "-"), path))


def passphrase_from(path: Path) -> bytes:
    """Read the passphrase that stands in a file of its own, on a medium of its own. Raises `CustodyError`."""
    return read_private(path).strip()


def write_new(path: Path, data: bytes) -> None:
    """Write a file of mode 0600, durable and whole before its name exists; never over one that is there.

    Raises `CustodyError`: key.exists, key.unwritable.
    """
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)  # unlike a rename it never replaces a key that is there
        finally:
            draft.unlink()
        sync_directory(path.parent)
    except FileExistsError as error:
        raise CustodyError("key.exists", str(path)) from error
    except OSError as error:
        raise CustodyError("key.unwritable", f"{path}: {error.strerror}") from error


def read_private(path: Path) -> bytes:
    """Read a small file that nobody else may read. Raises `CustodyError`: missing, readable_by_others, unreadable."""
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise CustodyError("key.readable_by_others", str(path))
            return file.read(_MAX_FILE_BYTES)
    except FileNotFoundError as error:
        raise CustodyError("key.missing", str(path)) from error
    except OSError as error:
        raise CustodyError("key.unreadable", f"{path}: {error.strerror}") from error


def _pem(private: Ed25519PrivateKey) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _private(pem: bytes, path: Path) -> Ed25519PrivateKey:
    try:
        private = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise CustodyError("key.damaged", str(path)) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise CustodyError("key.damaged", f"{path}: not Ed25519")
    return private


def _stretched(passphrase: bytes, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, **_SCRYPT).derive(passphrase)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _systemd_creds(verb: str, data: bytes, *files: str) -> bytes:
    return guarded(
        ["systemd-creds", f"--name={CREDENTIAL}", verb, *files], data, code="key.creds_failed", deadline_s=_CREDS_DEADLINE_S
    )


def guarded(
    command: list[str], data: bytes, *, code: str, deadline_s: float, explain: Callable[[str], str] = lambda _said: ""
) -> bytes:
    """Have a guardian of keys do something; return what it wrote.

    `explain` may turn what it complained of into a better code. Raises `CustodyError`: `code`, or key.guardian_missing when
    the program is not installed, or key.guardian_silent after `deadline_s`.
    """
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=deadline_s, check=False)
    except FileNotFoundError as error:
        raise CustodyError("key.guardian_missing", command[0]) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CustodyError("key.guardian_silent", f"{command[0]}: {type(error).__name__}") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace")
        raise CustodyError(explain(said) or code, f"{command[0]}: {said.strip()[-200:]}")
    return done.stdout
