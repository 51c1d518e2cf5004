"""Keys that are made in a TPM 2.0 and never leave it: the one that signs, and the one that tags persons.

Knows: `tpm2-tools`, one process for each command, with a deadline (a library call into a hung TPM could not be ended).
Does not know: what is signed or tagged. Beside the key lies a file with its two blobs, which only this TPM can use: with it
a handle that was cleared is filled again, and a TPM that is another one is noticed.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from offline_queue.errors import CustodyError
from offline_queue.keys import Custody, guarded, read_private, write_new
from offline_queue.signatures import Algorithm, PublicKey, fixed_ecdsa
from offline_queue.tag_keys import TagCustody

DEFAULT_TCTI = "device:/dev/tpmrm0"
"""The kernel's resource manager: several processes may use the TPM at once."""
COMMAND_DEADLINE_S = 20.0
"""A discrete TPM signs in 0.1 to 0.5 s; making a key takes some seconds on old ones."""
_TAG_BYTES = 32
_SIGNER = ("-G", "ecc256:ecdsa-sha256", "-a", "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign")
_TAGGER = ("-G", "hmac:sha256", "-a", "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign")


@dataclass(frozen=True, slots=True)
class Tpm:
    """One TPM, named by its TCTI."""

    tcti: str = DEFAULT_TCTI
    deadline_s: float = COMMAND_DEADLINE_S

    def run(self, tool: str, *arguments: str, data: bytes = b"") -> bytes:
        """Run one command. Raises `CustodyError`: key.tpm_failed, key.tpm_missing, key.guardian_*."""
        command = [tool, "-T", self.tcti, *arguments]
        return guarded(command, data, code="key.tpm_failed", deadline_s=self.deadline_s, explain=_explain)

    def flush(self) -> None:
        """Give back what the last command left in a TPM without a resource manager: it holds three objects."""
        self.run("tpm2_flushcontext", "-t")


def _explain(said: str) -> str:
    # Only these two are told apart: no such TPM, and a TPM that never made this key.
    if "Could not load tcti" in said or "Failed to instantiate TCTI" in said or "Failed to open" in said:
        return "key.tpm_missing"
    return "key.other_tpm" if "integrity check failed" in said else ""


class _TpmObject:
    """A key at a persistent handle of a TPM, and its blobs in a file."""

    def __init__(self, tpm: Tpm, handle: int, public_blob: bytes, private_blob: bytes) -> None:
        self._tpm = tpm
        self._handle = hex(handle)
        self._blobs = public_blob, private_blob
        self._lock = threading.Lock()
        # The name is the hash of the public area: what lies at the handle is this key or it is not.
        self._name = b"\x00\x0b" + hashlib.sha256(public_blob[2:]).digest()

    @classmethod
    def create_in(cls, tpm: Tpm, handle: int, path: Path, kind: tuple[str, ...]) -> Self:
        """Make a key in the TPM; its file is durable before the handle is filled. Raises `CustodyError`."""
        with tempfile.TemporaryDirectory() as folder:
            primary, public, private = (str(Path(folder) / name) for name in ("primary", "public", "private"))
            tpm.run("tpm2_createprimary", "-Q", "-C", "o", "-g", "sha256", "-G", "ecc", "-c", primary)
            tpm.flush()
            tpm.run("tpm2_create", "-Q", "-C", primary, *kind, "-u", public, "-r", private)
            tpm.flush()
            blobs = Path(public).read_bytes(), Path(private).read_bytes()
        fields = {"v": 1, "handle": hex(handle), "public": blobs[0].hex(), "private": blobs[1].hex()}
        write_new(path, json.dumps(fields).encode())
        made = cls(tpm, handle, *blobs)
        made.take_place()
        return made

    @classmethod
    def load_from(cls, tpm: Tpm, path: Path) -> Self:
        """Find the key that the file names. Raises `CustodyError`: missing, damaged, other_tpm, tpm_handle_taken, tpm_*."""
        try:
            fields = json.loads(read_private(path))
            loaded = cls(
                tpm, int(fields["handle"], 16), bytes.fromhex(fields["public"]), bytes.fromhex(fields["private"])
            )
        except (ValueError, KeyError, TypeError) as error:
            raise CustodyError("key.damaged", str(path)) from error
        loaded.take_place()
        return loaded

    def take_place(self) -> None:
        """See to it that the key lies at its handle."""
        tpm = self._tpm
        if self._handle in tpm.run("tpm2_getcap", "handles-persistent").decode():
            if tpm.run("tpm2_readpublic", "-Q", "-c", self._handle, "-n", "/dev/stdout") != self._name:
                raise CustodyError("key.tpm_handle_taken", self._handle)
            return
        with tempfile.TemporaryDirectory() as folder:
            primary, public, private, context = (Path(folder) / name for name in ("primary", "public", "private", "context"))
            public.write_bytes(self._blobs[0])
            private.write_bytes(self._blobs[1])
            tpm.run("tpm2_createprimary", "-Q", "-C", "o", "-g", "sha256", "-G", "ecc", "-c", str(primary))
            tpm.flush()
            tpm.run("tpm2_load", "-Q", "-C", str(primary), "-u", str(public), "-r", str(private), "-c", str(context))
            tpm.flush()
            tpm.run("tpm2_evictcontrol", "-Q", "-C", "o", "-c", str(context), self._handle)
            tpm.flush()

    def use(self, tool: str, *arguments: str, data: bytes = b"") -> bytes:
        """Run a command with this key, one at a time."""
        with self._lock:
            return self._tpm.run(tool, "-c", self._handle, *arguments, data=data)


