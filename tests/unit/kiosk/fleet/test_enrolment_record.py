"""The enrolment record: whole or not there, and never half believed."""

from __future__ import annotations

import base64
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from kiosk.city import client
from kiosk.city.messages import EnrolAnswer, GatewayInfo
from kiosk.city.messages import PlatformKey as SentKey
from kiosk.city.signing import enrolment_to_sign, signed_by
from kiosk.config import Config, parse
from kiosk.fleet import enrolment
from kiosk.fleet.enrol import enrol
from kiosk.fleet.enrolment import Enrolment, EnrolmentError, PlatformKey
from offline_queue.signatures import Algorithm, PublicKey

RECORD = Enrolment(
    kiosk="0001",
    device_public_key="11" * 32,
    next_seq=7,
    platform_seal_keys=(PlatformKey(key_id="seal-1", public_key="22" * 32),),
    platform_sign_key=PlatformKey(key_id="sign-1", public_key="33" * 32),
)


def unusable(state_dir: Path) -> str:
    with pytest.raises(EnrolmentError) as caught:
        enrolment.load(state_dir)
    return caught.value.code


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    """The record survives the way through the file, and the keys come as 32 bytes."""
    enrolment.save(tmp_path / "state", RECORD)
    loaded = enrolment.load(tmp_path / "state")
    assert loaded == RECORD
    assert loaded.platform_sign_key.raw() == b"\x33" * 32


def test_a_number_changed_after_enrolling_is_told(tmp_path: Path) -> None:
    """Codes would speak of one terminal and the screen of another: both numbers are named, and where the record lies."""
    enrolment.save(tmp_path, RECORD)
    assert enrolment.load(tmp_path, "0001") == RECORD
    with pytest.raises(EnrolmentError, match=r"enrolment.other_number: 0001 is enrolled, 0002 configured"):
        enrolment.load(tmp_path, "0002")


def test_a_terminal_that_was_never_enrolled_says_so(tmp_path: Path) -> None:
    """Missing is another code than unusable: one wants enrolling, the other a technician."""
    assert unusable(tmp_path) == "enrolment.missing"


def test_a_half_written_record_is_unusable(tmp_path: Path) -> None:
    """Cut anywhere, the record is refused."""
    enrolment.save(tmp_path, RECORD)
    whole = enrolment.path(tmp_path).read_bytes()
    for size in range(len(whole)):
        enrolment.path(tmp_path).write_bytes(whole[:size])
        assert unusable(tmp_path) == "enrolment.unusable"


@pytest.mark.parametrize(
    "change",
    [
        {"device_public_key": "11" * 31},
        {"device_public_key": "04" + "11" * 64},
        {"device_key_algorithm": "ecdsa-p256"},
        {"device_key_algorithm": "none"},
        {"device_public_key": "GG" * 32},
        {"device_public_key": "AB" * 32},
        {"platform_sign_key": {"key_id": "sign-1", "public_key": "33" * 33}},
        {"platform_sign_key": {"key_id": "", "public_key": "33" * 32}},
        {"platform_seal_keys": []},
        {"platform_seal_keys": [{"key_id": "seal-1", "public_key": "zz" * 32}]},
        {"kiosk": "O001"},
        {"next_seq": 0},
        {"unknown": 1},
    ],
)
def test_a_changed_record_is_unusable(tmp_path: Path, change: dict[str, Any]) -> None:
    """Wrong hex, wrong length, missing keys and foreign fields are refused, not mended."""
    enrolment.path(tmp_path).write_text(json.dumps({**RECORD.model_dump(mode="json"), **change}), encoding="utf-8")
    assert unusable(tmp_path) == "enrolment.unusable"


def test_a_folder_in_its_place_is_unusable(tmp_path: Path) -> None:
    """What cannot be read is a coded failure."""
    enrolment.path(tmp_path).mkdir()
    assert unusable(tmp_path) == "enrolment.unusable"


