"""The terminal's signing key and who guards it.

Knows: Ed25519, one key file. Does not know: enrolment, or what is signed. A key in a file is a file: its custody says so,
and nothing ever falls back from a better custody to a worse one by itself.
"""

from __future__ import annotations

import enum
import os
import secrets
import stat
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from offline_queue.durable import sync_directory
from offline_queue.errors import QueueError


class Custody(enum.StrEnum):
    """Where the private key lives."""

    SOFTWARE = "software"
    """A file that root, and whoever takes the disk, can copy."""


class DeviceKey(Protocol):
    """A key that can sign."""

    @property
    def custody(self) -> Custody:
        """Who guards the key."""
        ...

    @property
    def public_bytes(self) -> bytes:
        """The 32 raw bytes of the Ed25519 public key."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature."""
        ...


class SoftwareDeviceKey:
    """A key in a file (PKCS#8 PEM, mode 0600)."""

    custody = Custody.SOFTWARE

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public_bytes = private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature."""
        return self._private.sign(message)

    @classmethod
    def create(cls, path: Path) -> SoftwareDeviceKey:
        """Make a new key, durable and whole before its name exists. Raises `QueueError`: key.exists, key.unwritable."""
        private = Ed25519PrivateKey.generate()
        draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
                file.flush()
                os.fsync(file.fileno())
            try:
                path.hardlink_to(draft)  # unlike a rename it never replaces a key that is there
            finally:
                draft.unlink()
            sync_directory(path.parent)
        except FileExistsError as error:
            raise QueueError("key.exists", str(path)) from error
        except OSError as error:
            raise QueueError("key.unwritable", str(error.strerror)) from error
        return cls(private)

    @classmethod
    def load(cls, path: Path) -> SoftwareDeviceKey:
        """Read the key. Raises `QueueError`: key.missing, key.readable_by_others, key.damaged."""
        try:
            with path.open("rb") as file:
                if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                    raise QueueError("key.readable_by_others", str(path))
                private = load_pem_private_key(file.read(4096), password=None)
        except FileNotFoundError as error:
            raise QueueError("key.missing", str(path)) from error
        except OSError as error:
            raise QueueError("key.unreadable", str(error.strerror)) from error
        except (ValueError, TypeError) as error:
            raise QueueError("key.damaged", str(path)) from error
        if not isinstance(private, Ed25519PrivateKey):
            raise QueueError("key.damaged", "not Ed25519")
        return cls(private)
