"""The key in a file: whole, private, never replaced."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from offline_queue import QueueError, SoftwareDeviceKey
from offline_queue.keys import Custody, DeviceKey


def load_code(path: Path) -> str:
    with pytest.raises(QueueError) as caught:
        SoftwareDeviceKey.load(path)
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
