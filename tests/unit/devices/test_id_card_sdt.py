"""The SDT driver on a pseudo-terminal: the line's faults, the pace of 115200 baud, the cable."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.errors import DeviceError
from devices.id_card import CardPresent, Disconnected, Faulted, IdCard, NoCard, Photo, PresenceUnknown, ReadFailed
from devices.id_card.emulator import Fault, SdtEmulator
from devices.id_card.frames import Answer, Command
from devices.id_card.layout import encode
from devices.id_card.reader import SdtIdCardReader, code_of
from devices.id_card.samples import SAMPLE_CARDS
from devices.id_card.sdt import create

CARD = SAMPLE_CARDS["测试甲"]


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[SdtEmulator]:
    with SdtEmulator(tmp_path / "reader", paced=False) as emulator:
        yield emulator


@pytest.fixture
def reader(emulator: SdtEmulator) -> Iterator[SdtIdCardReader]:
    reader = create({"port": str(emulator.path)})
    yield reader
    reader.close()


def test_noise_before_an_answer_is_skipped(emulator: SdtEmulator, reader: SdtIdCardReader) -> None:
    """Bytes that are no frame cost nothing."""
    emulator.place(CARD)
    emulator.break_answers(Fault.NOISE, 3)
    assert reader.read() == CARD


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault.BAD_CHECKSUM, "id_card.checksum"),
        (Fault.SHORT, "id_card.no_answer"),
        (Fault.NO_ANSWER, "id_card.no_answer"),
        (Fault.NOT_AUTHORISED, "id_card.sam_not_authorised"),
    ],
)
def test_spoilt_answer_is_a_code_and_the_next_one_works(
    emulator: SdtEmulator, reader: SdtIdCardReader, fault: Fault, code: str
) -> None:
    """One broken answer is one failed call; it leaves nothing behind in the buffers."""
    emulator.place(CARD)
    emulator.break_answers(fault)
    assert reader.status() == Faulted(code)
    assert reader.status() == CardPresent()
    emulator.break_answers(fault)
    assert reader.read() == ReadFailed(code)
    assert reader.read() == CARD


def test_card_of_another_layout_is_refused(emulator: SdtEmulator, reader: SdtIdCardReader) -> None:
    """A foreigner's card is not read as if it were a resident's."""
    emulator.place(CARD)
    text = encode(CARD)
    emulator.text_override = text[:248] + "Y".encode("utf-16-le") + text[250:]
    assert reader.read() == ReadFailed("id_card.garbled")
    emulator.place(CARD)
    emulator.text_override = text[:248] + "Q".encode("utf-16-le") + text[250:]
    assert reader.read() == ReadFailed("id_card.kind_unsupported")


def test_every_status_word_is_a_value(emulator: SdtEmulator, reader: SdtIdCardReader) -> None:
    """Whatever the module answers, and to which command, there is a code for it; only what means success succeeds."""
    good = {Answer.FOUND: (CardPresent(),), Answer.NO_CARD: (NoCard(), PresenceUnknown())}
    for sw3 in range(256):
        emulator.place(CARD)
        emulator.refusals = {Command.FIND: sw3}
        assert reader.status() in (good[Answer(sw3)] if sw3 in good else (Faulted(code_of(sw3)),))
        for command in (Command.SELECT, Command.READ):
            emulator.refusals = {command: sw3}
            emulator.place(CARD)
            refused = reader.read()
            if sw3 != Answer.OK:
                assert refused == ReadFailed(code_of(sw3))
            elif command is Command.READ:
                assert refused == ReadFailed("id_card.garbled")  # it says well done and brings nothing


def test_documented_status_words_have_names_of_their_own() -> None:
    """No two of them share a code, but for a card that is gone; no documented one is told in hexadecimal."""
    named = [code_of(sw3) for sw3 in Answer if sw3 not in (Answer.OK, Answer.FOUND, Answer.NO_CARD)]
    assert len(set(named)) == len(named)
    assert not [code for code in named if ".sw_" in code]


def test_lengths_that_do_not_add_up_are_garbled(emulator: SdtEmulator, reader: SdtIdCardReader) -> None:
    """An answer whose parts are shorter than a card is refused."""
    emulator.place(CARD)
    emulator.text_override = b"\x20\x00" * 10
    assert reader.read() == ReadFailed("id_card.garbled")


def test_replugged_reader_works_under_the_same_name(emulator: SdtEmulator, reader: SdtIdCardReader) -> None:
    """After the cable is back, a driver built anew on the same path works."""
    emulator.unplug()
    assert reader.status() == Disconnected()
    with pytest.raises(DeviceError) as missing:
        create({"port": str(emulator.path)})
    assert missing.value.code == "id_card.port"
    emulator.replug()
    again = create({"port": str(emulator.path)})
    assert again.status() == NoCard()
    again.close()


def test_port_is_not_shared(emulator: SdtEmulator, reader: SdtIdCardReader) -> None:
    """A second driver on the same port is refused rather than mixed in."""
    with pytest.raises(DeviceError) as taken:
        create({"port": str(emulator.path)})
    assert taken.value.code == "id_card.port"


@pytest.mark.parametrize("options", [{}, {"port": ""}, {"port": "x", "baud": 9601}, {"port": "x", "speed": 9600}])
def test_bad_options(options: dict[str, object]) -> None:
    """Options that mean nothing are refused before a port is touched."""
    with pytest.raises(DeviceError) as refused:
        create(options)
    assert refused.value.code == "id_card.options"


DECODERS = """
from devices.id_card import Photo

