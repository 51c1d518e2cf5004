"""Passports and permits: ICAO's worked examples byte for byte, and chips that lie, break off or know less than they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from devices.smart_card import (
    AccessRefused,
    MrzError,
    MrzKey,
    NeedsPace,
    NotATravelDocument,
    TravelDocument,
    Unreadable,
    bac,
    lds,
    tlv,
    travel_document,
)
from devices.smart_card.chip import ATR_T1, contactless_atr, parse_command
from devices.smart_card.emulator import StrangeCard, VirtualCard
from devices.smart_card.iso7816 import Command, historical_bytes, offers_extended_length, read_binary, select_file
from devices.smart_card.mrz import check_digit, parse
from devices.smart_card.passport_chip import PassportChip
from devices.smart_card.samples import SAMPLE_PASSPORTS

PASSPORT = SAMPLE_PASSPORTS["passport"]
ICAO_TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<" + "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
ICAO_TD1 = "I<UTOD231458907<<<<<<<<<<<<<<<" + "7408122F1204159UTO<<<<<<<<<<<6" + "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"
ICAO_TD2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<" + "D231458907UTO7408122F1204159<<<<<<<6"
ICAO_KEY = "L898902C<369080619406236"


class Wired:
    """A chip without a reader between: what is sent is what it answers."""

    def __init__(self, chip: VirtualCard, *, extended: bool | None = None) -> None:
        self.chip = chip
        self.extended = offers_extended_length(chip.atr) if extended is None else extended
        self.sent: list[bytes] = []
        self.spoil: Callable[[int, bytes], bytes] = lambda _, answer: answer

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        self.sent.append(apdu)
        raw = self.spoil(len(self.sent), self.chip.answer(apdu))
        return raw[:-2], int.from_bytes(raw[-2:], "big")


# --- ICAO 9303-11, appendix D ----


def test_access_keys_of_the_worked_example() -> None:
    """Appendix D.2: key text to encryption and MAC keys."""
    enc, mac = bac.access_keys(ICAO_KEY)
    assert (enc.hex(), mac.hex()) == ("ab94fdecf2674fdfb9b391f85d7f76f2", "7962d9ece03d1acd4c76089dce131543")
    assert MrzKey("L898902C", "690806", "940623").text() == ICAO_KEY


def worked_session() -> tuple[bac.Handshake, bac.Session]:
    handshake = bac.Handshake(
        ICAO_KEY,
        bytes.fromhex("4608F91988702212"),
        nonce=bytes.fromhex("781723860C06C226"),
        key=bytes.fromhex("0B795240CB7049B01C19B33E32804F0B"),
    )
    answer = "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F2F2D235D074D7449"
    return handshake, handshake.session(bytes.fromhex(answer))


def test_mutual_authentication_of_the_worked_example() -> None:
    """Appendix D.3: the command, and a session out of the chip's answer."""
    handshake, _ = worked_session()
    assert handshake.command().encode().hex().upper() == (
        "0082000028" + "72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2" + "5F1448EEA8AD90A7" + "28"
    )


def test_secure_messaging_of_the_worked_example() -> None:
    """Appendix D.4: three protected commands and three answers, one after the other."""
    _, session = worked_session()
    assert session.protect(select_file(0x011E)).encode().hex().upper() == (
        "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800"
    )
    assert session.unprotect(bytes.fromhex("990290008E08FA855A5D4C50A8ED")) == (b"", 0x9000)
    assert session.protect(read_binary(0, 4)).encode().hex().upper() == "0CB000000D9701048E08ED6705417E96BA5500"
    answer = "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED"
    assert session.unprotect(bytes.fromhex(answer)) == (bytes.fromhex("60145F01"), 0x9000)
    assert session.protect(read_binary(4, 0x12)).encode().hex().upper() == "0CB000040D9701128E082EA28A70F3C7B53500"
    answer = "871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08C8B2787EAEA07D74"
    assert session.unprotect(bytes.fromhex(answer))[0].hex().upper() == "04303130365F36063034303030305C026175"


@pytest.mark.parametrize(
    "answer",
    ["", "99", "990290008E08FA855A5D4C50A8EE", "990290008E0800", "8E08FA855A5D4C50A8ED", "99029000", "87010099029000"],
)
def test_answers_that_the_chip_did_not_send(answer: str) -> None:
    """Forged, cut off or without a MAC: refused, whatever it says."""
    _, session = worked_session()
    session.protect(select_file(0x011E))
    with pytest.raises(bac.SecureMessagingError):
        session.unprotect(bytes.fromhex(answer))


