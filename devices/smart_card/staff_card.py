"""The staff card's application: its name, its record, its commands (ISO/IEC 7816-4).

Knows: bytes that a staff card and its reader exchange. Does not know: PC/SC, sockets, trust.

AID F0 "CIVICKIOSK" 01: proprietary, without registration (category F). EF 0101, read by READ BINARY, holds one BER-TLV
template E0: 80 version (01), 81 staff number (ASCII), 82 name (UTF-8), 83 role (ASCII), 84 public key (X9.62, 65 bytes).
INTERNAL AUTHENTICATE takes 32 bytes and answers r || s of ECDSA P-256 with SHA-256 over them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

AID = b"\xf0CIVICKIOSK\x01"
RECORD_FID = 0x0101
SELECT_APPLICATION = bytes((0x00, 0xA4, 0x04, 0x0C, len(AID))) + AID
SELECT_RECORD = bytes((0x00, 0xA4, 0x02, 0x0C, 0x02)) + RECORD_FID.to_bytes(2, "big")
SIGNATURE_BYTES = 64
POINT_BYTES = 65
_TEMPLATE = 0xE0
_VERSION = b"\x01"
RECORD_LONGEST_BYTES = 512


class RecordError(ValueError):
    """The bytes are no staff record."""


@dataclass(frozen=True, slots=True)
class StaffRecord:
    """What EF 0101 says; `public_key` as in `StaffCard`."""

    staff_id: str
    name: str
    role: str
    public_key: bytes


def read_binary(offset: int, length: int) -> bytes:
    """Build READ BINARY for at most 256 bytes from `offset`."""
    return bytes((0x00, 0xB0, offset >> 8, offset & 0xFF, length & 0xFF))


def internal_authenticate(challenge: bytes) -> bytes:
    """Build INTERNAL AUTHENTICATE over `challenge`."""
    return bytes((0x00, 0x88, 0x00, 0x00, len(challenge))) + challenge + bytes((SIGNATURE_BYTES,))


def encode_record(record: StaffRecord) -> bytes:
    """Write the record."""
    return _tlv(
        _TEMPLATE,
        _tlv(0x80, _VERSION)
        + _tlv(0x81, record.staff_id.encode("ascii"))
        + _tlv(0x82, record.name.encode())
        + _tlv(0x83, record.role.encode("ascii"))
        + _tlv(0x84, record.public_key),
    )


def record_length(head: bytes) -> int:
    """Return how many bytes the record has, from its first four. Raises: RecordError."""
    if len(head) < 2 or head[0] != _TEMPLATE:
        raise RecordError("template")
    length, start = _length(head, 1)
    if start + length > RECORD_LONGEST_BYTES:
        raise RecordError("length")
    return start + length


def decode_record(raw: bytes) -> StaffRecord:
    """Read the record. Raises: RecordError for anything but a complete version 1 record."""
    outer = _fields(raw)
    if list(outer) != [_TEMPLATE]:
        raise RecordError("template")
    fields = _fields(outer[_TEMPLATE])
    if fields.get(0x80) != _VERSION or not {0x81, 0x82, 0x83, 0x84} <= fields.keys():
        raise RecordError("fields")
    try:
        record = StaffRecord(fields[0x81].decode("ascii"), fields[0x82].decode(), fields[0x83].decode("ascii"), fields[0x84])
    except UnicodeDecodeError as error:
        raise RecordError("text") from error
    sound = (
        re.fullmatch(r"[A-Z0-9]{3,12}", record.staff_id) is not None
        and re.fullmatch(r"[a-z_]{1,32}", record.role) is not None
        and record.name.isprintable()
        and len(record.public_key) == POINT_BYTES
        and record.public_key[0] == 0x04
    )
    if not sound:
        raise RecordError("values")
    return record


def _tlv(tag: int, value: bytes) -> bytes:
    if len(value) < 0x80:
        return bytes((tag, len(value))) + value
    if len(value) < 0x100:
        return bytes((tag, 0x81, len(value))) + value
    return bytes((tag, 0x82)) + len(value).to_bytes(2, "big") + value


def _length(raw: bytes, at: int) -> tuple[int, int]:
    """Return a BER length and the offset behind it."""
    first = raw[at] if at < len(raw) else 0xFF
    if first < 0x80:
        return first, at + 1
    count = first & 0x7F
    if count not in (1, 2) or at + 1 + count > len(raw):
        raise RecordError("length")
    return int.from_bytes(raw[at + 1 : at + 1 + count], "big"), at + 1 + count


def _fields(raw: bytes) -> dict[int, bytes]:
    fields: dict[int, bytes] = {}
    at = 0
    while at < len(raw):
        tag = raw[at]
        length, start = _length(raw, at + 1)
        at = start + length
        if at > len(raw) or tag in fields:
            raise RecordError("length")
        fields[tag] = raw[start:at]
    return fields
