"""Enrolment, device signatures and one-time codes."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from central import tokens
from central.enrolment import new_code
from central.report import terminal_list
from kiosk.city.client import CityClient, PlatformRejected, enrol
from kiosk.city.signing import enrolment_to_sign, request_to_sign, subject_hash, utc_text
from kiosk.city.wire import PersonKey
from offline_queue.signatures import fixed_ecdsa

if TYPE_CHECKING:
    from conftest import Device, Platform

DATABASES = ("sqlite", "postgresql")
JIA = PersonKey(name="测试甲", number="990000199001010017")
YI = PersonKey(name="测试乙", number="990000195801010025")


def refused(call: object, *arguments: object) -> PlatformRejected:
    with pytest.raises(PlatformRejected) as caught:
        call(*arguments)  # type: ignore[operator]
    return caught.value


# --- enrolment ---


def bring(platform: Platform, code: str, key: Ed25519PrivateKey | None = None) -> str:
    key = key or Ed25519PrivateKey.generate()
    answer = enrol(platform.url, platform.ca, code=code, public_key=key.public_key().public_bytes_raw(), sign=key.sign)
    return answer.kiosk


def test_an_enrolment_code_works_once(platform: Platform) -> None:
    """It should name the terminal by the code, answer the same key again, and refuse any other."""
    code, key = new_code(platform.settings, "9ABC"), Ed25519PrivateKey.generate()
    assert bring(platform, code, key) == "9ABC"
    assert bring(platform, code.lower(), key) == "9ABC"
    assert refused(bring, platform, code).code == "code_used"


def test_enrolment_codes_that_are_late_or_unknown_are_refused(platform: Platform) -> None:
    """It should tell the two apart, and store no code in the clear."""
    code = new_code(platform.settings, "9ABD", hours=1)
    assert not any(code in path.read_text() + path.name for path in platform.settings.codes_dir.iterdir())
    platform.clock.advance(hours=1, seconds=1)
    assert refused(bring, platform, code).code == "code_expired"
    assert refused(bring, platform, "AAAA-AAAA-AAAA-AAAA").code == "code_unknown"


def test_enrolment_needs_the_private_key(platform: Platform) -> None:
    """It should refuse a public key whose owner did not sign."""
    code, mine, other = new_code(platform.settings, "9ABE"), Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    public = mine.public_key().public_bytes_raw()
    with pytest.raises(PlatformRejected, match="proof_invalid"):
        enrol(platform.url, platform.ca, code=code, public_key=public, sign=other.sign)
    assert bring(platform, code, mine) == "9ABE"


@pytest.mark.parametrize(("number", "hours"), [("001", 1), ("00O1", 1), ("../1", 1), ("0001", 25), ("0001", 0)])
def test_impossible_codes_are_not_made(platform: Platform, number: str, hours: float) -> None:
    """It should refuse bad terminal numbers and times."""
    with pytest.raises(ValueError, match="kiosk or hours"):
        new_code(platform.settings, number, hours)


# --- the algorithm of the key ---


class P256Key:
    """A key such as a TPM holds: ECDSA, in its fixed form."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.public = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def sign(self, message: bytes) -> bytes:
        return fixed_ecdsa(self.private.sign(message, ec.ECDSA(SHA256())))


def test_a_key_of_a_tpm_is_enrolled_with_its_algorithm(platform: Platform) -> None:
    """Requests should be admitted by the algorithm that was enrolled, and the custody should stand in the record."""
    key = P256Key()
    enrol(
        platform.url, platform.ca, code=new_code(platform.settings, "9TPM"), public_key=key.public, sign=key.sign,
        algorithm="ecdsa-p256", custody="tpm",
    )  # fmt: skip
    client = CityClient(platform.url, platform.ca, "9TPM", key.sign, platform.clock)
    assert client.cases(JIA).level == "card"
    other = CityClient(platform.url, platform.ca, "9TPM", P256Key().sign, platform.clock)
    assert refused(other.cases, JIA).code == "signature_invalid"
    [line] = [line for line in terminal_list(platform.settings) if line["kiosk"] == "9TPM"]
    assert (line["algorithm"], line["custody"]) == ("ecdsa-p256", "tpm")


