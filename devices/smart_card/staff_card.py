"""The staff card's application: its name, its record, its commands (ISO/IEC 7816-4).

Knows: bytes that a staff card and its reader exchange. Does not know: PC/SC, sockets, trust.

AID F0 "CIVICKIOSK" 01: proprietary, without registration (category F). EF 0101, read by READ BINARY, holds one BER-TLV
template E0: 80 version (01), 81 staff number (ASCII), 82 name (UTF-8), 83 role (ASCII), 84 public key (X9.62, 65 bytes).
INTERNAL AUTHENTICATE takes 32 bytes and answers r || s of ECDSA P-256 with SHA-256 over them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from devices.smart_card import tlv
from devices.smart_card.iso7816 import Command, select_application, select_file

AID = b"\xf0CIVICKIOSK\x01"
RECORD_FID = 0x0101
SELECT_APPLICATION = select_application(AID)
SELECT_RECORD = select_file(RECORD_FID)
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


def internal_authenticate(challenge: bytes) -> Command:
    """Build INTERNAL AUTHENTICATE over `challenge`."""
    return Command(0x88, data=challenge, le=SIGNATURE_BYTES)


def encode_record(record: StaffRecord) -> bytes:
    """Write the record."""
    return tlv.encode(
        _TEMPLATE,
        tlv.encode(0x80, _VERSION)
        + tlv.encode(0x81, record.staff_id.encode("ascii"))
        + tlv.encode(0x82, record.name.encode())
        + tlv.encode(0x83, record.role.encode("ascii"))
        + tlv.encode(0x84, record.public_key),
    )


def record_length(head: bytes) -> int:
    """Return how many bytes the record has, from its first four. Raises: RecordError."""
    try:
        tag, length, start = tlv.head(head)
    except tlv.TlvError as error:
        raise RecordError("length") from error
    if tag != _TEMPLATE:
        raise RecordError("template")
    if start + length > RECORD_LONGEST_BYTES:
        raise RecordError("length")
    return start + length


def decode_record(raw: bytes) -> StaffRecord:
    """Read the record. Raises: RecordError for anything but a complete version 1 record."""
    try:
        outer = tlv.fields(raw)
        if list(outer) != [_TEMPLATE]:
            raise RecordError("template")
        fields = tlv.fields(outer[_TEMPLATE])
    except tlv.TlvError as error:
        raise RecordError("length") from error
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
