"""Reading a social security card (社会保障卡) by a profile, because cities differ in files, keys and PIN.

Knows: select, read record, verify; what a profile may say. Does not know: PC/SC, the PSAM that signed operations need.

A record is its number, a length, and the value. Profiles come from the configuration; the default is what public programs
for three cities agree on.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from devices.smart_card.api import (
    NotASocialCard,
    PinBlocked,
    PinNeeded,
    PinSpared,
    PinWrong,
    SocialCard,
    Unreadable,
)
from devices.smart_card.iso7816 import (
    OK,
    SECURITY_STATUS,
    Channel,
    Command,
    StatusWordError,
    ask,
    exchange,
)

_RECORD_NOT_FOUND = 0x6A83
_BLOCKED = (0x6983, 0x63C0)
_SHORTEST_PIN, _LONGEST_PIN = 4, 12
_GB18030 = "gb18030"

Result = SocialCard | PinNeeded | PinWrong | PinSpared | PinBlocked | NotASocialCard | Unreadable


class Shape(enum.StrEnum):
    """How a value is written."""

    TEXT = "text"
    """GB 18030, padded with zeros or blanks."""
    BCD = "bcd"
    """Two digits a byte."""
    HEX = "hex"
    """Bytes that mean nothing to us."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


FieldName = Literal[
    "card_id", "card_number", "version", "issuer", "issued", "expires", "social_number", "name", "sex", "nation", "birth"
]


class ProfileField(_Part):
    """Where one value of `SocialCard` stands."""

    file: str = Field(pattern=r"^[0-9A-F]{4}$", description="elementary file, four hexadecimal digits")
    record: int = Field(ge=1, le=254, description="number of the record, which is also its tag")
    bytes: int = Field(ge=1, le=250, description="length of the value")
    shape: Shape = Field(default=Shape.TEXT, description="text, bcd or hex")


def _field(file: str, record: int, size: int, shape: Shape = Shape.TEXT) -> ProfileField:
    return ProfileField(file=file, record=record, bytes=size, shape=shape)


_FIELDS: dict[FieldName, ProfileField] = {
    "card_id": _field("EF05", 1, 16, Shape.HEX),
    "version": _field("EF05", 3, 4),
    "issuer": _field("EF05", 4, 12, Shape.HEX),
    "issued": _field("EF05", 5, 4, Shape.BCD),
    "expires": _field("EF05", 6, 4, Shape.BCD),
    "card_number": _field("EF05", 7, 9),
    "social_number": _field("EF06", 1, 18),
    "name": _field("EF06", 2, 30),
    "sex": _field("EF06", 3, 1),
    "nation": _field("EF06", 4, 1, Shape.HEX),
    "birth": _field("EF06", 6, 4, Shape.BCD),
}


class SocialCardProfile(_Part):
    """What a city's cards look like."""

    aid: str = Field(
        default="7378312E73682EC9E7BBE1B1A3D5CF",
        pattern=r"^([0-9A-F]{2}){5,16}$",
        description="name of the application: sx1.sh.社会保障 in GBK",
    )
    fields: Mapping[FieldName, ProfileField] = Field(default=_FIELDS, description="values by name")
    pin_reference: int = Field(default=0, ge=0, le=255, description="P2 of VERIFY")
    pin_shape: Literal["bcd", "ascii"] = Field(default="bcd", description="how the PIN goes to the card")
    pin_bytes: int = Field(default=0, ge=0, le=16, description="length to pad the PIN to with FF; 0 for none")
    counter_readable: bool = Field(default=True, description="VERIFY without a PIN tells the tries left")
    spare_tries: int = Field(default=1, ge=0, le=10, description="tries that are never spent here")


def check_pin(pin: str) -> None:
    """Refuse what is no PIN. Raises: ValueError."""
    if not (pin.isascii() and pin.isdigit() and _SHORTEST_PIN <= len(pin) <= _LONGEST_PIN):
        raise ValueError("a PIN has 4 to 12 digits")


