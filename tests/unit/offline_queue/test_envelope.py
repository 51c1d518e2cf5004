"""The envelope: what is sealed opens unchanged for its recipients, and for nobody once anything was touched."""

from __future__ import annotations

import hashlib
import json
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from offline_queue import envelope as env
from offline_queue.envelope import CHUNK_BYTES, TAG_BYTES, ContentKey, Envelope, PartSealer, Recipient
from offline_queue.errors import EnvelopeError
from offline_queue.strict import canonical

ID = "0123456789abcdef0123456789abcdef"
DEVICE = Ed25519PrivateKey.from_private_bytes(b"d" * 32)
DEVICE_PUBLIC = DEVICE.public_key().public_bytes_raw()
PLATFORM = X25519PrivateKey.from_private_bytes(b"p" * 32)
ESCROW = X25519PrivateKey.from_private_bytes(b"e" * 32)
STRANGER = X25519PrivateKey.from_private_bytes(b"s" * 32)
RECIPIENTS = (
    Recipient("platform-2026", PLATFORM.public_key().public_bytes_raw()),
    Recipient("escrow", ESCROW.public_key().public_bytes_raw()),
)
FORM = '{"name": "测试甲"}'.encode()


def make(form: bytes = FORM, parts: dict[str, bytes] | None = None, **changes: Any) -> tuple[Envelope, dict[str, bytes]]:
    key = ContentKey.fresh()
    sealed: dict[str, bytes] = {}
    infos = []
    for part_id, data in (parts or {}).items():
        sealer = PartSealer(key, ID, part_id)
        sealed[part_id] = sealer.update(data) + sealer.finish()
        infos.append(sealer.info("application/pdf"))
    fields: dict[str, Any] = {
        "key": key,
        "recipients": RECIPIENTS,
        "submission_id": ID,
        "kiosk": "0001",
        "seq": 7,
        "code": "KF000100007A",
        "service": "residence_permit.apply",
        "parts": infos,
        "sign": DEVICE.sign,
    }
    return env.seal(form, **(fields | changes)), sealed


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(EnvelopeError) as caught:
        call()
    return caught.value.code


def rebuilt(envelope: Envelope, change: Callable[[dict[str, Any]], object], *, one_spelling: bool = True) -> bytes:
    """Return the blob with a changed header, as a forger without the device key would build it."""
    fields = json.loads(envelope.header_bytes)
    change(fields)
    header = canonical(fields) if one_spelling else json.dumps(fields).encode()
    return replace(envelope, header_bytes=header).blob


def test_every_recipient_opens_the_form_and_a_stranger_does_not() -> None:
    """A form should open with each recipient's key and with no other."""
    envelope, _ = make()
    back = env.parse(envelope.blob)
    assert back == envelope
    env.verify(back, DEVICE_PUBLIC)
    for key in (PLATFORM, ESCROW):
        assert env.open_form(back, key.private_bytes_raw()) == FORM
    assert env.open_form(back, ESCROW.private_bytes_raw(), "escrow") == FORM
    assert code_of(lambda: env.open_form(back, STRANGER.private_bytes_raw())) == "envelope.not_for_us"
    assert code_of(lambda: env.open_form(back, PLATFORM.private_bytes_raw(), "escrow")) == "envelope.not_for_us"
    assert FORM not in envelope.blob


@settings(max_examples=60, deadline=None)
@given(
    form=st.binary(max_size=5000),
    parts=st.dictionaries(
        st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,20}", fullmatch=True), st.binary(max_size=3000), max_size=4
    ),
    seq=st.integers(0, env.MAX_SEQ),
)
def test_round_trip(form: bytes, parts: dict[str, bytes], seq: int) -> None:
    """Whatever is sealed should come back unchanged."""
    envelope, sealed = make(form, parts, seq=seq)
    back = env.parse(envelope.blob)
    assert env.open_form(back, PLATFORM.private_bytes_raw()) == form
    assert back.header.seq == seq
    for part_id, data in parts.items():
        assert b"".join(env.open_part(back, part_id, [sealed[part_id]], PLATFORM.private_bytes_raw())) == data


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_every_flipped_byte_is_noticed(data: st.DataObject) -> None:
    """A byte changed anywhere should be refused by the parser or by the signature, with a code."""
    blob = bytearray(make(parts={"p1": b"x"})[0].blob)
    blob[data.draw(st.integers(0, len(blob) - 1))] ^= data.draw(st.integers(1, 255))
    assert code_of(lambda: env.verify(env.parse(bytes(blob)), DEVICE_PUBLIC)).startswith("envelope.")


@settings(max_examples=300, deadline=None)
@given(blob=st.one_of(st.binary(max_size=400), st.binary(max_size=400).map(lambda tail: env.MAGIC + tail)))
def test_noise_gets_a_code(blob: bytes) -> None:
    """Noise should be refused with a code and never crash the parser."""
    assert code_of(lambda: env.parse(blob)).startswith("envelope.")


