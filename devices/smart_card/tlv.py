"""BER-TLV, as smart cards write it: tags of up to three bytes, lengths of up to three more.

Knows: bytes. Does not know: what a tag means.
"""

from __future__ import annotations

_MORE = 0x1F
_LONGEST_TAG = 3
_LONGEST_LENGTH = 3


class TlvError(ValueError):
    """The bytes end too early, or are no BER-TLV."""


def encode(tag: int, value: bytes) -> bytes:
    """Write one object. `tag` is written as its bytes stand, for example 0x5F1F."""
    name = tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big")
    count = len(value)
    if count < 0x80:
        return name + bytes((count,)) + value
    size = (count.bit_length() + 7) // 8
    return name + bytes((0x80 | size,)) + count.to_bytes(size, "big") + value


def head(raw: bytes, at: int = 0) -> tuple[int, int, int]:
    """Return tag, length of the value, and where the value begins. Raises: TlvError."""
    end = at + 1
    if at >= len(raw):
        raise TlvError("tag")
    if raw[at] & _MORE == _MORE:
        while True:
            if end >= len(raw) or end - at >= _LONGEST_TAG:
                raise TlvError("tag")
            end += 1
            if not raw[end - 1] & 0x80:
                break
    tag = int.from_bytes(raw[at:end], "big")
    if end >= len(raw):
        raise TlvError("length")
    first = raw[end]
    if first < 0x80:
        return tag, first, end + 1
    count = first & 0x7F
    if not 1 <= count <= _LONGEST_LENGTH or end + 1 + count > len(raw):
        raise TlvError("length")
    return tag, int.from_bytes(raw[end + 1 : end + 1 + count], "big"), end + 1 + count


def parse(raw: bytes) -> tuple[tuple[int, bytes], ...]:
    """Return every object on the outermost level, in order. Raises: TlvError, also for a value that is cut off."""
    found = []
    at = 0
    while at < len(raw):
        tag, length, start = head(raw, at)
        at = start + length
        if at > len(raw):
            raise TlvError("value")
        found.append((tag, raw[start:at]))
    return tuple(found)


def fields(raw: bytes) -> dict[int, bytes]:
    """Return the objects by tag, each of which may be there once. Raises: TlvError."""
    found: dict[int, bytes] = {}
    for tag, value in parse(raw):
        if tag in found:
            raise TlvError("twice")
        found[tag] = value
    return found


def inner(raw: bytes, *path: int) -> bytes:
    """Return the value at the end of a path of tags, taking the first of each. Raises: TlvError."""
    for wanted in path:
        for tag, value in parse(raw):
            if tag == wanted:
                raw = value
                break
        else:
            raise TlvError(f"no {wanted:x}")
    return raw
