"""The 256 bytes of text in a second-generation resident identity card (GA 450-2003, GA/T 490-2004).

Knows: offsets, padding and the letter that tells the four layouts apart. Does not know: frames, readers, validity today.

UTF-16LE padded with U+0020. Offset (length): name 0 (30), sex 30 (2), nation 32 (4), birth 36 (16), address 52 (70),
number 122 (36), issuer 158 (30), from 188 (16), to 204 (16, or 长期), reserved 220 (36). Byte 248 holds 'J', 'I' or 'Y' on
the cards of residents from Hong Kong, Macao and Taiwan and of foreigners (2017, 2023), whose offsets differ.
"""

from __future__ import annotations

import datetime as dt
import re

from devices.id_card.api import CardKind, IdCard
from devices.id_card.nations import NATION_NAMES

TEXT_BYTES = 256
PHOTO_BYTES = 1024
_KIND_AT = 248
_LONG_TERM = "长期"
_FIELDS = {
    "name": (0, 30),
    "sex": (30, 2),
    "nation": (32, 4),
    "birth": (36, 16),
    "address": (52, 70),
    "number": (122, 36),
    "issuer": (158, 30),
    "from": (188, 16),
    "to": (204, 16),
}
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


class LayoutError(Exception):
    """The bytes are no resident card; `code` as in `ReadFailed`, `field_name` says where (never what)."""

    def __init__(self, code: str, field_name: str) -> None:
        super().__init__(code, field_name)
        self.code = code
        self.field_name = field_name


def encode(card: IdCard) -> bytes:
    """Write the 256 bytes as an issuer would: long names and addresses are cut to 15 and 35 characters.

    Characters outside the BMP take two of them, and are not cut in half.
    """
    values = {
        "name": card.name,
        "sex": card.sex,
        "nation": card.nation_code,
        "birth": f"{card.birth:%Y%m%d}",
        "address": card.address,
        "number": card.number,
        "issuer": card.issuer,
        "from": f"{card.valid_from:%Y%m%d}",
        "to": _LONG_TERM if card.valid_to is None else f"{card.valid_to:%Y%m%d}",
    }
    text = bytearray(" ".encode("utf-16-le") * (TEXT_BYTES // 2))
    for name, (offset, length) in _FIELDS.items():
        raw = values[name].encode("utf-16-le")[:length].decode("utf-16-le", "ignore").encode("utf-16-le")
        text[offset : offset + len(raw)] = raw
    return bytes(text)


def decode(text: bytes, photo_wlt: bytes) -> IdCard:
    """Read the 256 bytes.

    Raises: LayoutError "id_card.kind_unsupported" for the other three layouts, "id_card.garbled" for anything that no
    resident card can hold: the number must check (GB 11643 MOD 11-2) and dates must be days.
    """
    if len(text) != TEXT_BYTES:
        raise LayoutError("id_card.garbled", "length")
    kind = text[_KIND_AT : _KIND_AT + 2]
    if kind in ("J".encode("utf-16-le"), "I".encode("utf-16-le"), "Y".encode("utf-16-le")):
        raise LayoutError("id_card.kind_unsupported", "kind")
    if kind not in (" ".encode("utf-16-le"), b"\x00\x00"):
        raise LayoutError("id_card.garbled", "kind")
    values = {name: _characters(text, name) for name in _FIELDS}
    return IdCard(
        kind=CardKind.RESIDENT,
        name=_present(values, "name"),
        sex=_matching(values, "sex", r"[0129]"),
        nation_code=_nation(values["nation"]),
        birth=_day(values, "birth"),
        address=_present(values, "address"),
        number=_number(values["number"]),
        issuer=_present(values, "issuer"),
        valid_from=_day(values, "from"),
        valid_to=None if values["to"] == _LONG_TERM else _day(values, "to"),
        photo_wlt=photo_wlt,
    )


def _characters(text: bytes, name: str) -> str:
    offset, length = _FIELDS[name]
    try:
        return text[offset : offset + length].decode("utf-16-le").rstrip(" \0")
    except UnicodeDecodeError as error:
        raise LayoutError("id_card.garbled", name) from error


def _present(values: dict[str, str], name: str) -> str:
    if not values[name] or not values[name].isprintable():
        raise LayoutError("id_card.garbled", name)
    return values[name]


def _matching(values: dict[str, str], name: str, pattern: str) -> str:
    if re.fullmatch(pattern, values[name], re.ASCII) is None:
        raise LayoutError("id_card.garbled", name)
    return values[name]


def _nation(code: str) -> str:
    if code not in NATION_NAMES:
        raise LayoutError("id_card.garbled", "nation")
    return code


def _day(values: dict[str, str], name: str) -> dt.date:
    digits = _matching(values, name, r"\d{8}")
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError as error:
        raise LayoutError("id_card.garbled", name) from error


def _number(number: str) -> str:
    if re.fullmatch(r"\d{17}[\dX]", number, re.ASCII) is None:
        raise LayoutError("id_card.garbled", "number")
    if _CHECKS[sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % 11] != number[17]:
        raise LayoutError("id_card.garbled", "number")
    return number
