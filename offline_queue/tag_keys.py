"""The key under which persons are tagged, where there is no TPM: in memory only, so that no disk ever holds it.

Knows: the kernel's keyring, which outlives the screen's process and not the boot. Does not know: persons, or the outbox'
rows. A number of a person can be guessed; a key in a file would make the guess a matter of minutes, so it is in none.
"""

from __future__ import annotations

import ctypes
import enum
import hashlib
import hmac
import os
from pathlib import Path
from typing import Protocol

from offline_queue.errors import CustodyError
from offline_queue.locks import locked

_LIBRARY = "libkeyutils.so.1"
_PROCESS_KEYRING, _USER_KEYRING = -2, -4
_KEY_BYTES = 32
_LOCK_DEADLINE_S = 10.0


class TagCustody(enum.StrEnum):
    """How long a tag can be found again."""

    TPM = "tpm"
    """For as long as the TPM is this one."""
    KEYRING = "keyring"
    """Until the machine is switched off: a key in the kernel's memory."""


class TagKey(Protocol):
    """A key that tags."""

    @property
    def custody(self) -> TagCustody:
        """Where the key lives."""
        ...

    def tag(self, message: bytes) -> bytes:
        """Return 32 bytes that tell the same message again and nothing else. Raises `CustodyError`."""
        ...


class KeyringTagKey:
    """A random key in the user keyring of this service, made anew after each boot."""

    custody = TagCustody.KEYRING

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def open(cls, directory: Path) -> KeyringTagKey:
        """Find this boot's key for the store in `directory`, or make it. Raises `CustodyError`: key.no_keyring."""
        # Named by a hash: several terminals may run as one user, and the name is seen by everybody (/proc/keys).
        name = hashlib.sha256(os.fsencode(directory.resolve())).hexdigest()[:16]
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(directory / "tag.lock", exclusive=True, deadline_s=_LOCK_DEADLINE_S):
            return cls(_Keyring().find_or_add(f"civic-kiosk:tag:{name}".encode(), os.urandom(_KEY_BYTES)))

    def tag(self, message: bytes) -> bytes:
        """Return the HMAC-SHA256."""
        return hmac.digest(self._secret, message, "sha256")


class _Keyring:
    """The kernel's user keyring, through libkeyutils."""

    def __init__(self) -> None:
        try:
            self._library = ctypes.CDLL(_LIBRARY, use_errno=True)
        except OSError as error:
            raise CustodyError("key.no_keyring", _LIBRARY) from error
        for name in ("keyctl_link", "keyctl_search", "keyctl_read"):
            getattr(self._library, name).restype = ctypes.c_long
        self._library.add_key.restype = ctypes.c_int32
        # A service has a session keyring of its own, without the user's in it; a key is read by whoever possesses it, and
        # what hangs on the process' keyring is possessed.
        self._call("keyctl_link", _USER_KEYRING, _PROCESS_KEYRING)

    def find_or_add(self, name: bytes, fresh: bytes) -> bytes:
        """Return the payload of the key `name`; `fresh` becomes it where there is none."""
        ctypes.set_errno(0)
        found = self._library.keyctl_search(_USER_KEYRING, b"user", name, 0)
        if found < 0:
            found = self._call("add_key", b"user", name, fresh, ctypes.c_size_t(len(fresh)), _USER_KEYRING)
        buffer = ctypes.create_string_buffer(_KEY_BYTES)
        if self._call("keyctl_read", ctypes.c_int32(found), buffer, ctypes.c_size_t(_KEY_BYTES)) != _KEY_BYTES:
            raise CustodyError("key.no_keyring", "size")
        return buffer.raw

    def _call(self, name: str, *arguments: object) -> int:
        ctypes.set_errno(0)
        result = int(getattr(self._library, name)(*arguments))
        if result < 0:
            raise CustodyError("key.no_keyring", f"{name}: {os.strerror(ctypes.get_errno())}")
        return result
