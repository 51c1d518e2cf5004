"""The configured guardian opens the key, or nobody does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kiosk.config import Config, ConfigError, parse
from kiosk.faults import Recovery, fault_of
from kiosk.fleet import custody
from kiosk.fleet.enrolment import Enrolment, PlatformKey
from offline_queue import CustodyError
from offline_queue.keys import Custody, DeviceKey, SoftwareDeviceKey
from offline_queue.tag_keys import KeyringTagKey

WORDS = b"three invented words"


def config(base: Path, **custody_table: Any) -> Config:
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
            "custody": custody_table,
        },
        source="kiosk.toml",
        base=base,
    )


def record(key: DeviceKey) -> Enrolment:
    return Enrolment(
        kiosk="0001",
        device_public_key=key.public.raw.hex(),
        device_key_algorithm=key.public.algorithm,
        next_seq=1,
        platform_seal_keys=(PlatformKey(key_id="seal-1", public_key="22" * 32),),
        platform_sign_key=PlatformKey(key_id="sign-1", public_key="33" * 32),
    )


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(CustodyError) as caught:
        call()
    return caught.value.code


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words"
    path.write_bytes(WORDS)
    path.chmod(0o600)
    return path


def test_nothing_falls_back_to_the_key_that_lies_there(tmp_path: Path, words: Path) -> None:
    """A plain key in the state directory should not be used when another custody is configured."""
    SoftwareDeviceKey.create(tmp_path / "state" / "device.key")
    assert custody.device_key(config(tmp_path)).custody is Custody.SOFTWARE
    assert code_of(lambda: custody.device_key(config(tmp_path, device_key="tpm"))) == "key.missing"
    assert code_of(lambda: custody.device_key(config(tmp_path, device_key="systemd-creds"))) == "key.missing"
    sealed = config(tmp_path, device_key="passphrase", passphrase_file=str(words))
    assert code_of(lambda: custody.device_key(sealed)) == "key.missing"


def test_a_tpm_that_is_not_there_makes_no_key(tmp_path: Path) -> None:
    """Enrolling with a TPM that does not answer should fail with a code and leave nothing behind."""
    absent = config(tmp_path, device_key="tpm", tcti=f"device:{tmp_path}/no-such-tpm")
    assert code_of(lambda: custody.device_key_for_enrolment(absent)) == "key.tpm_missing"
    assert not (tmp_path / "state").exists()


def test_enrolling_again_takes_the_key_that_is_there(tmp_path: Path, words: Path) -> None:
    """Cut short, the same key should come back, opened by the same guardian."""
    sealed = config(tmp_path, device_key="passphrase", passphrase_file="words")
    made = custody.device_key_for_enrolment(sealed)
    assert made.custody is Custody.PASSPHRASE
    assert custody.device_key_for_enrolment(sealed).public == made.public
    assert custody.enrolled_key(sealed, record(made)).public == made.public


def test_a_key_that_was_not_enrolled_serves_nobody(tmp_path: Path) -> None:
    """A key that the city does not know should be refused at the start, not at the first submission."""
    enrolled = custody.device_key_for_enrolment(config(tmp_path))
    (tmp_path / "state" / "device.key").unlink()
    custody.device_key_for_enrolment(config(tmp_path))
    assert code_of(lambda: custody.enrolled_key(config(tmp_path), record(enrolled))) == "key.not_enrolled"


def test_a_missing_guardian_closes_the_terminal() -> None:
    """The fault should have a code of its own and take the terminal out of service."""
    fault = fault_of(CustodyError("key.tpm_missing"))
    assert (fault.code, fault.recovery) == ("Q-220", Recovery.OUT_OF_SERVICE)


@pytest.mark.parametrize(
    "table",
    [
        {"device_key": "none"},
        {"device_key": "passphrase"},
        {"device_key": "tpm", "passphrase_file": "words"},
        {"device_key": "tpm", "tpm_handle": 1},
        {"password": "secret"},
    ],
)
def test_a_custody_that_cannot_be_meant_is_refused(tmp_path: Path, table: dict[str, Any]) -> None:
    """A guardian that does not exist, or lacks what it needs, should be found out in the configuration."""
    with pytest.raises(ConfigError):
        config(tmp_path, **table)


def test_the_same_document_has_the_same_tag() -> None:
    """Full-width digits, blanks and a small x should tag alike; another number or kind of document should not."""
    key = KeyringTagKey(b"t" * 32)
    tag = custody.person_tag(key, "111", "99000019900101001X")
    assert custody.person_tag(key, "111", " ９９００００19900101001x") == tag
    assert custody.person_tag(key, "111", "990000195801010025") != tag
    assert custody.person_tag(key, "414", "99000019900101001X") != tag
    assert custody.person_tag(KeyringTagKey(b"u" * 32), "111", "99000019900101001X") != tag
