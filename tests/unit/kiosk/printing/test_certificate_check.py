"""The check before paper moves: another person's certificate, or a changed one, never passes."""

from __future__ import annotations

import base64
import datetime as dt
import functools
import hashlib
import io

import pikepdf
import pytest
import typst
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from kiosk.city.messages import CertificateAnswer, CertificateStatement
from kiosk.city.signing import certificate_statement_to_sign, subject_hash
from kiosk.identity.numbers import Sex
from kiosk.identity.persons import RESIDENT_ID, Person
from kiosk.printing.certificate import CertificateMismatchError, CheckedCertificate, check

CITY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
CITY_PUBLIC = CITY.public_key().public_bytes_raw()
FONTS = "/usr/share/fonts/opentype/noto"


def person(name: str, number: str) -> Person:
    return Person(
        name=name,
        document_type=RESIDENT_ID,
        number=number,
        sex=Sex.MALE,
        nation_code="01",
        birth=dt.date(1990, 1, 1),
        address="",
        issuer="",
        valid_from=dt.date(2020, 1, 1),
        valid_to=None,
    )


JIA = person("测试甲", "990000199001010017")
YI = person("测试乙", "990000195801010025")


@functools.cache
def pdf_of(*pages: str) -> bytes:
    source = '#set page(width: 90mm, height: 60mm)\n#set text(font: "Noto Sans CJK SC")\n' + "\n#pagebreak()\n".join(pages)
    pdf = typst.compile(source.encode(), font_paths=[FONTS], ignore_system_fonts=True)  # type: ignore[misc]
    return bytes(pdf)


def certificate_of(who: Person) -> bytes:
    return pdf_of(f"证明 {who.name} {who.number}", "第二页")


def answer(
    pdf: bytes, subject: Person, *, key: Ed25519PrivateKey = CITY, sha256: str = "", cert: str = "C1"
) -> CertificateAnswer:
    statement = CertificateStatement(
        certificate_id="C1",
        licence_id="1.2.156.3005.2.X",
        sha256=sha256 or hashlib.sha256(pdf).hexdigest(),
        subject_hash=subject_hash(subject.name, subject.number),
        issued_at=dt.datetime(2026, 11, 23, tzinfo=dt.UTC),
        valid_to=dt.date(2026, 12, 23),
        verify_url="https://central.example.invalid/v/C1",
    ).model_dump_json()
    return CertificateAnswer(
        certificate_id=cert,
        pdf_b64=base64.b64encode(pdf).decode(),
        statement=statement,
        statement_signature=base64.b64encode(key.sign(certificate_statement_to_sign(statement))).decode(),
    )


def refused(given: CertificateAnswer, who: Person = JIA) -> str:
    with pytest.raises(CertificateMismatchError) as caught:
        check(given, who, CITY_PUBLIC)
    assert who.name not in str(caught.value)
    assert who.number not in str(caught.value)
    return caught.value.code


def test_a_true_certificate_passes() -> None:
    """The same bytes come out, with a picture of every page 900 pixels wide."""
    pdf = certificate_of(JIA)
    checked = check(answer(pdf, JIA), JIA, CITY_PUBLIC)
    assert isinstance(checked, CheckedCertificate)
    assert (checked.certificate_id, checked.pdf, checked.pages, len(checked.preview)) == ("C1", pdf, 2, 2)
    assert Image.open(io.BytesIO(checked.preview[0])).width == 900


def test_another_persons_certificate_is_refused() -> None:
    """Signed, whole, and somebody else's: this is what the check is for."""
    assert refused(answer(certificate_of(YI), YI)) == "certificate.subject"


def test_a_statement_for_me_about_anothers_page_is_refused() -> None:
    """The city says it is mine, the page names somebody else."""
    assert refused(answer(certificate_of(YI), JIA)) == "certificate.page_text"


@pytest.mark.parametrize("page", ["证明 测试甲", "990000199001010017", "证明 测试甲 990000195801010025", ""])
def test_a_page_must_name_the_person_in_full(page: str) -> None:
    """Name and number both stand on the paper."""
    assert refused(answer(pdf_of(page), JIA)) == "certificate.page_text"


def test_spaces_and_width_do_not_matter() -> None:
    """A typesetter may spread a name, or set the number in full-width digits."""
    pdf = pdf_of("证明 测 试 甲 ９９００００　１９９００１０１　００１７")
    assert check(answer(pdf, JIA), JIA, CITY_PUBLIC).pages == 1


def test_changed_bytes_are_refused() -> None:
    """One byte more than what was signed is another file."""
    pdf = certificate_of(JIA)
    signed = hashlib.sha256(pdf).hexdigest()
    assert refused(answer(pdf + b"\n", JIA, sha256=signed)) == "certificate.bytes"


def test_a_stranger_cannot_sign() -> None:
    """Only the platform key that was pinned at enrolment counts."""
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert refused(answer(certificate_of(JIA), JIA, key=stranger)) == "certificate.statement_signature"


def test_a_changed_statement_is_refused() -> None:
    """The signature covers the statement's text."""
    good = answer(certificate_of(JIA), JIA)
    changed = good.model_copy(update={"statement": good.statement.replace("2026-12-23", "2036-12-23")})
    assert refused(changed) == "certificate.statement_signature"


def test_a_statement_about_another_certificate_is_refused() -> None:
    """A true statement does not vouch for whatever it is sent along with."""
    assert refused(answer(certificate_of(JIA), JIA, cert="C2")) == "certificate.statement_signature"


@pytest.mark.parametrize("junk", [b"", b"%PDF-1.7\n", b"<html>500</html>", bytes(1000)])
def test_what_is_no_pdf_is_refused(junk: bytes) -> None:
    """Even signed by the city: what cannot be drawn is not printed."""
    assert refused(answer(junk, JIA)) == "certificate.not_pdf"


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9])
def test_a_cut_off_file_is_refused(kept: float) -> None:
    """A file that broke off in the middle leads to a code, not to a crash."""
    pdf = certificate_of(JIA)
    assert refused(answer(pdf[: int(len(pdf) * kept)], JIA)) in {"certificate.not_pdf", "certificate.page_text"}


def test_a_page_that_cannot_be_drawn_is_refused() -> None:
    """A page tree that leads nowhere is found out before the printer sees it."""
    document = pikepdf.open(io.BytesIO(certificate_of(JIA)))
    document.Root.Pages.Kids[0] = pikepdf.Dictionary(Type=pikepdf.Name("/Nothing"))
    out = io.BytesIO()
    document.save(out)
    assert refused(answer(out.getvalue(), JIA)) in {"certificate.not_pdf", "certificate.page_text"}


def test_an_empty_document_is_refused() -> None:
    """No page, no paper."""
    out = io.BytesIO()
    pikepdf.new().save(out)
    assert refused(answer(out.getvalue(), JIA)) in {"certificate.not_pdf", "certificate.page_text"}
