"""The staff card's record and commands, against bytes written by hand, and chips that answer nonsense."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.smart_card.emulator import StaffCardChip, StrangeCard
from devices.smart_card.iso7816 import read_binary
from devices.smart_card.samples import SAMPLE_STAFF
from devices.smart_card.staff_card import (
    SELECT_APPLICATION,
    SELECT_RECORD,
    RecordError,
    StaffRecord,
    decode_record,
    encode_record,
    internal_authenticate,
    record_length,
)

CARD = SAMPLE_STAFF["S0001"]
POINT = b"\x04" + bytes(64)


def by_hand(
    version: bytes = b"\x01", staff_id: bytes = b"S0001", name: bytes = "甲".encode(), role: bytes = b"keeper",
    key: bytes = POINT,
) -> bytes:  # fmt: skip
    body = b""
    for tag, value in ((0x80, version), (0x81, staff_id), (0x82, name), (0x83, role), (0x84, key)):
        body += bytes((tag, len(value))) + value
    return bytes((0xE0, len(body))) + body


def test_record_both_ways() -> None:
    """The bytes written by hand are the record, and the record writes those bytes."""
    record = StaffRecord("S0001", "甲", "keeper", POINT)
    assert decode_record(by_hand()) == record
    assert encode_record(record) == by_hand()


def test_long_name_takes_the_long_length() -> None:
    """Above 127 bytes the length has two bytes, and reading the head finds the end."""
    record = StaffRecord("S0001", "甲" * 40, "keeper", POINT)
    raw = encode_record(record)
    assert raw[:2] == b"\xe0\x81"
    assert record_length(raw[:4]) == len(raw)
    assert decode_record(raw) == record


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        by_hand()[:-1],
        by_hand() + b"\x00",
        by_hand(version=b"\x02"),
        by_hand(staff_id=b"s1"),
        by_hand(staff_id=b"\xff\xff\xff"),
        by_hand(name=b"\xff"),
        by_hand(name=b"a\nb"),
        by_hand(role=b"Keeper!"),
        by_hand(key=POINT[:-1]),
        by_hand(key=b"\x02" + bytes(64)),
        b"\xe0\x00",
        b"\xe0\x82\xff\xff",
    ],
)
def test_broken_records_are_refused(raw: bytes) -> None:
    """Whatever is not exactly a record is refused."""
    with pytest.raises(RecordError):
        decode_record(raw)


@given(st.binary(max_size=200))
def test_noise_is_refused(raw: bytes) -> None:
    """Noise never gets out as anything but a RecordError."""
    with pytest.raises(RecordError):
        decode_record(raw)


@pytest.mark.parametrize("head", [b"", b"\xe0", b"\x61\x10", b"\xe0\x84\x00\x00", b"\xe0\x82\x02\x01"])
def test_heads_that_lead_nowhere_are_refused(head: bytes) -> None:
    """A length that is missing, or longer than a record can be, must not start a long read."""
    with pytest.raises(RecordError):
        record_length(head)


def test_commands_are_those_of_iso_7816() -> None:
    """SELECT by name, SELECT by file, READ BINARY with offset, INTERNAL AUTHENTICATE, byte for byte."""
    assert bytes.fromhex("00A4040C0CF043495649434B494F534B01") == SELECT_APPLICATION.encode()
    assert bytes.fromhex("00A4020C020101") == SELECT_RECORD.encode()
    assert read_binary(0x0184, 256).encode() == bytes.fromhex("00B0018400")
    assert internal_authenticate(bytes(32)).encode() == bytes.fromhex("0088000020" + "00" * 32 + "40")


def test_chip_serves_nothing_before_it_is_selected() -> None:
    """Neither the record nor a signature comes without the application, and a reset takes the selection away."""
    chip = StaffCardChip(CARD)
    assert chip.answer(read_binary(0, 4).encode()) == b"\x6d\x00"
    assert chip.answer(SELECT_APPLICATION.encode()) == b"\x90\x00"
    assert chip.answer(read_binary(0, 4).encode()) == b"\x69\x86"
    assert chip.answer(SELECT_RECORD.encode()) == b"\x90\x00"
    assert chip.answer(read_binary(0, 4).encode())[-2:] == b"\x90\x00"
    chip.reset()
    assert chip.answer(internal_authenticate(bytes(32)).encode()) == b"\x6d\x00"


def test_strange_card_knows_nothing() -> None:
    """The other card refuses our application."""
    assert StrangeCard().answer(SELECT_APPLICATION.encode()) == b"\x6a\x82"
