"""Strict reading of what others wrote, and the one spelling of what is signed.

Knows: JSON, types, patterns. Pure. Does not know: what the fields mean; whoever reads brings the code of his refusal.
Every function raises `EnvelopeError`.
"""

from __future__ import annotations

import json
import re
from typing import Any

from offline_queue.errors import EnvelopeError

MAX_HEADER_BYTES = 128 * 1024
MAX_ROWS = 256
MAX_SEQ = 2**53 - 1
"""What every JSON reader still tells from its neighbour."""

ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
KIOSK = re.compile(r"[0-9A-Z]{4}", re.ASCII)

_SPELLING = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False, check_circular=False)


def canonical(value: dict[str, Any]) -> bytes:
    """Return the one spelling of `value` that is sealed and signed: ASCII JSON, sorted keys, no blanks."""
    return _SPELLING.encode(value).encode("ascii")


def json_object(data: bytes, code: str) -> dict[str, Any]:
    """Return what `data` holds, if that is one JSON object of no more than a header's size."""
    if len(data) > MAX_HEADER_BYTES:
        raise EnvelopeError(code, "size")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise EnvelopeError(code, "json") from error
    if not isinstance(value, dict):
        raise EnvelopeError(code, "json")
    return value


def objects(value: object, keys: set[str], code: str) -> list[dict[str, Any]]:
    """Return a list of objects that have exactly `keys`."""
    if not isinstance(value, list) or len(value) > MAX_ROWS:
        raise EnvelopeError(code, "count")
    for row in value:
        if not isinstance(row, dict) or row.keys() != keys:
            raise EnvelopeError(code, "fields")
    return value


def text(value: object, pattern: re.Pattern[str], code: str) -> str:
    """Return a text that the whole `pattern` fits."""
    if not isinstance(value, str):
        raise EnvelopeError(code, "type")
    return require(pattern, value, code)


def require(pattern: re.Pattern[str], value: str, code: str) -> str:
    """Return `value` if the whole `pattern` fits it."""
    if pattern.fullmatch(value) is None:
        raise EnvelopeError(code)
    return value


def integer(value: object, least: int, most: int, code: str) -> int:
    """Return a whole number from `least` to `most`; a truth is none."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise EnvelopeError(code)
    return value


def require_different(names: list[str], code: str) -> None:
    """Refuse a name that comes twice."""
    if len(set(names)) != len(names):
        raise EnvelopeError(code, "named twice")
