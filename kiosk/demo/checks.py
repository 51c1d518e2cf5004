"""What must hold after the demo: the paper, the case and the certificate against one another.

Knows: how each piece of evidence is read back independently of the code that made it (the receipt from the printer's
bytes, the case from central's own answer, the certificate's signature by central's verifier). Does not know the journeys.
"""

from __future__ import annotations

import hashlib
import io
import json
import time
import urllib.error
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
import zxingcpp
from PIL import Image

from kiosk.demo.stack import PUBLIC_URL, Stack
from kiosk.fleet import enrolment
from kiosk.identity.case_code import CaseCode, parse
from kiosk.printing import receipt_qr
from offline_queue.signatures import PublicKey

DRAIN_DEADLINE_S = 30.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One check and what it found."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that the demo left behind."""

    receipt_png: bytes
    receipt_text: str
    certificate_pdf: bytes
    certificate_check: dict[str, Any]
    certificate_code: str
    """What the QR code on the certificate says, as printed; empty if there is none."""
    certificate_answer: dict[str, Any]
    """What central tells anybody who follows that code."""
    cases: list[dict[str, Any]]
    outbox_waiting: int
    device_key: PublicKey
    result: dict[str, Any]

    @classmethod
    def gather(cls, stack: Stack, output: Path, result: dict[str, Any], tend: Callable[[], None]) -> Evidence:
        """Collect the evidence from the parts themselves, and leave a copy of each in `output`.

        `tend`: looks after the parts while something is waited for.
        """
        waiting = _drain(stack, tend)
        raw = stack.control("/v1/receipt_printer/last.bin")
        png = stack.control("/v1/receipt_printer/last.png")
        text = stack.control("/v1/receipt_printer/last.txt").decode()
        pdf = stack.control("/v1/page_printer/last.pdf")
        (output / "receipt.escpos").write_bytes(raw)
        (output / "receipt.png").write_bytes(png)
        certificate = output / "certificate.pdf"
        certificate.write_bytes(pdf)
        code = _code_on(_draw_first_page(pdf, output / "certificate.png"))
        cases = json.loads(stack.central("cases", "--json"))
        (output / "case.json").write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return cls(
            receipt_png=png,
            receipt_text=text,
            certificate_pdf=pdf,
            certificate_check=json.loads(stack.central("verify", str(certificate), "--json")),
            certificate_code=code,
            certificate_answer=_follow(stack, code),
            cases=cases,
            outbox_waiting=waiting,
            device_key=enrolment.load(stack.work / "kiosk").device_key,
            result=result,
        )


def _drain(stack: Stack, tend: Callable[[], None]) -> int:
    """Wait until the outbox is empty, and return what is left in it."""
    deadline = time.monotonic() + DRAIN_DEADLINE_S
    while True:
        waiting = int(json.loads(stack.kiosk("outbox", "stats", "--json"))["waiting"])
        if waiting == 0 or time.monotonic() > deadline:
            return waiting
        tend()
        time.sleep(0.2)  # the store is the agent's; from outside it can only be asked


def _draw_first_page(pdf: bytes, target: Path) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    try:
        page: Image.Image = document[0].render(scale=2).to_pil()
    finally:
        document.close()
    page.save(target)
    return page


def _code_on(page: Image.Image) -> str:
    """Return what the QR code says that leads to the city, or nothing."""
    return next((found.text for found in zxingcpp.read_barcodes(page) if found.text.startswith(f"{PUBLIC_URL}/v/")), "")


def _follow(stack: Stack, code: str) -> dict[str, Any]:
    """Ask central for the certificate that the code names: the host of a sample city answers nobody."""
    if not code:
        return {}
    short_id = urllib.parse.urlsplit(code).path.rpartition("/")[2]
    try:
        answer: dict[str, Any] = stack.ask_central(f"/v1/certificates/{short_id}")
    except urllib.error.HTTPError as error:
        return {"state": f"status {error.code}"}
    return answer


def check_all(evidence: Evidence) -> list[Finding]:
    """Run every check."""
    return list(_findings(evidence))


def _findings(evidence: Evidence) -> Iterator[Finding]:
    code = str(evidence.result["case_code"])
    flat = "".join(evidence.receipt_text.split())
    shaped = isinstance(parse(code), CaseCode)
    yield Finding("receipt carries the case code", shaped and code in flat, f"{code}, check character holds")
    yield _qr(evidence, code)
    yield Finding("central holds exactly one case", _codes(evidence) == [code], f"codes {_codes(evidence)}")
    yield _attachments(evidence)
    held = evidence.certificate_check
    genuine = bool(held["intact"] and held["trusted"] and held["whole_file"])
    yield Finding("certificate's signature verifies", genuine, f"whole file, by {held['signer']}" if genuine else str(held))
    followed = evidence.certificate_answer.get("state", "no code on the paper")
    yield Finding("certificate's code leads to its verification", followed == "valid", f"{PUBLIC_URL}: {followed}")
    yield _subject(evidence)
    yield Finding("outbox is empty", evidence.outbox_waiting == 0, f"{evidence.outbox_waiting} waiting")
    cut = evidence.result["line_cut_before_submission"] and evidence.result["line_restored_after_receipt"]
    yield Finding("line was down from before the hand-in until after the receipt", bool(cut), str(cut))


def _codes(evidence: Evidence) -> list[str]:
    return [str(case["code"]) for case in evidence.cases]


def _qr(evidence: Evidence, code: str) -> Finding:
    name = "receipt's QR verifies"
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(evidence.receipt_png)))
    if not found:
        return Finding(name, ok=False, detail="no QR code on the receipt")
    try:
        claim = receipt_qr.verify(found[0].text, evidence.device_key.raw, algorithm=evidence.device_key.algorithm)
    except receipt_qr.ReceiptQrError as error:
        return Finding(name, ok=False, detail=error.code)
    return Finding(name, claim.code == code, f"signed for {claim.code} at {claim.submitted_at:%Y-%m-%dT%H:%M:%SZ}")


def _attachments(evidence: Evidence) -> Finding:
    """Compare what the terminal captured with what central opened, by SHA-256 of the plaintext."""
    name = "central holds the same attachments"
    sent = sorted(evidence.result["attachments"])
    held = sorted(str(part["sha256"]) for case in evidence.cases for part in case["attachments"])
    same = bool(sent) and sent == held
    return Finding(name, same, f"{len(held)} files, SHA-256 equal" if same else f"{sent} / {held}")


def _subject(evidence: Evidence) -> Finding:
    name = "certificate is the card holder's"
    person = evidence.result["person"]
    document = pypdfium2.PdfDocument(evidence.certificate_pdf)
    try:
        text = "".join("".join(page.get_textpage().get_text_range().split()) for page in document)
    finally:
        document.close()
    ok = person["name"] in text and person["number"] in text
    digest = hashlib.sha256(evidence.certificate_pdf).hexdigest()[:16]
    return Finding(name, ok, f"{person['name']}, printed file {digest}…")
