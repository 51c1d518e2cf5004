"""Keys in a real TPM 2.0 (in software): what it signs verifies, and nothing takes its place when it is gone."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from offline_queue import CustodyError, EnvelopeError, Outbox, Recipient, Sealing, envelope
from offline_queue.keys import Custody, DeviceKey
from offline_queue.signatures import Algorithm
from offline_queue.tag_keys import TagCustody, TagKey
from offline_queue.tpm import Tpm, TpmDeviceKey, TpmTagKey

HANDLE, TAG_HANDLE = 0x81010001, 0x81010002


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(CustodyError) as caught:
        call()
    return caught.value.code


def test_a_key_made_in_the_tpm_signs_and_comes_back(chip: Any, tmp_path: Path) -> None:
    """The key should be P-256, sign in the fixed form, be the same after the chip was switched off, and be nowhere else."""
    path = tmp_path / "device.tpm"
    made: DeviceKey = TpmDeviceKey.create(chip.tpm, HANDLE, path)
    assert path.stat().st_mode & 0o777 == 0o600
    chip.off()
    chip.on()
    loaded = TpmDeviceKey.load(chip.tpm, path)
    assert loaded.public == made.public
    assert (loaded.custody, loaded.public.algorithm, len(loaded.public.raw)) == (Custody.TPM, Algorithm.ECDSA_P256, 65)
    for number in range(8):  # half of all raw signatures have their s in the upper half
        message = b"message %d" % number
        assert loaded.public.holds(loaded.sign(message), message)
    assert not loaded.public.holds(loaded.sign(b"message"), b"another")


def test_a_form_sealed_by_a_tpm_is_verified_by_the_enrolled_key(chip: Any, tmp_path: Path) -> None:
    """An envelope put with the TPM's key should verify as P-256, and as nothing else."""
    key = TpmDeviceKey.create(chip.tpm, HANDLE, tmp_path / "device.tpm")
    platform = X25519PrivateKey.generate()
    sealing = Sealing(
        kiosk="0001",
        recipients=(Recipient("platform", platform.public_key().public_bytes_raw()),),
        sign=key.sign,
        mint_code=lambda seq: f"KF0001{seq:06d}",
    )
    outbox = Outbox.open(tmp_path / "outbox", sealing=sealing)
    try:
        outbox.put(b"form", (), service="item", submission_id="00" * 16)
        waiting = outbox.next_waiting()
    finally:
        outbox.close()
    assert waiting is not None
    sealed = envelope.parse(waiting.blob)
    envelope.verify(sealed, key.public.raw, algorithm=Algorithm.ECDSA_P256)
    with pytest.raises(EnvelopeError):
        envelope.verify(sealed, key.public.raw)
    assert envelope.open_form(sealed, platform.private_bytes_raw()) == b"form"


def test_a_cleared_handle_is_filled_again(chip: Any, tmp_path: Path) -> None:
    """A handle that somebody cleared should be filled from the blobs, with the same key."""
    path = tmp_path / "device.tpm"
    made = TpmDeviceKey.create(chip.tpm, HANDLE, path)
    chip.tpm.run("tpm2_evictcontrol", "-Q", "-C", "o", "-c", hex(HANDLE))
    assert TpmDeviceKey.load(chip.tpm, path).public == made.public


def test_another_tpm_is_no_replacement(chip: Any, tmp_path: Path) -> None:
    """A chip that never made the key, and one whose handle holds another key, should each have their code."""
    first, second = tmp_path / "first.tpm", tmp_path / "second.tpm"
    TpmDeviceKey.create(chip.tpm, HANDLE, first)
    chip.replace()
    assert code_of(lambda: TpmDeviceKey.load(chip.tpm, first)) == "key.other_tpm"
    TpmDeviceKey.create(chip.tpm, HANDLE, second)
    assert code_of(lambda: TpmDeviceKey.load(chip.tpm, first)) == "key.tpm_handle_taken"


def test_a_tpm_that_is_gone_signs_nothing(chip: Any, tmp_path: Path) -> None:
    """Without the chip, loading and signing should fail with a code, and no file should have appeared instead."""
    path = tmp_path / "device.tpm"
    key = TpmDeviceKey.create(chip.tpm, HANDLE, path)
    chip.off()
    assert code_of(lambda: key.sign(b"message")) == "key.tpm_missing"
    assert code_of(lambda: TpmDeviceKey.load(chip.tpm, path)) == "key.tpm_missing"
    assert code_of(lambda: TpmDeviceKey.create(chip.tpm, HANDLE, tmp_path / "new.tpm")) == "key.tpm_missing"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["device.tpm", "tpm"]


def test_a_file_that_is_no_tpm_key_has_its_code(chip: Any, tmp_path: Path) -> None:
    """Missing, damaged and readable files should be told apart before the chip is asked."""
    path = tmp_path / "device.tpm"
    assert code_of(lambda: TpmDeviceKey.load(chip.tpm, path)) == "key.missing"
    TpmDeviceKey.create(chip.tpm, HANDLE, path)
    assert code_of(lambda: TpmDeviceKey.create(chip.tpm, HANDLE, path)) == "key.exists"
    fields = json.loads(path.read_text())
    path.write_text(json.dumps(fields | {"handle": "noise"}))
    assert code_of(lambda: TpmDeviceKey.load(chip.tpm, path)) == "key.damaged"
    path.chmod(0o644)
    assert code_of(lambda: TpmDeviceKey.load(chip.tpm, path)) == "key.readable_by_others"


def test_the_tag_key_tags_alike_and_stays_in_the_tpm(chip: Any, tmp_path: Path) -> None:
    """The same message should give the same tag after a restart, another chip another tag; the file alone gives none."""
    path = tmp_path / "tag.tpm"
    key: TagKey = TpmTagKey.open(chip.tpm, TAG_HANDLE, path)
    tag = key.tag(b"message")
    assert (len(tag), key.custody) == (32, TagCustody.TPM)
    assert TpmTagKey.open(chip.tpm, TAG_HANDLE, path).tag(b"message") == tag
    assert key.tag(b"another") != tag
    chip.replace()
    assert code_of(lambda: TpmTagKey.open(chip.tpm, TAG_HANDLE, path)) == "key.other_tpm"


def test_a_tpm_that_hangs_is_given_up(tmp_path: Path) -> None:
    """A command that never answers should end at its deadline with a code of its own."""
    silent = tmp_path / "s"

    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as control:
        server.bind(str(silent))
        server.listen()
        control.bind(f"{silent}.ctrl")
        control.listen()
        tpm = Tpm(f"swtpm:path={silent}", deadline_s=0.5)
        assert code_of(lambda: TpmDeviceKey.create(tpm, HANDLE, tmp_path / "device.tpm")) == "key.guardian_silent"
