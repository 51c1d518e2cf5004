"""What is left behind, and whom the staff reader lets in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from devices.errors import DeviceError
from devices.smart_card import StaffCard
from devices.smart_card.samples import SAMPLE_STAFF, SampleStaffCard
from kiosk.fleet.staff_pins import PinCounter, PinError, _Count
from kiosk.session import events as ev
from kiosk.session.states import Choice, Device, Holding, State, Trouble

if TYPE_CHECKING:
    from conftest import Bench

TRUSTED, STRANGER = SAMPLE_STAFF["S0001"], SAMPLE_STAFF["S0002"]


# --- the card of a citizen ----


def test_a_card_that_was_lifted_lets_the_next_person_come(bench: Bench) -> None:
    """Nothing is held: the guard screen does not even stand."""
    bench.to_form()
    bench.lift_card()
    bench.leave()
    assert bench.state() is State.ATTRACT
    assert bench.vault.empty


def test_a_card_left_behind_is_reminded_of_and_then_reported(bench: Bench) -> None:
    """Reminded in stages; after a minute the station is alarmed; lifted at last, the terminal is free."""
    bench.to_form()
    bench.leave()
    assert (bench.state(), bench.session.holding, bench.session.guard_stage) == (State.GUARD, Holding.CARD, 0)
    bench.wait(5)
    assert bench.session.guard_stage == 1
    bench.wait(5)
    assert bench.session.guard_stage == 2
    assert bench.audited("guard.alarmed") == []
    bench.wait(51)
    assert [entry["holding"] for entry in bench.audited("guard.alarmed")] == ["card"]
    bench.wait(120)
    assert bench.state() is State.GUARD
    assert len(bench.audited("guard.alarmed")) == 1
    bench.lift_card()
    assert bench.state() is State.ATTRACT


def test_the_person_is_forgotten_before_the_card_is_taken(bench: Bench) -> None:
    """While the card lies there the vault is empty already."""
    bench.to_form()
    bench.leave()
    assert bench.vault.empty
    assert bench.terminal.person.masked_name == ""


def test_a_reader_that_cannot_see_the_card_asks_the_person(make_bench: Callable[..., Bench]) -> None:
    """It may lie there: the person says, or after a while the next one may come."""
    bench = make_bench(presence="until_read")
    bench.to_form()
    bench.leave()
    assert bench.session.holding is Holding.CARD_UNKNOWN
    bench.handle(ev.Confirmed())
    assert bench.state() is State.ATTRACT
    bench.reader.lift()
    bench.to_form()
    bench.leave()
    assert bench.session.holding is Holding.CARD_UNKNOWN
    bench.wait(70)
    assert bench.state() is State.ATTRACT


@pytest.mark.parametrize("gone", ["unplugged", "no driver", "none configured"])
def test_without_a_reader_nothing_can_be_held(bench: Bench, gone: str) -> None:
    """A reader that is gone does not keep the terminal from the next person."""
    bench.to_form()
    if gone == "unplugged":
        bench.reader.unplug()
    elif gone == "no driver":
        bench.devices[Device.ID_CARD].dead = "id_card.disconnected"
    else:
        del bench.devices[Device.ID_CARD]
    bench.leave()
    assert bench.state() is State.ATTRACT


# --- the staff card ----


def insert(bench: Bench, card: SampleStaffCard | None) -> None:
    bench.staff_reader.insert(card)
    bench.poll()


def type_pin(bench: Bench, pin: str = "246810") -> None:
    for digit in pin:
        bench.terminal.staff.type_digit(digit)
    bench.terminal.staff.enter_pin()
    bench.turn()


def test_a_trusted_card_opens_the_status_page(bench: Bench) -> None:
    """With its PIN: its number is recorded, its holder's name shown; pulled, the page closes and no digit is left."""
    insert(bench, TRUSTED)
    assert bench.state() is State.STAFF_PIN
    assert bench.audited("staff.shown") == []
    type_pin(bench)
    assert bench.state() is State.STAFF
    assert (bench.terminal.staff.name, bench.terminal.staff.staff_id) == (TRUSTED.name, "S0001")
    assert bench.vault.empty
    assert [entry["staff_id"] for entry in bench.audited("staff.shown")] == ["S0001"]
    bench.staff_reader.remove()
    bench.poll()
    assert bench.state() is State.ATTRACT
    assert bench.terminal.staff.name == ""


