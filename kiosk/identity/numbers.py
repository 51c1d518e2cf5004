"""Numbers that stand on documents, and whether one can be right.

Knows: the layout and check character of each kind of number, and what is only odd (a warning) against what is wrong
(a problem). Does not know: whether a number was ever issued, who holds it, or any register. Standard library only,
because the central platform checks with the same code.

Every check takes what a person typed (lower case, full-width characters and spaces are forgiven) and answers a value
of a closed union, never an exception: `Number` (or `ResidentNumber`) with the canonical text, or `Invalid`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import enum
import re
from dataclasses import dataclass

LONGEST = 128
"""Longer input is refused before it is looked at; no number here has more than 85 characters."""

_FULL_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(94)}
_BLANKS = dict.fromkeys(map(ord, " \t\u00a0\u3000"))


class Problem(enum.StrEnum):
    """Why a number cannot be right."""

    LENGTH = "length"
    CHARACTERS = "characters"
    LAYOUT = "layout"
    CHECK = "check"
    DATE = "date"
    FUTURE = "future"
    AGE = "age"


class Warn(enum.StrEnum):
    """What is odd about a number that may still be right; nobody is turned away for it."""

    UNKNOWN_REGION = "unknown_region"
    UNKNOWN_REGISTRY = "unknown_registry"
    INNER_CHECK = "inner_check"
    UNPROVEN_CHECK = "unproven_check"
    """A check digit whose rule was never published."""


class Sex(enum.StrEnum):
    """Codes of GB/T 2261.1."""

    UNKNOWN = "0"
    MALE = "1"
    FEMALE = "2"
    UNSTATED = "9"


class ResidentKind(enum.StrEnum):
    """Whose card carries an 18-digit resident number."""

    CITIZEN = "citizen"
    HK_MO_TW = "hk_mo_tw"
    FOREIGN_PERMANENT = "foreign_permanent"


@dataclass(frozen=True, slots=True)
class Invalid:
    """The number cannot be right, because of `problem`."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class Number:
    """A number that can be right, in canonical form."""

    text: str
    warnings: tuple[Warn, ...] = ()


@dataclass(frozen=True, slots=True)
class ResidentNumber:
    """A resident number and what it says about its holder; `region` is the six-digit division at issue."""

    text: str
    kind: ResidentKind
    region: str
    birth: dt.date
    sex: Sex
    warnings: tuple[Warn, ...] = ()


@dataclass(frozen=True, slots=True)
class ForeignNumber:
    """The 15-character number of a foreigner's card of 2017. `country` has three letters, `birth` is YYMMDD."""

    text: str
    country: str
    birth: str
    warnings: tuple[Warn, ...] = ()


def _tidy(text: str) -> str | Invalid:
    if len(text) > LONGEST:
        return Invalid(Problem.LENGTH)
    return text.translate(_FULL_WIDTH).translate(_BLANKS).upper()


def _shaped(text: str, *, lengths: tuple[int, ...], alphabet: str) -> str | Invalid:
    """Return the tidy text when its length is one of `lengths` and every character is in `alphabet`."""
    tidy = _tidy(text)
    if isinstance(tidy, Invalid):
        return tidy
    if len(tidy) not in lengths:
        return Invalid(Problem.LENGTH)
    if any(character not in alphabet for character in tidy):
        return Invalid(Problem.CHARACTERS)
    return tidy


_DIGITS = "0123456789"
_ALNUM = _DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


# --- check characters ------------------------------------------------------------------------------------------------


def mod_11_2(body: str) -> str:
    """Return the ISO 7064 MOD 11-2 check character (0-9 or X) of a string of digits."""
    remainder = 0
    for digit in body:
        remainder = (remainder + int(digit)) * 2 % 11
    return "0123456789X"[(12 - remainder) % 11]


def mod_37_36(body: str) -> str:
    """Return the ISO 7064 MOD 37,36 check character (0-9, A-Z) of a string of such characters."""
    carry = 36
    for character in body:
        total = (carry + _ALNUM.index(character)) % 36 or 36
        carry = total * 2 % 37
    return _ALNUM[(37 - carry) % 36]


