"""The human code of a case: minted at a terminal without asking anybody, read back over a telephone.

Knows: `KF`, four characters of the terminal's number, five of its sequence, and a check character (ISO 7064 MOD 37,36).
The body is Crockford base 32. Does not know: the department's case number, which is given at acceptance.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from kiosk.identity.numbers import mod_37_36

PREFIX = "KF"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SEQUENCES = 32**5
"""How many codes one terminal can mint: sequence numbers run from 0 to one less."""

_LOOKALIKES = str.maketrans("OIL", "011")
_LONGEST_TYPED = 64


class CodeProblem(enum.StrEnum):
    """Why a typed text is no case code."""

    LENGTH = "length"
    CHARACTERS = "characters"
    PREFIX = "prefix"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class CaseCode:
    """A case code in canonical form and its parts."""

    text: str
    kiosk_no: str
    seq: int

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class BadCaseCode:
    """The typed text is no case code, because of `problem`."""

    problem: CodeProblem


def mint(kiosk_no: str, seq: int) -> str:
    """Return the code of sequence number `seq` at the terminal `kiosk_no` (four base-32 characters).

    Raises ValueError for a number that is no terminal's or a sequence that does not fit: both are our own faults.
    """
    if len(kiosk_no) != 4 or any(character not in ALPHABET for character in kiosk_no):
        raise ValueError("kiosk_no")
    if not 0 <= seq < SEQUENCES:
        raise ValueError("seq")
    digits = "".join(ALPHABET[seq >> shift & 31] for shift in (20, 15, 10, 5, 0))
    body = PREFIX + kiosk_no + digits
    return body + mod_37_36(body)


def group(code: str) -> str:
    """Write a canonical code in groups that can be read aloud: `KF 0001 0000A X`."""
    return f"{code[:2]} {code[2:6]} {code[6:11]} {code[11:]}"


def parse(code: str) -> CaseCode | BadCaseCode:
    """Read a code as people write it: any case, spaces and hyphens, O for 0, I or L for 1.

    The check character may itself be O, I or L, so it is compared by look: only mistakes that turn a check of 0 into O
    (or 1, I and L into each other) pass unseen.
    """
    if len(code) > _LONGEST_TYPED:
        return BadCaseCode(CodeProblem.LENGTH)
    typed = "".join(code.split()).replace("-", "").upper()
    if len(typed) != 12:
        return BadCaseCode(CodeProblem.LENGTH)
    if not typed.startswith(PREFIX):
        return BadCaseCode(CodeProblem.PREFIX)
    body = PREFIX + typed[2:11].translate(_LOOKALIKES)
    if any(character not in ALPHABET for character in body[2:]):
        return BadCaseCode(CodeProblem.CHARACTERS)
    check = mod_37_36(body)
    if typed[11].translate(_LOOKALIKES) != check.translate(_LOOKALIKES):
        return BadCaseCode(CodeProblem.CHECK)
    seq = 0
    for digit in body[6:]:
        seq = seq * 32 + ALPHABET.index(digit)
    return CaseCode(body + check, body[2:6], seq)
