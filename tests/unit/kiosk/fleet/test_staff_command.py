"""`kiosk staff`: a PIN made into what the configuration keeps, and a locked card unlocked, written down."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from devices.smart_card.samples import SAMPLE_STAFF
from kiosk.clock import SystemClock
from kiosk.config import ConfigError, parse
from kiosk.fleet import staff_command
from kiosk.fleet.staff_pins import Locked, PinCounter, PinError, Right, holds


def typed(monkeypatch: pytest.MonkeyPatch, *pins: str) -> None:
    told = iter(pins)
    monkeypatch.setattr(staff_command.getpass, "getpass", lambda _prompt: next(told))


def data(state_dir: Path, pin: str) -> dict[str, object]:
    return {
        "state_dir": str(state_dir),
        "terminal": {
            "number": "0001",
            "name": {"zh": "市民之窗", "en": "Citizen's Window"},
            "site": {"zh": "样例服务站", "en": "Sample station"},
            "phone": "0371-12345",
        },
        "city": {"url": "https://central.example.invalid/", "ca_file": "ca.pem"},
        "staff_cards": [
            {
                "staff_id": "S0001",
                "public_key": base64.b64encode(SAMPLE_STAFF["S0001"].public_key).decode(),
                "pin": pin,
            }
        ],
    }


def test_a_pin_typed_twice_becomes_a_line_of_the_configuration(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The line is taken as it is printed, and holds that PIN."""
    typed(monkeypatch, "246810", "246810")
    assert staff_command.pin() == staff_command.OK
    line = capsys.readouterr().out.strip()
    record = line.removeprefix('pin = "').removesuffix('"')
    (card,) = parse(data(tmp_path, record), source="test", base=tmp_path).staff_cards
    assert holds(card.pin, "246810")


def test_two_pins_are_none(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Typed differently, or too short: nothing is printed that could be pasted."""
    typed(monkeypatch, "246810", "246811")
    assert staff_command.pin() == staff_command.FAILED
    typed(monkeypatch, "1", "1")
    with pytest.raises(PinError):
        staff_command.pin()
    assert capsys.readouterr().out == ""


def test_a_pin_in_the_clear_is_no_configuration(tmp_path: Path) -> None:
    """Whoever writes the digits themselves is told by the key's name."""
    with pytest.raises(ConfigError, match="pin"):
        parse(data(tmp_path, "246810"), source="test", base=tmp_path)


def test_a_locked_card_is_unlocked_by_the_console(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By its number, with the login in the audit log; a card that the configuration does not name is refused."""
    (tmp_path / "staff_pins.json").write_text("scribbled")
    config = parse(data(tmp_path, ""), source="test", base=tmp_path)
    assert staff_command.unlock(config, "S0009") == staff_command.FAILED
    assert PinCounter(tmp_path, SystemClock()).judge("S0001", "", "") == Locked()
    assert staff_command.unlock(config, "S0001") == staff_command.OK
    (told,) = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    assert (told["event"], told["staff_id"]) == ("staff.unlocked", "S0001")
    assert PinCounter(tmp_path, SystemClock()).judge("S0001", "", "") != Right()
    assert "S0009" in capsys.readouterr().err