@pytest.mark.parametrize("answer", [b"", bytes(40), bytes(39)])
def test_chip_that_does_not_know_the_key(answer: bytes) -> None:
    """A chip must prove the key too."""
    handshake, _ = worked_session()
    with pytest.raises(bac.SecureMessagingError):
        handshake.session(answer)


# --- the zone ----


@pytest.mark.parametrize("zone", [ICAO_TD3, ICAO_TD1, ICAO_TD2])
def test_zones_of_icao(zone: str) -> None:
    """The specimens of parts 4, 5 and 6 read in full."""
    mrz = parse(zone)
    assert (mrz.surname, mrz.given_names, mrz.nationality, mrz.sex) == ("ERIKSSON", "ANNA MARIA", "UTO", "F")
    assert (mrz.birth, mrz.expiry) == ("740812", "120415")
    assert mrz.number == ("L898902C3" if zone is ICAO_TD3 else "D23145890")


@pytest.mark.parametrize("place", [44 + 9, 44 + 19, 44 + 27, 44 + 42, 44 + 43])
def test_every_check_digit_is_checked(place: int) -> None:
    """A zone with one wrong check digit is refused."""
    wrong = ICAO_TD3[:place] + str((int(ICAO_TD3[place]) + 1) % 10) + ICAO_TD3[place + 1 :]
    with pytest.raises(MrzError):
        parse(wrong)


@pytest.mark.parametrize("zone", ["", "P" * 88, "<" * 90, ICAO_TD3[:-1], ICAO_TD3.lower(), ICAO_TD1.replace("E", "É")])
def test_texts_that_are_no_zone(zone: str) -> None:
    """Length, alphabet, names: anything else is refused."""
    with pytest.raises(MrzError):
        parse(zone)


def test_number_longer_than_nine_places() -> None:
    """On a card the number goes on in the optional field, with its check digit behind it."""
    number = "D23145890734"
    first = "I<UTO" + number[:9] + "<" + number[9:] + check_digit(number)
    first = first.ljust(30, "<")
    second = "7408122F1204159UTO" + "<" * 11
    zone = first + second + check_digit(first[5:30] + second[0:7] + second[8:15] + second[18:29]) + ICAO_TD1[60:]
    assert parse(zone).number == number
    assert parse(zone).key.text().startswith(number + check_digit(number))


# --- the chip ----


def test_extended_length_is_used_where_the_chip_offers_it() -> None:
    """A face of 20 kB takes a few long commands instead of a hundred short ones, and is the same."""
    long, short = PassportChip(PASSPORT), PassportChip(PASSPORT, extended=False)
    for chip in (long, short):
        read = travel_document.read(Wired(chip), PASSPORT.key)
        assert isinstance(read, TravelDocument)
        assert read.face is not None
        assert read.face.data == PASSPORT.face()
    assert long.apdus < 20
    assert short.apdus > 90


def test_chip_that_promises_extended_length_and_has_none() -> None:
    """The promise costs one refused command: the document is read again with short ones."""
    chip = PassportChip(PASSPORT, extended=True, honest=False)
    read = travel_document.read(Wired(chip), PASSPORT.key)
    assert isinstance(read, TravelDocument)
    assert read.face is not None


def test_chip_whose_answers_are_changed_on_the_way() -> None:
    """An answer with a wrong MAC is not believed."""
    chip = PassportChip(PASSPORT)
    chip.break_mac = True
    assert travel_document.read(Wired(chip), PASSPORT.key) == Unreadable("smart_card.secure_messaging")


