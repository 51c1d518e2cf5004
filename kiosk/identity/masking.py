"""How much of a person may stand where others look.

Knows: the one masking policy, for the screen, for paper and public areas, and for logs. Does not know: who may see the
whole value (press-and-hold on the screen), nor certificates, which are never masked inside.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
import re

HIDDEN = "****"


class Kind(enum.StrEnum):
    """What sort of personal value it is."""

    NAME = "name"
    ID_NUMBER = "id_no"
    MOBILE = "mobile"
    BANK_CARD = "bank_card"
    ADDRESS = "address"
    CREDIT_CODE = "credit_code"


_TOWN = re.compile(r"^.*?(?:街道|镇|乡|农场|林场|园区)")
_COUNTY = re.compile(r"^(?:.*?[省])?(?:.*?市)?.*?[区县]")
_HAN_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")


def on_screen(kind: Kind, value: str) -> str:
    """Return what a person may see of their own value for confirmation, beside others in the queue."""
    match kind:
        case Kind.NAME:
            if len(value) >= 3 and _HAN_NAME.fullmatch(value):
                return value[0] + "*" * (len(value) - 2) + value[-1]
            return _first_only(value)
        case Kind.ID_NUMBER:
            # 4+10+4 is for resident numbers; anything shorter would keep too much of itself.
            return _ends(value, 4, 4) if len(value) >= 18 else _ends(value, 1, 2)
        case Kind.MOBILE:
            return _ends(value, 3, 4)
        case Kind.BANK_CARD:
            return f"**** **** **** {value[-4:]}" if len(value) > 8 else HIDDEN
        case Kind.ADDRESS:
            return _address(value, _TOWN)
        case Kind.CREDIT_CODE:
            return value


def on_receipt(kind: Kind, value: str) -> str:
    """Return what may stand on a receipt or a public screen."""
    match kind:
        case Kind.NAME:
            return _first_only(value)
        case Kind.ID_NUMBER:
            return _ends(value, 1, 1)
        case Kind.MOBILE:
            return _ends(value, 0, 4)
        case Kind.BANK_CARD:
            return value[-4:] if len(value) > 8 else HIDDEN
        case Kind.ADDRESS:
            return _address(value, _COUNTY)
        case Kind.CREDIT_CODE:
            return value


def for_log(kind: Kind, value: str, key: bytes) -> str:
    """Return what a log may keep: a keyed tag of the number, the county code of an address' division code, or nothing.

    `value` of an address is its division code (6 to 12 digits); a text address leaves nothing.
    """
    match kind:
        case Kind.ID_NUMBER | Kind.MOBILE:
            return hmac.new(key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        case Kind.ADDRESS:
            return value[:6] if re.fullmatch(r"[0-9]{6,12}", value) else ""
        case Kind.CREDIT_CODE:
            return value
        case Kind.NAME | Kind.BANK_CARD:
            return ""


def _first_only(value: str) -> str:
    if len(value) < 2:
        return "*" * len(value)
    if _HAN_NAME.fullmatch(value):
        return value[0] + "*" * (len(value) - 1)
    # Names with a middle dot or in Latin letters: the number of letters would say too much.
    return value[0] + "**"


def _ends(value: str, head: int, tail: int) -> str:
    """Keep `head` and `tail` characters, if at least half of the value stays hidden."""
    hidden = len(value) - head - tail
    if hidden * 3 < len(value):
        return "*" * len(value)
    return value[:head] + "*" * hidden + value[len(value) - tail :]


def _address(value: str, down_to: re.Pattern[str]) -> str:
    for pattern in (down_to, _COUNTY):
        if match := pattern.match(value):
            return match.group() + (HIDDEN if match.end() < len(value) else "")
    return HIDDEN if value else ""