def mrz_check(body: str) -> str:
    """Return the ICAO 9303 check digit (weights 7, 3, 1) of digits, letters and `<`."""
    values = (0 if character == "<" else _ALNUM.index(character) for character in body)
    return str(sum(value * (7, 3, 1)[place % 3] for place, value in enumerate(values)) % 10)


def luhn_holds(digits: str) -> bool:
    """Say whether a string of digits satisfies ISO/IEC 7812-1 annex B."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


# --- persons ---------------------------------------------------------------------------------------------------------

_PROVINCES = frozenset(
    str(code)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
    for code in range(first, last + 1)
)
_HK_MO_TW = frozenset(("81", "82", "83"))
_OLDEST_YEARS = 150


def resident_id(text: str, *, today: dt.date) -> ResidentNumber | Invalid:
    """Check an 18-character resident number (GB 11643): citizens, 81/82/83 residence permits, 9-prefix foreign cards.

    `today` bounds the birth date: not in the future, at most 150 years ago. An unknown region is a warning, because
    abolished codes stay legal. First-generation 15-digit numbers ended on 2013-01-01 and have the wrong length.
    """
    number = _shaped(text, lengths=(18,), alphabet=_DIGITS + "X")
    if isinstance(number, Invalid):
        return number
    if "X" in number[:17]:
        return Invalid(Problem.LAYOUT)
    if mod_11_2(number[:17]) != number[17]:
        return Invalid(Problem.CHECK)
    try:
        birth = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return Invalid(Problem.DATE)
    if birth > today:
        return Invalid(Problem.FUTURE)
    if today.year - birth.year > _OLDEST_YEARS:
        return Invalid(Problem.AGE)
    kind, known = _kind_of(number)
    return ResidentNumber(
        text=number,
        kind=kind,
        region=number[:6],
        birth=birth,
        sex=Sex.MALE if int(number[16]) % 2 else Sex.FEMALE,
        warnings=() if known else (Warn.UNKNOWN_REGION,),
    )


def _kind_of(number: str) -> tuple[ResidentKind, bool]:
    # New foreign cards are 9 + issuing province + nationality; no province of residents begins with 9.
    if number[0] == "9" and number[1:3] in _PROVINCES:
        return ResidentKind.FOREIGN_PERMANENT, True
    if number[:2] in _HK_MO_TW:
        return ResidentKind.HK_MO_TW, True
    return ResidentKind.CITIZEN, number[:2] in _PROVINCES


def foreign_card_2017(text: str, *, today: dt.date) -> ForeignNumber | Invalid:
    """Check a foreigner's number of 2017: 3 letters, region 4, birth 6, serial, check by ICAO 9303 (which only warns).

    `today` bounds the birth date, whose century the number does not say: one of the last two must have had that day.
    """
    number = _shaped(text, lengths=(15,), alphabet=_ALNUM)
    if isinstance(number, Invalid):
        return number
    if re.fullmatch(r"[A-Z]{3}[0-9]{12}", number) is None:
        return Invalid(Problem.LAYOUT)
    days = []
    for century in (today.year // 100, today.year // 100 - 1):
        with contextlib.suppress(ValueError):
            days.append(dt.date(century * 100 + int(number[7:9]), int(number[9:11]), int(number[11:13])))
    if not days:
        return Invalid(Problem.DATE)
    if min(days) > today:
        return Invalid(Problem.FUTURE)
    holds = mrz_check(number[:14]) == number[14]
    return ForeignNumber(number, number[:3], number[7:13], () if holds else (Warn.UNPROVEN_CHECK,))


def disabled_card(text: str, *, today: dt.date) -> Number | Invalid:
    """Check a disabled person's card: resident number, category 1-7, grade 1-4, then `B` and a digit if reissued."""
    card = _shaped(text, lengths=(20, 22), alphabet=_DIGITS + "BX")
    if isinstance(card, Invalid):
        return card
    if re.fullmatch(r"[1-7][1-4](B[0-9])?", card[18:]) is None:
        return Invalid(Problem.LAYOUT)
    holder = resident_id(card[:18], today=today)
    return holder if isinstance(holder, Invalid) else Number(card, holder.warnings)


