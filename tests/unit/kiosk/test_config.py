"""The configuration: every bad key is named, and nothing is guessed."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from devices.smart_card.samples import SAMPLE_STAFF
from kiosk.config import ConfigError, load, parse
from kiosk.identity.assurance import Assurance
from kiosk.session.states import Device

EXAMPLE = Path(__file__).resolve().parents[3] / "packaging" / "kiosk.example.toml"


def good() -> dict[str, Any]:
    return {
        "state_dir": "state",
        "terminal": {
            "number": "0001",
            "name": {"zh": "市民之窗", "en": "Citizen's Window"},
            "site": {"zh": "样例服务站", "en": "Sample station"},
            "phone": "0371-12345",
        },
        "city": {"url": "https://central.example.invalid/", "ca_file": "ca.pem"},
        "devices": {"id_card": {"driver": "sdt", "options": {"port": "/dev/id-card-reader"}}},
    }


def refused(data: dict[str, Any]) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parse(data, source="kiosk.toml", base=Path("/srv"))
    return caught.value


def put(data: dict[str, Any], key: str, value: object) -> dict[str, Any]:
    *path, last = key.split(".")
    part = data
    for step in path:
        part = part[step]
    part[last] = value
    return data


def test_the_example_that_ships_is_good() -> None:
    """A technician who copies the example and changes values starts from something that is accepted."""
    config = load(EXAMPLE)
    assert set(config.devices) == set(Device)
    assert config.reachable_assurance == (Assurance.CARD, Assurance.CARD_CODE)


def test_relative_paths_are_taken_from_the_file() -> None:
    """Whoever starts the program from wherever, its state lies beside its configuration; absolute paths stay."""
    config = parse(good(), source="kiosk.toml", base=Path("/srv/kiosk"))
    assert config.state_dir == Path("/srv/kiosk/state")
    assert config.city.ca_file == Path("/srv/kiosk/ca.pem")
    assert config.outbox_dir == Path("/srv/kiosk/state/outbox")
    packs = parse({**good(), "speech": {"voice_packs": ["voices/zh"]}}, source="kiosk.toml", base=Path("/srv/kiosk"))
    assert packs.speech.voice_packs == (Path("/srv/kiosk/voices/zh"),)
    network = parse({**good(), "documents": {"corner_network": "doc_corner.onnx"}}, source="kiosk.toml", base=Path("/srv"))
    assert network.documents.corner_network == Path("/srv/doc_corner.onnx")
    absolute = put(put(good(), "state_dir", "/var/lib/x"), "city.ca_file", "/etc/ca.pem")
    config = parse(absolute, source="kiosk.toml", base=Path("/srv/kiosk"))
    assert (config.state_dir, config.city.ca_file) == (Path("/var/lib/x"), Path("/etc/ca.pem"))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("terminal.number", "OIL1"),
        ("terminal.number", "00011"),
        ("terminal.name.zh", ""),
        ("terminal.site.en", "x" * 81),
        ("terminal.phone", "call me"),
        ("terminal.language", "fr"),
        ("terminal.screen", {"orientation": "sideways"}),
        ("terminal.screen", {"px_per_mm": 0}),
        ("terminal.nickname", "Bob"),
        ("city.url", "central"),
        ("city.url", "ftp://central.example.invalid"),
        ("devices.id_card.driver", "../../sdt"),
        ("devices.fax", {"driver": "g3"}),
        ("reachable_assurance", ["blood"]),
        ("staff_cards", [{"staff_id": "s 1", "public_key": "AA=="}]),
        ("speech", {"output": "hw:0 ; rm"}),
        ("speech", {"voice": "loud"}),
        ("polling_s", 3),
    ],
)
def test_a_bad_key_is_named(key: str, value: object) -> None:
    """A technician reads which key is wrong and in which file."""
    error = refused(put(good(), key, value))
    assert error.code == "config.bad_key"
    assert key.rsplit(".", maxsplit=1)[-1] in error.detail
    assert error.detail.startswith("kiosk.toml: ")


def test_every_bad_key_is_named_at_once() -> None:
    """Three mistakes are one visit of the technician, not three."""
    data = put(put(put(good(), "terminal.number", "!"), "terminal.phone", ""), "surprise", 1)
    detail = refused(data).detail
    assert all(key in detail for key in ("terminal.number", "terminal.phone", "surprise"))


@pytest.mark.parametrize("missing", ["state_dir", "terminal", "city", "terminal.name", "city.ca_file"])
def test_what_is_missing_is_named(missing: str) -> None:
    """Nothing that decides where data goes has a default."""
    data = good()
    *path, last = missing.split(".")
    part = data
    for step in path:
        part = part[step]
    del part[last]
    assert missing in refused(data).detail


@pytest.mark.parametrize("key", ["", "not base 64!", "AAAA", base64.b64encode(b"\x04" + bytes(64)).decode()])
def test_a_staff_key_that_is_no_point_is_refused_at_start(key: str) -> None:
    """A card's key that cannot verify anything is found out when the program starts, not when the card is put in."""
    cards = [{"staff_id": "S0001", "public_key": key}]
    assert "staff_cards.0.public_key" in refused({**good(), "staff_cards": cards}).detail


def test_a_staff_key_is_taken() -> None:
    """A true P-256 point is accepted as it stands."""
    key = base64.b64encode(SAMPLE_STAFF["S0001"].public_key).decode()
    config = parse({**good(), "staff_cards": [{"staff_id": "S0001", "public_key": key}]}, source="", base=Path())
    assert config.staff_cards[0].public_key == key


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    """No file is another trouble than a bad one."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "kiosk.toml")
    assert caught.value.code == "config.missing"
    assert "kiosk.toml" in caught.value.detail


def test_a_folder_in_its_place_is_unreadable(tmp_path: Path) -> None:
    """What cannot be read is a coded failure, never a traceback."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path)
    assert caught.value.code == "config.unreadable"


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"state_dir = ", "config.not_toml"), (b"{}", "config.not_toml"), (b"\xff\xfe\x00", "config.unreadable")],
)
def test_what_is_no_toml_is_said_so(tmp_path: Path, content: bytes, code: str) -> None:
    """The detail names the file, and for TOML the line."""
    path = tmp_path / "kiosk.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert caught.value.code == code
    assert "kiosk.toml" in caught.value.detail


def test_a_half_written_file_never_passes(tmp_path: Path) -> None:
    """Cut the file anywhere: it is refused, or it is whole enough to name the same terminal, city and state."""
    whole = EXAMPLE.read_bytes()
    path = tmp_path / "kiosk.toml"
    complete = load(EXAMPLE)
    for size in range(0, len(whole), 7):
        path.write_bytes(whole[:size])
        try:
            config = load(path)
        except ConfigError:
            continue
        assert (config.terminal.number, config.city.url) == (complete.terminal.number, complete.city.url)
        assert config.city.ca_file == complete.city.ca_file
