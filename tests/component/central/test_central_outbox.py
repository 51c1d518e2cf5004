"""Submissions reach the platform exactly once in effect, or are refused with a code and leave nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from central.db import Reader
from central.tables import cases
from offline_queue.answers import Accepted, PartsMissing, PartStored
from offline_queue.envelope import parse, part_authorization
from offline_queue.receipts import verify_receipt
from offline_queue.transport import HttpTransport

if TYPE_CHECKING:
    from conftest import Device, Platform

DATABASES = ("sqlite", "postgresql")


def rows(platform: Platform, submission_id: str) -> int:
    record = Reader(platform.settings.record)
    with record.reading() as connection:
        found = connection.execute(select(func.count()).where(cases.c.submission_id == submission_id)).scalar_one()
    record.close()
    return int(found)


def test_a_submission_becomes_one_case_with_a_signed_receipt(platform: Platform, device: Device) -> None:
    """It should answer 201 with a receipt that verifies, and hold the attachment by its plaintext hash."""
    submission, sealed = device.handed_in()
    answer = device.deliver(sealed)
    assert answer.status_code == 201
    receipt = verify_receipt(
        answer.content, platform.keys.sign_public, kiosk=device.number, seq=1, submission_id=sealed.id, sha256=sealed.sha256
    )
    assert receipt.contiguous == 1
    stored = platform.staff("GET", f"/staff/materials/{submission.materials[0].parts[0].sha256}")
    assert stored.content == sealed.plain["address"]


def test_the_same_put_again_gets_the_first_receipt_byte_for_byte(platform: Platform, device: Device) -> None:
    """It should answer a repetition, also much later, with the stored receipt and make no second case."""
    _, sealed = device.handed_in()
    first = device.deliver(sealed)
    platform.clock.advance(hours=3)
    again = device.put_envelope(sealed)
    assert (again.status_code, again.content) == (200, first.content)
    assert rows(platform, sealed.id) == 1


def test_the_same_put_many_times_at_once_makes_one_case(platform: Platform, device: Device) -> None:
    """It should give all of eight concurrent senders the same receipt."""
    _, sealed = device.handed_in()
    for part, data in sealed.parts.items():
        device.put_part(sealed.id, part, data)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: device.put_envelope(sealed), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.content for answer in answers}) == 1
    assert rows(platform, sealed.id) == 1


def test_the_same_id_with_another_digest_is_refused(platform: Platform, device: Device) -> None:
    """It should keep the first submission and refuse other bytes under its id."""
    submission, sealed = device.handed_in()
    first = device.deliver(sealed)
    other = device.seal(submission, sealed.plain, seq=1)
    answer = device.put_envelope(other)
    assert (answer.status_code, answer.json()["code"]) == (422, "body_differs")
    assert device.put_envelope(sealed).content == first.content


def test_missing_parts_are_named_and_nothing_is_stored(platform: Platform, device: Device) -> None:
    """It should answer 409 with the parts to send, then accept once they are there."""
    _, sealed = device.handed_in({"address": b"a" * 10, "work": b"b" * 3_000_000})
    device.put_part(sealed.id, "address", sealed.parts["address"])
    answer = device.put_envelope(sealed)
    assert (answer.status_code, answer.json()["code"], answer.json()["parts"]) == (409, "parts_missing", ["work"])
    assert rows(platform, sealed.id) == 0
    assert device.put_part(sealed.id, "work", sealed.parts["work"]).status_code == 201
    assert device.put_envelope(sealed).status_code == 201


def test_a_tampered_envelope_is_refused(platform: Platform, device: Device) -> None:
    """It should refuse any flipped bit, in header, body or signature."""
    _, sealed = device.handed_in()
    for at in (12, 200, len(sealed.blob) // 2, len(sealed.blob) - 1):
        broken = bytearray(sealed.blob)
        broken[at] ^= 1
        assert device.put_envelope(sealed, bytes(broken)).status_code in (401, 422)
    assert device.put_envelope(sealed, sealed.blob + b"x").json()["code"] == "envelope_malformed"
    assert device.put_envelope(sealed, b"").json()["code"] == "envelope_malformed"
    assert rows(platform, sealed.id) == 0


def test_an_unknown_or_impersonated_kiosk_is_refused(platform: Platform, device: Device) -> None:
    """It should refuse parts and envelopes that the named terminal's key did not sign."""
    _, sealed = device.handed_in()
    device.key = Ed25519PrivateKey.generate()
    assert device.put_part(sealed.id, "address", b"x").json()["code"] == "signature_invalid"
    _, forged = device.handed_in()
    assert device.put_envelope(forged).json()["code"] == "signature_invalid"
    device.number = "ZZZZ"
    assert device.put_part(sealed.id, "address", b"x").status_code == 401