def test_chip_without_a_face_or_with_a_strange_one() -> None:
    """The zone counts; why there is no face is told beside it."""
    chip = PassportChip(PASSPORT)
    del chip.files[lds.DG2]
    read = travel_document.read(Wired(chip), PASSPORT.key)
    assert isinstance(read, TravelDocument)
    assert (read.face, read.face_code) == (None, "smart_card.sw_6a82")
    chip = PassportChip(PASSPORT)
    chip.files[lds.DG2] = tlv.encode(0x75, tlv.encode(0x7F61, tlv.encode(0x7F60, tlv.encode(0x5F2E, b"FAC\0"))))
    read = travel_document.read(Wired(chip), PASSPORT.key)
    assert isinstance(read, TravelDocument)
    assert (read.face, read.face_code) == (None, "smart_card.face")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "smart_card.file"),
        (b"\x61", "smart_card.file"),
        (b"\x61\x84\x00\x00\x00\x01", "smart_card.file"),
        (b"\x61\x83\xff\xff\xff", "smart_card.file_too_long"),
        (b"\x61\x20" + bytes(10), "smart_card.file"),
        (tlv.encode(0x61, tlv.encode(0x5F1F, b"<" * 88)), "smart_card.mrz"),
        (tlv.encode(0x61, tlv.encode(0x5F1F, b"\xff" * 88)), "smart_card.mrz"),
        (tlv.encode(0x62, b""), "smart_card.mrz"),
    ],
)
def test_chip_with_rubbish_for_a_zone(content: bytes, code: str) -> None:
    """Lengths that lead nowhere start no endless read; a zone that is none is told so."""
    chip = PassportChip(PASSPORT)
    chip.files[lds.DG1] = content
    assert travel_document.read(Wired(chip), PASSPORT.key) == Unreadable(code)


def test_chip_that_hands_out_someone_elses_zone_is_still_not_claimed_genuine() -> None:
    """What is read is what the chip says: a copied chip with a zone of its own choice reads like any other."""
    chip = PassportChip(PASSPORT)
    chip.files[lds.DG1] = replace(PASSPORT, surname="OTHER").dg1()
    read = travel_document.read(Wired(chip), PASSPORT.key)
    assert isinstance(read, TravelDocument)
    assert read.mrz.surname == "OTHER"


def test_refusals_and_what_they_mean() -> None:
    """PACE only, a wrong key, no application."""
    other = MrzKey("X00000009", PASSPORT.birth, PASSPORT.expiry)
    assert travel_document.read(Wired(PassportChip(PASSPORT, pace_only=True)), PASSPORT.key) == NeedsPace()
    assert travel_document.read(Wired(PassportChip(PASSPORT)), other) == AccessRefused()
    assert travel_document.read(Wired(StrangeCard()), PASSPORT.key) == NotATravelDocument()


def test_card_that_always_has_more() -> None:
    """61xx without an end is an answer without an end: given up."""
    wired = Wired(PassportChip(PASSPORT))
    wired.spoil = lambda _, answer: b"\x61\x10"
    assert isinstance(travel_document.read(wired, PASSPORT.key), NotATravelDocument)


# --- answers to reset and commands ----


@pytest.mark.parametrize(
    ("atr", "history", "extended"),
    [
        (ATR_T1.hex(), "", False),
        (contactless_atr(extended=True).hex(), "8073c02140", True),
        (contactless_atr(extended=False).hex(), "8073c02100", False),
        ("3b6d000080318065b0830204007e83009000", "80318065b0830204007e830090", False),
        ("3b", "", False),
        ("", "", False),
        ("3bf0", "", False),
        ("3b8f80018073c0", "", False),
    ],
)
def test_answers_to_reset(atr: str, history: str, extended: bool) -> None:
    """Historical bytes are found behind any interface bytes; nonsense offers nothing."""
    if atr != "3b6d000080318065b0830204007e83009000":
        assert historical_bytes(bytes.fromhex(atr)).hex() == history
    assert offers_extended_length(bytes.fromhex(atr)) is extended


@pytest.mark.parametrize(
    ("command", "written"),
    [
        (Command(0x84, le=8), "0084000008"),
        (Command(0xB0, 1, 0x84, le=256), "00B0018400"),
        (Command(0xB0, le=4000), "00B00000000FA0"),
        (Command(0xB0, le=65536), "00B00000000000"),
        (Command(0xA4, 4, 12, b"\x01\x02"), "00A4040C020102"),
        (Command(0x20, data=bytes(256), le=2), "00200000000100" + "00" * 256 + "0002"),
    ],
)
def test_commands_short_and_extended(command: Command, written: str) -> None:
    """Written as ISO 7816-4 has them, and the emulated chip reads them back."""
    assert command.encode().hex().upper() == written
    assert parse_command(command.encode()) == command


@pytest.mark.parametrize("command", [Command(0xB0, le=0), Command(0xB0, le=65537), Command(0xB0, data=bytes(65536))])
def test_commands_that_cannot_be(command: Command) -> None:
    """Our own mistakes are not sent to a card."""
    with pytest.raises(ValueError):
        command.encode()
