"""What enrolment brought: the terminal's number and the platform's public keys, pinned in the state directory.

Knows: the file, its checks, its atomic writing. Does not know: the private device key (`offline_queue.keys`) or the line.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from offline_queue.signatures import Algorithm, PublicKey


class EnrolmentError(Exception):
    """This terminal is not enrolled, or the record is unusable. `code` says which."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class PlatformKey(BaseModel):
    """A public key of the platform: X25519 for sealing, Ed25519 for its signatures; 32 bytes, hex."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key_id: str = Field(min_length=1, max_length=64)
    public_key: str = Field(pattern="^[0-9a-f]{64}$")

    def raw(self) -> bytes:
        """Return the key's 32 bytes."""
        return bytes.fromhex(self.public_key)


class Enrolment(BaseModel):
    """The record that ties this terminal to its city. Who guards the key stands in the configuration, not here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kiosk: str = Field(pattern="^[0-9A-HJKMNP-TV-Z]{4}$")
    device_public_key: str = Field(pattern="^([0-9a-f]{64}|04[0-9a-f]{128})$")
    device_key_algorithm: Algorithm = Algorithm.ED25519
    next_seq: int = Field(ge=1)
    """The first sequence number that was free at enrolment; the outbox goes on from the higher of this and its own."""
    platform_seal_keys: tuple[PlatformKey, ...] = Field(min_length=1)
    platform_sign_key: PlatformKey

    @model_validator(mode="after")
    def _the_key_is_one_of_its_algorithm(self) -> Self:
        if (len(self.device_public_key) == 64) != (self.device_key_algorithm is Algorithm.ED25519):
            msg = "device_public_key"
            raise ValueError(msg)
        return self

    @property
    def device_key(self) -> PublicKey:
        """The public key that the city knows this terminal by."""
        return PublicKey(self.device_key_algorithm, bytes.fromhex(self.device_public_key))


def path(state_dir: Path) -> Path:
    """Return where the record lives."""
    return state_dir / "enrolment.json"


def load(state_dir: Path, number: str | None = None) -> Enrolment:
    """Read the record. Raises `EnrolmentError`: missing, not what enrolment wrote, or not that of the terminal `number`."""
    try:
        record = Enrolment.model_validate_json(path(state_dir).read_bytes())
    except FileNotFoundError as error:
        raise EnrolmentError("enrolment.missing", str(state_dir)) from error
    except (OSError, ValidationError, UnicodeDecodeError) as error:
        raise EnrolmentError("enrolment.unusable", f"{path(state_dir)}: {type(error).__name__}") from error
    if number is not None and record.kiosk != number:
        # Codes and receipts would speak of two terminals.
        raise EnrolmentError("enrolment.other_number", f"{record.kiosk} is enrolled, {number} configured")
    return record


def save(state_dir: Path, enrolment: Enrolment) -> None:
    """Write the record whole or not at all (temporary file, fsync, rename, fsync of the directory)."""
    state_dir.mkdir(parents=True, exist_ok=True)
    target = path(state_dir)
    draft = target.with_suffix(".new")
    with draft.open("w", encoding="utf-8") as out:
        json.dump(enrolment.model_dump(mode="json"), out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(target)
    handle = os.open(state_dir, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