def test_the_outbox_own_transport_is_understood(platform: Platform, device: Device, tmp_path: Path) -> None:
    """It should speak the wire that the sync agent speaks, refusals included."""
    _, sealed = device.handed_in()
    transport = HttpTransport(platform.url, ca_file=platform.ca, own_certificate=device.certificate)
    [part] = parse(sealed.blob).header.parts
    path = tmp_path / "part"
    path.write_bytes(sealed.parts["address"])
    authorization = part_authorization(device.number, sealed.id, part.id, part.sha256, device.key.sign)

    def send() -> object:
        return transport.put_envelope(sealed.id, sealed.blob, sha256=sealed.sha256, beat=lambda: None)

    assert send() == PartsMissing(("address",))
    stored = transport.put_part(sealed.id, part, path, authorization=authorization, beat=lambda: None)
    assert stored == PartStored()
    first = send()
    assert isinstance(first, Accepted)
    assert send() == first
    transport.close()


@pytest.mark.parametrize("part", ["..", ".hidden", "a/b", "a%2Fb", "x" * 65])
def test_part_names_cannot_leave_their_folder(device: Device, part: str) -> None:
    """It should refuse names that are no plain file names."""
    _, sealed = device.handed_in()
    assert device.put_part(sealed.id, part, b"x").status_code in (404, 405, 422)


def test_a_form_that_is_no_submission_is_refused_and_not_stored(platform: Platform, device: Device) -> None:
    """It should refuse forms that do not parse or disagree with their envelope, without quoting them."""
    submission, _ = device.handed_in({})
    secret = device.seal(submission, {}, seq=1, form=b'{"name": "secret-name"}')
    answer = device.put_envelope(secret)
    assert (answer.status_code, answer.json()["code"]) == (422, "form_invalid")
    assert "secret-name" not in answer.text
    other = submission.model_copy(update={"item": "another_item"})
    differs = device.seal(submission, {}, seq=1, form=other.to_bytes())
    assert device.put_envelope(differs).json()["code"] == "form_differs"
    assert rows(platform, submission.submission_id) == 0


def test_an_attachment_that_is_not_what_the_form_says_is_refused(platform: Platform, device: Device) -> None:
    """It should compare the opened part with the hash inside the form."""
    seq = next(device.seqs)
    submission = device.submission({"address": b"what was shown"}, seq=seq)
    sealed = device.seal(submission, {"address": b"something else"}, seq=seq)
    assert device.deliver(sealed).json()["code"] == "attachment_differs"
    assert rows(platform, sealed.id) == 0


def test_contiguity_shows_a_gap_and_closes_it(device: Device) -> None:
    """It should report the highest number below which nothing is missing."""
    three = [device.handed_in({})[1] for _ in range(3)]
    contiguous = [device.put_envelope(sealed).json()["contiguous"] for sealed in (three[0], three[2], three[1])]
    assert contiguous == [1, 1, 3]


def test_papers_sealed_before_the_terminal_enrolled_again_are_still_taken(platform: Platform, device: Device) -> None:
    """It should accept an older key of the same terminal for what was promised, and go on counting."""
    _, first = device.handed_in({})
    device.put_envelope(first)
    _, waiting = device.handed_in({})
    again = type(device)(platform, device.number)
    assert again.enrolled.next_seq == 2
    assert device.put_envelope(waiting).status_code == 201


def test_too_large_an_envelope_is_refused_unread(platform: Platform, device: Device) -> None:
    """It should refuse by size before parsing."""
    answer = platform.call("PUT", "/v1/outbox/" + "a" * 32, data=b"x" * (8 * 1024 * 1024))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_only_a_terminal_s_own_connection_carries_its_papers(platform: Platform, device: Device, another: Device) -> None:
    """It should refuse papers without a client certificate, and over another terminal's, and take them over their own."""
    _, sealed = device.handed_in({})
    bare = platform.call("PUT", f"/v1/outbox/{sealed.id}", data=sealed.blob)
    assert (bare.status_code, bare.json()["code"]) == (401, "certificate_missing")
    strange = another.call("PUT", f"/v1/outbox/{sealed.id}", data=sealed.blob)
    assert (strange.status_code, strange.json()["code"]) == (403, "certificate_differs")
    assert device.put_envelope(sealed).status_code == 201
