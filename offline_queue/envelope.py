"""The sealed envelope: its format, sealing, opening. `docs/FORMAT.md` is its description.

Knows: bytes and keys. Pure: no files, no database, no network; the platform shares this module. Does not know: what a form
says, who the kiosk is, when anything is sent, or the platform's receipt (`receipts`).

A form is sealed to the platform's X25519 key(s) and signed with the terminal's own key; once the `ContentKey` is
dropped, the terminal cannot read it again. Sources: HPKE RFC 9180, AES-GCM NIST SP 800-38D, HKDF RFC 5869, STREAM as in
Hoang, Reyhanitabar, Rogaway and Vizár 2015 (one key per part; the nonce is an 11-byte counter and a last-chunk flag).
"""

from __future__ import annotations

import base64
import functools
import hashlib
import os
import re
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from offline_queue.errors import EnvelopeError
from offline_queue.signatures import Algorithm, holds
from offline_queue.strict import (
    DIGEST,
    ID,
    KIOSK,
    MAX_HEADER_BYTES,
    MAX_SEQ,
    integer,
    json_object,
    objects,
    require,
    require_different,
    text,
)

MAGIC = b"\x89KFENV1\n"
"""The high bit and the line feed catch transfers that take the blob for text."""
SUITE = "intl"
VERSION = 1
CHUNK_BYTES = 1024 * 1024
TAG_BYTES = 16
MAX_BODY_BYTES = 4 * 1024 * 1024
MAX_BLOB_BYTES = len(MAGIC) + 8 + MAX_HEADER_BYTES + MAX_BODY_BYTES + 64
MAX_PARTS = 256
MAX_PART_BYTES = 64 * 1024 * 1024
"""Largest part in plain bytes."""
MAX_RECIPIENTS = 8
GENESIS = "0" * 64
"""`prev_hash` of a terminal's first envelope."""

Buffer: TypeAlias = bytes | bytearray | memoryview
Sign = Callable[[bytes], bytes]
"""sign(message) -> 64-byte signature, by the algorithm of the key that signs."""