class TpmDeviceKey:
    """The signing key, ECDSA P-256."""

    custody = Custody.TPM

    def __init__(self, key: _TpmObject) -> None:
        self._key = key
        pem = key.use("tpm2_readpublic", "-Q", "-f", "pem", "-o", "/dev/stdout")
        self.public = PublicKey(Algorithm.ECDSA_P256, _point(pem))

    @classmethod
    def create(cls, tpm: Tpm, handle: int, path: Path) -> Self:
        """Make the key. Raises `CustodyError`."""
        return cls(_TpmObject.create_in(tpm, handle, path, _SIGNER))

    @classmethod
    def load(cls, tpm: Tpm, path: Path) -> Self:
        """Find the key. Raises `CustodyError`."""
        return cls(_TpmObject.load_from(tpm, path))

    def sign(self, message: bytes) -> bytes:
        """Return the signature in its fixed form. Raises `CustodyError`."""
        digest = hashlib.sha256(message).digest()
        der = self._key.use(
            "tpm2_sign", "-Q", "-g", "sha256", "-s", "ecdsa", "-d", "-f", "plain", "-o", "/dev/stdout", data=digest
        )
        try:
            return fixed_ecdsa(der)
        except (ValueError, OverflowError) as error:
            raise CustodyError("key.tpm_failed", "no signature") from error


class TpmTagKey:
    """The key that tags persons: HMAC-SHA256 inside the TPM, so that whoever guesses must ask this very chip each time."""

    custody = TagCustody.TPM

    def __init__(self, key: _TpmObject) -> None:
        self._key = key

    @classmethod
    def open(cls, tpm: Tpm, handle: int, path: Path) -> Self:
        """Find the key, or make it where there never was one. Raises `CustodyError`."""
        if path.exists():
            return cls(_TpmObject.load_from(tpm, path))
        return cls(_TpmObject.create_in(tpm, handle, path, _TAGGER))

    def tag(self, message: bytes) -> bytes:
        """Return the 32-byte tag. Raises `CustodyError`."""
        tag = bytes.fromhex(self._key.use("tpm2_hmac", "-g", "sha256", "--hex", data=message).decode())
        if len(tag) != _TAG_BYTES:
            raise CustodyError("key.tpm_failed", "no tag")
        return tag


def _point(pem: bytes) -> bytes:
    try:
        key = load_pem_public_key(pem)
    except ValueError as error:
        raise CustodyError("key.tpm_failed", "no public key") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise CustodyError("key.tpm_failed", "not P-256")
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