class _Locked(Exception):  # noqa: N818 - it steers, it does not fail
    """A file wants the PIN."""


def read(channel: Channel, profile: SocialCardProfile, pin: str | None) -> Result:
    """Read what the profile names; verify the PIN only where a file asks for it."""
    _, word = exchange(channel, Command(0xA4, 0x04, 0x00, bytes.fromhex(profile.aid), 256))
    if word != OK:
        return NotASocialCard()
    try:
        return _values(channel, profile)
    except _Locked:
        refused = _verify(channel, profile, pin)
        if refused is not None:
            return refused
    except StatusWordError as error:
        return Unreadable(f"smart_card.sw_{error.word:04x}")
    except ValueError:
        return Unreadable("smart_card.record")
    try:
        return _values(channel, profile)
    except _Locked:
        return Unreadable(f"smart_card.sw_{SECURITY_STATUS:04x}")  # it took the PIN and tells nothing all the same
    except StatusWordError as error:
        return Unreadable(f"smart_card.sw_{error.word:04x}")
    except ValueError:
        return Unreadable("smart_card.record")


def _values(channel: Channel, profile: SocialCardProfile) -> SocialCard:
    """Read every field. Raises: _Locked, StatusWordError, ValueError for a record that is none."""
    found: dict[str, str] = {}
    selected = ""
    for name, field in sorted(profile.fields.items(), key=lambda item: item[1].file):
        if field.file != selected:
            ask(channel, Command(0xA4, 0x00, 0x00, bytes.fromhex(field.file), 256))
            selected = field.file
        raw, word = exchange(channel, Command(0xB2, field.record, 0x04, le=field.bytes + 2))
        if word == SECURITY_STATUS:
            raise _Locked
        if word == _RECORD_NOT_FOUND:
            continue  # an older card has fewer records
        if word not in (OK, 0x6282):
            raise StatusWordError(word)
        found[name] = value_of(raw, field)
    return SocialCard(**found)


def value_of(raw: bytes, field: ProfileField) -> str:
    """Read one record. Raises: ValueError for anything but this field's."""
    if len(raw) < 2 or raw[0] != field.record or raw[1] > field.bytes or len(raw) < 2 + raw[1]:
        raise ValueError("record")
    value = raw[2 : 2 + raw[1]]
    match field.shape:
        case Shape.TEXT:
            text = value.decode(_GB18030).rstrip("\0 ")
            if not text.isprintable():
                raise ValueError("text")
            return text
        case Shape.BCD:
            digits = value.hex()
            return digits if digits.isdigit() else ""  # FF where nothing was written
        case Shape.HEX:
            return value.hex().upper()


def _verify(channel: Channel, profile: SocialCardProfile, pin: str | None) -> Result | None:
    """Have the card check the PIN; None when it did. Never spends the last tries."""
    left = _tries_left(channel, profile)
    if left == 0:
        return PinBlocked()
    if pin is None:
        return PinNeeded(left)
    if left is not None and left <= profile.spare_tries:
        return PinSpared(left)
    code = bytes.fromhex(pin if len(pin) % 2 == 0 else pin + "F") if profile.pin_shape == "bcd" else pin.encode("ascii")
    _, word = exchange(channel, Command(0x20, 0x00, profile.pin_reference, code.ljust(profile.pin_bytes, b"\xff")))
    if word == OK:
        return None
    if word in _BLOCKED:
        return PinBlocked()
    if word >> 4 == 0x63C:
        return PinWrong(word & 0xF)
    return Unreadable(f"smart_card.sw_{word:04x}")


def _tries_left(channel: Channel, profile: SocialCardProfile) -> int | None:
    """Ask for the retry counter without spending a try; None where the card does not tell."""
    if not profile.counter_readable:
        return None
    _, word = exchange(channel, Command(0x20, 0x00, profile.pin_reference))
    if word == _BLOCKED[0]:
        return 0
    return word & 0xF if word >> 4 == 0x63C else None
