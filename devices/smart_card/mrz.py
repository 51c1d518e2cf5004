"""The machine-readable zone of travel documents (ICAO 9303-4 to -7), and the key that it gives to the chip.

Knows: the three layouts TD1 (3 lines of 30), TD2 (2 of 36), TD3 (2 of 44) and their check digits. Does not know: chips,
which state issued what, whether a document is in force.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_VALUES = {character: value for value, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {"<": 0}
_WEIGHTS = (7, 3, 1)
_NUMBER_PLACES = 9
_LINES = {90: 30, 72: 36, 88: 44}
_DAY = re.compile(r"[0-9]{6}")


class MrzError(ValueError):
    """The text is no machine-readable zone; says which part, never what stands in it."""


def check_digit(text: str) -> str:
    """Return the check digit. Raises: MrzError for characters that no zone has."""
    try:
        return str(sum(_VALUES[character] * _WEIGHTS[place % 3] for place, character in enumerate(text)) % 10)
    except KeyError as error:
        raise MrzError("characters") from error


@dataclass(frozen=True, slots=True)
class MrzKey:
    """What opens a chip: number, birth and expiry (YYMMDD) as they are printed. Its repr shows nothing."""

    number: str = field(repr=False)
    birth: str = field(repr=False)
    expiry: str = field(repr=False)

    def text(self) -> str:
        """Return the key text with its check digits. Raises: MrzError for what no document can have printed."""
        number = self.number.upper().replace(" ", "").ljust(_NUMBER_PLACES, "<")
        if not self.number or not _DAY.fullmatch(self.birth) or not _DAY.fullmatch(self.expiry):
            raise MrzError("key")
        return "".join(part + check_digit(part) for part in (number, self.birth, self.expiry))


@dataclass(frozen=True, slots=True)
class Mrz:
    """What the zone says. Dates stay YYMMDD: the zone knows no century, and an unknown day is written `<<`."""

    document_code: str
    issuing_state: str
    number: str = field(repr=False)
    nationality: str = field(repr=False)
    birth: str = field(repr=False)
    sex: str = field(repr=False)
    expiry: str = field(repr=False)
    surname: str = field(repr=False)
    given_names: str = field(repr=False)
    optional: str = field(repr=False)

    @property
    def key(self) -> MrzKey:
        """The key to this document's chip."""
        return MrzKey(self.number, self.birth, self.expiry)


def parse(zone: str) -> Mrz:
    """Read a zone without its line ends, and check all its check digits. Raises: MrzError."""
    if len(zone) not in _LINES or any(character not in _VALUES for character in zone):
        raise MrzError("layout")
    width = _LINES[len(zone)]
    lines = [zone[start : start + width] for start in range(0, len(zone), width)]
    return _td1(*lines) if len(lines) == 3 else _two_lines(*lines)


def _td1(first: str, second: str, third: str) -> Mrz:
    number, optional = _number(first[5:14], first[14], first[15:30])
    _checked(second[0:6], second[6], "birth")
    _checked(second[8:14], second[14], "expiry")
    _checked(first[5:30] + second[0:7] + second[8:15] + second[18:29], second[29], "whole")
    surname, given = _names(third)
    return Mrz(
        document_code=_plain(first[0:2]),
        issuing_state=_plain(first[2:5]),
        number=number,
        nationality=_plain(second[15:18]),
        birth=second[0:6],
        sex=_sex(second[7]),
        expiry=second[8:14],
        surname=surname,
        given_names=given,
        optional=" ".join(filter(None, (optional, _plain(second[18:29])))),
    )


def _two_lines(first: str, second: str) -> Mrz:
    passport = len(first) == 44
    rest = second[28 : 42 if passport else 35]
    if passport:
        # Nothing in the optional field may be checked by a digit or by none.
        if second[42] != "<" or rest.strip("<"):
            _checked(rest, second[42], "optional")
        _checked(second[0:9], second[9], "number")
        number, optional = _plain(second[0:9]), _plain(rest)
    else:
        number, optional = _number(second[0:9], second[9], rest)
    _checked(second[13:19], second[19], "birth")
    _checked(second[21:27], second[27], "expiry")
    _checked(second[0:10] + second[13:20] + second[21:-1], second[-1], "whole")
    surname, given = _names(first[5:])
    return Mrz(
        document_code=_plain(first[0:2]),
        issuing_state=_plain(first[2:5]),
        number=number,
        nationality=_plain(second[10:13]),
        birth=second[13:19],
        sex=_sex(second[20]),
        expiry=second[21:27],
        surname=surname,
        given_names=given,
        optional=optional,
    )


def _number(first: str, check: str, optional: str) -> tuple[str, str]:
    """Return a number and what is left of the optional field, into which numbers of more than nine places go on."""
    if check != "<":
        _checked(first, check, "number")
        return _plain(first), _plain(optional)
    more, _, rest = optional.partition("<")
    if len(more) < 2:
        raise MrzError("number")
    _checked(first + more[:-1], more[-1], "number")
    return first + more[:-1], _plain(rest)


def _checked(text: str, digit: str, name: str) -> None:
    if check_digit(text) != digit:
        raise MrzError(name)


def _plain(text: str) -> str:
    return text.replace("<", " ").strip()


def _sex(character: str) -> str:
    if character not in "MFX<":
        raise MrzError("sex")
    return character.replace("<", "")


def _names(text: str) -> tuple[str, str]:
    surname, _, given = text.partition("<<")
    if not _plain(surname):
        raise MrzError("name")
    return _plain(surname), " ".join(_plain(given).split())
