"""Which guardian opens this terminal's keys: the one that the configuration names, or none.

Knows: the files of each custody, and that the key must be the enrolled one. Does not know: how a guardian works
(`offline_queue.keys`, `tpm`, `tag_keys`). Another custody takes another enrolment; nothing falls back by itself.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

from kiosk.config import Config
from kiosk.fleet.enrolment import Enrolment
from offline_queue import CustodyError
from offline_queue.keys import (
    Custody,
    DeviceKey,
    PassphraseDeviceKey,
    SoftwareDeviceKey,
    SystemdCredsDeviceKey,
    passphrase_from,
)
from offline_queue.tag_keys import KeyringTagKey, TagKey
from offline_queue.tpm import Tpm, TpmDeviceKey, TpmTagKey

_FILES = {
    Custody.SOFTWARE: "device.key",
    Custody.PASSPHRASE: "device.sealed",
    Custody.SYSTEMD_CREDS: "device.cred",
    Custody.TPM: "device.tpm",
}


def key_file(config: Config) -> Path:
    """Return the file of the configured custody."""
    return config.state_dir / _FILES[config.custody.device_key]


def device_key(config: Config) -> DeviceKey:
    """Open the key where the configuration says that it is kept. Raises `CustodyError`."""
    path = key_file(config)
    match config.custody.device_key:
        case Custody.SOFTWARE:
            return SoftwareDeviceKey.load(path)
        case Custody.PASSPHRASE:
            return PassphraseDeviceKey.load(path, _passphrase(config))
        case Custody.SYSTEMD_CREDS:
            return SystemdCredsDeviceKey.load(path)
        case Custody.TPM:
            return TpmDeviceKey.load(Tpm(config.custody.tcti), path)


def enrolled_key(config: Config, record: Enrolment) -> DeviceKey:
    """Open the key that the city knows this terminal by. Raises `CustodyError`, key.not_enrolled for another one."""
    key = device_key(config)
    if key.public != record.device_key:
        raise CustodyError("key.not_enrolled", str(config.custody.device_key))
    return key


def device_key_for_enrolment(config: Config) -> DeviceKey:
    """Open the key, or make it where there is none yet: enrolling may have been cut short. Raises `CustodyError`."""
    path = key_file(config)
    if path.exists():
        return device_key(config)
    match config.custody.device_key:
        case Custody.SOFTWARE:
            return SoftwareDeviceKey.create(path)
        case Custody.PASSPHRASE:
            return PassphraseDeviceKey.create(path, _passphrase(config))
        case Custody.SYSTEMD_CREDS:
            return SystemdCredsDeviceKey.create(path)
        case Custody.TPM:
            return TpmDeviceKey.create(Tpm(config.custody.tcti), config.custody.tpm_handle, path)


def tag_key(config: Config) -> TagKey:
    """Open the key that tags persons: in the TPM where that guards the device key, else in memory. Raises `CustodyError`."""
    if config.custody.device_key is Custody.TPM:
        return TpmTagKey.open(Tpm(config.custody.tcti), config.custody.tpm_handle + 1, config.state_dir / "tag.tpm")
    return KeyringTagKey.open(config.state_dir)


def person_tag(key: TagKey, document_type: str, number: str) -> bytes:
    """Return the tag of a person's document: the same card finds its own cases by it, and nobody reads a number off it."""
    flat = "".join(unicodedata.normalize("NFKC", number).upper().split())
    return key.tag(f"civic-kiosk person v1\n{document_type}\n{flat}".encode())


def _passphrase(config: Config) -> bytes:
    if config.custody.passphrase_file is None:
        raise CustodyError("key.missing", "passphrase_file")
    return passphrase_from(config.custody.passphrase_file)
