"""The receipt's QR code: signed by the terminal, one spelling, nothing personal."""

from __future__ import annotations

import base64
import datetime as dt
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from kiosk.identity.case_code import mint
from kiosk.printing.receipt_qr import ReceiptClaim, ReceiptQrError, make, verify

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
CLAIM = ReceiptClaim(
    code=mint("0001", 7),
    item="residence_permit_apply",
    submitted_at=dt.datetime(2026, 11, 27, 19, 12, 5, tzinfo=dt.UTC),
    digest="ab" * 32,
)
TEXT = make(CLAIM, KEY.sign)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def refused(text: str, public_key: bytes = PUBLIC) -> str:
    with pytest.raises(ReceiptQrError) as caught:
        verify(text, public_key)
    return caught.value.code


def signed(body: bytes) -> str:
    signature = KEY.sign(b"civic-kiosk receipt v1\n" + body)
    return ".".join(("KFR1", *(base64.urlsafe_b64encode(data).rstrip(b"=").decode() for data in (body, signature))))


def test_what_was_claimed_is_read_back() -> None:
    """Code, item, time and digest come back as they were signed; the time as UTC whatever zone it was given in."""
    assert verify(TEXT, PUBLIC) == CLAIM
    local = CLAIM.submitted_at.astimezone(dt.timezone(dt.timedelta(hours=8)))
    again = ReceiptClaim(CLAIM.code, CLAIM.item, local, CLAIM.digest)
    assert make(again, KEY.sign) == TEXT


def test_it_holds_four_facts_and_no_person() -> None:
    """Whoever photographs the code learns the case code, the item, the time and a hash; and it fits a small symbol."""
    body = json.loads(base64.urlsafe_b64decode(TEXT.split(".")[1] + "=="))
    assert body == {"c": CLAIM.code, "d": CLAIM.digest, "i": CLAIM.item, "t": "20261127T191205Z"}
    assert len(TEXT) < 320


def test_another_terminals_signature_is_refused() -> None:
    """The key decides, not the text."""
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    assert refused(TEXT, other) == "receipt_qr.signature"


@pytest.mark.parametrize("place", range(5, len(TEXT), 3))
def test_any_changed_character_is_refused(place: int) -> None:
    """There is one spelling of one receipt: no character can be another one."""
    old = TEXT[place]
    new = ALPHABET[(ALPHABET.find(old) + 1) % len(ALPHABET)]
    refused(TEXT[:place] + new + TEXT[place + 1 :])


@pytest.mark.parametrize("noise", ["!", " ", "\n", "=", "é", "\ud800"])
@pytest.mark.parametrize("place", [7, len(TEXT) - 3])
def test_noise_inside_is_refused(place: int, noise: str) -> None:
    """Python's decoder skips what is not base64; this one must not."""
    assert refused(TEXT[:place] + noise + TEXT[place:]) == "receipt_qr.garbled"


@pytest.mark.parametrize("text", ["", "KFR1", "KFR1..", "KFR2" + TEXT[4:], TEXT + ".x", "A" * 5000, TEXT[:-10]])
def test_what_is_no_receipt_is_refused(text: str) -> None:
    """Anything a scanner can read leads to a coded failure."""
    assert refused(text) in {"receipt_qr.not_ours", "receipt_qr.garbled", "receipt_qr.signature"}


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"3", b'{"c":1,"d":2,"i":3,"t":4}', b'{"c":"","d":"","i":"","t":"x"}'])
def test_a_signed_body_of_another_shape_is_refused(body: bytes) -> None:
    """Even what the terminal did sign is read with care: an older or newer program may have written it."""
    assert refused(signed(body)) == "receipt_qr.garbled"


@given(st.text(max_size=80))
def test_no_text_does_anything_else(text: str) -> None:
    """Every text is refused with a code."""
    refused(text)
    refused("KFR1." + text)


def test_parts_of_two_receipts_do_not_fit_together() -> None:
    """The signature of one receipt vouches for no other."""
    other = make(ReceiptClaim(mint("0001", 8), CLAIM.item, CLAIM.submitted_at, CLAIM.digest), KEY.sign)
    mixed = ".".join((*TEXT.split(".")[:2], other.split(".")[2]))
    assert refused(mixed) == "receipt_qr.signature"
