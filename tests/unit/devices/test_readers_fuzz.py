"""Bytes that nobody in good order would send, into every parser of the readers: a value comes out, or its own error.

The long profile (`--hypothesis-profile long`) runs each of them a hundred thousand times.
"""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from devices.id_card import IdCard, ReadFailed
from devices.id_card import layout as id_layout
from devices.id_card.frames import PREAMBLE, Scanner, reply
from devices.id_card.reader import module_number, parse
from devices.id_card.samples import SAMPLE_CARDS
from devices.smart_card import bac, lds, mrz, social_card, staff_card, tlv, travel_document
from devices.smart_card.chip import parse_command
from devices.smart_card.iso7816 import Command, historical_bytes, offers_extended_length
from devices.smart_card.passport_chip import PassportChip
from devices.smart_card.samples import SAMPLE_PASSPORTS, SAMPLE_SOCIAL_CARDS
from devices.smart_card.social_card import ProfileField, Shape, SocialCardProfile
from devices.smart_card.social_chip import SocialCardChip

PASSPORT = SAMPLE_PASSPORTS["passport"]
CARDS = [id_layout.encode(card) for card in SAMPLE_CARDS.values()]
ZONES = [passport.zone for passport in SAMPLE_PASSPORTS.values()]
CHIP = PassportChip(PASSPORT)
FILES = [CHIP.files[lds.DG1], CHIP.files[lds.DG2][:200], PassportChip(PASSPORT, pace_only=True).files[lds.CARD_ACCESS]]

STAFF_RECORD = staff_card.encode_record(staff_card.StaffRecord("S01", "甲", "a", b"\x04" + bytes(64)))


@st.composite
def damaged(draw: st.DrawFn, originals: list[bytes]) -> bytes:
    """Something good with some bytes changed, cut off or doubled."""
    raw = bytearray(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(raw) - 1)))
        match draw(st.integers(0, 3)):
            case 0 if raw:
                raw[at] = draw(st.integers(0, 255))
            case 1:
                del raw[at:]
            case 2:
                raw[at:at] = raw[at : at + draw(st.integers(1, 20))]
            case _:
                raw[at:at] = draw(st.binary(max_size=8))
    return bytes(raw)


@given(st.lists(st.binary(max_size=60) | st.just(PREAMBLE) | st.just(reply(0x9F, bytes(4))), max_size=8))
def test_frames(pieces: list[bytes]) -> None:
    """Whatever comes down the line, the scanner ends, and what it keeps stays small."""
    scanner = Scanner()
    for piece in pieces:
        frame = scanner.feed(piece)
        while frame is not None:
            assert len(frame.payload) <= 4096
            frame = scanner.feed(b"")


@given(damaged(CARDS) | st.binary(max_size=300))
def test_card_texts(raw: bytes) -> None:
    """A card's text is a card, or refused with a code."""
    with contextlib.suppress(id_layout.LayoutError):
        card = id_layout.decode(raw, b"")
        assert card.number.isascii()
        assert card.birth.year > 0


@given(st.binary(max_size=40) | damaged([b"\x01\x00\x04\x00" + text + bytes(1024) for text in CARDS]))
def test_read_answers(raw: bytes) -> None:
    """Lengths that do not add up, and everything behind them."""
    assert isinstance(parse(raw), IdCard | ReadFailed)
    assert isinstance(module_number(raw), str | ReadFailed)


@given(st.binary(max_size=200) | damaged(FILES))
def test_tlv(raw: bytes) -> None:
    """Objects come back as they were, or not at all."""
    with contextlib.suppress(tlv.TlvError):
        assert sum(len(value) for _, value in tlv.parse(raw)) <= len(raw)
    with contextlib.suppress(tlv.TlvError):
        tlv.fields(raw)
    with contextlib.suppress(tlv.TlvError):
        tlv.inner(raw, 0x75, 0x7F61)


@given(damaged(FILES) | st.binary(max_size=200))
def test_files_of_a_travel_document(raw: bytes) -> None:
    """Zone, face and access file: read, or refused with a code."""
    for read in (lds.parse_dg1, lds.parse_dg2, lds.offers_pace, lds.file_length):
        with contextlib.suppress(lds.LdsError):
            read(raw)


@given(st.text(alphabet="0123456789ABCXYZ<", max_size=95) | st.text(max_size=95) | damaged([z.encode() for z in ZONES]).map(
    lambda raw: raw.decode("latin-1")
))
def test_zones(zone: str) -> None:
    """Any text is a zone, or refused; a key that it gives can be written."""
    with contextlib.suppress(mrz.MrzError):
        mrz.parse(zone).key.text()


@given(st.binary(max_size=120))
def test_secure_messaging(raw: bytes) -> None:
    """No answer gets through a session that did not seal it."""
    session = bac.Session(bytes(16), bytes(8))
    with contextlib.suppress(bac.SecureMessagingError):
        session.unprotect(raw)
        raise AssertionError("believed")
    with contextlib.suppress(bac.SecureMessagingError):
        bac.Handshake("X", bytes(8)).session(raw)
        raise AssertionError("believed")


@given(st.binary(max_size=200) | damaged([STAFF_RECORD]))
def test_staff_records(raw: bytes) -> None:
    """A record, or a RecordError."""
    with contextlib.suppress(staff_card.RecordError):
        staff_card.decode_record(raw)
    with contextlib.suppress(staff_card.RecordError):
        assert staff_card.record_length(raw[:4]) <= staff_card.RECORD_LONGEST_BYTES


@given(st.binary(max_size=60), st.integers(1, 254), st.sampled_from(Shape))
def test_records_of_social_cards(raw: bytes, record: int, shape: Shape) -> None:
    """A value, or a ValueError."""
    with contextlib.suppress(ValueError):
        social_card.value_of(raw, ProfileField(file="EF05", record=record, bytes=20, shape=shape))


@given(st.binary(max_size=40))
def test_answers_to_reset_and_commands(raw: bytes) -> None:
    """Any bytes in place of an answer to reset or of a command."""
    assert len(historical_bytes(raw)) <= 15
    offers_extended_length(raw)
    command = parse_command(raw)
    assert command is None or isinstance(command, Command)


class Babbler:
    """A card that answers by the book until it begins to babble."""

    extended = True

    def __init__(self, chip: PassportChip | SocialCardChip, sober: int, babble: list[bytes]) -> None:
        self._chip = chip
        self._sober = sober
        self._babble = babble

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        if self._sober > 0 or not self._babble:
            self._sober -= 1
            raw = self._chip.answer(apdu)
        else:
            raw = self._babble.pop(0) + b"\x90\x00"
            self._chip.answer(apdu)
        return raw[:-2], int.from_bytes(raw[-2:], "big")


@given(st.integers(0, 8), st.lists(st.binary(max_size=60), max_size=6))
def test_chips_that_babble(sober: int, babble: list[bytes]) -> None:
    """A chip that loses its mind at any point of a read brings down nothing."""
    small = PassportChip(SMALL)
    travel_document.read(Babbler(small, sober, list(babble)), SMALL.key)
    chip = SocialCardChip(SAMPLE_SOCIAL_CARDS["测试甲"])
    social_card.read(Babbler(chip, sober, list(babble)), SocialCardProfile(), "123456")


SMALL = SAMPLE_PASSPORTS["permit"]
