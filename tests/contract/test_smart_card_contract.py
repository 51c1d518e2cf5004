"""What every smart card reader promises, over the fake and over the driver on the real pcscd with a virtual card.

The real half needs a /run of its own: `python -m devices.namespace -- python -m pytest`, which `make test` does.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from devices import namespace
from devices.errors import DeviceError
from devices.rig_daemons import Pcscd
from devices.smart_card import (
    AccessRefused,
    CardPresent,
    CardRemoved,
    Disconnected,
    MrzError,
    MrzKey,
    NeedsPace,
    NoCard,
    NotASocialCard,
    NotAStaffCard,
    NotATravelDocument,
    PinBlocked,
    PinNeeded,
    PinSpared,
    PinWrong,
    SmartCardReader,
    SmartCardReaderStatus,
    SocialCard,
    StaffCard,
    TravelDocument,
)
from devices.smart_card.chip import VirtualCard
from devices.smart_card.emulator import StaffCardChip, StrangeCard, VpcdSlot
from devices.smart_card.fakes import FakeSmartCardReader
from devices.smart_card.passport_chip import PassportChip
from devices.smart_card.pcsc import create
from devices.smart_card.samples import (
    SAMPLE_PASSPORTS,
    SAMPLE_SOCIAL_CARDS,
    SAMPLE_STAFF,
    SamplePassport,
    SampleSocialCard,
    SampleStaffCard,
)
from devices.smart_card.social_chip import SocialCardChip

CARD = SAMPLE_STAFF["S0001"]
OTHER = SAMPLE_STAFF["S0002"]
PASSPORT = SAMPLE_PASSPORTS["passport"]
INSURED = SAMPLE_SOCIAL_CARDS["测试甲"]
PATIENCE_S = 60.0
Card = SampleStaffCard | SamplePassport | SampleSocialCard


@dataclass
class Slot:
    """A reader and the hands that move the card."""

    reader: SmartCardReader
    insert: Callable[[Card | None], None]
    insert_pace_only: Callable[[SamplePassport], None]
    use_up_tries: Callable[[], None]
    remove: Callable[[], None]
    pull_during_read: Callable[[], None]
    stop_service: Callable[[], None]
    start_service: Callable[[], None]

    def settles(self, kind: type[SmartCardReaderStatus]) -> bool:
        """Whether the status becomes `kind`: the service looks into the slot only every 0.4 s."""
        expires_s = time.monotonic() + PATIENCE_S
        pause = threading.Event()
        while time.monotonic() < expires_s:
            if isinstance(self.reader.status(), kind):
                return True
            pause.wait(0.01)
        return False


@pytest.fixture(scope="module")
def pcscd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pcscd]:
    if not namespace.inside():
        pytest.fail("needs a /run of its own: python -m devices.namespace -- python -m pytest …")
    daemon = Pcscd(tmp_path_factory.mktemp("pcscd") / "pcscd.log")
    daemon.start()
    yield daemon
    daemon.stop()


def fake_slot() -> Iterator[Slot]:
    reader = FakeSmartCardReader()

    def pull() -> None:
        reader.pull_during_read = True

    def insert_pace_only(passport: SamplePassport) -> None:
        reader.pace_only = True
        reader.insert(passport)

    def use_up_tries() -> None:
        reader.tries_left = 0

    yield Slot(
        reader,
        reader.insert,
        insert_pace_only,
        use_up_tries,
        reader.remove,
        pull,
        reader.stop_service,
        reader.start_service,
    )


def chip_of(card: Card | None) -> VirtualCard:
    match card:
        case SampleStaffCard():
            return StaffCardChip(card)
        case SamplePassport():
            return PassportChip(card)
        case SampleSocialCard():
            return SocialCardChip(card)
        case None:
            return StrangeCard()


def pcsc_slot(pcscd: Pcscd) -> Iterator[Slot]:
    hands = VpcdSlot()
    reader = create({"reader": "Virtual PCD 00 00"})

    def insert(card: Card | None) -> None:
        hands.insert(chip_of(card))

    def use_up_tries() -> None:
        assert isinstance(hands.card, SocialCardChip)
        hands.card.tries = 0

    def pull() -> None:
        hands.pull_at_apdu = 3

    slot = Slot(
        reader,
        insert,
        lambda passport: hands.insert(PassportChip(passport, pace_only=True)),
        use_up_tries,
        hands.remove,
        pull,
        pcscd.stop,
        pcscd.start,
    )
    assert slot.settles(NoCard)
    yield slot
    hands.stop()
    reader.close()
    if pcscd.pid is None:
        pcscd.start()


@pytest.fixture(params=["fake", "pcsc"])
def slot(request: pytest.FixtureRequest) -> Iterator[Slot]:
    yield from fake_slot() if request.param == "fake" else pcsc_slot(request.getfixturevalue("pcscd"))


def verify(card: StaffCard, challenge: bytes) -> None:
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), card.public_key)
    key.verify(card.signature, challenge, ec.ECDSA(hashes.SHA256()))


def test_empty_slot(slot: Slot) -> None:
    """An empty slot is no failure, and reading it tells that there is no card."""
    assert slot.reader.status() == NoCard()
    assert slot.reader.read_staff_card(secrets.token_bytes(32)) == CardRemoved()


def test_staff_card_comes_over_whole_and_signs_the_challenge(slot: Slot) -> None:
    """Number, name, role and key are those of the card; its signature holds for this challenge and for no other."""
    slot.insert(CARD)
    assert slot.settles(CardPresent)
    challenge = secrets.token_bytes(32)
    card = slot.reader.read_staff_card(challenge)
    assert isinstance(card, StaffCard)
    assert (card.staff_id, card.name, card.role) == ("S0001", "测试站务员", "keeper")
    assert card.public_key == CARD.public_key
    verify(card, challenge)
    with pytest.raises(InvalidSignature):
        verify(card, secrets.token_bytes(32))


def test_reading_again_needs_no_new_insertion(slot: Slot) -> None:
    """Every read signs its own challenge."""
    slot.insert(CARD)
    assert slot.settles(CardPresent)
    for _ in range(2):
        challenge = secrets.token_bytes(32)
        card = slot.reader.read_staff_card(challenge)
        assert isinstance(card, StaffCard)
        verify(card, challenge)
    assert isinstance(slot.reader.status(), CardPresent)


def test_removed_card_is_gone_and_the_next_is_another(slot: Slot) -> None:
    """What is read is what lies in the slot now."""
    slot.insert(CARD)
    assert slot.settles(CardPresent)
    slot.remove()
    assert slot.settles(NoCard)
    assert slot.reader.read_staff_card(bytes(32)) == CardRemoved()
    slot.insert(OTHER)
    assert slot.settles(CardPresent)
    card = slot.reader.read_staff_card(bytes(32))
    assert isinstance(card, StaffCard)
    assert card.staff_id == "S0002"


def test_strange_card(slot: Slot) -> None:
    """A card without our application is present, but no staff card."""
    slot.insert(None)
    assert slot.settles(CardPresent)
    assert slot.reader.read_staff_card(bytes(32)) == NotAStaffCard()


def test_card_pulled_in_the_middle(slot: Slot) -> None:
    """A card pulled between two commands is removed, not broken; putting it back mends everything."""
    slot.insert(CARD)
    assert slot.settles(CardPresent)
    slot.pull_during_read()
    assert slot.reader.read_staff_card(bytes(32)) == CardRemoved()
    assert slot.settles(NoCard)
    slot.insert(CARD)
    assert slot.settles(CardPresent)
    assert isinstance(slot.reader.read_staff_card(bytes(32)), StaffCard)


def test_service_restart_is_survived(slot: Slot) -> None:
    """Without its service the reader is disconnected; the same driver works when the service is back."""
    slot.insert(CARD)
    assert slot.settles(CardPresent)
    slot.stop_service()
    assert slot.reader.status() == Disconnected()
    with pytest.raises(DeviceError) as gone:
        slot.reader.read_staff_card(bytes(32))
    assert gone.value.code == "smart_card.service"
    with pytest.raises(DeviceError):
        slot.reader.read_travel_document(PASSPORT.key)
    with pytest.raises(DeviceError):
        slot.reader.read_social_card(None)
    slot.start_service()
    assert slot.settles(CardPresent)
    assert isinstance(slot.reader.read_staff_card(bytes(32)), StaffCard)


@pytest.mark.parametrize("name", SAMPLE_PASSPORTS)
def test_travel_document_opens_with_its_printed_zone(slot: Slot, name: str) -> None:
    """A book and a card open with number, birth and expiry, and tell the whole zone and the face, byte for byte."""
    passport = SAMPLE_PASSPORTS[name]
    slot.insert(passport)
    assert slot.settles(CardPresent)
    for _ in range(2):
        read = slot.reader.read_travel_document(passport.key)
        assert isinstance(read, TravelDocument)
        assert (read.mrz.surname, read.mrz.given_names) == (passport.surname, passport.given_names)
        assert (read.mrz.number, read.mrz.nationality, read.mrz.sex) == (passport.number, "UTO", passport.sex)
        assert read.mrz.key == passport.key
        assert read.face is not None
        assert (read.face.media_type, read.face.data) == ("image/jpeg", passport.face())
    assert passport.number not in repr(read)
    assert passport.surname not in repr(read)


def test_travel_document_with_another_ones_key(slot: Slot) -> None:
    """A mistyped date opens nothing, and the right one does afterwards."""
    slot.insert(PASSPORT)
    assert slot.settles(CardPresent)
    assert slot.reader.read_travel_document(MrzKey(PASSPORT.number, "900102", PASSPORT.expiry)) == AccessRefused()
    assert isinstance(slot.reader.read_travel_document(PASSPORT.key), TravelDocument)


@pytest.mark.parametrize(
    "key", [MrzKey("", "900101", "350101"), MrzKey("X1", "9001", "350101"), MrzKey("甲", "900101", "350101")]
)
def test_key_that_nothing_can_have_printed(slot: Slot, key: MrzKey) -> None:
    """Refused before any chip is asked: chips count wrong keys, or slow down."""
    slot.insert(PASSPORT)
    assert slot.settles(CardPresent)
    with pytest.raises(MrzError):
        slot.reader.read_travel_document(key)


def test_chip_that_wants_pace_says_so(slot: Slot) -> None:
    """A chip without BAC is told apart from a wrong key and from a card of another kind."""
    slot.insert_pace_only(PASSPORT)
    assert slot.settles(CardPresent)
    assert slot.reader.read_travel_document(PASSPORT.key) == NeedsPace()


@pytest.mark.parametrize("card", [None, CARD, INSURED])
def test_no_travel_document(slot: Slot, card: Card | None) -> None:
    """Any other card is a value, and so is none."""
    assert slot.reader.read_travel_document(PASSPORT.key) == CardRemoved()
    slot.insert(card)
    assert slot.settles(CardPresent)
    assert slot.reader.read_travel_document(PASSPORT.key) == NotATravelDocument()


def test_travel_document_pulled_in_the_middle(slot: Slot) -> None:
    """Pulled while it is read it is removed, and reads when it is back."""
    slot.insert(PASSPORT)
    assert slot.settles(CardPresent)
    slot.pull_during_read()
    assert slot.reader.read_travel_document(PASSPORT.key) == CardRemoved()
    assert slot.settles(NoCard)
    slot.insert(PASSPORT)
    assert slot.settles(CardPresent)
    assert isinstance(slot.reader.read_travel_document(PASSPORT.key), TravelDocument)


def test_social_card_tells_its_holder_after_the_pin(slot: Slot) -> None:
    """Without the PIN it says how many tries there are; with it everything that the profile names; then it is closed."""
    slot.insert(INSURED)
    assert slot.settles(CardPresent)
    assert slot.reader.read_social_card(None) == PinNeeded(3)
    card = slot.reader.read_social_card("123456")
    assert isinstance(card, SocialCard)
    assert (card.name, card.social_number, card.card_number) == ("测试甲", "990000199001010017", "Z00000001")
    assert (card.version, card.issued, card.expires, card.birth) == ("3.00", "20200101", "20300101", "19900101")
    assert slot.reader.read_social_card(None) == PinNeeded(3)
    assert "测试甲" not in repr(card)


def test_wrong_pins_are_counted_and_the_last_try_is_spared(slot: Slot) -> None:
    """Each wrong PIN costs a try; the last one is never spent here; the right PIN in time sets the counter back."""
    slot.insert(INSURED)
    assert slot.settles(CardPresent)
    assert slot.reader.read_social_card("000000") == PinWrong(2)
    assert isinstance(slot.reader.read_social_card("123456"), SocialCard)
    assert slot.reader.read_social_card("000000") == PinWrong(2)
    assert slot.reader.read_social_card("000000") == PinWrong(1)
    assert slot.reader.read_social_card("123456") == PinSpared(1)
    assert slot.reader.read_social_card(None) == PinNeeded(1)


def test_blocked_social_card(slot: Slot) -> None:
    """Without a try left even the right PIN is told so."""
    slot.insert(INSURED)
    assert slot.settles(CardPresent)
    slot.use_up_tries()
    assert slot.reader.read_social_card("123456") == PinBlocked()
    assert slot.reader.read_social_card(None) == PinBlocked()


@pytest.mark.parametrize("card", [None, CARD, PASSPORT])
def test_no_social_card(slot: Slot, card: Card | None) -> None:
    """Any other card is a value, and so is none."""
    assert slot.reader.read_social_card(None) == CardRemoved()
    slot.insert(card)
    assert slot.settles(CardPresent)
    assert slot.reader.read_social_card("123456") == NotASocialCard()


@pytest.mark.parametrize("pin", ["", "123", "12345a", "１２３４５６", "1234567890123"])
def test_pin_has_digits(slot: Slot, pin: str) -> None:
    """What is no PIN never reaches a card, which would count it."""
    slot.insert(INSURED)
    assert slot.settles(CardPresent)
    with pytest.raises(ValueError):
        slot.reader.read_social_card(pin)
    assert slot.reader.read_social_card(None) == PinNeeded(3)


def test_challenge_has_32_bytes(slot: Slot) -> None:
    """Anything else is a mistake of the caller's, not of the card's."""
    with pytest.raises(ValueError):
        slot.reader.read_staff_card(b"short")


def test_close_twice(slot: Slot) -> None:
    """Closing is final and may be repeated."""
    slot.reader.close()
    slot.reader.close()
    assert slot.reader.status() == Disconnected()
