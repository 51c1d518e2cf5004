"""The key in a file, plain or sealed: whole, private, never replaced, never opened by the wrong guardian."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from offline_queue import CustodyError, QueueError, SoftwareDeviceKey
from offline_queue.keys import (
    CREDENTIAL,
    Custody,
    DeviceKey,
    PassphraseDeviceKey,
    SystemdCredsDeviceKey,
    guarded,
    passphrase_from,
)

WORDS = b"three invented words"


def load_code(path: Path) -> str:
    with pytest.raises(QueueError) as caught:
        SoftwareDeviceKey.load(path)
    assert str(path) in str(caught.value)  # what a technician has to look at
    return caught.value.code


def test_a_key_is_made_private_and_comes_back_the_same(tmp_path: Path) -> None:
    """A new key should be a file of mode 0600 alone in its directory, load again, sign, and say who guards it."""
    path = tmp_path / "keys" / "device.pem"
    made: DeviceKey = SoftwareDeviceKey.create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]
    loaded = SoftwareDeviceKey.load(path)
    assert loaded.public_bytes == made.public_bytes
    assert loaded.custody is Custody.SOFTWARE
    Ed25519PublicKey.from_public_bytes(made.public_bytes).verify(loaded.sign(b"message"), b"message")


def test_a_key_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    """A second creation should fail and leave the first key and nothing else."""
    path = tmp_path / "device.pem"
    made = SoftwareDeviceKey.create(path)
    with pytest.raises(QueueError) as caught:
        SoftwareDeviceKey.create(path)
    assert caught.value.code == "key.exists"
    assert list(tmp_path.iterdir()) == [path]
    assert SoftwareDeviceKey.load(path).public_bytes == made.public_bytes


def test_each_bad_key_file_has_its_code(tmp_path: Path) -> None:
    """Missing, readable by others, damaged and of another kind should be told apart."""
    path = tmp_path / "device.pem"
    assert load_code(path) == "key.missing"
    SoftwareDeviceKey.create(path)
    path.chmod(0o640)
    assert load_code(path) == "key.readable_by_others"
    path.chmod(0o600)
    path.write_bytes(b"noise")
    assert load_code(path) == "key.damaged"
    other = X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(other)
    assert load_code(path) == "key.damaged"


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(CustodyError) as caught:
        call()
    return caught.value.code


def test_a_passphrase_opens_what_it_sealed_and_nothing_else_does(tmp_path: Path) -> None:
    """The file should hold no key that reads, open with its passphrase, and say when it is the wrong one."""
    path = tmp_path / "device.sealed"
    made: DeviceKey = PassphraseDeviceKey.create(path, WORDS)
    assert b"PRIVATE" not in path.read_bytes()
    loaded = PassphraseDeviceKey.load(path, WORDS)
    assert (loaded.public, loaded.custody) == (made.public, Custody.PASSPHRASE)
    assert code_of(lambda: PassphraseDeviceKey.load(path, b"three other words")) == "key.passphrase_wrong"
    assert load_code(path) == "key.damaged"
    assert code_of(lambda: PassphraseDeviceKey.create(tmp_path / "new", b"short")) == "key.passphrase_short"
    path.write_text("{}")
    assert code_of(lambda: PassphraseDeviceKey.load(path, WORDS)) == "key.damaged"


def test_the_passphrase_stands_in_a_file_that_nobody_else_reads(tmp_path: Path) -> None:
    """A passphrase that others can read should be refused; its last line feed should not count."""
    path = tmp_path / "words"
    path.write_bytes(WORDS + b"\n")
    path.chmod(0o600)
    assert passphrase_from(path) == WORDS
    path.chmod(0o644)
    assert code_of(lambda: passphrase_from(path)) == "key.readable_by_others"
    path.unlink()
    assert code_of(lambda: passphrase_from(path)) == "key.missing"


def test_systemd_seals_to_its_host_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that systemd sealed should open here, not as another credential, and not on a machine with another host key."""
    secret, path = tmp_path / "host.secret", tmp_path / "device.cred"
    monkeypatch.setenv("SYSTEMD_CREDENTIAL_SECRET", str(secret))
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    made = SystemdCredsDeviceKey.create(path)
    assert b"PRIVATE" not in path.read_bytes()
    assert SystemdCredsDeviceKey.load(path).public == made.public
    shutil.move(secret, tmp_path / "away")
    monkeypatch.setenv("SYSTEMD_CREDENTIAL_SECRET", str(tmp_path / "other.secret"))
    SystemdCredsDeviceKey.create(tmp_path / "second.cred")
    assert code_of(lambda: SystemdCredsDeviceKey.load(path)) == "key.creds_failed"


def test_a_service_takes_what_systemd_opened_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where systemd hands credentials over, the key should come from there, and from nowhere else when it is missing."""
    made = SoftwareDeviceKey.create(tmp_path / CREDENTIAL)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    loaded = SystemdCredsDeviceKey.load(tmp_path / "device.cred")
    assert (loaded.public, loaded.custody) == (made.public, Custody.SYSTEMD_CREDS)
    (tmp_path / CREDENTIAL).unlink()
    assert code_of(lambda: SystemdCredsDeviceKey.load(tmp_path / "device.cred")) == "key.missing"


def test_a_guardian_that_is_missing_silent_or_unwilling_has_its_code() -> None:
    """A program that is not installed, hangs or refuses should never be taken for a key that was not there."""
    assert code_of(lambda: guarded(["no-such-guardian"], b"", code="c", deadline_s=5)) == "key.guardian_missing"
    assert code_of(lambda: guarded(["sleep", "60"], b"", code="c", deadline_s=0.05)) == "key.guardian_silent"
    assert code_of(lambda: guarded(["false"], b"", code="c", deadline_s=5)) == "c"
    assert guarded(["cat"], b"data", code="c", deadline_s=5) == b"data"
