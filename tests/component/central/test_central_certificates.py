"""Certificates: issued once, signed, bound to their subject, verifiable by anybody."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2
import pytest
import zxingcpp
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from central.cli import main
from kiosk.city.client import PlatformRejected
from kiosk.city.messages import CertificateAnswer, CertificateRequest, PrefillRequest
from kiosk.city.signing import certificate_mark_to_sign, signature_holds, subject_hash
from kiosk.city.wire import PersonKey
from kiosk.identity.numbers import Number, licence_identifier

if TYPE_CHECKING:
    from conftest import Device

JIA = PersonKey(name="测试甲", number="990000199001010017")
YI = PersonKey(name="测试乙", number="990000195801010025")
PARAMS = {
    "kind": ["employee_pension", "unemployment", "work_injury"],
    "from_month": "2025-01",
    "to_month": "2026-10",
    "purpose": "loan",
}


def request(token: str, request_id: str = "r-1", person: PersonKey = JIA, **params: object) -> CertificateRequest:
    return CertificateRequest(
        request_id=request_id,
        item="social_participation_cert",
        person=person,
        params={**PARAMS, **params},  # type: ignore[dict-item]
        assurance_token=token,
    )


def refusal(device: Device, message: CertificateRequest) -> str:
    with pytest.raises(PlatformRejected) as caught:
        device.client.issue_certificate(message)
    return caught.value.code


@pytest.fixture
def issued(device: Device) -> CertificateAnswer:
    return device.client.issue_certificate(request(device.token()))


def test_the_signature_is_valid_and_allows_no_change(device: Device, issued: CertificateAnswer) -> None:
    """It should be PAdES, trusted by the test authority, covering the whole file, certified without changes."""
    reader = PdfFileReader(io.BytesIO(issued.pdf()))
    root = load_cert_from_pemder(str(device.platform.keys.pdf_authority))
    [signature] = reader.embedded_signatures
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=[root], allow_fetching=False))
    assert status.bottom_line
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.docmdp_level == MDPPerm.NO_CHANGES


def test_a_changed_file_no_longer_validates(device: Device, issued: CertificateAnswer) -> None:
    """It should notice one flipped bit of what is drawn."""
    pdf = bytearray(issued.pdf())
    pdf[pdf.index(b"stream") + 40] ^= 1  # in the file's grammar it would be no question of signatures
    root = load_cert_from_pemder(str(device.platform.keys.pdf_authority))
    [signature] = PdfFileReader(io.BytesIO(bytes(pdf))).embedded_signatures
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=[root], allow_fetching=False))
    assert not status.bottom_line


def test_the_statement_binds_file_and_subject(device: Device, issued: CertificateAnswer) -> None:
    """It should be signed by the platform's pinned key and name file hash, subject and licence."""
    key = base64.b64decode(device.enrolled.platform_sign_key.public_key)
    statement = issued.verified_statement(key)
    assert statement is not None
    assert statement.sha256 == hashlib.sha256(issued.pdf()).hexdigest()
    assert statement.subject_hash == subject_hash(JIA.name, JIA.number)
    assert isinstance(licence_identifier(statement.licence_id), Number)
    assert issued.verified_statement(b"\x01" * 32) is None
    forged = issued.model_copy(update={"statement": issued.statement.replace('"valid_to":"2', '"valid_to":"3')})
    assert forged.verified_statement(key) is None


def test_the_page_says_whose_it_is_and_that_it_is_a_sample(issued: CertificateAnswer) -> None:
    """It should carry name, number and months in full, and the sample mark."""
    document = pypdfium2.PdfDocument(issued.pdf())
    said = "".join("".join(page.get_textpage().get_text_range().split()) for page in document)
    document.close()
    for words in ("测试甲", "990000199001010017", "企业职工基本养老保险", "样章·SAMPLE", "无法律效力", "2025年1月"):
        assert words in said


def test_what_is_not_on_record_stands_on_the_page_and_in_the_statement(device: Device) -> None:
    """It should print the kind that was asked for with its plain words, and the terminal can tell before paper moves."""
    token = device.token(YI)
    key = base64.b64decode(device.enrolled.platform_sign_key.public_key)
    asked = {"kind": ["resident_pension", "unemployment"], "from_month": "2017-02", "to_month": "2018-01"}
    answer = device.client.issue_certificate(request(token, person=YI, **asked))
    statement = answer.verified_statement(key)
    assert statement is not None
    assert statement.without_record == ("unemployment",)
    document = pypdfium2.PdfDocument(answer.pdf())
    text = "".join("".join(page.get_textpage().get_text_range().split()) for page in document)
    document.close()
    assert "失业保险" in text
    assert "证明期间内无缴费记录" in text
    assert "缴费档次（元/年）" in text, "residents pay by the year, in a grade"
    assert "缴费基数" not in text


def test_a_form_begins_with_what_is_on_record(device: Device) -> None:
    """It should name the person's own kinds and months, for the item that it prints and who proved to be the person."""
    token = device.token(YI)
    asked = PrefillRequest(item="social_participation_cert", person=YI, assurance_token=token)
    assert device.client.prefill(asked).answers == {
        "kind": ["resident_pension"], "from_month": "2017-02", "to_month": "2018-01"
    }  # fmt: skip
    for changed, code in (
        ({"item": "degree_verification"}, "item_not_issued_here"),
        ({"assurance_token": ""}, "assurance_too_low"),
        ({"person": JIA}, "assurance_too_low"),
    ):
        with pytest.raises(PlatformRejected) as caught:
            device.client.prefill(asked.model_copy(update=changed))
        assert caught.value.code == code


