"""The key that tags persons without a TPM: in the kernel's memory, in no file."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from offline_queue import CustodyError
from offline_queue.tag_keys import KeyringTagKey, TagCustody

TAG = """
from pathlib import Path
from offline_queue.tag_keys import KeyringTagKey
print(KeyringTagKey.open(Path({!r})).tag(b"m").hex())
"""


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    """Take this test's keys out of the keyring again."""
    before = keys()
    yield
    library = ctypes.CDLL("libkeyutils.so.1")
    for serial in keys() - before:
        library.keyctl_unlink(ctypes.c_int32(serial), -4)


def keys() -> set[int]:
    lines = Path("/proc/keys").read_text().splitlines()
    return {int(line.split()[0], 16) for line in lines if "civic-kiosk:tag:" in line}


def test_a_restarted_screen_finds_the_same_key(tmp_path: Path) -> None:
    """Another process of the same user should tag alike; nothing of the key should lie in any file."""
    key = KeyringTagKey.open(tmp_path)
    tag = key.tag(b"m")
    again = subprocess.run([sys.executable, "-c", TAG.format(str(tmp_path))], capture_output=True, check=True, text=True)
    assert again.stdout.strip() == tag.hex()
    assert key.custody is TagCustody.KEYRING
    assert [(each.name, each.stat().st_size) for each in tmp_path.iterdir()] == [("tag.lock", 0)]


def test_each_store_has_its_own_key(tmp_path: Path) -> None:
    """Two terminals on one machine should not find each other's persons."""
    first, second = KeyringTagKey.open(tmp_path / "a"), KeyringTagKey.open(tmp_path / "b")
    assert first.tag(b"m") != second.tag(b"m")
    assert first.tag(b"m") != first.tag(b"n")


def test_a_machine_without_a_keyring_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the kernel's keyring there should be a code and no other place for the key."""
    monkeypatch.setattr("offline_queue.tag_keys._LIBRARY", "libnothing.so.0")
    with pytest.raises(CustodyError) as caught:
        KeyringTagKey.open(tmp_path)
    assert caught.value.code == "key.no_keyring"
