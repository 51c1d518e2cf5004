"""IPP messages as bytes, both ways, and nothing else.

Knows: RFC 8010 section 3 (encoding). Does not know: HTTP, operations, printers. Pure; what comes in may be hostile.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from devices.errors import DeviceError

MAX_ATTRIBUTES = 4096
MAX_DEPTH = 8
_HEADER_BYTES = 8
_MAX_VALUE_BYTES = 0x7FFF


class Group(enum.IntEnum):
    """Delimiter tags of RFC 8010 section 3.5.1; a message may hold others."""

    OPERATION = 1
    JOB = 2
    END = 3
    PRINTER = 4
    UNSUPPORTED = 5


class Tag(enum.IntEnum):
    """Value tags of RFC 8010 section 3.5.2; a message may hold others, whose values stay bytes."""

    UNSUPPORTED = 0x10
    UNKNOWN = 0x12
    NO_VALUE = 0x13
    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    OCTETS = 0x30
    DATE_TIME = 0x31
    RESOLUTION = 0x32
    RANGE = 0x33
    BEGIN_COLLECTION = 0x34
    TEXT_WITH_LANGUAGE = 0x35
    NAME_WITH_LANGUAGE = 0x36
    END_COLLECTION = 0x37
    TEXT = 0x41
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    URI_SCHEME = 0x46
    CHARSET = 0x47
    NATURAL_LANGUAGE = 0x48
    MIME_TYPE = 0x49
    MEMBER_NAME = 0x4A


_STRING_TAGS = frozenset(range(0x40, 0x60)) - {Tag.MEMBER_NAME}
_OUT_OF_BAND = range(0x10, 0x20)


@dataclass(frozen=True, slots=True)
class Range:
    """rangeOfInteger, both ends inside."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Resolution:
    """Dots across and along the feed, per inch (unit 3) or centimetre (unit 4)."""

    across: int
    along: int
    unit: int