def test_the_command_says_whose_certificate_it_is_and_nothing_else(
    device: Device, issued: CertificateAnswer, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """It should answer in one plain line for its own, a changed and another platform's, and for what is no certificate."""
    own, other, pdf = device.platform.settings.state_dir, tmp_path / "other", tmp_path / "certificate.pdf"
    assert main(["init", "--state", str(other)]) == 0
    capfd.readouterr()

    def verdict(state: Path, content: bytes) -> tuple[int, str, str]:
        pdf.write_bytes(content)
        code = main(["verify", "--state", str(state), str(pdf)])
        said = capfd.readouterr()
        return code, said.out, said.err

    content = issued.pdf()
    at = content.index(b"stream") + 40
    changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
    assert verdict(own, content) == (0, "genuine and unchanged\n", "")
    assert verdict(own, changed) == (1, "NOT genuine: changed after it was signed\n", "")
    assert verdict(own, b"%PDF-1.7 of no use")[1:] == (
        "NOT genuine: it does not bear exactly one signature that can be read\n",
        "",
    )
    code, out, err = verdict(other, content)
    assert (code, err) == (1, "")
    assert out.startswith("NOT genuine: signed by somebody else")


def test_the_code_on_the_paper_verifies_without_a_line(device: Device, issued: CertificateAnswer) -> None:
    """It should decode from the rendered page; its signature should cover what is printed beside it."""
    document = pypdfium2.PdfDocument(issued.pdf())
    picture = document[0].render(scale=2.5).to_pil()
    document.close()
    [code] = zxingcpp.read_barcodes(picture)
    found = re.fullmatch(r"(https://.*/v/([0-9A-Z]{12}))#([A-Za-z0-9_-]+)", code.text)
    assert found
    raw = base64.urlsafe_b64decode(found[3] + "=" * (-len(found[3]) % 4))
    key = base64.b64decode(device.enrolled.platform_sign_key.public_key)
    statement = issued.verified_statement(key)
    assert statement is not None
    assert found[1] == statement.verify_url
    page = device.platform.call("GET", f"/v1/certificates/{found[2]}").json()
    mark = certificate_mark_to_sign(found[2], statement.licence_id, page["issued_on"], page["valid_to"], raw[:16])
    assert signature_holds(key, base64.b64encode(raw[16:]).decode(), mark)
    assert JIA.number not in code.text


def test_the_same_request_gets_the_same_certificate(device: Device) -> None:
    """It should be idempotent by request id, also at once and after a new token; other contents are refused."""
    message = request(device.token())
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: device.client.issue_certificate(message), range(3)))
    device.platform.clock.advance(minutes=2)
    answers.append(device.client.issue_certificate(request(device.token())))
    assert len({answer.model_dump_json() for answer in answers}) == 1
    assert refusal(device, request(message.assurance_token, from_month="2024-01")) == "request_differs"


def test_below_its_level_no_certificate_is_issued(device: Device, another: Device) -> None:
    """It should refuse no token, another person's, another terminal's, a forged one, and an expired one."""
    token = device.token()
    assert refusal(device, request("")) == "assurance_too_low"
    assert refusal(device, request("a.b")) == "assurance_too_low"
    assert refusal(device, request(token, person=YI)) == "assurance_too_low"
    assert refusal(another, request(token)) == "assurance_too_low"
    device.platform.clock.advance(minutes=20, seconds=1)
    assert refusal(device, request(token)) == "token_expired"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": []}, "params_invalid"),
        ({"kind": ["horses"]}, "params_invalid"),
        ({"from_month": "2026-13"}, "params_invalid"),
        ({"to_month": "2031-01"}, "params_invalid"),
        ({"from_month": "2026-11", "to_month": "2026-01"}, "params_invalid"),
        ({"kind": ["public_pension"]}, "no_record"),
        ({"from_month": "2001-01", "to_month": "2001-12"}, "no_record"),
    ],
)
def test_impossible_contents_are_refused(device: Device, change: dict[str, object], code: str) -> None:
    """It should refuse bad parameters, and a certificate that would say nothing."""
    assert refusal(device, request(device.token(), **change)) == code


def test_anybody_can_verify_and_learns_no_more_than_needed(device: Device, issued: CertificateAnswer) -> None:
    """It should answer valid, revoked, expired and not found, with the holder masked."""
    path = f"/v1/certificates/{issued.certificate_id}"
    call = device.platform.call
    answer = call("GET", path).json()
    assert (answer["state"], answer["holder_masked"]) == ("valid", "测**")
    page = call("GET", f"/v/{issued.certificate_id}")
    assert "有效" in page.text
    for text in (page.text, call("GET", path).text):
        assert JIA.number not in text
        assert JIA.name not in text
    assert call("GET", "/v/" + "0" * 12).status_code == 404
    device.platform.clock.advance(days=31)
    assert call("GET", path).json()["state"] == "expired"
    revoke = f"/staff/certificates/{issued.certificate_id}/revoke"
    assert device.platform.staff("POST", revoke, headers={"Origin": device.platform.url}).status_code == 303
    assert call("GET", path).json()["state"] == "revoked"