def test_every_truncation_and_a_tail_are_noticed() -> None:
    """A blob cut anywhere, or with anything behind it, should be refused."""
    blob = make()[0].blob
    for length in range(len(blob)):
        assert code_of(lambda n=length: env.parse(blob[:n])) in {"envelope.magic", "envelope.truncated"}  # type: ignore[misc]
    assert code_of(lambda: env.parse(blob + b"\0")) == "envelope.trailing"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda f: f.update(v=2), "envelope.version"),
        (lambda f: f.update(v=True), "envelope.version"),
        (lambda f: f.update(suite="sm"), "envelope.suite"),
        (lambda f: f.pop("nonce"), "envelope.header_fields"),
        (lambda f: f.update(name="x"), "envelope.header_fields"),
        (lambda f: f.update(id="../../etc"), "envelope.id"),
        (lambda f: f.update(id=ID.upper()), "envelope.id"),
        (lambda f: f.update(id=7), "envelope.id"),
        (lambda f: f.update(kiosk="１２３４"), "envelope.kiosk"),
        (lambda f: f.update(seq=-1), "envelope.seq"),
        (lambda f: f.update(seq=2**60), "envelope.seq"),
        (lambda f: f.update(seq=1.0), "envelope.seq"),
        (lambda f: f.update(seq=True), "envelope.seq"),
        (lambda f: f.update(code=""), "envelope.code"),
        (lambda f: f.update(service="a b"), "envelope.service"),
        (lambda f: f.update(nonce="00"), "envelope.nonce"),
        (lambda f: f.update(prev_hash="0"), "envelope.prev_hash"),
        (lambda f: f.update(recipients=[]), "envelope.recipients"),
        (lambda f: f.update(recipients=f["recipients"] * 5), "envelope.recipients"),
        (lambda f: f.update(recipients=[f["recipients"][0]] * 2), "envelope.recipients"),
        (lambda f: f["recipients"][0].update(enc="zz"), "envelope.recipients"),
        (lambda f: f.update(parts={}), "envelope.parts"),
        (lambda f: f.update(parts=f["parts"] * 2), "envelope.parts"),
        (lambda f: f["parts"][0].update(id=".."), "envelope.part_id"),
        (lambda f: f["parts"][0].update(size=0), "envelope.parts"),
        (lambda f: f["parts"][0].update(size=2**40), "envelope.parts"),
        (lambda f: f["parts"][0].update(media_type="Text"), "envelope.parts"),
        (lambda f: f["parts"][0].update(name="x"), "envelope.parts"),
    ],
)
def test_each_bad_field_has_its_code(change: Callable[[dict[str, Any]], object], code: str) -> None:
    """A header with one bad field should be refused with that field's code."""
    envelope, _ = make(parts={"p1": b"x"})
    assert code_of(lambda: env.parse(rebuilt(envelope, change))) == code


@given(
    parts=st.dictionaries(
        st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", fullmatch=True), st.binary(max_size=3), max_size=4
    ),
    seq=st.integers(0, env.MAX_SEQ),
)
def test_the_header_that_is_written_is_canonical_json(parts: dict[str, bytes], seq: int) -> None:
    """What writes headers out by hand should spell them as any other writer of sorted ASCII JSON without blanks does."""
    envelope, _ = make(parts=parts, seq=seq)
    words = json.loads(envelope.header_bytes)
    assert json.dumps(words, sort_keys=True, separators=(",", ":")).encode() == envelope.header_bytes
    assert (words["seq"], len(words["parts"]), len(words["recipients"])) == (seq, len(parts), len(RECIPIENTS))


def test_only_one_spelling_of_a_header_is_read() -> None:
    """Blanks, escapes, doubled keys and depth should be refused."""
    envelope, _ = make()
    assert code_of(lambda: env.parse(rebuilt(envelope, lambda f: None, one_spelling=False))) == "envelope.not_canonical"
    doubled = envelope.header_bytes.replace(b'{"code"', b'{"code":"A","code"', 1)
    assert code_of(lambda: env.parse(replace(envelope, header_bytes=doubled).blob)) == "envelope.not_canonical"
    for junk in (b"[" * 100_000, b"{", b"[]", b"\xff", b"1" * 5000):
        assert code_of(lambda j=junk: env.parse(replace(envelope, header_bytes=j).blob)) == "envelope.header_json"  # type: ignore[misc]


def test_a_length_that_promises_gigabytes_is_refused_unread() -> None:
    """A length field beyond the bound should be refused before anything is read."""
    assert code_of(lambda: env.parse(env.MAGIC + struct.pack(">I", 2**31) + b"{}")) == "envelope.size"
    assert code_of(lambda: env.parse(bytes(env.MAX_BLOB_BYTES + 1))) == "envelope.size"


def test_signature_is_the_terminals_over_header_and_body() -> None:
    """Another terminal's key, another header or another body should not verify."""
    envelope, _ = make()
    other, _ = make(b"other form")
    stranger = Ed25519PrivateKey.from_private_bytes(b"o" * 32).public_key().public_bytes_raw()
    assert code_of(lambda: env.verify(envelope, stranger)) == "envelope.signature"
    assert code_of(lambda: env.verify(envelope, b"short")) == "envelope.signature"
    assert code_of(lambda: env.verify(replace(envelope, body=other.body), DEVICE_PUBLIC)) == "envelope.signature"
    assert (
        code_of(lambda: env.open_form(replace(envelope, body=other.body), PLATFORM.private_bytes_raw()))
        == "envelope.tampered"
    )
    assert (
        code_of(lambda: env.open_form(replace(envelope, header_bytes=b"{}"), PLATFORM.private_bytes_raw()))
        == "envelope.tampered"
    )