def test_a_failed_save_leaves_the_old_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new record takes the old one's place only when it is whole on the disk."""
    enrolment.save(tmp_path, RECORD)

    def broken(*_: object, **__: object) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr(json, "dump", broken)
    with pytest.raises(OSError, match="no space"):
        enrolment.save(tmp_path, RECORD.model_copy(update={"next_seq": 9}))
    monkeypatch.undo()
    assert enrolment.load(tmp_path) == RECORD


# --- enrolling ----


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return parse(
        {
            "state_dir": "state",
            "terminal": {
                "number": "0001",
                "name": {"zh": "市民之窗", "en": "Window"},
                "site": {"zh": "样例", "en": "Sample"},
                "phone": "0371-12345",
            },
            "city": {"url": "https://central.example.invalid/", "ca_file": "ca.pem"},
        },
        source="kiosk.toml",
        base=tmp_path,
    )


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


class City:
    """Answers an enrolment as told; keeps what the terminal proved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
        self.keys: list[bytes] = []
        self.custodies: list[str] = []
        self.answer = EnrolAnswer(
            kiosk="0001",
            platform_seal_keys=(SentKey(key_id="seal-1", public_key=b64(b"\x22" * 32)),),
            platform_sign_key=SentKey(key_id="sign-1", public_key=b64(b"\x33" * 32)),
            next_seq=7,
            gateway=GatewayInfo(name="sandbox", sandbox=True),
            time=dt.datetime(2026, 11, 23, tzinfo=dt.UTC),
        ).model_copy(update=changes)
        monkeypatch.setattr(client, "enrol", self.enrol)

    def enrol(
        self, _url: str, _ca: Path, *, code: str, public_key: bytes, sign: Any, algorithm: str, custody: str
    ) -> EnrolAnswer:
        message = enrolment_to_sign(code, b64(public_key), "nonce", algorithm, custody)
        assert signed_by(PublicKey(Algorithm(algorithm), public_key), b64(sign(message)), message)
        self.keys.append(public_key)
        self.custodies.append(custody)
        return self.answer


def test_enrolling_pins_the_platforms_keys(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """The record on the disk holds what the city answered and the public half of the key that stays here."""
    city = City(monkeypatch)
    record = enrol(config, "ABCD-1234")
    assert enrolment.load(config.state_dir) == record
    assert record.device_public_key == city.keys[0].hex()
    assert (record.next_seq, record.platform_sign_key.raw()) == (7, b"\x33" * 32)


def test_a_second_try_uses_the_same_key(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut short after the city answered: the key that the city knows by now is the one that is used again."""
    city = City(monkeypatch)
    first = enrol(config, "ABCD-1234")
    enrolment.path(config.state_dir).unlink()
    assert enrol(config, "ABCD-1234") == first
    assert city.keys[0] == city.keys[1]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kiosk": "0002"}, "enrolment.other_number"),
        ({"platform_sign_key": SentKey(key_id="s", public_key=b64(b"short"))}, "enrolment.bad_platform_key"),
        ({"platform_seal_keys": (SentKey(key_id="s", public_key=""),)}, "enrolment.bad_platform_key"),
    ],
)
def test_nonsense_of_the_city_is_refused(
    config: Config, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], code: str
) -> None:
    """Another terminal's number or a key that is none leaves no record behind."""
    City(monkeypatch, **changes)
    with pytest.raises(EnrolmentError) as caught:
        enrol(config, "ABCD-1234")
    assert caught.value.code == code
    assert unusable(config.state_dir) == "enrolment.missing"


def test_the_private_key_is_not_in_the_record(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads the record can sign nothing with it."""
    City(monkeypatch)
    record = enrol(config, "ABCD-1234").model_dump_json()
    key_file = config.state_dir / "device.key"
    private = load_pem_private_key(key_file.read_bytes(), password=None)
    assert isinstance(private, Ed25519PrivateKey)
    assert private.private_bytes_raw().hex() not in record
    assert key_file.stat().st_mode & 0o777 == 0o600
