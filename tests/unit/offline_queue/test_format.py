"""`docs/FORMAT.md` read literally: a stranger with the platform's keys and that page alone can read an outbox."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import uuid
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from offline_queue import Attachment, Outbox

PAGE = bytes(range(256)) * 5000  # a chunk and a bit


def test_a_stranger_can_read_the_outbox(bench: Any, outbox: Outbox) -> None:
    """Every step of the page should lead to what was put."""
    attachments = [Attachment("address_proof", "application/pdf", PAGE)]
    outbox.put(b"the form", attachments, service="residence_permit", submission_id=uuid.UUID(int=7))
    outbox.close()
    database = sqlite3.connect(bench.directory / "outbox.db")
    assert database.execute("PRAGMA application_id").fetchone() == (0x4B464F42,)
    assert database.execute("PRAGMA user_version").fetchone()[0] // 1000 == 2
    blob, digest = database.execute("SELECT envelope, sha256 FROM outbox WHERE state = 0").fetchone()
    database.close()
    assert hashlib.sha256(blob).digest() == digest

    assert blob[:8] == b"\x89KFENV1\n"
    size = int.from_bytes(blob[8:12], "big")
    header_bytes, rest = blob[12 : 12 + size], blob[12 + size :]
    size = int.from_bytes(rest[:4], "big")
    body, signature = rest[4 : 4 + size], rest[4 + size :]
    header = json.loads(header_bytes)
    assert json.dumps(header, sort_keys=True, separators=(",", ":")).encode() == header_bytes
    signed = b"civic-kiosk envelope v1\n" + hashlib.sha256(header_bytes).digest() + hashlib.sha256(body).digest()
    Ed25519PublicKey.from_public_bytes(bench.device_public).verify(signature, signed)

    one = header["recipients"][0]
    info = f"civic-kiosk content key v1\n{header['suite']}\n{header['id']}\n{one['key_id']}".encode()
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    content_key = suite.decrypt(bytes.fromhex(one["enc"]), bench.platform_seal, info=info)

    def derived(info: bytes) -> AESGCM:
        return AESGCM(HKDF(SHA256(), 32, salt=bytes.fromhex(header["id"]), info=info).derive(content_key))

    nonce = bytes.fromhex(header["nonce"])
    assert derived(b"civic-kiosk form v1").decrypt(nonce, body, header_bytes) == b"the form"

    part = header["parts"][0]
    sealed = (bench.directory / "parts" / f"{header['id']}.{part['sha256']}").read_bytes()
    assert (len(sealed), hashlib.sha256(sealed).hexdigest()) == (part["size"], part["sha256"])
    chunks = [sealed[at : at + 2**20 + 16] for at in range(0, len(sealed), 2**20 + 16)]
    cipher = derived(f"civic-kiosk part\n{part['id']} v1".encode())
    plain = b""
    for counter, chunk in enumerate(chunks):
        last = b"\x01" if counter == len(chunks) - 1 else b"\x00"
        plain += cipher.decrypt(counter.to_bytes(11, "big") + last, chunk, None)
    assert plain == PAGE
    assert header["prev_hash"] == "0" * 64
