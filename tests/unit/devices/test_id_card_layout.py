"""The 256 bytes of a resident card and the frames around them, against bytes written by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.id_card import nation_name
from devices.id_card.frames import Command, Scanner, reply, request
from devices.id_card.layout import TEXT_BYTES, LayoutError, decode, encode
from devices.id_card.samples import SAMPLE_CARDS

CARD = SAMPLE_CARDS["测试甲"]
BY_HAND = (
    "测试甲".ljust(15)
    + "1"
    + "01"
    + "19900101"
    + "测试市样例区示范路1号".ljust(35)
    + "990000199001010017"
    + "测试市公安局样例分局".ljust(15)
    + "20200101"
    + "20400101"
    + " " * 18
).encode("utf-16-le")


def with_text(offset: int, text: str) -> bytes:
    raw = text.encode("utf-16-le")
    return BY_HAND[:offset] + raw + BY_HAND[offset + len(raw) :]


def test_resident_layout_both_ways() -> None:
    """Written by hand from the offsets, the text reads as the card, and the card writes as the text."""
    assert decode(BY_HAND, CARD.photo_wlt) == CARD
    assert encode(CARD) == BY_HAND


def test_long_term() -> None:
    """长期 in place of the end is no date at all."""
    assert decode(with_text(204, "长期      "), b"").valid_to is None


def test_end_date_is_a_value_not_a_judgement() -> None:
    """An expired card reads like any other."""
    assert decode(with_text(204, "20210101"), b"").valid_to == dt.date(2021, 1, 1)


J_BY_HAND = (
    "测试己".ljust(15) + "1" + "  " + "19900101" + "测试市样例区示范路3号".ljust(35) + "819999199001010018"
    + "测试市公安局样例分局".ljust(15) + "20240101" + "20290101" + "H00000000" + "01" + " " * 3 + "J" + " " * 3
)  # fmt: skip
I_BY_HAND = (
    "SAMPLE, ERIKA".ljust(60) + "2" + "UTO410290010103" + "UTO" + "测试庚".ljust(15) + "20190101" + "20290101"
    + "19900101" + "  " + "4100" + "I" + " " * 3
)  # fmt: skip
Y_BY_HAND = (
    "测试辛".ljust(15) + "1" + "00" + "19900101" + "SAMPLE, MAXIMILIAN BARTHOLOMEW ALEX" + "94199919900101001X"
    + " " * 15 + "20240101" + "20340101" + "ANDER".ljust(11) + "UTO" + "Y" + " " * 3
)  # fmt: skip


@pytest.mark.parametrize(("text", "name"), [(J_BY_HAND, "测试己"), (I_BY_HAND, "测试庚"), (Y_BY_HAND, "测试辛")])
def test_other_layouts_both_ways(text: str, name: str) -> None:
    """Written by hand from the published offsets, each text reads as its card, and the card writes as the text."""
    raw = text.encode("utf-16-le")
    card = SAMPLE_CARDS[name]
    assert decode(raw, card.photo_wlt) == card
    assert encode(card) == raw


@pytest.mark.parametrize(("letter", "code"), [("K", "kind_unsupported"), ("Z", "kind_unsupported"), ("j", "garbled")])
def test_a_fifth_layout_is_refused(letter: str, code: str) -> None:
    """A letter that nobody has announced yet must not be read with the offsets of another layout."""
    with pytest.raises(LayoutError) as refused:
        decode(with_text(248, letter), b"")
    assert refused.value.code == f"id_card.{code}"


@pytest.mark.parametrize(
    ("text", "at", "damage", "field_name"),
    [
        (J_BY_HAND, 61, "819999199001010019", "number"),
        (J_BY_HAND, 26, " " * 35, "address"),
        (J_BY_HAND, 110, "\x07", "pass"),
        (I_BY_HAND, 0, " " * 60, "latin"),
        (I_BY_HAND, 61, "UTO41029001010X", "number"),
        (I_BY_HAND, 76, "utO", "country"),
        (I_BY_HAND, 110, "19900231", "birth"),
        (Y_BY_HAND, 26, " " * 35, "latin"),
        (Y_BY_HAND, 61, "941999199001010010", "number"),
        (Y_BY_HAND, 121, "12", "country"),
    ],
)
def test_garbled_fields_of_other_layouts(text: str, at: int, damage: str, field_name: str) -> None:
    """Each layout is judged by its own fields."""
    with pytest.raises(LayoutError) as refused:
        decode((text[:at] + damage + text[at + len(damage) :]).encode("utf-16-le"), b"")
    assert (refused.value.code, refused.value.field_name) == ("id_card.garbled", field_name)


def test_foreigner_without_a_chinese_name_and_a_name_with_a_blank_at_the_seam() -> None:
    """No Chinese name is no damage; where the first field ends in a blank, the two halves do not grow together."""
    long = replace(SAMPLE_CARDS["测试辛"], name="", latin_name="SAMPLE, MAXIMILIAN BARTHOLOMEW ABC DEF")
    assert long.latin_name[34] == " "
    assert decode(encode(long), long.photo_wlt) == long


@pytest.mark.parametrize(
    ("offset", "text", "field_name"),
    [
        (0, " " * 15, "name"),
        (0, "\x07", "name"),
        (30, "7", "sex"),
        (32, "57", "nation"),
        (36, "19900230", "birth"),
        (36, "１９９００１０１", "birth"),
        (52, " " * 35, "address"),
        (122, "990000199001010018", "number"),
        (122, "99000019900101001x", "number"),
        (158, " " * 15, "issuer"),
        (188, "        ", "from"),
        (204, "20401301", "to"),
        (248, "7", "kind"),
    ],
)
def test_garbled_fields_are_refused(offset: int, text: str, field_name: str) -> None:
    """What no resident card can hold is garbled, and the error names the field but not its content."""
    with pytest.raises(LayoutError) as refused:
        decode(with_text(offset, text), b"")
    assert (refused.value.code, refused.value.field_name) == ("id_card.garbled", field_name)


def test_wrong_length_is_refused() -> None:
    """A short or long text is no card."""
    for raw in (b"", BY_HAND[:-1], BY_HAND + b"\0"):
        with pytest.raises(LayoutError):
            decode(raw, b"")


def test_rare_characters_survive_and_are_never_halved() -> None:
    """A name beyond the BMP comes back whole, and a cut falls between characters."""
    assert decode(encode(replace(CARD, name="测𠮷甲")), CARD.photo_wlt).name == "测𠮷甲"
    assert decode(encode(replace(CARD, name="甲" * 14 + "𠮷")), b"").name == "甲" * 14


@given(st.binary(min_size=TEXT_BYTES, max_size=TEXT_BYTES))
def test_random_bytes_are_refused_with_a_code(raw: bytes) -> None:
    """Noise never gets out as anything but a LayoutError."""
    with pytest.raises(LayoutError):
        decode(raw, b"")


def test_nations() -> None:
    """The table has the 56 and the two codes outside them; 46 is 德昂 (a copied list has 德昴)."""
    assert [nation_name(code) for code in ("01", "05", "46", "56", "97", "00", "57")] == [
        "汉", "维吾尔", "德昂", "基诺", "其他", None, None,
    ]  # fmt: skip


def test_frames_equal_the_published_ones() -> None:
    """The three requests, byte for byte as vendors print them."""
    assert request(Command.FIND) == bytes.fromhex("AAAAAA9669 0003 20 01 22")
    assert request(Command.SELECT) == bytes.fromhex("AAAAAA9669 0003 20 02 21")
    assert request(Command.READ) == bytes.fromhex("AAAAAA9669 0003 30 01 32")
    assert reply(0x80) == bytes.fromhex("AAAAAA9669 0004 00 00 80 84")
    assert len(reply(0x90, bytes(4 + 256 + 1024))) == 1295


@given(st.binary(max_size=40).filter(lambda noise: b"\xaa" not in noise), st.integers(min_value=1, max_value=20))
def test_frames_are_found_in_noise_and_in_pieces(noise: bytes, step: int) -> None:
    """However the bytes arrive, the frames come out in order."""
    stream = noise + reply(0x9F, bytes(4)) + noise + reply(0x80)
    scanner, found = Scanner(), []
    for start in range(0, len(stream), step):
        frame = scanner.feed(stream[start : start + step])
        while frame is not None:
            found.append(frame.payload[2])
            assert frame.sound
            frame = scanner.feed(b"")
    assert found == [0x9F, 0x80]


def test_bad_checksum_is_told_and_absurd_lengths_are_skipped() -> None:
    """A frame whose XOR is wrong is not sound; a preamble with an impossible length is noise."""
    broken = reply(0x80)[:-1] + b"\x00"
    frame = Scanner().feed(broken)
    assert frame is not None
    assert not frame.sound
    after = Scanner().feed(bytes.fromhex("AAAAAA9669FFFF") + reply(0x80))
    assert after is not None
    assert after.sound