_ENVELOPE_DOMAIN = b"civic-kiosk envelope v1\n"
_WRAPPED_BYTES = 32 + 32 + TAG_BYTES
_LENGTH = struct.Struct(">I")
_SEALED_PART_MAX = MAX_PART_BYTES + TAG_BYTES * (MAX_PART_BYTES // CHUNK_BYTES)

_CODE = re.compile(r"[0-9A-Z]{1,32}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", re.ASCII)
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,60}", re.ASCII)
_NONCE = re.compile(r"[0-9a-f]{24}", re.ASCII)
_WRAPPED = re.compile(f"[0-9a-f]{{{2 * _WRAPPED_BYTES}}}", re.ASCII)
_AUTHORIZATION = re.compile(r"Kiosk ([0-9A-Z]{4}):([A-Za-z0-9+/]{86}==)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whoever may open what is sealed: a name for the key and its 32 raw X25519 bytes."""

    key_id: str
    public_key: bytes


@dataclass(frozen=True, slots=True)
class PartInfo:
    """One sealed part as the header names it: `size` and `sha256` (hex) are those of the *sealed* bytes."""

    id: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """The content key for one recipient: HPKE's encapsulated key and ciphertext, 80 bytes."""

    key_id: str
    enc: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """What everybody may read of an envelope. Nothing in it names a person."""

    id: str
    """UUID, 32 hex digits."""
    kiosk: str
    seq: int
    code: str
    service: str
    recipients: tuple[WrappedKey, ...]
    nonce: bytes
    parts: tuple[PartInfo, ...]
    prev_hash: str
    """SHA-256 (hex) of the blob with the previous `seq` of this terminal, or `GENESIS`."""

    def to_bytes(self) -> bytes:
        """Return the canonical bytes: additional data of the seal, and what is signed.

        Of a header that is valid: then nothing in it needs an escape, and writing it out is several times as quick.
        """
        parts = ",".join(
            f'{{"id":"{p.id}","media_type":"{p.media_type}","sha256":"{p.sha256}","size":{p.size}}}' for p in self.parts
        )
        recipients = ",".join(f'{{"enc":"{r.enc.hex()}","key_id":"{r.key_id}"}}' for r in self.recipients)
        return (
            f'{{"code":"{self.code}","id":"{self.id}","kiosk":"{self.kiosk}","nonce":"{self.nonce.hex()}",'
            f'"parts":[{parts}],"prev_hash":"{self.prev_hash}","recipients":[{recipients}],'
            f'"seq":{self.seq},"service":"{self.service}","suite":"{SUITE}","v":{VERSION}}}'
        ).encode("ascii")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A whole envelope. `body` is the sealed form (ciphertext and tag), `signature` the terminal's."""

    header: Header
    header_bytes: bytes
    body: bytes
    signature: bytes

    @property
    def blob(self) -> bytes:
        """The one serialisation: magic, header, body (each with its length, 4 bytes big-endian), signature."""
        lengths = _LENGTH.pack(len(self.header_bytes)), _LENGTH.pack(len(self.body))
        return b"".join((MAGIC, lengths[0], self.header_bytes, lengths[1], self.body, self.signature))

    @property
    def sha256(self) -> str:
        """SHA-256 of the blob, hex: what receipts speak of."""
        return hashlib.sha256(self.blob).hexdigest()


@dataclass(frozen=True, slots=True)
class ContentKey:
    """The secret of one submission. Whoever drops it can no longer read the submission."""

    secret: bytes = field(repr=False)

    @classmethod
    def fresh(cls) -> ContentKey:
        """Return a new random key; one submission, one key, never again."""
        return cls(os.urandom(32))

    def derive(self, submission_id: str, what: str) -> bytes:
        """Return the AES-256 key for `what` ("form", or "part\\n" and the part's id)."""
        info = f"civic-kiosk {what} v1".encode()
        return HKDF(SHA256(), 32, salt=bytes.fromhex(submission_id), info=info).derive(self.secret)


@functools.cache
def _suite() -> Suite:
    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def _wrap_info(submission_id: str, key_id: str) -> bytes:
    return f"civic-kiosk content key v1\n{SUITE}\n{submission_id}\n{key_id}".encode()


# --- parts -----------------------------------------------------------------------------------------------------------


def _chunk_nonce(counter: int, last: bool) -> bytes:
    return counter.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def sealed_part_bytes(plain_bytes: int) -> int:
    """Return how long a part of `plain_bytes` is once sealed."""
    return plain_bytes + TAG_BYTES * max(1, -(-plain_bytes // CHUNK_BYTES))


class PartSealer:
    """Seals one part as it streams by. Give it all bytes by `update`, then `finish`; then `info` describes the result."""

    def __init__(self, key: ContentKey, submission_id: str, part_id: str) -> None:
        require(ID, submission_id, "envelope.id")
        require(_NAME, part_id, "envelope.part_id")
        self._aead = AESGCM(key.derive(submission_id, f"part\n{part_id}"))
        self._part_id = part_id
        self._counter = 0
        self._pending = b""
        self._digest = hashlib.sha256()
        self._size = 0
        self._done = False

    def update(self, data: bytes) -> bytes:
        """Take plain bytes; return the sealed chunks that are complete (maybe none)."""
        if not data:
            return b""
        if not self._pending and len(data) <= CHUNK_BYTES:
            self._pending = data
            return b""
        if len(self._pending) == CHUNK_BYTES and len(data) <= CHUNK_BYTES:  # chunk by chunk: nothing is copied
            ready, self._pending = self._pending, data
            return self._seal(ready, last=False)
        sealed, whole = [], self._pending + data
        # A full chunk waits for the next byte: only then is it known not to be the last.
        full = (len(whole) - 1) // CHUNK_BYTES * CHUNK_BYTES
        for at in range(0, full, CHUNK_BYTES):
            sealed.append(self._seal(whole[at : at + CHUNK_BYTES], last=False))
        self._pending = whole[full:]
        return b"".join(sealed)

    def finish(self) -> bytes:
        """Return the last sealed chunk."""
        return self._seal(self._pending, last=True)

    def info(self, media_type: str) -> PartInfo:
        """Return the part as the header names it; only after `finish`."""
        if not self._done:
            raise EnvelopeError("envelope.part_unfinished", self._part_id)
        return PartInfo(self._part_id, media_type, self._size, self._digest.hexdigest())

    def seal_chunk(self, chunk: Buffer, room: bytearray, *, last: bool) -> memoryview:
        """Seal one chunk into `room` (`CHUNK_BYTES + TAG_BYTES`) and return what of it is filled; `take` has to follow.

        For whoever has the whole part at hand: all chunks but the last have `CHUNK_BYTES`.
        """
        plain = memoryview(chunk)
        if len(plain) > CHUNK_BYTES or (not last and len(plain) != CHUNK_BYTES) or self._done:
            raise EnvelopeError("envelope.part_size", self._part_id)
        sealed = memoryview(room)[: len(plain) + TAG_BYTES]
        self._aead.encrypt_into(_chunk_nonce(self._counter, last), plain, None, sealed)
        self._counter += 1
        self._done = last
        self._size += len(sealed)
        if self._size > _SEALED_PART_MAX:
            raise EnvelopeError("envelope.part_size", self._part_id)
        return sealed

    def take(self, sealed: Buffer) -> None:
        """Take a sealed chunk into the part's digest, in order; may run on another thread than the sealing."""
        self._digest.update(sealed)

    def _seal(self, chunk: bytes, *, last: bool) -> bytes:
        room = bytearray(len(chunk) + TAG_BYTES)
        self.take(self.seal_chunk(chunk, room, last=last))
        return bytes(room)


def open_part(
    envelope: Envelope, part_id: str, sealed: Iterable[bytes], private_key: bytes, key_id: str | None = None
) -> Iterator[bytes]:
    """Yield the plain bytes of a part from its sealed bytes (pieces of any size).

    Every yielded piece is authentic and in its place, but only a run to the end says that nothing is missing. Raises
    `EnvelopeError`: part_unknown, part_tampered, part_size, part_digest.
    """
    info = next((part for part in envelope.header.parts if part.id == part_id), None)
    if info is None:
        raise EnvelopeError("envelope.part_unknown", part_id)
    key = unwrap(envelope, private_key, key_id)
    aead = AESGCM(key.derive(envelope.header.id, f"part\n{part_id}"))
    digest, size, counter, pending = hashlib.sha256(), 0, 0, bytearray()
    step = CHUNK_BYTES + TAG_BYTES

    def unseal(chunk: bytes, *, last: bool) -> bytes:
        try:
            return aead.decrypt(_chunk_nonce(counter, last), chunk, None)
        except InvalidTag as error:
            raise EnvelopeError("envelope.part_tampered", part_id) from error

    for piece in sealed:
        digest.update(piece)
        size += len(piece)
        if size > info.size:
            raise EnvelopeError("envelope.part_size", part_id)
        pending += piece
        while len(pending) > step:
            yield unseal(bytes(pending[:step]), last=False)
            del pending[:step]
            counter += 1
    yield unseal(bytes(pending), last=True)
    if size != info.size:
        raise EnvelopeError("envelope.part_size", part_id)
    if digest.hexdigest() != info.sha256:
        raise EnvelopeError("envelope.part_digest", part_id)


def part_to_sign(submission_id: str, part_id: str, sha256: str) -> bytes:
    """Return what the device key signs over one sealed part, so that strangers cannot fill the platform's disk."""
    return f"civic-kiosk part v1\n{submission_id}\n{part_id}\n{sha256}".encode()


def part_authorization(kiosk: str, submission_id: str, part_id: str, sha256: str, sign: Sign) -> str:
    """Return the value of a part's `Authorization` field."""
    signature = sign(part_to_sign(submission_id, part_id, sha256))
    return f"Kiosk {kiosk}:{base64.b64encode(signature).decode()}"


def parse_part_authorization(value: str) -> tuple[str, bytes]:
    """Return (kiosk, signature) of an `Authorization` field. Raises `EnvelopeError` for anything else."""
    match = _AUTHORIZATION.fullmatch(value)
    if match is None:
        raise EnvelopeError("envelope.authorization")
    return match[1], base64.b64decode(match[2])


def verify_part(
    submission_id: str,
    part_id: str,
    sha256: str,
    signature: bytes,
    device_public_key: bytes,
    *,
    algorithm: Algorithm = Algorithm.ED25519,
) -> None:
    """Check a part's signature by the *enrolled* key and its algorithm. Raises `EnvelopeError` "envelope.signature"."""
    if not holds(algorithm, device_public_key, signature, part_to_sign(submission_id, part_id, sha256)):
        raise EnvelopeError("envelope.signature")


# --- the envelope ----------------------------------------------------------------------------------------------------


def seal(
    form: bytes,
    *,
    key: ContentKey,
    recipients: Sequence[Recipient | WrappedKey],
    submission_id: str,
    kiosk: str,
    seq: int,
    code: str,
    service: str,
    parts: Sequence[PartInfo] = (),
    prev_hash: str = GENESIS,
    sign: Sign,
) -> Envelope:
    """Seal `form` to every recipient and sign the whole. `key` sealed the parts; `wrap` may have gone before.

    Raises `EnvelopeError` for what `parse` would refuse: nothing is sealed that the platform could not open.
    """
    require(ID, submission_id, "envelope.id")
    nonce = os.urandom(12)
    header = Header(
        id=submission_id,
        kiosk=kiosk,
        seq=seq,
        code=code,
        service=service,
        recipients=tuple(one if isinstance(one, WrappedKey) else _wrap(key, submission_id, one) for one in recipients),
        nonce=nonce,
        parts=tuple(parts),
        prev_hash=prev_hash,
    )
    _require_valid(header)
    header_bytes = header.to_bytes()
    body = AESGCM(key.derive(submission_id, "form")).encrypt(nonce, form, header_bytes)
    signature = sign(_to_sign(header_bytes, body))
    if len(header_bytes) > MAX_HEADER_BYTES or len(body) > MAX_BODY_BYTES:
        raise EnvelopeError("envelope.size", str(len(form)))
    if len(signature) != 64:
        raise EnvelopeError("envelope.signature", "own envelope")
    return Envelope(header, header_bytes, body, signature)


def wrap(key: ContentKey, submission_id: str, recipients: Sequence[Recipient]) -> tuple[WrappedKey, ...]:
    """Wrap the content key for every recipient: the costly half of `seal`, which needs neither number nor form."""
    return tuple(_wrap(key, submission_id, recipient) for recipient in recipients)


def parse(blob: bytes) -> Envelope:
    """Read an envelope strictly: bounded, canonical, nothing before, between or after. Checks no signature.

    Raises `EnvelopeError`: magic, size, truncated, trailing, header_*, version, suite, and one code per bad field.
    """
    if len(blob) > MAX_BLOB_BYTES:
        raise EnvelopeError("envelope.size", str(len(blob)))
    if blob[: len(MAGIC)] != MAGIC:
        raise EnvelopeError("envelope.magic")
    header_bytes, at = _field(blob, len(MAGIC), MAX_HEADER_BYTES)
    body, at = _field(blob, at, MAX_BODY_BYTES)
    signature = blob[at : at + 64]
    if len(signature) < 64:
        raise EnvelopeError("envelope.truncated")
    if len(blob) > at + 64:
        raise EnvelopeError("envelope.trailing")
    if len(body) < TAG_BYTES:
        raise EnvelopeError("envelope.body")
    return Envelope(_header(header_bytes), bytes(header_bytes), bytes(body), bytes(signature))


def verify(envelope: Envelope, device_public_key: bytes, *, algorithm: Algorithm = Algorithm.ED25519) -> None:
    """Check the terminal's signature by the *enrolled* key and its algorithm; an envelope names none, so it cannot choose.

    Raises `EnvelopeError` "envelope.signature".
    """
    if not holds(algorithm, device_public_key, envelope.signature, _to_sign(envelope.header_bytes, envelope.body)):
        raise EnvelopeError("envelope.signature")


def unwrap(envelope: Envelope, private_key: bytes, key_id: str | None = None) -> ContentKey:
    """Return the content key with a recipient's private key (32 raw X25519 bytes), trying all recipients or the one named.

    Raises `EnvelopeError` "envelope.not_for_us".
    """
    private = X25519PrivateKey.from_private_bytes(private_key)
    for wrapped in envelope.header.recipients:
        if key_id is not None and wrapped.key_id != key_id:
            continue
        try:
            info = _wrap_info(envelope.header.id, wrapped.key_id)
            return ContentKey(_suite().decrypt(wrapped.enc, private, info=info))
        except InvalidTag:
            continue
    raise EnvelopeError("envelope.not_for_us", key_id or "")


def open_form(envelope: Envelope, private_key: bytes, key_id: str | None = None) -> bytes:
    """Return the form. Raises `EnvelopeError`: not_for_us, tampered. Says nothing about who sealed it: see `verify`."""
    key = unwrap(envelope, private_key, key_id)
    aead = AESGCM(key.derive(envelope.header.id, "form"))
    try:
        return aead.decrypt(envelope.header.nonce, envelope.body, envelope.header_bytes)
    except InvalidTag as error:
        raise EnvelopeError("envelope.tampered") from error


def _wrap(key: ContentKey, submission_id: str, recipient: Recipient) -> WrappedKey:
    info = _wrap_info(submission_id, recipient.key_id)
    return WrappedKey(recipient.key_id, _suite().encrypt(key.secret, _public(recipient.public_key), info=info))


@functools.lru_cache(maxsize=MAX_RECIPIENTS)
def _public(raw: bytes) -> X25519PublicKey:
    return X25519PublicKey.from_public_bytes(raw)


def _to_sign(header_bytes: bytes, body: bytes) -> bytes:
    return _ENVELOPE_DOMAIN + hashlib.sha256(header_bytes).digest() + hashlib.sha256(body).digest()


# --- reading --------------------------------------------------------------------------------------------------


def _field(blob: bytes, at: int, limit: int) -> tuple[bytes, int]:
    end = at + _LENGTH.size
    if len(blob) < end:
        raise EnvelopeError("envelope.truncated")
    (length,) = _LENGTH.unpack_from(blob, at)
    if length > limit:
        raise EnvelopeError("envelope.size", str(length))
    if len(blob) < end + length:
        raise EnvelopeError("envelope.truncated")
    return blob[end : end + length], end + length


def _header(data: bytes) -> Header:
    header = _from_fields(json_object(data, "envelope.header_json"))
    # One content, one spelling: this refuses doubled keys, blanks, escapes and 1.0 for 1 in one stroke.
    if header.to_bytes() != data:
        raise EnvelopeError("envelope.not_canonical")
    return header


def _from_fields(fields: dict[str, Any]) -> Header:
    if fields.get("v") != VERSION or isinstance(fields["v"], bool):
        raise EnvelopeError("envelope.version")
    if fields.get("suite") != SUITE:
        raise EnvelopeError("envelope.suite")
    expected = {"v", "suite", "id", "kiosk", "seq", "code", "service", "recipients", "nonce", "parts", "prev_hash"}
    if fields.keys() != expected:
        raise EnvelopeError("envelope.header_fields")
    header = Header(
        id=fields["id"],
        kiosk=fields["kiosk"],
        seq=fields["seq"],
        code=fields["code"],
        service=fields["service"],
        recipients=_recipients(fields["recipients"]),
        nonce=bytes.fromhex(text(fields["nonce"], _NONCE, "envelope.nonce")),
        parts=_parts(fields["parts"]),
        prev_hash=fields["prev_hash"],
    )
    _require_valid(header)
    return header


def _recipients(value: object) -> tuple[WrappedKey, ...]:
    rows = objects(value, {"key_id", "enc"}, "envelope.recipients")
    wrapped = (text(row["enc"], _WRAPPED, "envelope.recipients") for row in rows)
    return tuple(WrappedKey(row["key_id"], bytes.fromhex(enc)) for row, enc in zip(rows, wrapped, strict=True))


def _parts(value: object) -> tuple[PartInfo, ...]:
    rows = objects(value, {"id", "media_type", "size", "sha256"}, "envelope.parts")
    return tuple(PartInfo(row["id"], row["media_type"], row["size"], row["sha256"]) for row in rows)


def _require_valid(header: Header) -> None:
    """Refuse what nobody may seal and nobody will open. The types of what was read are not believed either."""
    text(header.id, ID, "envelope.id")
    text(header.kiosk, KIOSK, "envelope.kiosk")
    integer(header.seq, 0, MAX_SEQ, "envelope.seq")
    text(header.code, _CODE, "envelope.code")
    text(header.service, _NAME, "envelope.service")
    if len(header.nonce) != 12:
        raise EnvelopeError("envelope.nonce")
    text(header.prev_hash, DIGEST, "envelope.prev_hash")
    if not 1 <= len(header.recipients) <= MAX_RECIPIENTS:
        raise EnvelopeError("envelope.recipients", "count")
    for wrapped in header.recipients:
        text(wrapped.key_id, _NAME, "envelope.recipients")
        if len(wrapped.enc) != _WRAPPED_BYTES:
            raise EnvelopeError("envelope.recipients")
    require_different([one.key_id for one in header.recipients], "envelope.recipients")
    if len(header.parts) > MAX_PARTS:
        raise EnvelopeError("envelope.parts", "count")
    for part in header.parts:
        text(part.id, _NAME, "envelope.part_id")
        text(part.media_type, _MEDIA_TYPE, "envelope.parts")
        integer(part.size, TAG_BYTES, _SEALED_PART_MAX, "envelope.parts")
        text(part.sha256, DIGEST, "envelope.parts")
    require_different([part.id for part in header.parts], "envelope.parts")
