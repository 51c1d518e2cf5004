"""Checks a certificate before paper moves, and draws its preview.

Knows: the city's signed statement, the PDF's hash and text, the session's person. Does not know the printer.
The check answers a known failure of such terminals: another person's certificate coming out of the slot.
"""

from __future__ import annotations

import hashlib
import io
import unicodedata
from dataclasses import dataclass

import pypdfium2
from PIL import Image

from kiosk.city.messages import CertificateAnswer
from kiosk.city.signing import subject_hash
from kiosk.identity.persons import Person

_PREVIEW_PX = 900


class CertificateMismatchError(Exception):
    """What came is not what the city signed, or not this person's. `code` says which; nothing may be printed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class CheckedCertificate:
    """A certificate whose statement, bytes and subject were checked against the person of the session."""

    certificate_id: str
    pdf: bytes
    pages: int
    preview: tuple[bytes, ...]
    """One PNG a page, for the screen."""
    without_record: tuple[str, ...] = ()
    """What was asked for and is not on record, as values of the form's options."""


def _flat(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def check(answer: CertificateAnswer, person: Person, platform_key: bytes) -> CheckedCertificate:
    """Check `answer` for `person` against the pinned platform key. Raises `CertificateMismatchError`."""
    statement = answer.verified_statement(platform_key)
    if statement is None:
        raise CertificateMismatchError("certificate.statement_signature")
    pdf = answer.pdf()
    if hashlib.sha256(pdf).hexdigest() != statement.sha256:
        raise CertificateMismatchError("certificate.bytes")
    if statement.subject_hash != subject_hash(person.name, person.number):
        raise CertificateMismatchError("certificate.subject")
    text, preview = _read(pdf)
    if _flat(person.name) not in text or _flat(person.number) not in text:
        raise CertificateMismatchError("certificate.page_text")
    return CheckedCertificate(statement.certificate_id, pdf, len(preview), preview, statement.without_record)


def _read(pdf: bytes) -> tuple[str, tuple[bytes, ...]]:
    """Return the text of all pages without white space, and a picture of each page, `_PREVIEW_PX` wide."""
    try:
        document = pypdfium2.PdfDocument(pdf)
        try:
            pages = [(page.get_textpage().get_text_range(), _picture(page)) for page in document]
        finally:
            document.close()
    except pypdfium2.PdfiumError as error:
        raise CertificateMismatchError("certificate.not_pdf") from error
    return _flat("".join(text for text, _ in pages)), tuple(picture for _, picture in pages)


def _picture(page: pypdfium2.PdfPage) -> bytes:
    return _png(page.render(scale=_PREVIEW_PX / page.get_width()).to_pil())


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()
