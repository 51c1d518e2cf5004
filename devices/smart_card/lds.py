"""The files of a travel document's chip (ICAO 9303-10): what is read of EF.CardAccess, DG1 and DG2.

Knows: file numbers, tags, the face record of ISO/IEC 19794-5. Does not know: how they are read, whether anybody signed them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from devices.smart_card import tlv
from devices.smart_card.mrz import Mrz, MrzError, parse

AID = bytes.fromhex("A0000002471001")
MASTER_FILE, CARD_ACCESS, DG1, DG2 = 0x3F00, 0x011C, 0x0101, 0x0102
LONGEST_FILE_BYTES = 0x8000
"""Offsets of READ BINARY end at 7FFF; no face that was issued comes near it."""
_DG1, _ZONE = 0x61, 0x5F1F
_DG2, _GROUP, _TEMPLATE, _RECORD, _RECORD_TOO = 0x75, 0x7F61, 0x7F60, 0x5F2E, 0x7F2E
_SET, _SEQUENCE, _OID = 0x31, 0x30, 0x06
_PACE_OID = bytes.fromhex("04007f0007020204")
"""id-PACE, 0.4.0.127.0.7.2.2.4; what follows names the variant."""
_FACE_HEADER = struct.Struct(">4s4sIH")
_FACE_INFORMATION = struct.Struct(">IH14s")
_FEATURE_POINT_BYTES = 8
_IMAGE_INFORMATION = struct.Struct(">BBHH6s")
_MEDIA_TYPES = {0: "image/jpeg", 1: "image/jp2"}


class LdsError(ValueError):
    """The bytes are not the file that they should be; `code` as in `Unreadable`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class FaceImage:
    """The face as it stands in the chip: a JPEG or JPEG 2000 file, never opened by this package."""

    media_type: str
    width: int
    height: int
    data: bytes = field(repr=False)


def file_length(head: bytes) -> int:
    """Return how long a file is, from its first bytes. Raises: LdsError "smart_card.file" or "smart_card.file_too_long"."""
    try:
        _, length, start = tlv.head(head)
    except tlv.TlvError as error:
        raise LdsError("smart_card.file") from error
    if start + length > LONGEST_FILE_BYTES:
        raise LdsError("smart_card.file_too_long")
    return start + length


def parse_dg1(raw: bytes) -> Mrz:
    """Read the machine-readable zone. Raises: LdsError "smart_card.mrz"."""
    try:
        return parse(tlv.inner(raw, _DG1, _ZONE).decode("ascii"))
    except (tlv.TlvError, MrzError, UnicodeDecodeError) as error:
        raise LdsError("smart_card.mrz") from error


def parse_dg2(raw: bytes) -> FaceImage:
    """Take the first face out. Raises: LdsError "smart_card.face"."""
    try:
        template = tlv.inner(raw, _DG2, _GROUP, _TEMPLATE)
        records = [value for tag, value in tlv.parse(template) if tag in (_RECORD, _RECORD_TOO)]
        return _face(records[0])
    except (tlv.TlvError, struct.error, IndexError, KeyError) as error:
        raise LdsError("smart_card.face") from error


def _face(record: bytes) -> FaceImage:
    name, _, total, count = _FACE_HEADER.unpack_from(record)
    at = _FACE_HEADER.size
    face_bytes, points, _ = _FACE_INFORMATION.unpack_from(record, at)
    end = at + face_bytes
    at += _FACE_INFORMATION.size + points * _FEATURE_POINT_BYTES
    _, kind, width, height, _ = _IMAGE_INFORMATION.unpack_from(record, at)
    at += _IMAGE_INFORMATION.size
    if name != b"FAC\0" or not count or total > len(record) or not at < end <= total:
        raise LdsError("smart_card.face")
    return FaceImage(_MEDIA_TYPES[kind], width, height, record[at:end])


def offers_pace(card_access: bytes) -> bool:
    """Say whether EF.CardAccess names a variant of PACE. Raises: LdsError "smart_card.file"."""
    try:
        # The file may be longer than what is in it.
        _, length, start = tlv.head(card_access)
        infos = tlv.inner(card_access[: start + length], _SET)
        protocols = [tlv.inner(value, _OID) for tag, value in tlv.parse(infos) if tag == _SEQUENCE]
    except tlv.TlvError as error:
        raise LdsError("smart_card.file") from error
    return any(protocol.startswith(_PACE_OID) for protocol in protocols)
