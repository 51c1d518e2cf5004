"""The platform's receipt: it counts when the platform signed it, whole, and of exactly what was sent."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from offline_queue.errors import EnvelopeError
from offline_queue.receipts import Receipt, sign_receipt, verify_receipt

ID = "0123456789abcdef0123456789abcdef"
PLATFORM = Ed25519PrivateKey.from_private_bytes(b"p" * 32)
PLATFORM_PUBLIC = PLATFORM.public_key().public_bytes_raw()
RECEIPT = Receipt("0001", 7, ID, "ab" * 32, dt.datetime(2026, 11, 23, 3, 12, tzinfo=dt.UTC), 7)


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(EnvelopeError) as caught:
        call()
    return caught.value.code


def read_receipt(data: bytes, **changes: Any) -> Receipt:
    expected: dict[str, Any] = {"kiosk": "0001", "seq": 7, "submission_id": ID, "sha256": "ab" * 32}
    return verify_receipt(data, PLATFORM_PUBLIC, **(expected | changes))


def test_round_trip_survives_reformatting() -> None:
    """A receipt should verify after any JSON library has had it in hand."""
    data = sign_receipt(RECEIPT, PLATFORM.sign)
    assert read_receipt(data) == RECEIPT
    assert read_receipt(json.dumps(json.loads(data), indent=2).encode()) == RECEIPT


@pytest.mark.parametrize("changes", [{"kiosk": "0002"}, {"seq": 8}, {"submission_id": "f" * 32}, {"sha256": "cd" * 32}])
def test_of_another_submission_is_refused(changes: dict[str, Any]) -> None:
    """A true receipt for something else should not count."""
    data = sign_receipt(RECEIPT, PLATFORM.sign)
    assert code_of(lambda: read_receipt(data, **changes)) == "receipt.other"


@pytest.mark.parametrize("field", ["kiosk", "seq", "id", "sha256", "received_at", "contiguous", "signature"])
def test_fields_are_all_signed(field: str) -> None:
    """A receipt with any field changed should not verify."""
    fields = json.loads(sign_receipt(RECEIPT, PLATFORM.sign))
    other = {
        "kiosk": "0002",
        "seq": 8,
        "id": "f" * 32,
        "sha256": "cd" * 32,
        "received_at": "2026-11-23T03:12:01Z",
        "contiguous": 9,
    }
    fields[field] = other.get(field, "00" * 64)
    assert code_of(lambda: read_receipt(json.dumps(fields).encode())) == "receipt.signature"


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 50_000,
        b'{"signature": 7}',
        b'{"v": 1, "signature": "' + b"0" * 128 + b'"}',
    ],
)
def test_junk_gets_a_code(junk: bytes) -> None:
    """Anything that is no receipt should be refused with a code."""
    assert code_of(lambda: read_receipt(junk)) == "receipt.malformed"


def test_with_an_impossible_time_is_refused() -> None:
    """A time that no calendar knows should be refused with a code."""
    fields = json.loads(sign_receipt(RECEIPT, PLATFORM.sign)) | {"received_at": "2026-02-30T00:00:00Z"}
    assert code_of(lambda: read_receipt(json.dumps(fields).encode())) == "receipt.malformed"