def test_a_header_that_cannot_be_opened_again_is_never_sealed() -> None:
    """`seal` should refuse what `parse` would."""
    assert code_of(lambda: make(service="a b")) == "envelope.service"
    assert code_of(lambda: make(recipients=())) == "envelope.recipients"
    assert code_of(lambda: make(bytes(env.MAX_BODY_BYTES))) == "envelope.size"


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_part_sizes_at_the_chunk_edges(size: int) -> None:
    """Parts should come back unchanged whatever the pieces in which they are sealed and opened."""
    data = bytes(range(256)) * (size // 256) + bytes(size % 256)
    key = ContentKey.fresh()
    sealer = PartSealer(key, ID, "p1")
    sealed = b"".join(sealer.update(data[at : at + 300_000]) for at in range(0, size, 300_000)) + sealer.finish()
    info = sealer.info("image/png")
    assert (info.size, info.sha256) == (len(sealed), hashlib.sha256(sealed).hexdigest())
    assert len(sealed) == size + TAG_BYTES * max(1, -(-size // CHUNK_BYTES))
    envelope, _ = make(key=key, parts=None)
    envelope = replace(envelope, header=replace(envelope.header, parts=(info,)))
    pieces = [sealed[at : at + 777_777] for at in range(0, len(sealed), 777_777)]
    assert b"".join(env.open_part(envelope, "p1", pieces, PLATFORM.private_bytes_raw())) == data


def test_chunks_dropped_swapped_doubled_or_flipped_are_noticed() -> None:
    """A part whose chunks were touched should not open, even when the header's digest is made to fit."""
    step = CHUNK_BYTES + TAG_BYTES
    envelope, sealed = make(parts={"p1": bytes(2 * CHUNK_BYTES + 10), "p2": bytes(2 * CHUNK_BYTES + 10)})
    whole = sealed["p1"]
    first, second, last = whole[:step], whole[step : 2 * step], whole[2 * step :]
    wrong = [
        first + second,
        first + last,
        second + first + last,
        first + first + second + last,
        whole[:-1],
        whole + b"\0",
        bytes([whole[0] ^ 1]) + whole[1:],
        b"",
        sealed["p2"],
    ]
    for bad in wrong:
        info = replace(envelope.header.parts[0], size=len(bad), sha256=hashlib.sha256(bad).hexdigest())
        forged = replace(envelope, header=replace(envelope.header, parts=(info,)))
        assert (
            code_of(lambda f=forged, b=bad: list(env.open_part(f, "p1", [b], PLATFORM.private_bytes_raw())))  # type: ignore[misc]
            == "envelope.part_tampered"
        )


def test_a_part_must_be_the_one_that_the_header_names() -> None:
    """Size, digest and name of a part should be checked against the signed header."""
    envelope, sealed = make(parts={"p1": b"one"})
    private = PLATFORM.private_bytes_raw()
    assert code_of(lambda: list(env.open_part(envelope, "p2", [b""], private))) == "envelope.part_unknown"
    longer = [sealed["p1"], b"tail"]
    assert code_of(lambda: list(env.open_part(envelope, "p1", longer, private))) == "envelope.part_size"
    info = replace(envelope.header.parts[0], sha256="0" * 64)
    forged = replace(envelope, header=replace(envelope.header, parts=(info,)))
    assert code_of(lambda: list(env.open_part(forged, "p1", [sealed["p1"]], private))) == "envelope.part_digest"


def test_part_authorization_binds_submission_part_and_digest() -> None:
    """The field of a part should verify for this part only."""
    digest = hashlib.sha256(b"sealed").hexdigest()
    kiosk, signature = env.parse_part_authorization(env.part_authorization("0001", ID, "p1", digest, DEVICE.sign))
    assert kiosk == "0001"
    env.verify_part(ID, "p1", digest, signature, DEVICE_PUBLIC)
    for other in ((ID, "p2", digest), (ID, "p1", "0" * 64), ("f" * 32, "p1", digest)):
        assert code_of(lambda o=other: env.verify_part(o[0], o[1], o[2], signature, DEVICE_PUBLIC)) == "envelope.signature"  # type: ignore[misc]
    for junk in ("", "Basic x", "Kiosk 0001:AAAA", "Kiosk 0001:" + "A" * 87 + "=\n"):
        assert code_of(lambda j=junk: env.parse_part_authorization(j)) == "envelope.authorization"  # type: ignore[misc]


def test_the_platform_can_share_these_modules_alone() -> None:
    """Importing envelope and receipt should load neither the database nor the HTTP client."""
    script = "import sys, offline_queue.envelope, offline_queue.receipts; print({'apsw', 'requests'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.strip() == "set()"
