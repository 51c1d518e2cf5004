"""Social security cards by profile: other cities' cards, broken records, and PINs that must not be spent."""

from __future__ import annotations

import pytest

from devices.errors import DeviceError
from devices.smart_card import (
    NotASocialCard,
    PinBlocked,
    PinNeeded,
    PinSpared,
    PinWrong,
    SocialCard,
    Unreadable,
    social_card,
)
from devices.smart_card.chip import VirtualCard
from devices.smart_card.pcsc import create
from devices.smart_card.samples import SAMPLE_SOCIAL_CARDS
from devices.smart_card.social_card import ProfileField, Shape, SocialCardProfile, value_of
from devices.smart_card.social_chip import SocialCardChip

CARD = SAMPLE_SOCIAL_CARDS["测试甲"]
PROFILE = SocialCardProfile()


class Wired:
    extended = False

    def __init__(self, chip: VirtualCard) -> None:
        self.chip = chip

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        raw = self.chip.answer(apdu)
        return raw[:-2], int.from_bytes(raw[-2:], "big")


def test_city_without_a_pin() -> None:
    """Where no file asks for it, no PIN is verified, even one that was typed."""
    chip = SocialCardChip(CARD, pin=None)
    assert isinstance(social_card.read(Wired(chip), PROFILE, None), SocialCard)
    assert isinstance(social_card.read(Wired(chip), PROFILE, "000000"), SocialCard)
    assert chip.verifications == 0


def test_no_try_is_spent_without_need() -> None:
    """Asking for the counter costs nothing; the last try and a blocked card are left alone."""
    chip = SocialCardChip(CARD)
    assert social_card.read(Wired(chip), PROFILE, None) == PinNeeded(3)
    chip.tries = 1
    assert social_card.read(Wired(chip), PROFILE, "123456") == PinSpared(1)
    chip.tries = 0
    assert social_card.read(Wired(chip), PROFILE, "123456") == PinBlocked()
    assert chip.verifications == 0


def test_card_that_does_not_tell_its_counter() -> None:
    """Then nothing can be spared: the try is made, and the last wrong one is told as blocked."""
    chip = SocialCardChip(CARD)
    profile = SocialCardProfile(counter_readable=False)
    assert social_card.read(Wired(chip), profile, None) == PinNeeded(None)
    chip.tries = 2
    assert social_card.read(Wired(chip), profile, "000000") == PinWrong(1)
    assert social_card.read(Wired(chip), profile, "000000") == PinBlocked()


def test_profile_of_another_city() -> None:
    """Another application, another file, the PIN in letters and padded: all of it is configuration."""
    aid = "A0000000031010"
    chip = SocialCardChip(CARD, aid=bytes.fromhex(aid))
    assert social_card.read(Wired(chip), PROFILE, None) == NotASocialCard()
    chip._pin = b"123456\xff\xff"
    fields = {"name": ProfileField(file="EF06", record=2, bytes=30)}
    profile = SocialCardProfile(aid=aid, fields=fields, pin_shape="ascii", pin_bytes=8)
    assert social_card.read(Wired(chip), profile, "123456") == SocialCard(name="测试甲")


def test_older_card_with_fewer_records() -> None:
    """A record that is not there leaves its value empty."""
    chip = SocialCardChip(CARD, pin=None)
    del chip.records[0xEF05][7]
    read = social_card.read(Wired(chip), PROFILE, None)
    assert isinstance(read, SocialCard)
    assert (read.card_number, read.name) == ("", "测试甲")


@pytest.mark.parametrize("value", [b"\xff\xff\xff\xff", b"\x81\x30\x81", "甲\n乙".encode("gb18030")])
def test_broken_record_is_unreadable(value: bytes) -> None:
    """A name that is no GB 18030, or holds controls, is no name."""
    chip = SocialCardChip(CARD, pin=None)
    chip.records[0xEF06][2] = value
    assert social_card.read(Wired(chip), PROFILE, None) == Unreadable("smart_card.record")


def test_missing_file_is_unreadable() -> None:
    """A card of this application without one of its files is told by its status word."""
    chip = SocialCardChip(CARD, pin=None)
    del chip.records[0xEF05]
    assert social_card.read(Wired(chip), PROFILE, None) == Unreadable("smart_card.sw_6a82")


@pytest.mark.parametrize(
    ("raw", "shape", "value"),
    [
        ("0304332e3030", Shape.TEXT, "3.00"),
        ("030420200101", Shape.BCD, "20200101"),
        ("0304ffffffff", Shape.BCD, ""),
        ("0302abcd", Shape.HEX, "ABCD"),
        ("0300", Shape.TEXT, ""),
    ],
)
def test_values(raw: str, shape: Shape, value: str) -> None:
    """Text, digits and bytes, each as it is written."""
    assert value_of(bytes.fromhex(raw), ProfileField(file="EF05", record=3, bytes=4, shape=shape)) == value


@pytest.mark.parametrize("raw", ["", "03", "0404332e3030", "0305332e303030", "0304332e30"])
def test_records_that_are_another_ones(raw: str) -> None:
    """Another number, too long, or cut off."""
    with pytest.raises(ValueError):
        value_of(bytes.fromhex(raw), ProfileField(file="EF05", record=3, bytes=4))


@pytest.mark.parametrize(
    "profile",
    [{"aid": "zz"}, {"fields": {"salary": {"file": "EF05", "record": 1, "bytes": 4}}}, {"pin_shape": "roman"}, {"pin": "1"}],
)
def test_bad_profile_is_refused_before_a_card_is_touched(profile: dict[str, object]) -> None:
    """A profile that means nothing is a mistake of the configuration."""
    with pytest.raises(DeviceError) as refused:
        create({"social_card": profile})
    assert refused.value.code == "smart_card.options"