def mobile(text: str) -> Number | Invalid:
    """Check a mainland mobile number: 11 digits, 13x to 19x."""
    number = _shaped(text.replace("-", "") if len(text) <= LONGEST else text, lengths=(11,), alphabet=_DIGITS)
    if isinstance(number, Invalid):
        return number
    return Number(number) if re.match(r"1[3-9]", number) else Invalid(Problem.LAYOUT)


def hk_macao_permit(text: str) -> Number | Invalid:
    """Check a permit for travel to Hong Kong and Macao (往来港澳通行证): C, a digit or letter (no I, O), 7 digits."""
    return _matching(text, lengths=(9,), layout=r"C[0-9A-HJ-NP-Z][0-9]{7}")


def _matching(text: str, *, lengths: tuple[int, ...], layout: str, alphabet: str = _ALNUM) -> Number | Invalid:
    number = _shaped(text, lengths=lengths, alphabet=alphabet)
    if isinstance(number, Invalid):
        return number
    return Number(number) if re.fullmatch(layout, number) else Invalid(Problem.LAYOUT)


# --- organisations ---------------------------------------------------------------------------------------------------

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_REGISTRIES = frozenset("123456789ANY")


def _organisation_check(body: str) -> str:
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * _ALNUM.index(character) for weight, character in zip(weights, body, strict=True))
    return "0123456789X"[(11 - total % 11) % 11]


def organisation_code(text: str) -> Number | Invalid:
    """Check an organisation code (GB 11714): 8 characters, optional hyphen, check character 0-9 or X."""
    code = _shaped(text.replace("-", "") if len(text) <= LONGEST else text, lengths=(9,), alphabet=_ALNUM)
    if isinstance(code, Invalid):
        return code
    return Number(code) if _organisation_check(code[:8]) == code[8] else Invalid(Problem.CHECK)


def credit_code(text: str) -> Number | Invalid:
    """Check a unified social credit code (GB 32100): 18 characters without I O S V Z, check modulo 31.

    An unknown registering authority and a failing inner organisation code (individual traders) only warn.
    """
    code = _shaped(text, lengths=(18,), alphabet=_CREDIT_ALPHABET)
    if isinstance(code, Invalid):
        return code
    total = sum(pow(3, place, 31) * _CREDIT_ALPHABET.index(character) for place, character in enumerate(code[:17]))
    if _CREDIT_ALPHABET[(31 - total % 31) % 31] != code[17]:
        return Invalid(Problem.CHECK)
    warnings = []
    if code[0] not in _REGISTRIES:
        warnings.append(Warn.UNKNOWN_REGISTRY)
    if _organisation_check(code[8:16]) != code[16]:
        warnings.append(Warn.INNER_CHECK)
    return Number(code, tuple(warnings))


def task_code(text: str) -> Number | Invalid:
    """Check an implementation code (ZWFW C 0109.1): credit code, exercise level 1-7, 12 digits, optional 2 more."""
    code = _shaped(text, lengths=(31, 33), alphabet=_ALNUM)
    if isinstance(code, Invalid):
        return code
    if re.fullmatch(r"[1-7][0-9]{12}([0-9]{2})?", code[18:]) is None:
        return Invalid(Problem.LAYOUT)
    body = credit_code(code[:18])
    return body if isinstance(body, Invalid) else Number(code, body.warnings)


def case_number(text: str) -> Number | Invalid:
    """Check a department's case number: implementation code of 31, date of 8, daily serial of 4."""
    number = _shaped(text, lengths=(43,), alphabet=_ALNUM)
    if isinstance(number, Invalid):
        return number
    task = task_code(number[:31])
    if isinstance(task, Invalid):
        return task
    if re.fullmatch(r"[0-9]{12}", number[31:]) is None:
        return Invalid(Problem.LAYOUT)
    try:
        dt.date(int(number[31:35]), int(number[35:37]), int(number[37:39]))
    except ValueError:
        return Invalid(Problem.DATE)
    return Number(number, task.warnings)