def test_a_card_that_is_not_in_the_configuration_stays_outside(bench: Bench) -> None:
    """A genuine card of another station, and a card that is none, open nothing."""
    insert(bench, STRANGER)
    assert bench.session.trouble == Trouble("session.staff_card.untrusted", (Choice.SKIP,), detail="S0002")
    bench.staff_reader.remove()
    bench.poll()
    assert bench.session.trouble is None
    insert(bench, None)
    assert (bench.state(), bench.trouble) == (State.ATTRACT, "session.staff_card.not_a_staff_card")
    told = [(entry["reason"], entry.get("claimed")) for entry in bench.audited("staff.refused")]
    assert told == [("untrusted", "S0002"), ("not_a_staff_card", None)]


def test_a_card_with_a_trusted_number_and_another_key_is_forged(bench: Bench) -> None:
    """The key of the configuration decides, never the one that the card shows of itself."""
    insert(bench, replace(STRANGER, staff_id="S0001"))
    assert bench.state() is State.ATTRACT
    assert bench.audited("staff.refused")[0]["reason"] == "untrusted"
    assert bench.terminal.staff.name == ""


@pytest.mark.parametrize("signature", [b"", b"\x30\x00", bytes(72)])
def test_a_signature_that_is_none_is_refused(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, signature: bytes
) -> None:
    """Garbage instead of a signature is a refusal, not a crash."""
    card = StaffCard(TRUSTED.staff_id, TRUSTED.name, TRUSTED.role, TRUSTED.public_key, signature)
    monkeypatch.setattr(bench.staff_reader, "read_staff_card", lambda _: card)
    insert(bench, TRUSTED)
    assert bench.state() is State.ATTRACT


def test_an_old_answer_cannot_be_played_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each card signs a fresh challenge: yesterday's signature opens nothing."""
    challenges: list[bytes] = []
    real = bench.staff_reader.read_staff_card
    kept: list[object] = []

    def read(challenge: bytes) -> object:
        challenges.append(challenge)
        kept.append(real(challenge))
        return kept[0]

    monkeypatch.setattr(bench.staff_reader, "read_staff_card", read)
    insert(bench, TRUSTED)
    assert bench.state() is State.STAFF_PIN
    bench.staff_reader.remove()
    bench.poll()
    insert(bench, TRUSTED)
    assert bench.state() is State.ATTRACT
    assert len(set(challenges)) == 2
    assert {len(challenge) for challenge in challenges} == {32}


def test_a_card_pulled_in_the_middle_opens_nothing(bench: Bench) -> None:
    """Neither opened nor refused: it was not there long enough."""
    bench.staff_reader.pull_during_read = True
    insert(bench, TRUSTED)
    assert bench.state() is State.ATTRACT
    assert bench.audited("staff.refused") == []


def test_a_card_pulled_before_its_answer_came_opens_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A true answer that comes when the card is gone would open a page that nothing closes."""
    supervisor = bench.devices[Device.SMART_CARD]
    supervisor.hold()
    insert(bench, TRUSTED)
    bench.staff_reader.remove()
    bench.poll()

    def late(challenge: bytes) -> StaffCard:
        signature = TRUSTED.private_key.sign(challenge, ec.ECDSA(hashes.SHA256()))
        return StaffCard(TRUSTED.staff_id, TRUSTED.name, TRUSTED.role, TRUSTED.public_key, signature)

    monkeypatch.setattr(bench.staff_reader, "read_staff_card", late)
    supervisor.release()
    bench.turn()
    assert bench.state() is State.ATTRACT
    assert bench.terminal.staff.name == ""


def test_a_failing_reader_is_recorded(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code of the failure stands in the audit log."""

    def broken(_: bytes) -> StaffCard:
        raise DeviceError("smart_card.busy")

    monkeypatch.setattr(bench.staff_reader, "read_staff_card", broken)
    insert(bench, TRUSTED)
    assert bench.audited("staff.refused")[0]["reason"] == "smart_card.busy"
    assert bench.trouble == "session.staff_card.unreadable"


