"""Basic Access Control and secure messaging of travel documents (ICAO 9303-11, section 4.3 and 9.8).

Knows: keys, the mutual authentication, protected commands and answers. Does not know: files, PACE.

Two-key 3DES and SHA-1 are what these chips speak; they guard the air between chip and reader and prove nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from devices.smart_card import tlv
from devices.smart_card.iso7816 import SHORT_LE, Command

BLOCK_BYTES = 8
KEY_BYTES = 16
_SECURE = 0x0C
_ENCRYPTED, _LENGTH, _STATUS, _MAC = 0x87, 0x97, 0x99, 0x8E
_PADDED = b"\x01"
_MUTUAL_BYTES = 32


class SecureMessagingError(Exception):
    """An answer is not what the other side of this session could have sent."""


def derive(seed: bytes, counter: int) -> bytes:
    """Derive a key: 1 encrypts, 2 makes MACs. Parity is set as DES keys have it."""
    digest = hashlib.sha1(seed + counter.to_bytes(4, "big"), usedforsecurity=False).digest()[:KEY_BYTES]
    return bytes(byte & 0xFE | (byte >> 1).bit_count() % 2 ^ 1 for byte in digest)


def access_keys(mrz_key: str) -> tuple[bytes, bytes]:
    """Return the encryption and MAC keys that belong to a machine-readable zone's key text."""
    seed = hashlib.sha1(mrz_key.encode("ascii"), usedforsecurity=False).digest()[:KEY_BYTES]
    return derive(seed, 1), derive(seed, 2)


def pad(data: bytes) -> bytes:
    """Pad by ISO/IEC 9797-1 method 2."""
    return data + b"\x80" + bytes(-(len(data) + 1) % BLOCK_BYTES)


def unpad(data: bytes) -> bytes:
    """Take the padding away. Raises: SecureMessagingError."""
    stripped = data.rstrip(b"\x00")
    if not stripped.endswith(b"\x80"):
        raise SecureMessagingError("padding")
    return stripped[:-1]


def encrypt(key: bytes, data: bytes) -> bytes:
    """Encrypt whole blocks: 3DES-CBC, initial vector zero."""
    return Cipher(TripleDES(key + key[:8]), modes.CBC(bytes(BLOCK_BYTES))).encryptor().update(data)


def decrypt(key: bytes, data: bytes) -> bytes:
    """Decrypt whole blocks. Raises: SecureMessagingError."""
    if len(data) % BLOCK_BYTES:
        raise SecureMessagingError("blocks")
    return Cipher(TripleDES(key + key[:8]), modes.CBC(bytes(BLOCK_BYTES))).decryptor().update(data)


def mac(key: bytes, data: bytes) -> bytes:
    """Return the retail MAC (ISO/IEC 9797-1 algorithm 3) over padded data."""
    first, second = key[:8] * 3, key[8:] * 3
    last = Cipher(TripleDES(first), modes.CBC(bytes(BLOCK_BYTES))).encryptor().update(pad(data))[-BLOCK_BYTES:]
    middle = Cipher(TripleDES(second), modes.CBC(bytes(BLOCK_BYTES))).decryptor().update(last)
    return Cipher(TripleDES(first), modes.CBC(bytes(BLOCK_BYTES))).encryptor().update(middle)


def _before(raw: bytes, wanted: int) -> bytes:
    """Return the objects before a tag as they stand: a chip may write lengths in its own way."""
    at = 0
    while at < len(raw):
        tag, length, start = tlv.head(raw, at)
        if tag == wanted:
            break
        at = start + length
    return raw[:at]


class Session:
    """An open secure channel; `counter` is the send sequence counter, counted up for every command and every answer."""

    def __init__(self, seed: bytes, counter: bytes) -> None:
        self._enc, self._mac = derive(seed, 1), derive(seed, 2)
        self._counter = int.from_bytes(counter, "big")

    def protect(self, command: Command, *, extended: bool = False) -> Command:
        """Wrap a command."""
        self._count()
        header = bytes((command.cla | _SECURE, command.ins, command.p1, command.p2))
        body = b""
        if command.data:
            body += tlv.encode(_ENCRYPTED, _PADDED + encrypt(self._enc, pad(command.data)))
        if command.le is not None:
            size = 2 if extended else 1
            body += tlv.encode(_LENGTH, (command.le % 256**size).to_bytes(size, "big"))
        body += tlv.encode(_MAC, self._sign(pad(header) + body))
        le = 65536 if extended else SHORT_LE
        return Command(command.ins, command.p1, command.p2, body, le, header[0])

    def unprotect(self, answer: bytes) -> tuple[bytes, int]:
        """Check and open an answer; return its data and status word. Raises: SecureMessagingError."""
        self._count()
        try:
            found = tlv.fields(answer)
            signed = _before(answer, _MAC)
        except tlv.TlvError as error:
            raise SecureMessagingError("objects") from error
        if not hmac.compare_digest(found.get(_MAC, b""), self._sign(signed)) or len(found.get(_STATUS, b"")) != 2:
            raise SecureMessagingError("mac")
        sealed = found.get(_ENCRYPTED, b"")
        if sealed and not sealed.startswith(_PADDED):
            raise SecureMessagingError("padding")
        data = unpad(decrypt(self._enc, sealed[1:])) if sealed else b""
        return data, int.from_bytes(found[_STATUS], "big")

    def _count(self) -> None:
        self._counter = (self._counter + 1) % 256**BLOCK_BYTES

    def _sign(self, data: bytes) -> bytes:
        return mac(self._mac, self._counter.to_bytes(BLOCK_BYTES, "big") + data)


class Handshake:
    """The reader's side of the mutual authentication over one challenge of the chip."""

    def __init__(self, mrz_key: str, challenge: bytes, *, nonce: bytes = b"", key: bytes = b"") -> None:
        self._enc, self._mac = access_keys(mrz_key)
        self._challenge = challenge
        self._nonce = nonce or secrets.token_bytes(BLOCK_BYTES)
        self._key = key or secrets.token_bytes(KEY_BYTES)

    def command(self) -> Command:
        """Return EXTERNAL AUTHENTICATE."""
        sealed = encrypt(self._enc, self._nonce + self._challenge + self._key)
        return Command(0x82, data=sealed + mac(self._mac, sealed), le=_MUTUAL_BYTES + BLOCK_BYTES)

    def session(self, answer: bytes) -> Session:
        """Check the chip's answer and open the session. Raises: SecureMessagingError."""
        sealed, signature = answer[:_MUTUAL_BYTES], answer[_MUTUAL_BYTES:]
        if len(answer) != _MUTUAL_BYTES + BLOCK_BYTES or not hmac.compare_digest(mac(self._mac, sealed), signature):
            raise SecureMessagingError("mutual")
        plain = decrypt(self._enc, sealed)
        if plain[:16] != self._challenge + self._nonce:
            raise SecureMessagingError("mutual")
        seed = bytes(ours ^ theirs for ours, theirs in zip(self._key, plain[16:], strict=True))
        return Session(seed, self._challenge[4:] + self._nonce[4:])
