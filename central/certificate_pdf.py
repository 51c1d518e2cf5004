"""Draws a certificate (typst) and seals it (PAdES).

Knows: the template, the pinned fonts, the test signer. Does not know: persons, registers, what is stored.
The same data and time give the same page bytes; the signature on top differs each time.
"""

from __future__ import annotations

import datetime as dt
import io
import threading
from pathlib import Path
from typing import Any, Literal

import typst
import zxingcpp
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner

from central.keys import Keys
from kiosk.city.signing import canonical_json

_TEMPLATE = Path(__file__).parent / "certificate.typ"
_FONTS = Path("/usr/share/fonts/opentype/noto")
_STANDARD: Literal["a-2a"] = "a-2a"


class CertificateRenderer:
    """One compiler and one signer for the life of the process; one document at a time."""

    def __init__(self, keys: Keys) -> None:
        self._lock = threading.Lock()
        self._compiler = typst.Compiler(
            str(_TEMPLATE), font_paths=[str(_FONTS)], ignore_system_fonts=True, sys_inputs={"data": "{}"}
        )
        signer = SimpleSigner.load(  # type: ignore[no-untyped-call]
            key_file=str(keys.pdf_key), cert_file=str(keys.pdf_certificate), ca_chain_files=(str(keys.pdf_authority),)
        )
        if signer is None:
            raise RuntimeError("the document signer cannot be loaded")
        self._signer: SimpleSigner = signer

    def draw(self, data: dict[str, Any], verify_url: str, when: dt.datetime) -> bytes:
        """Return the unsigned PDF/A."""
        code = zxingcpp.create_barcode(verify_url, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
        payload = canonical_json({**data, "qr_svg": code.to_svg(add_quiet_zones=False)}).decode()
        stamp = when.replace(microsecond=0)
        with self._lock:
            pdf = self._compiler.compile(sys_inputs={"data": payload}, pdf_standards=[_STANDARD], timestamp=stamp)
        if not isinstance(pdf, bytes):
            raise TypeError("one PDF was expected")
        return pdf

    def seal(self, pdf: bytes, *, reason: str) -> bytes:
        """Sign the PDF (PAdES B-B) and certify it: no change is allowed afterwards (DocMDP level 1)."""
        metadata = PdfSignatureMetadata(
            field_name="Seal",
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
            reason=reason,
        )
        out = io.BytesIO()
        with self._lock:
            signer = PdfSigner(metadata, signer=self._signer)
            signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=out)
        return out.getvalue()