@dataclass(frozen=True, slots=True)
class Localized:
    """textWithLanguage or nameWithLanguage."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Collection:
    """A nested set of attributes."""

    members: tuple[Attribute, ...]


Scalar = int | bool | str | bytes | Range | Resolution | Localized | Collection | None


@dataclass(frozen=True, slots=True)
class Value:
    """One value with its tag; None for the out-of-band ones (unknown, no-value …), bytes for tags we do not read."""

    tag: int
    content: Scalar


@dataclass(frozen=True, slots=True)
class Attribute:
    """A name with one or more values."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class AttributeGroup:
    """Attributes behind one delimiter tag."""

    tag: int
    attributes: tuple[Attribute, ...]

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the string values of an attribute, () when it is missing or of another kind."""
        return tuple(value.content for value in self._values(name) if isinstance(value.content, str))

    def integers(self, name: str) -> tuple[int, ...]:
        """Return the integer and enum values of an attribute, () when it is missing or of another kind."""
        return tuple(
            value.content
            for value in self._values(name)
            if isinstance(value.content, int) and not isinstance(value.content, bool)
        )

    def boolean(self, name: str) -> bool | None:
        """Return a boolean attribute, None when it is missing or of another kind."""
        return next((value.content for value in self._values(name) if isinstance(value.content, bool)), None)

    def _values(self, name: str) -> tuple[Value, ...]:
        return next((attribute.values for attribute in self.attributes if attribute.name == name), ())


@dataclass(frozen=True, slots=True)
class Message:
    """A request (`code` is the operation) or a response (`code` is the status)."""

    version: tuple[int, int]
    code: int
    request_id: int
    groups: tuple[AttributeGroup, ...]

    def group(self, tag: int) -> AttributeGroup:
        """Return the first group with that tag, an empty one when there is none."""
        return next((group for group in self.groups if group.tag == tag), AttributeGroup(tag, ()))


def attribute(name: str, tag: int, *contents: Scalar) -> Attribute:
    """Build an attribute whose values share a tag."""
    return Attribute(name, tuple(Value(tag, content) for content in contents))


# -- out ---------------------------------------------------------------------------------------------------------------
def encode(message: Message) -> bytes:
    """Return the bytes, up to and with the end-of-attributes tag; document data follows them.

    Raises: DeviceError `page_printer.ipp_value` for what the encoding cannot hold.
    """
    major, minor = message.version
    out = bytearray([major, minor])
    out += message.code.to_bytes(2, "big") + message.request_id.to_bytes(4, "big")
    for group in message.groups:
        out.append(group.tag)
        for each in group.attributes:
            _encode_attribute(out, each)
    out.append(Group.END)
    return bytes(out)


def _encode_attribute(out: bytearray, each: Attribute) -> None:
    if not each.values or not each.name:
        raise DeviceError("page_printer.ipp_value", each.name)
    name = each.name
    for value in each.values:
        _encode_value(out, name, value)
        name = ""


def _encode_value(out: bytearray, name: str, value: Value) -> None:
    if isinstance(value.content, Collection):
        _put(out, Tag.BEGIN_COLLECTION, name, b"")
        for member in value.content.members:
            _put(out, Tag.MEMBER_NAME, "", member.name.encode())
            for nested in member.values:
                _encode_value(out, "", nested)
        _put(out, Tag.END_COLLECTION, "", b"")
        return
    _put(out, value.tag, name, _content_bytes(value))


def _put(out: bytearray, tag: int, name: str, content: bytes) -> None:
    encoded = name.encode()
    if len(encoded) > _MAX_VALUE_BYTES or len(content) > _MAX_VALUE_BYTES:
        raise DeviceError("page_printer.ipp_value", name)
    out.append(tag)
    out += len(encoded).to_bytes(2, "big") + encoded + len(content).to_bytes(2, "big") + content


def _content_bytes(value: Value) -> bytes:
    try:
        match value.content:
            case None:
                return b""
            case bool(flag):
                return bytes([flag])
            case int(number):
                return number.to_bytes(4, "big", signed=True)
            case str(text):
                return text.encode()
            case bytes(raw):
                return raw
            case Range(low, high):
                return low.to_bytes(4, "big", signed=True) + high.to_bytes(4, "big", signed=True)
            case Resolution(across, along, unit):
                return b"".join(side.to_bytes(4, "big", signed=True) for side in (across, along)) + bytes([unit])
            case Localized(language, text):
                parts = (language.encode(), text.encode())
                return b"".join(len(part).to_bytes(2, "big") + part for part in parts)
            case Collection():
                raise DeviceError("page_printer.ipp_value", "collection")
    except (OverflowError, ValueError) as error:
        raise DeviceError("page_printer.ipp_value", hex(value.tag)) from error


# -- in ----------------------------------------------------------------------------------------------------------------
def decode(data: bytes) -> tuple[Message, int]:
    """Read a message; returns it and where the document data begins.

    Raises: DeviceError `page_printer.ipp_malformed` (detail: what and where) for anything truncated or out of shape.
    """
    if len(data) < _HEADER_BYTES:
        raise _malformed("header", len(data))
    reader = _Reader(data, _HEADER_BYTES)
    groups = reader.groups()
    message = Message((data[0], data[1]), int.from_bytes(data[2:4], "big"), int.from_bytes(data[4:8], "big"), groups)
    return message, reader.position


def _malformed(what: str, position: int) -> DeviceError:
    return DeviceError("page_printer.ipp_malformed", f"{what} at {position}")


class _Reader:
    def __init__(self, data: bytes, position: int) -> None:
        self._data = data
        self.position = position
        self._count = 0

    def groups(self) -> tuple[AttributeGroup, ...]:
        """Read up to the end-of-attributes tag."""
        groups: list[AttributeGroup] = []
        tag = self._byte()
        while tag != Group.END:
            if tag >= 0x10:
                raise _malformed("value before a group", self.position)
            attributes, following = self._attributes()
            groups.append(AttributeGroup(tag, attributes))
            tag = following
        return tuple(groups)

    def _attributes(self) -> tuple[tuple[Attribute, ...], int]:
        """Read the attributes of one group and the delimiter tag behind them."""
        found: list[tuple[str, list[Value]]] = []
        while (tag := self._byte()) >= 0x10:
            name = self._text()
            if not name and not found:
                raise _malformed("value without a name", self.position)
            value = self._value(tag, 0)
            if name:
                found.append((name, [value]))
            else:
                found[-1][1].append(value)
        return tuple(Attribute(name, tuple(values)) for name, values in found), tag

    def _value(self, tag: int, depth: int) -> Value:
        """Read a value whose tag and name have been read."""
        self._count += 1
        if self._count > MAX_ATTRIBUTES:
            raise _malformed("too many values", self.position)
        content = self._counted()
        if tag == Tag.BEGIN_COLLECTION:
            return Value(tag, self._collection(depth + 1))
        if tag in (Tag.END_COLLECTION, Tag.MEMBER_NAME):
            raise _malformed("collection out of place", self.position)
        return Value(tag, self._content(tag, content))

    def _collection(self, depth: int) -> Collection:
        """RFC 8010 section 3.1.6: memberAttrName, then its values, until endCollection; their names are empty."""
        if depth > MAX_DEPTH:
            raise _malformed("too deep", self.position)
        members: list[tuple[str, list[Value]]] = []
        while True:
            tag = self._byte()
            if self._text():
                raise _malformed("named member value", self.position)
            if tag == Tag.END_COLLECTION:
                self._counted()
                break
            if tag == Tag.MEMBER_NAME:
                self._count += 1
                if self._count > MAX_ATTRIBUTES:
                    raise _malformed("too many values", self.position)
                members.append((self._text(), []))
            elif tag >= 0x10 and members:
                members[-1][1].append(self._value(tag, depth))
            else:
                raise _malformed("member without a name", self.position)
        if any(not name or not values for name, values in members):
            raise _malformed("empty member", self.position)
        return Collection(tuple(Attribute(name, tuple(values)) for name, values in members))

    def _content(self, tag: int, content: bytes) -> Scalar:
        if tag in _OUT_OF_BAND:
            return None
        if tag in _STRING_TAGS:
            return content.decode("utf-8", "replace")
        if tag in (Tag.INTEGER, Tag.ENUM):
            return _signed(*self._split(content, 4))[0]
        if tag == Tag.BOOLEAN:
            return self._split(content, 1)[0] != b"\x00"
        if tag == Tag.RANGE:
            return Range(*_signed(*self._split(content, 4, 4)))
        if tag == Tag.RESOLUTION:
            across, along, unit = self._split(content, 4, 4, 1)
            return Resolution(_signed(across)[0], _signed(along)[0], unit[0])
        if tag in (Tag.TEXT_WITH_LANGUAGE, Tag.NAME_WITH_LANGUAGE):
            inner = _Reader(content, 0)
            language, text = inner._text(), inner._text()
            if inner.position != len(content):
                raise _malformed("length", self.position)
            return Localized(language, text)
        return content

    def _split(self, content: bytes, *sizes: int) -> Sequence[bytes]:
        if len(content) != sum(sizes):
            raise _malformed("length", self.position)
        parts, start = [], 0
        for size in sizes:
            parts.append(content[start : start + size])
            start += size
        return parts

    def _byte(self) -> int:
        return self._take(1)[0]

    def _text(self) -> str:
        return self._counted().decode("utf-8", "replace")

    def _counted(self) -> bytes:
        length = int.from_bytes(self._take(2), "big")
        if length > _MAX_VALUE_BYTES:
            raise _malformed("length", self.position)
        return self._take(length)

    def _take(self, count: int) -> bytes:
        end = self.position + count
        if end > len(self._data):
            raise _malformed("truncated", self.position)
        taken = self._data[self.position : end]
        self.position = end
        return taken


def _signed(*parts: bytes) -> list[int]:
    return [int.from_bytes(part, "big", signed=True) for part in parts]