def test_algorithm_and_custody_are_covered_by_the_proof(platform: Platform) -> None:
    """Nobody on the way should be able to change what the terminal said of its key."""
    code, key = new_code(platform.settings, "9TPN"), P256Key()
    public = base64.b64encode(key.public).decode()

    def claim(**changes: str) -> requests.Response:
        said = {"algorithm": "ecdsa-p256", "custody": "software"}
        proof = key.sign(enrolment_to_sign(code, public, "n" * 32, said["algorithm"], said["custody"]))
        body = {"code": code, "device_public_key": public, "nonce": "n" * 32, "signature": base64.b64encode(proof).decode()}
        return platform.call("POST", "/v1/kiosks/enrol", json={**body, **said, **changes})

    assert claim(custody="tpm").json()["code"] == "proof_invalid"
    assert claim(algorithm="ed25519").json()["code"] == "proof_invalid"
    assert claim(algorithm="none").status_code == 422
    assert claim().status_code == 200


# --- device signatures ---


def signed_post(device: Device, path: str, body: bytes, **changes: str) -> requests.Response:
    stamp, nonce = utc_text(device.platform.clock.now()), "n" * 20
    signature = base64.b64encode(device.key.sign(request_to_sign("POST", path, stamp, nonce, body))).decode()
    headers = {"Kiosk": device.number, "Kiosk-Time": stamp, "Kiosk-Nonce": nonce, "Kiosk-Signature": signature}
    return device.platform.call("POST", path, data=body, headers={**headers, **changes})


BODY = json.dumps({"person": JIA.model_dump()}).encode()


def test_a_replayed_request_is_refused(device: Device) -> None:
    """It should take a signed request once."""
    assert signed_post(device, "/v1/cases/search", BODY).status_code == 200
    answer = signed_post(device, "/v1/cases/search", BODY)
    assert (answer.status_code, answer.json()["code"]) == (409, "nonce_replayed")


def test_a_request_for_another_path_or_body_is_refused(device: Device) -> None:
    """It should bind the signature to all that is asked."""
    good = signed_post(device, "/v1/cases/search", BODY)
    stolen = {key: value for key, value in good.request.headers.items() if key.startswith("Kiosk")}
    for path, body in (("/v1/identity/codes", BODY), ("/v1/cases/search", BODY + b" "), ("/v1/cases/search?x=1", BODY)):
        answer = device.platform.call("POST", path, data=body, headers=stolen)
        assert (answer.status_code, answer.json()["code"]) == (401, "signature_invalid")


def test_unsigned_and_foreign_requests_are_refused(device: Device, another: Device) -> None:
    """It should refuse no signature, an unknown terminal, and another terminal's signature."""
    assert device.platform.call("POST", "/v1/cases/search", data=BODY).json()["code"] == "signature_missing"
    assert signed_post(device, "/v1/cases/search", BODY, Kiosk="ZZZZ").json()["code"] == "kiosk_unknown"
    assert signed_post(device, "/v1/cases/search", BODY, Kiosk=another.number).json()["code"] == "signature_invalid"


def test_a_wrong_clock_is_named_and_told_the_time(device: Device) -> None:
    """It should refuse a request eleven minutes off with the platform's time."""

    class Slow:
        def now(self) -> object:
            return device.platform.clock.now().replace(year=1970)

    client = CityClient(device.platform.url, device.platform.ca, device.number, device.key.sign, Slow())  # type: ignore[arg-type]
    answer = refused(client.cases, JIA)
    assert (answer.code, answer.server_time) == ("clock_skew", utc_text(device.platform.clock.now()))


# --- one-time codes ---


