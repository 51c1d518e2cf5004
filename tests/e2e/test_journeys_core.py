"""Both journeys through every real wire, without a screen."""

from __future__ import annotations

import io
import json

import pypdfium2
import pytest
import zxingcpp
from core_citizen import CoreCitizen
from PIL import Image

from kiosk.demo.stack import Stack
from kiosk.fleet import enrolment
from kiosk.printing import receipt_qr
from kiosk.session import events as ev
from kiosk.session.states import Promise, State


@pytest.mark.e2e
def test_apply_with_the_line_cut(stack: Stack) -> None:
    """It should print a receipt while the line is down, and bring exactly that to central when it is back."""
    with CoreCitizen(stack) as citizen:
        code = citizen.apply(before_submit=lambda: stack.control("/v1/network/cut", {}))
        assert citizen.session.receipt_printed
        assert citizen.session.promise is Promise.KEPT
        stack.control("/v1/network/restore", {})
        citizen.until("received", lambda: citizen.session.promise is Promise.RECEIVED)
        citizen.leave()
        assert citizen.terminal.person.masked_name == ""
    [case] = [case for case in json.loads(stack.central("cases", "--json")) if case["code"] == code]
    assert case["assurance"] == "card+code"
    assert case["assurance_confirmed"]
    papers = {"address_proof", "employment_proof", "id_photo", "signature"}
    crops = {"address_proof.seen1", "address_proof.seen2", "employment_proof.seen1", "id_photo.seen1"}
    assert {part["part"] for part in case["attachments"]} == papers | crops
    text = "".join(stack.control("/v1/receipt_printer/last.txt").decode().split())
    assert code in text
    [qr] = zxingcpp.read_barcodes(Image.open(io.BytesIO(stack.control("/v1/receipt_printer/last.png"))))
    key = enrolment.load(stack.work / "kiosk").device_key
    assert receipt_qr.verify(qr.text, key.raw, algorithm=key.algorithm).code == code


@pytest.mark.e2e
def test_print_a_certificate(stack: Stack) -> None:
    """It should print what the city signed, for the person on the card, and nothing else."""
    with CoreCitizen(stack) as citizen:
        citizen.until("the line", lambda: citizen.session.line_up)
        citizen.choose("social_participation_cert")
        citizen.identify()
        citizen.at(State.PREVIEW)
        citizen.do(ev.BackPressed())
        citizen.at(State.CHOOSE)
        while citizen.session.state is State.CHOOSE:
            assert citizen.terminal.form.answer_page()
        citizen.at(State.PREVIEW)
        assert citizen.terminal.certificate.preview_png is not None
        citizen.do(ev.Confirmed())
        citizen.at(State.TAKEN)
        citizen.leave()
    pdf = stack.control("/v1/page_printer/last.pdf")
    path = stack.work / "printed.pdf"
    path.write_bytes(pdf)
    held = json.loads(stack.central("verify", str(path), "--json"))
    assert held["intact"]
    assert held["trusted"]
    document = pypdfium2.PdfDocument(pdf)
    try:
        text = "".join("".join(page.get_textpage().get_text_range().split()) for page in document)
    finally:
        document.close()
    assert "测试甲" in text
    assert "990000199001010017" in text
