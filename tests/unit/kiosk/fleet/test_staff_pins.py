"""PINs of staff cards: slow to guess, counted before they are judged, and remembered over a restart."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from kiosk.clock import ClockQuality
from kiosk.fleet import staff_pins
from kiosk.fleet.staff_pins import (
    LOCKING_TRIES,
    Locked,
    PinCounter,
    PinError,
    Right,
    Waiting,
    Wrong,
    holds,
    is_record,
    record_of,
    wait_after,
)

PIN, OTHER = "246810", "135790"


class MovedClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = dt.datetime(2026, 11, 27, 19, 12, tzinfo=dt.UTC)

    def now(self) -> dt.datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0

    def quality(self) -> ClockQuality:
        return ClockQuality.SYNCHRONISED

    def pass_s(self, seconds: float) -> None:
        self.at += dt.timedelta(seconds=seconds)


@pytest.fixture(scope="module")
def record() -> str:
    return record_of(PIN)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge without the slow hash, where what is counted is the point."""
    monkeypatch.setattr(staff_pins, "holds", lambda _, pin: pin == PIN)


def test_a_record_holds_its_own_pin_alone(record: str) -> None:
    """Salted: the same PIN makes another record, and neither shows a digit of it."""
    assert holds(record, PIN)
    assert not holds(record, OTHER)
    other = record_of(PIN)
    assert other != record
    assert holds(other, PIN)
    assert is_record(record)
    assert PIN not in record


@pytest.mark.parametrize("text", ["", "246810", "scrypt$1$1$1$a$b", "plain$246810"])
def test_what_nobody_made_is_no_record(text: str) -> None:
    """It is refused in a configuration, and no PIN fits it."""
    assert not is_record(text)
    assert not holds(text, PIN)


@pytest.mark.parametrize("pin", ["", "12345", "1234567890123", "12345a", "１２３４５６"])
def test_what_is_no_pin_gets_no_record(pin: str) -> None:
    """Six to twelve digits of the keypad."""
    with pytest.raises(PinError, match=r"pins\.shape"):
        record_of(pin)


def test_waits_double_from_the_fifth_to_the_lock() -> None:
    """As the terminal's manual says: four for nothing, fifteen seconds, and twice as long each time."""
    assert [wait_after(wrong) for wrong in range(8)] == [0, 0, 0, 0, 0, 15, 30, 60]
    assert wait_after(LOCKING_TRIES - 1) == 15 * 2**9


@pytest.mark.usefixtures("quick")
def test_fifteen_wrong_pins_lock_whoever_waits_them_out(tmp_path: Path, clock: MovedClock) -> None:
    """Each later try is answered only after its wait; the fifteenth locks, for the right PIN too, until it is unlocked."""
    counter = PinCounter(tmp_path, clock)
    for number in range(1, LOCKING_TRIES):
        assert counter.judge("S0001", "", OTHER) == Wrong(wait_after(number), LOCKING_TRIES - number)
        if wait_after(number):
            assert counter.judge("S0001", "", PIN) == Waiting(wait_after(number))
            clock.pass_s(wait_after(number) - 0.5)
            assert counter.judge("S0001", "", PIN) == Waiting(1)
            clock.pass_s(0.5)
    assert counter.judge("S0001", "", OTHER) == Locked()
    clock.pass_s(10**9)
    assert counter.judge("S0001", "", PIN) == Locked()
    assert counter.judge("S0002", "", PIN) == Right()
    counter.unlock("S0001")
    assert counter.judge("S0001", "", PIN) == Right()


@pytest.mark.usefixtures("quick")
def test_a_restart_forgets_no_wrong_pin_and_a_right_one_forgets_all(tmp_path: Path, clock: MovedClock) -> None:
    """Another process goes on counting where this one stopped."""
    for _ in range(4):
        PinCounter(tmp_path, clock).judge("S0001", "", OTHER)
    assert PinCounter(tmp_path, clock).judge("S0001", "", OTHER) == Wrong(15, 10)
    clock.pass_s(15)
    assert PinCounter(tmp_path, clock).judge("S0001", "", PIN) == Right()
    assert PinCounter(tmp_path, clock).judge("S0001", "", OTHER) == Wrong(0, 14)


def test_a_try_is_counted_before_it_is_judged(
    tmp_path: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever pulls the plug while a PIN is judged has spent the try."""

    def pulled(*_: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(staff_pins, "holds", pulled)
    with pytest.raises(KeyboardInterrupt):
        PinCounter(tmp_path, clock).judge("S0001", "", OTHER)
    assert json.loads((tmp_path / "staff_pins.json").read_text())["cards"]["S0001"]["wrong"] == 1


@pytest.mark.usefixtures("quick")
def test_a_clock_that_was_set_back_makes_no_wait_longer(tmp_path: Path, clock: MovedClock) -> None:
    """A year back: the wait is what it was, not a year."""
    counter = PinCounter(tmp_path, clock)
    for _ in range(5):
        counter.judge("S0001", "", OTHER)
    clock.pass_s(-365 * 86400)
    assert counter.judge("S0001", "", PIN) == Waiting(15)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"cards":{"S0001":{"wrong":0,"at":"2026-11-27T19:12:00Z"}}}', b"\xff"]
)
@pytest.mark.usefixtures("quick")
def test_counters_that_say_nothing_lock_every_card(tmp_path: Path, clock: MovedClock, content: bytes) -> None:
    """Whoever scribbles over them wins no tries; unlocking begins them anew."""
    (tmp_path / "staff_pins.json").write_bytes(content)
    counter = PinCounter(tmp_path, clock)
    assert counter.judge("S0001", "", PIN) == Locked()
    counter.unlock("S0002")
    assert counter.judge("S0001", "", PIN) == Right()


@pytest.mark.usefixtures("quick")
def test_a_disk_that_takes_nothing_is_said(tmp_path: Path, clock: MovedClock) -> None:
    """The place of the counters is a file: a code, and no try."""
    (tmp_path / "state").write_text("")
    with pytest.raises(PinError, match=r"pins\.unwritable"):
        PinCounter(tmp_path / "state", clock).unlock("S0001")
