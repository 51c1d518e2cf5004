"""What every identity card reader promises, over the fake and over the driver on its emulated wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from devices.id_card import CardPresent, Disconnected, Faulted, IdCard, IdCardReader, NoCard, PresenceUnknown, ReadFailed
from devices.id_card.emulator import Fault, SdtEmulator
from devices.id_card.fakes import FakeIdCardReader
from devices.id_card.samples import SAMPLE_CARDS
from devices.id_card.sdt import create
from devices.id_card.sdt_usb import create as create_usb
from devices.id_card.usb_emulator import UsbSdtEmulator

CARD = SAMPLE_CARDS["测试甲"]
OTHER = SAMPLE_CARDS["测试乙"]


@dataclass
class Desk:
    """A reader and the hands that move what lies on it."""

    reader: IdCardReader
    place: Callable[[IdCard], None]
    lift: Callable[[], None]
    unplug: Callable[[], None]
    break_module: Callable[[], None]
    spoil_read: Callable[[], None]
    until_read: bool


def fake_desk(presence: str) -> Iterator[Desk]:
    reader = FakeIdCardReader(presence_after_read=presence)

    def break_module() -> None:
        reader.fault = "id_card.sam_not_authorised"

    def spoil_read() -> None:
        reader.spoiled.append("id_card.read_failed")

    yield Desk(
        reader, reader.place, reader.lift, reader.unplug, break_module, spoil_read, presence == "until_read"
    )


def sdt_desk(presence: str, folder: Path) -> Iterator[Desk]:
    with SdtEmulator(folder / "reader", paced=False, presence_after_read=presence) as emulator:
        reader = create({"port": str(emulator.path), "presence_after_read": presence})

        def spoil_read() -> None:
            emulator.torn_read = True

        yield Desk(
            reader,
            emulator.place,
            emulator.lift,
            emulator.unplug,
            lambda: emulator.break_answers(Fault.NOT_AUTHORISED, 1000),
            spoil_read,
            presence == "until_read",
        )
        reader.close()


def usb_desk(presence: str, *, split: bool) -> Iterator[Desk]:
    emulator = UsbSdtEmulator(split=split, presence_after_read=presence)
    reader = create_usb({**emulator.options, "presence_after_read": presence}, backend=emulator)

    def spoil_read() -> None:
        emulator.torn_read = True

    yield Desk(
        reader,
        emulator.place,
        emulator.lift,
        emulator.unplug,
        lambda: emulator.break_answers(Fault.NOT_AUTHORISED, 1000),
        spoil_read,
        presence == "until_read",
    )
    reader.close()


@pytest.fixture(params=["fake", "sdt", "usb", "usb_one_pipe"])
def made_of(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["continuous", "until_read"])
def desk(request: pytest.FixtureRequest, made_of: str, tmp_path: Path) -> Iterator[Desk]:
    match made_of:
        case "fake":
            yield from fake_desk(request.param)
        case "sdt":
            yield from sdt_desk(request.param, tmp_path)
        case _:
            yield from usb_desk(request.param, split=made_of == "usb")


def test_empty_field(desk: Desk) -> None:
    """Without a card the status says so, and a read is no failure."""
    assert desk.reader.status() == NoCard()
    assert desk.reader.read() == NoCard()


def test_card_is_seen_and_read_exactly(desk: Desk) -> None:
    """Every field and every byte of the photo comes over as it stands on the card."""
    desk.place(CARD)
    assert desk.reader.status() == CardPresent()
    assert desk.reader.read() == CARD


@pytest.mark.parametrize("name", SAMPLE_CARDS)
def test_each_of_the_four_layouts(desk: Desk, name: str) -> None:
    """A resident's card, a residence permit, and both cards of foreigners come over whole, each as its own kind."""
    desk.place(SAMPLE_CARDS[name])
    assert desk.reader.read() == SAMPLE_CARDS[name]


def test_module_number(desk: Desk) -> None:
    """The number is that of the module's label, with or without a card, and a code when the module is not there."""
    assert desk.reader.sam_id() == "05.01-20261123-0000000001-0000000001"
    desk.break_module()
    assert desk.reader.sam_id() == ReadFailed("id_card.sam_not_authorised")


def test_long_term_card(desk: Desk) -> None:
    """A card without an end has None for it."""
    desk.place(OTHER)
    card = desk.reader.read()
    assert isinstance(card, IdCard)
    assert card.valid_to is None


def test_looking_does_not_use_the_card_up(desk: Desk) -> None:
    """A status poll between laying and reading changes nothing."""
    desk.place(CARD)
    for _ in range(3):
        assert desk.reader.status() == CardPresent()
    assert desk.reader.read() == CARD


def test_what_is_known_after_a_read(desk: Desk) -> None:
    """A continuous reader sees card and lift; an until-read one admits that it knows neither."""
    desk.place(CARD)
    desk.reader.read()
    assert desk.reader.status() == (PresenceUnknown() if desk.until_read else CardPresent())
    assert desk.reader.read() == (NoCard() if desk.until_read else CARD)
    desk.lift()
    assert desk.reader.status() == (PresenceUnknown() if desk.until_read else NoCard())


def test_next_card_is_seen_after_a_read(desk: Desk) -> None:
    """A card laid down later is present and is the one that is read."""
    desk.place(CARD)
    desk.reader.read()
    desk.lift()
    desk.place(OTHER)
    assert desk.reader.status() == CardPresent()
    assert desk.reader.read() == OTHER


def test_card_never_read_and_lifted_is_gone(desk: Desk) -> None:
    """As long as nothing was read, every reader knows about the lift."""
    desk.place(CARD)
    assert desk.reader.status() == CardPresent()
    desk.lift()
    assert desk.reader.status() == NoCard()


def test_failed_read_has_a_code_and_the_next_one_works(desk: Desk) -> None:
    """A card lifted too early is a failed read, and laying it down again mends it."""
    desk.place(CARD)
    desk.spoil_read()
    assert desk.reader.read() == ReadFailed("id_card.read_failed")
    desk.lift()
    desk.place(CARD)
    assert desk.reader.read() == CARD


def test_broken_module(desk: Desk) -> None:
    """A module that refuses to work is a fault with its code, from status and from read."""
    desk.place(CARD)
    desk.break_module()
    assert desk.reader.status() == Faulted("id_card.sam_not_authorised")
    assert desk.reader.read() == ReadFailed("id_card.sam_not_authorised")


def test_unplugged_reader_never_raises(desk: Desk) -> None:
    """Without its cable the reader is disconnected, and stays so until it is built anew."""
    desk.place(CARD)
    desk.unplug()
    assert desk.reader.status() == Disconnected()
    assert desk.reader.read() == ReadFailed("id_card.disconnected")
    assert desk.reader.sam_id() == ReadFailed("id_card.disconnected")
    assert desk.reader.status() == Disconnected()


def test_close_twice(desk: Desk) -> None:
    """Closing is final and may be repeated; a status afterwards is a value too."""
    desk.reader.close()
    desk.reader.close()
    assert desk.reader.status() == Disconnected()


def test_repr_names_nobody() -> None:
    """A card that ends up in a log or a failure report gives nobody away."""
    shown = repr(replace(CARD, name="测试丙"))
    assert "测试" not in shown
    assert CARD.number not in shown