def test_the_right_code_raises_the_level(device: Device) -> None:
    """It should send six digits to the registered telephone and sign a token bound to terminal and person."""
    asked = device.client.request_code(JIA)
    assert (asked.phone_masked, asked.resend_after_s) == ("138****0001", 60)
    answer = device.client.verify_code(asked.challenge, device.platform.last_code())
    assured = tokens.read(device.platform.keys, answer.assurance_token)
    assert assured is not None
    assert (assured.kiosk, assured.person, assured.level) == (device.number, subject_hash(JIA.name, JIA.number), "card+code")
    assert JIA.number not in answer.assurance_token


def test_a_wrong_code_may_be_tried_three_times(device: Device) -> None:
    """It should count down, then refuse even the right code."""
    challenge = device.client.request_code(JIA).challenge
    right = device.platform.last_code()
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    answers = [refused(device.client.verify_code, challenge, wrong) for _ in range(3)]
    assert [(answer.code, answer.tries_left) for answer in answers] == [
        ("code_wrong", 2), ("code_wrong", 1), ("code_exhausted", 0),
    ]  # fmt: skip
    assert refused(device.client.verify_code, challenge, right).code == "code_exhausted"


def test_a_late_code_is_refused(device: Device) -> None:
    """It should name a code typed after five minutes as late."""
    challenge = device.client.request_code(YI).challenge
    device.platform.clock.advance(minutes=5, seconds=1)
    assert refused(device.client.verify_code, challenge, device.platform.last_code()).code == "code_late"


def test_a_code_works_once_and_only_at_its_terminal(device: Device, another: Device) -> None:
    """It should refuse the code elsewhere and a second time."""
    challenge = device.client.request_code(JIA).challenge
    code = device.platform.last_code()
    assert refused(another.client.verify_code, challenge, code).code == "challenge_unknown"
    device.client.verify_code(challenge, code)
    assert refused(device.client.verify_code, challenge, code).code == "code_used"


def test_codes_are_sent_at_a_bounded_rate(device: Device) -> None:
    """It should wait a minute between two codes and stop after five in an hour."""
    device.client.request_code(YI)
    soon = refused(device.client.request_code, YI)
    assert soon.code == "code_too_soon"
    assert soon.retry_after_s is not None
    for _ in range(4):
        device.platform.clock.advance(seconds=61)
        device.client.request_code(YI)
    device.platform.clock.advance(seconds=61)
    assert refused(device.client.request_code, YI).code == "code_too_many"


def test_a_message_that_cannot_be_sent_costs_nothing(device: Device) -> None:
    """It should say so while the gateway fails, and send at once when it works again."""
    messages = device.platform.settings.messages_file
    device.platform.clock.advance(hours=2)
    kept = messages.rename(messages.with_name("kept")) if messages.exists() else None
    messages.mkdir()
    for _ in range(6):
        assert refused(device.client.request_code, YI).code == "code_not_sent"
    messages.rmdir()
    if kept is not None:
        kept.rename(messages)
    challenge = device.client.request_code(YI).challenge
    assert device.client.verify_code(challenge, device.platform.last_code()).level == "card+code"


def test_a_used_code_opens_the_way_to_the_next(device: Device) -> None:
    """It should let a person who just confirmed a code begin the next thing without waiting."""
    challenge = device.client.request_code(JIA).challenge
    device.client.verify_code(challenge, device.platform.last_code())
    assert device.client.request_code(JIA).challenge != challenge


def test_a_newer_code_ends_the_older_one(device: Device) -> None:
    """It should accept only what came last on the telephone."""
    old = device.client.request_code(JIA).challenge
    old_code = device.platform.last_code()
    device.platform.clock.advance(seconds=61)
    device.client.request_code(JIA)
    assert refused(device.client.verify_code, old, old_code).code == "code_exhausted"


def test_strangers_learn_nothing(device: Device) -> None:
    """It should answer alike for an unknown number and for a name that does not go with a known one."""
    unknown = refused(device.client.request_code, PersonKey(name="测试甲", number="990000199001010033"))
    mismatch = refused(device.client.request_code, PersonKey(name="测试乙", number=JIA.number))
    assert (unknown.code, unknown.detail) == (mismatch.code, mismatch.detail) == ("person_unknown", "")