def test_a_staff_card_does_not_break_into_a_citizens_session(bench: Bench) -> None:
    """Somebody stands there with personal data on the screen: the status page has to wait."""
    bench.to_form()
    insert(bench, TRUSTED)
    assert bench.state() is State.FORM
    assert not bench.vault.empty


def test_the_status_page_opens_also_out_of_service(bench: Bench) -> None:
    """That is when a technician needs it; closing it leads back to where it was."""
    bench.handle(ev.FaultRaised("Q-200"))
    assert bench.state() is State.OUT_OF_SERVICE
    insert(bench, TRUSTED)
    type_pin(bench)
    assert bench.state() is State.STAFF
    bench.staff_reader.remove()
    bench.poll()
    assert bench.state() is State.OUT_OF_SERVICE


def test_wrong_pins_are_counted_said_and_slowed(bench: Bench) -> None:
    """Four cost nothing, the fifth waits fifteen seconds, and before they are over not even the right one is tried."""
    insert(bench, TRUSTED)
    for left in ("14", "13", "12", "11"):
        type_pin(bench, "111111")
        assert (bench.trouble, bench.session.trouble and bench.session.trouble.detail) == ("staff.pin.wrong", left)
        bench.handle(ev.TroubleAnswered(Choice.SKIP))
    type_pin(bench, "111111")
    assert bench.trouble == "staff.pin.wrong_wait"
    bench.handle(ev.TroubleAnswered(Choice.SKIP))
    type_pin(bench)
    assert (bench.trouble, bench.session.trouble and bench.session.trouble.detail) == ("staff.pin.wait", "15")
    bench.handle(ev.TroubleAnswered(Choice.SKIP))
    bench.clock.wall += dt.timedelta(seconds=15)
    type_pin(bench)
    assert bench.state() is State.STAFF
    assert [entry["reason"] for entry in bench.audited("staff.pin_refused")] == ["wrong"] * 5 + ["waiting"]
    assert all("111111" not in line for line in map(str, bench.audited()))


def test_a_locked_card_stays_locked(bench: Bench) -> None:
    """Also out of the reader and in again."""
    PinCounter(bench.state_dir, bench.clock)._save({"S0001": _Count(wrong=15, at=bench.clock.now())})
    insert(bench, TRUSTED)
    type_pin(bench)
    assert bench.trouble == "staff.pin.locked"
    bench.staff_reader.remove()
    bench.poll()
    insert(bench, TRUSTED)
    type_pin(bench)
    assert bench.trouble == "staff.pin.locked"


def test_a_card_without_a_pin_opens_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A configuration that names no PIN is not an invitation."""
    card = bench.context.config.staff_cards[0].model_copy(update={"pin": ""})
    monkeypatch.setattr(bench.context, "config", bench.context.config.model_copy(update={"staff_cards": (card,)}))
    insert(bench, TRUSTED)
    assert bench.state() is State.ATTRACT
    assert bench.audited("staff.refused")[0]["reason"] == "no_pin"
    assert bench.trouble == "session.staff_card.no_pin"


def test_a_card_pulled_while_its_pin_is_judged_opens_nothing(bench: Bench) -> None:
    """The right answer comes too late for a card that is gone."""
    insert(bench, TRUSTED)
    bench.store_work.hold()
    type_pin(bench)
    bench.staff_reader.remove()
    bench.poll()
    bench.store_work.release()
    bench.turn()
    assert bench.state() is State.ATTRACT
    assert bench.audited("staff.shown") == []


def test_a_try_that_cannot_be_counted_is_no_try(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk takes nothing: the right PIN does not open either, or a full disk would give free tries."""

    def full(*_: object) -> None:
        raise PinError("pins.unwritable", "28")

    monkeypatch.setattr(PinCounter, "_save", full)
    insert(bench, TRUSTED)
    type_pin(bench)
    assert (bench.state(), bench.trouble) == (State.STAFF_PIN, "staff.pin.uncounted")


def test_a_short_pin_is_not_even_asked(bench: Bench) -> None:
    """Five digits are no PIN, a thirteenth is not taken."""
    insert(bench, TRUSTED)
    type_pin(bench, "24681")
    assert not bench.session.busy
    type_pin(bench, "0" * 20)
    assert bench.audited("staff.pin_refused")[0]["reason"] == "wrong"
