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
    CardPresent,
    CardRemoved,
    Disconnected,
    NoCard,
    NotAStaffCard,
    SmartCardReader,
    SmartCardReaderStatus,
    StaffCard,
)
from devices.smart_card.emulator import StaffCardChip, StrangeCard, VpcdSlot
from devices.smart_card.fakes import FakeSmartCardReader
from devices.smart_card.pcsc import create
from devices.smart_card.samples import SAMPLE_STAFF, SampleStaffCard

CARD = SAMPLE_STAFF["S0001"]
OTHER = SAMPLE_STAFF["S0002"]
PATIENCE_S = 10.0


@dataclass
class Slot:
    """A reader and the hands that move the card."""

    reader: SmartCardReader
    insert: Callable[[SampleStaffCard | None], None]
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

    yield Slot(reader, reader.insert, reader.remove, pull, reader.stop_service, reader.start_service)


def pcsc_slot(pcscd: Pcscd) -> Iterator[Slot]:
    hands = VpcdSlot()
    reader = create({"reader": "Virtual PCD 00 00"})

    def insert(card: SampleStaffCard | None) -> None:
        hands.insert(StrangeCard() if card is None else StaffCardChip(card))

    def pull() -> None:
        hands.pull_at_apdu = 3

    slot = Slot(reader, insert, hands.remove, pull, pcscd.stop, pcscd.start)
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
    slot.start_service()
    assert slot.settles(CardPresent)
    assert isinstance(slot.reader.read_staff_card(bytes(32)), StaffCard)


def test_challenge_has_32_bytes(slot: Slot) -> None:
    """Anything else is a mistake of the caller's, not of the card's."""
    with pytest.raises(ValueError):
        slot.reader.read_staff_card(b"short")


def test_close_twice(slot: Slot) -> None:
    """Closing is final and may be repeated."""
    slot.reader.close()
    slot.reader.close()
    assert slot.reader.status() == Disconnected()
