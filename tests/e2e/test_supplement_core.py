"""A supplement through every real wire: asked for in the city's browser, brought under the camera with the line cut, and in
the city once, with its pages, when the line is back."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import re

import pytest
import requests
import zxingcpp
from core_citizen import JIA, CoreCitizen
from PIL import Image

from kiosk.catalogue.availability import Available
from kiosk.city.sealed import supplement_service
from kiosk.demo.stack import Stack
from kiosk.fleet import enrolment
from kiosk.printing import receipt_qr
from kiosk.session import events as ev
from kiosk.session.states import Promise, State

NOTE = "第 2 页看不清"


class Browser(requests.Session):
    """A clerk's browser, signed in to the platform."""

    def __init__(self, stack: Stack) -> None:
        super().__init__()
        self.auth = ("staff", stack.staff_password_file.read_text(encoding="utf-8"))
        self.trust_env, self.verify = False, str(stack.ca_file)
        self.url = stack.central_url

    def section(self, code: str) -> str:
        page = self.get(f"{self.url}/staff/cases", timeout=20).text
        [case] = [part for part in page.split('<section class="case"') if f'class="code">{code}<' in part]
        return case

    def submit(self, path: str, **fields: str) -> None:
        own = {"Origin": self.url, "Sec-Fetch-Site": "same-origin"}
        self.post(self.url + path, data=fields, headers=own, timeout=20).raise_for_status()

    def ask(self, code: str) -> None:
        link = re.search(r'href="(/staff/cases/\d+/supplement)"', self.section(code))
        assert link is not None
        page = self.get(self.url + link[1], timeout=20).text
        until = re.search(r'name="until" value="([0-9-]+)"', page)
        assert until is not None
        form = {"want-address_proof": "1", "reason-address_proof": "unreadable", "note-address_proof": NOTE}
        self.submit(link[1], until=until[1], **form)


def state_in_central(stack: Stack, code: str) -> str:
    return next((case["state"] for case in json.loads(stack.central("cases", "--json")) if case["code"] == code), "")


def collect(citizen: CoreCitizen) -> None:
    citizen.do(ev.Started())
    citizen.until("the tile", lambda: isinstance(citizen.terminal.collect_availability(), Available))
    citizen.do(ev.ItemChosen(citizen.terminal.collect_plan()), ev.Confirmed())
    citizen.stack.control("/v1/id_card/place", JIA)
    citizen.at(State.CASES)
    citizen.until("the city's word", lambda: citizen.terminal.my_cases.as_of is not None and not citizen.session.busy)


def bring(citizen: CoreCitizen, code: str) -> None:
    """From the list to the review, with the two pages under the camera."""
    line = citizen.terminal.my_cases.line(code)
    assert line is not None
    [wish] = line.wanted
    assert (wish.key, wish.reason, wish.note, wish.here) == ("address_proof", "unreadable", NOTE, True)
    assert wish.due > dt.datetime.now(tz=dt.UTC).date()
    told = len(citizen.messages())
    citizen.do(ev.CaseOpened(code), ev.SupplementAsked(citizen.terminal.supplement_plan(line)))
    assert citizen.session.state is State.CODE
    citizen.until("a code", lambda: len(citizen.messages()) > told and not citizen.session.busy)
    for digit in citizen.code():
        citizen.terminal.person.type_code(digit)
    citizen.terminal.person.submit_code()
    citizen.at(State.MATERIALS)
    assert [view.key for view in citizen.terminal.materials.views()] == ["address_proof"]
    citizen.lay("address_proof", "address_proof_1", "address_proof_2")
    citizen.do(ev.Confirmed())
    assert citizen.session.state is State.REVIEW


@pytest.mark.e2e
def test_what_staff_ask_for_is_brought_to_the_terminal_and_reaches_its_case(stack: Stack) -> None:
    """The notice on the screen, the receipt though the line is cut, one supplement in the city, and the case goes on."""
    stack.control("/v1/network/cut", {})
    with CoreCitizen(stack) as citizen, Browser(stack) as staff:
        citizen.until("the line's state", lambda: not citizen.session.line_up)
        code = citizen.apply(with_card_alone=True, quick=True)
        citizen.leave()
        stack.control("/v1/network/restore", {})
        citizen.all_sent()
        staff.ask(code)
        assert state_in_central(stack, code) == "supplement_required"

        collect(citizen)
        bring(citizen, code)
        stack.control("/v1/network/cut", {})
        citizen.until("the line's state", lambda: not citizen.session.line_up)
        own = citizen.hand_in()
        assert own != code
        assert citizen.session.promise is Promise.KEPT
        paper = "".join(stack.control("/v1/receipt_printer/last.txt").decode().split())
        assert own in paper
        assert code in paper
        [qr] = zxingcpp.read_barcodes(Image.open(io.BytesIO(stack.control("/v1/receipt_printer/last.png"))))
        key = enrolment.load(stack.work / "kiosk").device_key
        claim = receipt_qr.verify(qr.text, key.raw, algorithm=key.algorithm)
        assert (claim.code, claim.item) == (own, supplement_service("residence_permit_apply"))
        sent = citizen.terminal.case.attachment_digests
        citizen.leave()
        assert state_in_central(stack, code) == "supplement_required"

        stack.control("/v1/network/restore", {})
        citizen.all_sent()
        assert state_in_central(stack, code) == "received"
        section = staff.section(code)
        assert "后来补交" in section
        assert "材料补齐" in section
        links = re.findall(r'href="/staff/materials/([0-9a-f]{64})"', section)
        assert set(sent) <= set(links)
        page = staff.get(f"{staff.url}/staff/materials/{sent[0]}", timeout=20).content
        assert hashlib.sha256(page).hexdigest() == sent[0]

        collect(citizen)
        assert citizen.terminal.my_cases.line(code) is None  # nothing is wanted of it, and nothing ready
        citizen.leave()
