"""The 256 bytes of text in an identity card (GA 450-2003, GA/T 490-2004, and the three layouts that follow them).

Knows: offsets, padding, the letter that tells the four layouts apart, what each can hold. Does not know: frames, readers,
whether a card is in force, whether a number of 15 characters checks (`kiosk.identity` judges it).

UTF-16LE padded with U+0020. Byte 248 holds a space on residents' cards, 'J' on residence permits of people from Hong Kong,
Macao and Taiwan, 'I' and 'Y' on permanent residence cards of foreigners (2017, 2023). What no field names is reserved.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace

from devices.id_card.api import CardKind, IdCard
from devices.id_card.nations import NATION_NAMES

TEXT_BYTES = 256
PHOTO_BYTES = 1024
_KIND_AT = 248
_LONG_TERM = "长期"
_LETTERS = {
    CardKind.RESIDENT: " ",
    CardKind.HK_MO_TW: "J",
    CardKind.FOREIGN_2017: "I",
    CardKind.FOREIGN: "Y",
}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}

Fields = Mapping[str, tuple[int, int]]
"""Name to offset and length, in bytes."""

_SHARED: Fields = {
    "name": (0, 30),
    "sex": (30, 2),
    "birth": (36, 16),
    "address": (52, 70),
    "number": (122, 36),
    "issuer": (158, 30),
    "from": (188, 16),
    "to": (204, 16),
}
FIELDS: Mapping[CardKind, Fields] = {
    CardKind.RESIDENT: {**_SHARED, "nation": (32, 4)},
    CardKind.HK_MO_TW: {**_SHARED, "pass": (220, 18), "count": (238, 4)},
    CardKind.FOREIGN_2017: {
        "latin": (0, 120),
        "sex": (120, 2),
        "number": (122, 30),
        "country": (152, 6),
        "name": (158, 30),
        "from": (188, 16),
        "to": (204, 16),
        "birth": (220, 16),
        "authority": (240, 8),
    },
    CardKind.FOREIGN: {
        "name": (0, 30),
        "sex": (30, 2),
        "count": (32, 4),
        "birth": (36, 16),
        "latin": (52, 70),
        "number": (122, 36),
        "from": (188, 16),
        "to": (204, 16),
        "latin_rest": (220, 22),
        "country": (242, 6),
    },
}
_LATIN_FIRST = 35
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


class LayoutError(Exception):
    """The bytes are no identity card; `code` as in `ReadFailed`, `field_name` says where (never what)."""

    def __init__(self, code: str, field_name: str) -> None:
        super().__init__(code, field_name)
        self.code = code
        self.field_name = field_name


def encode(card: IdCard) -> bytes:
    """Write the 256 bytes as an issuer would: names and addresses that are too long are cut.

    Characters outside the BMP take two places, and are not cut in half.
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
        "latin": card.latin_name,
        "latin_rest": card.latin_name[_LATIN_FIRST:],
        "country": card.country,
        "pass": card.pass_number,
        "count": card.issue_count,
        "authority": card.authority,
    }
    text = bytearray(" ".encode("utf-16-le") * (TEXT_BYTES // 2))
    for name, (offset, length) in FIELDS[card.kind].items():
        raw = values[name].encode("utf-16-le")[:length].decode("utf-16-le", "ignore").encode("utf-16-le")
        text[offset : offset + len(raw)] = raw
    text[_KIND_AT : _KIND_AT + 2] = _LETTERS[card.kind].encode("utf-16-le")
    return bytes(text)


def decode(text: bytes, photo_wlt: bytes) -> IdCard:
    """Read the 256 bytes.

    Raises: LayoutError "id_card.kind_unsupported" for a letter of no layout, "id_card.garbled" for anything that no card
    of its layout can hold: a number of 18 must check (GB 11643 MOD 11-2) and dates must be days.
    """
    if len(text) != TEXT_BYTES:
        raise LayoutError("id_card.garbled", "length")
    kind = _kind(text)
    values = _Values(text, FIELDS[kind])
    card = IdCard(
        kind=kind,
        name=values.printable("name"),
        sex=values.matching("sex", r"[0129]"),
        birth=values.day("birth"),
        number=values.matching("number", r"[A-Z]{3}\d{12}") if kind is CardKind.FOREIGN_2017 else values.number_18(),
        valid_from=values.day("from"),
        valid_to=values.end(),
        photo_wlt=photo_wlt,
        pass_number=values.printable("pass"),
        issue_count=values.printable("count"),
        authority=values.printable("authority"),
    )
    match kind:
        case CardKind.RESIDENT | CardKind.HK_MO_TW:
            values.present("name")
            nation = values.nation() if kind is CardKind.RESIDENT else ""
            return replace(card, nation_code=nation, address=values.present("address"), issuer=values.present("issuer"))
        case CardKind.FOREIGN_2017 | CardKind.FOREIGN:
            return replace(card, latin_name=values.latin_name(), country=values.matching("country", r"[A-Z]{1,3}"))


def _kind(text: bytes) -> CardKind:
    letter = text[_KIND_AT : _KIND_AT + 2].decode("utf-16-le", "replace").replace("\0", " ")
    if letter in _KINDS:
        return _KINDS[letter]
    # A capital letter is how every further layout was announced so far; anything else is damage.
    raise LayoutError("id_card.kind_unsupported" if re.fullmatch(r"[A-Z]", letter) else "id_card.garbled", "kind")


class _Values:
    """The fields of one layout; each method raises LayoutError naming the field."""

    def __init__(self, text: bytes, fields: Fields) -> None:
        self._text = text
        self._fields = fields

    def _characters(self, name: str) -> str:
        offset, length = self._fields.get(name, (0, 0))
        try:
            return self._text[offset : offset + length].decode("utf-16-le").rstrip(" \0")
        except UnicodeDecodeError as error:
            raise LayoutError("id_card.garbled", name) from error

    def printable(self, name: str) -> str:
        """Return a text that may be empty; a field that this layout does not have is empty."""
        value = self._characters(name)
        if not value.isprintable():
            raise LayoutError("id_card.garbled", name)
        return value

    def present(self, name: str) -> str:
        """Return a text that must be there."""
        value = self.printable(name)
        if not value:
            raise LayoutError("id_card.garbled", name)
        return value

    def matching(self, name: str, pattern: str) -> str:
        """Return a text that must match."""
        value = self._characters(name)
        if re.fullmatch(pattern, value, re.ASCII) is None:
            raise LayoutError("id_card.garbled", name)
        return value

    def latin_name(self) -> str:
        """Return the name that goes on in a second field when the first is full."""
        first, rest = self.present("latin"), self.printable("latin_rest")
        # A blank at the seam was taken for padding.
        return first.ljust(_LATIN_FIRST) + rest if rest else first

    def nation(self) -> str:
        """Return the code of a nationality that there is."""
        code = self._characters("nation")
        if code not in NATION_NAMES:
            raise LayoutError("id_card.garbled", "nation")
        return code

    def day(self, name: str) -> dt.date:
        """Return a day of the calendar."""
        digits = self.matching(name, r"\d{8}")
        try:
            return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        except ValueError as error:
            raise LayoutError("id_card.garbled", name) from error

    def end(self) -> dt.date | None:
        """Return the last day, None for 长期."""
        return None if self._characters("to") == _LONG_TERM else self.day("to")

    def number_18(self) -> str:
        """Return a number of 18 whose check character holds."""
        number = self.matching("number", r"\d{17}[\dX]")
        if _CHECKS[sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % 11] != number[17]:
            raise LayoutError("id_card.garbled", "number")
        return number