def draw(wlt):
    return Photo(width=2, height=1, rgb=wlt[:6])

def refuse(wlt):
    raise ValueError

def lie(wlt):
    return Photo(width=102, height=126, rgb=b"")
"""


@pytest.fixture
def decoders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a package with three photo decoders, as a vendor would."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "vendor_wlt.py").write_text(DECODERS, encoding="utf-8")
    info = tmp_path / "site" / "vendor_wlt-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: vendor-wlt\nVersion: 1.0\n", encoding="utf-8")
    names = [f"{name} = vendor_wlt:{name}" for name in ("draw", "refuse", "lie", "gone")]
    (info / "entry_points.txt").write_text("\n".join(["[civic_kiosk.photo_decoders]", *names, ""]), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path / "site")


@pytest.mark.usefixtures("decoders")
def test_photo_decoder_is_a_plug_in(emulator: SdtEmulator) -> None:
    """The decoder that the configuration names draws the photo; one that fails or lies costs the picture alone."""
    emulator.place(CARD)
    for name, photo in (("draw", Photo(width=2, height=1, rgb=CARD.photo_wlt[:6])), ("refuse", None), ("lie", None)):
        reader = create({"port": str(emulator.path), "photo_decoder": name, "presence_after_read": "continuous"})
        emulator.place(CARD)
        card = reader.read()
        reader.close()
        assert isinstance(card, IdCard)
        assert (card.photo, card.number) == (photo, CARD.number)


@pytest.mark.usefixtures("decoders")
@pytest.mark.parametrize("name", ["gone", "never_installed"])
def test_missing_photo_decoder_is_told_at_the_start(emulator: SdtEmulator, name: str) -> None:
    """A decoder that is named and not there is a mistake of the configuration, not a card without a picture."""
    with pytest.raises(DeviceError) as missing:
        create({"port": str(emulator.path), "photo_decoder": name})
    assert missing.value.code == "id_card.photo_decoder"


def test_paced_read_takes_as_long_as_the_line(tmp_path: Path) -> None:
    """At 115200 baud a card's 1295 bytes take 112 ms: the emulator does not flatter the driver."""
    with SdtEmulator(tmp_path / "reader") as emulator:
        reader = create({"port": str(emulator.path)})
        emulator.place(CARD)
        began_s = time.monotonic()
        assert reader.read() == CARD
        took_s = time.monotonic() - began_s
        reader.close()
    assert took_s > 0.11