# --- things ----------------------------------------------------------------------------------------------------------

_PROVINCE_SIGNS = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
_PLATE_SERIAL = "A-HJ-NP-Z0-9"
_PLATE = re.compile(
    rf"[{_PROVINCE_SIGNS}][A-HJ-NP-Z]"
    rf"(?:[{_PLATE_SERIAL}]{{5}}|[{_PLATE_SERIAL}]{{4}}[警学挂港澳]"
    rf"|[A-HJK][{_PLATE_SERIAL}][0-9]{{4}}|[0-9]{{5}}[A-HJK])"
)
_TITLE = re.compile(rf"[{_PROVINCE_SIGNS}]([0-9]{{4}})([\u4e00-\u9fff]{{2,12}})不动产权第([0-9]{{7}})号")


def bank_card(text: str) -> Number | Invalid:
    """Check a bank card number (ISO/IEC 7812): 13 to 19 digits, Luhn."""
    number = _shaped(text, lengths=tuple(range(13, 20)), alphabet=_DIGITS)
    if isinstance(number, Invalid):
        return number
    if len(set(number)) == 1:
        return Invalid(Problem.LAYOUT)
    return Number(number) if luhn_holds(number) else Invalid(Problem.CHECK)


def real_estate_unit(text: str) -> Number | Invalid:
    """Check a real-estate unit number (GB/T 37346): 12 digits, 2 letters, 5 digits, one of F L Q W, 8 digits."""
    return _matching(text, lengths=(28,), layout=r"[0-9]{12}[A-Z]{2}[0-9]{5}[FLQW][0-9]{8}")


def real_estate_title(text: str) -> Number | Invalid:
    """Check a real-estate title number such as 豫（2026）开封市不动产权第0000001号; any kind of bracket is taken."""
    tidy = _tidy(text)
    if isinstance(tidy, Invalid):
        return tidy
    match = _TITLE.fullmatch(tidy.replace("(", "").replace(")", ""))
    if match is None:
        return Invalid(Problem.LAYOUT)
    year, place, serial = match.groups()
    return Number(f"{tidy[0]}（{year}）{place}不动产权第{serial}号")


def plate(text: str) -> Number | Invalid:
    """Check a mainland number plate: province, issuing letter, then 5 characters, or 6 for new-energy vehicles."""
    tidy = _tidy(text)
    if isinstance(tidy, Invalid):
        return tidy
    tidy = tidy.replace("·", "")
    if len(tidy) not in (7, 8):
        return Invalid(Problem.LENGTH)
    return Number(tidy) if _PLATE.fullmatch(tidy) else Invalid(Problem.LAYOUT)


_LICENCE_ROOT = "1.2.156.3005.2."


def licence_identifier(text: str) -> Number | Invalid:
    """Check an electronic-licence identifier (GB/T 36904): root, type 21, issuer 18, serial, version 3, check.

    The check is MOD 37,36 over type, issuer, serial and version without dots and without the root.
    """
    tidy = _tidy(text)
    if isinstance(tidy, Invalid):
        return tidy
    parts = tidy.removeprefix(_LICENCE_ROOT).split(".")
    if not tidy.startswith(_LICENCE_ROOT) or len(parts) != 5:
        return Invalid(Problem.LAYOUT)
    if any(character not in _ALNUM for part in parts for character in part):
        return Invalid(Problem.CHARACTERS)
    kind, issuer, serial, version, check = parts
    if (len(kind), len(issuer), len(version), len(check)) != (21, 18, 3, 1) or not serial:
        return Invalid(Problem.LAYOUT)
    for body in (kind[:18], issuer):
        if isinstance(found := credit_code(body), Invalid):
            return found
    if mod_37_36(kind + issuer + serial + version) != check:
        return Invalid(Problem.CHECK)
    return Number(tidy)
